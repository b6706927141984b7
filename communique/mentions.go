package communique

import "strings"

// mention is a body named at words[from:to].
type mention struct {
	from, to int
	codes    []string
	plural   bool
	known    bool // the register has it
	with     bool // contributes, does not lead
}

// findMentions finds the bodies: the names of the register and the phrases
// whose head is a word for a body.
func (u *unit) findMentions() {
	for i := 0; i < len(u.words); i++ {
		if u.words[i].masked {
			continue
		}
		m := u.mentionAt(i)
		if m.to == 0 {
			continue
		}
		u.merge(m)
		i = max(i, m.to-1)
	}
	kept := u.mentions[:0]
	for _, m := range u.mentions {
		if !u.nobody(m) {
			kept = append(kept, m)
		}
	}
	u.mentions = kept
	for k := range u.mentions {
		u.mentions[k].with = u.isWith(k)
	}
}

func (u *unit) mentionAt(i int) mention {
	var m mention
	if n, codes := u.r.register.match(u.words, i, u.dialect()); n > 0 {
		m = mention{from: i, to: i + n, codes: codes, known: true}
		m = u.widen(m)
	}
	if m.to == 0 && u.isHead(i) {
		m = u.widen(mention{from: i, to: i + 1})
	}
	for k := m.from; k < m.to; k++ {
		m.plural = m.plural || u.lex.has("plurals", u.words[k].key)
	}
	if len(m.codes) > 1 && !m.plural {
		m.plural = m.from > 0 && u.lex.has("both", u.words[m.from].key)
	}
	return m
}

func (u *unit) dialect() dialect {
	if u.lex.lang == u.r.dialect.lang {
		return u.r.dialect
	}
	script := "Latn"
	if u.lex.lang == "ru" || u.lex.lang == "kk" || u.lex.lang == "uz" && len(u.words) > 0 && u.r.folded[u.words[0].start] >= 0x400 {
		script = "Cyrl"
	}
	return dialect{u.lex.lang, script}
}

func (u *unit) isHead(i int) bool {
	return u.lex.has("heads", u.words[i].key) && !u.lex.has("no-heads", u.words[i].key)
}

// widen takes in what belongs to the name around it, unless the register's
// name already covers it.
func (u *unit) widen(m mention) mention {
	g := growers[u.lex.lang]
	head := m.to - 1
	for k := m.from; k < m.to; k++ {
		if u.isHead(k) {
			head = k
			break
		}
	}
	if !u.isHead(head) && m.known {
		m.from = u.article(m.from)
		m.to = u.person(m.to)
		return m
	}
	m.to = max(m.to, g.right(u, head))
	m.from = min(m.from, g.left(u, m.from))
	m.from = u.article(m.from)
	m.to = u.person(m.to)
	return m
}

// merge adds a mention, united with one that it overlaps.
func (u *unit) merge(m mention) {
	if n := len(u.mentions); n > 0 && m.from < u.mentions[n-1].to {
		last := &u.mentions[n-1]
		if m.from > last.from && m.known && !last.known {
			last.known, last.codes = true, m.codes
		}
		last.to = max(last.to, m.to)
		return
	}
	u.mentions = append(u.mentions, m)
}

// nobody tells whether a phrase names no body that could do a thing: "the
// parties", "responsible officials", "heads of state".
func (u *unit) nobody(m mention) bool {
	for k := m.from; k < m.to; k++ {
		if u.lex.has("nobody", u.words[k].key) {
			return true
		}
	}
	return false
}

// article takes in "the", "both", "dem" in front.
func (u *unit) article(from int) int {
	for from > 0 && !u.closes(from) && u.lex.has("articles", u.words[from-1].key) && !u.words[from-1].masked {
		from--
	}
	return from
}

// person takes in "A. Sarinova" or "Sarinova" behind an office.
func (u *unit) person(to int) int {
	if to == 0 || to >= len(u.words) || !u.lex.has("offices", u.words[to-1].key) {
		return to
	}
	end := to
	for end < len(u.words) && end < to+3 && u.words[end].upper && !u.words[end].masked && !u.isHead(end) {
		w := u.words[end]
		if s := w.sep; s != "" && s != "." {
			break
		}
		if !w.caps && w.end-w.start > 1 {
			if u.namesNext(end) {
				return to
			}
			return end + 1
		}
		end++
	}
	return to
}

// namesNext tells whether the capitalised words from i on are no person but the
// beginning of another body's name: "Bosh vazir Moliya vazirligiga".
func (u *unit) namesNext(i int) bool {
	if !u.lex.verbLast {
		return false
	}
	for i++; i < len(u.words) && u.words[i].sep == "" && !u.words[i].masked; i++ {
		if u.isHead(i) {
			return true
		}
		if !u.words[i].upper && !u.lex.has("and", u.words[i].key) {
			return false
		}
	}
	return false
}

// isWith tells whether a mention contributes: "together with X", "X bilan
// birgalikda", and the ones joined to such a mention.
func (u *unit) isWith(k int) bool {
	m := u.mentions[k]
	for i := m.from - 1; i >= 0 && i >= m.from-2; i-- {
		if u.lex.has("together", u.words[i].key) {
			return true
		}
	}
	for i := m.to; i < len(u.words) && i < m.to+3; i++ {
		if u.lex.has("with", u.words[i].key) {
			return true
		}
	}
	if k > 0 && u.mentions[k-1].with && !u.lex.verbLast {
		return u.adjacent(u.mentions[k-1], m)
	}
	return false
}

// adjacent tells whether two mentions are joined by "and" or a comma.
func (u *unit) adjacent(a, b mention) bool {
	joined := false
	if a.to+1 < b.from && strings.HasSuffix(u.words[a.to].sep, "(") && strings.HasPrefix(u.words[a.to+1].sep, ")") {
		a.to++ // "the Committee (Uzbekistan) and the Committee"
	}
	if b.from-a.to > 2 {
		return false
	}
	for i := a.to; i < b.from; i++ {
		if u.lex.has("and", u.words[i].key) {
			joined = true
		} else if !u.lex.has("articles", u.words[i].key) {
			return false
		}
	}
	return joined || u.words[a.to].sep == "," || a.to == b.from && (u.words[b.from].sep == ";" || u.words[b.from].sep == "/")
}
