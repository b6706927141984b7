package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// reviewView is the queue of reports that wait for a decision.
type reviewView struct {
	templates.Layout
	About    string
	List     templates.List
	Tasks    []reviewRow
	Pager    templates.Pager
	Requests []requestRow // that wait for the asker
	Typed    requestForm
	Results  []templates.Choice
}

// reviewRow is a task with the report that waits.
type reviewRow struct {
	taskRow
	Waiting string
	Decide  templates.Status // when to decide by
	Report  reportRow
}

// reviewList are what waiting reports can be sorted by.
var reviewList = listing{sort: "waiting", columns: []column{{key: "waiting", label: "column.submitted", sorts: true}, {key: "deadline", label: "field.deadline", sorts: true}}}

var reviewPage = templates.New[reviewView]("review.html")

func (a *App) reviewQueue(c echo.Context, me rules.Actor) error {
	if format := exportWanted(c); format != "" {
		return a.exportFrom(c, me, format, a.reviewGrid)
	}
	ctx, p, ask := c.Request().Context(), say(c), reviewList.asked(c)
	rows, err := a.Store.ReviewQueue(ctx, me, ask.Sort)
	if err != nil {
		return err
	}
	view := reviewView{Layout: a.layout(c, p.T("nav.review"))}
	if len(rows) > db.PageSize {
		rows = rows[:db.PageSize]
		view.Pager.Next = ask.after(c, rows[len(rows)-1].Key)
	}
	view.Pager.First, view.Export, view.List = firstPage(c), exportLinks(c), ask.view(c)
	view.About = p.N("review.about", len(rows))
	view.Results = choices(p, "result.", []rules.Result{rules.ResultPartly, rules.ResultOvertaken})
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	if err := a.waiting(c, me, &view); err != nil {
		return err
	}
	reports, err := a.Store.StandingReports(ctx, me, ids)
	if err != nil {
		return err
	}
	n, err := a.names(c)
	if err != nil {
		return err
	}
	for i := range rows {
		row := reviewRow{taskRow: a.listedRow(c, n, me, &rows[i]), Waiting: a.moment(c, *rows[i].SubmittedAt)}
		if r, ok := reports[rows[i].ID]; ok {
			row.Report = a.reportRow(c, n, r)
			row.Report.Files = fileRows(p, r.Files)
			row.Decide = a.decideBy(c, n, me, *rows[i].SubmittedAt, r.ReviewDays)
		}
		view.Tasks = append(view.Tasks, row)
	}
	return render(c, http.StatusOK, reviewPage, view)
}

// decideBy is the reviewer's own clock: by when to decide, and whether that has
// passed, on the calendar of his first agency.
func (a *App) decideBy(c echo.Context, n names, me rules.Actor, came time.Time, days int) templates.Status {
	country := ""
	if len(me.Members) > 0 && n.all[me.Members[0].AgencyID] != nil {
		country = n.all[me.Members[0].AgencyID].Country
	}
	calendar, err := a.calendar(c, []string{country})
	if err != nil {
		return templates.Status{}
	}
	due := rules.ReviewDue(rules.Today(came, a.zone(c)), days, calendar)
	p := say(c)
	if due.Before(a.today(c)) {
		return templates.Status{Key: "late", Word: p.T("review.late", "Day", p.ShortDate(due, a.today(c)))}
	}
	return templates.Status{Key: "soon", Word: p.T("review.decide_by", "Day", p.ShortDate(due, a.today(c)))}
}

// waiting lists the requests for more time and transfers that the asker decides.
func (a *App) waiting(c echo.Context, me rules.Actor, view *reviewView) error {
	requests, err := a.Store.WaitingRequests(c.Request().Context(), me)
	if err != nil {
		return err
	}
	n, err := a.names(c)
	for i := range requests {
		row := a.requestRow(c, n, &requests[i])
		row.Decide = true
		view.Requests = append(view.Requests, row)
	}
	return err
}
