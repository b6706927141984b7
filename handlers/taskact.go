package handlers

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
)

type actForm struct {
	Version int    `form:"version"`
	Note    string `form:"note"`
	Ground  string `form:"ground"`
	Result  string `form:"result"`
	End     bool   `form:"end"`
	Into    string `form:"into"` // number of the task that takes its place
	Back    string `form:"back"`
}

// act binds an act's form, does it and leads on; what is missing is asked for
// on the task's page.
func (a *App) act(c echo.Context, me rules.Actor, key string, do func(in db.ActInput) error) error {
	form, err := bind[actForm](c)
	if form == nil {
		return err
	}
	taskID, idErr := id(c, "id")
	if idErr != nil {
		return idErr
	}
	if err == nil {
		in := db.ActInput{TaskID: taskID, Version: form.Version, Note: form.Note, Ground: form.Ground, Result: rules.Result(form.Result), End: form.End, Now: a.Now()}
		if in.Into, err = a.findTask(c, me, form.Into); err == nil {
			err = do(in)
		}
	}
	if err != nil {
		if statusOf(err) != http.StatusUnprocessableEntity || err == rules.ErrNoChange {
			return err
		}
		return a.showTask(c, me, &taskState{}, err)
	}
	return a.done(c, taskID, backTo(form.Back, taskID), key)
}

// assign gives a draft its number; what it may double is shown once before.
func (a *App) assign(c echo.Context, me rules.Actor) error {
	taskID, err := id(c, "id")
	if err != nil {
		return err
	}
	if c.FormValue("sure") == "" {
		alike, err := a.lookAlikes(c, me, taskID)
		if err != nil {
			return err
		}
		if len(alike) > 0 {
			return a.showTask(c, me, &taskState{alike: alike}, nil)
		}
	}
	return a.act(c, me, "task.assigned", func(in db.ActInput) error { return a.Store.Assign(c.Request().Context(), me, in) })
}

// findTask finds a task by its number, 0 for an empty one.
func (a *App) findTask(c echo.Context, me rules.Actor, ref string) (int64, error) {
	if ref == "" {
		return 0, nil
	}
	year, directive, number, ok := rules.ParseTaskRef(ref)
	if !ok {
		return 0, rules.Problems{{Field: "into", Key: "form.error.into"}}
	}
	found, err := a.Store.TaskByRef(c.Request().Context(), me, year, directive, number)
	if errors.Is(err, db.ErrNotFound) {
		return 0, rules.Problems{{Field: "into", Key: "form.error.into"}}
	}
	return found, err
}

func (a *App) receive(c echo.Context, me rules.Actor) error {
	return a.act(c, me, "task.received", func(in db.ActInput) error { return a.Store.Receive(c.Request().Context(), me, in) })
}

func (a *App) noChange(c echo.Context, me rules.Actor) error {
	return a.act(c, me, "task.reported.no_change", func(in db.ActInput) error { return a.Store.SayNoChange(c.Request().Context(), me, in) })
}

func (a *App) withdraw(c echo.Context, me rules.Actor) error {
	return a.act(c, me, "task.withdrawn", func(in db.ActInput) error { return a.Store.Withdraw(c.Request().Context(), me, in) })
}

func (a *App) accept(c echo.Context, me rules.Actor) error {
	return a.act(c, me, "task.accepted", func(in db.ActInput) error { return a.Store.Accept(c.Request().Context(), me, in) })
}

func (a *App) sendBack(c echo.Context, me rules.Actor) error {
	return a.act(c, me, "task.returned", func(in db.ActInput) error { return a.Store.Return(c.Request().Context(), me, in) })
}

func (a *App) cancel(c echo.Context, me rules.Actor) error {
	return a.act(c, me, "task.cancelled", func(in db.ActInput) error { return a.Store.Cancel(c.Request().Context(), me, in) })
}

func (a *App) reopen(c echo.Context, me rules.Actor) error {
	return a.act(c, me, "task.reopened", func(in db.ActInput) error { return a.Store.Reopen(c.Request().Context(), me, in) })
}

// undo takes the last act back; the page says so without a further way back.
func (a *App) undo(c echo.Context, me rules.Actor) error {
	taskID, err := id(c, "id")
	if err != nil {
		return err
	}
	if err := a.Store.Undo(c.Request().Context(), me, db.ActInput{TaskID: taskID, Now: a.Now()}); err != nil {
		return err
	}
	return a.seeOther(c, fmt.Sprintf("/tasks/%d", taskID), "task.undone")
}

type noteForm struct {
	AnswersID  int64  `form:"answers"`
	Text       string `form:"text"`
	Visibility string `form:"visibility"`
	FormKey    string `form:"form_key"`
}

// addNote asks or answers on a task.
func (a *App) addNote(c echo.Context, me rules.Actor) error {
	form, err := bind[noteForm](c)
	if form == nil {
		return err
	}
	taskID, idErr := id(c, "id")
	if idErr != nil {
		return idErr
	}
	if err == nil {
		err = a.Store.AddNote(c.Request().Context(), me, db.NoteInput{TaskID: taskID, AnswersID: form.AnswersID, Text: form.Text, Visibility: rules.Visibility(form.Visibility), FormKey: form.FormKey, Now: a.Now()})
	}
	if err != nil {
		return a.showTask(c, me, &taskState{}, err)
	}
	return a.seeOther(c, fmt.Sprintf("/tasks/%d#talk", taskID), "note.sent")
}
