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

// importView is a table with the fate of each row.
type importView struct {
	templates.Layout
	ID       int64
	Crumbs   []templates.Crumb
	Name     string
	State    templates.Status
	Progress string // while it is checked or written
	Under    bool
	Stopped  bool
	Done     bool
	Columns  []columnView
	Ask      bool // the columns are not recognised
	Fates    []fateView
	Heads    []string
	Listed   templates.List // line and fate
	Rows     []importLine
	Pager    templates.Pager
	Write    string // what the button says; "" without one
	Bad      string
	Nothing  bool // nothing in it is new
	List     templates.Crumb
}

// columnView is a column of the table, to be said what it is.
type columnView struct {
	N       int
	Title   string
	Sample  string
	Choices []templates.Choice
}

// fateView is how many rows have a fate.
type fateView struct {
	Status  templates.Status
	Count   string
	Href    string
	Current bool
}

// importLine is a row of the table with what will come of it.
type importLine struct {
	Line   string
	Cells  []importCell
	Fate   templates.Status
	Faults []string // of the row as a whole
}

type importCell struct{ Title, Text, Fault string }

// importRows are the columns that every table has; the others are its own.
var importRows = listing{sort: "line", columns: []column{{key: "line", label: "import.line", class: "n", sorts: true}, {key: "fate", label: "import.fate", sorts: true}}}

var importPageOf = templates.New[importView]("import.html")

var fateShapes = map[string]string{fateNew: "go", fateChanged: "soon", fateSame: "done", fateBad: "late", "": "new"}

func (a *App) importPage(c echo.Context, me rules.Actor) error {
	return a.showImport(c, me, nil, nil)
}

// showImport shows an import; columns and failed are those of a mapping that was
// refused.
func (a *App) showImport(c echo.Context, me rules.Actor, columns []string, failed error) error {
	im, err := a.ownImport(c, me)
	if err != nil {
		return err
	}
	p, ctx := say(c), c.Request().Context()
	if columns == nil {
		columns = im.Columns
	}
	view := importView{Layout: a.layout(c, p.T("import.title")), ID: im.ID, Name: im.Name, State: importState(c, im), Stopped: im.Stopped(), Done: im.State == "done",
		Under:  !im.Stopped() && (im.State == "checking" || im.State == "writing"),
		Crumbs: []templates.Crumb{{Href: "/imports", Label: p.T("nav.imports")}, {Label: im.Name}}, Ask: im.State == "mapping" || failed != nil, List: importList(c, im.Kind)}
	if view.Ask && failed == nil {
		failed = rules.CheckColumns(im.Kind, columns)
	}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	view.Layout.Errors = a.named(c, failed)
	counts, err := a.Store.ImportCounts(ctx, im.ID)
	if err != nil {
		return err
	}
	view.count(c, im, counts)
	fate := c.QueryParam("fate")
	if !slices.Contains([]string{fateNew, fateChanged, fateSame, fateBad}, fate) {
		fate = ""
	}
	ask := importRows.asked(c)
	rows, err := a.Store.ImportRows(ctx, im.ID, fate, ask.Sort)
	if err != nil {
		return err
	}
	if len(rows) > db.PageSize {
		rows = rows[:db.PageSize]
		view.Pager.Next = ask.after(c, rows[len(rows)-1].Key)
	}
	view.Pager.First, view.Listed = firstPage(c), ask.view(c)
	if im.State == "mapping" && failed != nil && c.Request().Method == http.MethodGet {
		status = http.StatusOK
	}
	view.rows(c, im, rows, columns)
	return render(c, status, importPageOf, view)
}

// named are the faults of a mapping with the names of the columns.
func (a *App) named(c echo.Context, failed error) []templates.FieldError {
	wrong, ok := failed.(rules.Problems) //nolint:errorlint // of rules.CheckColumns, never wrapped
	if !ok {
		return nil
	}
	p := say(c)
	var list []templates.FieldError
	for _, e := range wrong {
		list = append(list, templates.FieldError{Field: "column", Text: p.T(e.Key, "Column", p.T("column."+e.Field))})
	}
	return list
}

// importList is where one sees what an import brought.
func importList(c echo.Context, kind rules.ImportKind) templates.Crumb {
	if kind == rules.ImportAgencies {
		return templates.Crumb{Href: "/agencies", Label: say(c).T("nav.agencies")}
	}
	return templates.Crumb{Href: "/meetings", Label: say(c).T("nav.meetings")}
}

func (a *App) ownImport(c echo.Context, me rules.Actor) (*db.Import, error) {
	id, err := id(c, "id")
	if err != nil {
		return nil, err
	}
	im, err := a.Store.Import(c.Request().Context(), me, id)
	if err == nil && !rules.MayImport(me, im.Kind) {
		err = db.ErrNotFound
	}
	return im, err
}

// setColumns takes what each column is and has the rows checked.
func (a *App) setColumns(c echo.Context, me rules.Actor) error {
	form, err := bind[struct {
		Columns []string `form:"column"`
	}](c)
	if form == nil || err != nil {
		return err
	}
	im, err := a.ownImport(c, me)
	if err != nil {
		return err
	}
	if len(form.Columns) != len(im.Header) {
		return errBadForm
	}
	if err := rules.CheckColumns(im.Kind, form.Columns); err != nil {
		return a.showImport(c, me, form.Columns, err)
	}
	if err := a.Store.CheckImport(c.Request().Context(), me, im.ID, form.Columns); err != nil {
		return err
	}
	if err := a.runImport(c.Request().Context(), im.ID); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/imports/%d", im.ID))
}

// writeImport writes what is new and changed.
func (a *App) writeImport(c echo.Context, me rules.Actor) error {
	im, err := a.ownImport(c, me)
	if err != nil {
		return err
	}
	if err := a.Store.WriteImport(c.Request().Context(), me, im.ID); err != nil {
		return err
	}
	if err := a.runImport(c.Request().Context(), im.ID); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/imports/%d", im.ID))
}

func (a *App) dropImport(c echo.Context, me rules.Actor) error {
	im, err := a.ownImport(c, me)
	if err != nil {
		return err
	}
	if err := a.Store.DropImport(c.Request().Context(), me, im.ID); err != nil {
		return err
	}
	return a.seeOther(c, "/imports", "removed")
}
