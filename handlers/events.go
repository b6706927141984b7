package handlers

import (
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// eventsView is the list of coming or past events.
type eventsView struct {
	templates.Layout
	Places []templates.NavLink
	Tabs   []templates.NavLink
	List   templates.List
	Events []eventRow
	Pager  templates.Pager
	Empty  templates.Empty
	Record bool
}

// eventRow is an event in any list.
type eventRow struct {
	ID                               int64
	Href, Title, Kind, Place, Source string
	When                             templates.Day
	Hours                            string
	Sides                            []templates.Side
	Due, Open                        int
	Cancelled                        bool
}

// eventList are the columns of the list of events.
var eventList = listing{sort: "when", columns: []column{
	{key: "title", label: "event.one", sorts: true}, {key: "when", label: "event.when", sorts: true}, {key: "place", label: "field.place", sorts: true},
	{key: "sides", label: "field.sides", sorts: true}, {key: "due", label: "event.due"}}}

// askedEvents are the coming events as an address asks for them, or the past
// ones, which begin with the latest.
func askedEvents(c echo.Context) (ask asked, past bool) {
	list := eventList
	list.desc = c.QueryParam("past") != ""
	return list.asked(c), list.desc
}

var eventsPage = templates.New[eventsView]("events.html")

func (a *App) events(c echo.Context, me rules.Actor) error {
	if format := exportWanted(c); format != "" {
		return a.exportFrom(c, me, format, a.eventsGrid)
	}
	p := say(c)
	ask, past := askedEvents(c)
	rows, err := a.Store.Events(c.Request().Context(), me, past, ask.Sort, a.today(c))
	if err != nil {
		return err
	}
	view := eventsView{Layout: a.layout(c, p.T("nav.events")), Places: placesOf(c, me, calendarPlaces, "/events"), Record: rules.Allowed(me, rules.Record),
		Tabs:  []templates.NavLink{{Href: "/events", Label: p.T("event.coming"), Current: !past}, {Href: "/events?past=1", Label: p.T("event.past"), Current: past}},
		Empty: templates.Empty{Text: p.T("event.empty")}}
	if len(rows) > db.PageSize {
		rows = rows[:db.PageSize]
		view.Pager.Next = ask.after(c, rows[len(rows)-1].Key)
	}
	view.Pager.First, view.Export, view.List = firstPage(c), exportLinks(c), ask.view(c)
	for i := range rows {
		row := a.eventRow(c, &rows[i].Event)
		row.Due, row.Open = rows[i].Due, rows[i].Open
		view.Events = append(view.Events, row)
	}
	return render(c, http.StatusOK, eventsPage, view)
}

func (a *App) eventRow(c echo.Context, e *db.Event) eventRow {
	p := say(c)
	return eventRow{ID: e.ID, Href: fmt.Sprintf("/events/%d", e.ID), Title: e.Title, Kind: p.T("event.kind." + string(e.Kind)), Place: e.Place, Source: e.MeetingTitle,
		When: eventWhen(p, e), Hours: eventHours(p, e), Sides: sideViews(p, e.Sides), Cancelled: e.CancelledAt != nil}
}

// eventWhen writes an event's day or days; without one the words of the source.
func eventWhen(p *i18n.Printer, e *db.Event) templates.Day {
	if e.StartsOn == nil {
		return templates.Day{Text: e.Wording}
	}
	day := templates.Day{ISO: e.StartsOn.Format(time.DateOnly), Text: p.Date(*e.StartsOn)}
	if e.EndsOn != nil {
		day.Text += " – " + p.Date(*e.EndsOn)
	}
	return day
}

// eventHours writes an event's hours by the clock of its place, "" without.
func eventHours(p *i18n.Printer, e *db.Event) string {
	switch {
	case e.FromMinute == nil:
		return ""
	case e.ToMinute == nil:
		return p.T("event.from_hour", "From", clock(*e.FromMinute))
	}
	return p.T("event.hours", "From", clock(*e.FromMinute), "To", clock(*e.ToMinute))
}

func clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// eventView is an event with what is due for it.
type eventView struct {
	templates.Layout
	Event        eventRow
	Version      int
	Crumbs       []templates.Crumb
	Wording      string
	Meeting      templates.Crumb
	Soon         string // "in 12 days"
	CancelNote   string
	Was          string // the day before it was moved
	Directives   []directiveRow
	Tasks        []dueRow
	Until        []taskRow
	MoreUntil    bool
	History      []templates.Line
	Record, Move bool // may be changed; some deadline may be moved
	Register     bool // packs are for me
	Tie          tieForm
	Along        alongForm
	Note         string // typed
}

// dueRow is a task that is due for an event.
type dueRow struct {
	taskRow
	Own             bool   // may be taken off the event itself
	Movable, Picked bool   // its deadline may be moved by me
	Pick            string // value of its box: id and version
}

var eventPage = templates.New[eventView]("event.html")

func (a *App) event(c echo.Context, me rules.Actor) error {
	return a.showEvent(c, me, eventTyped{}, nil)
}

// eventTyped is what was typed on an event's page and could not be taken.
type eventTyped struct {
	tie   *tieForm
	along *alongForm
	note  string
}

func (a *App) showEvent(c echo.Context, me rules.Actor, typed eventTyped, failed error) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	e, err := a.Store.EventPage(c.Request().Context(), me, id)
	if err != nil {
		return err
	}
	p := say(c)
	view := eventView{Layout: a.layout(c, e.Title), Event: a.eventRow(c, &e.Event), Version: e.Version, Wording: e.Wording, CancelNote: e.CancelNote, Note: typed.note,
		Crumbs: []templates.Crumb{{Href: "/events", Label: p.T("nav.events")}, {Label: e.Title}},
		Record: e.Record && rules.Allowed(me, rules.Record), Register: rules.Allowed(me, rules.SeeRegister) && e.Record, History: a.eventHistory(c, e)}
	if e.MeetingTitle != "" {
		view.Meeting = templates.Crumb{Label: e.MeetingTitle}
		if rules.Allowed(me, rules.SeeRegister) {
			view.Meeting.Href = fmt.Sprintf("/meetings/%d", e.MeetingID)
		}
	}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	if typed.tie != nil {
		view.Tie = *typed.tie
	}
	view.when(a, c, e)
	return a.finishEvent(c, me, status, &view, e, typed)
}

// when says how soon an event is, and when it was to be before it was moved.
func (v *eventView) when(a *App, c echo.Context, e *db.EventPage) {
	p := say(c)
	if e.StartsOn == nil {
		return
	}
	if days := -rules.DaysLate(*e.StartsOn, a.today(c)); days > 0 && e.CancelledAt == nil {
		v.Soon = p.N("event.in", days)
	}
	if e.WasOn != nil {
		v.Was = p.Date(*e.WasOn)
	}
}

func (a *App) finishEvent(c echo.Context, me rules.Actor, status int, v *eventView, e *db.EventPage, typed eventTyped) error {
	n, err := a.names(c)
	if err != nil {
		return err
	}
	for _, d := range e.Directives {
		v.Directives = append(v.Directives, directiveRow{ID: d.ID, Ref: d.Ref(), Title: d.Title})
	}
	for i := range e.Due {
		row := a.dueRow(c, n, me, &e.Due[i], e.WasOn)
		v.Tasks, v.Move = append(v.Tasks, row), v.Move || row.Movable
	}
	until := e.Until
	if v.MoreUntil = len(until) > 50; v.MoreUntil {
		until = until[:50]
	}
	for i := range until {
		row := a.baseRow(c, n, &until[i])
		row.Official = until[i].Official
		v.Until = append(v.Until, row)
	}
	v.Move = v.Move && v.Register && rules.Allowed(me, rules.Review)
	if typed.along != nil {
		v.Along = *typed.along
	} else if e.StartsOn != nil {
		v.Along.To = dayWord(e.StartsOn)
	}
	return render(c, status, eventPage, *v)
}

// dueRow is a task due for an event. Those whose deadline was the event's former
// day are picked, to move along with it.
func (a *App) dueRow(c echo.Context, n names, me rules.Actor, t *db.DueTask, was *time.Time) dueRow {
	row := dueRow{taskRow: a.baseRow(c, n, &t.Task), Own: t.Own, Pick: fmt.Sprintf("%d.%d", t.ID, t.Version),
		Movable: rules.MayDecide(rules.Extension, t.Status, t.Moves, rules.HatsFor(me, t.Scope()))}
	row.Official = t.Official
	row.Picked = row.Movable && was != nil && t.Deadline != nil && t.Deadline.Equal(*was)
	return row
}

// eventLink leads to the event that a directive or task is due for, empty where
// there is none that me may see.
func (a *App) eventLink(c echo.Context, me rules.Actor, subject string, id int64) (templates.Crumb, error) {
	e, err := a.Store.EventOf(c.Request().Context(), me, subject, id)
	if err != nil || e == nil {
		return templates.Crumb{}, err
	}
	return templates.Crumb{Href: fmt.Sprintf("/events/%d", e.ID), Label: e.Title + ", " + eventWhen(say(c), e).Text}, nil
}
