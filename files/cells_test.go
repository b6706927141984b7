package files

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
)

func mustRead(t *testing.T, raw []byte) *Cells {
	t.Helper()
	cells, err := ReadCells(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	return cells
}

// A table is the same table in every encoding and with every separator.
func TestTablesComeInManyForms(t *testing.T) {
	t.Parallel()
	text := "Номер;Название\r\n2026-1;\"Раз; два\nтри\"\r\n;\r\n2026-2;'=1+1\r\n"
	russian, err := charmap.Windows1251.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	utf16 := "\xff\xfe"
	for _, r := range text {
		utf16 += string([]byte{byte(r), byte(r >> 8)})
	}
	for name, raw := range map[string]string{
		"UTF-8": text, "marked": "\ufeff" + text, "windows-1251": russian, "UTF-16": utf16,
		"commas": strings.NewReplacer("Раз; ", "Раз; ", ";", ",").Replace(strings.Replace(text, "Раз; ", "Раз\x01 ", 1)),
		"tabs":   strings.NewReplacer(";", "\t").Replace(strings.Replace(text, "Раз; ", "Раз\x01 ", 1)),
	} {
		cells := mustRead(t, []byte(strings.ReplaceAll(raw, "\x01", ";")))
		if !slices.Equal(cells.Header, []string{"Номер", "Название"}) || len(cells.Rows) != 2 ||
			!slices.Equal(cells.Rows[0].Cells, []string{"2026-1", "Раз; два\nтри"}) || !slices.Equal(cells.Rows[1].Cells, []string{"2026-2", "=1+1"}) || cells.Rows[1].Line != 5 {
			t.Errorf("%s: %+v", name, cells)
		}
	}
}

// What was written out comes in again as it was.
func TestATableComesBack(t *testing.T) {
	t.Parallel()
	var rows [][]any
	for _, text := range evil {
		rows = append(rows, []any{"x", text, lastDay, 12, nil})
	}
	for name, write := range map[string]func(Grid, io.Writer) error{"csv": Grid.CSV, "xlsx": Grid.XLSX} {
		var b bytes.Buffer
		if err := write(sample(rows...), &b); err != nil {
			t.Fatal(err)
		}
		cells := mustRead(t, b.Bytes())
		if len(cells.Rows) != len(evil) {
			t.Fatalf("%s: %d rows", name, len(cells.Rows))
		}
		for i, text := range evil {
			if got := cells.Rows[i].Cells[1]; got != cleanCell(text) {
				t.Errorf("%s: %q came back as %q", name, text, got)
			}
			if day, err := ParseCellDate(cells.Rows[i].Cells[2], cells.Days1904); err != nil || !day.Equal(lastDay) {
				t.Errorf("%s: the date came back as %q, %v", name, cells.Rows[i].Cells[2], err)
			}
		}
	}
}

func TestDatesOfTables(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{"31.12.2026": "2026-12-31", "2026-12-31": "2026-12-31", "46387": "2026-12-31", "46387.0": "2026-12-31", "46387.75": "2026-12-31",
		"1": "", "31.02.2026": "", "soon": "", "-5": "", "1e9": "", "NaN": "", "2026": "", "9999999": ""} {
		got := ""
		if day, err := ParseCellDate(typed, false); err == nil {
			got = day.Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
	if day, err := ParseCellDate("44925", true); err != nil || day.Format(time.DateOnly) != "2026-12-31" {
		t.Errorf("from 1904: %v, %v", day, err)
	}
}

// book makes a spreadsheet and lets change spoil it.
func book(t *testing.T, change func(*excelize.File), options ...excelize.Options) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for at, value := range map[string]any{"A1": "a", "B1": "b", "A2": "x", "B2": 1} {
		if err := f.SetCellValue("Sheet1", at, value); err != nil {
			t.Fatal(err)
		}
	}
	change(f)
	var b bytes.Buffer
	if err := f.Write(&b, options...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipped(t *testing.T, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, body := range parts {
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTablesThatAreNotTaken(t *testing.T) {
	t.Parallel()
	good := book(t, func(*excelize.File) {})
	if cells := mustRead(t, good); len(cells.Rows) != 1 {
		t.Fatalf("%+v", cells)
	}
	var broken *BrokenLineError
	for name, c := range map[string]struct {
		raw  []byte
		want error
	}{
		"empty":             {nil, ErrNoRows},
		"header only":       {[]byte("a;b\n"), ErrNoRows},
		"blank":             {[]byte(";;\n;;\n"), ErrNoRows},
		"binary":            {[]byte("a;b\x00\xff\xfe\x01;c"), ErrUnknownKind},
		"pdf":               {[]byte("%PDF-1.7"), ErrUnknownKind},
		"other encoding":    {[]byte("n\xe4me;w\xfcrde\ngr\xfc\xdfe;\xe4\xf6\xfc\n"), ErrEncoding},
		"wide":              {[]byte(strings.Repeat("a;", 200) + "a\n" + strings.Repeat("b;", 200) + "b\n"), ErrFar},
		"a huge cell":       {[]byte("a;b\n" + strings.Repeat("x", MaxCellLetters+1) + ";1\n"), ErrFar},
		"too many rows":     {[]byte("a;b\n" + strings.Repeat("1;2\n", MaxCellRows+1)), ErrFar},
		"cut":               {good[:len(good)/2], ErrBroken},
		"only a head":       {[]byte("PK\x03\x04garbage"), ErrBroken},
		"encrypted":         {book(t, func(*excelize.File) {}, excelize.Options{Password: "x"}), ErrEncrypted},
		"another zip":       {zipped(t, map[string]string{"word/document.xml": "<x/>"}), ErrUnknownKind},
		"macros":            {zipped(t, map[string]string{"xl/workbook.xml": "<x/>", "xl/vbaProject.bin": "x"}), ErrMacros},
		"no book":           {zipped(t, map[string]string{"xl/workbook.xml": "<x", "[Content_Types].xml": "<"}), nil},
		"bomb":              {zipped(t, map[string]string{"xl/workbook.xml": "<x/>", "xl/worksheets/sheet1.xml": strings.Repeat(" ", maxBook+1)}), ErrTooMuch},
		"far row":           {book(t, func(f *excelize.File) { _ = f.SetCellValue("Sheet1", "A1048576", "far") }), ErrFar},
		"far column":        {book(t, func(f *excelize.File) { _ = f.SetCellValue("Sheet1", "XFD2", "far") }), ErrFar},
		"no rows in a book": {book(t, func(f *excelize.File) { _ = f.RemoveRow("Sheet1", 2) }), ErrNoRows},
	} {
		cells, err := ReadCells(t.Context(), c.raw)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, %v", name, cells, err)
		}
	}
	for name, text := range map[string]string{"open": "a;b\n\"open;1\n2;3\n4;5\n"} {
		if cells, err := ReadCells(t.Context(), []byte(text)); !errors.As(err, &broken) || broken.Line < 2 {
			t.Errorf("%s: %v, %v", name, cells, err)
		}
	}
	if cells := mustRead(t, []byte("a\tb\nООО \"Ромашка\"\t5\" pipe\n")); cells.Rows[0].Cells[0] != `ООО "Ромашка"` {
		t.Errorf("quotation marks within a value: %+v", cells)
	}
}

// A formula comes as the value that stands there, never run; formats and
// merged cells don't matter.
func TestFormulasComeAsTheirValues(t *testing.T) {
	t.Parallel()
	cells := mustRead(t, book(t, func(f *excelize.File) {
		_ = f.SetCellFormula("Sheet1", "C2", "1+1")
		_ = f.SetCellValue("Sheet1", "C1", "c")
	}))
	if len(cells.Rows) != 1 || len(cells.Rows[0].Cells) > 2 && cells.Rows[0].Cells[2] != "" {
		t.Errorf("%+v", cells)
	}
}

func TestAHundredThousandRowsAreRead(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	g := sample()
	g.Rows = func(yield func([]any, error) bool) {
		for i := range MaxCellRows {
			if !yield([]any{fmt.Sprintf("2026-%d", i), "Задача", lastDay, i, nil}, nil) {
				return
			}
		}
	}
	if err := g.XLSX(&b); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cells, err := ReadCells(ctx, b.Bytes())
	if err != nil || len(cells.Rows) != MaxCellRows {
		t.Fatalf("%v", err)
	}
	t.Logf("%d rows in %s", len(cells.Rows), time.Since(start).Round(time.Millisecond))
}
