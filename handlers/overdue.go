package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// overdueView is the review of what is late, grouped by agency.
type overdueView struct {
	templates.Layout
	About   string
	Ages    []ageView
	Groups  []agencyGroup
	Sides   []templates.Choice
	Agency  string // name, where filtered by it
	Meeting string
	Hidden  []hiddenField
	Pager   templates.Pager
	Empty   templates.Empty
	Remind  bool
	Note    string
}

// ageView is one step of the age strip: how late, how many, and its share.
type ageView struct {
	Key, Label, Count string
	Href              string
	Current           bool
	Class             string
	X, Width          string // in percent
}

// agencyGroup is an agency's late tasks on this page.
type agencyGroup struct {
	ID    int64
	Name  string
	Side  templates.Side
	About string
	Tasks []lateRow
}

// lateRow is a late task with the length of its bar.
type lateRow struct {
	taskRow
	Delay string
	Bar   string // in percent of the longest on the page
}

var overduePage = templates.New[overdueView]("overdue.html")

// ages are the steps of the age strip: days late, both inclusive; 0 = no end.
var ages = []struct {
	key      string
	min, max int
}{{"all", 1, 0}, {"7", 1, 7}, {"30", 8, 30}, {"31", 31, 0}}

// overdueFilter reads the filters from the address; what is not understood does
// not filter.
func overdueFilter(c echo.Context) (f db.OverdueFilter, age string) {
	age = "all"
	f.MinDays = 1
	for _, step := range ages {
		if c.QueryParam("age") == step.key {
			age, f.MinDays, f.MaxDays = step.key, step.min, step.max
		}
	}
	for _, side := range rules.Sides {
		if c.QueryParam("side") == string(side) {
			f.Side = side
		}
	}
	f.AgencyID, _ = strconv.ParseInt(c.QueryParam("agency"), 10, 64)
	f.MeetingID, _ = strconv.ParseInt(c.QueryParam("meeting"), 10, 64)
	f.After = cursor(c)
	return f, age
}

func (a *App) overdue(c echo.Context, me rules.Actor) error { return a.showOverdue(c, me, nil, "") }

func (a *App) showOverdue(c echo.Context, me rules.Actor, failed error, note string) error {
	if format := exportWanted(c); format != "" {
		return a.exportFrom(c, me, format, a.overdueGrid)
	}
	ctx, p := c.Request().Context(), say(c)
	f, age := overdueFilter(c)
	rows, err := a.Store.OverdueTasks(ctx, me, f, a.Now())
	if err != nil {
		return err
	}
	view := overdueView{Layout: a.layout(c, p.T("nav.overdue")), Remind: rules.Allowed(me, rules.Remind), Note: note}
	view.Title = p.T("overdue.title")
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	if len(rows) > db.PageSize {
		rows = rows[:db.PageSize]
		view.Pager.Next = pageAfter(c, rows[len(rows)-1].CursorOf())
	}
	view.Pager.First, view.Export = firstPage(c), exportLinks(c)
	counts, err := a.Store.OverdueAges(ctx, me, db.CountFilter{AgencyID: a.visibleAgency(me, f), Side: f.Side}, a.Now())
	if err != nil {
		return err
	}
	view.Ages = ageViews(c, p, counts, age, f.MeetingID == 0 && f.AgencyID == 0)
	view.filters(c, p, f, age)
	return a.finishOverdue(c, me, status, &view, rows, f)
}

// visibleAgency is the agency to count for: agencies' counts are of all sides'
// directives, so only who sees all sides gets them.
func (a *App) visibleAgency(me rules.Actor, f db.OverdueFilter) int64 {
	if len(me.RegisterSides()) == len(rules.Sides) {
		return f.AgencyID
	}
	return 0
}

func (v *overdueView) filters(c echo.Context, p *i18n.Printer, f db.OverdueFilter, age string) {
	v.Sides = append([]templates.Choice{{Label: p.T("overdue.both")}}, choices(p, "side.", rules.Sides, string(f.Side))...)
	if age != "all" {
		v.Hidden = append(v.Hidden, hiddenField{"age", age})
	}
	for _, name := range []string{"agency", "meeting"} {
		if value := c.QueryParam(name); value != "" {
			v.Hidden = append(v.Hidden, hiddenField{name, value})
		}
	}
}

func (a *App) finishOverdue(c echo.Context, me rules.Actor, status int, view *overdueView, rows []db.ListedTask, f db.OverdueFilter) error {
	n, err := a.names(c)
	if err != nil {
		return err
	}
	view.Agency = n.of(f.AgencyID)
	if f.MeetingID != 0 {
		m, err := a.Store.Meeting(c.Request().Context(), me, f.MeetingID)
		if err != nil {
			return err
		}
		view.Meeting = m.Title
	}
	view.group(a, c, n, me, rows)
	view.Empty = templates.Empty{Text: say(c).T("overdue.empty")}
	if c.Request().URL.RawQuery != "" {
		view.Empty = templates.Empty{Text: say(c).T("overdue.empty_filtered"), Href: "/overdue", Link: say(c).T("action.clear")}
	}
	return render(c, status, overduePage, *view)
}

// group puts the rows under their agencies, the agency with the longest delay
// first.
func (v *overdueView) group(a *App, c echo.Context, n names, me rules.Actor, rows []db.ListedTask) {
	p, at, longest := say(c), map[int64]int{}, 1
	for i := range rows {
		row := a.listedRow(c, n, me, &rows[i])
		longest = max(longest, row.Late)
		if _, ok := at[row.AgencyID]; !ok {
			at[row.AgencyID] = len(v.Groups)
			v.Groups = append(v.Groups, agencyGroup{ID: row.AgencyID, Name: row.Lead, Side: row.Side})
		}
		g := &v.Groups[at[row.AgencyID]]
		g.Tasks = append(g.Tasks, lateRow{taskRow: row, Delay: p.N("due.days", row.Late)})
	}
	for i := range v.Groups {
		g := &v.Groups[i]
		g.About = p.N("overdue.group", len(g.Tasks), "Longest", g.Tasks[0].Delay)
		for j := range g.Tasks {
			g.Tasks[j].Bar = fmt.Sprintf("%d%%", max(4, g.Tasks[j].Late*100/longest))
		}
	}
	v.About = p.N("overdue.about", len(rows), "Agencies", p.N("overdue.agencies", len(v.Groups)))
}

// ageViews are the steps of the strip with their counts, where these are of the
// same tasks as the list.
func ageViews(c echo.Context, p *i18n.Printer, counts db.Ages, current string, counted bool) []ageView {
	numbers := map[string]int{"all": counts.All(), "7": counts.Week, "30": counts.Month, "31": counts.Longer}
	x := 0.0
	var views []ageView
	for i, step := range ages {
		v := ageView{Key: step.key, Label: p.T("overdue.age." + step.key), Href: withQuery(c, "age", step.key), Current: step.key == current, Class: fmt.Sprintf("f%d", i)}
		if counted {
			v.Count = p.Number(numbers[step.key])
			if counts.All() > 0 && step.key != "all" {
				width := float64(numbers[step.key]) * 100 / float64(counts.All())
				v.X, v.Width = fmt.Sprintf("%.2f%%", x), fmt.Sprintf("%.2f%%", width)
				x += width
			}
		}
		views = append(views, v)
	}
	return views
}

// withQuery is the present page's address with another filter, on its first
// page.
func withQuery(c echo.Context, name, value string) string {
	q := c.Request().URL.Query()
	for _, drop := range []string{"after", "id", "lang"} {
		q.Del(drop)
	}
	q.Set(name, value)
	return (&url.URL{Path: "/overdue", RawQuery: q.Encode()}).String()
}

type remindForm struct {
	Tasks []int64 `form:"task"`
	Note  string  `form:"note"`
}

// remind tells the leads of the picked tasks, with ten seconds to take it back.
func (a *App) remind(c echo.Context, me rules.Actor) error {
	form, err := bind[remindForm](c)
	if form == nil {
		return err
	}
	tasks, agencies := 0, 0
	if err == nil {
		tasks, agencies, err = a.Store.Remind(c.Request().Context(), me, db.RemindInput{TaskIDs: form.Tasks, Note: form.Note, Now: a.Now()})
	}
	if err != nil {
		return a.showOverdue(c, me, err, form.Note)
	}
	p := say(c)
	a.flash(c, templates.Flash{Text: p.N("overdue.reminded", tasks, "Agencies", p.N("overdue.agencies_to", agencies)), Undo: "/overdue/undo", IDs: form.Tasks})
	return c.Redirect(http.StatusSeeOther, "/overdue?"+c.Request().URL.RawQuery)
}

func (a *App) undoRemind(c echo.Context, me rules.Actor) error {
	form, err := bind[remindForm](c)
	if err != nil {
		return err
	}
	if err := a.Store.UndoRemind(c.Request().Context(), me, form.Tasks, a.Now()); err != nil {
		return err
	}
	return a.seeOther(c, "/overdue", "overdue.undone")
}
