package handlers

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

type eventForm struct {
	ID       int64    `form:"-"`
	Version  int      `form:"version"`
	Meeting  int64    `form:"meeting"`
	Title    string   `form:"title"`
	Kind     string   `form:"kind"`
	StartsOn string   `form:"starts_on"`
	EndsOn   string   `form:"ends_on"`
	From     string   `form:"from"`
	To       string   `form:"to"`
	Wording  string   `form:"wording"`
	Place    string   `form:"place"`
	Sides    []string `form:"sides"`
	FormKey  string   `form:"form_key"`
}

// eventFormView is the form of a new or an old event.
type eventFormView struct {
	templates.Layout
	Form         eventForm
	Action       string
	Crumbs       []templates.Crumb
	Kinds, Sides []templates.Choice
}

var eventFormPage = templates.New[eventFormView]("event_form.html")

// event reads what was typed; Problems name what is no date or no hour.
func (f *eventForm) event() (db.Event, error) {
	var p rules.Problems
	e := db.Event{ID: f.ID, Version: f.Version, MeetingID: f.Meeting, Title: f.Title, Kind: rules.EventKind(f.Kind), Wording: f.Wording, Place: f.Place, Sides: f.Sides,
		StartsOn: optionalDay(&p, "starts_on", f.StartsOn), EndsOn: optionalDay(&p, "ends_on", f.EndsOn), FromMinute: typedClock(&p, "from", f.From), ToMinute: typedClock(&p, "to", f.To)}
	return e, p.OrNil()
}

// optionalDay reads a date that may be left out.
func optionalDay(p *rules.Problems, field, typed string) *time.Time {
	if typed == "" {
		return nil
	}
	day, err := rules.ParseDate(typed)
	if err != nil {
		p.Add(field, "form.error.not_a_date")
		return nil
	}
	return &day
}

// typedClock reads an hour such as 9:30 that may be left out, as a minute of the
// day.
func typedClock(p *rules.Problems, field, typed string) *int {
	if typed == "" {
		return nil
	}
	at, err := time.Parse("15:04", strings.Replace(typed, ".", ":", 1))
	if err != nil {
		p.Add(field, "form.error.not_an_hour")
		return nil
	}
	minute := at.Hour()*60 + at.Minute()
	return &minute
}

func (a *App) newEvent(c echo.Context, me rules.Actor) error {
	form := &eventForm{Kind: string(rules.Summit)}
	for _, side := range me.SidesAs(rules.Staff) {
		form.Sides = append(form.Sides, string(side))
	}
	return a.showEventForm(c, form, nil)
}

func (a *App) showEventForm(c echo.Context, form *eventForm, failed error) error {
	p := say(c)
	title, action := p.T("event.new"), "/events"
	if form.ID != 0 {
		title, action = p.T("event.edit"), fmt.Sprintf("/events/%d", form.ID)
	}
	view := eventFormView{Layout: a.layout(c, title), Form: *form, Action: action, Kinds: choices(p, "event.kind.", rules.EventKinds, form.Kind), Sides: choices(p, "side.", rules.Sides, form.Sides...),
		Crumbs: []templates.Crumb{{Href: "/events", Label: p.T("nav.events")}, {Label: title}}}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	return render(c, status, eventFormPage, view)
}

// noteEvent takes the form of a new event, which a meeting's page has too.
func (a *App) noteEvent(c echo.Context, me rules.Actor) error {
	form, err := bind[eventForm](c)
	if form == nil {
		return err
	}
	form.Meeting = 0
	var id int64
	if err == nil {
		var e db.Event
		if e, err = form.event(); err == nil {
			id, err = a.Store.AddEvent(c.Request().Context(), me, e, form.FormKey, a.Now())
		}
	}
	if err != nil {
		return a.showEventForm(c, form, err)
	}
	return a.seeOther(c, fmt.Sprintf("/events/%d", id), "saved")
}

func (a *App) editEvent(c echo.Context, me rules.Actor) error {
	form, err := a.presentEvent(c, me)
	if err != nil {
		return err
	}
	return a.showEventForm(c, form, nil)
}

// presentEvent is the event's form as it stands.
func (a *App) presentEvent(c echo.Context, me rules.Actor) (*eventForm, error) {
	id, err := id(c, "id")
	if err != nil {
		return nil, err
	}
	e, err := a.Store.Event(c.Request().Context(), me, id)
	if err != nil {
		return nil, err
	}
	return &eventForm{ID: e.ID, Version: e.Version, Meeting: e.MeetingID, Title: e.Title, Kind: string(e.Kind), StartsOn: dayWord(e.StartsOn), EndsOn: dayWord(e.EndsOn),
		From: clockOrNothing(e.FromMinute), To: clockOrNothing(e.ToMinute), Wording: e.Wording, Place: e.Place, Sides: e.Sides}, nil
}

func clockOrNothing(minute *int) string {
	if minute == nil {
		return ""
	}
	return clock(*minute)
}

func (a *App) changeEvent(c echo.Context, me rules.Actor) error {
	form, err := bind[eventForm](c)
	if form == nil {
		return err
	}
	now, readErr := a.presentEvent(c, me)
	if readErr != nil {
		return readErr
	}
	form.ID = now.ID
	if err == nil {
		var e db.Event
		if e, err = form.event(); err == nil {
			err = a.Store.ChangeEvent(c.Request().Context(), me, e, a.Now())
		}
	}
	if err != nil {
		return a.showEventForm(c, form, staleAgainst(err, map[string]string{"title": now.Title, "starts_on": now.StartsOn, "ends_on": now.EndsOn, "wording": now.Wording, "place": now.Place}))
	}
	key := "saved"
	if form.StartsOn != now.StartsOn {
		key = "event.moved"
	}
	return a.seeOther(c, fmt.Sprintf("/events/%d", form.ID), key)
}

// callOffForm cancels an event, or plans it again.
type callOffForm struct {
	Version int    `form:"version"`
	Note    string `form:"note"`
}

func (a *App) callOff(c echo.Context, me rules.Actor) error   { return a.setEvent(c, me, false) }
func (a *App) reinstate(c echo.Context, me rules.Actor) error { return a.setEvent(c, me, true) }

func (a *App) setEvent(c echo.Context, me rules.Actor, on bool) error {
	form, err := bind[callOffForm](c)
	if form == nil {
		return err
	}
	eventID, idErr := id(c, "id")
	if idErr != nil {
		return idErr
	}
	if err == nil {
		err = a.Store.CallOff(c.Request().Context(), me, eventID, form.Version, on, form.Note, a.Now())
	}
	if err != nil {
		return a.showEvent(c, me, eventTyped{note: form.Note}, err)
	}
	return a.seeOther(c, fmt.Sprintf("/events/%d", eventID), map[bool]string{true: "event.planned_again", false: "event.called_off"}[on])
}

// pickedTasks reads boxes of tasks with their versions, "12.3".
func pickedTasks(values []string) (map[int64]int, error) {
	picked := map[int64]int{}
	for _, v := range values {
		left, right, _ := strings.Cut(v, ".")
		id, idErr := strconv.ParseInt(left, 10, 64)
		version, err := strconv.Atoi(right)
		if err != nil || idErr != nil {
			return nil, errBadForm
		}
		picked[id] = version
	}
	return picked, nil
}
