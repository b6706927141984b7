package handlers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/rules"
	"amal/templates"
)

// maxImport is the largest table that is taken, in bytes.
const maxImport = 25 << 20

type importForm struct {
	Kind    string `form:"kind"`
	Text    string `form:"text"`
	FormKey string `form:"form_key"`
}

// importsView is where a table is brought in, with those brought in before.
type importsView struct {
	templates.Layout
	Form  importForm
	Kinds []importKind
	List  templates.List
	Past  []importItem
	Pager templates.Pager
}

// importKind is what a table can hold, with the columns it has.
type importKind struct {
	templates.Choice
	Columns []importColumn
	Sample  string // a table of its columns alone
}

type importColumn struct {
	Title  string
	Needed bool
}

type importItem struct {
	ID         int64
	Name, Kind string
	State      templates.Status
	When, Rows string
}

// importsList are the columns of the tables that were brought in.
var importsList = listing{sort: "when", desc: true, columns: []column{
	{key: "name", label: "import.file", sorts: true}, {key: "kind", label: "field.kind", sorts: true}, {key: "rows", label: "import.size", sorts: true, down: true},
	{key: "when", label: "import.when", sorts: true, down: true}, {key: "state", label: "column.state", sorts: true}}}

var importsPage = templates.New[importsView]("imports.html")

func (a *App) imports(c echo.Context, me rules.Actor) error {
	if kind := rules.ImportKind(c.QueryParam("sample")); rules.MayImport(me, kind) {
		return a.importSample(c, kind)
	}
	return a.showImports(c, me, &importForm{}, nil)
}

// importSample is an empty table of a kind, to be filled.
func (a *App) importSample(c echo.Context, kind rules.ImportKind) error {
	p := say(c)
	grid := files.Grid{Lang: seen(c).lang, Title: p.T("import.kind." + string(kind)), Rows: rowsOf([]int{}, func(*int) []any { return nil })}
	for _, f := range rules.ImportFields[kind] {
		grid.Columns = append(grid.Columns, files.Column{Title: p.T("column." + f.Key), Width: 20})
	}
	var body bytes.Buffer
	if err := grid.XLSX(&body); err != nil {
		return err
	}
	exportHeader(c, "xlsx", string(kind)+".xlsx", int64(body.Len()))
	_, err := body.WriteTo(c.Response())
	return err
}

func (a *App) showImports(c echo.Context, me rules.Actor, form *importForm, failed error) error {
	p := say(c)
	view := importsView{Layout: a.layout(c, p.T("nav.imports")), Form: *form}
	for _, kind := range rules.ImportKinds {
		if !rules.MayImport(me, kind) {
			continue
		}
		k := importKind{Choice: templates.Choice{Value: string(kind), Label: p.T("import.kind." + string(kind)), Chosen: form.Kind == string(kind) || form.Kind == "" && len(view.Kinds) == 0},
			Sample: "/imports?sample=" + string(kind)}
		for _, f := range rules.ImportFields[kind] {
			k.Columns = append(k.Columns, importColumn{p.T("column." + f.Key), f.Needed})
		}
		view.Kinds = append(view.Kinds, k)
	}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	ask := importsList.asked(c)
	past, err := a.Store.Imports(c.Request().Context(), me, ask.Sort)
	if err != nil {
		return err
	}
	if len(past) > db.PageSize {
		past = past[:db.PageSize]
		view.Pager.Next = ask.after(c, past[len(past)-1].Key)
	}
	view.Pager.First, view.List = firstPage(c), ask.view(c)
	for _, im := range past {
		view.Past = append(view.Past, importItem{ID: im.ID, Name: im.Name, Kind: p.T("import.kind." + string(im.Kind)), State: importState(c, &im), When: a.moment(c, im.CreatedAt), Rows: p.N("import.rows", im.Total)})
	}
	return render(c, status, importsPage, view)
}

var importShapes = map[string]string{"mapping": "soon", "checking": "go", "checked": "new", "writing": "go", "done": "done"}

func importState(c echo.Context, im *db.Import) templates.Status {
	if im.Stopped() {
		return templates.Status{Key: "late", Word: say(c).T("import.state.stopped")}
	}
	return templates.Status{Key: importShapes[im.State], Word: say(c).T("import.state." + im.State)}
}

// addImport takes a table, as a file or pasted, and finds out what would come of
// it; where its columns are not recognised, the next page asks.
func (a *App) addImport(c echo.Context, me rules.Actor) error {
	defer patient(c)()
	form, err := bind[importForm](c)
	if form == nil {
		return err
	}
	var id int64
	if err == nil {
		id, err = a.takeImport(c, me, form)
	}
	if err != nil {
		return a.showImports(c, me, form, err)
	}
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/imports/%d", id))
}

func (a *App) takeImport(c echo.Context, me rules.Actor, form *importForm) (int64, error) {
	kind, ctx := rules.ImportKind(form.Kind), c.Request().Context()
	if !rules.MayImport(me, kind) {
		return 0, rules.Problems{{Field: "kind", Key: "form.error.choose"}}
	}
	raw, name, err := form.table(c)
	if err != nil {
		return 0, err
	}
	cells, err := files.ReadCells(ctx, raw)
	if err != nil {
		return 0, tableFault(err)
	}
	if kind == rules.ImportAgencies && len(cells.Rows) > importAgencies {
		return 0, rules.Problems{{Field: "file", Key: "import.error.too_many", Max: importAgencies}}
	}
	columns := columnsOf(kind, cells.Header)
	in := db.Import{Kind: kind, Name: name, Header: cells.Header, Columns: columns, Days1904: cells.Days1904, CreatedAt: a.Now()}
	rows := make([]db.ImportRow, len(cells.Rows))
	for i, r := range cells.Rows {
		rows[i] = db.ImportRow{Line: r.Line, Cells: r.Cells[:min(len(r.Cells), len(cells.Header))]}
	}
	id, err := a.Store.AddImport(ctx, me, in, rows, form.FormKey)
	if err != nil || rules.CheckColumns(kind, columns) != nil {
		return id, err
	}
	if err := a.Store.CheckImport(ctx, me, id, columns); err != nil {
		return id, err
	}
	return id, a.runImport(ctx, id)
}

// table is what was sent: the file, else the pasted text.
func (f *importForm) table(c echo.Context) (raw []byte, name string, err error) {
	if file, header, err := c.Request().FormFile("file"); err == nil {
		defer file.Close()
		if raw, err = io.ReadAll(io.LimitReader(file, maxImport+1)); err != nil {
			return nil, "", errBadForm
		}
		if name = cleanName(header.Filename); name == "" {
			name = "table"
		}
	}
	if len(raw) == 0 && strings.TrimSpace(f.Text) != "" {
		raw, name = []byte(f.Text), say(c).T("import.pasted")
	}
	switch {
	case len(raw) == 0:
		return nil, "", rules.Problems{{Field: "file", Key: "import.error.nothing"}}
	case len(raw) > maxImport:
		return nil, "", rules.Problems{{Field: "file", Key: "import.error.too_big", Max: maxImport >> 20}}
	}
	return raw, name, nil
}

// tableFaults names the message for each fault of a table.
var tableFaults = []struct {
	err error
	key string
}{
	{files.ErrEncoding, "form.error.not_utf8"}, {files.ErrUnknownKind, "import.error.kind"}, {files.ErrEncrypted, "import.error.encrypted"}, {files.ErrMacros, "import.error.macros"},
	{files.ErrBroken, "import.error.broken"}, {files.ErrTooMuch, "import.error.unpacked"}, {files.ErrNoRows, "import.error.no_rows"}, {files.ErrFar, "import.error.far"},
}

// tableFault makes of what is wrong with a table a message beside the field.
func tableFault(err error) error {
	var broken *files.BrokenLineError
	if errors.As(err, &broken) {
		return rules.Problems{{Field: "file", Key: "import.error.line", Max: broken.Line}}
	}
	for _, f := range tableFaults {
		if errors.Is(err, f.err) {
			return rules.Problems{{Field: "file", Key: f.key, Max: files.MaxCellRows}}
		}
	}
	return err
}
