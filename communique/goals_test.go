package communique

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"
)

// mainRegister is the register of agencies that the program ships.
var mainRegister = sync.OnceValue(func() *Register {
	f, err := os.Open("../commands/registers/agencies.csv")
	if err != nil {
		panic(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		panic(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	var all []Agency
	for _, r := range rows[1:] {
		a := Agency{Code: r[column["code"]]}
		for _, c := range []string{"name_en", "name_ru", "name_uz", "name_kk", "name_de"} {
			a.Names = append(a.Names, r[column[c]])
		}
		a.Names = append(a.Names, strings.Split(r[column["aliases"]], " | ")...)
		for _, c := range []string{"short_en", "short_ru", "short_uz", "short_kk"} {
			a.Short = append(a.Short, r[column[c]])
		}
		all = append(all, a)
	}
	return NewRegister(all)
})

// read is the reader's answer in the form of the labelled texts.
func read(text, date string) answer {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic(err)
	}
	result := Propose(Doc{Text: text, Date: day, Agencies: mainRegister()})
	a := answer{Lang: result.Lang, Date: date}
	runes := []rune(text)
	for _, p := range result.Proposals {
		l := labelled{Start: p.Start, End: p.End, Kind: string(p.Kind), Title: p.Title, Clause: &[2]int{p.Clause.Start, p.Clause.End}}
		if d := p.Deadline; d != nil && !d.Date.IsZero() {
			s := d.Date.Format(time.DateOnly)
			l.Deadline = &s
		}
		for _, o := range p.Owners {
			l.Owners = append(l.Owners, string(runes[o.Span.Start:o.Span.End]))
		}
		a.Directives = append(a.Directives, l)
	}
	return a
}

// score measures all labelled texts of a directory, by language and together.
func score(t testing.TB, dir string) (map[string]figures, figures) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no labelled texts in %s: %v", dir, err)
	}
	byLang, all := map[string]figures{}, figures{}
	for _, path := range paths {
		gold := readAnswer(t, path)
		raw, err := os.ReadFile(strings.TrimSuffix(path, ".json") + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		f := measure(filepath.Base(path), string(raw), gold, read(string(raw), gold.Date))
		of := byLang[gold.Lang]
		of.add(f)
		byLang[gold.Lang] = of
		all.add(f)
	}
	return byLang, all
}

// print logs the figures of each language and what went wrong.
func print(t testing.TB, byLang map[string]figures, all figures) {
	t.Helper()
	var langs []string
	for l := range byLang {
		langs = append(langs, l)
	}
	sort.Strings(langs)
	for _, l := range langs {
		t.Logf("%-7s %v", l, byLang[l])
	}
	t.Logf("%-7s %v", "all", all)
	for _, n := range all.notes {
		t.Log(n)
	}
}

// goal is the least that a set of texts has to reach.
type goal struct {
	precision, recall, items, kinds, deadlines, owners float64
	wrongDates                                         float64
}

// The goals of the labelled texts; those of the further texts are the goals
// for texts never seen.
var goals = map[string]goal{
	"testdata/seed": {1, 1, 1, 1, 1, 1, 0},
	"testdata/more": {0.95, 0.92, 0.92, 0.97, 0.97, 0.90, 0.02},
	"testdata/dev":  {0.98, 0.98, 0.97, 0.97, 1, 0.97, 0},
}

func TestLabelledTextsReachTheGoals(t *testing.T) {
	for dir, g := range goals {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			byLang, all := score(t, dir)
			print(t, byLang, all)
			reach := func(what string, got, least float64) {
				if got < least {
					t.Errorf("%s is %.3f, the goal is %.3f", what, got, least)
				}
			}
			reach("language", ratio(all.langs, all.docs), 1)
			reach("sentence precision", all.sentences.precision(), g.precision)
			reach("sentence recall", all.sentences.recall(), g.recall)
			reach("item F1", all.items.f1(), g.items)
			reach("kind accuracy", ratio(all.kinds, all.matched), g.kinds)
			reach("deadlines", ratio(all.deadlines, all.matched), g.deadlines)
			reach("deadlines that are not wrong", 1-float64(all.wrongDates)/float64(max(all.dated, 1)), 1-g.wrongDates)
			reach("owner F1", all.owners.f1(), g.owners)
			for lang, f := range byLang {
				reach(lang+" sentence F1", f.sentences.f1(), 0.85)
			}
		})
	}
}
