package files

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Letters of all five languages stand in the PDF, on one page, and its code
// leads to the address.
func TestSheetHoldsAllLetters(t *testing.T) {
	t.Parallel()
	words := []string{"Straße über Öl", "Ёлка, поручение", "Oʻzbekiston, gʻalla", "Қазақстан, әділет, өнеркәсіп, ұн, үкімет, іс, һ", "Ўзбекистон, ҳокимият, ғалла", "Centre – “quoted”"}
	code, err := QR("https://amal.example.org/tasks/17")
	if err != nil || code.Size < 21 || !strings.HasPrefix(code.Path(), "M0 0h7") {
		t.Fatalf("the code: %v, %d fields", err, code.Size)
	}
	s := Sheet{Title: "2025-17.2 " + words[0], Above: "Control card", Foot: "head 0123", Code: code, OnePage: true}
	for range 200 {
		for _, w := range words {
			s.Facts = append(s.Facts, SheetFact{Label: "Label", Text: w})
		}
	}
	var b bytes.Buffer
	if err := s.PDF(&b); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(b.Bytes(), []byte("%PDF-")) {
		t.Fatal("no PDF")
	}
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Fatal("pdftotext is needed: make test installs it")
	}
	path := filepath.Join(t.TempDir(), "card.pdf")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.CommandContext(t.Context(), tool, path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range words {
		if !strings.Contains(string(text), w) {
			t.Errorf("the PDF lacks %q", w)
		}
	}
	if pages := bytes.Count(text, []byte("\f")); pages != 1 {
		t.Errorf("%d pages", pages)
	}
}
