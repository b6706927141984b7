package handlers

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// calendarView is a month of deadlines, events and days off.
type calendarView struct {
	templates.Layout
	About               string
	Prev, Next          templates.NavLink
	Places              []templates.NavLink
	Weekdays            []string
	Weeks               [][]calendarCell
	Agenda              []agendaDay
	Whole               string // address of the whole month's agenda, "" where it is
	Vague               []eventRow
	Month               string            // such as 2026-06, for the filters
	Typed               map[string]string // month and day that are none
	Agencies, Countries []templates.Choice
	Mine, MineOffered   bool
	Filtered            bool
	Empty               templates.Empty
}

// calendarCell is a day of the month's table.
type calendarCell struct {
	Number, ISO, Href string
	Off, Now, Rest    bool // of another month, today, nobody works
	Free              []freeDay
	Items             []calendarItem
	More              string // "+12 more"
}

// freeDay is a day off of a country, or a weekend day that is worked.
type freeDay struct {
	Side templates.Side
	Name string
}

// calendarItem is a deadline or an event on a day.
type calendarItem struct {
	Href, Ref, Title, About string
	Status                  templates.Status
	Event, Official, Called bool // Called: the event is cancelled
}

// agendaDay is a day of the agenda that holds something.
type agendaDay struct {
	calendarCell
	Day, Weekday string
}

var calendarPage = templates.New[calendarView]("calendar.html")

// calendarFilter reads the filters from the address; what is not understood does
// not filter.
func calendarFilter(c echo.Context) (f db.CalendarFilter) {
	f.AgencyID, _ = strconv.ParseInt(c.QueryParam("agency"), 10, 64)
	f.Mine = c.QueryParam("mine") != ""
	for _, side := range rules.Sides {
		if c.QueryParam("side") == string(side) {
			f.Side = side
		}
	}
	return f
}

func (a *App) calendarMonth(c echo.Context, me rules.Actor) error {
	day, month, wrong := a.askedMonth(c)
	if !day.IsZero() {
		return a.calendarDay(c, me, day)
	}
	p, f := say(c), calendarFilter(c)
	if format := exportWanted(c); format != "" && wrong == nil {
		return a.exportFrom(c, me, format, func(c echo.Context, me rules.Actor) (files.Grid, error) { return a.monthGrid(c, me, month, f) })
	}
	f.From, f.To = rules.MonthGrid(month)
	page, err := a.Store.CalendarPage(c.Request().Context(), me, f)
	if err != nil {
		return err
	}
	view := calendarView{Layout: a.layout(c, p.Month(month)), Places: placesOf(c, me, calendarPlaces, "/calendar"), Month: month.Format("2006-01"), Mine: f.Mine,
		MineOffered: (me.Has(rules.Focal) || me.Has(rules.Controller)) && len(me.RegisterSides()) > 0, Filtered: f.Mine || f.AgencyID != 0 || f.Side != "",
		Prev: monthLink(c, p, month.AddDate(0, -1, 0), "calendar.earlier"), Next: monthLink(c, p, month.AddDate(0, 1, 0), "calendar.later")}
	if err := a.calendarChoices(c, &view, f); err != nil {
		return err
	}
	if err := a.fillMonth(c, &view, page, month, f); err != nil {
		return err
	}
	for i := range page.Vague {
		view.Vague = append(view.Vague, a.eventRow(c, &page.Vague[i]))
	}
	view.Export = exportLinks(c)
	status, err := a.again(c, &view.Layout, wrong)
	if err != nil {
		return err
	}
	view.Typed = map[string]string{"day": c.QueryParam("day"), "month": c.QueryParam("month")}
	return render(c, status, calendarPage, view)
}

func monthLink(c echo.Context, p *i18n.Printer, month time.Time, key string) templates.NavLink {
	return templates.NavLink{Href: calendarHref(c, "month", month.Format("2006-01")), Label: p.T(key, "Month", p.Month(month))}
}

// calendarHref is the calendar's address with the present filters.
func calendarHref(c echo.Context, name, value string) string {
	q := url.Values{}
	for _, keep := range []string{"agency", "side", "mine"} {
		if v := c.QueryParam(keep); v != "" {
			q.Set(keep, v)
		}
	}
	if name != "" {
		q.Set(name, value)
	}
	return (&url.URL{Path: "/calendar", RawQuery: q.Encode()}).String()
}

func (a *App) calendarChoices(c echo.Context, v *calendarView, f db.CalendarFilter) (err error) {
	p := say(c)
	v.Countries = append([]templates.Choice{{Label: p.T("overdue.both")}}, choices(p, "side.", rules.Sides, string(f.Side))...)
	v.Agencies, err = a.agencyChoices(c, func(*db.Agency) bool { return true }, f.AgencyID)
	v.Agencies = append([]templates.Choice{{Label: p.T("calendar.all_agencies")}}, v.Agencies...)
	return err
}

// fillMonth lays what a month holds into its table and its agenda. The agenda of
// the present month begins today.
func (a *App) fillMonth(c echo.Context, v *calendarView, page *db.CalendarPage, month time.Time, f db.CalendarFilter) error {
	p, today := say(c), a.today(c)
	days, err := a.calendarDays(c, page, f)
	if err != nil {
		return err
	}
	present := month.Format("2006-01") == today.Format("2006-01") && c.QueryParam("all") == ""
	if present {
		v.Whole = calendarHref(c, "month", v.Month) + "&all=1"
	}
	var ahead db.Count
	for day := f.From; !day.After(f.To); day = day.AddDate(0, 0, 1) {
		cell := days.cell(day)
		cell.Off, cell.Now = day.Month() != month.Month(), day.Equal(today)
		if day.Weekday() == time.Monday {
			v.Weeks = append(v.Weeks, nil)
		}
		if len(v.Weeks) == 1 {
			v.Weekdays = append(v.Weekdays, p.Weekday(day))
		}
		week := &v.Weeks[len(v.Weeks)-1]
		*week = append(*week, cell)
		if cell.Off || present && day.Before(today) {
			continue
		}
		ahead.N, ahead.More = ahead.N+days.count[cell.ISO].N, ahead.More || days.count[cell.ISO].More
		if len(cell.Items)+len(cell.Free) > 0 {
			v.Agenda = append(v.Agenda, agendaDay{calendarCell: cell, Day: cell.Number, Weekday: p.ShortDay(day)})
		}
	}
	v.sum(p, ahead, present)
	return nil
}

// sum says how much the agenda holds, or that it holds nothing.
func (v *calendarView) sum(p *i18n.Printer, ahead db.Count, present bool) {
	v.About = p.N(map[bool]string{true: "calendar.about", false: "calendar.holds"}[present], ahead.N, "All", countWord(p, ahead))
	v.Empty = templates.Empty{Text: p.T("calendar.empty")}
	if v.Filtered {
		v.Empty = templates.Empty{Text: p.T("calendar.empty_filtered"), Href: "/calendar?month=" + v.Month, Link: p.T("action.clear")}
	}
}

// calendarDays are the days of a stretch with what they hold.
type calendarDays struct {
	cells map[string]*calendarCell
	rest  func(day time.Time) bool
	count map[string]db.Count
	href  func(day time.Time) string
}

func (d *calendarDays) at(day time.Time) *calendarCell {
	iso := day.Format(time.DateOnly)
	if d.cells[iso] == nil {
		d.cells[iso] = &calendarCell{Number: strconv.Itoa(day.Day()), ISO: iso, Href: d.href(day), Rest: d.rest(day)}
	}
	return d.cells[iso]
}

func (d *calendarDays) cell(day time.Time) calendarCell { return *d.at(day) }

// dayEvents is how many events a day of the month's table shows.
const dayEvents = 5

// calendarDays sorts what a stretch holds into its days: events first, then
// deadlines, with how many more of both there are.
func (a *App) calendarDays(c echo.Context, page *db.CalendarPage, f db.CalendarFilter) (*calendarDays, error) {
	p := say(c)
	calendars, err := a.Store.Calendars(c.Request().Context(), a.Now())
	if err != nil {
		return nil, err
	}
	n, err := a.names(c)
	if err != nil {
		return nil, err
	}
	d := &calendarDays{cells: map[string]*calendarCell{}, count: map[string]db.Count{},
		rest: func(day time.Time) bool { return !calendars["UZ"].Works(day) && !calendars["KZ"].Works(day) },
		href: func(day time.Time) string { return calendarHref(c, "day", day.Format(time.DateOnly)) }}
	for _, h := range page.Free {
		d.at(h.Day).Free = append(d.at(h.Day).Free, freeView(p, h))
	}
	for i := range page.Events {
		d.add(&page.Events[i], f, a.eventItem(c, &page.Events[i]))
	}
	for i := range page.Tasks {
		t := &page.Tasks[i]
		cell := d.at(*t.Deadline)
		cell.Items = append(cell.Items, a.taskItem(c, n, &t.Task))
		if i+1 == len(page.Tasks) || !page.Tasks[i+1].Deadline.Equal(*t.Deadline) { // the day's last one
			many := db.Count{N: min(t.Many, db.DayAtMost-1), More: t.Many >= db.DayAtMost}
			d.count[cell.ISO] = db.Count{N: d.count[cell.ISO].N + many.N, More: many.More}
		}
	}
	for _, cell := range d.cells {
		if rest := restOf(d.count[cell.ISO], len(cell.Items)); rest.N > 0 {
			cell.More = p.N("calendar.more", rest.N, "All", countWord(p, rest))
		}
	}
	return d, nil
}

// add puts an event on each of its days.
func (d *calendarDays) add(e *db.Event, f db.CalendarFilter, item calendarItem) {
	for day := later(*e.StartsOn, f.From); !day.After(f.To) && !day.After(lastDay(e)); day = day.AddDate(0, 0, 1) {
		cell := d.at(day)
		if len(cell.Items) < dayEvents {
			cell.Items = append(cell.Items, item)
		}
		d.count[cell.ISO] = db.Count{N: d.count[cell.ISO].N + 1}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// lastDay is an event's last day.
func lastDay(e *db.Event) time.Time {
	if e.EndsOn != nil {
		return *e.EndsOn
	}
	return *e.StartsOn
}

// freeView names a day off: in its country's language where that is asked for.
func freeView(p *i18n.Printer, h db.Holiday) freeDay {
	name := h.NameEn
	if h.NameLocal != "" && map[string]i18n.Lang{"UZ": i18n.Uz, "KZ": i18n.Kk}[h.Country] == p.Lang() {
		name = h.NameLocal
	}
	if h.Kind == "work" {
		name = p.T("calendar.worked")
	}
	return freeDay{Side: sideView(p, h.Country), Name: name}
}

func (a *App) eventItem(c echo.Context, e *db.Event) calendarItem {
	row := a.eventRow(c, e)
	item := calendarItem{Href: row.Href, Title: e.Title, Event: true, Called: e.CancelledAt != nil, About: row.Kind + orNothing(", ", e.Place) + orNothing(", ", row.Hours)}
	if item.Called {
		item.About = say(c).T("event.cancelled") + ", " + item.About
	}
	return item
}

func (a *App) taskItem(c echo.Context, n names, t *db.Task) calendarItem {
	return calendarItem{Href: fmt.Sprintf("/tasks/%d", t.ID), Ref: t.Ref(), Title: t.Title, Status: a.status(c, t), Official: t.Official, About: n.of(deref(t.LeadID))}
}
