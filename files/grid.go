package files

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"amal/i18n"
)

// Grid is a list or a report as a table: what stands on its page, for a
// spreadsheet, a plain file or paper.
type Grid struct {
	Lang    i18n.Lang
	Name    string   // stem of the file's name
	Title   string   // heading
	Notes   []string // as-of time, filters, formulas
	Columns []Column
	// Rows gives the cells by column: string, int, int64, float64, time.Time,
	// Link or nil. It is read once.
	Rows iter.Seq2[[]any, error]
	// Totals is a last row, set apart; nil for none.
	Totals []any
	Mark   string         // what a cell says of a row that is for official use; paper says so above, on every page
	Zone   *time.Location // of moments; nil: UTC
}

// Column is a column with its heading.
type Column struct {
	Title string
	Width float64 // in letters; 0 = 14
	Kind  Kind
}

// Kind is what a column holds.
type Kind int

// The kinds. A Moment has its time of day, in the grid's zone.
const (
	Words Kind = iota
	Number
	Date
	Moment
)

// Link is a text that leads somewhere.
type Link struct{ Text, Href string }

// usualWidth is how many letters a column takes that says nothing.
const usualWidth = 14

func (c Column) width() float64 {
	if c.Width == 0 {
		return usualWidth
	}
	return c.Width
}

func (g Grid) zone() *time.Location {
	if g.Zone == nil {
		return time.UTC
	}
	return g.Zone
}

// written writes a cell as people of the grid's language read it.
func (g Grid) written(cell any, column int) string {
	p := i18n.For(g.Lang)
	switch v := cell.(type) {
	case nil:
		return ""
	case string:
		return v
	case Link:
		return v.Text
	case int:
		return p.Number(v)
	case int64:
		return p.Number(int(v))
	case float64:
		return decimal(v, g.Lang)
	case time.Time:
		if g.kind(column) == Moment {
			return p.NumericDate(v.In(g.zone())) + " " + p.Clock(v, g.zone())
		}
		return p.NumericDate(v)
	}
	return fmt.Sprint(cell)
}

func (g Grid) kind(column int) Kind {
	if column < len(g.Columns) {
		return g.Columns[column].Kind
	}
	return Words
}

// decimal writes a figure with the language's sign before the fraction, and
// without signs between thousands, so that a spreadsheet takes it as a figure.
func decimal(v float64, lang i18n.Lang) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if lang == i18n.En {
		return text
	}
	return strings.Replace(text, ".", ",", 1)
}
