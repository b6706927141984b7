package handlers

import (
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/rules"
)

// eventsGrid is the list of coming or past events as a file.
func (a *App) eventsGrid(c echo.Context, me rules.Actor) (files.Grid, error) {
	ctx, p := c.Request().Context(), say(c)
	ask, past := askedEvents(c)
	note := p.T("event.coming")
	if past {
		note = p.T("event.past")
	}
	grid := a.grid(c, "events", p.T("nav.events"), note)
	grid.Columns = []files.Column{{Title: p.T("event.one"), Width: 44}, {Title: p.T("field.kind"), Width: 14}, {Title: p.T("field.starts_on"), Width: 13, Kind: files.Date},
		{Title: p.T("field.ends_on"), Width: 13, Kind: files.Date}, {Title: p.T("field.wording"), Width: 28}, {Title: p.T("field.place"), Width: 20}, {Title: p.T("field.sides"), Width: 22},
		{Title: p.T("event.due"), Width: 9, Kind: files.Number}, {Title: p.T("column.status"), Width: 14}}
	today := a.today(c)
	grid.Rows = eachSorted(ctx, a.Store, ask.Sort, func(s *db.Store, by db.Sort) ([]db.ListedEvent, error) {
		return s.Events(ctx, me, past, by, today)
	}, func(e *db.ListedEvent) []any {
		state := ""
		if e.CancelledAt != nil {
			state = p.T("event.cancelled")
		}
		return []any{files.Link{Text: e.Title, Href: a.addressOf("/events/" + strconv.FormatInt(e.ID, 10))}, p.T("event.kind." + string(e.Kind)), dayCell(e.StartsOn), dayCell(e.EndsOn),
			e.Wording, e.Place, sideWords(p, e.Sides), e.Due, state}
	})
	return ask.file(grid, "", "", "when", "when", "when", "place", "sides", "due"), nil
}

// indicatorsGrid is the list of figures with their latest values as a file.
func (a *App) indicatorsGrid(c echo.Context, me rules.Actor) (files.Grid, error) {
	ctx, p := c.Request().Context(), say(c)
	grid := a.grid(c, "indicators", p.T("indicator.many"))
	grid.Columns = []files.Column{{Title: p.T("field.title"), Width: 40}, {Title: p.T("meeting.one"), Width: 36}, {Title: p.T("indicator.named"), Width: 14},
		{Title: p.T("indicator.last"), Width: 12, Kind: files.Number}, {Title: p.T("field.unit"), Width: 10}, {Title: p.T("field.period_of"), Width: 16}, {Title: p.T("field.target"), Width: 22},
		{Title: p.T("indicator.values"), Width: 10, Kind: files.Number}}
	ask := indicatorList.asked(c)
	grid.Rows = eachSorted(ctx, a.Store, ask.Sort, func(s *db.Store, by db.Sort) ([]db.ListedIndicator, error) {
		return s.Indicators(ctx, me, by)
	}, func(i *db.ListedIndicator) []any {
		var value any
		of := ""
		if i.Last != nil {
			value, of = *i.Last, periodWord(p, *i.LastPeriod, *i.LastOn)
		}
		return []any{files.Link{Text: i.Title, Href: a.addressOf("/indicators/" + strconv.FormatInt(i.ID, 10))}, i.MeetingTitle, i.Value, value, i.Unit, of, targetWord(p, &i.Indicator), i.Values}
	})
	return ask.file(grid, "", "meeting", "named", "last", "last", "last", "target", "values"), nil
}

// valuesGrid is a figure's values over time as a file.
func (a *App) valuesGrid(c echo.Context, i *db.IndicatorPage) files.Grid {
	p := say(c)
	grid := a.grid(c, "indicator-"+strconv.FormatInt(i.ID, 10), i.Title, p.T("indicator.named")+": "+i.Value)
	grid.Columns = []files.Column{{Title: p.T("field.period_of"), Width: 18}, {Title: p.T("field.ends_on"), Width: 13, Kind: files.Date}, {Title: p.T("field.number"), Width: 12, Kind: files.Number},
		{Title: p.T("field.unit"), Width: 10}, {Title: p.T("field.source"), Width: 36}, {Title: p.T("field.note"), Width: 30}, {Title: p.T("indicator.who"), Width: 22}}
	grid.Rows = rowsOf(i.Values, func(v *db.IndicatorValue) []any {
		return []any{periodWord(p, v.Period, v.EndsOn), v.EndsOn, v.Value, i.Unit, v.Source, v.Note, v.Who}
	})
	return grid
}

// dayGrid is one day's deadlines as a file.
func (a *App) dayGrid(c echo.Context, me rules.Actor, n names, f db.CalendarFilter) files.Grid {
	ctx, p := c.Request().Context(), say(c)
	grid := a.grid(c, "deadlines-"+f.From.Format(time.DateOnly), p.T("calendar.deadlines")+", "+p.Date(f.From), sideNote(p, f.Side), filterNote(c, "field.lead", n.of(f.AgencyID)))
	grid.Columns = taskGridColumns(c)
	grid.Rows = eachPage(ctx, a.Store, func(s *db.Store, last *db.Task) ([]db.Task, error) {
		var after int64
		if last != nil {
			after = last.ID
		}
		rows, err := s.DayTasks(ctx, me, f, after)
		return withAbove(ctx, s, n, rows, err)
	}, func(t *db.Task) []any { return a.taskCells(c, n, t) })
	return grid
}
