package rules_test

import (
	"slices"
	"testing"

	"amal/rules"
)

// The same word is the same in every script and with every apostrophe.
func TestFoldJoinsScriptsAndSigns(t *testing.T) {
	for _, group := range [][]string{
		{"qo'shma", "qoʻshma", "Qo‘shma", "QOSHMA", "қўшма"},
		{"sanoat", "саноат", "Sanoat"},
		{"Zusammenarbeit  über\tGrenzen", "zusammenarbeit uber grenzen"},
		{"ёлка", "елка"},
		{"Straße", "STRASSE"},
		{"өнеркәсіп", "ӨНЕРКӘСІП"},
	} {
		for _, w := range group {
			if rules.Fold(w) != rules.Fold(group[0]) {
				t.Errorf("%q folds to %q, %q to %q", w, rules.Fold(w), group[0], rules.Fold(group[0]))
			}
		}
	}
	if got := rules.SearchWords("  100% a_b  x «Отчёт»"); !slices.Equal(got, []string{"100%", "a_b", "«otchet»"}) {
		t.Errorf("words %q", got)
	}
}
