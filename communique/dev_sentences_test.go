package communique

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryLabelledSpanIsASentence(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"dev", "own"} {
		files, _ := filepath.Glob("testdata/" + dir + "/*.json")
		for _, f := range files {
			gold := readAnswer(t, f)
			text, err := os.ReadFile(strings.TrimSuffix(f, "json") + "txt")
			if err != nil {
				t.Fatal(err)
			}
			if d := detect(fold([]rune(string(text)))); d.String() != gold.Lang {
				t.Errorf("%s: language %s, want %s", f, d, gold.Lang)
			}
			spans := map[[2]int]bool{}
			for _, s := range Sentences(string(text)) {
				spans[[2]int{s.Start, s.End}] = true
			}
			for _, g := range gold.Directives {
				if !spans[[2]int{g.Start, g.End}] {
					t.Errorf("%s: %d–%d is no sentence: %q", f, g.Start, g.End, string([]rune(string(text))[g.Start:g.End]))
				}
			}
		}
	}
}
