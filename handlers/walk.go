package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// walkView is one task of a round, large, with the decisions to choose from.
type walkView struct {
	templates.Layout
	Crumbs    []templates.Crumb
	Round     roundRow
	Row       lateRow
	Outline   bool
	Points    []string
	Directive templates.Crumb
	Last      *reportRow // the lead's last report
	History   []templates.Line
	Left      string // how many are overdue in the list
	Prev      string // addresses, "" at the ends
	Next      string
	NextID    int64
	Decisions []templates.Choice
	Terms     []templates.Choice
	Agencies  []string
	Form      outcomeForm
}

// outcomeForm is what is decided on one task.
type outcomeForm struct {
	Task     int64  `form:"task"`
	Next     int64  `form:"next"`
	Version  int    `form:"version"`
	Decision string `form:"decision"`
	Text     string `form:"text"`
	By       string `form:"by"`
	Until    string `form:"until"`
	Agency   string `form:"agency"`
	FormKey  string `form:"form_key"`
}

var walkPage = templates.New[walkView]("walk.html")

// decisionKeys are the keys that choose a decision.
var decisionKeys = map[rules.Decision]string{rules.DecideNote: "n", rules.DecideRemind: "r", rules.DecideExtend: "e", rules.DecideEscalate: "s", rules.DecideReassign: "t"}

func roundPath(id int64) string { return fmt.Sprintf("/rounds/%d", id) }

// walkPath is the address of a task in a round; 0 for the first one.
func walkPath(round, task int64) string {
	if task == 0 {
		return roundPath(round) + "/walk"
	}
	return fmt.Sprintf("/rounds/%d/walk?task=%d", round, task)
}

// walk shows the tasks of a round one at a time.
func (a *App) walk(c echo.Context, me rules.Actor) error {
	task, _ := strconv.ParseInt(c.QueryParam("task"), 10, 64)
	return a.showWalk(c, me, task, nil, nil)
}

// showWalk shows one task of a round, with what was typed of a decision that
// failed. Where the task is not overdue any more, the round goes on with its
// first one; where none is left, it leads to the round's page.
func (a *App) showWalk(c echo.Context, me rules.Actor, task int64, form *outcomeForm, failed error) error {
	roundID, err := id(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	r, err := a.Store.Round(ctx, me, roundID)
	if err != nil {
		return err
	}
	if !r.Open() {
		return c.Redirect(http.StatusSeeOther, roundPath(roundID))
	}
	q, _ := url.ParseQuery(r.Query) // what is not understood does not filter
	f := readLateQuery(q).OverdueFilter
	if task == 0 {
		if task, err = a.Store.NextLate(ctx, r.Through(me), f, false, a.Now()); err != nil {
			return err
		}
		if task == 0 {
			return a.seeOther(c, roundPath(roundID), "round.through")
		}
	}
	t, err := a.Store.LateTask(ctx, r.Through(me), f.Sort, task, a.Now())
	if errors.Is(err, db.ErrNotFound) && form == nil {
		return c.Redirect(http.StatusSeeOther, walkPath(roundID, 0))
	}
	if err != nil {
		return err
	}
	view := walkView{Layout: a.layout(c, t.Title), Round: a.roundRow(c, r)}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	if err := a.fillWalk(c, me, &view, r, t, f); err != nil {
		return err
	}
	if form != nil {
		view.Form = *form
	}
	view.offer(c)
	return render(c, status, walkPage, view)
}

// fillWalk reads what a decision rests on, and the tasks before and after.
func (a *App) fillWalk(c echo.Context, me rules.Actor, v *walkView, r *db.Round, t *db.ListedTask, f db.OverdueFilter) error {
	ctx, p := c.Request().Context(), say(c)
	n, err := a.names(c)
	if err != nil {
		return err
	}
	page, err := a.Store.TaskPage(ctx, me, t.ID, a.Now())
	if err != nil {
		return err
	}
	v.Row = a.lateRow(c, n, me, t)
	v.Outline, v.Points = page.Sight != rules.SeesAll, page.Points
	v.Directive = templates.Crumb{Href: fmt.Sprintf("/directives/%d", t.DirectiveID), Label: t.DirectiveTitle}
	v.History = a.history(c, page.History[:min(len(page.History), 6)])
	if len(page.Reports) > 0 {
		last := a.reportRow(c, n, &page.Reports[0])
		v.Last = &last
	}
	through := r.Through(me)
	counts, err := a.Store.OverdueCounts(ctx, through, f, a.Now())
	if err != nil {
		return err
	}
	left := counts.All()
	v.Left = p.N("round.left", left.N, "All", countWord(p, left))
	f.Sort.After = t.Key
	if v.NextID, err = a.Store.NextLate(ctx, through, f, false, a.Now()); err != nil {
		return err
	}
	before, err := a.Store.NextLate(ctx, through, f, true, a.Now())
	if err != nil {
		return err
	}
	if v.NextID != 0 {
		v.Next = walkPath(r.ID, v.NextID)
	}
	if before != 0 {
		v.Prev = walkPath(r.ID, before)
	}
	v.Crumbs = []templates.Crumb{{Href: "/overdue", Label: p.T("nav.overdue")}, {Href: roundPath(r.ID), Label: v.Round.Title}, {Label: t.Ref()}}
	v.Agencies = fewNames(n, me)
	v.Form = outcomeForm{Task: t.ID, Next: v.NextID, Version: t.Version, Decision: string(rules.DecideNote), FormKey: secret()}
	return nil
}

// offer lists the decisions with the keys that choose them.
func (v *walkView) offer(c echo.Context) {
	p := say(c)
	v.Decisions = choices(p, "decide.", rules.Decisions, v.Form.Decision)
	for i := range v.Decisions {
		v.Decisions[i].Hint = decisionKeys[rules.Decision(v.Decisions[i].Value)]
	}
	v.Terms = termChoices(p, v.Form.By)
}

// minute carries a decision out, writes it into the round, and goes on to the
// next task.
func (a *App) minute(c echo.Context, me rules.Actor) error {
	form, err := bind[outcomeForm](c)
	if form == nil {
		return err
	}
	roundID, idErr := id(c, "id")
	if idErr != nil {
		return idErr
	}
	n, nameErr := a.names(c)
	if nameErr != nil {
		return nameErr
	}
	to := walkPath(roundID, form.Next)
	if form.Next == 0 {
		to = roundPath(roundID)
	}
	var outcome int64
	if err == nil {
		d := rules.Decision(form.Decision)
		ruling := a.ruling(n, d, form.Text, form.By, form.Until, form.Agency)
		ruling.FormKey = form.FormKey
		outcome, err = a.Store.Minute(c.Request().Context(), me, db.OutcomeInput{RoundID: roundID, TaskID: form.Task, Version: form.Version, Ruling: ruling, Back: to})
	}
	if err != nil {
		return a.walkAgain(c, me, form, err)
	}
	a.flash(c, templates.Flash{Text: say(c).T("decide.did." + form.Decision), Undo: fmt.Sprintf("/rounds/%d/undo?outcome=%d", roundID, outcome)})
	return c.Redirect(http.StatusSeeOther, to)
}

// walkAgain shows a task again whose decision could not be carried out, and
// says why; a form that was sent twice and a round that is not there are other
// matters.
func (a *App) walkAgain(c echo.Context, me rules.Actor, form *outcomeForm, err error) error {
	var wrong rules.Problems
	var twice *db.RepeatedError
	switch {
	case errors.As(err, &twice), errors.Is(err, db.ErrNotFound), errors.Is(err, db.ErrStale):
		return err
	case errors.As(err, &wrong):
		return a.showWalk(c, me, form.Task, form, err)
	}
	for known, key := range map[error]string{rules.ErrForbidden: "forbidden", rules.ErrMove: "move", rules.ErrNobodyAbove: "nobody_above", rules.ErrNotLate: "not_late"} {
		if errors.Is(err, known) {
			return a.showWalk(c, me, form.Task, form, rules.Problems{{Field: "decision", Key: "overdue.why_not." + key}})
		}
	}
	return err
}

// unminute takes a decision back and leads to its task.
func (a *App) unminute(c echo.Context, me rules.Actor) error {
	roundID, err := id(c, "id")
	if err != nil {
		return err
	}
	outcome, _ := strconv.ParseInt(c.QueryParam("outcome"), 10, 64)
	task, err := a.Store.Unminute(c.Request().Context(), me, roundID, outcome, a.Now())
	if err != nil {
		return err
	}
	return a.seeOther(c, walkPath(roundID, task), "task.undone")
}
