package handlers

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// exportView shows how far a file is.
type exportView struct {
	templates.Layout
	Name   string // of the list
	State  templates.Status
	Rows   string
	Size   string
	File   string // where the file is, once it is done
	Under  bool   // under way
	Failed bool
	Back   string // the list itself
	Again  string
	Until  string // when the file is removed
}

var exportPage = templates.New[exportView]("export.html")

var exportShapes = map[string]string{"waiting": "new", "running": "go", "done": "done", "failed": "late"}

// exportState shows how far one of the asker's own files is.
func (a *App) exportState(c echo.Context, me rules.Actor) error {
	e, err := a.ownExport(c, me)
	if err != nil {
		return err
	}
	p := say(c)
	view := exportView{Layout: a.layout(c, p.T("export.title")), Name: e.Title, State: templates.Status{Key: exportShapes[e.State], Word: p.T("export.state." + e.State)},
		Rows: p.N("export.rows", int(e.Rows)), Under: e.State == "waiting" || e.State == "running", Failed: e.State == "failed",
		Back: withoutFormat(e.Path), Again: e.Path, Until: p.Date(rules.Today(e.CreatedAt.Add(db.ExportKept), a.zone(c)))}
	if e.State == "done" {
		view.File, view.Size = fmt.Sprintf("/exports/%d/file", e.ID), fileSize(p, e.Size)
	}
	return render(c, http.StatusOK, exportPage, view)
}

func (a *App) ownExport(c echo.Context, me rules.Actor) (*db.Export, error) {
	id, err := id(c, "id")
	if err != nil {
		return nil, err
	}
	return a.Store.Export(c.Request().Context(), me, id)
}

// exportFile sends a file that is done.
func (a *App) exportFile(c echo.Context, me rules.Actor) error {
	e, err := a.ownExport(c, me)
	if err != nil {
		return err
	}
	if e.State != "done" {
		return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/exports/%d", e.ID))
	}
	defer patient(c)()
	exportHeader(c, e.Format, e.Name, e.Size)
	if c.Request().Method == http.MethodHead {
		return nil
	}
	return a.Store.WriteExport(c.Request().Context(), e.ID, c.Response())
}
