package communique

// index finds the patterns that can begin with a word.
type index[T any] struct {
	byLetters map[[2]rune][]entry[T]
	bySlot    []slotEntries[T]
	any       []entry[T]
	strict    bool
}

// slotEntries are the patterns that begin with one slot: it is read once for
// all of them.
type slotEntries[T any] struct {
	name    string
	entries []entry[T]
}

type entry[T any] struct {
	pattern pattern
	value   T
}

func newIndex[T any](strict bool) *index[T] {
	return &index[T]{byLetters: map[[2]rune][]entry[T]{}, strict: strict}
}

func (x *index[T]) add(notation string, value T) {
	for _, p := range compile(notation) {
		letters, anywhere := p.beginnings()
		if first := p.parts[0]; first.kind == slot && !first.optional {
			x.addSlot(first.name, entry[T]{p, value})
			continue
		}
		if anywhere {
			x.any = append(x.any, entry[T]{p, value})
			continue
		}
		for two := range letters {
			x.byLetters[two] = append(x.byLetters[two], entry[T]{p, value})
		}
	}
}

func (x *index[T]) addSlot(name string, e entry[T]) {
	for k := range x.bySlot {
		if x.bySlot[k].name == name {
			x.bySlot[k].entries = append(x.bySlot[k].entries, e)
			return
		}
	}
	x.bySlot = append(x.bySlot, slotEntries[T]{name, []entry[T]{e}})
}

// beginnings are the first two letters of the words a pattern can begin with;
// anywhere where it can begin with others too.
func (p *pattern) beginnings() (letters map[[2]rune]bool, anywhere bool) {
	letters = map[[2]rune]bool{}
	for _, part := range p.parts {
		if part.kind == sentenceStart {
			continue
		}
		if part.kind != literal {
			return letters, true
		}
		for _, f := range part.forms {
			two := firstTwo(f.text)
			if f.open || two[1] == 0 && f.openEnd {
				return letters, true
			}
			letters[two] = true
		}
		if !part.optional {
			return letters, false
		}
	}
	return letters, true
}

func firstTwo(s string) (two [2]rune) {
	n := 0
	for _, r := range s {
		two[n] = r
		if n++; n == 2 {
			break
		}
	}
	return two
}

// at calls f with each pattern that matches at word i; the captures are valid
// until f returns.
func (x *index[T]) at(words []word, i int, slots slotReader, f func(value T, end int, captures []capture)) {
	m := matching{words: words, slots: slots, strict: x.strict, first: i}
	x.try(&m, x.byLetters[firstTwo(words[i].key)], f)
	x.try(&m, x.any, f)
	for k := range x.bySlot {
		if n, _ := slots.slot(x.bySlot[k].name, i); n > 0 {
			x.try(&m, x.bySlot[k].entries, f)
		}
	}
}

func (x *index[T]) try(m *matching, entries []entry[T], f func(value T, end int, captures []capture)) {
	for k := range entries {
		m.captures = m.captures[:0]
		if end, ok := m.run(entries[k].pattern.parts, m.first); ok && end > m.first {
			f(entries[k].value, end, m.captures)
		}
	}
}
