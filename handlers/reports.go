package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// reportsView lists the reports to print.
type reportsView struct {
	templates.Layout
	Places  []templates.NavLink
	Reports []reportLink
	Next    []eventRow // coming events, for their packs
}

type reportLink struct{ Href, Title, About string }

var reportsPage = templates.New[reportsView]("reports.html")

// reportList are the reports that need no choice first, with the permission of
// their page.
var reportList = []struct {
	href, key  string
	permission rules.Permission
}{
	{"/reports/overdue", "report.overdue", rules.SeeRegister}, {"/reports/due", "report.due", rules.SeeRegister}, {"/reports/matrix", "pack.matrix", rules.SeeRegister},
	{"/stocktake/agencies", "report.agencies", rules.SeeRegister}, {"/meetings", "report.meeting", rules.SeeRegister}, {"/search", "report.card", rules.SeeTasks},
}

func (a *App) reports(c echo.Context, me rules.Actor) error {
	p := say(c)
	view := reportsView{Layout: a.layout(c, p.T("nav.reports")), Places: placesOf(c, me, calendarPlaces, "/reports")}
	for _, r := range reportList {
		if rules.Allowed(me, r.permission) && a.serves(r.href) {
			view.Reports = append(view.Reports, reportLink{Href: r.href, Title: p.T(r.key), About: p.T(r.key + ".about")})
		}
	}
	events, err := a.Store.Events(c.Request().Context(), me, false, db.Sort{}, a.today(c))
	if err != nil {
		return err
	}
	for i := range events {
		if e := &events[i].Event; e.CancelledAt == nil && len(view.Next) < 10 { // one called off needs no papers
			view.Next = append(view.Next, a.eventRow(c, e))
		}
	}
	return render(c, http.StatusOK, reportsPage, view)
}

// serves tells whether there is a page at an address.
func (a *App) serves(path string) bool {
	return slices.ContainsFunc(a.echo.Routes(), func(r *echo.Route) bool { return r.Method == http.MethodGet && r.Path == path })
}

// registerView is a printed register of open tasks by leading agency.
type registerView struct {
	templates.Layout
	Crumbs  []templates.Crumb
	About   string
	List    templates.List
	Groups  []registerGroup
	Pager   templates.Pager
	Empty   templates.Empty
	Country []templates.Choice
	Path    string
	Asks    bool   // until which day
	Until   string // as typed
}

// registerGroup is an agency's tasks on a page of a register.
type registerGroup struct {
	ID    int64
	Name  string
	Side  templates.Side
	Tasks []taskRow
}

// registerList are the columns of a register; its order is within the agencies.
var registerList = listing{sort: "deadline", columns: []column{{key: "number", label: "task.one"}, {key: "deadline", label: "field.deadline", sorts: true}, {key: "status", label: "field.status"}}}

var registerPage = templates.New[registerView]("register.html")

// registerOf is a register as it was asked for.
type registerOf struct {
	name, title, about string
	filter             db.RegisterFilter
	crumbs             []templates.Crumb
	asks               bool   // until which day
	until              string // as typed
	wrong              error  // with it
}

// overdueRegister is everything that is late, by agency.
func (a *App) overdueRegister(c echo.Context, me rules.Actor) error {
	p := say(c)
	of := registerOf{name: "overdue", title: p.T("report.overdue"), about: p.T("report.overdue.about"), crumbs: reportCrumbs(p, p.T("report.overdue"))}
	of.filter.Overdue = true
	return a.register(c, me, of)
}

// dueRegister is what is due from today until ?until=DAY, or to the end of next
// month, by agency.
func (a *App) dueRegister(c echo.Context, me rules.Actor) error {
	p, today := say(c), a.today(c)
	of := registerOf{name: "due", title: p.T("report.due"), crumbs: reportCrumbs(p, p.T("report.due")), asks: true, until: c.QueryParam("until")}
	of.filter.Until = time.Date(today.Year(), today.Month()+2, 0, 0, 0, 0, 0, time.UTC)
	switch day, err := rules.ParseDate(of.until); {
	case of.until == "":
	case err != nil || day.Before(today):
		of.wrong = rules.Problems{{Field: "until", Key: "report.later_day"}}
	default:
		of.filter.Until, of.title, of.until = day, p.T("report.due_until", "Day", p.LongDate(day)), dayWord(&day)
	}
	of.about = p.T("report.until", "Day", p.LongDate(of.filter.Until))
	return a.register(c, me, of)
}

// openOfMeeting is what is open of one meeting.
func (a *App) openOfMeeting(c echo.Context, me rules.Actor) error {
	p := say(c)
	meetingID, err := id(c, "id")
	if err != nil {
		return err
	}
	m, err := a.Store.Meeting(c.Request().Context(), me, meetingID)
	if err != nil {
		return err
	}
	of := registerOf{name: fmt.Sprintf("meeting-%d", m.ID), title: p.T("report.meeting"), about: m.Title + ", " + m.Place + ", " + p.Date(m.HeldOn),
		crumbs: []templates.Crumb{{Href: "/meetings", Label: p.T("nav.meetings")}, {Href: fmt.Sprintf("/meetings/%d", m.ID), Label: p.Date(m.HeldOn)}, {Label: p.T("report.meeting")}}}
	of.filter.MeetingID = m.ID
	return a.register(c, me, of)
}

func (a *App) register(c echo.Context, me rules.Actor, of registerOf) error {
	ctx, p := c.Request().Context(), say(c)
	of.filter.Now = a.Now()
	for _, side := range rules.Sides {
		if c.QueryParam("side") == string(side) {
			of.filter.Side = side
		}
	}
	n, err := a.fileNames(c, me)
	if err != nil {
		return err
	}
	if format := exportWanted(c); format != "" && of.wrong == nil {
		return a.export(c, me, format, a.registerGrid(c, me, n, of))
	}
	ask := registerList.asked(c)
	of.filter.Sort = ask.Sort
	rows, err := a.Store.Register(ctx, me, of.filter)
	if err != nil {
		return err
	}
	view := registerView{Layout: a.layout(c, of.title), Crumbs: of.crumbs, About: of.about, Path: c.Request().URL.Path, Asks: of.asks, Until: of.until, Empty: templates.Empty{Text: p.T("report.empty")},
		Country: append([]templates.Choice{{Label: p.T("overdue.both")}}, choices(p, "side.", rules.Sides, string(of.filter.Side))...)}
	status, err := a.again(c, &view.Layout, of.wrong)
	if err != nil {
		return err
	}
	if len(rows) > db.RegisterSize {
		rows = rows[:db.RegisterSize]
		view.Pager.Next = ask.after(c, rows[len(rows)-1].Key)
	}
	view.Pager.First, view.Export, view.List = firstPage(c), exportLinks(c), ask.view(c)
	for i := range rows {
		row := a.baseRow(c, n, &rows[i].Task)
		row.Official = rows[i].Official
		if last := len(view.Groups) - 1; last < 0 || view.Groups[last].ID != row.AgencyID {
			view.Groups = append(view.Groups, registerGroup{ID: row.AgencyID, Name: row.Lead, Side: row.Side})
		}
		g := &view.Groups[len(view.Groups)-1]
		g.Tasks = append(g.Tasks, row)
	}
	return render(c, status, registerPage, view)
}

// registerGrid is a register as a file, all its pages.
func (a *App) registerGrid(c echo.Context, me rules.Actor, n names, of registerOf) files.Grid {
	p := say(c)
	grid := a.grid(c, of.name, of.title, of.about, sideNote(p, of.filter.Side))
	grid.Columns = taskGridColumns(c)
	grid.Rows = eachSorted(c.Request().Context(), a.Store, registerList.asked(c).Sort, func(s *db.Store, by db.Sort) ([]db.RegisterTask, error) {
		f := of.filter
		f.Size, f.Sort = db.PageSize, by
		rows, err := s.Register(c.Request().Context(), me, f)
		return withAbove(c.Request().Context(), s, n, rows, err)
	}, func(t *db.RegisterTask) []any { return a.taskCells(c, n, &t.Task) })
	return grid
}

func sideNote(p *i18n.Printer, side rules.Side) string {
	if side == "" {
		return ""
	}
	return p.T("overdue.country") + ": " + p.T("side."+string(side))
}
