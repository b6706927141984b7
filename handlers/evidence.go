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

// inputRow is what a co-executor gave for the lead's report, or that it is
// missing.
type inputRow struct {
	Agency, Text, Who, When string
	Missing                 bool
}

// inputForm is a co-executor's own word for the lead's report.
type inputForm struct {
	Text string `form:"contribution"`
}

// fillEvidence shows what gathers around the lead's next report: files, the
// inputs of co-executors, and where the review of the last one is.
func (a *App) fillEvidence(c echo.Context, n names, t *db.TaskPage, view *taskView) {
	p := say(c)
	if t.Hats.Has(rules.HatLead) && t.Status.Open() {
		waiting := slices.DeleteFunc(slices.Clone(t.Files), func(f db.File) bool { return f.ReportID != nil })
		view.Upload = &uploadView{ID: t.ID, Files: fileRows(p, waiting), Kinds: choices(p, "file.kind.", rules.FileKinds, "document"),
			Visibilities: choices(p, "visibility.", rules.Visibilities, string(rules.BothSides)), Error: view.Error["file"]}
		if view.Form != nil {
			view.Form.Files = view.Upload.Files
		}
	}
	a.fillInputs(c, n, t, view)
	a.fillCycles(c, t, view)
	view.Visible = choices(p, "visibility.", rules.Visibilities, string(rules.BothSides))
	view.Results = choices(p, "result.", rules.Results, string(rules.ResultDone))
	if t.Result != "" && t.Result != rules.ResultDone {
		view.Result = templates.Status{Key: "done", Word: p.T("result." + string(t.Result))}
	}
	if t.Status == rules.Submitted && t.Review.Levels > 1 {
		view.Review = p.T("review.level", "Level", t.ReviewLevel+1, "Levels", t.Review.Levels)
	}
	for _, x := range t.Review.Approvals {
		view.Approvals = append(view.Approvals, p.T("review.approved", "Level", x.Level, "Who", x.PersonName))
	}
	view.May["accept"] = view.May["accept"] && a.mayApprove(c, t)
}

// cycleRow is a due day of a periodic task that is over.
type cycleRow struct {
	Due    templates.Day
	Status templates.Status
}

func (a *App) fillCycles(c echo.Context, t *db.TaskPage, view *taskView) {
	p := say(c)
	if t.Period != rules.Once {
		view.Period = p.T("period." + string(t.Period))
	}
	for i := range t.Cycles {
		x := &t.Cycles[i]
		row := cycleRow{Due: a.longDay(c, &x.Due), Status: templates.Status{Key: "done", Word: p.T("cycle.on_time")}}
		switch {
		case x.ReportID == nil && !x.Late:
			row.Status = templates.Status{Key: "stop", Word: p.T("cycle.in_review")}
		case x.ReportID == nil:
			row.Status = templates.Status{Key: "late", Word: p.T("cycle.missed")}
		case x.Late:
			row.Status = templates.Status{Key: "back", Word: p.T("cycle.late")}
		}
		view.Cycles = append(view.Cycles, row)
	}
	if t.MergedInto != nil && t.MergedRef != "" {
		view.Merged = templates.Crumb{Href: fmt.Sprintf("/tasks/%d", *t.MergedInto), Label: t.MergedRef}
	}
}

// fillInputs lists what co-executors gave for the next report, and who did not.
func (a *App) fillInputs(c echo.Context, n names, t *db.TaskPage, view *taskView) {
	own := rules.ContributesAs(seen(c).me, t.Scope())
	if own != 0 && t.Status.Open() {
		view.Input = &inputForm{}
	}
	for _, in := range t.Inputs {
		if in.AgencyID == own && view.Input != nil {
			view.Input.Text = in.Text
		}
		view.Inputs = append(view.Inputs, inputRow{Agency: n.of(in.AgencyID), Text: in.Text, Who: in.PersonName, When: a.moment(c, in.At)})
	}
	for _, id := range t.Missing {
		if t.Status.Open() {
			view.Inputs = append(view.Inputs, inputRow{Agency: n.of(id), Missing: true})
		}
	}
}

func (a *App) mayApprove(c echo.Context, t *db.TaskPage) bool {
	return rules.CanApprove(t.ReviewLevel, t.Hats, t.Review.Before, seen(c).me.Selves()) == nil
}

func (a *App) contribute(c echo.Context, me rules.Actor) error {
	form, err := bind[inputForm](c)
	if form == nil {
		return err
	}
	taskID, idErr := id(c, "id")
	if idErr != nil {
		return idErr
	}
	if err == nil {
		err = a.Store.Contribute(c.Request().Context(), me, db.ContributionInput{TaskID: taskID, Text: form.Text, Now: a.Now()})
	}
	if err != nil {
		if statusOf(err) != http.StatusUnprocessableEntity {
			return err
		}
		return a.showTask(c, me, &taskState{}, err)
	}
	return a.seeOther(c, fmt.Sprintf("/tasks/%d#inputs", taskID), "contribution.kept")
}
