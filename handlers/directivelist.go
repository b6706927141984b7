package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// registerPlaces are the pages of the register: by meeting, and all directives.
var registerPlaces = []place{
	{"/meetings", "nav.meetings", "", rules.SeeRegister},
	{"/directives", "directive.many", "", rules.SeeRegister},
}

// directivesView is the list of all directives. Its address is its whole state.
type directivesView struct {
	templates.Layout
	Places          []templates.NavLink
	List            templates.List
	Directives      []pickedRow
	Find            string
	States          []templates.Choice
	Agencies, Sides []templates.Choice
	Chips           []chip
	Hidden          []hiddenField
	Pager           templates.Pager
	Empty           templates.Empty
}

// pickedRow is a directive in it.
type pickedRow struct {
	ID                   int64
	Ref, Title, Strength string
	Words, Lang          string // as the source says it, cut
	Official             bool
	MeetingID            int64
	Meeting              string
	Held                 templates.Day
	Sides                []templates.Side
	Leads                []string
	MoreLeads            string // "and 3 more"
	Open, Overdue, Done  int
	Next                 templates.Day
	Own                  bool // Next is the directive's own deadline: nobody has a task yet
	Status               templates.Status
}

var directivesPage = templates.New[directivesView]("directives.html")

// directiveList are its columns.
var directiveList = listing{sort: "number", desc: true, columns: []column{
	{key: "number", label: "column.directive", sorts: true, down: true},
	{key: "meeting_date", label: "meeting.one", sorts: true, down: true},
	{key: "sides", label: "field.sides"},
	{key: "leads", label: "column.lead"},
	{key: "open", label: "column.open", class: "n"},
	{key: "overdue", label: "column.overdue", class: "n"},
	{key: "done", label: "column.done", class: "n"},
	{key: "next_deadline", label: "column.next_deadline", sorts: true},
	{key: "status", label: "field.status"},
}}

// directiveFilter reads the filters from the address; what is not understood
// does not filter.
func directiveFilter(c echo.Context) (f db.DirectiveFilter) {
	for name, id := range map[string]*int64{"agency": &f.AgencyID, "meeting": &f.MeetingID} {
		*id, _ = strconv.ParseInt(c.QueryParam(name), 10, 64)
	}
	if side := rules.Side(c.QueryParam("side")); slices.Contains(rules.Sides, side) {
		f.Side = side
	}
	if state := db.DirectiveState(c.QueryParam("state")); slices.Contains(db.DirectiveStates, state) {
		f.State = state
	}
	f.Words = rules.SearchWords(c.QueryParam("q"))
	return f
}

// directives lists all directives of the register that fit the filters.
func (a *App) directives(c echo.Context, me rules.Actor) error {
	if format := exportWanted(c); format != "" {
		return a.exportFrom(c, me, format, a.directivesGrid)
	}
	p, list, f := say(c), directiveList.asked(c), directiveFilter(c)
	f.Sort = list.Sort
	rows, err := a.Store.Directives(c.Request().Context(), me, f, a.Now())
	if err != nil {
		return err
	}
	view := directivesView{Layout: a.layout(c, p.T("directive.many")), Places: placesOf(c, me, registerPlaces, "/directives"), List: list.view(c), Find: c.QueryParam("q")}
	if len(rows) > db.PageSize {
		rows = rows[:db.PageSize]
		view.Pager.Next = list.after(c, rows[len(rows)-1].Key)
	}
	view.Pager.First, view.Export = firstPage(c), exportLinks(c)
	n, err := a.names(c)
	if err != nil {
		return err
	}
	for i := range rows {
		view.Directives = append(view.Directives, a.pickedRow(c, n, &rows[i]))
	}
	if err := a.directiveChoices(c, me, &view, f); err != nil {
		return err
	}
	view.Empty = templates.Empty{Text: p.T("directive.empty"), Href: "/meetings", Link: p.T("nav.meetings")}
	if f.AgencyID != 0 || f.MeetingID != 0 || f.Side != "" || f.State != "" || len(f.Words) > 0 {
		view.Empty = templates.Empty{Text: p.T("directive.empty_filtered"), Href: "/directives", Link: p.T("action.clear")}
	}
	return render(c, http.StatusOK, directivesPage, view)
}

// directiveChoices offers the filters; one by meeting comes from that meeting's
// page and can only be left.
func (a *App) directiveChoices(c echo.Context, me rules.Actor, v *directivesView, f db.DirectiveFilter) (err error) {
	p := say(c)
	v.States = append([]templates.Choice{{Label: p.T("directive.pick.all")}}, choices(p, "directive.pick.", db.DirectiveStates, string(f.State))...)
	v.Sides = append([]templates.Choice{{Label: p.T("overdue.both")}}, choices(p, "side.", rules.Sides, string(f.Side))...)
	if v.Agencies, err = a.agencyChoices(c, func(*db.Agency) bool { return true }, f.AgencyID); err != nil {
		return err
	}
	v.Agencies = append([]templates.Choice{{Label: p.T("calendar.all_agencies")}}, v.Agencies...)
	if f.MeetingID == 0 {
		return nil
	}
	title, err := a.meetingWords(c, me, f.MeetingID)
	q := listQuery(c)
	q.Del("meeting")
	v.Chips = []chip{{title, "/directives?" + q.Encode()}}
	v.Hidden = []hiddenField{{"meeting", strconv.FormatInt(f.MeetingID, 10)}}
	return err
}

// meetingWords names a meeting by its title and date.
func (a *App) meetingWords(c echo.Context, me rules.Actor, id int64) (string, error) {
	m, err := a.Store.Meeting(c.Request().Context(), me, id)
	if err != nil {
		return "", err
	}
	return m.Title + ", " + say(c).Date(m.HeldOn), nil
}

// How much of a directive's words and leads a row shows.
const (
	fewWords = 220 // letters
	fewLeads = 3
)

func (a *App) pickedRow(c echo.Context, n names, d *db.PickedDirective) pickedRow {
	p := say(c)
	row := pickedRow{ID: d.ID, Ref: d.Ref(), Title: d.Title, Strength: p.T("strength." + d.Strength), Words: shortened(d.Words, fewWords), Lang: d.WordsLanguage, Official: d.Official,
		MeetingID: d.MeetingID, Meeting: d.MeetingPlace, Held: templates.Day{ISO: d.HeldOn.Format(time.DateOnly), Text: p.Date(d.HeldOn)}, Sides: sideViews(p, d.Sides),
		Open: d.Open, Overdue: d.Overdue, Done: d.Done, Status: directiveSign(p, d)}
	row.Leads = leadNames(n, d)
	if more := len(row.Leads) - fewLeads; more > 0 {
		row.Leads, row.MoreLeads = row.Leads[:fewLeads], p.N("directive.more_leads", more)
	}
	switch {
	case d.Next != nil:
		row.Next = a.day(c, d.Next)
	case d.Tasks == 0 && d.Deadline != nil:
		row.Next, row.Own = a.day(c, d.Deadline), true
	}
	return row
}

// leadNames are the names of those who lead tasks of a directive, in order.
func leadNames(n names, d *db.PickedDirective) []string {
	var list []string
	for _, id := range d.Leads {
		if name := n.of(id); name != "" {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// directiveSign is the worst sign of a directive's tasks; of overdue ones it says
// how many.
func directiveSign(p *i18n.Printer, d *db.PickedDirective) templates.Status {
	marks := make([]rules.Mark, len(d.Marks))
	for i, m := range d.Marks {
		marks[i] = rules.Mark(m)
	}
	worst := rules.Worst(marks)
	switch {
	case d.Overdue > 0:
		return templates.Status{Key: "late", Word: p.N("directive.overdue", d.Overdue)}
	case d.Tasks == 0 && worst != rules.Mark(rules.Cancelled):
		return templates.Status{Key: "new", Word: p.T("directive.recorded")}
	case d.Tasks > 0 && d.Done == d.Tasks:
		return templates.Status{Key: "done", Word: p.T("directive.verified")}
	}
	return templates.Status{Key: shapes[worst], Word: p.T("status." + string(worst))}
}

// shortened is the beginning of a text in one line, up to a word's end.
func shortened(text string, letters int) string {
	text = strings.Join(strings.Fields(text), " ")
	runes := []rune(text)
	if len(runes) <= letters {
		return text
	}
	text = string(runes[:letters])
	if at := strings.LastIndex(text, " "); at > 0 {
		text = text[:at]
	}
	return strings.TrimRight(text, " ,;:–") + " …"
}

func directivePath(id int64) string { return fmt.Sprintf("/directives/%d", id) }
