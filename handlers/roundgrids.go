package handlers

import (
	"strings"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/i18n"
	"amal/rules"
)

// changeColumns are the columns of lists of changes as a file.
func changeColumns(p *i18n.Printer) []files.Column {
	return []files.Column{{Title: p.T("changes.kind"), Width: 18}, {Title: p.T("column.number"), Width: 11}, {Title: p.T("column.task"), Width: 40},
		{Title: p.T("column.side"), Width: 12}, {Title: p.T("column.lead"), Width: 26}, {Title: p.T("changes.what"), Width: 28},
		{Title: p.T("changes.when"), Width: 16}, {Title: p.T("changes.who"), Width: 20}, {Title: p.T("field.note"), Width: 40}, {Title: p.T("column.official"), Width: 11}}
}

func (a *App) changeCells(p *i18n.Printer, kind string, r *changeRow) []any {
	number := any(r.Ref)
	if r.Href != "" {
		number = files.Link{Text: r.Ref, Href: a.addressOf(r.Href)}
	}
	return []any{kind, number, r.Title, r.Side.Name, r.Lead, strings.Join(r.What, "; "), r.When, r.Who, r.Note, officialCell(p, r.Official)}
}

// outcomeCells are a decision's: what was decided is one text, as on the page.
func (a *App) outcomeCells(p *i18n.Printer, r *outcomeRow) []any {
	cells := a.changeCells(p, r.Decision, &r.changeRow)
	cells[5], cells[8] = strings.Join(r.What, "; "), strings.Join(r.Late, "; ")
	return cells
}

// sectionsGrid is lists of changes as a file; how many each counts stands above.
func (a *App) sectionsGrid(c echo.Context, name, title string, notes []string, sections []changeSection) files.Grid {
	var rows [][]any
	for i := range sections {
		s := &sections[i]
		notes = append(notes, s.Title+": "+s.Count)
		for j := range s.Rows {
			rows = append(rows, a.changeCells(say(c), s.Title, &s.Rows[j]))
		}
	}
	grid := a.grid(c, name, title, notes...)
	grid.Columns = changeColumns(say(c))
	grid.Rows = rowsOf(rows, func(row *[]any) []any { return *row })
	return grid
}

// minutesGrid is a round's minutes as a file: its decisions, then what changed.
func (a *App) minutesGrid(c echo.Context, v *roundView) files.Grid {
	var rows [][]any
	for i := range v.Outcomes {
		rows = append(rows, a.outcomeCells(say(c), &v.Outcomes[i]))
	}
	notes := []string{v.Round.Begun + ", " + v.Round.By, v.Round.Closed, v.Round.Done, v.Since}
	for _, fact := range v.Facts {
		notes = append(notes, fact.ISO+": "+fact.Text)
	}
	grid := a.sectionsGrid(c, "minutes", v.Round.Title, notes, v.Sections)
	lists := grid.Rows
	grid.Rows = func(yield func([]any, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
		lists(yield)
	}
	return grid
}

// roundsGrid is the list of rounds as a file.
func (a *App) roundsGrid(c echo.Context, me rules.Actor) files.Grid {
	p := say(c)
	grid := a.grid(c, "rounds", p.T("round.many"))
	grid.Columns = []files.Column{{Title: p.T("field.title"), Width: 40}, {Title: p.T("round.begun"), Width: 18, Kind: files.Moment}, {Title: p.T("round.by"), Width: 26},
		{Title: p.T("round.ended"), Width: 18, Kind: files.Moment}, {Title: p.T("round.decisions"), Width: 12, Kind: files.Number}}
	grid.Rows = eachPage(c.Request().Context(), a.Store, func(s *db.Store, last *db.Round) ([]db.Round, error) {
		after := db.Cursor{}
		if last != nil {
			after = db.Cursor{At: last.BegunAt, ID: last.ID}
		}
		return s.Rounds(c.Request().Context(), me, after)
	}, func(r *db.Round) []any {
		cells := []any{files.Link{Text: a.roundTitle(c, r), Href: a.addressOf(roundPath(r.ID))}, r.BegunAt, r.BegunName, nil, r.Outcomes}
		if r.ClosedAt != nil {
			cells[3] = *r.ClosedAt
		}
		return cells
	})
	return grid
}
