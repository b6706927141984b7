package handlers

import (
	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// taskRow is a task in any list.
type taskRow struct {
	ID               int64
	Version          int
	Ref, Title       string
	Depth            int
	Milestone, Draft bool
	Status           templates.Status
	Due              templates.Day
	Lead             string
	Side             templates.Side
	DirectiveID      int64
	Directive        string
	Heard            templates.Day
	Reminders        int
	Reminded         templates.Day
	Signal           string
	Ask              string // what is missing, of a returned task
	New              bool
	LeadsIt          bool // my agency leads, or else contributes
	Late             int  // days
	AgencyID         int64
	Form             *reportFormView
	NoChange         bool
	Moved            string // "moved 3 times"
	Official         bool   // only some lists say so
}

// baseRow is what every list shows of a task.
func (a *App) baseRow(c echo.Context, n names, t *db.Task) taskRow {
	row := taskRow{ID: t.ID, Version: t.Version, Ref: t.Ref(), Title: t.Title, Milestone: t.Milestone, Draft: t.Status == rules.Draft,
		Status: a.status(c, t), Due: a.day(c, t.Deadline), DirectiveID: t.DirectiveID, Directive: t.DirectiveTitle}
	if t.LeadID != nil {
		row.AgencyID, row.Lead, row.Side = *t.LeadID, n.of(*t.LeadID), n.side(*t.LeadID)
	}
	if t.Moves > 0 {
		row.Moved = say(c).N("deadline.moved", t.Moves)
	}
	if zone, err := t.Zone(); err == nil && t.Deadline != nil {
		row.Late = rules.DaysLate(*t.Deadline, rules.Today(a.Now(), zone))
	}
	return row
}

func (a *App) treeRow(c echo.Context, n names, t *db.TreeTask) taskRow {
	row := a.baseRow(c, n, &t.Task)
	row.Depth = t.Depth
	return row
}
