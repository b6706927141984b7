package communique

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// check tells what is wrong with a result, whatever the text: quotes lie in
// it, every proposal has a cue, no deadline lies before the document.
func check(t *testing.T, doc Doc) Result {
	t.Helper()
	result := Propose(doc)
	if again := Propose(doc); !reflect.DeepEqual(result, again) {
		t.Fatalf("two readings of %.80q differ", doc.Text)
	}
	n := len([]rune(doc.Text))
	inside := func(what string, s Span) {
		t.Helper()
		if s.Start < 0 || s.End > n || s.Empty() {
			t.Fatalf("%s %v is no quote of a text of %d letters: %.200q", what, s, n, doc.Text)
		}
	}
	day := doc.Date.UTC().Truncate(24 * time.Hour)
	for _, p := range result.Proposals {
		sentence := Span{p.Start, p.End}
		inside("sentence", sentence)
		inside("clause", p.Clause)
		if p.Clause.Start < p.Start || p.Clause.End > p.End {
			t.Fatalf("clause %v lies outside its sentence %v", p.Clause, sentence)
		}
		if len(p.Why) == 0 || !p.Kind.known() || p.Confidence == "" || p.Title == "" || len([]rune(p.Title)) > maxTitle {
			t.Fatalf("incomplete proposal %+v in %.200q", p, doc.Text)
		}
		for _, c := range p.Why {
			inside("cue", c.Span)
		}
		for _, o := range p.Owners {
			inside("owner", o.Span)
		}
		for _, d := range []*Deadline{p.Deadline, p.Shared} {
			if d == nil {
				continue
			}
			inside("deadline", d.Text)
			if !d.Date.IsZero() && d.Date.Before(day) {
				t.Fatalf("deadline %v lies before the document of %v: %.200q", d.Date, day, doc.Text)
			}
		}
	}
	for _, s := range result.Sentences {
		inside("sentence", Span{s.Start, s.End})
		if s.Proposed == (s.Reason != "") {
			t.Fatalf("sentence %d is proposed or has a reason, not both: %+v", s.Number, s)
		}
	}
	return result
}

func labelledTexts(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/*/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no texts: %v", err)
	}
	var all []string
	for _, p := range paths {
		raw, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(raw))
	}
	return all
}

// Words of the labelled texts in random order, with random signs, make
// sentences that no author would write.
func TestScrambledTextsKeepTheInvariants(t *testing.T) {
	texts := labelledTexts(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	signs := []string{" ", " ", " ", " ", " ", ", ", ". ", "\n", ": ", " – ", "\t", " | ", "; ", " (", ") ", "\n1. ", "«", "\"", "'"}
	for range 1500 {
		words := strings.Fields(texts[rnd.IntN(len(texts))])
		other := strings.Fields(texts[rnd.IntN(len(texts))])
		var b strings.Builder
		for range 5 + rnd.IntN(60) {
			from := words
			if rnd.IntN(8) == 0 {
				from = other
			}
			at := rnd.IntN(len(from))
			for _, w := range from[at:min(len(from), at+1+rnd.IntN(6))] {
				b.WriteString(w)
				b.WriteByte(' ')
			}
			b.WriteString(signs[rnd.IntN(len(signs))])
		}
		check(t, Doc{Text: b.String(), Date: civil(2024+rnd.IntN(4), 1+rnd.IntN(12), 1+rnd.IntN(28)), Agencies: mainRegister()})
	}
}

func TestPlainTextsKeepTheInvariants(t *testing.T) {
	for _, text := range labelledTexts(t) {
		check(t, Doc{Text: text, Date: civil(2025, 3, 29), Agencies: mainRegister()})
		check(t, Doc{Text: text, Date: civil(2025, 3, 29)})
	}
}

func FuzzPropose(f *testing.F) {
	for _, text := range labelledTexts(f) {
		f.Add(text, int64(20_000))
	}
	f.Fuzz(func(t *testing.T, text string, days int64) {
		check(t, Doc{Text: strings.ToValidUTF8(text, "?"), Date: time.Unix(days%60_000*86_400, 0), Agencies: mainRegister()})
	})
}

func TestBytesThatAreNoText(t *testing.T) {
	for _, text := range []string{"", "\x00", "\xff\xfe\xfd", "\u202e", "|||\n|\t|", "\n\n\n", ":", "1.", "•", strings.Repeat("a", 100_000), strings.Repeat("до 1 июля ", 5_000)} {
		Propose(Doc{Text: text, Date: civil(2025, 3, 29), Agencies: mainRegister()})
	}
}

// The register may be shared, and nothing of one reading stays for the next.
func TestReadingsDoNotDisturbEachOther(t *testing.T) {
	text := labelledTexts(t)[0]
	doc := Doc{Text: text, Date: civil(2025, 3, 29), Agencies: mainRegister()}
	want := Propose(doc)
	done := make(chan Result)
	for range 4 {
		go func() { done <- Propose(doc) }()
	}
	for range 4 {
		if got := <-done; !reflect.DeepEqual(got, want) {
			t.Error("a reading at the same time came out differently")
		}
	}
}

// BenchmarkRead100kB is the goal of 100 kB in 50 ms.
func BenchmarkRead100kB(b *testing.B) {
	texts := labelledTexts(b)
	for _, lang := range []string{"de", "en", "ru", "uz", "kk"} {
		var long strings.Builder
		for long.Len() < 100_000 {
			for _, text := range texts {
				if d := detect(fold([]rune(text))); d.lang == lang {
					long.WriteString(text)
					long.WriteByte('\n')
				}
			}
		}
		doc := Doc{Text: long.String(), Date: civil(2025, 3, 29), Agencies: mainRegister()}
		b.Run(lang, func(b *testing.B) {
			for b.Loop() {
				Propose(doc)
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N)/float64(long.Len())*100_000, "ms/100kB")
		})
	}
}

// The page numbers sentences without reading them, so both ways must agree.
func TestSentencesAreNumberedAlike(t *testing.T) {
	texts := append(labelledTexts(t), "Actions\n\n| No | Action | Owner |\n|---|---|---|\n| 1 | Open the port. Report. | Ministry of Transport |\nDue: 1 May 2026. Late.\nDecided:\n- open it\n")
	for _, text := range texts {
		want := Sentences(text)
		var got []Sentence
		for _, r := range Propose(Doc{Text: text, Date: civil(2025, 3, 29)}).Sentences {
			got = append(got, r.Sentence)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%.60q: read %d sentences, numbered %d:\n%v\n%v", text, len(got), len(want), got, want)
		}
	}
}
