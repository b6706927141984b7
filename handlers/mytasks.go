package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// myTasksView is what one's own agencies owe.
type myTasksView struct {
	templates.Layout
	About  string
	List   templates.List
	Groups []taskGroup
	Pager  templates.Pager
}

type taskGroup struct {
	Key, Title string
	Late       bool
	Count      string
	Tasks      []taskRow
}

// myTasksList are what one's own tasks can be sorted by.
var myTasksList = listing{sort: "deadline", columns: []column{{key: "deadline", label: "field.deadline", sorts: true}, {key: "heard", label: "overdue.last_report", sorts: true}}}

var myTasksPage = templates.New[myTasksView]("mytasks.html")

func (a *App) myTasks(c echo.Context, me rules.Actor) error {
	if format := exportWanted(c); format != "" {
		return a.exportFrom(c, me, format, a.myTasksGrid)
	}
	return a.showMyTasks(c, me, nil, nil)
}

// showMyTasks lists the open tasks in their groups; the most urgent one, or the
// one whose report failed, has its form open.
func (a *App) showMyTasks(c echo.Context, me rules.Actor, form *reportForm, failed error) error {
	ctx, p, ask := c.Request().Context(), say(c), myTasksList.asked(c)
	rows, err := a.Store.MyTasks(ctx, me, ask.Sort)
	if err != nil {
		return err
	}
	view := myTasksView{Layout: a.layout(c, p.T("nav.tasks"))}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	if len(rows) > db.PageSize {
		rows = rows[:db.PageSize]
		view.Pager.Next = ask.after(c, rows[len(rows)-1].Key)
	}
	view.Pager.First, view.Export, view.List = firstPage(c), exportLinks(c), ask.view(c)
	if err := a.groupTasks(c, me, &view, rows, ask.Sort, form); err != nil {
		return err
	}
	if ask.After == nil {
		if err := a.addInReview(c, me, &view, ask.Sort); err != nil {
			return err
		}
	}
	return render(c, status, myTasksPage, view)
}

// groupTasks cuts the sorted rows into late, this week and later.
func (a *App) groupTasks(c echo.Context, me rules.Actor, view *myTasksView, rows []db.ListedTask, by db.Sort, form *reportForm) error {
	n, err := a.names(c)
	if err != nil {
		return err
	}
	p, today := say(c), a.today(c)
	weekEnd := today.AddDate(0, 0, 7-(int(today.Weekday())+6)%7-1)
	groups := map[string]*taskGroup{}
	late := 0
	for i := range rows {
		t := &rows[i]
		key := "later"
		switch {
		case t.Overdue(a.Now()):
			key = "late"
			late++
		case t.Deadline != nil && !t.Deadline.After(weekEnd):
			key = "week"
		}
		g := groups[key]
		if g == nil {
			g = &taskGroup{Key: key, Title: p.T("tasks.group." + key), Late: key == "late"}
			groups[key] = g
		}
		row := a.listedRow(c, n, me, t)
		if row.LeadsIt {
			row.Form = a.reportFormFor(c, t.ID, t.Version, t.Points, form, i == 0 && form == nil)
			row.Form.Late = key == "late"
			row.Form.Suffix = fmt.Sprintf("-%d", t.ID) // one of several forms on the page
		}
		g.Tasks = append(g.Tasks, row)
	}
	order := []string{"late", "week", "later"}
	if by.By == "deadline" && by.Desc {
		slices.Reverse(order)
	}
	for _, key := range order {
		if g := groups[key]; g != nil {
			g.Count = p.Number(len(g.Tasks))
			view.Groups = append(view.Groups, *g)
		}
	}
	view.About = p.N("tasks.about", len(rows), "Late", late)
	return nil
}

func (a *App) addInReview(c echo.Context, me rules.Actor, view *myTasksView, by db.Sort) error {
	rows, err := a.Store.MyTasksInReview(c.Request().Context(), me, by)
	if err != nil || len(rows) == 0 {
		return err
	}
	n, err := a.names(c)
	if err != nil {
		return err
	}
	g := taskGroup{Key: "review", Title: say(c).T("tasks.group.review"), Count: say(c).Number(len(rows))}
	for i := range rows {
		g.Tasks = append(g.Tasks, a.listedRow(c, n, me, &rows[i]))
	}
	view.Groups = append(view.Groups, g)
	return nil
}

// listedRow is a task's row in a list.
func (a *App) listedRow(c echo.Context, n names, me rules.Actor, t *db.ListedTask) taskRow {
	row := a.baseRow(c, n, &t.Task)
	row.Heard, row.Reminded, row.Reminders = a.dayOf(c, t.HeardAt), a.dayOf(c, t.RemindedAt), t.Reminders
	row.Ask, row.New = t.Ask, t.New
	hats := rules.HatsFor(me, t.Scope())
	row.LeadsIt = hats.Has(rules.HatLead)
	row.NoChange = row.LeadsIt && rules.May(t.Status, rules.ActNoChange, hats) &&
		rules.CanSayNoChange(t.Status, t.NoChanges, t.Overdue(a.Now())) == nil
	if t.Signal != "" && t.Signal != string(rules.Finished) {
		row.Signal = say(c).T("signal." + t.Signal)
	}
	return row
}

// reportFormView is the one form that a focal point reports with.
type reportFormView struct {
	Suffix  string // of the fields' ids, where a page has several of these forms
	ID      int64
	Version int
	Open    bool
	FormKey string
	Signals []templates.Choice
	Done    string
	Next    string
	Links   string
	Reason  string
	Points  []pointView
	Error   map[string]string
	Back    string
	Draft   bool // filled from what was not sent
	Files   []fileRow
	Late    bool // overdue: asked why
	Why     string
}

// pointView is a point of the expected result with its answer.
type pointView struct {
	Number       int
	Text, Answer string
	Error        string
	State        templates.Status // of a report that was sent
	States       []templates.Choice
}

// reportFormFor prepares a task's report form; form is what was typed, of this
// or another task of the page.
func (a *App) reportFormFor(c echo.Context, id int64, version int, points []string, form *reportForm, open bool) *reportFormView {
	p := say(c)
	v := &reportFormView{ID: id, Version: version, Open: open, FormKey: secret(), Error: map[string]string{}, Back: c.Request().URL.Path}
	chosen := string(rules.UnderWay)
	if form != nil && form.ID == id {
		v.Open, v.Done, v.Next, v.Links, v.Reason, chosen = true, form.Done, form.Next, form.Links, form.Reason, form.Signal
		v.Why = form.Why
		v.Version = form.Version
	}
	for _, s := range []rules.Signal{rules.UnderWay, rules.NeedsHelp, rules.Finished} {
		shape := map[rules.Signal]string{rules.UnderWay: "go", rules.NeedsHelp: "soon", rules.Finished: "done"}[s]
		v.Signals = append(v.Signals, templates.Choice{Value: string(s), Label: p.T("signal." + string(s)), Hint: shape, Chosen: string(s) == chosen})
	}
	for i, text := range points {
		point := pointView{Number: i + 1, Text: text}
		if form != nil && form.ID == id && i < len(form.Answers) {
			point.Answer = form.Answers[i]
		}
		state := string(rules.PointDone)
		if form != nil && form.ID == id && i < len(form.States) {
			state = form.States[i]
		}
		point.States = choices(p, "point.", rules.PointStates, state)
		v.Points = append(v.Points, point)
	}
	return v
}

type reportForm struct {
	ID      int64    `form:"-"`
	Version int      `form:"version"`
	Signal  string   `form:"signal"`
	Done    string   `form:"done"`
	Next    string   `form:"next"`
	Answers []string `form:"answer"`
	States  []string `form:"state"`
	Links   string   `form:"links"`
	Reason  string   `form:"no_evidence_reason"`
	Why     string   `form:"late_reason"`
	FormKey string   `form:"form_key"`
	Back    string   `form:"back"`
}

func (f *reportForm) input(now time.Time) db.ReportInput {
	in := db.ReportInput{TaskID: f.ID, Version: f.Version, Signal: rules.Signal(f.Signal), Done: f.Done, Next: f.Next, Links: lines(f.Links),
		NoEvidenceReason: f.Reason, LateReason: f.Why, FormKey: f.FormKey, Now: now}
	if in.Signal == rules.Finished {
		in.Answers = f.Answers
		for _, state := range f.States {
			in.States = append(in.States, rules.PointState(state))
		}
	}
	return in
}

// report takes a report from "My tasks" or from the task's page and leads back
// there.
func (a *App) report(c echo.Context, me rules.Actor) error {
	form, err := bind[reportForm](c)
	if form == nil {
		return err
	}
	var idErr error
	if form.ID, idErr = id(c, "id"); idErr != nil {
		return idErr
	}
	if err == nil {
		err = a.Store.Report(c.Request().Context(), me, form.input(a.Now()))
	}
	if err != nil {
		return a.reportAgain(c, me, form, err)
	}
	return a.done(c, form.ID, backTo(form.Back, form.ID), "task.reported."+form.Signal)
}

// reportAgain shows the form where it was sent from; a completion report, which
// has more to mend, on the task's page.
func (a *App) reportAgain(c echo.Context, me rules.Actor, form *reportForm, failed error) error {
	t, _, err := a.Store.Task(c.Request().Context(), me, form.ID)
	if err != nil {
		return err
	}
	failed = staleAgainst(failed, map[string]string{"signal": say(c).T("status." + string(t.Status))})
	if form.Back == "/tasks" && form.Signal != string(rules.Finished) {
		return a.showMyTasks(c, me, form, failed)
	}
	return a.showTask(c, me, &taskState{report: form}, failed)
}

// backTo is the list or the task's own page.
func backTo(back string, taskID int64) string {
	if back == "/tasks" || back == "/review" {
		return back
	}
	return fmt.Sprintf("/tasks/%d", taskID)
}

// done leads on after an act that can be taken back for ten seconds.
func (a *App) done(c echo.Context, taskID int64, to, key string) error {
	a.flash(c, templates.Flash{Text: say(c).T(key), Undo: fmt.Sprintf("/tasks/%d/undo", taskID)})
	return c.Redirect(http.StatusSeeOther, to)
}
