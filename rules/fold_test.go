package rules_test

import (
	"slices"
	"strings"
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
		{"ўқув", "\u0443\u0306қув", "oʻquv"}, // as macOS writes file names
		{"Йил", "\u0418\u0306ил", "yil"},
		{"ёш", "yosh"}, {"ер", "yer"}, {"Европа", "Yevropa"}, {"цирк", "sirk"}, {"объект", "obyekt"},
		{"лойиҳа", "loyiha"}, {"проект", "proyekt"}, {"район", "rayon"}, {"дарё", "daryo"}, {"иқтисодиёт", "iqtisodiyot"},
		{"инвестиция", "investitsiya"}, {"концерт", "konsert"}, {"актёр", "актер", "aktyor"}, {"тайёр", "tayyor"}, {"йўл", "yoʻl"},
		{"центр", "tsentr", "sentr"}, {"«Ер»", "«Yer»"}, {"мева", "meva"}, {"электр", "elektr"},
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

// What is typed of a word still stands in it: folding keeps beginnings.
func TestFoldKeepsBeginnings(t *testing.T) {
	for whole, part := range map[string]string{"projects": "project", "employer": "employ", "investments": "investment", "район": "ray",
		"iqtisodiyot": "iqtisodiy", "Wirtschaftsentwicklung": "entwicklung", "приехать": "ехать"} {
		if !strings.Contains(rules.Fold(whole), rules.Fold(part)) {
			t.Errorf("%q folds to %q, without %q", whole, rules.Fold(whole), rules.Fold(part))
		}
	}
}
