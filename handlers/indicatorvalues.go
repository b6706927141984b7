package handlers

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// valueForm gives a figure's value of a period, or corrects one.
type valueForm struct {
	ID      int64  `form:"-"`
	Version int    `form:"version"`
	Period  string `form:"period"`
	EndsOn  string `form:"ends_on"`
	Number  string `form:"number"`
	Source  string `form:"source"`
	Note    string `form:"note"`
	FormKey string `form:"form_key"`
}

func (a *App) addValue(c echo.Context, me rules.Actor) error { return a.saveValue(c, me, 0) }

func (a *App) correctValue(c echo.Context, me rules.Actor) error {
	valueID, err := id(c, "value")
	if err != nil {
		return err
	}
	return a.saveValue(c, me, valueID)
}

func (a *App) saveValue(c echo.Context, me rules.Actor, valueID int64) error {
	form, err := bind[valueForm](c)
	if form == nil {
		return err
	}
	indicatorID, idErr := id(c, "id")
	if idErr != nil {
		return idErr
	}
	form.ID = valueID
	if err == nil {
		err = a.Store.SaveValue(c.Request().Context(), me, db.ValueInput{IndicatorID: indicatorID, ID: valueID, Version: form.Version, FormKey: form.FormKey, Now: a.Now(),
			ValueDraft: rules.ValueDraft{Period: rules.ValuePeriod(form.Period), Day: wantedDay(form.EndsOn), Number: rules.Decimal(form.Number), Source: form.Source, Note: form.Note, Today: a.today(c)}})
	}
	var wrong rules.Problems
	if errors.As(err, &wrong) {
		return a.showIndicator(c, me, indicatorTyped{value: form}, err)
	}
	if err != nil {
		return err
	}
	return a.seeOther(c, fmt.Sprintf("/indicators/%d", indicatorID), "saved")
}

// takeOffValue takes a value away, with ten seconds to put it back.
func (a *App) takeOffValue(c echo.Context, me rules.Actor) error {
	form, err := bind[valueForm](c)
	if err != nil {
		return err
	}
	indicatorID, err := id(c, "id")
	if err != nil {
		return err
	}
	valueID, err := id(c, "value")
	if err != nil {
		return err
	}
	if err := a.Store.TakeOffValue(c.Request().Context(), me, indicatorID, valueID, form.Version, a.Now()); err != nil {
		return err
	}
	path := fmt.Sprintf("/indicators/%d", indicatorID)
	a.flash(c, templates.Flash{Text: say(c).T("removed"), Undo: fmt.Sprintf("%s/values/%d/restore", path, valueID)})
	return c.Redirect(http.StatusSeeOther, path)
}

func (a *App) putBackValue(c echo.Context, me rules.Actor) error {
	indicatorID, err := id(c, "id")
	if err != nil {
		return err
	}
	valueID, err := id(c, "value")
	if err != nil {
		return err
	}
	if err := a.Store.PutBackValue(c.Request().Context(), me, indicatorID, valueID, a.Now()); err != nil {
		return err
	}
	return a.seeOther(c, fmt.Sprintf("/indicators/%d", indicatorID), "task.undone")
}
