package communique

import "strings"

// findTimings finds the times a unit names, the longest wording first.
func (u *unit) findTimings() {
	for i := 0; i < len(u.words); i++ {
		best := timing{to: i}
		if !u.words[i].masked {
			u.lex.deadlines.at(u.words, i, u, func(meaning string, end int, captures []capture) {
				if end > best.to {
					if t, ok := u.timing(meaning, i, end, captures); ok {
						best = t
					}
				}
			})
		}
		if best.to > i {
			u.timings = append(u.timings, best)
			i = best.to - 1
		}
	}
}

// timing works out what a wording means. A meaning with "!" stands with a
// word that makes it a deadline, "by" or "до".
func (u *unit) timing(meaning string, from, to int, captures []capture) (timing, bool) {
	meaning, marked := strings.CutSuffix(meaning, "!")
	t := timing{from: from, to: to, deadline: Deadline{Text: u.spanOf(from, to), Rule: meaning}}
	switch {
	case meaning == "vague":
		t.deadline.Precision, t.rank = Vague, 1
		return t, true
	case meaning == "event":
		t.deadline.Precision, t.rank = AtEvent, 2
		return t, true
	case strings.HasPrefix(meaning, "every-"):
		t.deadline.Precision, t.rank = Recurring, 3
		t.deadline.Every = strings.TrimPrefix(meaning, "every-")
		return t, true
	}
	v := partsOf(captures)
	day, precision, named := resolve(meaning, v, u.r.date)
	if day.IsZero() {
		return t, false
	}
	t.deadline.Date, t.deadline.Precision = day, precision
	t.rank = 4
	if marked {
		t.rank = 5
	}
	if u.past(&t, named) {
		t.deadline.Date, t.rank = day, 0
	}
	return t, true
}

// past tells whether a time lies behind the document's date: named with its
// year and over, or without one, unmarked, and only just over (the day of the
// meeting itself).
func (u *unit) past(t *timing, yearNamed bool) bool {
	d := u.r.date
	if !t.deadline.Date.After(d) {
		return true
	}
	if yearNamed || t.rank == 5 || t.deadline.Precision == Relative {
		return false
	}
	before := t.deadline.Date.AddDate(-1, 0, 0)
	return t.deadline.Precision == Exact && !before.Before(d.AddDate(0, 0, -60))
}

// deadlineIn chooses the deadline among the times of words[from:to].
func (u *unit) deadlineIn(from, to int, kind Kind) *timing {
	var best *timing
	for k := range u.timings {
		t := &u.timings[k]
		if t.from < from || t.to > to || t.rank == 0 || kind == Event && t.rank == 1 && best != nil {
			continue
		}
		if best == nil || t.rank > best.rank && best.rank < 4 || t.rank == 5 && best.rank == 4 {
			best = t
		}
	}
	return best
}
