package files

import (
	"fmt"
	"io"
	"sort"

	"codeberg.org/go-fonts/dejavu/dejavusans"
	"codeberg.org/go-fonts/dejavu/dejavusansbold"
	"codeberg.org/go-pdf/fpdf"
)

// Sheet is a printed sheet of A4: a heading, facts with their labels, and a QR
// code that leads to the page.
type Sheet struct {
	Title, Above string // heading and the small line above it
	Facts        []SheetFact
	Foot         string
	Code         Square
	OnePage      bool // smaller letters rather than a second page
}

// SheetFact is a fact with its label. Head begins a part of the sheet.
type SheetFact struct {
	Label, Text string
	Head        bool
}

// Letter sizes of a sheet, in points, the usual one first.
var letterSizes = []float64{9.5, 8.5, 7.5, 6.5, 5.5}

// Margins and widths of a sheet, in millimetres.
const (
	margin     = 14.0
	labelWidth = 48.0
	pageWidth  = 210.0
	codeSize   = 24.0
)

// PDF writes the sheet. Of a one-page sheet that does not fit with the smallest
// letters the rest is left out.
func (s Sheet) PDF(w io.Writer) error {
	doc := s.draw(letterSizes[0], len(s.Facts))
	for i := 1; s.OnePage && doc.PageCount() > 1 && i < len(letterSizes); i++ {
		doc = s.draw(letterSizes[i], len(s.Facts))
	}
	if s.OnePage && doc.PageCount() > 1 {
		least := letterSizes[len(letterSizes)-1]
		fit := sort.Search(len(s.Facts), func(n int) bool { return s.draw(least, n+1).PageCount() > 1 })
		doc = s.draw(least, fit)
	}
	if doc.Err() {
		return fmt.Errorf("sheet: %w", doc.Error())
	}
	return doc.Output(w)
}

// draw lays the first n facts.
func (s Sheet) draw(size float64, n int) *fpdf.Fpdf {
	doc := fpdf.New("P", "mm", "A4", "")
	doc.SetMargins(margin, margin, margin)
	doc.SetAutoPageBreak(true, margin+4)
	doc.SetTitle(s.Title, true)
	doc.AddUTF8FontFromBytes("sans", "", dejavusans.TTF)
	doc.AddUTF8FontFromBytes("sans", "B", dejavusansbold.TTF)
	doc.SetFooterFunc(func() {
		doc.SetY(-margin)
		doc.SetFont("sans", "", 6.5)
		doc.SetTextColor(90, 90, 90)
		doc.CellFormat(0, 4, s.Foot, "", 0, "L", false, 0, "")
		doc.CellFormat(0, 4, fmt.Sprint(doc.PageNo()), "", 0, "R", false, 0, "")
	})
	doc.AddPage()
	s.heading(doc, size)
	line := size * 0.5
	for _, f := range s.Facts[:n] {
		fact(doc, f, size, line)
	}
	return doc
}

func (s Sheet) heading(doc *fpdf.Fpdf, size float64) {
	s.code(doc)
	width := pageWidth - 2*margin - codeSize - 4
	doc.SetFont("sans", "", size)
	doc.SetTextColor(90, 90, 90)
	doc.MultiCell(width, size*0.5, s.Above, "", "L", false)
	doc.SetTextColor(20, 20, 20)
	doc.SetFont("sans", "B", size+4)
	doc.MultiCell(width, (size+4)*0.5, s.Title, "", "L", false)
	doc.SetY(max(doc.GetY()+2, margin+codeSize+2))
}

// code draws the QR code in the upper right corner.
func (s Sheet) code(doc *fpdf.Fpdf) {
	if s.Code.Size == 0 {
		return
	}
	field := codeSize / float64(s.Code.Size)
	doc.SetFillColor(0, 0, 0)
	for y := range s.Code.Size {
		for x := range s.Code.Size {
			if s.Code.Dark(x, y) {
				doc.Rect(pageWidth-margin-codeSize+float64(x)*field, margin+float64(y)*field, field, field, "F")
			}
		}
	}
}

func fact(doc *fpdf.Fpdf, f SheetFact, size, line float64) {
	if f.Head {
		doc.Ln(line * 0.6)
		doc.SetFont("sans", "B", size)
		doc.SetDrawColor(160, 160, 160)
		doc.CellFormat(0, line+1, f.Label, "B", 1, "L", false, 0, "")
		return
	}
	top := doc.GetY()
	doc.SetFont("sans", "", size)
	doc.SetTextColor(90, 90, 90)
	doc.MultiCell(labelWidth, line, f.Label, "", "L", false)
	below, page := doc.GetY(), doc.PageNo()
	doc.SetTextColor(20, 20, 20)
	if doc.PageNo() == page {
		doc.SetXY(margin+labelWidth, top)
	}
	left, _, right, _ := doc.GetMargins()
	doc.SetLeftMargin(margin + labelWidth)
	doc.SetX(margin + labelWidth)
	doc.MultiCell(pageWidth-margin-right-labelWidth, line, f.Text, "", "L", false)
	doc.SetLeftMargin(left)
	if doc.PageNo() == page {
		doc.SetY(max(doc.GetY(), below) + line*0.15)
	}
}
