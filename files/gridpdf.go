package files

import (
	"fmt"
	"io"
	"slices"

	"codeberg.org/go-fonts/dejavu/dejavusans"
	"codeberg.org/go-fonts/dejavu/dejavusansbold"
	"codeberg.org/go-pdf/fpdf"

	"amal/i18n"
)

// PDFRows is how many rows a grid on paper holds; the rest is in the other
// forms, and the last line says so.
const PDFRows = 20_000

// Measures of a grid on paper (A4, across), in millimetres, and its letters.
const (
	gridWidth   = 297.0 - 2*gridMargin
	gridHeight  = 210.0
	gridMargin  = 10.0
	gridLetters = 7.5
	gridLine    = 3.6
	mostLines   = 40 // of a row
)

// PDF writes the grid on A4, across: the heading on every page, and at the foot
// the title with the number of the page.
func (g Grid) PDF(w io.Writer) error {
	doc := fpdf.New("L", "mm", "A4", "")
	doc.SetMargins(gridMargin, gridMargin, gridMargin)
	doc.SetAutoPageBreak(false, gridMargin)
	doc.SetTitle(g.Title, true)
	doc.SetLang(string(g.Lang))
	doc.AddUTF8FontFromBytes("sans", "", dejavusans.TTF)
	doc.AddUTF8FontFromBytes("sans", "B", dejavusansbold.TTF)
	doc.AliasNbPages("")
	p := &gridPage{grid: g, doc: doc}
	if err := p.read(); err != nil {
		return fmt.Errorf("table %s: %w", g.Name, err)
	}
	p.widths()
	doc.SetHeaderFunc(p.above)
	doc.SetFooterFunc(p.foot)
	doc.AddPage()
	p.title()
	p.head()
	p.rows()
	if g.Totals != nil {
		p.row(g.Totals, "B")
	}
	if doc.Err() {
		return fmt.Errorf("table %s: %w", g.Name, doc.Error())
	}
	return doc.Output(w)
}

// gridPage lays the rows.
type gridPage struct {
	grid Grid
	doc  *fpdf.Fpdf
	wide []float64

	held         [][]any
	full, marked bool // there are more rows; one is for official use
}

// widths shares the page among the columns.
func (p *gridPage) widths() {
	whole := 0.0
	for _, c := range p.grid.Columns {
		whole += c.width()
	}
	for _, c := range p.grid.Columns {
		p.wide = append(p.wide, c.width()*gridWidth/whole)
	}
}

func (p *gridPage) title() {
	p.doc.SetFont("sans", "B", 13)
	p.doc.MultiCell(0, 6, plain(p.grid.Title), "", "L", false)
	p.doc.SetFont("sans", "", gridLetters)
	p.doc.SetTextColor(90, 90, 90)
	for _, note := range p.grid.Notes {
		p.doc.MultiCell(0, gridLine+0.2, plain(note), "", "L", false)
	}
	p.doc.SetTextColor(20, 20, 20)
	p.doc.Ln(2)
}

func (p *gridPage) head() {
	p.doc.SetDrawColor(160, 160, 160)
	p.doc.SetFillColor(236, 239, 241)
	cells := make([]any, len(p.grid.Columns))
	for i, c := range p.grid.Columns {
		cells[i] = c.Title
	}
	p.lay(cells, "B", true)
}

func (p *gridPage) foot() {
	p.doc.SetY(-gridMargin + 2)
	p.doc.SetFont("sans", "", 6.5)
	p.doc.SetTextColor(90, 90, 90)
	about := p.grid.Title
	if len(p.grid.Notes) > 0 {
		about += " · " + p.grid.Notes[0]
	}
	p.doc.CellFormat(gridWidth*0.85, 4, plain(about), "", 0, "L", false, 0, "")
	p.doc.CellFormat(gridWidth*0.15, 4, fmt.Sprintf("%d / {nb}", p.doc.PageNo()), "", 0, "R", false, 0, "")
	p.doc.SetTextColor(20, 20, 20)
}

// read takes the rows in, as far as paper holds them: whether one of them is for
// official use stands on the first page already.
func (p *gridPage) read() error {
	for row, err := range p.grid.Rows {
		if err != nil {
			return err
		}
		if p.full = len(p.held) == PDFRows; p.full {
			return nil
		}
		p.held = append(p.held, row)
		p.marked = p.marked || p.grid.Mark != "" && slices.Contains(row, any(p.grid.Mark))
	}
	return nil
}

// above says on top of each page that something on them is for official use.
func (p *gridPage) above() {
	if !p.marked {
		return
	}
	p.doc.SetFont("sans", "B", gridLetters)
	p.doc.CellFormat(gridWidth, gridLine+1, plain(i18n.For(p.grid.Lang).T("column.official")), "", 1, "R", false, 0, "")
}

func (p *gridPage) rows() {
	for _, row := range p.held {
		p.row(row, "")
	}
	if p.full {
		p.doc.SetFont("sans", "B", gridLetters)
		p.doc.MultiCell(0, gridLine+1, plain(i18n.For(p.grid.Lang).N("export.pdf_full", PDFRows)), "", "L", false)
	}
}

func (p *gridPage) row(row []any, style string) { p.lay(row, style, false) }

// lay draws a row; one that does not fit any more begins a page, one higher
// than a page is cut.
func (p *gridPage) lay(row []any, style string, filled bool) {
	p.doc.SetFont("sans", style, gridLetters)
	texts, most := make([][]string, len(p.wide)), 1
	for i := range p.wide {
		if i < len(row) {
			texts[i] = p.doc.SplitText(plain(p.grid.written(row[i], i)), p.wide[i]-2)
			most = max(most, len(texts[i]))
		}
	}
	most = min(most, mostLines)
	height := float64(most)*gridLine + 1.2
	if p.doc.GetY()+height > gridHeight-gridMargin-2 && !filled {
		p.doc.AddPage()
		p.head()
		p.doc.SetFont("sans", style, gridLetters)
	}
	x, y := gridMargin, p.doc.GetY()
	for i, lines := range texts {
		if filled {
			p.doc.Rect(x, y, p.wide[i], height, "F")
		}
		p.cell(x, y, i, lines[:min(len(lines), most)], row)
		x += p.wide[i]
	}
	p.doc.Line(gridMargin, y+height, gridMargin+gridWidth, y+height)
	p.doc.SetXY(gridMargin, y+height)
}

func (p *gridPage) cell(x, y float64, column int, lines []string, row []any) {
	align := "L"
	if p.grid.kind(column) == Number {
		align = "R"
	}
	href := ""
	if column < len(row) {
		if l, ok := row[column].(Link); ok {
			href = l.Href
		}
	}
	for n, line := range lines {
		p.doc.SetXY(x+1, y+0.6+float64(n)*gridLine)
		p.doc.CellFormat(p.wide[column]-2, gridLine, line, "", 0, align, false, 0, href)
	}
}
