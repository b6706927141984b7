package communique

import "strings"

// How a pattern is written. Words are parted by blanks and compared without
// regard to capitals and apostrophes:
//
//	word         exactly this word
//	stem*        a word that begins so;  *end a word that ends so;  *mid* has it
//	one|two*     either
//	word?        may be missing
//	..  ...      up to 4, up to 16 words between
//	^  $         begin and end of the sentence
//	<doer>       a body or office, as the owner tables know it
//	<num>        a number in digits or as a word
//	<D> <M> <Y> <N> <U> <O>   day, month, year, count, unit, ordinal (deadlines)
//	<date>       31.03.2025, 2025-03-31
//	<inf>        an infinitive or verbal noun of the language
//	a / b        pattern a or pattern b
type pattern struct{ parts []part }

type partKind int

const (
	literal partKind = iota
	slot
	gap
	sentenceStart
	sentenceEnd
)

type part struct {
	kind  partKind
	forms []form
	name  string // of a slot
	reach int    // of a gap
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

// compile reads every pattern a notation stands for.
func compile(notation string) []pattern {
	var all []pattern
	for _, one := range strings.Split(notation, " / ") {
		variants := []pattern{{}}
		for _, w := range strings.Fields(one) {
			p, optional := compilePart(w)
			var next []pattern
			for _, v := range variants {
				if optional {
					next = append(next, v)
				}
				next = append(next, pattern{append(append([]part{}, v.parts...), p)})
			}
			variants = next
		}
		for _, v := range variants {
			if len(v.parts) > 0 {
				all = append(all, v)
			}
		}
	}
	return all
}

func compilePart(w string) (part, bool) {
	switch w {
	case "..":
		return part{kind: gap, reach: 4}, false
	case "...":
		return part{kind: gap, reach: 16}, false
	case "^":
		return part{kind: sentenceStart}, false
	case "$":
		return part{kind: sentenceEnd}, false
	}
	w, optional := strings.CutSuffix(w, "?")
	if strings.HasPrefix(w, "<") {
		return part{kind: slot, name: strings.Trim(w, "<>")}, optional
	}
	p := part{kind: literal}
	for _, alt := range strings.Split(strings.ReplaceAll(w, "'", ""), "|") {
		f := form{}
		alt, f.openEnd = strings.CutSuffix(alt, "*")
		alt, f.open = strings.CutPrefix(alt, "*")
		f.text = alt
		p.forms = append(p.forms, f)
	}
	return p, optional
}

// reader of slots: how many words a slot takes at i, or -1.
type slotReader interface {
	slot(name string, i int) int
}

// matchAt tries the pattern at word i and returns the word after its end.
// Strict patterns do not reach over a comma or another sign that parts phrases.
func (p pattern) matchAt(words []word, i int, slots slotReader, strict bool) (int, bool) {
	return matchParts(p.parts, words, i, i, slots, strict)
}

func matchParts(parts []part, words []word, first, i int, slots slotReader, strict bool) (int, bool) {
	if len(parts) == 0 {
		return i, true
	}
	p := parts[0]
	switch p.kind {
	case sentenceStart:
		if i != 0 {
			return 0, false
		}
		return matchParts(parts[1:], words, first, i, slots, strict)
	case sentenceEnd:
		return i, i == len(words)
	case gap:
		for skip := 0; skip <= p.reach && i+skip < len(words); skip++ {
			if end, ok := matchParts(parts[1:], words, first, i+skip, slots, strict); ok {
				return end, true
			}
		}
		return 0, false
	}
	if i >= len(words) || strict && i > first && parting(words[i].sep, p.name) {
		return 0, false
	}
	n := p.take(words[i], i, slots)
	if n <= 0 {
		return 0, false
	}
	return matchParts(parts[1:], words, first, i+n, slots, strict)
}

func (p part) take(w word, i int, slots slotReader) int {
	if p.kind == slot {
		return slots.slot(p.name, i)
	}
	for _, f := range p.forms {
		if f.matches(w.key) {
			return 1
		}
	}
	return -1
}

// parting tells whether signs between two words part a phrase; a comma may
// stand before a year.
func parting(sep, slot string) bool {
	if sep == "" || slot == "Y" && sep == "," {
		return false
	}
	return strings.ContainsAny(sep, ",;:()\"|!?")
}

// index finds the patterns that can begin with a word.
type index[T any] struct {
	byLetter map[rune][]entry[T]
	any      []entry[T]
}

type entry[T any] struct {
	pattern pattern
	value   T
}

func newIndex[T any]() *index[T] { return &index[T]{byLetter: map[rune][]entry[T]{}} }

func (x *index[T]) add(notation string, value T) {
	for _, p := range compile(notation) {
		first := p.parts[0]
		if first.kind == sentenceStart && len(p.parts) > 1 {
			first = p.parts[1]
		}
		letters := map[rune]bool{}
		for _, f := range first.forms {
			r := rune(0)
			if !f.open {
				r = firstRune(f.text)
			}
			letters[r] = true
		}
		if first.kind != literal || letters[0] {
			x.any = append(x.any, entry[T]{p, value})
			continue
		}
		for r := range letters {
			x.byLetter[r] = append(x.byLetter[r], entry[T]{p, value})
		}
	}
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

// at calls f with each pattern that matches at word i.
func (x *index[T]) at(words []word, i int, slots slotReader, strict bool, f func(value T, end int)) {
	try := func(entries []entry[T]) {
		for k := range entries {
			if end, ok := entries[k].pattern.matchAt(words, i, slots, strict); ok {
				f(entries[k].value, end)
			}
		}
	}
	try(x.byLetter[firstRune(words[i].key)])
	try(x.any)
}
