package communique

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// Terms are the words of a statement by which it is known again, with their
// weights: a name of tables/concepts.txt, or the beginning of a word that is
// in no line there. The same matter has much the same terms in every language.
type Terms map[string]float64

// Weights of words by the section of the table they stand in.
const (
	tellingWeight = 1.0
	commonWeight  = 0.25
	otherWeight   = 0.5
)

// concept is a line of the table.
type concept struct {
	name   string
	weight float64
}

// concepts are the beginnings of words, folded, with their lines.
var concepts = sync.OnceValue(func() map[string]concept {
	raw, err := tableFiles.ReadFile("tables/concepts.txt")
	if err != nil {
		panic(err) // the tables are part of the program
	}
	all, err := parseConcepts(string(raw))
	if err != nil {
		panic(err)
	}
	return all
})

func parseConcepts(raw string) (map[string]concept, error) {
	all, weight := map[string]concept{}, 0.0
	for n, l := range strings.Split(raw, "\n") {
		l = strings.TrimSpace(l)
		switch l {
		case "[empty]":
			weight = 0
			continue
		case "[common]":
			weight = commonWeight
			continue
		case "[telling]":
			weight = tellingWeight
			continue
		}
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		name, words, ok := strings.Cut(l, ": ")
		if !ok {
			return nil, fmt.Errorf("tables/concepts.txt, line %d: no colon", n+1)
		}
		for _, w := range strings.Fields(words) {
			if key := likeKey(w); all[key].name == "" {
				all[key] = concept{name, weight}
			}
		}
	}
	return all, nil
}

// TermsOf returns the terms of a statement in any of the five languages.
func TermsOf(text string) Terms {
	terms := Terms{}
	for _, w := range strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !isApostrophe(foldRune(r))
	}) {
		if name, weight := term(likeKey(w)); weight > 0 {
			terms[name] = weight
		}
	}
	return terms
}

// shortestBeginning is the least that may stand for longer words; a shorter
// beginning of the table means the whole word.
const shortestBeginning = 4

// term finds what a word counts as: the longest beginning in the table, else
// its own first letters.
func term(key string) (string, float64) {
	r := []rune(key)
	for n := len(r); n > 0; n-- {
		if n < shortestBeginning && len(r)-n > 2 {
			break
		}
		if c, ok := concepts()[string(r[:n])]; ok {
			return c.name, c.weight
		}
	}
	if len(r) < 5 {
		return "", 0
	}
	return string(r[:min(len(r), 6)]), otherWeight
}

// plainLatin are letters that likeKey writes as their plain sisters.
var plainLatin = strings.NewReplacer("ä", "a", "ö", "o", "ü", "u", "ß", "ss", "ç", "c", "ğ", "g", "ş", "s")

// likeKey is a word without case, accents and apostrophes, in Latin letters,
// so that the scripts of Uzbek and borrowed words of all languages meet.
func likeKey(w string) string {
	r := fold([]rune(w))
	return plainLatin.Replace(strings.ReplaceAll(latinUzbek(r, r), "'", ""))
}

// The least that two statements must share to be taken for the same matter.
const (
	leastShared = 1.9 // two telling words
	leastAlike  = 0.5
)

// Alike tells how much two statements share, from 0 to 1: the weight of their
// common terms against that of the shorter one; 0 where less than two telling
// words are common.
func Alike(a, b Terms) float64 {
	shared := a.shared(b)
	if shared < leastShared {
		return 0
	}
	return shared / min(a.sum(), b.sum())
}

// shared is the weight of the terms that two statements have in common.
func (t Terms) shared(o Terms) float64 {
	sum := 0.0
	for name, weight := range t {
		if o[name] > 0 {
			sum += weight
		}
	}
	return sum
}

// SameMatter tells whether two statements seem to speak of one commitment.
func SameMatter(a, b Terms) bool { return Alike(a, b) >= leastAlike }

func (t Terms) sum() float64 {
	sum := 0.0
	for _, weight := range t {
		sum += weight
	}
	return sum
}

// mostLikeness is how many terms make pairs.
const mostLikeness = 12

// Likeness returns the pairs of a statement's weightiest terms, sorted: two
// statements of one matter share at least one, and few others do, so that an
// index finds them among millions.
func (t Terms) Likeness() []string {
	var names []string
	for name, weight := range t {
		if weight >= otherWeight {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		if t[a] != t[b] {
			if t[a] > t[b] {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	names = names[:min(len(names), mostLikeness)]
	slices.Sort(names)
	var pairs []string
	for i, a := range names {
		for _, b := range names[i+1:] {
			pairs = append(pairs, a+" "+b)
		}
	}
	return pairs
}

// Likeness returns the pairs of telling words of texts that say the same, a
// directive's title and the words it rests on.
func Likeness(texts ...string) []string { return TermsOf(strings.Join(texts, "\n")).Likeness() }

// Matter is a directive or proposal as it is laid beside those of the same
// text in another language.
type Matter struct {
	Terms Terms
	Kind  Kind    // or empty
	Due   string  // date, or empty
	At    float64 // where in the text: 0 beginning … 1 end
}

// near tells how well two matters go together in two languages of one text:
// they share a telling word or the date, and stand in much the same place.
func (m Matter) near(o Matter) float64 {
	sameDue := m.Due != "" && m.Due == o.Due
	if m.Terms.shared(o.Terms) < tellingWeight && !sameDue {
		return 0
	}
	apart := m.At - o.At
	if apart < 0 {
		apart = -apart
	}
	score := Alike(m.Terms, o.Terms) + 0.6*max(0, 1-4*apart)
	if m.Kind != "" && m.Kind == o.Kind {
		score += 0.15
	}
	if sameDue {
		score += 0.3
	}
	return score
}

// leastNear is the least for two matters to be taken for the same.
const leastNear = 0.55

// Align lays the matters of two languages of one text side by side: for each
// of a the index of its twin in b, or -1, and how well they go together. Twins
// stand in the same order.
func Align(a, b []Matter) (twins []int, near []float64) {
	best := make([][]float64, len(a)+1)
	for i := range best {
		best[i] = make([]float64, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			best[i][j] = max(best[i+1][j], best[i][j+1])
			if near := a[i].near(b[j]); near >= leastNear {
				best[i][j] = max(best[i][j], near+best[i+1][j+1])
			}
		}
	}
	twins, near = make([]int, len(a)), make([]float64, len(a))
	for i, j := 0, 0; i < len(a); i++ {
		twins[i] = -1
		for j < len(b) && best[i][j] == best[i][j+1] {
			j++
		}
		if j < len(b) && best[i][j] > best[i+1][j] {
			twins[i], near[i] = j, a[i].near(b[j])
			j++
		}
	}
	return twins, near
}
