package handlers

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
)

// showAnswer shows a link's page with what was typed on it and why that could
// not be taken; an error that is not the form's matter comes back.
func (a *App) showAnswer(c echo.Context, page *db.AnswerPage, form *answerForm, failed error) error {
	n, err := a.names(c)
	if err != nil {
		return err
	}
	view := a.answerView(c, n, page)
	status, err := a.answerFailed(c, &view, failed)
	if err != nil {
		return err
	}
	if form.Signal == "" {
		form.Signal = string(rules.UnderWay)
	}
	view.Form, view.Signals = *form, choices(say(c), "signal.", answerSignals, form.Signal)
	if failed != nil && !view.May[form.Act] {
		view.Kept = form.kept(c)
	}
	return render(c, status, answerSheet, view)
}

// answerView is what a link's page shows of its task.
func (a *App) answerView(c echo.Context, n names, page *db.AnswerPage) answerView {
	p, t, d := say(c), &page.Page, page.Page.Directive
	view := answerView{Layout: a.answerLayout(c, t.Title), Href: fmt.Sprintf("/tasks/%d", t.ID), Token: c.Param("token"), Who: page.Me.Name, Ref: t.Ref(),
		Lead: n.of(deref(t.LeadID)), Version: t.Version, Status: a.status(c, &t.Task), Due: a.longDay(c, t.Deadline), Words: passageWords(c, t.Passage),
		OralBy: d.OralBy, Meeting: d.MeetingPlace + ", " + p.Date(d.HeldOn), Points: t.Points, May: map[string]bool{}}
	for i := range t.Requests {
		if r := &t.Requests[i]; r.State == rules.Pending && r.Kind == rules.Extension {
			view.Waiting = append(view.Waiting, a.requestRow(c, n, r))
		}
	}
	view.Late = rules.MayExplain(t.Status, t.Overdue(a.Now()), t.Hats)
	state := rules.AnswerState{Status: t.Status, Hats: t.Hats, NoChanges: t.NoChanges, Overdue: t.Overdue(a.Now()), Deadline: t.Deadline != nil, Asked: len(view.Waiting) > 0}
	for _, act := range rules.AnswerActs {
		view.May[string(act)] = rules.MayAnswer(act, state)
	}
	for _, use := range page.Uses {
		view.Did = append(view.Did, answerLine{What: p.T("answer.did." + string(use.Act)), When: a.moment(c, use.UsedAt)})
		view.May[string(use.Act)] = false
	}
	for _, may := range view.May {
		view.Open = view.Open || may
	}
	return view
}

// answerFailed puts on the page why what was sent could not be taken.
func (a *App) answerFailed(c echo.Context, view *answerView, failed error) (status int, other error) {
	p := say(c)
	switch {
	case errors.Is(failed, rules.ErrNoChange):
		view.Failed = p.T("error.no_change")
		return http.StatusUnprocessableEntity, nil
	case errors.Is(failed, db.ErrStale):
		view.Failed = p.T("answer.stale")
		return http.StatusConflict, nil
	case errors.Is(failed, rules.ErrMove), errors.Is(failed, rules.ErrForbidden):
		view.Failed = p.T("answer.move")
		return http.StatusConflict, nil
	}
	return a.again(c, &view.Layout, failed)
}

// kept is what was typed, for where its form is not shown any more.
func (f *answerForm) kept(c echo.Context) []keptField {
	var kept []keptField
	for _, typed := range [][2]string{{"report.done", f.Done}, {"late.reason", f.Why}, {"report.next", f.Next}, {"request.wanted", f.Wanted}, {"request.reason", f.Reason}} {
		if typed[1] != "" {
			kept = append(kept, keptField{Label: say(c).T(typed[0]), Yours: typed[1]})
		}
	}
	return kept
}
