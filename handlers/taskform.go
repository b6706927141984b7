package handlers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

type taskForm struct {
	ID          int64   `form:"-"`
	DirectiveID int64   `form:"-"`
	Version     int     `form:"version"`
	ParentID    int64   `form:"parent"`
	Milestone   bool    `form:"milestone"`
	Period      string  `form:"period"`
	Title       string  `form:"title"`
	Points      string  `form:"points"`
	LeadID      int64   `form:"lead"`
	FocalID     int64   `form:"focal"`
	Others      []int64 `form:"co_executors"`
	Typed       string  `form:"deadline"`
	Rule        string  `form:"deadline_rule"`
	Wording     string  `form:"deadline_wording"`
	NoReason    string  `form:"no_deadline_reason"`
	Past        bool    `form:"past"`
	Note        string  `form:"note"`
	FormKey     string  `form:"form_key"`
	Draft       bool    `form:"-"`
}

func (f *taskForm) deadline() *deadlineForm {
	return &deadlineForm{Deadline: f.Typed, Rule: f.Rule, Wording: f.Wording, NoReason: f.NoReason, PastTwice: f.Past}
}

// taskFormView is the form of a task, new or old.
type taskFormView struct {
	templates.Layout
	Form                           taskForm
	Action                         string
	Crumbs                         []templates.Crumb
	Leads, Focals, Others, Parents []templates.Choice
	Periods                        []templates.Choice
	Deadline                       deadlineView
}

var taskFormPage = templates.New[taskFormView]("task_form.html")

// newTask opens a draft that starts with its directive's expected result and
// deadline.
func (a *App) newTask(c echo.Context, me rules.Actor) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	d, err := a.Store.DirectivePage(c.Request().Context(), me, id)
	if err != nil {
		return err
	}
	form := &taskForm{DirectiveID: id, Title: d.Title, Points: strings.Join(d.Points, "\n"), Typed: dayWord(d.Deadline), Rule: d.DeadlineRule,
		Wording: d.DeadlineWording, NoReason: d.NoDeadlineReason, Draft: true}
	return a.showTaskForm(c, me, form, d, nil)
}

func (a *App) showTaskForm(c echo.Context, me rules.Actor, form *taskForm, d *db.DirectivePage, failed error) error {
	p := say(c)
	title, action := p.T("task.new"), fmt.Sprintf("/directives/%d/tasks", form.DirectiveID)
	if form.ID != 0 {
		title, action = p.T("task.edit"), fmt.Sprintf("/tasks/%d", form.ID)
	}
	view := taskFormView{Layout: a.layout(c, title), Form: *form, Action: action, Crumbs: append(a.directiveCrumbs(c, me, &d.Directive), templates.Crumb{Label: title})}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	if err := a.fillTaskForm(c, &view, form, d); err != nil {
		return err
	}
	return render(c, status, taskFormPage, view)
}

func (a *App) fillTaskForm(c echo.Context, view *taskFormView, form *taskForm, d *db.DirectivePage) error {
	none := []templates.Choice{{Label: "–"}}
	ofSides := func(agency *db.Agency) bool {
		return agency.Side == string(rules.Joint) || slices.Contains(d.Sides, agency.Side)
	}
	leads, err := a.agencyChoices(c, ofSides, form.LeadID)
	if err != nil {
		return err
	}
	others, err := a.agencyChoices(c, ofSides, form.Others...)
	if err != nil {
		return err
	}
	view.Leads, view.Others = append(none, leads...), others
	focals, err := a.Store.FocalPoints(c.Request().Context())
	if err != nil {
		return err
	}
	n, err := a.names(c)
	if err != nil {
		return err
	}
	view.Focals = []templates.Choice{{Label: say(c).T("task.focal.any")}}
	for _, f := range focals {
		if agency := n.all[f.AgencyID]; agency != nil && ofSides(agency) {
			view.Focals = append(view.Focals, templates.Choice{Value: fmt.Sprint(f.ID), Label: n.of(f.AgencyID) + " · " + f.Name, Chosen: f.ID == form.FocalID})
		}
	}
	view.Parents = none
	for i := range d.Tree {
		t := &d.Tree[i]
		if t.ID != form.ID {
			view.Parents = append(view.Parents, templates.Choice{Value: fmt.Sprint(t.ID), Label: strings.TrimSpace(t.Ref() + " " + t.Title), Chosen: t.ID == form.ParentID})
		}
	}
	calendar, err := a.leadCalendar(c, n, form.LeadID, d.Sides)
	if err != nil {
		return err
	}
	view.Periods = periodChoices(say(c), form.Period)
	view.Deadline = form.deadline().view(c, d.HeldOn, a.today(c), calendar, view.Error)
	return nil
}

// periodChoices offers how often a task owes a report.
func periodChoices(p *i18n.Printer, chosen string) []templates.Choice {
	var list []templates.Choice
	for _, period := range rules.Periods {
		key := "period." + string(period)
		if period == rules.Once {
			key = "period.once"
		}
		list = append(list, templates.Choice{Value: string(period), Label: p.T(key), Chosen: string(period) == chosen})
	}
	return list
}

// leadCalendar is the working calendar of the lead, or of the directive's first
// side before there is one.
func (a *App) leadCalendar(c echo.Context, n names, leadID int64, sides []string) (rules.Calendar, error) {
	if lead := n.all[leadID]; lead != nil {
		return a.calendar(c, []string{lead.Country})
	}
	return a.calendar(c, sides)
}

func (a *App) addTask(c echo.Context, me rules.Actor) error {
	directiveID, err := id(c, "id")
	if err != nil {
		return err
	}
	return a.saveTask(c, me, &taskForm{DirectiveID: directiveID, Draft: true})
}

func (a *App) changeTask(c echo.Context, me rules.Actor) error {
	taskID, err := id(c, "id")
	if err != nil {
		return err
	}
	t, sight, err := a.Store.Task(c.Request().Context(), me, taskID)
	if err != nil {
		return err
	}
	if sight != rules.SeesAll {
		return rules.ErrForbidden
	}
	return a.saveTask(c, me, &taskForm{ID: taskID, DirectiveID: t.DirectiveID, Draft: t.Status == rules.Draft})
}

// saveTask takes the form of a new or changed task; of is which.
func (a *App) saveTask(c echo.Context, me rules.Actor, of *taskForm) error {
	ctx := c.Request().Context()
	form, err := bind[taskForm](c)
	if form == nil {
		return err
	}
	form.ID, form.DirectiveID, form.Draft = of.ID, of.DirectiveID, of.Draft
	d, readErr := a.Store.DirectivePage(ctx, me, form.DirectiveID)
	if readErr != nil {
		return readErr
	}
	if err == nil {
		err = a.storeTask(c, me, form, d)
	}
	if err != nil {
		if t, _, readErr := a.Store.Task(ctx, me, form.ID); readErr == nil {
			err = staleAgainst(err, map[string]string{"title": t.Title, "deadline": dayWord(t.Deadline), "deadline_wording": t.DeadlineWording})
		}
		return a.showTaskForm(c, me, form, d, err)
	}
	if form.ID != 0 {
		return a.seeOther(c, fmt.Sprintf("/tasks/%d", form.ID), "saved")
	}
	return a.seeOther(c, fmt.Sprintf("/directives/%d", form.DirectiveID), "task.added")
}

func (a *App) storeTask(c echo.Context, me rules.Actor, f *taskForm, d *db.DirectivePage) error {
	n, err := a.names(c)
	if err != nil {
		return err
	}
	due := deadline{}
	if f.Draft {
		calendar, err := a.leadCalendar(c, n, f.LeadID, d.Sides)
		if err != nil {
			return err
		}
		if due, err = f.deadline().read(d.HeldOn, a.today(c), calendar); err != nil {
			return err
		}
	}
	in := db.TaskInput{ID: f.ID, Version: f.Version, DirectiveID: f.DirectiveID, ParentID: f.ParentID, Milestone: f.Milestone, Period: rules.Period(f.Period), Title: f.Title, Points: lines(f.Points),
		LeadID: f.LeadID, FocalID: f.FocalID, CoExecutors: f.Others, Deadline: due.Day, DeadlineRule: due.Rule, DeadlineWording: f.Wording,
		NoDeadlineReason: f.NoReason, Note: f.Note, FormKey: f.FormKey, Now: a.Now()}
	if f.ID != 0 {
		return a.Store.ChangeTask(c.Request().Context(), me, in)
	}
	_, err = a.Store.AddTask(c.Request().Context(), me, in)
	return err
}

func (a *App) editTask(c echo.Context, me rules.Actor) error {
	taskID, err := id(c, "id")
	if err != nil {
		return err
	}
	t, err := a.Store.TaskPage(c.Request().Context(), me, taskID, a.Now())
	if err != nil {
		return err
	}
	if t.Sight != rules.SeesAll {
		return db.ErrNotFound
	}
	if !rules.MayEdit(t.Status, t.Hats) {
		return rules.ErrForbidden
	}
	d, err := a.Store.DirectivePage(c.Request().Context(), me, t.DirectiveID)
	if err != nil {
		return err
	}
	form := &taskForm{ID: t.ID, DirectiveID: t.DirectiveID, Version: t.Version, ParentID: deref(t.ParentID), Milestone: t.Milestone, Period: string(t.Period), Title: t.Title,
		Points: strings.Join(t.Points, "\n"), LeadID: deref(t.LeadID), FocalID: deref(t.FocalID), Others: t.CoExecutors, Typed: dayWord(t.Deadline),
		Rule: t.DeadlineRule, Wording: t.DeadlineWording, NoReason: t.NoDeadlineReason, Past: t.Deadline != nil && t.Deadline.Before(a.today(c)), Draft: t.Status == rules.Draft}
	return a.showTaskForm(c, me, form, d, nil)
}
