package communique

import (
	"fmt"
	"math"
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"
)

// figures counts what the scorer of the labelled texts counts: sentences and
// items found, and on matched items the kind, the deadline and the owners.
type figures struct {
	docs, langs              int
	sentences, items, owners count
	matched, kinds           int
	deadlines                int // matched items whose deadline is right, none included
	dated, wrongDates        int // deadlines given, and those that are wrong
	notes                    []string
}

// count is found and right, found and wrong, missed.
type count struct{ hits, false, missed int }

func (c count) precision() float64 { return ratio(c.hits, c.hits+c.false) }
func (c count) recall() float64    { return ratio(c.hits, c.hits+c.missed) }
func (c count) f1() float64        { return ratio(2*c.hits, 2*c.hits+c.false+c.missed) }

// ratio is 1 where there is nothing to count.
func ratio(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

func (f figures) String() string {
	return fmt.Sprintf("docs %2d lang %.2f | sentences P %.3f R %.3f F1 %.3f | items F1 %.3f (%d) | kinds %.3f | deadlines %.3f, wrong %d of %d | owners P %.3f R %.3f F1 %.3f",
		f.docs, ratio(f.langs, f.docs), f.sentences.precision(), f.sentences.recall(), f.sentences.f1(), f.items.f1(),
		f.items.hits+f.items.missed, ratio(f.kinds, f.matched), ratio(f.deadlines, f.matched), f.wrongDates, f.dated,
		f.owners.precision(), f.owners.recall(), f.owners.f1())
}

func (f *figures) add(o figures) {
	f.docs += o.docs
	f.langs += o.langs
	for _, p := range [][2]*count{{&f.sentences, &o.sentences}, {&f.items, &o.items}, {&f.owners, &o.owners}} {
		p[0].hits += p[1].hits
		p[0].false += p[1].false
		p[0].missed += p[1].missed
	}
	f.matched += o.matched
	f.kinds += o.kinds
	f.deadlines += o.deadlines
	f.dated += o.dated
	f.wrongDates += o.wrongDates
	f.notes = append(f.notes, o.notes...)
}

// measure compares an answer with what was labelled in a text.
func measure(name, text string, gold, got answer) figures {
	f := figures{docs: 1}
	if gold.Lang == got.Lang {
		f.langs = 1
	}
	f.sentences = tally(spansOf(gold.Directives), spansOf(got.Directives), nil)
	pairs := match(gold.Directives, got.Directives, alike)
	f.items = tallyPairs(gold.Directives, got.Directives, pairs)
	quote := func(l labelled) string { return string([]rune(text)[l.Start:l.End]) }
	note := func(format string, args ...any) {
		f.notes = append(f.notes, name+": "+fmt.Sprintf(format, args...))
	}
	seenGold, seenGot := map[int]bool{}, map[int]bool{}
	for _, p := range pairs {
		seenGold[p[0]], seenGot[p[1]] = true, true
		f.pair(gold.Directives[p[0]], got.Directives[p[1]], quote, note)
	}
	for i, g := range gold.Directives {
		if !seenGold[i] && !g.Optional {
			note("missed %s: %s", g.Kind, quote(g))
		}
	}
	for i, g := range got.Directives {
		if !seenGot[i] {
			note("false %s: %s", g.Kind, quote(g))
		}
	}
	return f
}

func (f *figures) pair(g, p labelled, quote func(labelled) string, note func(string, ...any)) {
	if g.Optional {
		return
	}
	f.matched++
	if g.Kind == p.Kind {
		f.kinds++
	} else {
		note("kind %s, not %s: %s", p.Kind, g.Kind, quote(g))
	}
	want, got := deref(g.Deadline), deref(p.Deadline)
	if want == got {
		f.deadlines++
	} else {
		note("deadline %q, not %q: %s", got, want, quote(g))
	}
	if got != "" {
		f.dated++
		if got != want {
			f.wrongDates++
		}
	}
	hits := ownersFound(g.Owners, p.Owners)
	f.owners.hits += hits
	f.owners.missed += len(g.Owners) - hits
	f.owners.false += len(p.Owners) - hits
	if hits < len(g.Owners) || hits < len(p.Owners) {
		note("owners %q, not %q: %s", p.Owners, g.Owners, quote(g))
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// spansOf are the different sentences of items; one is optional when all its
// items are.
func spansOf(items []labelled) []labelled {
	var all []labelled
	at := map[[2]int]int{}
	for _, i := range items {
		k := [2]int{i.Start, i.End}
		if n, ok := at[k]; ok {
			all[n].Optional = all[n].Optional && i.Optional
			continue
		}
		at[k] = len(all)
		all = append(all, labelled{Start: i.Start, End: i.End, Optional: i.Optional})
	}
	return all
}

func tally(gold, got []labelled, extra func(a, b labelled) float64) count {
	return tallyPairs(gold, got, match(gold, got, extra))
}

func tallyPairs(gold, got []labelled, pairs [][2]int) count {
	c := count{false: len(got) - len(pairs)}
	for _, p := range pairs {
		if !gold[p[0]].Optional {
			c.hits++
		}
	}
	for _, g := range gold {
		if !g.Optional {
			c.missed++
		}
	}
	c.missed -= c.hits
	return c
}

// match pairs items whose spans overlap by half, the likest first.
func match(gold, got []labelled, extra func(a, b labelled) float64) [][2]int {
	type candidate struct {
		optional bool
		value    float64
		g, p     int
	}
	var all []candidate
	for g := range gold {
		for p := range got {
			v := overlap(gold[g].Start, gold[g].End, got[p].Start, got[p].End)
			if v < 0.5 {
				continue
			}
			if extra != nil {
				v += extra(gold[g], got[p])
			}
			all = append(all, candidate{gold[g].Optional, v, g, p})
		}
	}
	sort.SliceStable(all, func(i, k int) bool {
		if all[i].optional != all[k].optional {
			return !all[i].optional
		}
		return all[i].value > all[k].value
	})
	var pairs [][2]int
	usedGold, usedGot := map[int]bool{}, map[int]bool{}
	for _, c := range all {
		if !usedGold[c.g] && !usedGot[c.p] {
			usedGold[c.g], usedGot[c.p] = true, true
			pairs = append(pairs, [2]int{c.g, c.p})
		}
	}
	return pairs
}

func overlap(a, b, c, d int) float64 {
	shared := math.Max(0, math.Min(float64(b), float64(d))-math.Max(float64(a), float64(c)))
	if union := float64(b-a+d-c) - shared; union > 0 {
		return shared / union
	}
	return 0
}

// alike prefers, among the items of one sentence, those of the same kind,
// date, clause and title.
func alike(g, p labelled) float64 {
	v := 0.0
	if g.Kind == p.Kind {
		v += 0.3
	}
	if deref(g.Deadline) == deref(p.Deadline) {
		v += 0.1
	}
	if g.Clause != nil && p.Clause != nil {
		v += 0.5 * overlap(g.Clause[0], g.Clause[1], p.Clause[0], p.Clause[1])
	}
	return v + 0.3*shared(g.Title, p.Title)
}

var wordRunes = regexp.MustCompile(`[\p{L}\p{N}_]+`)

// stemsOf are the first five letters of the words, articles left out: case
// endings differ.
func stemsOf(s string) map[string]bool {
	s = strings.NewReplacer("ʻ", "", "ʼ", "", "‘", "", "’", "", "'", "", "`", "", "´", "").Replace(strings.ToLower(s))
	all := map[string]bool{}
	for _, w := range wordRunes.FindAllString(s, -1) {
		switch w {
		case "the", "a", "an", "der", "die", "das", "den", "dem", "des":
			continue
		}
		if utf8.RuneCountInString(w) > 5 {
			w = string([]rune(w)[:5])
		}
		all[w] = true
	}
	return all
}

// shared is how many of the stems of two texts are common, 0 to 1.
func shared(a, b string) float64 {
	x, y := stemsOf(a), stemsOf(b)
	common := 0
	for w := range x {
		if y[w] {
			common++
		}
	}
	if union := len(x) + len(y) - common; union > 0 {
		return float64(common) / float64(union)
	}
	return 0
}

func ownersFound(gold, got []string) int {
	used, n := map[int]bool{}, 0
	for _, g := range gold {
		for k, p := range got {
			if !used[k] && shared(g, p) >= 0.5 {
				used[k] = true
				n++
				break
			}
		}
	}
	return n
}
