package handlers

import (
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// stocktakeView is the picture of the register: one sentence, the figures, and
// what they are made of.
type stocktakeView struct {
	templates.Layout
	Span     spanView
	AsOf     string
	Short    []string
	Figures  []figure
	Timeline timelineView
	Agencies []barRow
	More     string // how many agencies are not shown
	Table    string // address of the whole table
	Ages     []barRow
	AgesText string
	Plan     *planView
	Waiting  []waitingRow
	Formulas []formulaView
}

// barRow is a bar with its words and numbers.
type barRow struct {
	Label string
	Side  templates.Side
	Width string // in percent; "" draws none
	Class string
	Said  string
	Text  string
	Rank  string
}

// waitingRow is a kind of decision that waits.
type waitingRow struct{ Shape, Href, Text, Age string }

var stocktakePage = templates.New[stocktakeView]("stocktake.html")

// stocktake shows the picture over a period, this year at first.
func (a *App) stocktake(c echo.Context, me rules.Actor) error {
	p := say(c)
	ask, wrong := a.askedSpan(c, false)
	st, err := a.Store.Stocktake(c.Request().Context(), me, ask.span, ask.asOf)
	if err != nil {
		return err
	}
	n, err := a.names(c)
	if err != nil {
		return err
	}
	view := stocktakeView{Layout: a.layout(c, p.T("nav.stocktake")), Span: ask.view, AsOf: a.asOf(c, ask.asOf), Figures: a.figures(c, st.Table), Short: a.inShort(c, st), Formulas: formulas(p)}
	if format := exportWanted(c); format != "" && wrong == nil {
		return a.export(c, me, format, a.stocktakeGrid(c, &view))
	}
	status, err := a.again(c, &view.Layout, wrong)
	if err != nil {
		return err
	}
	view.Span.Error = view.Error
	view.Timeline = a.timelineView(c, st.Timeline)
	view.agencyBars(a, c, n, st.Table)
	view.ageBars(p, st.Ages)
	view.Plan = a.planView(c, st)
	view.Waiting = a.waitingRows(c, me, st)
	view.Table = "/stocktake/agencies"
	if query := c.Request().URL.RawQuery; query != "" {
		view.Table += "?" + query
	}
	view.Export = exportLinks(c)
	return render(c, status, stocktakePage, view)
}

// inShort is the picture in a few sentences.
func (a *App) inShort(c echo.Context, st *db.Stocktake) []string {
	p, total := say(c), st.Table.Total
	d, late := total.Lead.Discipline(), total.Lead.Overdue()
	if total.Lead.Due() == 0 {
		return []string{p.T("stocktake.none_due", "Period", spanName(p, st.Table.Span))}
	}
	said := []string{p.N("stocktake.due", total.Lead.Due(), "Period", spanName(p, st.Table.Span), "Done", p.Number(d.Part))}
	days := a.daysLate(c, total.Oldest, st.Table.AsOf)
	switch {
	case late == 0:
		said = append(said, p.T("stocktake.none_late"))
	case days > 0:
		said = append(said, p.N("stocktake.late", late, "Days", p.N("due.days", days)))
	default:
		said = append(said, p.N("stocktake.dropped", late))
	}
	if total.Lead.Submitted > 0 {
		said = append(said, p.N("stocktake.waits", total.Lead.Submitted))
	}
	if other := st.Ages.All() - total.Lead.Open; other > 0 {
		said = append(said, p.N("stocktake.late_else", other))
	}
	return said
}

// agencyBarsAtMost is how many agencies the picture shows; the table has all.
const agencyBarsAtMost = 12

// agencyBars shows the agencies with the most tasks due, by rank.
func (v *stocktakeView) agencyBars(a *App, c echo.Context, n names, t *db.AgencyTable) {
	p := say(c)
	leads, _ := a.agencyLines(n, t, true)
	leads = slices.DeleteFunc(leads, func(l agencyLine) bool { return l.D.Of == 0 })
	if more := len(leads) - agencyBarsAtMost; more > 0 {
		sizes := make([]int, len(leads))
		for i, l := range leads {
			sizes[i] = l.D.Of
		}
		slices.Sort(sizes)
		least := sizes[more]
		leads = slices.DeleteFunc(leads, func(l agencyLine) bool { return l.D.Of < least })[:agencyBarsAtMost]
		v.More = p.N("stocktake.more_agencies", more)
	}
	for _, l := range leads {
		row := barRow{Label: l.Name, Side: l.Side, Class: "f5", Said: percent(p, l.D), Text: ofAll(p, l.D), Rank: "–"}
		if l.Rank > 0 {
			row.Rank = p.Number(l.Rank)
		}
		if l.D.Part > 0 {
			row.Width = inPercent(float64(l.D.Part) / float64(l.D.Of))
		}
		v.Agencies = append(v.Agencies, row)
	}
}

// inPercent writes a share of 1 as a length in a picture.
func inPercent(share float64) string { return percentOf(100 * share) }

// ageBars shows what is overdue by how long.
func (v *stocktakeView) ageBars(p *i18n.Printer, ages db.Ages) {
	v.AgesText = p.N("stocktake.ages", ages.All())
	most := max(ages.Week, ages.Month, ages.Quarter, ages.Longer, 1)
	for i, n := range []int{ages.Week, ages.Month, ages.Quarter, ages.Longer} {
		row := barRow{Label: p.T("overdue.age." + []string{"7", "30", "90", "91"}[i]), Class: []string{"f1", "f2", "f3", "f7"}[i], Text: p.Number(n), Said: p.N("stocktake.tasks", n)}
		if n > 0 {
			row.Width = inPercent(float64(n) / float64(most))
		}
		v.Ages = append(v.Ages, row)
	}
}

// waitingRows are the decisions that wait, with how long the oldest does.
func (a *App) waitingRows(c echo.Context, me rules.Actor, st *db.Stocktake) []waitingRow {
	p := say(c)
	review := ""
	if rules.Allowed(me, rules.Review) {
		review = "/review"
	}
	age := func(since *time.Time) string {
		if since == nil {
			return ""
		}
		return p.T("stocktake.oldest_since", "Day", a.dayOf(c, since).Text, "Days", p.N("due.days", a.daysLate(c, new(rules.Today(*since, a.zone(c))), st.Table.AsOf)))
	}
	var rows []waitingRow
	if w := st.Waiting; w.Reports > 0 {
		rows = append(rows, waitingRow{"sent", review, p.N("stocktake.reports", w.Reports), age(w.Reported)})
	}
	if w := st.Waiting; w.Requests > 0 {
		n := db.Count{N: min(w.Requests, db.MostRequests), More: w.Requests > db.MostRequests}
		rows = append(rows, waitingRow{"soon", review, p.N("stocktake.requests", n.N, "All", countWord(p, n)), age(w.Requested)})
	}
	if month := st.Ages.Quarter + st.Ages.Longer; month > 0 {
		rows = append(rows, waitingRow{"late", "/overdue", p.N("stocktake.longest", month), ""})
	}
	return rows
}

// stocktakeGrid is the picture's figures as a file.
func (a *App) stocktakeGrid(c echo.Context, v *stocktakeView) files.Grid {
	p := say(c)
	grid := a.grid(c, "stocktake", v.Title, p.T("export.filter", "Name", p.T("span.label"), "Value", v.Span.Name), v.AsOf, strings.Join(v.Short, " "))
	grid.Columns = []files.Column{{Title: p.T("stocktake.figure"), Width: 28}, {Title: p.T("stocktake.value"), Kind: files.Number}, {Title: p.T("stocktake.part"), Kind: files.Number},
		{Title: p.T("agencytable.of"), Kind: files.Number}, {Title: p.T("stocktake.beside"), Width: 40}, {Title: p.T("stocktake.formula"), Width: 60}}
	grid.Rows = rowsOf(v.Figures, func(f *figure) []any {
		return []any{f.Label, f.Number, f.Part, f.Al, f.About, f.Formula}
	})
	return grid
}
