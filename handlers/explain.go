package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
)

// lateView is what the lead of an overdue task says of it.
type lateView struct {
	Ask          bool // the reader is asked
	Given        bool
	Reason, Plan string
	Open         bool
}

type lateForm struct {
	Version int    `form:"version"`
	Reason  string `form:"late_reason"`
	Plan    string `form:"late_plan"`
	Back    string `form:"back"`
	FormKey string `form:"form_key"`
}

// lateOf is the part of a task's page that asks, or tells, why it is late.
func (a *App) lateOf(t *db.TaskPage, typed *lateForm) lateView {
	v := lateView{Ask: rules.MayExplain(t.Status, t.Overdue(a.Now()), t.Hats)}
	if t.LateFor != 0 && t.Explained() {
		v.Given, v.Reason, v.Plan = true, t.LateReason, t.LatePlan
	}
	if typed != nil {
		v.Reason, v.Plan, v.Open = typed.Reason, typed.Plan, true
	}
	return v
}

// explain takes why a task is late and what comes next.
func (a *App) explain(c echo.Context, me rules.Actor) error {
	form, err := bind[lateForm](c)
	if form == nil {
		return err
	}
	taskID, idErr := id(c, "id")
	if idErr != nil {
		return idErr
	}
	if err == nil {
		err = a.Store.Explain(c.Request().Context(), me, db.ExplainInput{TaskID: taskID, Version: form.Version, Reason: form.Reason, Plan: form.Plan, FormKey: form.FormKey, Now: a.Now()})
	}
	if err != nil && statusOf(err) == http.StatusUnprocessableEntity {
		return a.showTask(c, me, &taskState{late: form}, err)
	}
	if err != nil {
		return err
	}
	return a.done(c, taskID, backTo(form.Back, taskID), "late.said")
}
