package handlers

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"amal/db"
	"amal/files"
	"amal/rules"
)

// bringer turns the rows of a table into what they stand for.
type bringer struct {
	im       *db.Import
	me       rules.Actor
	now      time.Time
	agencies map[int64]*db.Agency
	named    agencyNames
	numbered map[[2]int]int64        // directives of tasks, by number
	above    map[string]db.TaskAbove // rows of main tasks, by number
}

// row is a row's values by field.
type row struct {
	b        *bringer
	values   map[string]string
	problems rules.Problems
	later    bool  // it is written, but for what stood further down in the table
	waits    bool  // it has to be looked at later
	wrote    int64 // what it wrote, where it waits
}

// plan is what a row stands for: its fate, and how it is written where it is new
// or changed.
type plan struct {
	identity string
	fate     string
	write    func(ctx context.Context, s *db.Store) error
}

// The fates of a row.
const (
	fateNew     = "new"
	fateChanged = "changed"
	fateSame    = "same"
	fateBad     = "bad"
)

func (b *bringer) row(cells []string) *row {
	r := &row{b: b, values: map[string]string{}}
	for i, field := range b.im.Columns {
		if field != "" && i < len(cells) && cells[i] != "" {
			r.values[field] = cells[i]
		}
	}
	return r
}

// plan finds out what a row stands for. What is wrong with it is in its
// problems; the error is for what is not the row's fault.
func (b *bringer) plan(ctx context.Context, s *db.Store, r *row) (plan, error) {
	switch b.im.Kind {
	case rules.ImportAgencies:
		return b.planAgency(ctx, s, r)
	case rules.ImportDirectives:
		return b.planDirective(ctx, s, r)
	}
	return b.planTask(ctx, s, r)
}

func (r *row) wrong(field, key string) { r.problems.Add(field, key) }

// word reads a value that stands as a word of any language; preset where the
// cell is empty.
func (r *row) word(field, prefix, preset string) string {
	typed, ok := r.values[field]
	if !ok {
		return preset
	}
	value, known := values()[prefix][headerWord(typed)]
	if !known {
		r.wrong(field, "import.error.word")
	}
	return value
}

func (r *row) date(field string) *time.Time {
	typed, ok := r.values[field]
	if !ok {
		return nil
	}
	day, err := files.ParseCellDate(typed, r.b.im.Days1904)
	if err != nil {
		r.wrong(field, "form.error.not_a_date")
		return nil
	}
	return &day
}

// list reads a cell with several values, one a line or between bars or
// semicolons.
func (r *row) list(field string) []string {
	var out []string
	for _, v := range strings.FieldsFunc(r.values[field], func(c rune) bool { return c == '\n' || c == '|' || c == ';' }) {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// points reads an expected result, one point a line or between bars.
// What is there stays where the cell says the same.
func (r *row) points(there []string) []string {
	split := func(cell string) []string { return lines(strings.ReplaceAll(cell, "|", "\n")) }
	points := split(r.values["points"])
	if slices.Equal(points, split(strings.Join(there, "\n"))) {
		return there
	}
	return points
}

func (r *row) agency(field, typed string) *db.Agency {
	g := r.b.named.find(typed)
	if g == nil {
		r.wrong(field, "import.error.agency")
	}
	return g
}

// identityOf makes texts into what is compared when the same table comes again.
func identityOf(parts ...string) string {
	var folded []string
	for _, p := range parts {
		folded = append(folded, rules.Fold(p))
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(folded, "\x00"))))[:32]
}

// fault turns what a write refused into problems of the row; other errors come
// back.
func (r *row) fault(err error) error {
	var wrong rules.Problems
	var taken *db.TakenError
	switch {
	case err == nil:
	case errors.As(err, &wrong):
		r.problems = append(r.problems, wrong...)
	case errors.As(err, &taken):
		r.wrong(map[string]string{"agency_code_key": "code"}[taken.Constraint], "import.error.taken")
	case errors.Is(err, db.ErrNotFound):
		r.wrong("", "import.error.not_found")
	case errors.Is(err, rules.ErrForbidden):
		r.wrong("", "import.error.forbidden")
	case errors.Is(err, rules.ErrMove):
		r.wrong("status", "import.error.status")
	case errors.Is(err, db.ErrStale):
		r.wrong("", "import.error.stale")
	case errors.Is(err, db.ErrValue):
		r.wrong("", "import.error.value")
	default:
		return err
	}
	return nil
}
