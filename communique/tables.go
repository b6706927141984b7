package communique

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// RuleSet is the version of the tables. It is kept with every confirmed
// directive, so that one can tell later which rules proposed it.
const RuleSet = "2026-11"

//go:embed tables/*.txt
var tableFiles embed.FS

// side says where the doer of an act stands, seen from the cue.
type side byte

const (
	before side = '<'
	behind side = '>'
	either side = '='
	nobody side = '-'
	told   side = '@' // before it, as the one who is told: in the dative
)

// cueRule is one line of a table's [cues].
type cueRule struct {
	kind   Kind
	weight int
	doer   side
	text   string // as written in the table: its name
	size   int    // words and slots it names, gaps left out
}

// lexicon is what the reader knows about one language.
type lexicon struct {
	lang     string
	verbLast bool // the ordering verb ends the sentence
	verbEnds bool // the act stands at the end of its clause
	// properMonths: months are written with a capital letter ("May", "may").
	properMonths bool
	cues         *index[*cueRule]
	masks        *index[string]
	vetoes       *index[string]
	deadlines    *index[string] // meaning
	leadIns      *index[Kind]
	labels       *index[string] // "due", "owner", "with", "action", "number", "status"
	words        map[string]*wordList
	values       map[string]*values
}

// values are words that stand for numbers: months, numerals, ordinals.
type values struct {
	whole map[string]int
	stems map[[2]rune][]valued
}

type valued struct {
	form
	value int
}

var lexicons = sync.OnceValue(loadLexicons)

func loadLexicons() map[string]*lexicon {
	all := map[string]*lexicon{}
	for _, lang := range []string{"de", "en", "ru", "uz", "kk"} {
		raw, err := tableFiles.ReadFile("tables/" + lang + ".txt")
		if err != nil {
			panic(err) // the tables are part of the program
		}
		x, err := parseTable(lang, string(raw))
		if err != nil {
			panic(err)
		}
		all[lang] = x
	}
	return all
}

// parseTable reads one table file. Lines are "[section]", "# comment" or an
// entry of the section; tables/README.md describes them.
func parseTable(lang, raw string) (*lexicon, error) {
	x := &lexicon{
		lang: lang, verbLast: lang == "uz" || lang == "kk",
		verbEnds: lang != "en" && lang != "ru", properMonths: lang == "en" || lang == "de",
		cues: newIndex[*cueRule](false), masks: newIndex[string](false), vetoes: newIndex[string](false),
		deadlines: newIndex[string](true), leadIns: newIndex[Kind](false),
		labels: newIndex[string](true), words: map[string]*wordList{}, values: map[string]*values{},
	}
	section := ""
	for n, l := range strings.Split(raw, "\n") {
		l = strings.TrimSpace(l)
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		if strings.HasPrefix(l, "[") {
			section = strings.Trim(l, "[]")
			continue
		}
		if err := x.entry(section, l); err != nil {
			return nil, fmt.Errorf("tables/%s.txt, line %d: %w", lang, n+1, err)
		}
	}
	return x, nil
}

func (x *lexicon) entry(section, l string) error {
	switch section {
	case "masks":
		x.masks.add(l, l)
		return nil
	case "vetoes":
		x.vetoes.add(l, l)
		return nil
	case "cues":
		return x.cue(l)
	}
	name, rest, ok := strings.Cut(l, " ")
	rest = strings.TrimSpace(rest)
	if !ok || rest == "" {
		return fmt.Errorf("%q lacks its wording", l)
	}
	switch section {
	case "deadlines":
		x.deadlines.add(rest, name)
	case "lead-ins":
		x.leadIns.add(rest, Kind(name))
	case "labels":
		x.labels.add(rest, name)
	case "words":
		if x.words[name] == nil {
			x.words[name] = &wordList{whole: map[string]bool{}}
		}
		x.words[name].add(wordForms(rest))
	case "values":
		return x.value(name, rest)
	default:
		return fmt.Errorf("no section %q", section)
	}
	return nil
}

// cue reads "instruction 9 > gab|gaben … Auftrag*".
func (x *lexicon) cue(l string) error {
	f := strings.Fields(l)
	if len(f) < 4 || len(f[2]) != 1 || !strings.Contains("<>=-@", f[2]) || !Kind(f[0]).known() {
		return fmt.Errorf("%q is no cue", l)
	}
	weight, err := strconv.Atoi(f[1])
	if err != nil {
		return fmt.Errorf("%q has no weight: %w", l, err)
	}
	text := strings.Join(f[3:], " ")
	size := len(f) - 3
	for _, w := range f[3:] {
		if w == ".." || w == "..." || w == "__" {
			size--
		}
	}
	x.cues.add(text, &cueRule{Kind(f[0]), weight, side(f[2][0]), text, size})
	return nil
}

func wordForms(list string) []form {
	var all []form
	for _, w := range strings.Fields(list) {
		all = append(all, forms(w)...)
	}
	return all
}

// value reads "month 3 märz|marz*".
func (x *lexicon) value(name, rest string) error {
	number, list, ok := strings.Cut(rest, " ")
	v, err := strconv.Atoi(number)
	if !ok || err != nil {
		return fmt.Errorf("%q has no value", rest)
	}
	if x.values[name] == nil {
		x.values[name] = &values{map[string]int{}, map[[2]rune][]valued{}}
	}
	of := x.values[name]
	for _, f := range wordForms(list) {
		if two := firstTwo(f.text); f.openEnd {
			of.stems[two] = append(of.stems[two], valued{f, v})
		} else {
			of.whole[f.text] = v
		}
	}
	return nil
}

// wordList is one list of [words].
type wordList struct {
	whole map[string]bool
	stems map[[2]rune][]form
	open  []form // beginning anyhow
}

func (l *wordList) add(all []form) {
	for _, f := range all {
		two := firstTwo(f.text)
		switch {
		case !f.open && !f.openEnd:
			l.whole[f.text] = true
		case f.open || two[1] == 0:
			l.open = append(l.open, f)
		default:
			if l.stems == nil {
				l.stems = map[[2]rune][]form{}
			}
			l.stems[two] = append(l.stems[two], f)
		}
	}
}

// has tells whether a word stands in one of the lists of [words].
func (x *lexicon) has(list, key string) bool {
	l := x.words[list]
	if l == nil {
		return false
	}
	if l.whole[key] {
		return true
	}
	if l.stems != nil {
		for _, f := range l.stems[firstTwo(key)] {
			if f.matches(key) {
				return true
			}
		}
	}
	for _, f := range l.open {
		if f.matches(key) {
			return true
		}
	}
	return false
}

// valueOf is what a word of [values] stands for.
func (x *lexicon) valueOf(name, key string) (int, bool) {
	of := x.values[name]
	if of == nil {
		return 0, false
	}
	if v, ok := of.whole[key]; ok {
		return v, true
	}
	for _, v := range of.stems[firstTwo(key)] {
		if v.matches(key) {
			return v.value, true
		}
	}
	return 0, false
}
