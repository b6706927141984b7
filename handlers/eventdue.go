package handlers

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// tieForm says what is due for an event.
type tieForm struct {
	Ref       string `form:"ref"` // number such as 2025-17 or 2025-17.2, or a page's address
	Directive int64  `form:"directive"`
	Task      int64  `form:"task"`
	FormKey   string `form:"form_key"`
}

// alongForm moves deadlines along with an event.
type alongForm struct {
	Version int      `form:"version"`
	Tasks   []string `form:"task"` // "id.version"
	To      string   `form:"wanted"`
	Reason  string   `form:"reason"`
	FormKey string   `form:"form_key"`
}

func (a *App) tie(c echo.Context, me rules.Actor) error {
	form, err := bind[tieForm](c)
	if form == nil {
		return err
	}
	eventID, idErr := id(c, "id")
	if idErr != nil {
		return idErr
	}
	if err == nil {
		err = a.storeTie(c, me, eventID, form)
	}
	if err != nil {
		return a.showEvent(c, me, eventTyped{tie: form}, err)
	}
	return a.seeOther(c, fmt.Sprintf("/events/%d", eventID), "event.tied")
}

var (
	taskRefPattern     = regexp.MustCompile(`^(\d{4})-(\d{1,9})\.(\d{1,9})$`)
	taskAddressPattern = regexp.MustCompile(`/tasks/(\d{1,18})$`)
)

// storeTie finds the directive or task that was named, and ties it.
func (a *App) storeTie(c echo.Context, me rules.Actor, eventID int64, f *tieForm) error {
	ctx := c.Request().Context()
	if _, err := a.Store.Event(ctx, me, eventID); err != nil {
		return err
	}
	in := db.TieInput{EventID: eventID, FormKey: f.FormKey, Now: a.Now()}
	var err error
	if m := taskRefPattern.FindStringSubmatch(f.Ref); m != nil {
		year, _ := strconv.Atoi(m[1])
		directive, _ := strconv.Atoi(m[2])
		number, _ := strconv.Atoi(m[3])
		in.TaskID, err = a.Store.TaskByRef(ctx, me, year, directive, number)
	} else if m := taskAddressPattern.FindStringSubmatch(f.Ref); m != nil {
		in.TaskID, err = strconv.ParseInt(m[1], 10, 64)
	} else {
		in.DirectiveID, err = a.findDirective(c, me, f.Ref)
	}
	if err == nil {
		err = a.Store.Tie(ctx, me, in)
	}
	if errors.Is(err, db.ErrNotFound) {
		return rules.Problems{{Field: "ref", Key: "form.error.no_such_ref"}}
	}
	return err
}

func (a *App) untie(c echo.Context, me rules.Actor) error {
	form, err := bind[tieForm](c)
	if err != nil {
		return err
	}
	eventID, err := id(c, "id")
	if err != nil {
		return err
	}
	err = a.Store.Tie(c.Request().Context(), me, db.TieInput{EventID: eventID, DirectiveID: form.Directive, TaskID: form.Task, Off: true, Now: a.Now()})
	if err != nil {
		return err
	}
	return a.seeOther(c, fmt.Sprintf("/events/%d", eventID), "removed")
}

// moveAlong moves the deadlines of what is due for an event.
func (a *App) moveAlong(c echo.Context, me rules.Actor) error {
	form, err := bind[alongForm](c)
	if form == nil {
		return err
	}
	eventID, idErr := id(c, "id")
	if idErr != nil {
		return idErr
	}
	picked, pickErr := pickedTasks(form.Tasks)
	if pickErr != nil {
		return pickErr
	}
	if err == nil {
		err = a.Store.MoveAlong(c.Request().Context(), me, db.MoveAlongInput{EventID: eventID, Version: form.Version, Tasks: picked, To: wantedDay(form.To), Reason: form.Reason,
			FormKey: form.FormKey, Now: a.Now()})
	}
	if err != nil {
		return a.showEvent(c, me, eventTyped{along: form}, err)
	}
	return a.seeOther(c, fmt.Sprintf("/events/%d", eventID), "event.moved_along")
}

// dueFor shows the event that a directive is due for and, to who records, the
// coming ones that it could be.
func (v *directiveView) dueFor(a *App, c echo.Context, me rules.Actor, directiveID int64) (err error) {
	if v.For, err = a.eventLink(c, me, "directive", directiveID); err != nil || !v.Record {
		return err
	}
	events, err := a.Store.Events(c.Request().Context(), me, false, db.Sort{}, a.today(c))
	if err != nil {
		return err
	}
	v.Events = []templates.Choice{{Value: "0", Label: say(c).T("event.no_event")}}
	for i := range events {
		row := a.eventRow(c, &events[i].Event)
		v.Events = append(v.Events, templates.Choice{Value: fmt.Sprint(row.ID), Label: row.Title + orNothing(", ", row.When.Text), Chosen: row.Href == v.For.Href})
	}
	return nil
}

// eventOfForm says which event a directive is due for, 0 for none.
type eventOfForm struct {
	Event int64 `form:"event"`
}

// setEventOf makes a directive due for an event, or for none.
func (a *App) setEventOf(c echo.Context, me rules.Actor) error {
	form, err := bind[eventOfForm](c)
	if err != nil {
		return err
	}
	directiveID, err := id(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if _, err := a.Store.Directive(ctx, me, directiveID); err != nil {
		return err
	}
	in := db.TieInput{EventID: form.Event, DirectiveID: directiveID, Now: a.Now()}
	if in.Off = form.Event == 0; in.Off {
		e, err := a.Store.EventOf(ctx, me, "directive", directiveID)
		if err != nil {
			return err
		}
		if e == nil {
			return a.seeOther(c, fmt.Sprintf("/directives/%d", directiveID), "saved")
		}
		in.EventID = e.ID
	}
	if err := a.Store.Tie(ctx, me, in); err != nil {
		return err
	}
	return a.seeOther(c, fmt.Sprintf("/directives/%d", directiveID), "saved")
}
