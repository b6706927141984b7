// Package files turns bytes into values: tables in files of comma-separated
// values.
package files

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Row is a line of a table by its columns' names. Line counts from 1, the
// header.
type Row struct {
	Line   int
	values map[string]string
}

// Get returns the value of a column, "" where it is not there.
func (r Row) Get(column string) string { return r.values[column] }

// Has returns the value of a column, and whether the table has it at all.
func (r Row) Has(column string) (string, bool) {
	v, ok := r.values[column]
	return v, ok
}

// Errors of a table that a person can mend.
var (
	ErrEncoding = errors.New("the file is not UTF-8")
	ErrColumn   = errors.New("the first line does not name the columns rightly")
)

// maxTable is the largest table taken, in bytes.
const maxTable = 20 << 20

// Table reads a file of comma-separated values in UTF-8, with or without a byte
// order mark, whose first line names the columns. Columns may be missing, but
// the needed ones; unknown and doubled ones are refused.
func Table(r io.Reader, columns []string, needed ...string) ([]Row, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxTable+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxTable {
		return nil, fmt.Errorf("the file is larger than %d MB", maxTable>>20)
	}
	raw = bytes.TrimPrefix(raw, []byte("\uFEFF"))
	if !utf8.Valid(raw) {
		return nil, ErrEncoding
	}
	lines := csv.NewReader(bufio.NewReader(bytes.NewReader(raw)))
	header, err := lines.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrColumn, err)
	}
	if err := checkHeader(header, columns, needed); err != nil {
		return nil, err
	}
	var rows []Row
	for {
		cells, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := lines.FieldPos(0)
		values := make(map[string]string, len(cells))
		for i, cell := range cells {
			values[strings.TrimSpace(header[i])] = strings.TrimSpace(cell)
		}
		rows = append(rows, Row{Line: line, values: values})
	}
}

func checkHeader(header, columns, needed []string) error {
	seen := map[string]bool{}
	for _, name := range header {
		name = strings.TrimSpace(name)
		if !slices.Contains(columns, name) {
			return fmt.Errorf("%w: %q is none of %s", ErrColumn, name, strings.Join(columns, ", "))
		}
		if seen[name] {
			return fmt.Errorf("%w: %q stands twice", ErrColumn, name)
		}
		seen[name] = true
	}
	for _, name := range needed {
		if !seen[name] {
			return fmt.Errorf("%w: %q is missing", ErrColumn, name)
		}
	}
	return nil
}

// Split cuts a cell that holds several values, separated by " | ".
func Split(cell string) []string {
	var values []string
	for _, v := range strings.Split(cell, "|") {
		if v = strings.TrimSpace(v); v != "" {
			values = append(values, v)
		}
	}
	return values
}
