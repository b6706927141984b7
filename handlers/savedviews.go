package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// savedViewsView are a list's saved views, and the form to save the present
// one.
type savedViewsView struct {
	Path, Query string
	Rows        []savedViewRow
	Agencies    []templates.Choice // to share it with
}

// savedViewRow is a saved view; Note says who shares it.
type savedViewRow struct {
	ID         int64
	Name, Href string
	Note       string
	Own        bool // may be removed
	Current    bool
}

// savedViewsOf reads the views of a list, for its page.
func (a *App) savedViewsOf(c echo.Context, me rules.Actor, path string, n names) (v savedViewsView, err error) {
	rows, err := a.Store.SavedViews(c.Request().Context(), me, path)
	if err != nil {
		return v, err
	}
	p := say(c)
	v.Path, v.Query = path, listQuery(c).Encode()
	for _, r := range rows {
		row := savedViewRow{ID: r.ID, Name: r.Name, Href: (&url.URL{Path: path, RawQuery: r.Query}).String(), Own: rules.MayRemoveView(me, r.PersonID, deref(r.AgencyID), r.Left), Current: r.Query == v.Query}
		switch {
		case r.Left:
			row.Note = p.T("view.by_left", "Name", r.Owner)
		case r.PersonID != me.PersonID:
			row.Note = p.T("view.by", "Name", r.Owner)
		case r.AgencyID != nil:
			row.Note = p.T("view.shared", "Agency", n.of(*r.AgencyID))
		}
		v.Rows = append(v.Rows, row)
	}
	v.Agencies = []templates.Choice{{Label: p.T("view.own"), Chosen: true}}
	for _, id := range me.Agencies() {
		v.Agencies = append(v.Agencies, templates.Choice{Value: fmt.Sprint(id), Label: p.T("view.share", "Agency", n.of(id))})
	}
	return v, nil
}

type viewForm struct {
	Name   string `form:"name"`
	Path   string `form:"path"`
	Query  string `form:"query"`
	Agency int64  `form:"agency"`
}

// saveView keeps a list's filters under a name and leads to it.
func (a *App) saveView(c echo.Context, me rules.Actor) error {
	form, err := bind[viewForm](c)
	if err != nil {
		return err
	}
	q, err := url.ParseQuery(form.Query)
	if err != nil || !slices.Contains(rules.ViewPaths, form.Path) {
		return errBadForm
	}
	view := db.SavedView{Path: form.Path, Query: q.Encode(), Name: form.Name}
	if form.Agency != 0 {
		view.AgencyID = &form.Agency
	}
	if err := a.Store.SaveView(c.Request().Context(), me, view, a.Now()); err != nil {
		return err
	}
	a.flash(c, templates.Flash{Text: say(c).T("view.saved", "Name", form.Name)})
	return c.Redirect(http.StatusSeeOther, (&url.URL{Path: form.Path, RawQuery: view.Query}).String())
}

func (a *App) removeView(c echo.Context, me rules.Actor) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	path, err := a.Store.RemoveView(c.Request().Context(), me, id)
	if err != nil {
		return err
	}
	return a.seeOther(c, path, "view.removed")
}
