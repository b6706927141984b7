package handlers

import (
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/i18n"
	"amal/rules"
)

// directivesGrid is the list of directives as a file, under the same filter and
// in the same order: on paper what the page shows, else every field that an
// import takes as well.
func (a *App) directivesGrid(c echo.Context, me rules.Actor) (files.Grid, error) {
	p, f := say(c), directiveFilter(c)
	list := directiveList.asked(c)
	f.Sort = list.Sort
	n, err := a.names(c)
	if err != nil {
		return files.Grid{}, err
	}
	notes, err := a.directiveNotes(c, me, n, f)
	if err != nil {
		return files.Grid{}, err
	}
	grid := a.grid(c, "directives", p.T("directive.many"), notes...)
	if exportWanted(c) == "pdf" {
		grid.Columns = directiveColumns(p, paperColumns)
		grid.Rows = a.eachDirective(c, me, f, false, func(d *wholeDirective) []any {
			return []any{a.directiveLink(&d.PickedDirective), d.Title, officialCell(p, d.Official), d.MeetingPlace, d.HeldOn, sideWords(p, d.Sides), strings.Join(leadNames(n, &d.PickedDirective), "\n"),
				d.Open, d.Overdue, d.Done, dayCell(d.Next), directiveSign(p, &d.PickedDirective).Word}
		})
		return list.file(grid, "", "", "", "meeting_date", "meeting_date", "sides", "leads", "open", "overdue", "done", "next_deadline", "status"), nil
	}
	grid.Columns = directiveColumns(p, tableColumns)
	grid.Rows = a.eachDirective(c, me, f, true, func(d *wholeDirective) []any { return a.directiveCells(p, n, d) })
	return grid, nil
}

// directiveNotes says by what the list is filtered.
func (a *App) directiveNotes(c echo.Context, me rules.Actor, n names, f db.DirectiveFilter) ([]string, error) {
	p := say(c)
	state, side, meeting := "", "", ""
	if f.State != "" {
		state = p.T("directive.pick." + string(f.State))
	}
	if f.Side != "" {
		side = p.T("side." + string(f.Side))
	}
	if f.MeetingID != 0 {
		var err error
		if meeting, err = a.meetingWords(c, me, f.MeetingID); err != nil {
			return nil, err
		}
	}
	find := ""
	if len(f.Words) > 0 {
		find = c.QueryParam("q")
	}
	return []string{filterNote(c, "directive.find", find), filterNote(c, "column.state", state), filterNote(c, "column.lead", n.of(f.AgencyID)),
		filterNote(c, "column.side", side), filterNote(c, "meeting.one", meeting)}, nil
}

// gridColumn is a column by the key of its heading.
type gridColumn struct {
	key   string
	width float64
	kind  files.Kind
}

// paperColumns and tableColumns are the columns of the directives on paper and
// in a table.
var (
	paperColumns = []gridColumn{{"number", 11, files.Words}, {"directive", 48, files.Words}, {"official", 11, files.Words}, {"meeting_place", 14, files.Words}, {"meeting_date", 12, files.Date},
		{"sides", 14, files.Words}, {"lead", 34, files.Words}, {"open", 8, files.Number}, {"overdue", 9, files.Number}, {"done", 9, files.Number}, {"next_deadline", 12, files.Date}, {"status", 16, files.Words}}
	tableColumns = []gridColumn{{"number", 11, files.Words}, {"meeting_date", 12, files.Date}, {"meeting", 40, files.Words}, {"meeting_place", 16, files.Words}, {"meeting_level", 18, files.Words},
		{"directive", 44, files.Words}, {"official", 16, files.Words}, {"wording", 60, files.Words}, {"said_by", 20, files.Words}, {"strength", 14, files.Words}, {"points", 40, files.Words}, {"sides", 18, files.Words},
		{"deadline", 12, files.Date}, {"deadline_wording", 20, files.Words}, {"no_deadline_reason", 20, files.Words}, {"controller", 26, files.Words},
		{"restates", 12, files.Words}, {"replaces", 12, files.Words}, {"part_of", 12, files.Words}, {"merges", 12, files.Words},
		{"lead", 34, files.Words}, {"open", 8, files.Number}, {"overdue", 10, files.Number}, {"done", 9, files.Number}, {"next_deadline", 12, files.Date}, {"status", 18, files.Words}}
)

func directiveColumns(p *i18n.Printer, columns []gridColumn) []files.Column {
	var list []files.Column
	for _, col := range columns {
		list = append(list, files.Column{Title: p.T("column." + col.key), Width: col.width, Kind: col.kind})
	}
	return list
}

// directiveCells are a directive's cells for tableColumns.
func (a *App) directiveCells(p *i18n.Printer, n names, d *wholeDirective) []any {
	cells := []any{a.directiveLink(&d.PickedDirective), d.HeldOn, d.MeetingTitle, d.MeetingPlace, p.T("level." + d.MeetingLevel), d.Title, officialCell(p, d.Official),
		fittingCell(d.Words), d.OralBy, p.T("strength." + d.Strength), fittingCell(strings.Join(d.parts.Points, "\n")), sideWords(p, d.Sides),
		dayCell(d.Deadline), d.DeadlineWording, d.NoDeadlineReason, d.parts.Controller}
	for _, kind := range []rules.Lineage{rules.Restates, rules.Replaces, rules.PartOf, rules.Merges} {
		cells = append(cells, strings.Join(d.parts.Earlier[kind], "\n"))
	}
	return append(cells, strings.Join(leadNames(n, &d.PickedDirective), "\n"), d.Open, d.Overdue, d.Done, dayCell(d.Next), directiveSign(p, &d.PickedDirective).Word)
}

// fittingCell leaves out a text that no table takes in again as it is.
func fittingCell(text string) string {
	if utf8.RuneCountInString(text) > files.MaxCellLetters {
		return ""
	}
	return text
}

// officialCell marks what is for official use.
func officialCell(p *i18n.Printer, official bool) string {
	if official {
		return p.T("official.mark")
	}
	return ""
}

func (a *App) directiveLink(d *db.PickedDirective) files.Link {
	return files.Link{Text: d.Ref(), Href: a.addressOf(directivePath(d.ID))}
}

// wholeDirective is a directive in the list with what only its own page shows.
type wholeDirective struct {
	db.PickedDirective
	parts db.DirectiveParts
}

// eachDirective reads the list page by page; whole with the parts of each.
func (a *App) eachDirective(c echo.Context, me rules.Actor, f db.DirectiveFilter, whole bool, cells func(d *wholeDirective) []any) iter.Seq2[[]any, error] {
	ctx, now := c.Request().Context(), a.Now()
	return eachPage(ctx, a.Store, func(s *db.Store, last *wholeDirective) ([]wholeDirective, error) {
		f.After = nil
		if last != nil {
			f.After = last.Key
		}
		rows, err := s.Directives(ctx, me, f, now)
		if err != nil {
			return nil, err
		}
		parts := map[int64]db.DirectiveParts{}
		if whole {
			if parts, err = s.DirectiveParts(ctx, me, rows); err != nil {
				return nil, err
			}
		}
		list := make([]wholeDirective, len(rows))
		for i := range rows {
			list[i] = wholeDirective{rows[i], parts[rows[i].ID]}
		}
		return list, nil
	}, cells)
}
