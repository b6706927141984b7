package i18n

import (
	"regexp"
	"testing"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

var anyPlaceholder = regexp.MustCompile(`\{\{[^}]*\}\}`)

// Whatever is put into a text, it is what go-i18n itself makes of it, for every
// text with placeholders and every plural form of each language.
func TestPatternsAreWhatTheLibraryWrites(t *testing.T) {
	t.Parallel()
	for _, l := range Langs {
		p := For(l)
		for key, message := range raw(t, l) {
			values, pairs := map[string]any{}, []any{}
			for _, text := range texts(message) {
				for _, found := range anyPlaceholder.FindAllString(text, -1) {
					name := placeholder.FindStringSubmatch(found)
					if name == nil {
						t.Fatalf("%s: %s holds %s, which is more than a value", l, key, found)
					}
					if _, ok := values[name[1]]; !ok && name[1] != "N" {
						values[name[1]] = "<" + name[1] + ">"
						pairs = append(pairs, name[1], values[name[1]])
					}
				}
			}
			compare(t, p, key, message, values, pairs)
		}
	}
}

func compare(t *testing.T, p *Printer, key string, message any, values map[string]any, pairs []any) {
	t.Helper()
	if text, plain := p.plain[key]; plain {
		if text != message {
			t.Errorf("%s: %q, want %q", key, text, message)
		}
		return
	}
	if _, plural := message.(map[string]any); !plural {
		want, err := p.texts.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: values})
		if got := p.T(key, pairs...); got != want || want == "" {
			t.Errorf("%s: %q, want %q, %v", key, got, want, err)
		}
		return
	}
	for _, n := range []int{-5, -1, 0, 1, 2, 3, 4, 5, 11, 12, 19, 20, 21, 22, 25, 100, 101, 102, 111, 112, 121, 1000, 1001, 1011, 1021, 12345, 999999} {
		values["N"] = p.Number(n)
		want, err := p.texts.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: values, PluralCount: n})
		if got := p.N(key, n, pairs...); got != want || want == "" {
			t.Errorf("%s of %d: %q, want %q, %v", key, n, got, want, err)
		}
	}
}

func texts(message any) (all []string) {
	switch m := message.(type) {
	case string:
		return []string{m}
	case map[string]any:
		for _, form := range m {
			all = append(all, texts(form)...)
		}
	}
	return all
}
