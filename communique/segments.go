package communique

// segment is a part of a sentence with its own cue: "stressed the importance
// of A and instructed the ministry to do B" has two.
type segment struct {
	from, to       int
	cueFrom, cueTo int
	said           int // where what was stressed begins, 0 or less where it does not say "that"
	kind           Kind
	weight         int
	doer           side
	why            []Cue
}

// strong is the weight from which a second cue makes a segment of its own.
const strong = 6

// segments cuts the unit between its strong cues.
func (u *unit) segments() []segment {
	main := u.directives()
	if len(main) == 0 {
		return nil
	}
	var cuts []int
	kept := main[:1]
	for _, h := range main[1:] {
		cut := u.cut(kept[len(kept)-1], h)
		if cut < 0 {
			if heavier(h, kept[len(kept)-1]) {
				kept[len(kept)-1] = h
			}
			continue
		}
		cuts = append(cuts, cut)
		kept = append(kept, h)
	}
	var all []segment
	from := 0
	for k, h := range kept {
		to := u.to
		if k < len(cuts) {
			to = cuts[k]
		}
		all = append(all, u.segment(h, from, to))
		from = to
	}
	return all
}

// directives are the hits that can carry a segment: the strong ones, or else
// the heaviest.
func (u *unit) directives() []hit {
	var all []hit
	var best *hit
	for k := range u.hits {
		h := &u.hits[k]
		if h.rule.kind == Indicator {
			continue
		}
		if best == nil || heavier(*h, *best) {
			best = h
		}
		if h.rule.weight >= strong {
			all = append(all, *h)
		}
	}
	if len(all) == 0 && best != nil {
		all = append(all, *best)
	}
	sortHits(all)
	return all
}

func sortHits(all []hit) {
	for i := 1; i < len(all); i++ {
		for k := i; k > 0 && all[k].from < all[k-1].from; k-- {
			all[k], all[k-1] = all[k-1], all[k]
		}
	}
}

// cut is the word where the segment of b begins, -1 where a and b belong
// together.
func (u *unit) cut(a, b hit) int {
	from := a.to
	if u.lex.verbLast {
		if from < len(u.words) && u.joins(from) && b.from-from > 1 {
			return from
		}
		return -1
	}
	for j := b.from; j > from; j-- {
		if !u.joins(j) || u.inside(j) {
			continue
		}
		if u.relative(j) || j-from < 2 && a.rule.kind == b.rule.kind || u.alsoSaid(a, j) {
			return -1
		}
		return j
	}
	return -1
}

// relative tells whether a part that hangs on the one before begins at words[i].
func (u *unit) relative(i int) bool {
	return u.words[i].sep == "," && !u.lex.has("and", u.words[i].key) && u.lex.has("subordinate", u.words[i].key)
}

// alsoSaid tells whether "and that" at words[i] goes on with what was stressed.
func (u *unit) alsoSaid(h hit, i int) bool {
	return h.rule.kind == Intention && u.saidThat(h) >= 0 && i+1 < len(u.words) && u.lex.has("that", u.words[i+1].key)
}

// saidThat is where what was stressed begins: behind the "that" of a hit, -1
// where the hit is no such wording.
func (u *unit) saidThat(h hit) int {
	if h.rule.kind != Intention && h.rule.kind != Instruction {
		return -1
	}
	for i := h.from; i < h.to; i++ {
		if u.lex.has("that", u.words[i].key) {
			return i + 1
		}
	}
	return -1
}

// inside tells whether words[i] lies in a body's name.
func (u *unit) inside(i int) bool {
	m := u.mentioned(i)
	return m != nil && m.from < i
}

func (u *unit) segment(h hit, from, to int) segment {
	s := segment{from: from, to: to, cueFrom: h.from, cueTo: h.to, kind: h.rule.kind, weight: h.rule.weight, doer: h.rule.doer}
	s.why = append(s.why, u.cue(h))
	if s.said = u.saidThat(h); s.said >= to {
		s.said = -1
	}
	for _, o := range u.hits {
		if o != h && o.from >= from && o.to <= to && o.rule.kind == h.rule.kind {
			s.why = append(s.why, u.cue(o))
		}
	}
	return s
}

// region is where the acts of a segment stand, seen from its cue.
func (u *unit) region(s segment) (int, int) {
	if s.kind == Event || s.kind == Report {
		return s.from, s.to
	}
	if s.kind == Intention && s.said > 0 && len(u.verbs(s.said, s.to)) > 0 {
		return s.said, s.to
	}
	if u.lex.verbLast && s.cueFrom > s.from {
		if s.cueTo > s.cueFrom && len(u.verbs(s.from, s.cueFrom)) == 0 {
			return s.from, s.to
		}
		return s.from, s.cueFrom
	}
	if s.cueTo < s.to && isVerb(u, s.cueTo-1) && s.cueTo-s.cueFrom > 1 && u.lex.lang == "ru" && u.mentioned(s.cueFrom) != nil {
		return s.cueTo - 1, s.to
	}
	if len(u.verbs(s.cueTo, s.to)) > 0 || s.said == s.cueTo && s.said > 0 && s.said < s.to {
		return s.cueTo, s.to
	}
	if len(u.verbs(s.from, s.cueFrom)) > 0 {
		return s.from, s.cueFrom
	}
	return s.from, s.to
}
