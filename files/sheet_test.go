package files

import (
	"bytes"
	"fmt"
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
	text := textOf(t, s)
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("the PDF lacks %q", w)
		}
	}
	if pages := strings.Count(text, "\f"); pages != 1 {
		t.Errorf("%d pages", pages)
	}
}

// textOf is what stands on a sheet's pages.
func textOf(t *testing.T, s Sheet) string {
	t.Helper()
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
	text, err := exec.CommandContext(t.Context(), tool, "-layout", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Signs that the font does not have show as a box, wherever they stand.
func TestSheetTakesEverySign(t *testing.T) {
	t.Parallel()
	text := textOf(t, Sheet{Title: "Title🎉", Above: "Above🎉", Foot: "Foot🎉", Facts: []SheetFact{{Label: "Head🎉", Head: true},
		{Label: "Label🎉", Text: "Text\x07🎉\U0010FFFF\r\nnext\tone"}}})
	for _, want := range []string{"Title□", "Above□", "Foot□", "Head□", "Label□", "Text□□□", "next one"} {
		if !strings.Contains(text, want) {
			t.Errorf("the PDF lacks %q: %s", want, text)
		}
	}
}

// A one-page sheet that can't hold all says how much it leaves out, and ends
// with no heading above nothing.
func TestAFullSheetSaysWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	s := Sheet{Title: "Title", OnePage: true, More: func(n int) string { return fmt.Sprintf("%d more on the page", n) }}
	for i := range 100 {
		s.Facts = append(s.Facts, SheetFact{Label: "Label", Text: "fact " + strings.Repeat("word ", 60)}, SheetFact{Label: fmt.Sprintf("head %d", i), Head: true})
	}
	text := textOf(t, s)
	shown := strings.Count(text, "fact ")
	if want := fmt.Sprintf("%d more on the page", 100-shown); shown == 0 || shown == 100 || !strings.Contains(text, want) {
		t.Errorf("%d facts are shown, the PDF lacks %q", shown, want)
	}
	if heads := strings.Count(text, "head "); heads >= shown {
		t.Errorf("%d heads for %d facts", heads, shown)
	}
	if pages := strings.Count(text, "\f"); pages != 1 {
		t.Errorf("%d pages", pages)
	}
	s.Facts = s.Facts[:4]
	if text := textOf(t, s); strings.Contains(text, "more on the page") {
		t.Error("a sheet that holds all says that it does not")
	}
}
