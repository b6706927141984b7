package db

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lib/pq"
)

// Sort is the order of a list as it is asked for: by which of its columns, which
// way, and where the page begins. A column that the list can't be sorted by, and
// so the zero Sort, means the list's own order.
type Sort struct {
	By    string
	Desc  bool
	After Mark
}

// Mark is where a page of a list begins: after the row of which this is what the
// list is ordered by, as the database writes it, its id last. Each row of a list
// has its own, as its Key. The zero Mark begins at the start; so does one that does
// not fit the order.
type Mark []string

// Scan reads a mark as a row has it.
func (m *Mark) Scan(src any) error {
	var words pq.StringArray
	err := words.Scan(src)
	*m = Mark(words)
	return err
}

// Marked is embedded in the rows of a list that is paged by key.
type Marked struct {
	Key Mark `db:"mark"`
}

// PageMark is where the page after the row begins.
func (m *Marked) PageMark() Mark { return m.Key }

// key is one thing that a list is ordered by: an expression that is never null,
// and its type.
type key struct{ expr, kind string }

// order is what one column orders a list by: its keys, then the id. flip: what
// the column shows grows as the keys fall. led: how many of the first keys are of
// one table and can be found by its index, where not all are.
type order struct {
	keys []key
	flip bool
	led  int
}

// orders are the columns that a list can be sorted by, with the one it has by
// itself. All keys of an order and the id go the same way, so that one index
// serves both ways, and a page begins where a comparison of rows says.
type orders struct {
	id   string // expression
	own  string
	desc bool // its own order is the greatest first
	by   map[string]order
}

// of is the order that is asked for, and whether its keys fall.
func (o *orders) of(s Sort) (by order, falls bool) {
	by, known := o.by[s.By]
	if s.By == "" || !known {
		by, s.Desc = o.by[o.own], o.desc
	}
	return by, s.Desc != by.flip
}

// page makes a query begin after the sort's mark and returns its order by; with
// back it goes the other way, to what comes before.
func (o *orders) page(c *clause, s Sort, back bool) string {
	by, falls := o.of(s)
	than, way := ">", " asc"
	if falls != back {
		than, way = "<", " desc"
	}
	keys := append(slices.Clone(by.keys), key{o.id, "bigint"})
	if at, fit := s.After.fitting(keys); fit {
		if by.led > 0 {
			c.after(keys[:by.led], at, than+"=")
		}
		c.after(keys, at, than)
	}
	terms := make([]string, len(keys))
	for i, k := range keys {
		terms[i] = k.expr + way
	}
	return " order by " + strings.Join(terms, ", ")
}

// mark is the column that a row's mark is read from.
func (o *orders) mark(s Sort) string {
	by, _ := o.of(s)
	terms := make([]string, 0, len(by.keys)+1)
	for _, k := range append(slices.Clone(by.keys), key{o.id, "bigint"}) {
		terms = append(terms, "cast("+k.expr+" as text)")
	}
	return "array[" + strings.Join(terms, ", ") + "] as mark"
}

// after adds that the keys come after values.
func (c *clause) after(keys []key, at []string, than string) {
	exprs, values := make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		exprs[i], values[i] = k.expr, "cast("+c.arg(at[i])+" as "+k.kind+")"
	}
	c.conditions = append(c.conditions, "("+strings.Join(exprs, ", ")+") "+than+" ("+strings.Join(values, ", ")+")")
}

// fitting returns the mark as it is compared with keys, false where it is not one
// of theirs: it comes from an address.
func (m Mark) fitting(keys []key) (at []string, fit bool) {
	if len(m) != len(keys) {
		return nil, false
	}
	at = make([]string, len(m))
	for i, k := range keys {
		if at[i], fit = k.read(m[i]); !fit {
			return nil, false
		}
	}
	return at, true
}

// moments are how a moment stands in a mark: as the database writes it, and as
// addresses had it before.
var moments = []string{"2006-01-02 15:04:05-07", "2006-01-02 15:04:05-07:00", time.RFC3339, time.DateOnly}

func (k key) read(word string) (string, bool) {
	switch k.kind {
	case "bigint":
		n, err := strconv.ParseInt(word, 10, 64)
		return strconv.FormatInt(n, 10), err == nil
	case "text":
		return word, utf8.ValidString(word) && !strings.Contains(word, "\x00")
	}
	if word == "infinity" || word == "-infinity" {
		return word, true
	}
	for _, layout := range moments {
		if at, err := time.Parse(layout, word); err == nil && at.UTC().Year() > 0 {
			return infinite(at), true
		}
	}
	return "", false
}
