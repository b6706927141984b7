package handlers

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/rules"
)

// taskGridColumns are the columns of any list of tasks. In tables those follow
// that an import takes as well.
func taskGridColumns(c echo.Context) []files.Column {
	p := say(c)
	columns := []files.Column{
		{Title: p.T("column.number"), Width: 11}, {Title: p.T("column.task"), Width: 44}, {Title: p.T("column.directive"), Width: 40},
		{Title: p.T("column.side"), Width: 12}, {Title: p.T("column.lead"), Width: 28}, {Title: p.T("column.status"), Width: 16},
		{Title: p.T("column.original_deadline"), Width: 13, Kind: files.Date}, {Title: p.T("column.deadline"), Width: 13, Kind: files.Date},
		{Title: p.T("column.days_late"), Width: 9, Kind: files.Number}, {Title: p.T("column.official"), Width: 11},
	}
	if exportWanted(c) == "pdf" {
		return columns
	}
	return append(columns, files.Column{Title: p.T("column.focal"), Width: 24}, files.Column{Title: p.T("column.co_executors"), Width: 28},
		files.Column{Title: p.T("column.period"), Width: 12}, files.Column{Title: p.T("column.first_due"), Width: 13, Kind: files.Date}, files.Column{Title: p.T("column.main_task"), Width: 13})
}

// fileNames are the names that tasks in a file for me need: of agencies, and in
// tables the addresses of focal points.
func (a *App) fileNames(c echo.Context, me rules.Actor) (names, error) {
	n, err := a.names(c)
	n.reader = me
	if format := exportWanted(c); err == nil && format != "" && format != "pdf" {
		n.above = map[int64]int{}
		n.emails, err = a.Store.FocalEmails(c.Request().Context())
	}
	return n, err
}

// tasked is a row of a list of tasks.
type tasked[T any] interface {
	*T
	Above() int64
}

// withAbove reads the numbers of the main tasks of a page of tasks in a file, in
// tables only.
func withAbove[T any, P tasked[T]](ctx context.Context, s *db.Store, n names, rows []T, err error) ([]T, error) {
	if err != nil || n.above == nil {
		return rows, err
	}
	if len(n.above) > longExport { // enough to find most again
		clear(n.above)
	}
	var unknown []int64
	for i := range rows {
		id := P(&rows[i]).Above()
		if _, known := n.above[id]; id != 0 && !known {
			n.above[id] = 0
			unknown = append(unknown, id)
		}
	}
	if len(unknown) == 0 {
		return rows, nil
	}
	numbers, err := s.TaskNumbers(ctx, unknown)
	maps.Copy(n.above, numbers)
	return rows, err
}

// taskCells are a task's cells for taskGridColumns.
func (a *App) taskCells(c echo.Context, n names, t *db.Task) []any {
	p := say(c)
	cells := []any{files.Link{Text: t.Ref(), Href: a.addressOf(taskPath(t.ID))}, t.Title, t.DirectiveTitle, "", "", p.T("status." + string(t.Mark(a.Now()))),
		dayCell(t.OriginalDeadline), dayCell(t.Deadline), nil, officialCell(p, t.Official)}
	if t.LeadID != nil {
		cells[3], cells[4] = n.side(*t.LeadID).Name, n.of(*t.LeadID)
	}
	if zone, err := t.Zone(); err == nil && t.Deadline != nil && t.Status.Open() {
		if late := rules.DaysLate(*t.Deadline, rules.Today(a.Now(), zone)); late > 0 {
			cells[8] = late
		}
	}
	if exportWanted(c) == "pdf" {
		return cells
	}
	email, period, main := "", "", ""
	if t.FocalID != nil && rules.SightOf(n.reader, t.Scope()) == rules.SeesAll { // not the other side's
		email = n.emails[*t.FocalID]
	}
	if t.Period != rules.Once {
		period = p.T("period." + string(t.Period))
	}
	if number := n.above[t.Above()]; number != 0 {
		main = t.RefBeside(number)
	}
	var others []string
	for _, id := range t.CoExecutors {
		others = append(others, n.of(id))
	}
	return append(cells, email, strings.Join(others, "\n"), period, dayCell(t.Anchor), main)
}

// listedTasks are the rows of a list of tasks, in an order.
func (a *App) listedTasks(c echo.Context, n names, by db.Sort, next func(s *db.Store, by db.Sort) ([]db.ListedTask, error)) iter.Seq2[[]any, error] {
	ctx := c.Request().Context()
	return eachSorted(ctx, a.Store, by, func(s *db.Store, by db.Sort) ([]db.ListedTask, error) {
		rows, err := next(s, by)
		return withAbove(ctx, s, n, rows, err)
	}, func(t *db.ListedTask) []any { return a.taskCells(c, n, &t.Task) })
}

// overdueGrid is the overdue review as a file, under the same filter, in the same
// order and with the same columns.
func (a *App) overdueGrid(c echo.Context, me rules.Actor) (files.Grid, error) {
	p := say(c)
	n, err := a.fileNames(c, me)
	if err != nil {
		return files.Grid{}, err
	}
	f := readLateQuery(c.Request().URL.Query())
	notes := []string{filterNote(c, "column.age", p.T("overdue.age."+f.age)), filterNote(c, "agency.one", n.of(f.AgencyID))}
	if f.Side != "" {
		notes = append(notes, filterNote(c, "column.side", p.T("side."+string(f.Side))))
	}
	grid := a.grid(c, "overdue", p.T("overdue.title"), notes...)
	grid.Columns = append(taskGridColumns(c), files.Column{Title: p.T("overdue.last_report"), Width: 15, Kind: files.Moment},
		files.Column{Title: p.T("overdue.reminders"), Width: 11, Kind: files.Number}, files.Column{Title: p.T("overdue.escalated"), Width: 22})
	now := a.Now()
	grid.Rows = eachSorted(c.Request().Context(), a.Store, f.Sort, func(s *db.Store, by db.Sort) ([]db.ListedTask, error) {
		f.Sort = by
		rows, err := s.OverdueTasks(c.Request().Context(), me, f.OverdueFilter, now)
		return withAbove(c.Request().Context(), s, n, rows, err)
	}, func(t *db.ListedTask) []any {
		return append(a.taskCells(c, n, &t.Task), momentCell(t.HeardAt), t.Reminders, p.T(fmt.Sprintf("overdue.raised.%d", rules.Raised(t.Raised))))
	})
	of := make([]string, len(grid.Columns)-3, len(grid.Columns))
	of[6], of[7], of[8] = "deadline", "deadline", "delay"
	for i := 10; i < len(of); i++ { // what the page has no column for goes along with all of them
		of[i] = "all"
	}
	return f.list.file(grid, append(of, "heard", "reminders", "raised")...), nil
}

// dayCell is a date's cell, empty for none.
func dayCell(d *time.Time) any {
	if d == nil {
		return nil
	}
	return *d
}

func taskPath(id int64) string { return fmt.Sprintf("/tasks/%d", id) }

// myTasksGrid is what one's own agencies owe, and what waits for a decision.
func (a *App) myTasksGrid(c echo.Context, me rules.Actor) (files.Grid, error) {
	n, err := a.fileNames(c, me)
	if err != nil {
		return files.Grid{}, err
	}
	grid := a.grid(c, "tasks", say(c).T("nav.tasks"))
	grid.Columns = taskGridColumns(c)
	ctx := c.Request().Context()
	by := myTasksList.asked(c).Sort
	open := a.listedTasks(c, n, by, func(s *db.Store, by db.Sort) ([]db.ListedTask, error) { return s.MyTasks(ctx, me, by) })
	sent := a.listedTasks(c, n, by, func(s *db.Store, by db.Sort) ([]db.ListedTask, error) { return s.MyTasksInReview(ctx, me, by) })
	grid.Rows = func(yield func([]any, error) bool) {
		for _, list := range []iter.Seq2[[]any, error]{open, sent} {
			for row, err := range list {
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
	}
	return grid, nil
}

// reviewGrid is the queue of reports that wait for a decision.
func (a *App) reviewGrid(c echo.Context, me rules.Actor) (files.Grid, error) {
	p, ctx := say(c), c.Request().Context()
	n, err := a.fileNames(c, me)
	if err != nil {
		return files.Grid{}, err
	}
	grid := a.grid(c, "review", p.T("nav.review"))
	grid.Columns = append([]files.Column{{Title: p.T("column.submitted"), Width: 15, Kind: files.Moment}}, taskGridColumns(c)...)
	grid.Rows = eachSorted(ctx, a.Store, reviewList.asked(c).Sort, func(s *db.Store, by db.Sort) ([]db.ListedTask, error) {
		rows, err := s.ReviewQueue(ctx, me, by)
		return withAbove(ctx, s, n, rows, err)
	}, func(t *db.ListedTask) []any {
		return append([]any{momentCell(t.SubmittedAt)}, a.taskCells(c, n, &t.Task)...)
	})
	return grid, nil
}

// meetingGrid is what a meeting still waits for: its open tasks.
func (a *App) meetingGrid(c echo.Context, me rules.Actor) (files.Grid, error) {
	id, err := id(c, "id")
	if err != nil {
		return files.Grid{}, err
	}
	m, err := a.Store.Meeting(c.Request().Context(), me, id)
	if err != nil {
		return files.Grid{}, err
	}
	n, err := a.fileNames(c, me)
	if err != nil {
		return files.Grid{}, err
	}
	p := say(c)
	tasks, err := a.Store.OpenItems(c.Request().Context(), me, id)
	tasks, err = withAbove(c.Request().Context(), a.Store, n, tasks, err)
	if err != nil {
		return files.Grid{}, err
	}
	grid := a.grid(c, fmt.Sprintf("meeting-%d", id), p.T("export.open_items", "Meeting", m.Title, "When", p.Date(m.HeldOn)))
	grid.Columns = taskGridColumns(c)
	grid.Rows = rowsOf(tasks, func(t *db.Task) []any { return a.taskCells(c, n, t) })
	return grid, nil
}
