package handlers

import (
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// agencyTableView is the agencies' table, to read and to print.
type agencyTableView struct {
	templates.Layout
	Span     spanView
	List     templates.List
	Beside   []templates.Head // of the table of co-executors
	AsOf     string
	Since    string // what the changes are since, "" for none
	Leads    []agencyCells
	Shared   []agencyCells
	Total    *agencyCells // nil where there is one agency only
	Formulas []formulaView
	Crumbs   []templates.Crumb
	Own      bool // one's own agencies only
}

// agencyCells is a row as it is shown.
type agencyCells struct {
	Name       string
	Side       templates.Side
	Rank       string
	D, N       string
	D0, N0     string
	Late       string
	Overdue    string
	Waiting    string
	Extended   string
	Back       string
	Delay      string
	Oldest     templates.Day
	Change     string
	LateChange string
}

// formulaView says how a column is made.
type formulaView struct{ Label, Text string }

// agencyTableList are the columns of the table; those that are of co-executors
// too stand in sharedColumns.
var (
	agencyTableList = listing{sort: "rank", columns: []column{
		{key: "rank", label: "figures.rank", class: "n", sorts: true}, {key: "name", label: "agency.one", sorts: true, fixed: true},
		{key: "discipline", label: "figures.discipline", class: "n", sorts: true, down: true}, {key: "discipline0", label: "figures.discipline0", class: "n", sorts: true, down: true},
		{key: "late", label: "agencytable.late", class: "n", sorts: true, down: true}, {key: "overdue", label: "figures.overdue", class: "n", sorts: true, down: true},
		{key: "waiting", label: "figures.waiting", class: "n", sorts: true, down: true}, {key: "extended", label: "figures.extended", class: "n", sorts: true, down: true},
		{key: "back", label: "figures.back", class: "n", sorts: true, down: true}, {key: "delay", label: "figures.delay", class: "n", sorts: true, down: true},
		{key: "change", label: "agencytable.change", class: "n", sorts: true, down: true}, {key: "late_change", label: "agencytable.late_change", class: "n", sorts: true, down: true}}}
	sharedColumns = []string{"name", "discipline", "late", "overdue", "waiting", "extended", "back"}
)

var agencyTablePage = templates.New[agencyTableView]("agencytable.html")

// agencyTable compares agencies over a period, as of now or of an earlier day.
// Focal points see their own agencies.
func (a *App) agencyTable(c echo.Context, me rules.Actor) error {
	p := say(c)
	ask, wrong := a.askedSpan(c, true)
	t, err := a.Store.AgencyTable(c.Request().Context(), me, ask.span, ask.asOf)
	busy := pastBusy(c, err)
	if busy != nil { // the present is shown meanwhile
		wrong = busy
		t, err = a.Store.AgencyTable(c.Request().Context(), me, ask.span, a.Now())
	}
	if err != nil {
		return err
	}
	n, err := a.names(c)
	if err != nil {
		return err
	}
	own, list := len(me.RegisterSides()) == 0, agencyTableList.asked(c)
	if format := exportWanted(c); format != "" && wrong == nil {
		return a.export(c, me, format, a.agencyGrid(c, n, t, own, list))
	}
	view := agencyTableView{Layout: a.layout(c, p.T("agencytable.title")), Span: ask.view, AsOf: a.asOf(c, t.AsOf), Since: a.since(c, t), Own: own, Formulas: formulas(p)}
	status, err := a.again(c, &view.Layout, wrong)
	if err != nil {
		return err
	}
	if busy != nil {
		status = http.StatusServiceUnavailable
		c.Response().Header().Set("Retry-After", "10")
	}
	view.Span.Error = view.Error
	leads, shared := a.sortedAgencies(n, t, !own, list.Sort)
	view.List = list.view(c)
	view.Span.Keep = view.List.Keep
	for _, head := range view.List.Heads {
		if slices.Contains(sharedColumns, head.Key) {
			view.Beside = append(view.Beside, head)
		}
	}
	view.Leads, view.Shared = a.agencyCells(c, leads), a.agencyCells(c, shared)
	if len(leads) > 1 {
		total := leadLine(&t.Total)
		view.Total = &a.agencyCells(c, []agencyLine{total})[0]
	}
	if !own {
		view.Crumbs = []templates.Crumb{{Href: "/stocktake", Label: p.T("nav.stocktake")}, {Label: view.Title}}
	}
	view.Export = exportLinks(c)
	return render(c, status, agencyTablePage, view)
}

// pastBusy says beside the day's field why the figures of an earlier day are not
// to be had now; nil for any other error.
func pastBusy(c echo.Context, err error) error {
	switch {
	case errors.Is(err, db.ErrPastBusy):
		return rules.Problems{{Field: "on", Key: "agencytable.busy"}}
	case errors.Is(err, db.ErrPastLong):
		return rules.Problems{{Field: "on", Key: "agencytable.too_long"}}
	}
	return nil
}

// since says what the changes are since.
func (a *App) since(c echo.Context, t *db.AgencyTable) string {
	if t.Before.IsZero() {
		return ""
	}
	return say(c).T("agencytable.since", "When", a.at(c, t.Before))
}

func (a *App) agencyCells(c echo.Context, lines []agencyLine) []agencyCells {
	p := say(c)
	cells := make([]agencyCells, len(lines))
	for i, l := range lines {
		cells[i] = agencyCells{Name: l.Name, Side: l.Side, Rank: "–", D: percent(p, l.D), N: ofAll(p, l.D), D0: percent(p, l.D0), N0: ofAll(p, l.D0),
			Late: p.Number(l.Late), Overdue: p.Number(l.Overdue), Waiting: p.Number(l.Waiting), Extended: percent(p, l.Extended), Back: percent(p, l.Back),
			Delay: "–", Oldest: templates.Day{Text: "–"}, Change: signed(p, l.Change), LateChange: signed(p, l.LateChange)}
		if l.Rank > 0 {
			cells[i].Rank = p.Number(l.Rank)
		}
		if l.Delay != nil {
			cells[i].Delay = p.Number(*l.Delay)
		}
		if l.Oldest != nil {
			cells[i].Oldest = a.day(c, l.Oldest)
		}
	}
	return cells
}

// signed writes a change with its sign, "–" where it is not known.
func signed(p *i18n.Printer, n *int) string {
	switch {
	case n == nil:
		return "–"
	case *n > 0:
		return "+" + p.Number(*n)
	case *n < 0:
		return "−" + p.Number(-*n)
	}
	return "0"
}

// formulaNames are the figures whose formulas stand below the table.
var formulaNames = []string{"discipline", "discipline0", "overdue", "waiting", "extended", "back", "delay", "rank"}

func formulas(p *i18n.Printer) []formulaView {
	var list []formulaView
	for _, name := range formulaNames {
		list = append(list, formulaView{p.T("figures." + name), p.T("figures." + name + ".formula")})
	}
	return list
}

// agencyColumnsOf are the columns of the table as a file.
var agencyTableColumns = []struct {
	key   string
	kind  files.Kind
	width float64
}{
	{"agencytable.as", files.Words, 14}, {"figures.rank", files.Number, 8}, {"agency.one", files.Words, 36}, {"column.side", files.Words, 12},
	{"figures.discipline", files.Number, 10}, {"agencytable.on_time", files.Number, 10}, {"agencytable.of", files.Number, 10},
	{"figures.discipline0", files.Number, 10}, {"agencytable.on_time0", files.Number, 10}, {"agencytable.of0", files.Number, 10},
	{"agencytable.late", files.Number, 10}, {"figures.overdue", files.Number, 10}, {"figures.waiting", files.Number, 10},
	{"figures.extended", files.Number, 10}, {"figures.back", files.Number, 10}, {"figures.delay", files.Number, 10},
	{"agencytable.oldest", files.Date, 12}, {"agencytable.change", files.Number, 10}, {"agencytable.late_change", files.Number, 10},
}

// agencyGrid is the table as a file: the same rows and numbers, each share with
// its parts.
func (a *App) agencyGrid(c echo.Context, n names, t *db.AgencyTable, own bool, list asked) files.Grid {
	p := say(c)
	notes := []string{p.T("export.filter", "Name", p.T("span.label"), "Value", spanName(p, t.Span)), a.asOf(c, t.AsOf), a.since(c, t)}
	for _, f := range formulas(p) {
		notes = append(notes, f.Label+": "+f.Text)
	}
	grid := a.grid(c, "agencies-figures", p.T("agencytable.title"), notes...)
	for _, col := range agencyTableColumns {
		grid.Columns = append(grid.Columns, files.Column{Title: p.T(col.key), Width: col.width, Kind: col.kind})
	}
	leads, shared := a.sortedAgencies(n, t, !own, list.Sort)
	rows := make([][]any, 0, len(leads)+len(shared))
	for _, l := range leads {
		rows = append(rows, l.cells(p.T("agencytable.lead")))
	}
	for _, l := range shared {
		row := l.cells(p.T("agencytable.shared"))
		row[7], row[8], row[9] = nil, nil, nil
		rows = append(rows, row)
	}
	if len(leads) > 1 {
		total := leadLine(&t.Total)
		total.Name = p.T("agencytable.total")
		grid.Totals = total.cells(p.T("agencytable.lead"))
	}
	grid.Rows = rowsOf(rows, func(row *[]any) []any { return *row })
	return list.file(grid, "", "", "", "", "discipline", "discipline", "discipline", "discipline0", "discipline0", "discipline0",
		"late", "overdue", "waiting", "extended", "back", "delay", "overdue", "change", "late_change")
}

// cells are a row's for a file.
func (l agencyLine) cells(as string) []any {
	return []any{as, someNumber(l.Rank), l.Name, l.Side.Code, percentCell(l.D), l.D.Part, l.D.Of, percentCell(l.D0), l.D0.Part, l.D0.Of,
		l.Late, l.Overdue, l.Waiting, percentCell(l.Extended), percentCell(l.Back), pointed(l.Delay), dayCell(l.Oldest), pointed(l.Change), pointed(l.LateChange)}
}

func someNumber(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

func pointed(n *int) any {
	if n == nil {
		return nil
	}
	return *n
}
