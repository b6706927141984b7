package i18n

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// each calls f with every text of a language.
func each(value any, f func(text string)) {
	switch v := value.(type) {
	case string:
		f(v)
	case map[string]any:
		for _, form := range v {
			each(form, f)
		}
	}
}

// balanced reports whether a text holds the language's quotation marks only, each
// with its partner.
func balanced(m marks, text string) bool {
	var opened []string
	for _, r := range text {
		if !strings.ContainsRune("\"«»„“”‟‹›", r) {
			continue
		}
		mark := string(r)
		top := ""
		if len(opened) > 0 {
			top = opened[len(opened)-1]
		}
		switch {
		case top == m.open && mark == m.close, top == m.innerOpen && mark == m.innerClose:
			opened = opened[:len(opened)-1]
		case top == "" && mark == m.open, top == m.open && mark == m.innerOpen:
			opened = append(opened, mark)
		default:
			return false
		}
	}
	return len(opened) == 0
}

func TestEachLanguageHasItsOwnQuotationMarks(t *testing.T) {
	t.Parallel()
	for _, l := range Langs {
		for key, value := range raw(t, l) {
			each(value, func(text string) {
				if !balanced(quotation[l], text) {
					t.Errorf("%s of %s: %s", key, l, text)
				}
			})
		}
	}
}

// A quotation in a quotation has other marks, whatever marks the words came with.
func TestQuotationsInQuotations(t *testing.T) {
	t.Parallel()
	for l, want := range map[Lang]string{En: "“Of the ‘Silk’ road”", Ru: "«Of the „Silk“ road»", Kk: "«Of the „Silk“ road»", De: "„Of the ‚Silk‘ road“", Uz: "“Of the «Silk» road”"} {
		for _, title := range []string{"Of the «Silk» road", "Of the “Silk” road", "Of the „Silk“ road", "Of the „Silk” road", `Of the "Silk" road`} {
			if got := For(l).Quote(title); got != want {
				t.Errorf("%s: %s, want %s", l, got, want)
			}
			if got := For(l).T("view.saved", "Name", title); !strings.Contains(got, want) {
				t.Errorf("%s in a sentence: %s, want %s", l, got, want)
			}
			if got := For(l).T("changes.since.meeting", "Title", title, "When", "«"); !strings.Contains(got, want) || !strings.Contains(got, "«") {
				t.Errorf("%s in a sentence: %s, want %s", l, got, want)
			}
		}
	}
	ru := For(Ru)
	for text, want := range map[string]string{"": "", "plain": "«plain»", "«a «b» c»": "«„a «b» c“»", "5» pipe": "«5» pipe»", "«open": "««open»"} {
		if got := ru.Quote(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// Pages and mails take the marks from here: none writes its own.
func TestTemplatesQuoteInTheirLanguage(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir("../templates", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) == ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.ContainsAny(string(text), "«»„“”") {
			t.Errorf("%s writes its own quotation marks", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
