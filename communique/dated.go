package communique

import "time"

// Dated finds the first full date that a text names, with its year: the date
// of the document, unless its reader knows better. The date is midnight UTC.
func Dated(text string) (time.Time, bool) {
	runes := []rune(text)
	r := reader{text: runes, folded: fold(runes)}
	r.dialect = detect(r.folded)
	if !r.dialect.supported() {
		return time.Time{}, false
	}
	for _, l := range splitLines(runes) {
		u := r.newUnit(Span{l.start, l.end}, lineDialect(r.folded[l.start:l.end], r.dialect))
		for _, t := range u.timings {
			if t.deadline.Precision == Exact && u.namesYear(t) {
				return t.deadline.Date, true
			}
		}
	}
	return time.Time{}, false
}

// namesYear tells whether a time has its year written out.
func (u *unit) namesYear(t timing) bool {
	for i := t.from; i < t.to; i++ {
		if n, _ := u.year(i); n > 0 {
			return true
		}
	}
	return false
}
