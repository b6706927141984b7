package communique

// hit is a cue found at words[from:to] of a unit.
type hit struct {
	rule     *cueRule
	from, to int
}

// timing is a time named at words[from:to].
type timing struct {
	deadline Deadline
	rank     int // how much it is a deadline: 5 with a preposition … 1 vague
	from, to int
}

// unit is one sentence, point or row with all that was found in it.
type unit struct {
	r        *reader
	lex      *lexicon
	span     Span
	words    []word
	mentions []mention
	timings  []timing
	hits     []hit
	veto     *Cue
	masked   bool // a background phrase was found
	modal    bool // German: a modal verb orders, so the act is a bare infinitive
	lent     *lent
	fields   []field
	to       int // words[:to] are the sentence without its fields
}

// lent is what a lead-in line gives to the points below it.
type lent struct {
	kind   Kind
	weight int
	why    []Cue
	owners []Owner
	strict bool // only points that name an act
	level  rune // first sign of the heading's own marker: a point with such a one ends it; 0 for none
}

// newUnit finds everything in text[span].
func (r *reader) newUnit(span Span, d dialect) *unit {
	u := &unit{r: r, lex: lexicons()[d.lang], span: span}
	u.words = splitWords(r.text, r.folded, span.Start, span.End, d)
	u.to = len(u.words)
	if u.lex == nil {
		u.words, u.to = nil, 0
		return u
	}
	for i := range u.words {
		u.modal = u.modal || u.lex.has("modals", u.words[i].key)
	}
	u.mask()
	u.findMentions()
	u.findTimings()
	u.findFields()
	u.findHits()
	u.findVeto()
	return u
}

// mask takes background phrases out of the reading: "the implementation of
// the instructions given" orders nothing.
func (u *unit) mask() {
	for i := range u.words {
		u.lex.masks.at(u.words, i, u, func(_ string, end int, _ []capture) {
			for k := i; k < end; k++ {
				u.words[k].masked = true
			}
			u.masked = true
		})
	}
}

// findHits finds the cues; of two that overlap the heavier stays.
func (u *unit) findHits() {
	for i := range u.words[:u.to] {
		u.lex.cues.at(u.words[:u.to], i, u, func(rule *cueRule, end int, _ []capture) {
			u.addHit(hit{rule, i, end})
		})
	}
}

func (u *unit) addHit(h hit) {
	kept := u.hits[:0]
	for _, o := range u.hits {
		if o.from < h.to && h.from < o.to {
			if !heavier(h, o) {
				return
			}
			continue
		}
		kept = append(kept, o)
	}
	u.hits = append(kept, h)
}

// heavier orders hits: by weight, then by force, then the wording that names
// more, then the shorter one.
func heavier(a, b hit) bool {
	if a.rule.weight != b.rule.weight {
		return a.rule.weight > b.rule.weight
	}
	if a.rule.kind != b.rule.kind {
		return kindOrder[a.rule.kind] < kindOrder[b.rule.kind]
	}
	if a.rule.size != b.rule.size {
		return a.rule.size > b.rule.size
	}
	return a.to-a.from < b.to-b.from
}

func (u *unit) findVeto() {
	for i := range u.words {
		u.lex.vetoes.at(u.words, i, u, func(text string, end int, _ []capture) {
			if u.veto == nil {
				u.veto = &Cue{Rule: u.lex.lang + ": " + text, Span: u.spanOf(i, end)}
			}
		})
	}
}

// spanOf is the text of words[from:to].
func (u *unit) spanOf(from, to int) Span {
	if from >= to {
		return Span{}
	}
	return Span{u.words[from].start, u.words[to-1].end}
}

func (u *unit) cue(h hit) Cue {
	return Cue{u.lex.lang + ": " + h.rule.text, h.rule.kind, h.rule.weight, u.spanOf(h.from, h.to)}
}

// closes tells whether a sign parts words[i] from the word before it.
func (u *unit) closes(i int) bool {
	return i >= len(u.words) || parting(u.words[i].sep, "")
}

// joins tells whether words[i] begins another part: a comma or semicolon
// before it, or a joining word.
func (u *unit) joins(i int) bool {
	if i >= len(u.words) {
		return false
	}
	s := u.words[i].sep
	return s == "," || s == ";" || s == "-," || u.lex.has("and", u.words[i].key)
}

// timed tells whether words[i] is part of a time.
func (u *unit) timed(i int) bool {
	for _, t := range u.timings {
		if t.from <= i && i < t.to {
			return true
		}
	}
	return false
}

// mentioned returns the mention that covers words[i].
func (u *unit) mentioned(i int) *mention {
	for k := range u.mentions {
		if m := &u.mentions[k]; m.from <= i && i < m.to {
			return m
		}
	}
	return nil
}
