package handlers

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// overdueView is the review of what is late. Its address is its whole state:
// filters, grouping, order and page.
type overdueView struct {
	templates.Layout
	About     string
	Ages      []ageView
	Counted   bool // the strip shows shares
	Groups    []lateGroup
	Sides     []templates.Choice
	Groupings []templates.Choice
	List      templates.List
	Untold    bool // only those whose lead has not said why
	Chips     []chip
	Hidden    []hiddenField
	Pager     templates.Pager
	Empty     templates.Empty
	Remind    bool
	Decide    bool
	Bulk      bulkView
	Views     savedViewsView
	Begin     string // query that a round begins with
}

// chip is a filter that was picked from a row, with the address without it.
type chip struct{ Label, Href string }

// ageView is one step of the age strip: how late, how many, and its share.
type ageView struct {
	Key, Label, Count string
	Href              string
	Current           bool
	Class             string
	X, Width          string // in percent
}

// lateGroup is what a group's late tasks on this page have in common.
type lateGroup struct {
	Key, Name, Href string
	Side            templates.Side
	About           string
	Tasks           []lateRow
}

// lateRow is a late task with the length of its bar.
type lateRow struct {
	taskRow
	Delay        string
	Bar          string // in percent of the longest on the page
	Raised       string // "" not above the lead
	Reason, Plan string // as the lead says; of the own side only
	Untold       bool   // the lead has not said
	ShowLead     bool   // the group does not say it
	Picked       bool
}

var overduePage = templates.New[overdueView]("overdue.html")

// ages are the steps of the age strip: days late, both inclusive; 0 = no end.
var ages = []struct {
	key      string
	min, max int
	class    string
}{{"all", 1, 0, ""}, {"7", 1, 7, "f1"}, {"30", 8, 30, "f2"}, {"90", 31, 90, "f3"}, {"91", 91, 0, "f7"}}

// lateQuery is an overdue list's address as it is understood.
type lateQuery struct {
	db.OverdueFilter
	age   string
	group db.Grouping
	list  asked
}

// overdueList are the columns of the overdue list. It can be sorted by what an
// index has.
var overdueList = listing{sort: "delay", desc: true, columns: []column{
	{key: "number", label: "task.one", sorts: true}, {key: "deadline", label: "field.deadline", sorts: true}, {key: "delay", label: "overdue.delay", class: "bc", sorts: true, down: true},
	{key: "heard", label: "overdue.last_report", sorts: true}, {key: "reminders", label: "overdue.reminders"}, {key: "raised", label: "overdue.escalated"}}}

// lateOrders are the words for each order, ascending and descending.
var lateOrders = map[string][2]string{"number": {"numbers", "numbers_back"}, "deadline": {"longest", "newest"}, "delay": {"newest", "longest"}, "heard": {"silent", "heard"}}

// readLateQuery reads filters, grouping and order; what is not understood does
// nothing.
func readLateQuery(q url.Values) (f lateQuery) {
	f.age, f.MinDays, f.group = "all", 1, db.ByAgency
	for _, step := range ages {
		if q.Get("age") == step.key {
			f.age, f.MinDays, f.MaxDays = step.key, step.min, step.max
		}
	}
	for _, side := range rules.Sides {
		if q.Get("side") == string(side) {
			f.Side = side
		}
	}
	for _, g := range db.Groupings {
		if q.Get("group") == string(g) {
			f.group = g
		}
	}
	for name, id := range map[string]*int64{"agency": &f.AgencyID, "meeting": &f.MeetingID, "directive": &f.DirectiveID} {
		*id, _ = strconv.ParseInt(q.Get(name), 10, 64)
	}
	f.Unexplained, f.list = q.Get("why") == "none", overdueList.askedBy(q)
	if q.Get("order") == "newest" && q.Get("sort") == "" { // as it was said before there were headings to sort by
		f.list.Desc = false
	}
	f.Sort = f.list.Sort
	return f
}

// listQuery is the address's query without the page and the language.
func listQuery(c echo.Context) url.Values {
	q := c.Request().URL.Query()
	for _, drop := range turning {
		q.Del(drop)
	}
	return q
}

func (a *App) overdue(c echo.Context, me rules.Actor) error {
	return a.showOverdue(c, me, &bulkForm{}, nil)
}

// showOverdue shows the list with what was typed for the picked tasks.
func (a *App) showOverdue(c echo.Context, me rules.Actor, form *bulkForm, failed error) error {
	if format := exportWanted(c); format != "" {
		return a.exportFrom(c, me, format, a.overdueGrid)
	}
	ctx, p := c.Request().Context(), say(c)
	f := readLateQuery(c.Request().URL.Query())
	rows, err := a.Store.OverdueTasks(ctx, me, f.OverdueFilter, a.Now())
	if err != nil {
		return err
	}
	view := overdueView{Layout: a.layout(c, p.T("nav.overdue")), Remind: rules.Allowed(me, rules.Remind), Decide: rules.Allowed(me, rules.Review)}
	view.Title = p.T("overdue.title")
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	if len(rows) > db.PageSize {
		rows = rows[:db.PageSize]
		view.Pager.Next = f.list.after(c, rows[len(rows)-1].Key)
	}
	view.Pager.First, view.Export, view.List = firstPage(c), exportLinks(c), f.list.view(c)
	if view.Remind {
		view.List.Span++ // the boxes
	}
	counts, err := a.lateCounts(c, me, f)
	if err != nil {
		return err
	}
	view.Ages = ageViews(c, p, counts, f.age)
	view.Counted = counts.All().N > 0
	view.filters(c, p, f)
	if err := a.fillOverdue(c, me, &view, rows, f, countOf(counts, f.age), form); err != nil {
		return err
	}
	return render(c, status, overduePage, view)
}

// lateCounts counts the list by age; all of it as the navigation has it.
func (a *App) lateCounts(c echo.Context, me rules.Actor, f lateQuery) (db.AgeCounts, error) {
	if t := seen(c).tally; t != nil && f.Whole() {
		return t.Counts(), nil
	}
	return a.Store.OverdueCounts(c.Request().Context(), me, f.OverdueFilter, a.Now())
}

// fillOverdue puts in what needs more than the rows: groups with their counts,
// chips, saved views and the forms for the picked tasks.
func (a *App) fillOverdue(c echo.Context, me rules.Actor, view *overdueView, rows []db.ListedTask, f lateQuery, total db.Count, form *bulkForm) error {
	n, err := a.names(c)
	if err != nil {
		return err
	}
	p := say(c)
	titles, err := a.meetingTitles(c, me, rows, f)
	if err != nil {
		return err
	}
	if err := a.groupLate(c, me, view, rows, f, titles, form); err != nil {
		return err
	}
	view.About = p.N("overdue.total", total.N, "All", countWord(p, total))
	if len(rows) > 0 {
		view.About += " " + p.T("overdue.order."+lateOrders[f.Sort.By][map[bool]int{true: 1}[f.Sort.Desc]])
	}
	a.chips(c, n, view, rows, f, titles)
	view.Bulk = a.bulkView(c, n, me, form)
	view.Begin = listQuery(c).Encode()
	if view.Views, err = a.savedViewsOf(c, me, "/overdue", n); err != nil {
		return err
	}
	view.Empty = templates.Empty{Text: p.T("overdue.empty")}
	if len(listQuery(c)) > 0 {
		view.Empty = templates.Empty{Text: p.T("overdue.empty_filtered"), Href: "/overdue", Link: p.T("action.clear")}
	}
	return nil
}

func (v *overdueView) filters(c echo.Context, p *i18n.Printer, f lateQuery) {
	v.Sides = append([]templates.Choice{{Label: p.T("overdue.both")}}, choices(p, "side.", rules.Sides, string(f.Side))...)
	v.Groupings = choices(p, "overdue.by.", db.Groupings, string(f.group))
	v.Untold = f.Unexplained
	for _, name := range []string{"age", "agency", "meeting", "directive"} {
		if value := c.QueryParam(name); value != "" {
			v.Hidden = append(v.Hidden, hiddenField{name, value})
		}
	}
}

// countOf is the number of tasks in the step that the list shows.
func countOf(counts db.AgeCounts, age string) db.Count {
	return map[string]db.Count{"7": counts.Week, "30": counts.Month, "90": counts.Quarter, "91": counts.Longer, "all": counts.All()}[age]
}

// ageViews are the steps of the strip with their counts and shares.
func ageViews(c echo.Context, p *i18n.Printer, counts db.AgeCounts, current string) []ageView {
	x, all := 0.0, counts.All().N
	var views []ageView
	for _, step := range ages {
		n := countOf(counts, step.key)
		v := ageView{Key: step.key, Label: p.T("overdue.age." + step.key), Href: withQuery(c, "age", step.key), Current: step.key == current,
			Class: step.class, Count: countWord(p, n)}
		if all > 0 && step.key != "all" && n.N > 0 {
			width := float64(n.N) * 100 / float64(all)
			v.X, v.Width = fmt.Sprintf("%.2f%%", x), fmt.Sprintf("%.2f%%", width)
			x += width
		}
		views = append(views, v)
	}
	return views
}

// withQuery is the list's address with another filter, on its first page; ""
// takes the filter out.
func withQuery(c echo.Context, name, value string) string {
	q := listQuery(c)
	q.Set(name, value)
	if value == "" || name == "age" && value == "all" {
		q.Del(name)
	}
	return (&url.URL{Path: "/overdue", RawQuery: q.Encode()}).String()
}
