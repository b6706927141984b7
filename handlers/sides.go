package handlers

import (
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
)

// stateOfSide is where the tasks that one side leads stand, in words, and by
// when the last open one is due. "" where the side leads none; "all" sides of
// a directive are asked with side "".
func stateOfSide(p *i18n.Printer, tree []db.TreeTask, side string) (state string, until *time.Time) {
	var tasks []rules.TaskOutcome
	for i := range tree {
		t := &tree[i]
		if side != "" && t.LeadSide != side {
			continue
		}
		tasks = append(tasks, rules.TaskOutcome{Status: t.Status, Result: t.Result})
		if t.Status.Open() && t.Deadline != nil && (until == nil || t.Deadline.After(*until)) {
			until = t.Deadline
		}
	}
	if s := rules.StateOf(tasks); s != rules.DirectiveRecorded {
		state = p.T("directive.state." + string(s))
	}
	return state, until
}

// compareSides says what a directive's tasks claim and what was verified, and
// where the two sides differ: other states, other dates.
func (v *directiveView) compareSides(a *App, c echo.Context, d *db.DirectivePage) {
	p := say(c)
	v.State, _ = stateOfSide(p, d.Tree, "")
	restated := false
	for i := range d.Chain {
		restated = restated || d.Chain[i].HeldOn.After(d.HeldOn)
	}
	if restated && v.State == "" {
		v.State = p.T("directive.state.restated")
	}
	if len(v.Sides) < 2 {
		return
	}
	var states, dates []string
	sameState, sameDate := true, true
	for i := range v.Sides {
		s := &v.Sides[i]
		if s.State == "" { // a side without tasks differs in nothing
			return
		}
		sameState = sameState && s.State == v.Sides[0].State
		sameDate = sameDate && sameDay(s.Until, v.Sides[0].Until)
		states = append(states, s.Side.Code+": "+s.State)
		dates = append(dates, s.Side.Code+": "+a.longDay(c, s.Until).Text)
	}
	if !sameState {
		v.Mismatches = append(v.Mismatches, p.T("side.mismatch.state")+" "+strings.Join(states, ", "))
	}
	if !sameDate {
		v.Mismatches = append(v.Mismatches, p.T("side.mismatch.date")+" "+strings.Join(dates, ", "))
	}
}

func sameDay(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

// askedSides are the sides that ?with= asks for, as of a pack: only directives
// that concern all of them; nil for all directives.
func askedSides(c echo.Context) (sides []string) {
	asked := strings.Split(c.QueryParam("with"), ",")
	for _, side := range rules.Sides {
		if slices.Contains(asked, string(side)) {
			sides = append(sides, string(side))
		}
	}
	return sides
}
