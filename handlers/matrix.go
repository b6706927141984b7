package handlers

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// matrixTable is the bilateral matrix: each decision with what each side does.
type matrixTable struct {
	Sides []templates.Side
	Head  map[string][]twin
	Rows  []matrixRow
}

type matrixRow struct {
	ID         int64
	Ref, Title string
	Official   bool
	Words      []twin // of the source, in the languages where it is recorded
	Due        string
	Cells      []matrixCell // of each side
}

// matrixCell is what a side has under a decision.
type matrixCell struct{ Parts []matrixPart }

type matrixPart struct {
	Who    []twin
	Shape  string
	Status []twin
	Due    string
}

// matrixTable lays decisions out by side; a joint agency stands with each.
func (a *App) matrixTable(n names, langs []i18n.Lang, sides []string, rows []db.MatrixRow) matrixTable {
	of := &packOf{langs: langs}
	table := matrixTable{Sides: sideViews(n.say, sides), Head: map[string][]twin{}}
	for _, key := range []string{"directive.one", "field.deadline", "pack.matrix"} {
		table.Head[key] = of.key(key)
	}
	for i := range rows[:min(len(rows), db.MatrixSize)] {
		r := &rows[i]
		row := matrixRow{ID: r.ID, Ref: r.Ref(), Title: r.Title, Official: r.Official, Due: dayWord(r.Deadline)}
		if r.Deadline == nil {
			row.Due = r.DeadlineWording
		}
		row.Words = sourceWords(r.Words, langs)
		for _, side := range sides {
			row.Cells = append(row.Cells, matrixCell{Parts: matrixParts(n, of, r, side)})
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// sourceWords are the words of the source in those of the languages that it is
// recorded in; in none of them: in its own.
func sourceWords(recorded map[string]string, langs []i18n.Lang) (words []twin) {
	for _, l := range langs {
		if recorded[string(l)] != "" {
			words = append(words, twin{Lang: string(l), Text: recorded[string(l)]})
		}
	}
	if len(words) == 0 {
		for _, lang := range slices.Sorted(maps.Keys(recorded))[:min(len(recorded), 1)] {
			words = append(words, twin{Lang: lang, Text: recorded[lang]})
		}
	}
	return words
}

func matrixParts(n names, of *packOf, r *db.MatrixRow, side string) []matrixPart {
	var parts []matrixPart
	for i := range r.Parts {
		part := &r.Parts[i]
		if part.Side != side && part.Side != string(rules.Joint) {
			continue
		}
		shape, word := partStatus(part)
		parts = append(parts, matrixPart{Who: of.say(func(p *i18n.Printer) string { return n.in(p.Lang(), part.LeadID) }), Shape: shape,
			Status: of.say(word), Due: dayWord(part.Due)})
	}
	return parts
}

// partStatus sums up what a lead has under a decision: the worst of its tasks.
func partStatus(p *db.MatrixPart) (shape string, word func(p *i18n.Printer) string) {
	switch {
	case p.Overdue > 0:
		return "late", func(s *i18n.Printer) string { return s.N("directive.overdue", p.Overdue) }
	case p.Done == p.Tasks:
		return "done", func(s *i18n.Printer) string { return s.T("status.accepted") }
	case p.Begun == 0:
		return "new", func(s *i18n.Printer) string { return s.T("status.assigned") }
	case p.Sent+p.Done == p.Tasks:
		return "sent", func(s *i18n.Printer) string { return s.T("status.submitted") }
	}
	return "go", func(s *i18n.Printer) string { return s.N("directive.done_of", p.Tasks, "Done", p.Done) }
}

// matrixView is the bilateral matrix as a report of its own.
type matrixView struct {
	templates.Layout
	Crumbs        []templates.Crumb
	First, Second []templates.Choice
	Matrix        matrixTable
	Pager         templates.Pager
}

var matrixPage = templates.New[matrixView]("matrix.html")

func (a *App) matrix(c echo.Context, me rules.Actor) error {
	p := say(c)
	n, err := a.names(c)
	if err != nil {
		return err
	}
	sides := []string{string(rules.UZ), string(rules.KZ)}
	if format := exportWanted(c); format != "" {
		return a.export(c, me, format, a.matrixGrid(c, me, n, sides))
	}
	after, _ := strconv.ParseInt(c.QueryParam("id"), 10, 64)
	rows, err := a.Store.Matrix(c.Request().Context(), me, db.MatrixFilter{Sides: sides, After: after, Now: a.Now()})
	if err != nil {
		return err
	}
	langs := packLangs(c)
	view := matrixView{Layout: a.layout(c, p.T("pack.matrix")), Crumbs: reportCrumbs(p, p.T("pack.matrix")), Matrix: a.matrixTable(n, langs, sides, rows), First: langChoices(langs[0]),
		Second: append([]templates.Choice{{Label: p.T("pack.one_language")}}, langChoices((&packOf{langs: langs}).second())...)}
	if len(rows) > db.MatrixSize {
		view.Pager.Next = withID(c, rows[db.MatrixSize-1].ID)
	}
	view.Pager.First, view.Export = firstPage(c), exportLinks(c)
	return render(c, http.StatusOK, matrixPage, view)
}

// matrixGrid is the matrix as a file: a row for each decision.
func (a *App) matrixGrid(c echo.Context, me rules.Actor, n names, sides []string) files.Grid {
	ctx, p := c.Request().Context(), say(c)
	grid := a.grid(c, "matrix", p.T("pack.matrix"))
	grid.Columns = []files.Column{{Title: p.T("column.number"), Width: 11}, {Title: p.T("column.directive"), Width: 44}, {Title: p.T("column.deadline"), Width: 13, Kind: files.Date}}
	for _, side := range sides {
		grid.Columns = append(grid.Columns, files.Column{Title: p.T("side." + side), Width: 44})
	}
	grid.Columns = append(grid.Columns, files.Column{Title: p.T("column.official"), Width: 11})
	of := &packOf{langs: []i18n.Lang{p.Lang()}}
	grid.Rows = eachPage(ctx, a.Store, func(s *db.Store, last *db.MatrixRow) ([]db.MatrixRow, error) {
		f := db.MatrixFilter{Sides: sides, Size: db.PageSize, Now: a.Now()}
		if last != nil {
			f.After = last.ID
		}
		return s.Matrix(ctx, me, f)
	}, func(r *db.MatrixRow) []any {
		cells := []any{files.Link{Text: r.Ref(), Href: a.addressOf(fmt.Sprintf("/directives/%d", r.ID))}, r.Title, dayCell(r.Deadline)}
		for _, side := range sides {
			var lines []string
			for _, part := range matrixParts(n, of, r, side) {
				lines = append(lines, inBoth(part.Who)+": "+inBoth(part.Status)+orNothing(", ", part.Due))
			}
			cells = append(cells, strings.Join(lines, "; "))
		}
		return append(cells, officialCell(p, r.Official))
	})
	return grid
}

// withID is the present page's address after the row of an id.
func withID(c echo.Context, id int64) string {
	return pageAfter(c, db.Cursor{At: time.Unix(0, 0), ID: id})
}

func reportCrumbs(p *i18n.Printer, title string) []templates.Crumb {
	return []templates.Crumb{{Href: "/reports", Label: p.T("nav.reports")}, {Label: title}}
}
