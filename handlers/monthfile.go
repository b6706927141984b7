package handlers

import (
	"fmt"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/rules"
)

// monthGrid is a month's agenda as a file: a row for each day off, event and
// deadline, all of them, from today on where the page begins there too.
func (a *App) monthGrid(c echo.Context, me rules.Actor, month time.Time, f db.CalendarFilter) (files.Grid, error) {
	p, today := say(c), a.today(c)
	n, err := a.names(c)
	if err != nil {
		return files.Grid{}, err
	}
	f.From, f.To = rules.MonthOf(month), rules.MonthOf(month).AddDate(0, 1, -1)
	if today.After(f.From) && !today.After(f.To) && c.QueryParam("all") == "" {
		f.From = today
	}
	mine := ""
	if f.Mine {
		mine = p.T("calendar.mine")
	}
	grid := a.grid(c, "calendar-"+month.Format("2006-01"), p.T("nav.calendar")+", "+p.Month(month), p.Date(f.From)+" – "+p.Date(f.To), sideNote(p, f.Side), filterNote(c, "field.lead", n.of(f.AgencyID)), mine)
	grid.Columns = []files.Column{{Title: p.T("field.starts_on"), Width: 13, Kind: files.Date}, {Title: p.T("field.kind"), Width: 16}, {Title: p.T("column.number"), Width: 11},
		{Title: p.T("field.title"), Width: 44}, {Title: p.T("column.side"), Width: 8}, {Title: p.T("column.lead"), Width: 30}, {Title: p.T("field.place"), Width: 24}, {Title: p.T("column.status"), Width: 18},
		{Title: p.T("column.official"), Width: 11}}
	grid.Rows = func(yield func([]any, error) bool) {
		stopped := false
		err := a.Store.Snapshot(c.Request().Context(), func(s *db.Store) error {
			page, err := s.CalendarPage(c.Request().Context(), me, f)
			for day := f.From; err == nil && !stopped && !day.After(f.To); day = day.AddDate(0, 0, 1) {
				if stopped = !a.monthDay(c, page, day, yield); stopped {
					break
				}
				stopped, err = a.monthTasks(c, s, me, n, f, day, yield)
			}
			return err
		})
		if err != nil && !stopped {
			yield(nil, err)
		}
	}
	return grid, nil
}

// monthDay gives a day's days off and events; false says to stop.
func (a *App) monthDay(c echo.Context, page *db.CalendarPage, day time.Time, yield func([]any, error) bool) bool {
	p := say(c)
	for _, h := range page.Free {
		if v := freeView(p, h); h.Day.Equal(day) && !yield([]any{day, p.T("calendar.free"), "", v.Name, v.Side.Code, "", "", "", ""}, nil) {
			return false
		}
	}
	for i := range page.Events {
		e := &page.Events[i]
		if day.Before(*e.StartsOn) || day.After(lastDay(e)) {
			continue
		}
		row, state := a.eventRow(c, e), ""
		if e.CancelledAt != nil {
			state = p.T("event.cancelled")
		}
		if !yield([]any{day, row.Kind, "", files.Link{Text: e.Title, Href: a.addressOf(row.Href)}, "", "", e.Place + orNothing(", ", row.Hours), state, ""}, nil) {
			return false
		}
	}
	return true
}

// monthTasks gives a day's deadlines, page by page.
func (a *App) monthTasks(c echo.Context, s *db.Store, me rules.Actor, n names, f db.CalendarFilter, day time.Time, yield func([]any, error) bool) (stopped bool, err error) {
	f.From, f.To = day, day
	for after := int64(0); ; {
		tasks, err := s.DayTasks(c.Request().Context(), me, f, after)
		if err != nil {
			return false, err
		}
		more := len(tasks) > db.PageSize
		for i := range tasks[:min(len(tasks), db.PageSize)] {
			t := &tasks[i]
			after = t.ID
			if !yield([]any{day, n.say.T("calendar.deadline"), files.Link{Text: t.Ref(), Href: a.addressOf(fmt.Sprintf("/tasks/%d", t.ID))}, t.Title, n.side(deref(t.LeadID)).Code, n.of(deref(t.LeadID)), "",
				a.status(c, t).Word, officialCell(n.say, t.Official)}, nil) {
				return true, nil
			}
		}
		if !more {
			return false, nil
		}
	}
}
