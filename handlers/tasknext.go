package handlers

import (
	"github.com/labstack/echo/v4"

	"amal/db"
)

// nextRow is a planned or sent reminder of this task.
type nextRow struct{ When, What, Who, State string }

// fillNext lists what is to come about the task, what is planned and what was
// sent, the latest first.
func (a *App) fillNext(c echo.Context, t *db.TaskPage, view *taskView) error {
	lines, err := a.Store.TaskReminders(c.Request().Context(), t.ID)
	if err != nil {
		return err
	}
	p := say(c)
	n, err := a.names(c)
	if err != nil {
		return err
	}
	for i := len(t.Ahead) - 1; i >= 0; i-- {
		view.Next = append(view.Next, nextRow{When: a.longDay(c, &t.Ahead[i].Morning).Text, What: p.T("rule." + t.Ahead[i].Rule), Who: audiences(p, t.Ahead[i].To), State: p.T("ladder.ahead")})
	}
	for _, l := range lines {
		row := nextRow{When: a.moment(c, l.PlannedFor), What: p.T("rule." + l.Rule), Who: l.PersonName, State: p.T("ledger.state." + l.State)}
		if l.AgencyID != nil {
			row.Who = n.of(*l.AgencyID)
		}
		view.Next = append(view.Next, row)
	}
	return nil
}
