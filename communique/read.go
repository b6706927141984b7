package communique

import (
	"time"
	"unicode"
)

// reader is the state of one reading.
type reader struct {
	text, folded []rune
	dialect      dialect
	register     *Register
	date         time.Time
	progress     func(read, letters int) // nil: nobody asks
	readings     []Reading
	proposals    []Proposal

	lent    *lent    // of the lead-in above
	used    bool     // a point took it
	columns []string // of the table's header
	last    *unit    // the item that fields below belong to
	lastAt  int      // its first proposal
	lastRow int      // its reading
}

// read goes through the lines in order.
func (r *reader) read() {
	for _, l := range splitLines(r.text) {
		if r.progress != nil {
			r.progress(l.start, len(r.text))
		}
		d := lineDialect(r.folded[l.start:l.end], r.dialect)
		if l.shape != row {
			r.columns = nil
		}
		for _, s := range splitSentences(r.text, r.folded, l, d.lang) {
			if l.shape == row {
				r.readRow(l, d)
			} else {
				r.readSentence(Span{s[0], s[1]}, l, d)
			}
		}
	}
}

func (r *reader) reading(span Span, l line, reason string) *Reading {
	r.readings = append(r.readings, Reading{Sentence: Sentence{Number: len(r.readings) + 1, Start: span.Start, End: span.End,
		Paragraph: l.paragraph, Headline: l.headline}, Reason: reason})
	return &r.readings[len(r.readings)-1]
}

func (r *reader) readSentence(span Span, l line, d dialect) {
	if l.headline {
		r.reading(span, l, "headline")
		return
	}
	u := r.newUnit(span, d)
	if len(u.fields) > 0 && u.to == 0 {
		r.readFields(u, l)
		return
	}
	if r.leadIn(u, l) {
		return
	}
	r.lend(u, l)
	at := len(r.proposals)
	why := r.reading(span, l, "")
	r.proposals = append(r.proposals, u.proposals()...)
	u.apply(u.fields, r.proposals[at:])
	r.explain(u, why, at)
	r.last, r.lastAt, r.lastRow = u, at, len(r.readings)-1
}

// explain says of a reading what spoke for it or why it was left out.
func (r *reader) explain(u *unit, why *Reading, at int) {
	for _, h := range u.hits {
		why.Cues = append(why.Cues, u.cue(h))
	}
	why.Proposed = len(r.proposals) > at
	switch {
	case why.Proposed:
	case u.veto != nil:
		why.Reason = "veto"
		why.Cues = append(why.Cues, *u.veto)
	case u.masked:
		why.Reason = "background"
	default:
		why.Reason = "no cue"
	}
}

// readFields gives "Срок: …" and "Отв.: …" to the item above them; an item
// without a cue that has such a line is an order.
func (r *reader) readFields(u *unit, l line) {
	why := r.reading(u.span, l, "field")
	for _, f := range u.fields {
		why.Cues = append(why.Cues, Cue{Rule: u.lex.lang + ": " + f.name, Span: f.label})
	}
	if r.last == nil || r.last.veto != nil {
		return
	}
	if len(r.proposals) == r.lastAt && orders(u.fields) && r.last.to > 1 {
		f := u.fields[0]
		why := []Cue{{Rule: u.lex.lang + ": " + f.name, Kind: Instruction, Weight: 8, Span: f.label}}
		r.proposals = append(r.proposals, r.last.ordered(why)...)
		r.readings[r.lastRow].Proposed, r.readings[r.lastRow].Reason = true, ""
	}
	u.apply(u.fields, r.proposals[r.lastAt:])
}

// leadIn takes a line that ends in a colon as the head of the list below.
func (r *reader) leadIn(u *unit, l line) bool {
	section := u.section()
	if r.text[u.span.End-1] != ':' && (section == "" || len(u.words) > 3) {
		return false
	}
	why := r.reading(u.span, l, "heading")
	r.lent, r.used, r.last = nil, false, nil
	if section != "" {
		c := Cue{Rule: u.lex.lang + ": list", Kind: section, Weight: 8, Span: u.span}
		r.lent = &lent{kind: section, weight: 8, why: []Cue{c}, strict: section != Report}
		why.Cues = []Cue{c}
		return true
	}
	if s := u.segments(); len(s) > 0 && s[0].weight >= 5 && s[0].kind != Event {
		r.lent = &lent{kind: s[0].kind, weight: s[0].weight, why: s[0].why, owners: u.owners(s[0])}
		why.Cues = s[0].why
	} else if told := u.addressed(); len(told) > 0 {
		c := Cue{Rule: u.lex.lang + ": addressed", Kind: Instruction, Weight: 7, Span: told[0].Span}
		r.lent = &lent{kind: Instruction, weight: 7, why: []Cue{c}, owners: told, level: level(l)}
		why.Cues = []Cue{c}
	}
	return true
}

// level is what a point's marker is made of: '1' digits, 'a' letters, else its
// first sign.
func level(l line) rune {
	for _, s := range l.marker {
		switch {
		case isDigit(s):
			return '1'
		case unicode.IsLetter(s):
			return 'a'
		}
	}
	for _, s := range l.marker {
		return s
	}
	return 0
}

// addressed are the bodies that a heading of points speaks to and nothing else:
// "To the Ministry of Energy:", in the dative.
func (u *unit) addressed() []Owner {
	if len(u.mentions) == 0 || u.mentions[0].from > 1 {
		return nil
	}
	last := u.mentions[len(u.mentions)-1]
	if u.lex.lang == "ru" && u.dative(u.mentions[0]) || u.lex.verbLast && u.isTold(last) && last.to == len(u.words) {
		return u.firstGroup(u.mentions)
	}
	return nil
}

// section is the kind that a heading such as "РЕШИЛИ:" gives its points.
func (u *unit) section() Kind {
	var k Kind
	for i := range u.words {
		u.lex.leadIns.at(u.words, i, u, func(kind Kind, end int, _ []capture) {
			if i <= 3 || end == len(u.words) {
				k = kind
			}
		})
	}
	return k
}

// lend hands the lead-in on to points, and to unmarked lines right below it.
func (r *reader) lend(u *unit, l line) {
	if r.lent == nil {
		return
	}
	if r.lent.level != 0 && l.shape == point && level(l) == r.lent.level {
		r.lent = nil
		return
	}
	if l.shape == prose && r.used {
		r.lent = nil
		return
	}
	if l.shape == prose && !r.lent.strict && len(u.hits) > 0 {
		r.lent = nil
		return
	}
	if l.shape == point {
		r.used = true
	}
	u.lent = r.lent
}
