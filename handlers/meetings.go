package handlers

import (
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// meetingsView is the list of meetings, the latest first.
type meetingsView struct {
	templates.Layout
	Places   []templates.NavLink
	List     templates.List
	Meetings []meetingRow
	Pager    templates.Pager
	Record   bool
}

type meetingRow struct {
	ID                               int64
	Title, Place                     string
	Day                              templates.Day
	Sides                            []templates.Side
	Directives, Tasks, Done, Overdue int
}

// meetingList are the columns of the list of meetings.
var meetingList = listing{sort: "held", desc: true, columns: []column{
	{key: "title", label: "meeting.one", sorts: true}, {key: "held", label: "field.held_on", sorts: true, down: true}, {key: "sides", label: "field.sides", sorts: true},
	{key: "directives", label: "meeting.directives", class: "n"}, {key: "tasks", label: "meeting.tasks", class: "n"}, {key: "state", label: "meeting.state"}}}

var meetingsPage = templates.New[meetingsView]("meetings.html")

func (a *App) meetings(c echo.Context, me rules.Actor) error {
	if format := exportWanted(c); format != "" {
		return a.exportFrom(c, me, format, a.meetingsGrid)
	}
	p, ask := say(c), meetingList.asked(c)
	rows, err := a.Store.Meetings(c.Request().Context(), me, ask.Sort, a.Now())
	if err != nil {
		return err
	}
	view := meetingsView{Layout: a.layout(c, p.T("nav.meetings")), Places: placesOf(c, me, registerPlaces, "/meetings"), Record: rules.Allowed(me, rules.Record)}
	if len(rows) > db.PageSize {
		rows = rows[:db.PageSize]
		view.Pager.Next = ask.after(c, rows[len(rows)-1].Key)
	}
	view.Pager.First, view.Export, view.List = firstPage(c), exportLinks(c), ask.view(c)
	for _, m := range rows {
		held := m.HeldOn
		view.Meetings = append(view.Meetings, meetingRow{ID: m.ID, Title: m.Title, Place: m.Place, Day: templates.Day{ISO: held.Format(time.DateOnly), Text: p.Date(held)},
			Sides: sideViews(p, m.Sides), Directives: m.Directives, Tasks: m.Tasks, Done: m.Done, Overdue: m.Overdue})
	}
	return render(c, http.StatusOK, meetingsPage, view)
}

// meetingView is a meeting with what it led to.
type meetingView struct {
	templates.Layout
	ID                 int64
	Crumbs             []templates.Crumb
	When, Where, Level string
	Sides              []templates.Side
	Documents          []documentRow
	Directives         []directiveRow
	Events             []factRow
	Indicators         []factRow
	History            []templates.Line
	Record             bool
	Form               factForm
}

type documentRow struct {
	ID                           int64
	Title, Kind, Language, About string
}

type directiveRow struct {
	ID                           int64
	Ref, Title, Strength         string
	Sides                        []templates.Side
	Due                          templates.Day
	Status                       templates.Status
	Tasks, Done, Overdue, Drafts int
}

type factRow struct {
	ID                  int64
	Title, Value, Place string
	Day                 templates.Day
}

var meetingPage = templates.New[meetingView]("meeting.html")

func (a *App) meeting(c echo.Context, me rules.Actor) error {
	if format := exportWanted(c); format != "" {
		return a.exportFrom(c, me, format, a.meetingGrid)
	}
	return a.showMeeting(c, me, &factForm{}, nil)
}

func (a *App) showMeeting(c echo.Context, me rules.Actor, form *factForm, failed error) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	m, err := a.Store.MeetingPage(c.Request().Context(), me, id, a.Now())
	if err != nil {
		return err
	}
	p := say(c)
	view := meetingView{Layout: a.layout(c, m.Title), ID: m.ID, When: p.LongDate(m.HeldOn), Where: m.Place, Level: p.T("level." + m.Level),
		Sides: sideViews(p, m.Sides), Record: rules.Allowed(me, rules.Record), Form: *form,
		Crumbs: []templates.Crumb{{Href: "/meetings", Label: p.T("nav.meetings")}, {Label: p.Date(m.HeldOn)}}}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	for _, d := range m.Documents {
		view.Documents = append(view.Documents, documentRow{ID: d.ID, Title: d.Title, Kind: p.T("document.kind." + d.Kind), Language: languageName(d.Language), About: a.aboutDocument(c, d)})
	}
	for i := range m.Directives {
		view.Directives = append(view.Directives, a.directiveRow(c, &m.Directives[i]))
	}
	for _, e := range m.Events {
		day := templates.Day{Text: e.Wording}
		if e.StartsOn != nil {
			day = templates.Day{ISO: e.StartsOn.Format(time.DateOnly), Text: p.Date(*e.StartsOn)}
		}
		view.Events = append(view.Events, factRow{ID: e.ID, Title: e.Title, Day: day, Place: e.Place})
	}
	for _, i := range m.Indicators {
		view.Indicators = append(view.Indicators, factRow{ID: i.ID, Title: i.Title, Value: i.Value})
	}
	view.History, view.Export = a.history(c, m.History), exportLinks(c)
	return render(c, status, meetingPage, view)
}

// directiveRow sums a directive up: its worst sign and how far it is.
func (a *App) directiveRow(c echo.Context, d *db.ListedDirective) directiveRow {
	p := say(c)
	row := directiveRow{ID: d.ID, Ref: d.Ref(), Title: d.Title, Strength: p.T("strength." + d.Strength), Sides: sideViews(p, d.Sides),
		Due: a.day(c, d.Deadline), Tasks: d.Tasks, Done: d.Done, Overdue: d.Overdue, Drafts: d.Drafts}
	if d.Deadline == nil && d.DeadlineWording != "" {
		row.Due.Text = d.DeadlineWording
	}
	switch {
	case d.Overdue > 0:
		row.Status = templates.Status{Key: "late", Word: p.N("directive.overdue", d.Overdue)}
	case d.Tasks > 0 && d.Done == d.Tasks:
		row.Status = templates.Status{Key: "done", Word: p.T("directive.verified")}
	case d.Tasks > 0:
		row.Status = templates.Status{Key: "go", Word: p.N("directive.done_of", d.Tasks, "Done", d.Done)}
	default:
		row.Status = templates.Status{Key: "new", Word: p.T("directive.recorded")}
	}
	return row
}

func (a *App) aboutDocument(c echo.Context, d db.ListedDocument) string {
	return say(c).N("document.bytes", d.Bytes, "Hash", fmt.Sprintf("%x", d.SHA256)[:12], "Who", d.CreatedBy, "When", a.moment(c, d.CreatedAt))
}

type meetingForm struct {
	ID      int64    `form:"-"`
	Version int64    `form:"version"`
	Title   string   `form:"title"`
	HeldOn  string   `form:"held_on"`
	Place   string   `form:"place"`
	Level   string   `form:"level"`
	Sides   []string `form:"sides"`
	FormKey string   `form:"form_key"`
}

func (f *meetingForm) input(now time.Time) db.MeetingInput {
	held, _ := rules.ParseDate(f.HeldOn)
	return db.MeetingInput{ID: f.ID, Version: f.Version, Title: f.Title, HeldOn: held, Place: f.Place, Level: f.Level, Sides: f.Sides, FormKey: f.FormKey, Now: now}
}

// meetingFormView is the form of a new or an old meeting.
type meetingFormView struct {
	templates.Layout
	Form          meetingForm
	Action        string
	Crumbs        []templates.Crumb
	Levels, Sides []templates.Choice
}

var meetingFormPage = templates.New[meetingFormView]("meeting_form.html")

func (a *App) newMeeting(c echo.Context, _ rules.Actor) error {
	return a.showMeetingForm(c, &meetingForm{Level: "heads_of_state", Sides: []string{"UZ", "KZ"}}, nil)
}

func (a *App) showMeetingForm(c echo.Context, form *meetingForm, failed error) error {
	p := say(c)
	title, action := p.T("meeting.new"), "/meetings"
	if form.ID != 0 {
		title, action = p.T("meeting.edit"), fmt.Sprintf("/meetings/%d", form.ID)
	}
	view := meetingFormView{Layout: a.layout(c, title), Form: *form, Action: action,
		Crumbs: []templates.Crumb{{Href: "/meetings", Label: p.T("nav.meetings")}, {Label: title}},
		Levels: choices(p, "level.", rules.MeetingLevels, form.Level), Sides: choices(p, "side.", rules.Sides, form.Sides...)}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	return render(c, status, meetingFormPage, view)
}

func (a *App) addMeeting(c echo.Context, me rules.Actor) error {
	form, err := bind[meetingForm](c)
	if err != nil {
		return err
	}
	id, err := a.Store.SaveMeeting(c.Request().Context(), me, form.input(a.Now()))
	if err != nil {
		return a.showMeetingForm(c, form, err)
	}
	return a.seeOther(c, fmt.Sprintf("/meetings/%d", id), "meeting.added")
}

func (a *App) editMeeting(c echo.Context, me rules.Actor) error {
	form, err := a.presentMeeting(c, me)
	if err != nil {
		return err
	}
	return a.showMeetingForm(c, form, nil)
}

// presentMeeting is the meeting's form as it stands.
func (a *App) presentMeeting(c echo.Context, me rules.Actor) (*meetingForm, error) {
	id, err := id(c, "id")
	if err != nil {
		return nil, err
	}
	m, err := a.Store.Meeting(c.Request().Context(), me, id)
	if err != nil {
		return nil, err
	}
	return &meetingForm{ID: m.ID, Version: int64(m.Version), Title: m.Title, HeldOn: m.HeldOn.Format("02.01.2006"), Place: m.Place, Level: m.Level, Sides: m.Sides}, nil
}

func (a *App) changeMeeting(c echo.Context, me rules.Actor) error {
	form, err := bind[meetingForm](c)
	if err != nil {
		return err
	}
	if form.ID, err = id(c, "id"); err != nil {
		return err
	}
	if _, err := a.Store.SaveMeeting(c.Request().Context(), me, form.input(a.Now())); err != nil {
		now, readErr := a.presentMeeting(c, me)
		if readErr != nil {
			return readErr
		}
		return a.showMeetingForm(c, form, staleAgainst(err, map[string]string{"title": now.Title, "held_on": now.HeldOn, "place": now.Place}))
	}
	return a.seeOther(c, fmt.Sprintf("/meetings/%d", form.ID), "saved")
}
