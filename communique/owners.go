package communique

// owners finds who does what the segment says: the bodies on the side of the
// cue where its doer stands. Who is only told, asked or reported to is none.
func (u *unit) owners(s segment) []Owner {
	if s.kind == Event || s.kind == Indicator {
		return nil
	}
	var zone []mention
	switch s.doer {
	case before:
		zone = u.doersBefore(s, s.cueTo)
	case told:
		return append(u.toldGroup(u.doersBefore(s, s.cueTo)), u.contributors(s)...)
	case behind:
		zone = u.doersBehind(s)
	case either:
		zone = u.doersBefore(s, s.cueTo)
		if len(zone) == 0 {
			zone = u.doersBehind(s)
		}
	}
	if s.doer == nobody {
		return nil
	}
	return append(u.firstGroup(zone), u.contributors(s)...)
}

// clauseOwners are those that a clause tells for itself: "to A to do this, to B
// to do that".
func (u *unit) clauseOwners(s segment, c clause) []Owner {
	if m := u.mentioned(c.from); u.lex.lang == "ru" && s.kind == Instruction && m != nil && m.from == c.from && u.dative(*m) {
		return u.firstGroup([]mention{*m})
	}
	if s.doer != told {
		return nil
	}
	s.from, s.to, s.cueTo = c.from, c.to, c.to
	return u.owners(s)
}

// contributors are the bodies named as taking part.
func (u *unit) contributors(s segment) []Owner {
	var owners []Owner
	for _, m := range u.mentions {
		if m.with && m.from >= s.from && m.to <= s.to {
			owners = append(owners, u.owner(m))
		}
	}
	return owners
}

// toldGroup is the first group of mentions that ends in the dative.
func (u *unit) toldGroup(zone []mention) []Owner {
	for from := 0; from < len(zone); {
		to := from + 1
		for to < len(zone) && (u.adjacent(zone[to-1], zone[to]) || u.withBetween(zone[to-1], zone[to])) {
			to++
		}
		if u.isTold(zone[to-1]) {
			return u.firstGroup(zone[from:to])
		}
		from = to
	}
	return nil
}

// isTold tells whether a Turkic mention stands in the dative, or before a
// word that does the same.
func (u *unit) isTold(m mention) bool {
	if m.to < len(u.words) && u.lex.has("toward", u.words[m.to].key) {
		return true
	}
	return hasEnding(u.words[m.to-1].key, 3, "ga", "ka", "qa", "ға", "ге", "қа", "ке", "на", "не")
}

func (u *unit) doersBefore(s segment, to int) []mention {
	var zone []mention
	for _, m := range u.mentions {
		if m.from < s.from || m.from >= to || m.with {
			continue
		}
		if m.from > s.from && u.lex.has("not-doers", u.words[m.from-1].key) || u.lex.has("not-doers", u.words[m.from].key) {
			continue
		}
		if m.to < len(u.words) && u.lex.has("not-doers-behind", u.words[m.to].key) {
			continue
		}
		zone = append(zone, m)
	}
	return zone
}

// doersBehind ends at the first act behind the cue: what comes later is what
// is acted on.
func (u *unit) doersBehind(s segment) []mention {
	end, barred := u.firstAct(s), "not-doers-of-active"
	if s.kind == Report {
		barred = "not-doers-of-report"
	}
	var zone []mention
	for _, m := range u.mentions {
		if m.from >= s.cueFrom && m.from < end && !m.with && !(m.from > s.cueTo && u.lex.has(barred, u.words[m.from-1].key)) {
			zone = append(zone, m)
		}
	}
	return zone
}

// firstAct is where the acts behind a cue begin: at a verb, in German at the
// comma before its part.
func (u *unit) firstAct(s segment) int {
	if u.lex.verbLast || u.lex.lang == "de" && s.kind == Report {
		return s.to
	}
	for i := s.cueTo; i < s.to; i++ {
		if u.lex.lang == "de" {
			if sep := u.words[i].sep; i > s.cueTo && (sep == "," || sep == ":") {
				return i
			}
		} else if isVerb(u, i) {
			return i
		}
	}
	return s.to
}

// firstGroup is the first mention and those joined to it.
func (u *unit) firstGroup(zone []mention) []Owner {
	var owners []Owner
	for k, m := range zone {
		if k > 0 && !u.adjacent(zone[k-1], m) && !u.withBetween(zone[k-1], m) {
			break
		}
		owners = append(owners, u.owner(m))
	}
	return owners
}

// withBetween tells whether only a contributing body stands between two.
func (u *unit) withBetween(a, b mention) bool {
	for _, m := range u.mentions {
		if m.with && m.from >= a.to && m.to <= b.from {
			return u.adjacent(m, b)
		}
	}
	return false
}

func (u *unit) owner(m mention) Owner {
	role := Lead
	if m.with {
		role = With
	}
	span := u.spanOf(m.from, m.to)
	if end := span.End; end < u.span.End && u.r.folded[end] == '"' && oddQuotes(u.r.folded[span.Start:end]) {
		span.End++
	}
	if start := span.Start; start > u.span.Start && u.r.folded[start-1] == '"' && oddQuotes(u.r.folded[start:span.End]) {
		span.Start--
	}
	return Owner{Span: span, Agencies: m.codes, Plural: m.plural, Role: role}
}

func oddQuotes(s []rune) bool {
	odd := false
	for _, r := range s {
		if r == '"' {
			odd = !odd
		}
	}
	return odd
}
