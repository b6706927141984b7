package communique

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func texts(text string) []string {
	r := []rune(text)
	var out []string
	for _, s := range Sentences(text) {
		out = append(out, string(r[s.Start:s.End]))
	}
	return out
}

func TestSentencesEndWhereReadersSeeIt(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"two":               {"They met. They agreed on it.", []string{"They met.", "They agreed on it."}},
		"German ordinal":    {"Am 29. März fand ein Treffen mit den Präsidenten statt. Es war kurz.", []string{"Am 29. März fand ein Treffen mit den Präsidenten statt.", "Es war kurz."}},
		"Russian year":      {"Встреча прошла 29 марта 2025 г. в Алматы. Стороны договорились.", []string{"Встреча прошла 29 марта 2025 г. в Алматы.", "Стороны договорились."}},
		"year ends":         {"It opens in 2027. They said so.", []string{"It opens in 2027.", "They said so."}},
		"lines and marks":   {"Decided:\n1. To draw up a plan.\n2) To meet\n– to report", []string{"Decided:", "To draw up a plan.", "To meet", "to report"}},
		"pasted numbering":  {"1. They agree next year. 2. They report monthly.", []string{"They agree next year.", "They report monthly."}},
		"initial":           {"The President K. Tokayev spoke. All listened.", []string{"The President K. Tokayev spoke.", "All listened."}},
		"quotation":         {"“We begin today.” The sides agreed.", []string{"“We begin today.”", "The sides agreed."}},
		"decimal and blank": {"Trade is 4.2 bn US$.\n\n \nMore follows", []string{"Trade is 4.2 bn US$.", "More follows"}},
		"nothing":           {" \n\n", nil},
	} {
		if got := texts(tc.text); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

func TestDetectsTheFiveLanguages(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"Die Präsidenten vereinbarten, das Programm zu erstellen.":                                 {"de", "Latn"},
		"The presidents agreed to draw up the programme of cooperation.":                           {"en", "Latn"},
		"Prezidentlar sanoat kooperatsiyasi dasturini ishlab chiqish boʻyicha topshiriqlar berdi.": {"uz", "Latn"},
		"Президентлар саноат кооперацияси дастурини ишлаб чиқиш бўйича топшириқлар берди.":         {"uz", "Cyrl"},
		"Президенттер өнеркәсіптік кооперация бағдарламасын әзірлеуді тапсырды.":                   {"kk", "Cyrl"},
		"Президенты поручили разработать программу промышленной кооперации.":                       {"ru", "Cyrl"},
		"2025": {"und", "Zyyy"},
	} {
		if got := detected(text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func FuzzSentences(f *testing.F) {
	f.Add("1. A. B\n– c) d…")
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		runes, at := []rune(text), 0
		for i, s := range Sentences(text) {
			if s.Start < at || s.End <= s.Start || s.End > len(runes) || s.Number != i+1 {
				t.Fatalf("sentence %+v after %d of %d", s, at, len(runes))
			}
			if strings.ContainsRune(string(runes[s.Start:s.End]), '\n') {
				t.Fatal("a sentence crosses a line break")
			}
			at = s.End
		}
	})
}

func detected(text string) [2]string {
	lang, script := Detect(text)
	return [2]string{lang, script}
}
