package files

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"amal/i18n"
)

func rowsOf(rows ...[]any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

var lastDay = time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)

// evil are texts that spreadsheets run, or that break their forms.
var evil = []string{"=1+1", `=cmd|' /C calc'!A0`, "+7 727", "-5", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "'=1", "''", "a;b", "a\nb", `say "x"`, "\x00\x01\x0b", "\U0001F389", "_x000D_", "<b>&amp;"}

func sample(rows ...[]any) Grid {
	return Grid{Lang: i18n.Ru, Name: "tasks", Title: "Просрочено: задачи [2026]", Notes: []string{"На 25.11.2026, 12:30", "Формула: a / b"},
		Columns: []Column{{Title: "Номер"}, {Title: "Задача", Width: 50}, {Title: "Срок", Kind: Date}, {Title: "Дней", Kind: Number}, {Title: "Когда", Kind: Moment}}, Rows: rowsOf(rows...)}
}

func (g Grid) bytesOf(t *testing.T, write func(Grid, *bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(g, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func bookOf(t *testing.T, g Grid) *excelize.File {
	t.Helper()
	raw := g.bytesOf(t, func(g Grid, b *bytes.Buffer) error { return g.XLSX(b) })
	book, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	return book
}

func TestSpreadsheetHoldsTextsDatesAndFigures(t *testing.T) {
	t.Parallel()
	moment := time.Date(2026, 11, 25, 20, 30, 0, 0, time.UTC)
	g := sample([]any{Link{"2026-1.1", "https://amal.example.org/tasks/1"}, "Oʻzbekiston, Қазақстан, Straße", lastDay, int64(12), moment}, []any{"", nil, nil, 0.5, nil})
	g.Zone = time.FixedZone("", 5*3600)
	g.Totals = []any{"Σ", nil, nil, 12}
	book := bookOf(t, g)
	sheet := book.GetSheetName(0)
	for at, want := range map[string]string{"A1": "Номер", "A2": "2026-1.1", "B2": "Oʻzbekiston, Қазақстан, Straße", "C2": "31.12.2026", "D2": "12", "E2": "26.11.2026 01:30", "D3": "0.5", "A4": "Σ"} {
		if got, err := book.GetCellValue(sheet, at); err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", at, got, want, err)
		}
	}
	if kind, err := book.GetCellType(sheet, "C2"); err != nil || kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("the date is of type %v, %v", kind, err)
	}
	if _, to, err := book.GetCellHyperLink(sheet, "A2"); err != nil || to != "https://amal.example.org/tasks/1" {
		t.Errorf("the number leads to %q, %v", to, err)
	}
	if panes, err := book.GetPanes(sheet); err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the heading is not frozen: %+v, %v", panes, err)
	}
	if width, err := book.GetColWidth(sheet, "B"); err != nil || width != 52 {
		t.Errorf("the width is %v, %v", width, err)
	}
	if note, err := book.GetCellValue(book.GetSheetName(1), "A3"); err != nil || note != "Формула: a / b" {
		t.Errorf("the note is %q, %v", note, err)
	}
}

// Nothing that people type is run by a spreadsheet, and it comes back as it was.
func TestTextsAreNeverFormulas(t *testing.T) {
	t.Parallel()
	var rows [][]any
	for _, text := range evil {
		rows = append(rows, []any{text, text, nil, nil, nil})
	}
	book := bookOf(t, sample(rows...))
	sheet := book.GetSheetName(0)
	for i, text := range evil {
		at := fmt.Sprintf("A%d", i+2)
		formula, err := book.GetCellFormula(sheet, at)
		if err != nil || formula != "" {
			t.Errorf("%q became the formula %q, %v", text, formula, err)
		}
		if kind, err := book.GetCellType(sheet, at); err != nil || kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
			t.Errorf("%q is of type %v, %v", text, kind, err)
		}
		if got, err := book.GetCellValue(sheet, at); err != nil || got != xmlText(text) {
			t.Errorf("%q came back as %q, %v", text, got, err)
		}
	}
	raw := sample(rows...).bytesOf(t, func(g Grid, b *bytes.Buffer) error { return g.CSV(b) })
	text, marked := strings.CutPrefix(string(raw), "\uFEFF")
	lines := csv.NewReader(strings.NewReader(text))
	lines.Comma = ';'
	read, err := lines.ReadAll()
	if err != nil || !marked || !strings.Contains(text, "\r\n") || len(read) != len(evil)+1 {
		t.Fatalf("%d lines, mark %t, %v", len(read), marked, err)
	}
	for i, want := range evil {
		got := read[i+1][0]
		if startsPerilous(got) {
			t.Errorf("%q would be run", got)
		}
		if want = xmlText(strings.ReplaceAll(want, "\r", "\n")); Unguarded(got) != want {
			t.Errorf("%q came back as %q", want, Unguarded(got))
		}
	}
}

func TestGuardedTextsComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("'=+-@\t\r\nab"))).Draw(t, "text")
		if got := Guarded(text); startsPerilous(got) || Unguarded(got) != text {
			t.Fatalf("%q → %q → %q", text, got, Unguarded(got))
		}
	})
}

func TestGridOnPaper(t *testing.T) {
	t.Parallel()
	var rows [][]any
	for i := range 200 {
		rows = append(rows, []any{fmt.Sprintf("2026-%d", i), strings.Repeat("Ўзбекистон ва Қозоғистон 🎉 ", i%20), lastDay, i, nil})
	}
	rows = append(rows, []any{"high", strings.Repeat("word ", 3000), nil, nil, nil})
	g := sample(rows...)
	g.Totals = []any{"the sum", nil, nil, 4711}
	raw := g.bytesOf(t, func(g Grid, b *bytes.Buffer) error { return g.PDF(b) })
	text := pdfWords(t, raw)
	pages := strings.Count(text, "\f")
	if heads := strings.Count(text, "Номер"); pages < 3 || heads != pages || strings.Count(text, "Просрочено: задачи [2026] · На 25.11.2026") != pages {
		t.Errorf("%d pages, %d headings", pages, heads)
	}
	for _, want := range []string{"2026-0", "2026-199", "31.12.2026", "Формула: a / b", "the sum", "4 711", fmt.Sprintf("%d / %d", pages, pages)} {
		if !strings.Contains(strings.ReplaceAll(text, "\u00a0", " "), want) {
			t.Errorf("the paper lacks %q", want)
		}
	}
}

func pdfWords(t *testing.T, raw []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "grid.pdf")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A row that can't be read ends the file with its error, in every form.
func TestAGridThatBreaksOffSaysSo(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken off")
	for name, write := range map[string]func(Grid, *bytes.Buffer) error{
		"xlsx": func(g Grid, b *bytes.Buffer) error { return g.XLSX(b) },
		"csv":  func(g Grid, b *bytes.Buffer) error { return g.CSV(b) },
		"pdf":  func(g Grid, b *bytes.Buffer) error { return g.PDF(b) },
	} {
		g := sample()
		g.Rows = func(yield func([]any, error) bool) { _ = yield([]any{"1"}, nil) && yield(nil, broken) }
		if err := write(g, &bytes.Buffer{}); !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Paper says on each page, also before the row itself, that a list holds something
// for official use; a list that doesn't, says nothing.
func TestPaperSaysForOfficialUse(t *testing.T) {
	t.Parallel()
	var rows [][]any
	for i := range 200 {
		rows = append(rows, []any{"a row", i, nil})
	}
	g := sample(rows...)
	g.Mark = "official use"
	if text := pdfWords(t, g.bytesOf(t, func(g Grid, b *bytes.Buffer) error { return g.PDF(b) })); strings.Contains(text, "Для служебного пользования") {
		t.Errorf("nothing is: %s", text)
	}
	g = sample(append(rows, []any{"the last", 1, "official use"})...)
	g.Mark = "official use"
	text := pdfWords(t, g.bytesOf(t, func(g Grid, b *bytes.Buffer) error { return g.PDF(b) }))
	if pages := strings.Count(text, "\f"); pages < 2 || strings.Count(text, "Для служебного пользования") != pages {
		t.Errorf("%d times on %d pages", strings.Count(text, "Для служебного пользования"), pages)
	}
}
