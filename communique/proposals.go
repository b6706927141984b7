package communique

// proposals makes the proposals of a unit.
func (u *unit) proposals() []Proposal {
	if u.to == 0 {
		return nil
	}
	segments := u.segments()
	heaviest := 0
	for _, s := range segments {
		heaviest = max(heaviest, s.weight)
	}
	if u.veto != nil && heaviest < 7 {
		return nil
	}
	var all []Proposal
	switch {
	case u.lent != nil && !u.meets(segments) && (heaviest < 7 || u.lent.weight > heaviest && u.lent.kind == Instruction && !u.reports(segments)):
		all = u.borrowed()
	case len(segments) > 0:
		for _, s := range segments {
			all = append(all, u.fromSegment(s)...)
		}
	}
	if len(all) == 0 && orders(u.fields) {
		f := u.fields[0]
		return u.ordered([]Cue{{Rule: u.lex.lang + ": " + f.name, Kind: Instruction, Weight: 8, Span: f.label}})
	}
	if len(all) == 0 {
		return u.indicators()
	}
	return all
}

// meets tells whether a point sets the day of a next meeting: an event, even
// in a list of orders.
func (u *unit) meets(segments []segment) bool {
	return len(segments) == 1 && segments[0].kind == Event && len(u.timings) > 0
}

func (u *unit) reports(segments []segment) bool {
	for _, s := range segments {
		if s.kind == Report || s.kind == Event {
			return true
		}
	}
	return false
}

// borrowed are the proposals of a point under a lead-in.
func (u *unit) borrowed() []Proposal {
	g := u.lent
	if g.strict && len(u.verbs(0, u.to)) == 0 {
		return nil
	}
	if g.kind == Report {
		return nil
	}
	s := segment{to: u.to, kind: g.kind, weight: g.weight, doer: before, why: g.why}
	for s.cueTo < u.to && !isVerb(u, s.cueTo) {
		s.cueTo++
	}
	if g.kind == Instruction || g.kind == Agreement {
		for _, o := range u.hits {
			s.why = append(append([]Cue{}, s.why...), u.cue(o))
		}
	}
	all := u.build(s, u.clauses(0, u.to))
	owners := g.owners
	if own := u.segments(); len(own) > 0 && len(owners) == 0 {
		owners = u.owners(own[0])
	}
	for k := range all {
		if len(all[k].Owners) == 0 {
			all[k].Owners = owners
		}
	}
	return all
}

// ordered makes an order of a unit that has no cue but a term or a doer.
func (u *unit) ordered(why []Cue) []Proposal {
	s := segment{to: u.to, kind: Instruction, weight: 8, doer: before, why: why}
	for s.cueTo < u.to && !isVerb(u, s.cueTo) {
		s.cueTo++
	}
	return u.build(s, []clause{{0, u.to, -1}})
}

func (u *unit) fromSegment(s segment) []Proposal {
	from, to := u.region(s)
	if from >= to {
		from, to = s.from, s.to
	}
	if s.kind == Report || s.kind == Event {
		return u.build(s, []clause{{from, to, -1}})
	}
	return u.build(s, u.clauses(from, to))
}

// build makes one proposal of each clause.
func (u *unit) build(s segment, clauses []clause) []Proposal {
	owners, apart := u.owners(s), false
	all := make([]Proposal, 0, len(clauses))
	for _, c := range clauses {
		if c.from >= c.to {
			continue
		}
		p := Proposal{Start: u.span.Start, End: u.span.End, Clause: u.spanOf(c.from, c.to), Kind: s.kind,
			Owners: append([]Owner{}, owners...), Confidence: confidence(s.weight), Why: s.why}
		own := u.clauseOwners(s, c)
		if len(clauses) > 1 && len(own) > 0 {
			p.Owners = own
		}
		if len(clauses) == 1 {
			p.Deadline = u.deadlineOf(s.from, s.to, s.kind)
		} else {
			p.Deadline = u.deadlineOf(c.from, c.to, s.kind)
		}
		if p.Title = u.title(p.Clause, p.Deadline); p.Title == "" {
			continue
		}
		all = append(all, p)
		apart = apart || len(own) > 0 && len(all) > 1
	}
	if len(all) > 1 && !apart { // each with its own doer has its own time
		u.share(s, clauses, all)
	}
	return all
}

func (u *unit) deadlineOf(from, to int, k Kind) *Deadline {
	if k == Report || k == Indicator {
		return nil
	}
	if t := u.deadlineIn(from, to, k); t != nil {
		d := t.deadline
		return &d
	}
	return nil
}

// share gives a time that stands before the first act or behind the last to
// all clauses of an order. Elsewhere it is only asked about.
func (u *unit) share(s segment, clauses []clause, all []Proposal) {
	first, last := clauses[0], clauses[len(clauses)-1]
	t := u.deadlineIn(s.from, s.to, s.kind)
	if t == nil {
		return
	}
	leads := t.to <= first.from || t.from <= first.from+1 && first.verb != first.from
	trails := t.to >= s.to && t.from >= last.from && !u.lex.verbEnds || t.from >= last.to
	for k := range all {
		if all[k].Deadline != nil {
			continue
		}
		d := t.deadline
		if s.kind == Instruction && (leads || trails) {
			all[k].Deadline = &d
		} else {
			all[k].Shared = &d
		}
	}
}

func confidence(weight int) Confidence {
	switch {
	case weight >= 8:
		return Sure
	case weight >= 5:
		return Likely
	}
	return Possible
}

// indicators makes a fact of each part of the sentence that has a figure of
// its own and a word for what it did.
func (u *unit) indicators() []Proposal {
	var all []Proposal
	from := 0
	for from < u.to {
		to := from + 1
		for to < u.to && !(u.joins(to) && u.ownFact(from, to) && u.ownFact(to, u.to)) {
			to++
		}
		if p, ok := u.fact(from, to); ok {
			all = append(all, p)
		}
		from = to
	}
	return all
}

// ownFact tells whether words[from:to] hold an indicator with a subject
// before it.
func (u *unit) ownFact(from, to int) bool {
	for _, h := range u.hits {
		if h.rule.kind != Indicator || h.from < from || h.to > to {
			continue
		}
		for i := from; i < h.from; i++ {
			if w := &u.words[i]; w.number < 0 && !u.lex.has("and", w.key) && !u.lex.has("small", w.key) && !u.lex.has("subordinate", w.key) {
				return true
			}
		}
	}
	return false
}

func (u *unit) fact(from, to int) (Proposal, bool) {
	var why []Cue
	for _, h := range u.hits {
		if h.rule.kind == Indicator && h.from >= from && h.to <= to {
			why = append(why, u.cue(h))
		}
	}
	if len(why) == 0 {
		return Proposal{}, false
	}
	c := u.spanOf(from, to)
	return Proposal{Start: u.span.Start, End: u.span.End, Clause: c, Kind: Indicator, Title: u.title(c, nil),
		Confidence: confidence(why[0].Weight), Why: why}, true
}
