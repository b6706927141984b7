package files

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// Cells is a table as it came: its header, and the rows below that hold
// anything.
type Cells struct {
	Header []string
	Rows   []CellRow
	// Days1904 says that the file counts its days from 1904.
	Days1904 bool
}

// CellRow is a row with its number in the file, the header's being 1.
type CellRow struct {
	Line  int
	Cells []string
}

// What a table may hold.
const (
	MaxCellRows    = 100_000
	MaxCellColumns = 100
	MaxCellLetters = 10_000
	maxCellsText   = 64 << 20 // letters of all cells
)

// Errors of a table that its sender can mend, beside those of a document.
var (
	ErrEncrypted = errors.New("the file is locked with a password, or an old .xls")
	ErrMacros    = errors.New("the file holds macros")
	ErrNoRows    = errors.New("the file holds no rows below a header")
	ErrFar       = errors.New("the file has more rows, columns or letters than a table may")
)

// BrokenLineError says in which line a file of separated values breaks off.
type BrokenLineError struct{ Line int }

// Error says so.
func (e *BrokenLineError) Error() string {
	return fmt.Sprintf("line %d can't be read: a quotation mark is left open or stands within a value", e.Line)
}

// ReadCells reads a spreadsheet (.xlsx) or separated values: UTF-8, UTF-16 with
// a mark or windows-1251; semicolons, commas or tabs. What it is it tells by its
// first bytes. Values are those that stand in the file: a spreadsheet's dates
// come as numbers of days.
func ReadCells(ctx context.Context, raw []byte) (*Cells, error) {
	switch {
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		return xlsxCells(ctx, raw)
	case bytes.HasPrefix(raw, []byte("\xd0\xcf\x11\xe0")):
		return nil, ErrEncrypted
	case bytes.HasPrefix(raw, []byte("%PDF-")):
		return nil, ErrUnknownKind
	}
	text, err := tableText(raw)
	if err != nil {
		return nil, err
	}
	cells, err := csvCells(ctx, text, false)
	var broken *BrokenLineError
	if errors.As(err, &broken) { // a quotation mark within a value, as people paste them
		if lazy, err := csvCells(ctx, text, true); err == nil {
			return lazy, nil
		}
	}
	return cells, err
}

// tableText decodes separated values.
func tableText(raw []byte) (string, error) {
	marked := bytes.HasPrefix(raw, []byte("\xff\xfe")) || bytes.HasPrefix(raw, []byte("\xfe\xff"))
	if marked || utf8.Valid(raw) {
		return plainText(raw)
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		return "", ErrUnknownKind
	}
	text, err := charmap.Windows1251.NewDecoder().String(string(raw))
	if err != nil || !russian(text) {
		return "", ErrEncoding
	}
	return text, nil
}

// russian tells whether the letters beyond ASCII are Russian ones in words of
// their own: bytes of another encoding come out as single ones among Latin
// letters. Codes and addresses in a table may well be Latin.
func russian(text string) bool {
	letters, other, before := 0, 0, ' '
	for _, r := range text {
		switch {
		case cyrillic(r) && latin(before), latin(r) && cyrillic(before):
			other++
		case cyrillic(r):
			letters++
		case r > 0x7f && !strings.ContainsRune("«»–—№„“”’…\u00a0", r):
			other++
		}
		before = r
	}
	return other*10 <= letters
}

func cyrillic(r rune) bool { return r >= 'А' && r <= 'я' || r == 'ё' || r == 'Ё' }

func latin(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

func csvCells(ctx context.Context, text string, lazy bool) (*Cells, error) {
	lines := csv.NewReader(strings.NewReader(text))
	lines.Comma, lines.FieldsPerRecord, lines.ReuseRecord, lines.LazyQuotes = separator(text), -1, true, lazy
	b := cellsBuilder{}
	for n := 0; ; n++ {
		cells, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return b.done()
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return nil, &BrokenLineError{broken.Line}
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBroken, err)
		}
		line, _ := lines.FieldPos(0)
		if lazy && swallowed(cells, lines.Comma, len(b.cells.Header)) {
			return nil, &BrokenLineError{line}
		}
		if err := b.add(line, cells, true); err != nil {
			return nil, err
		}
		if n%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
}

// swallowed tells whether a quotation mark left open took further lines into a
// value: it holds as many separators as a line of its own.
func swallowed(cells []string, comma rune, columns int) bool {
	for _, cell := range cells {
		for line := range strings.Lines(cell) {
			if columns > 1 && strings.Contains(cell, "\n") && strings.Count(line, string(comma)) >= columns-1 {
				return true
			}
		}
	}
	return false
}

// separator is the sign that stands most often in the first line, outside
// quotation marks.
func separator(text string) rune {
	counts, quoted := map[rune]int{}, false
	for _, r := range text {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '\n' && len(counts) > 0:
			return most(counts)
		case r == ';' || r == ',' || r == '\t':
			counts[r]++
		}
	}
	return most(counts)
}

func most(counts map[rune]int) rune {
	best := ';'
	for _, r := range []rune{';', '\t', ','} {
		if counts[r] > counts[best] {
			best = r
		}
	}
	return best
}

// cellsBuilder takes rows as they come: the first that holds anything is the
// header.
type cellsBuilder struct {
	cells   Cells
	letters int
}

func (b *cellsBuilder) add(line int, cells []string, guarded bool) error {
	row, last := make([]string, 0, len(cells)), 0
	for i, cell := range cells {
		if guarded {
			cell = Unguarded(cell)
		}
		if cell = cleanCell(cell); cell != "" {
			last = i + 1
		}
		if utf8.RuneCountInString(cell) > MaxCellLetters {
			return ErrFar
		}
		b.letters += len(cell)
		row = append(row, cell)
	}
	switch {
	case last == 0:
		return nil
	case last > MaxCellColumns, b.letters > maxCellsText, len(b.cells.Rows) >= MaxCellRows:
		return ErrFar
	case b.cells.Header == nil:
		b.cells.Header = row[:last]
	default:
		b.cells.Rows = append(b.cells.Rows, CellRow{line, row[:last]})
	}
	return nil
}

func (b *cellsBuilder) done() (*Cells, error) {
	if len(b.cells.Rows) == 0 {
		return nil, ErrNoRows
	}
	return &b.cells, nil
}

// cleanCell is a cell's text as it is kept: composed letters, LF, no control
// signs, no blanks around it.
func cleanCell(cell string) string {
	cell = strings.ReplaceAll(strings.ReplaceAll(cell, "\r\n", "\n"), "\r", "\n")
	cell = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == 0xFEFF {
			return -1
		}
		return r
	}, strings.ToValidUTF8(cell, "\uFFFD"))
	return strings.TrimSpace(norm.NFC.String(cell))
}

// ErrNotADate says that a cell holds no date.
var ErrNotADate = errors.New("the cell holds no date")

// Days that a spreadsheet's number may mean: 1950 to 2200.
const (
	firstSerial = 18264
	lastSerial  = 109574
	days1904    = 1462 // between the two ways to count
)

// ParseCellDate reads a date of a table: 31.12.2026, 2026-12-31, or the number
// of days that a spreadsheet keeps.
func ParseCellDate(cell string, from1904 bool) (time.Time, error) {
	for _, layout := range []string{"2006-01-02", "2.1.2006", "2/1/2006", "2006-01-02 15:04", "2006-01-02T15:04:05"} {
		if day, err := time.Parse(layout, cell); err == nil {
			return day.Truncate(24 * time.Hour), nil
		}
	}
	serial, err := strconv.ParseFloat(cell, 64)
	if from1904 {
		serial += days1904
	}
	if err != nil || !(serial >= firstSerial && serial <= lastSerial) { // NaN is neither
		return time.Time{}, ErrNotADate
	}
	return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(serial)), nil
}
