package files

import (
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
	"unicode"

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
	// More says of a one-page sheet how many facts it leaves out; nil: nothing.
	More func(n int) string
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
// letters the rest is left out, and its last line says how much.
func (s Sheet) PDF(w io.Writer) error {
	s = s.plain()
	doc := s.draw(letterSizes[0], s.Facts)
	for i := 1; s.OnePage && doc.PageCount() > 1 && i < len(letterSizes); i++ {
		doc = s.draw(letterSizes[i], s.Facts)
	}
	if s.OnePage && doc.PageCount() > 1 {
		least := letterSizes[len(letterSizes)-1]
		fit := sort.Search(len(s.Facts), func(n int) bool { return s.draw(least, s.first(n+1)).PageCount() > 1 })
		doc = s.draw(least, s.first(fit))
	}
	if doc.Err() {
		return fmt.Errorf("sheet: %w", doc.Error())
	}
	return doc.Output(w)
}

// first returns the first n facts without a heading at their end, and the line
// that says how many are left out.
func (s Sheet) first(n int) []SheetFact {
	for n > 0 && s.Facts[n-1].Head {
		n--
	}
	left := 0
	for _, f := range s.Facts[n:] {
		if !f.Head {
			left++
		}
	}
	facts := slices.Clone(s.Facts[:n])
	if left > 0 && s.More != nil {
		facts = append(facts, SheetFact{Text: plain(s.More(left))})
	}
	return facts
}

// plain returns the sheet in signs that can be drawn.
func (s Sheet) plain() Sheet {
	s.Title, s.Above, s.Foot = plain(s.Title), plain(s.Above), plain(s.Foot)
	s.Facts = slices.Clone(s.Facts)
	for i := range s.Facts {
		f := &s.Facts[i]
		f.Label, f.Text = plain(f.Label), plain(f.Text)
	}
	return s
}

// plain puts a box in the place of each sign that the font does not reach; line
// ends stay, a tab is a blank.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case r > 0xFFFF, unicode.IsControl(r):
			return '□'
		}
		return r
	}, strings.ReplaceAll(text, "\r\n", "\n"))
}

// draw lays facts.
func (s Sheet) draw(size float64, facts []SheetFact) *fpdf.Fpdf {
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
	for _, f := range facts {
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
