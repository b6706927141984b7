package handlers

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// changesView is what changed since an earlier day, meeting or round.
type changesView struct {
	templates.Layout
	About    string
	Crumbs   []templates.Crumb
	Since    string // as typed, or the day
	With     string // sides that directives concern together, "" for all
	Meetings []templates.Choice
	Rounds   []templates.Choice
	Sections []changeSection
	Views    savedViewsView
	Empty    templates.Empty
}

// changeSection is one list of changes.
type changeSection struct {
	Key, Title string
	Count      string
	Rows       []changeRow
	Rest       string // how many are not shown, "" for none
}

// changeRow is a task in a list of changes, as people read it.
type changeRow struct {
	Href, Ref, Title string
	Side             templates.Side
	Lead             string
	Status           templates.Status
	What             []string
	When, Who, Note  string
	Said             string // the note with what it is
	Happened         string // when, with what it was
	Reason, Plan     string
	Official         bool
}

var changesPage = templates.New[changesView]("changes.html")

// sinceWhen is the moment that the list looks back to, in words and as a time.
type sinceWhen struct {
	at    time.Time
	label string
	day   string // as the field shows it
	wrong error
}

// changes tells what changed since a day, a meeting or a closed round.
func (a *App) changes(c echo.Context, me rules.Actor) error {
	ctx, p := c.Request().Context(), say(c)
	since, err := a.sinceWhen(c, me)
	if err != nil {
		return err
	}
	with := askedSides(c)
	if with != nil {
		since.label += " " + p.T("changes.among", "Sides", sideWords(p, with))
	}
	f := db.ChangeFilter{Sides: with, From: since.at, Now: a.Now()}
	if exportWanted(c) == "" || since.wrong != nil {
		f.Rows = db.PageSize
	}
	changed, err := a.Store.SinceAmong(ctx, me, f)
	if err != nil {
		return err
	}
	n, err := a.names(c)
	if err != nil {
		return err
	}
	lists := changed.Lists()
	sections := a.changeSections(c, lists, changed.To, func(id int64) (string, templates.Side) { return n.of(id), n.side(id) })
	if format := exportWanted(c); format != "" && since.wrong == nil {
		return a.export(c, me, format, a.sectionsGrid(c, "changes", p.T("changes.title"), []string{since.label}, sections))
	}
	view := changesView{Layout: a.layout(c, p.T("changes.title")), About: since.label, Since: since.day, With: strings.Join(with, ","), Sections: sections,
		Crumbs: []templates.Crumb{{Href: "/overdue", Label: p.T("nav.overdue")}, {Label: p.T("changes.title")}}}
	view.Export = exportLinks(c)
	status, err := a.again(c, &view.Layout, since.wrong)
	if err != nil {
		return err
	}
	if view.Views, err = a.savedViewsOf(c, me, "/changes", n); err != nil {
		return err
	}
	if err := a.sinceChoices(c, me, &view); err != nil {
		return err
	}
	if len(sections) == 0 {
		view.Empty = templates.Empty{Text: p.T("changes.empty")}
	}
	return render(c, status, changesPage, view)
}

// sinceWhen reads the moment from the address: ?since=DAY, ?meeting=ID or
// ?round=ID; without any the end of the last round, else a week ago.
func (a *App) sinceWhen(c echo.Context, me rules.Actor) (s sinceWhen, err error) {
	ctx, p := c.Request().Context(), say(c)
	s.at, err = a.Store.LastRound(ctx, me)
	if err != nil {
		return s, err
	}
	s.label = p.T("changes.since.last_round", "When", a.moment(c, s.at))
	if s.at.IsZero() {
		s.at = a.Now().AddDate(0, 0, -7)
		s.label = p.T("changes.since", "When", p.LongDate(rules.Today(s.at, a.zone(c))))
	}
	if typed := c.QueryParam("since"); typed != "" {
		s.day = typed
		day, err := rules.ParseDate(typed)
		at := rules.At(day, 0, 0, a.zone(c))
		if err != nil || at.After(a.Now()) {
			s.wrong = rules.Problems{{Field: "since", Key: "changes.earlier_day"}}
			return s, nil
		}
		s.at, s.label = at, p.T("changes.since", "When", p.LongDate(day))
		return s, nil
	}
	if id, _ := strconv.ParseInt(c.QueryParam("meeting"), 10, 64); id != 0 {
		m, err := a.Store.Meeting(ctx, me, id)
		if err != nil {
			return s, err
		}
		s.at = rules.At(m.HeldOn, 0, 0, a.zone(c))
		s.label = p.T("changes.since.meeting", "Title", m.Title, "When", p.LongDate(m.HeldOn))
		return s, nil
	}
	if id, _ := strconv.ParseInt(c.QueryParam("round"), 10, 64); id != 0 {
		r, err := a.Store.Round(ctx, me, id)
		if err != nil {
			return s, err
		}
		s.at = r.BegunAt
		if !r.Open() {
			s.at = *r.ClosedAt
		}
		s.label = p.T("changes.since.last_round", "When", a.moment(c, s.at))
	}
	return s, nil
}

// sinceChoices are the meetings and rounds that can be picked: the latest page
// of each.
func (a *App) sinceChoices(c echo.Context, me rules.Actor, v *changesView) error {
	ctx, p := c.Request().Context(), say(c)
	meetings, err := a.Store.Meetings(ctx, me, db.Sort{}, a.Now())
	if err != nil {
		return err
	}
	v.Meetings = []templates.Choice{{Label: p.T("changes.any")}}
	for i := range meetings {
		m := &meetings[i]
		v.Meetings = append(v.Meetings, templates.Choice{Value: fmt.Sprint(m.ID), Label: p.NumericDate(m.HeldOn) + " · " + m.Title, Chosen: c.QueryParam("meeting") == fmt.Sprint(m.ID)})
	}
	rounds, err := a.Store.Rounds(ctx, me, db.Cursor{})
	if err != nil {
		return err
	}
	v.Rounds = []templates.Choice{{Label: p.T("changes.any")}}
	for i := range rounds {
		r := &rounds[i]
		if !r.Open() {
			v.Rounds = append(v.Rounds, templates.Choice{Value: fmt.Sprint(r.ID), Label: a.moment(c, *r.ClosedAt) + " · " + a.roundTitle(c, r), Chosen: c.QueryParam("round") == fmt.Sprint(r.ID)})
		}
	}
	return nil
}

// changeSections are the lists that hold anything, in words. agency names an
// agency: as it is called now, or as minutes keep it.
func (a *App) changeSections(c echo.Context, lists map[string]db.MinuteList, at time.Time, agency func(id int64) (string, templates.Side)) []changeSection {
	p := say(c)
	var sections []changeSection
	for _, kind := range db.ChangeKinds {
		list := lists[kind]
		if list.N == 0 {
			continue
		}
		s := changeSection{Key: kind, Title: p.T("changes." + kind), Count: countWord(p, db.Count{N: list.N, More: list.More})}
		for i := range list.Rows {
			s.Rows = append(s.Rows, a.changeRow(c, kind, &list.Rows[i], at, agency))
		}
		if rest := list.N - len(list.Rows); rest > 0 {
			s.Rest = p.N("changes.rest", rest, "All", countWord(p, db.Count{N: rest, More: list.More}))
		}
		sections = append(sections, s)
	}
	return sections
}

// noteOf says what the words beside a change are.
var noteOf = map[string]string{"new": "note", "done": "note", "late": "note", "silent": "note", "outcome": "note",
	"moved": "reason", "returned": "reason", "cancelled": "reason", "gone": "reason"}

// changeRow writes one row; what happened to it in words by kind.
func (a *App) changeRow(c echo.Context, kind string, r *db.MinuteRow, at time.Time, agency func(id int64) (string, templates.Side)) changeRow {
	p := say(c)
	row := changeRow{Href: fmt.Sprintf("/tasks/%d", r.TaskID), Ref: r.Ref, Title: r.Title, When: a.moment(c, r.At), Who: r.Who, Note: r.Note, Reason: r.Reason, Plan: r.Plan, Official: r.Official}
	if r.Title == "" { // no longer to be seen
		row.Href, row.Title = "", p.T("changes.not_seen")
	}
	row.Lead, row.Side = agency(r.LeadID)
	if r.Status != "" {
		row.Status = templates.Status{Key: shapes[r.Status], Word: p.T("status." + string(r.Status))}
	}
	row.What = a.changeWords(c, p, kind, r, agency)
	switch kind {
	case "late":
		row.Happened = p.T("round.what.late_since", "When", row.When)
	case "silent":
		row.Happened = p.T("round.what.last_word", "When", row.When)
	default:
		row.Happened = row.When + orNothing(", ", row.Who)
	}
	if r.Note != "" {
		row.Said = p.T("round.what."+noteOf[kind], "Text", r.Note)
	}
	return row
}

func (a *App) changeWords(c echo.Context, p *i18n.Printer, kind string, r *db.MinuteRow, agency func(id int64) (string, templates.Side)) (words []string) {
	from, _ := agency(r.FromLead)
	to, _ := agency(r.ToLead)
	switch kind {
	case "new", "late", "silent":
		if r.Deadline != nil {
			words = append(words, p.T("changes.due", "When", a.day(c, r.Deadline).Text))
		}
	case "moved":
		if r.From != nil && r.To != nil {
			words = append(words, p.T("changes.moved_to", "From", a.day(c, r.From).Text, "To", a.day(c, r.To).Text))
		} else if r.To != nil {
			words = append(words, p.T("round.what.deadline", "When", a.day(c, r.To).Text))
		}
	case "gone":
		if to != "" {
			words = append(words, p.T("changes.given_to", "From", from, "To", to))
		} else {
			words = append(words, p.T("changes.from", "From", from))
		}
	}
	if r.Times > 1 && kind != "new" && kind != "gone" {
		words = append(words, p.N("changes.times", r.Times))
	}
	return words
}
