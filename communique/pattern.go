package communique

import "strings"

// pattern is one wording of the tables; tables/README.md says how it is written.
type pattern struct{ parts []part }

type partKind int

const (
	literal partKind = iota
	slot
	gap
	within // a gap that does not reach over a comma
	sentenceStart
	sentenceEnd
	phraseEnd
	colon
)

type part struct {
	kind  partKind
	forms []form
	name  string // of a slot
	reach int    // of a gap
	// optional: a word or slot that may be missing
	optional bool
}

type form struct {
	text          string
	open, openEnd bool // a star in front, a star behind
}

func (f form) matches(key string) bool {
	switch {
	case f.open && f.openEnd:
		return strings.Contains(key, f.text)
	case f.openEnd:
		return strings.HasPrefix(key, f.text)
	case f.open:
		return strings.HasSuffix(key, f.text)
	}
	return key == f.text
}

// compile reads the patterns a notation stands for, one for each " / ".
func compile(notation string) []pattern {
	var all []pattern
	for _, one := range strings.Split(notation, " / ") {
		var p pattern
		for _, w := range strings.Fields(one) {
			p.parts = append(p.parts, compilePart(w))
		}
		if len(p.parts) > 0 {
			all = append(all, p)
		}
	}
	return all
}

func compilePart(w string) part {
	switch w {
	case "..":
		return part{kind: gap, reach: 4}
	case "...":
		return part{kind: gap, reach: 16}
	case "__":
		return part{kind: within, reach: 16}
	case "$,":
		return part{kind: phraseEnd}
	case ":":
		return part{kind: colon}
	case "^":
		return part{kind: sentenceStart}
	case "$":
		return part{kind: sentenceEnd}
	}
	w, optional := strings.CutSuffix(w, "?")
	if strings.HasPrefix(w, "<") {
		return part{kind: slot, name: strings.Trim(w, "<>"), optional: optional}
	}
	return part{kind: literal, forms: forms(w), optional: optional}
}

// forms reads the alternatives of one word: "gab|gaben|erteil*".
func forms(w string) []form {
	var all []form
	for _, alt := range strings.Split(strings.ReplaceAll(w, "'", ""), "|") {
		f := form{}
		alt, f.openEnd = strings.CutSuffix(alt, "*")
		alt, f.open = strings.CutPrefix(alt, "*")
		if f.text = foldWord(alt); f.text != "" {
			all = append(all, f)
		}
	}
	return all
}

func foldWord(s string) string { return string(fold([]rune(s))) }

// capture is the value a slot took.
type capture struct {
	name  string
	value int
}

// slotReader reads slots: how many words the slot takes at word i and what it
// means; no words where it does not fit.
type slotReader interface {
	slot(name string, i int) (words, value int)
}

// matching is one try of a pattern. A strict one does not reach over a comma
// or another sign that parts phrases.
type matching struct {
	words    []word
	slots    slotReader
	strict   bool
	first    int
	captures []capture
}

// run tries the parts at word i and returns the word after their end.
func (m *matching) run(parts []part, i int) (int, bool) {
	if len(parts) == 0 {
		return i, true
	}
	p := &parts[0]
	switch p.kind {
	case sentenceStart, sentenceEnd, phraseEnd, colon:
		if !m.stands(p.kind, i) {
			return 0, false
		}
		return m.run(parts[1:], i)
	case gap, within:
		return m.runGap(parts, i)
	}
	if end, ok := m.runWord(parts, i); ok {
		return end, true
	}
	if p.optional {
		return m.run(parts[1:], i)
	}
	return 0, false
}

// runWord tries a part that takes words.
func (m *matching) runWord(parts []part, i int) (int, bool) {
	p := &parts[0]
	if i >= len(m.words) || m.words[i].masked || m.strict && i > m.first && parting(m.words[i].sep, p.name) {
		return 0, false
	}
	if p.kind == slot {
		return m.runSlot(parts, i)
	}
	for k := range p.forms {
		if p.forms[k].matches(m.words[i].key) {
			return m.run(parts[1:], i+1)
		}
	}
	return 0, false
}

// stands tells whether a place without words of its own is at word i.
func (m *matching) stands(k partKind, i int) bool {
	switch k {
	case sentenceStart:
		return i == 0
	case sentenceEnd:
		return i == len(m.words)
	case phraseEnd:
		return i == len(m.words) || parting(m.words[i].sep, "")
	}
	return i < len(m.words) && strings.Contains(m.words[i].sep, ":")
}

// runGap tries the parts behind a gap, the shortest gap first.
func (m *matching) runGap(parts []part, i int) (int, bool) {
	p := &parts[0]
	for skip := 0; skip <= p.reach && i+skip <= len(m.words); skip++ {
		if p.kind == within && i+skip < len(m.words) && parting(m.words[i+skip].sep, "") {
			break
		}
		if end, ok := m.run(parts[1:], i+skip); ok {
			return end, true
		}
	}
	return 0, false
}

func (m *matching) runSlot(parts []part, i int) (int, bool) {
	n, value := m.slots.slot(parts[0].name, i)
	if n <= 0 {
		return 0, false
	}
	kept := len(m.captures)
	m.captures = append(m.captures, capture{parts[0].name, value})
	end, ok := m.run(parts[1:], i+n)
	if !ok {
		m.captures = m.captures[:kept]
	}
	return end, ok
}

// parting tells whether signs between two words part a phrase; a comma may
// stand before a year.
func parting(sep, slot string) bool {
	if sep == "" || slot == "Y" && sep == "," {
		return false
	}
	return strings.ContainsAny(sep, ",;:()\"|!?")
}
