package handlers

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// lookAlikes are what a task to be assigned may double, for a last look before
// it gets its number.
func (a *App) lookAlikes(c echo.Context, me rules.Actor, taskID int64) ([]searchRow, error) {
	found, err := a.Store.LookAlikes(c.Request().Context(), me, taskID)
	return alikeRows(found), err
}

// draftsAlike lists what the drafts of a directive may double.
func (a *App) draftsAlike(c echo.Context, me rules.Actor, directiveID int64) ([]searchRow, error) {
	d, err := a.Store.DirectivePage(c.Request().Context(), me, directiveID)
	if err != nil {
		return nil, err
	}
	var all []db.Found
	for i := range d.Tree {
		if d.Tree[i].Status != rules.Draft {
			continue
		}
		found, err := a.Store.LookAlikes(c.Request().Context(), me, d.Tree[i].ID)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return alikeRows(all), nil
}

// alikeRows shows what something may double, each once.
func alikeRows(found []db.Found) []searchRow {
	var rows []searchRow
	for _, f := range found {
		href := "/tasks/"
		if f.Kind == "directive" {
			href = "/directives/"
		}
		row := searchRow{Href: fmt.Sprintf("%s%d", href, f.On), Title: f.Title, Ref: f.Ref, Beside: f.Beside}
		if !slices.Contains(rows, row) {
			rows = append(rows, row)
		}
	}
	return rows
}

// assignAll hands every draft of a directive to its lead.
func (a *App) assignAll(c echo.Context, me rules.Actor) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	if c.FormValue("sure") == "" {
		alike, err := a.draftsAlike(c, me, id)
		if err != nil {
			return err
		}
		if len(alike) > 0 {
			return a.showDirective(c, me, directiveTyped{alike: alike}, nil)
		}
	}
	n, err := a.Store.AssignAll(c.Request().Context(), me, id, a.Now())
	if err != nil {
		return a.showDirective(c, me, directiveTyped{}, err)
	}
	a.flash(c, templates.Flash{Text: say(c).N("task.assigned_n", n)})
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/directives/%d", id))
}
