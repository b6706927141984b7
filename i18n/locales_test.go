package i18n

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"
)

// forms are the plural forms each language needs for whole numbers (CLDR).
var forms = map[Lang][]string{En: {"one", "other"}, De: {"one", "other"}, Ru: {"one", "few", "many", "other"}, Uz: {"other"}, Kk: {"other"}}

func raw(t *testing.T, l Lang) map[string]any {
	t.Helper()
	text, err := locales.ReadFile("locales/" + string(l) + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func placeholders(text string) []string {
	found := anyPlaceholder.FindAllString(text, -1)
	sort.Strings(found)
	return slices.Compact(found)
}

func TestEveryTextInFiveLanguages(t *testing.T) {
	t.Parallel()
	en := raw(t, En)
	for _, l := range Langs {
		all := raw(t, l)
		for key := range all {
			if _, ok := en[key]; !ok {
				t.Errorf("%s: %s is not in English", l, key)
			}
		}
		for key, want := range en {
			switch got := all[key].(type) {
			case string:
				english, plain := want.(string)
				if !plain || strings.TrimSpace(got) == "" || !slices.Equal(placeholders(got), placeholders(english)) {
					t.Errorf("%s: %s = %q does not match %v", l, key, got, want)
				}
			case map[string]any:
				checkPlural(t, l, key, got)
			default:
				t.Errorf("%s: %s is missing", l, key)
			}
		}
	}
}

func checkPlural(t *testing.T, l Lang, key string, got map[string]any) {
	t.Helper()
	for _, form := range forms[l] {
		if text, _ := got[form].(string); strings.TrimSpace(text) == "" {
			t.Errorf("%s: %s lacks the form %s", l, key, form)
		}
	}
}

// Uzbek writes oʻ and gʻ with U+02BB and the tutuq with U+02BC, never with an
// apostrophe (Cabinet of Ministers decree 339 of 1995 as encoded in Unicode).
// A Russian date ends with the full stop of its year: another one must not
// follow it.
func TestRussianDatesDoNotEndSentences(t *testing.T) {
	t.Parallel()
	raw, err := locales.ReadFile("locales/ru.json")
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`.*\{\{\.(Day|Before|Date)\}\}\.[ "].*`).FindAllString(string(raw), -1); len(found) > 0 {
		t.Errorf("%s", strings.Join(found, "\n"))
	}
}

func TestUzbekLetters(t *testing.T) {
	t.Parallel()
	wrong := regexp.MustCompile("(?i)[oOgG]['’‘`ʼ]|[a-z]['’‘`][a-z]")
	for key, v := range raw(t, Uz) {
		text, _ := json.Marshal(v)
		if found := wrong.FindString(string(text)); found != "" {
			t.Errorf("%s: %q in %s", key, found, text)
		}
	}
}

func TestRussianPlurals(t *testing.T) {
	t.Parallel()
	p := For(Ru)
	for n, want := range map[int]string{1: "байт", 2: "байта", 5: "байт", 21: "байт", 22: "байта", 111: "байт"} {
		if got := p.N("document.bytes", n); !strings.HasPrefix(got, fmt.Sprint(n, " ", want, ",")) {
			t.Errorf("%d: %q, want %s", n, got, want)
		}
	}
}

func TestDatesInEachLanguage(t *testing.T) {
	t.Parallel()
	d := time.Date(2026, 8, 5, 0, 0, 0, 0, time.UTC)
	seen := map[string]bool{}
	for _, l := range Langs {
		text := For(l).Date(d)
		if !strings.Contains(text, "2026") || !strings.Contains(text, "5") || seen[text] {
			t.Errorf("%s: %q", l, text)
		}
		seen[text] = true
	}
}

func TestTheBrowsersLanguage(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]Lang{"": En, "ru-RU,ru;q=0.9": Ru, "uz-Latn-UZ": Uz, "kk": Kk, "de-AT,en;q=0.5": De, "fr": En, "rubbish;;q=": En} {
		if got := Match(accept); got != want {
			t.Errorf("%q: %s, want %s", accept, got, want)
		}
	}
}

// The head of a column is a month by itself: in Russian that of May is not the
// one that a date has.
func TestMonthsByThemselves(t *testing.T) {
	t.Parallel()
	may := time.Date(2026, 5, 9, 0, 0, 0, 0, time.UTC)
	for l, want := range map[Lang]string{En: "May", Ru: "май", Uz: "may", Kk: "мам.", De: "Mai"} {
		if got := For(l).ShortMonth(may); got != want {
			t.Errorf("%s: %q, want %q", l, got, want)
		}
	}
}
