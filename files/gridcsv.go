package files

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// CSV writes the grid as a Russian Excel opens it by double click: UTF-8 with a
// byte order mark, semicolons, CR LF. It holds the heading and the rows only,
// so that it can be read in again.
func (g Grid) CSV(w io.Writer) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	lines := csv.NewWriter(w)
	lines.Comma, lines.UseCRLF = ';', true
	heading := make([]string, len(g.Columns))
	for i, c := range g.Columns {
		heading[i] = Guarded(c.Title)
	}
	if err := lines.Write(heading); err != nil {
		return err
	}
	for row, err := range g.Rows {
		if err == nil {
			err = lines.Write(g.csvLine(row))
		}
		if err != nil {
			return fmt.Errorf("table %s: %w", g.Name, err)
		}
	}
	if g.Totals != nil {
		if err := lines.Write(g.csvLine(g.Totals)); err != nil {
			return err
		}
	}
	lines.Flush()
	return lines.Error()
}

func (g Grid) csvLine(row []any) []string {
	line := make([]string, len(row))
	for i, cell := range row {
		line[i] = g.csvCell(cell, i)
	}
	return line
}

// csvCell writes dates as 2026-12-31, which every spreadsheet takes as a date.
func (g Grid) csvCell(cell any, column int) string {
	switch v := cell.(type) {
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return decimal(v, g.Lang)
	case time.Time:
		if g.kind(column) == Moment {
			return v.In(g.zone()).Format("2006-01-02 15:04")
		}
		return v.Format(time.DateOnly)
	}
	text := strings.ReplaceAll(g.written(cell, column), "\r\n", "\n")
	return Guarded(xmlText(strings.ReplaceAll(text, "\r", "\n")))
}

// perilous are the signs with which a spreadsheet takes a text for a formula.
const perilous = "=+-@\t\r\n＝＋－＠"

// guard stands before a text that a spreadsheet would take for a formula.
const guard = "'"

// Guarded returns a text that no spreadsheet runs; Unguarded gives it back.
func Guarded(text string) string {
	if startsPerilous(text) || isGuarded(text) {
		return guard + text
	}
	return text
}

// Unguarded returns the text that Guarded made safe.
func Unguarded(text string) string {
	if isGuarded(text) {
		return text[len(guard):]
	}
	return text
}

func startsPerilous(text string) bool {
	for _, r := range text {
		return strings.ContainsRune(perilous, r)
	}
	return false
}

func isGuarded(text string) bool {
	rest, ok := strings.CutPrefix(text, guard)
	return ok && (startsPerilous(rest) || strings.HasPrefix(rest, guard))
}
