package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// roundsView lists the rounds that were held.
type roundsView struct {
	templates.Layout
	Crumbs []templates.Crumb
	Rows   []roundRow
	Pager  templates.Pager
	Empty  templates.Empty
	May    bool
}

// roundRow is a round in the list and on its page.
type roundRow struct {
	ID           int64
	Title        string
	Begun, By    string
	Closed, Done string // who closed it, how many decisions
	Open         bool
	Status       templates.Status
}

// roundView is a round's page: what was decided so far, or its minutes.
type roundView struct {
	templates.Layout
	Crumbs   []templates.Crumb
	Round    roundRow
	May      bool
	Since    string
	Sides    []templates.Side
	Facts    []templates.Day // label and figure
	Outcomes []outcomeRow
	Sections []changeSection
}

// outcomeRow is a decision as the minutes read.
type outcomeRow struct {
	changeRow
	Decision string
	Late     []string // why it is late and the new plan, as the lead says
	Order    int
}

var (
	roundsPage = templates.New[roundsView]("rounds.html")
	roundPage  = templates.New[roundView]("round.html")
)

// roundTitle is what a round is called: its title, else the day it began.
func (a *App) roundTitle(c echo.Context, r *db.Round) string {
	if r.Title != "" {
		return r.Title
	}
	return say(c).T("round.of", "When", say(c).Date(rules.Today(r.BegunAt, a.zone(c))))
}

func (a *App) roundRow(c echo.Context, r *db.Round) roundRow {
	p := say(c)
	row := roundRow{ID: r.ID, Title: a.roundTitle(c, r), Begun: a.moment(c, r.BegunAt), By: r.BegunName, Open: r.Open(), Done: p.N("round.decided", r.Outcomes),
		Status: templates.Status{Key: "go", Word: p.T("round.open")}}
	if !r.Open() {
		row.Closed = p.T("round.closed_by", "When", a.moment(c, *r.ClosedAt), "Name", r.ClosedName)
		row.Status = templates.Status{Key: "done", Word: p.T("round.closed")}
	}
	return row
}

type roundForm struct {
	Title   string `form:"title"`
	Query   string `form:"query"`
	FormKey string `form:"form_key"`
}

// beginRound begins a round through the overdue list as it is filtered, and
// leads to its first task.
func (a *App) beginRound(c echo.Context, me rules.Actor) error {
	form, err := bind[roundForm](c)
	if err != nil {
		return err
	}
	q, err := url.ParseQuery(form.Query)
	if err != nil {
		return errBadForm
	}
	id, err := a.Store.BeginRound(c.Request().Context(), me, db.RoundInput{Title: form.Title, Query: q.Encode(), FormKey: form.FormKey, Now: a.Now()})
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/rounds/%d/walk", id))
}

// round shows a closed round's minutes, or what an open one decided so far.
func (a *App) round(c echo.Context, me rules.Actor) error {
	roundID, err := id(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	r, err := a.Store.Round(ctx, me, roundID)
	if err != nil {
		return err
	}
	var m *db.Minutes
	at := a.Now()
	if r.Open() {
		_, m, err = a.Store.SoFar(ctx, me, roundID, at)
	} else {
		_, m, err = a.Store.Minutes(ctx, me, roundID)
		at = *r.ClosedAt
	}
	if err != nil {
		return err
	}
	view := a.roundView(c, me, r, m, at)
	if format := exportWanted(c); format != "" {
		return a.export(c, me, format, a.minutesGrid(c, &view))
	}
	view.Export = exportLinks(c)
	return render(c, http.StatusOK, roundPage, view)
}

func (a *App) roundView(c echo.Context, me rules.Actor, r *db.Round, m *db.Minutes, at time.Time) roundView {
	p := say(c)
	view := roundView{Layout: a.layout(c, a.roundTitle(c, r)), Round: a.roundRow(c, r), May: rules.Allowed(me, rules.Remind) && r.Open(),
		Since: p.T("changes.since", "When", a.moment(c, r.Since)), Sides: sideViews(p, r.Sides),
		Crumbs: []templates.Crumb{{Href: "/overdue", Label: p.T("nav.overdue")}, {Href: "/rounds", Label: p.T("round.many")}, {Label: a.roundTitle(c, r)}}}
	agency := func(id int64) (string, templates.Side) {
		g, ok := m.Agencies[id]
		if !ok {
			return "", templates.Side{}
		}
		return g.Name(string(seen(c).lang)), sideView(p, g.Side)
	}
	view.Facts = append(view.Facts, templates.Day{ISO: p.T("round.fact.overdue"), Text: p.Number(m.Overdue.All())})
	for _, step := range []struct {
		age string
		n   int
	}{{"7", m.Overdue.Week}, {"30", m.Overdue.Month}, {"90", m.Overdue.Quarter}, {"91", m.Overdue.Longer}} {
		view.Facts = append(view.Facts, templates.Day{ISO: p.T("overdue.age." + step.age), Text: p.Number(step.n)})
	}
	for i := range m.Outcomes {
		view.Outcomes = append(view.Outcomes, a.outcomeRow(c, i, &m.Outcomes[i], at, agency))
	}
	view.Sections = a.changeSections(c, m.Lists, at, agency)
	return view
}

func (a *App) outcomeRow(c echo.Context, i int, r *db.MinuteRow, at time.Time, agency func(id int64) (string, templates.Side)) outcomeRow {
	p := say(c)
	row := outcomeRow{changeRow: a.changeRow(c, "outcome", r, at, agency), Order: i + 1, Decision: p.T("round.decided." + string(r.Decision))}
	if r.To != nil {
		row.What = append(row.What, p.T("round.what.deadline", "When", a.longDay(c, r.To).Text))
	}
	if r.ToLead != 0 {
		name, _ := agency(r.ToLead)
		row.What = append(row.What, p.T("round.what.lead", "To", name))
	}
	if r.Note != "" {
		row.What = append(row.What, p.T("round.what."+wordsFor(r.Decision), "Text", r.Note))
	}
	if r.Reason != "" {
		row.Late = append(row.Late, p.T("round.what.late_reason", "Text", r.Reason))
	}
	if r.Plan != "" {
		row.Late = append(row.Late, p.T("round.what.late_plan", "Text", r.Plan))
	}
	return row
}

// wordsFor says what the words of a decision are: its reason, or a remark.
func wordsFor(d rules.Decision) string {
	switch d {
	case rules.DecideExtend, rules.DecideReassign, rules.DecideEscalate:
		return "reason"
	}
	return "note"
}

// closeRound ends a round; its minutes stay as they are now.
func (a *App) closeRound(c echo.Context, me rules.Actor) error {
	roundID, err := id(c, "id")
	if err != nil {
		return err
	}
	if err := a.Store.CloseRound(c.Request().Context(), me, roundID, a.Now()); err != nil {
		return err
	}
	return a.seeOther(c, fmt.Sprintf("/rounds/%d", roundID), "round.kept")
}

// rounds lists the rounds that were held, the latest first.
func (a *App) rounds(c echo.Context, me rules.Actor) error {
	p := say(c)
	if format := exportWanted(c); format != "" {
		return a.export(c, me, format, a.roundsGrid(c, me))
	}
	rounds, err := a.Store.Rounds(c.Request().Context(), me, cursor(c))
	if err != nil {
		return err
	}
	view := roundsView{Layout: a.layout(c, p.T("round.many")), May: rules.Allowed(me, rules.Remind),
		Crumbs: []templates.Crumb{{Href: "/overdue", Label: p.T("nav.overdue")}, {Label: p.T("round.many")}},
		Empty:  templates.Empty{Text: p.T("round.none"), Href: "/overdue", Link: p.T("nav.overdue")}}
	view.Export = exportLinks(c)
	if len(rounds) > db.PageSize {
		rounds = rounds[:db.PageSize]
		last := rounds[len(rounds)-1]
		view.Pager.Next = pageAfter(c, db.Cursor{At: last.BegunAt, ID: last.ID})
	}
	view.Pager.First = firstPage(c)
	for i := range rounds {
		view.Rows = append(view.Rows, a.roundRow(c, &rounds[i]))
	}
	return render(c, http.StatusOK, roundsPage, view)
}
