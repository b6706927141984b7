package handlers

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/i18n"
	"amal/templates"
)

// listing says which columns a list has. Every list that can be sorted, or whose
// columns can be chosen, has one:
//
//	var people = listing{sort: "name", columns: []column{{key: "name", label: "field.name", sorts: true}, …}}
//
//	asked := people.asked(c)                       // sort, way, columns and page, from the address
//	rows, err := a.Store.People(ctx, find, asked.Sort)
//	view.List = asked.view(c)                      // {{template "heads" .List}}, {{template "columns" .List}}
//	view.Pager.Next = asked.after(c, last.Key)
//	grid.Rows = eachSorted(ctx, a.Store, asked.Sort, …)
//	grid = asked.file(grid, "name", "", "seen")    // the same columns in the file
//
// The address says sort=COLUMN and way=asc or desc; cols=a,b or col=a&col=b are
// the columns that are shown, none means all; after= and id= are a db.Mark.
// What an address says that the list does not know does nothing. In templates a
// cell asks a variable that was set before the rows: {{$seen := .List.Show.seen}}
// … {{if $seen}}<td>…</td>{{end}}. A form of filters keeps order and columns with
// {{template "keeps" .List}}; lists that are no tables have {{template "sorts" .List}}.
type listing struct {
	columns []column // the first is always shown
	sort    string   // the column of the list's own order
	desc    bool     // which begins with the greatest
}

// column is a column of a list. Its key is its name in addresses and in the db's
// orders; label is the key of its heading.
type column struct {
	key, label, class string
	sorts             bool // the list can be sorted by it
	down              bool // the first click puts the greatest first
	fixed             bool // it is not for choosing
}

// asked is a list as an address asks for it.
type asked struct {
	*listing
	db.Sort
	shown map[string]bool
}

// asked reads what the request's address asks for.
func (l *listing) asked(c echo.Context) asked { return l.askedBy(c.Request().URL.Query()) }

func (l *listing) askedBy(q url.Values) asked {
	ask := asked{l, db.Sort{By: l.sort, Desc: l.desc}, map[string]bool{}}
	for _, col := range l.columns {
		if col.sorts && col.key == q.Get("sort") {
			ask.By, ask.Desc = col.key, col.down
			if way := q.Get("way"); way == "asc" || way == "desc" {
				ask.Desc = way == "desc"
			}
		}
	}
	if id := q.Get("id"); id != "" {
		ask.After = append(slices.Clone(q["after"]), id)
	}
	chosen := append(strings.Split(q.Get("cols"), ","), q["col"]...)
	some := slices.ContainsFunc(l.columns, func(col column) bool { return slices.Contains(chosen, col.key) })
	for i, col := range l.columns {
		ask.shown[col.key] = i == 0 || col.fixed || !some || slices.Contains(chosen, col.key)
	}
	ask.shown["all"] = !slices.ContainsFunc(l.columns, func(col column) bool { return !ask.shown[col.key] })
	return ask
}

// without is the list where a column is not for the asker.
func (ask asked) without(key string) asked {
	rest := *ask.listing
	rest.columns = slices.DeleteFunc(slices.Clone(rest.columns), func(col column) bool { return col.key == key })
	ask.listing = &rest
	delete(ask.shown, key)
	return ask
}

// view is the list's headings, and its columns to choose from.
func (ask *asked) view(c echo.Context) templates.List {
	p, q := say(c), listQuery(c)
	v := templates.List{Show: ask.shown, Path: c.Request().URL.Path}
	for i, col := range ask.columns {
		if i > 0 && !col.fixed {
			v.Choices = append(v.Choices, templates.Choice{Value: col.key, Label: p.T(col.label), Chosen: ask.shown[col.key]})
		}
		if col.key == ask.By {
			v.By = p.T(col.label)
		}
		if !ask.shown[col.key] {
			v.Some = true
			continue
		}
		v.Heads, v.Sorts = append(v.Heads, ask.head(p, v.Path, q, col)), v.Sorts || col.sorts
	}
	v.Span = len(v.Heads)
	v.Rest = fieldsOf(q, func(name string) bool { return name != "col" && name != "cols" })
	v.Keep = fieldsOf(q, func(name string) bool { return slices.Contains(keeping, name) })
	return v
}

// head is the heading of a column that is shown.
func (ask *asked) head(p *i18n.Printer, path string, q url.Values, col column) templates.Head {
	head := templates.Head{Key: col.key, Label: p.T(col.label), Class: col.class}
	last := strings.LastIndexByte(head.Label, ' ') + 1
	head.First, head.Last = head.Label[:last], head.Label[last:]
	if col.sorts {
		head.Href = ask.sorted(path, q, col)
	}
	if col.key == ask.By {
		head.Sorted = map[bool]string{false: "ascending", true: "descending"}[ask.Desc]
	}
	return head
}

// fieldsOf are those parts of an address that a form keeps.
func fieldsOf(q url.Values, keep func(name string) bool) (rest []templates.Rest) {
	for _, name := range slices.Sorted(maps.Keys(q)) {
		for _, value := range q[name] {
			if keep(name) {
				rest = append(rest, templates.Rest{Name: name, Value: value})
			}
		}
	}
	return rest
}

// keeping are the parameters of an address that say how a list is shown, and
// turned those of them that say in which order; order is what the overdue list
// had before.
var (
	turned  = []string{"order", "sort", "way"}
	keeping = append([]string{"col", "cols"}, turned...)
)

// sorted is the address of the list sorted by a column, by the one that it is
// sorted by the other way round.
func (ask *asked) sorted(path string, q url.Values, col column) string {
	desc := col.down
	if col.key == ask.By {
		desc = !ask.Desc
	}
	to := maps.Clone(q)
	for _, name := range turned {
		to.Del(name)
	}
	if col.key != ask.sort || desc != ask.desc {
		to.Set("sort", col.key)
		to.Set("way", map[bool]string{false: "asc", true: "desc"}[desc])
	}
	return (&url.URL{Path: path, RawQuery: to.Encode()}).String()
}

// after is the address of the page after a row; filters stay.
func (ask *asked) after(c echo.Context, mark db.Mark) string {
	q := listQuery(c)
	if last := len(mark) - 1; last >= 0 {
		q["after"], q["id"] = mark[:last], mark[last:]
	}
	return (&url.URL{Path: c.Request().URL.Path, RawQuery: q.Encode()}).String()
}

// sortHeld sorts rows that are held in memory. of returns what the list is sorted
// by of a row, what comes next, and its id.
func sortHeld[T any](by db.Sort, rows []T, of func(row T) (first, second string, id int64)) {
	slices.SortFunc(rows, func(a, b T) int {
		if by.Desc {
			a, b = b, a
		}
		return compareHeld(markHeld(of(a)), markHeld(of(b)))
	})
}

// pageHeld cuts the page after the sort's mark out of sorted rows, with the mark
// that the next one begins after, nil for none.
func pageHeld[T any](by db.Sort, rows []T, of func(row T) (first, second string, id int64)) (page []T, next db.Mark) {
	if len(by.After) == 3 {
		rows = rows[sort.Search(len(rows), func(i int) bool {
			way := compareHeld(markHeld(of(rows[i])), by.After)
			return way > 0 != by.Desc && way != 0
		}):]
	}
	if len(rows) <= db.PageSize {
		return rows, nil
	}
	return rows[:db.PageSize], markHeld(of(rows[db.PageSize-1]))
}

func markHeld(first, second string, id int64) db.Mark {
	return db.Mark{first, second, strconv.FormatInt(id, 10)}
}

func compareHeld(a, b db.Mark) int {
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]), cmp.Compare(len(a[2]), len(b[2])), cmp.Compare(a[2], b[2]))
}

// file leaves those columns of a grid out that are not shown. of names for each
// column of the grid the one of the list that it belongs to, "" for none, "all"
// where it goes along with all of them only.
func (ask *asked) file(grid files.Grid, of ...string) files.Grid {
	var keep []int
	for i := range grid.Columns {
		if i >= len(of) || of[i] == "" || ask.shown[of[i]] {
			keep = append(keep, i)
		}
	}
	if len(keep) == len(grid.Columns) {
		return grid
	}
	grid.Columns, grid.Rows = picked(grid.Columns, keep), pickedRows(grid.Rows, keep)
	if grid.Totals != nil {
		grid.Totals = picked(grid.Totals, keep)
	}
	return grid
}

// eachSorted reads a list page by page in its order, on one state of the data.
func eachSorted[T any, P interface {
	*T
	PageMark() db.Mark
}](ctx context.Context, store *db.Store, by db.Sort, next func(s *db.Store, by db.Sort) ([]T, error), cells func(row *T) []any) iter.Seq2[[]any, error] {
	return eachPage(ctx, store, func(s *db.Store, last *T) ([]T, error) {
		by.After = nil
		if last != nil {
			by.After = P(last).PageMark()
		}
		return next(s, by)
	}, cells)
}

func picked[T any](all []T, keep []int) []T {
	some := make([]T, len(keep))
	for i, k := range keep {
		some[i] = all[k]
	}
	return some
}

func pickedRows(rows iter.Seq2[[]any, error], keep []int) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for row, err := range rows {
			if err == nil {
				row = picked(row, keep)
			}
			if !yield(row, err) {
				return
			}
		}
	}
}
