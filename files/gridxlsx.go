package files

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"amal/i18n"
)

// Limits of one sheet of a spreadsheet: rows with a heading above them, links,
// letters in a cell.
const (
	sheetRows    = 1_000_000
	sheetLinks   = 5_000
	sheetLetters = 32_000
)

// XLSX writes the grid as a spreadsheet: a frozen heading with a filter, texts
// as texts (so that none is run), dates as dates. The notes are on a sheet of
// their own. What one sheet can't hold goes on to a further one.
func (g Grid) XLSX(w io.Writer) error { return Book(w, g) }

// Book writes several grids as one spreadsheet, each on a sheet of its own; the
// notes are those of the first one.
func Book(w io.Writer, grids ...Grid) error {
	book := excelize.NewFile()
	defer book.Close()
	x := &xlsxWriter{grid: grids[0], book: book}
	if err := x.styles(); err != nil {
		return err
	}
	for _, g := range grids {
		if err := x.write(g); err != nil {
			return err
		}
	}
	x.grid = grids[0]
	if err := x.notes(); err != nil {
		return err
	}
	book.SetActiveSheet(0)
	return book.Write(w)
}

// write writes a grid on sheets of its own.
func (x *xlsxWriter) write(g Grid) error {
	x.grid, x.sheets = g, 0
	if err := x.begin(); err != nil {
		return err
	}
	for row, err := range g.Rows {
		if err == nil {
			err = x.row(row, 0)
		}
		if err != nil {
			return fmt.Errorf("table %s: %w", g.Name, err)
		}
	}
	if g.Totals != nil {
		if err := x.row(g.Totals, x.bold); err != nil {
			return err
		}
	}
	return x.end()
}

type xlsxWriter struct {
	grid                              Grid
	named                             bool // the book's own first sheet is in use
	book                              *excelize.File
	sheet                             *excelize.StreamWriter
	name                              string
	sheets, line, links               int
	text, date, moment, bold, heading int // styles
}

func (x *xlsxWriter) styles() error {
	day := "dd.mm.yyyy"
	if x.grid.Lang == i18n.En {
		day = "dd/mm/yyyy"
	}
	clock := day + " hh:mm"
	top := &excelize.Alignment{Vertical: "top", WrapText: true}
	for _, s := range []struct {
		at    *int
		style excelize.Style
	}{
		{&x.text, excelize.Style{Alignment: top, NumFmt: 0}},
		{&x.date, excelize.Style{Alignment: top, CustomNumFmt: &day}},
		{&x.moment, excelize.Style{Alignment: top, CustomNumFmt: &clock}},
		{&x.bold, excelize.Style{Alignment: top, Font: &excelize.Font{Bold: true}}},
		{&x.heading, excelize.Style{Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}, Font: &excelize.Font{Bold: true},
			Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8ECEF"}}}},
	} {
		var err error
		if *s.at, err = x.book.NewStyle(&s.style); err != nil {
			return err
		}
	}
	return nil
}

// begin begins a sheet with the heading.
func (x *xlsxWriter) begin() error {
	x.sheets++
	x.name, x.line, x.links = sheetName(x.grid.Title, x.sheets), 1, 0
	var err error
	if !x.named {
		x.named, err = true, x.book.SetSheetName(x.book.GetSheetName(0), x.name)
	} else {
		_, err = x.book.NewSheet(x.name)
	}
	if err != nil {
		return err
	}
	if err := x.page(); err != nil {
		return err
	}
	if x.sheet, err = x.book.NewStreamWriter(x.name); err != nil {
		return err
	}
	cells := make([]any, len(x.grid.Columns))
	for i, c := range x.grid.Columns {
		if err := x.sheet.SetColWidth(i+1, i+1, min(c.width()+2, 100)); err != nil {
			return err
		}
		cells[i] = excelize.Cell{StyleID: x.heading, Value: xmlText(c.Title)}
	}
	if err := x.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return x.sheet.SetRow("A1", cells)
}

// page makes the sheet print on A4, across, with the heading on every page.
func (x *xlsxWriter) page() error {
	across, a4, one, any := "landscape", 9, 1, 0
	if err := x.book.SetPageLayout(x.name, &excelize.PageLayoutOptions{Orientation: &across, Size: &a4, FitToWidth: &one, FitToHeight: &any}); err != nil {
		return err
	}
	fit := true
	return x.book.SetSheetProps(x.name, &excelize.SheetPropsOptions{FitToPage: &fit})
}

// end closes a sheet: the filter over its rows.
func (x *xlsxWriter) end() error {
	if len(x.grid.Columns) > 0 {
		last, err := excelize.CoordinatesToCellName(len(x.grid.Columns), max(x.line, 2))
		if err != nil {
			return err
		}
		if err := x.book.AutoFilter(x.name, "A1:"+last, nil); err != nil {
			return err
		}
		titles := "'" + x.name + "'!$1:$1"
		if err := x.book.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: titles, Scope: x.name}); err != nil {
			return err
		}
	}
	return x.sheet.Flush()
}

func (x *xlsxWriter) row(row []any, style int) error {
	if x.line >= sheetRows {
		if err := x.end(); err != nil {
			return err
		}
		if err := x.begin(); err != nil {
			return err
		}
	}
	x.line++
	cells := make([]any, len(row))
	for i, cell := range row {
		value, own := x.cell(cell, i)
		if style != 0 {
			own = style
		}
		cells[i] = excelize.Cell{StyleID: own, Value: value}
	}
	at, err := excelize.CoordinatesToCellName(1, x.line)
	if err != nil {
		return err
	}
	return x.sheet.SetRow(at, cells)
}

// cell is a cell's value and style. A moment is the one that clocks of the
// grid's zone show: a spreadsheet knows no zones.
func (x *xlsxWriter) cell(cell any, column int) (value any, style int) {
	switch v := cell.(type) {
	case nil, int, int64, float64:
		return v, x.text
	case time.Time:
		if x.grid.kind(column) == Moment {
			v = v.In(x.grid.zone())
			return time.Date(v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), 0, 0, time.UTC), x.moment
		}
		return v, x.date
	case Link:
		x.link(v, column)
		return xmlText(v.Text), x.text
	}
	return xmlText(x.grid.written(cell, column)), x.text
}

// link makes the cell under way lead somewhere, as far as a sheet holds links.
func (x *xlsxWriter) link(l Link, column int) {
	at, err := excelize.CoordinatesToCellName(column+1, x.line)
	if err != nil || l.Href == "" || x.links >= sheetLinks {
		return
	}
	x.links++
	_ = x.book.SetCellHyperLink(x.name, at, l.Href, "External") // without it the text still stands there
}

// notes writes the sheet that says what the table is.
func (x *xlsxWriter) notes() error {
	if len(x.grid.Notes) == 0 {
		return nil
	}
	name := sheetName(i18n.For(x.grid.Lang).T("export.about"), 1)
	if name == x.name {
		name += " "
	}
	if _, err := x.book.NewSheet(name); err != nil {
		return err
	}
	lines := append([]string{x.grid.Title}, x.grid.Notes...)
	for i, note := range lines {
		if err := x.book.SetCellStr(name, fmt.Sprintf("A%d", i+1), xmlText(note)); err != nil {
			return err
		}
	}
	return x.book.SetColWidth(name, "A", "A", 100)
}

// sheetName is a title as a sheet may be called: 31 signs, none of seven.
func sheetName(title string, number int) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) || r < ' ' || r > 0xFFFF {
			return ' '
		}
		return r
	}, title)
	runes := []rune(strings.Join(strings.Fields(name), " "))
	name = strings.TrimSpace(string(runes[:min(len(runes), 26)]))
	if name == "" {
		name = "Amal"
	}
	if number > 1 {
		name = fmt.Sprintf("%s %d", name, number)
	}
	return name
}

// xmlText is a text as a cell can hold it: without signs that XML has not, and
// not longer than a cell.
func xmlText(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == utf8.RuneError || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, text)
	if utf8.RuneCountInString(text) > sheetLetters {
		text = string([]rune(text)[:sheetLetters]) + "…"
	}
	return text
}
