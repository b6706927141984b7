package handlers

import (
	"fmt"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
)

// timelineView is the deadlines by directive over ten months.
type timelineView struct {
	Months []string
	Said   string
	Lines  []string // where months begin, in percent
	Now    string
	Rows   []timelineRow
}

// timelineRow is a directive with a sign for each task at its deadline.
type timelineRow struct {
	Href, Title, Ref string
	Said             string // the same in words
	X, Width         string // of the bar to its deadline
	Signs            []timelineSign
	Due              string
	Done             string
}

type timelineSign struct{ X, Shape string }

// timelineMonths is how many months the axis has; app.css has as many columns.
const timelineMonths = 10

// timelineView lays the directives on an axis that begins at most five months
// ago. A sign outside of it is only said.
func (a *App) timelineView(c echo.Context, directives []db.TimelineDirective) timelineView {
	p, today := say(c), a.today(c)
	begin := rules.MonthOf(today)
	for _, d := range directives {
		for _, t := range d.Tasks {
			if month := rules.MonthOf(t.Deadline); month.Before(begin) {
				begin = month
			}
		}
	}
	if first := rules.MonthOf(today).AddDate(0, -5, 0); begin.Before(first) {
		begin = first
	}
	v := timelineView{Now: inPercent(axisShare(begin, today)), Said: p.T("stocktake.axis", "From", p.Month(begin), "To", p.Month(begin.AddDate(0, timelineMonths-1, 0)))}
	for i := range timelineMonths {
		v.Months = append(v.Months, p.ShortMonth(begin.AddDate(0, i, 0)))
		v.Lines = append(v.Lines, inPercent(float64(i)/timelineMonths))
	}
	v.Lines = append(v.Lines, "100%")
	for i := range directives {
		v.Rows = append(v.Rows, a.timelineRow(c, &directives[i], begin))
	}
	return v
}

// axisShare is how far along the axis a day is: each month is as wide.
func axisShare(begin, day time.Time) float64 {
	months := (day.Year()-begin.Year())*12 + int(day.Month()-begin.Month())
	last := rules.MonthOf(day).AddDate(0, 1, -1).Day()
	return (float64(months) + float64(day.Day()-1)/float64(last)) / timelineMonths
}

func (a *App) timelineRow(c echo.Context, d *db.TimelineDirective, begin time.Time) timelineRow {
	p, done := say(c), 0
	row := timelineRow{Href: fmt.Sprintf("/directives/%d", d.ID), Title: d.Title, Ref: d.Ref, Due: a.day(c, d.Deadline).Text}
	var said []string
	low, high := 1.0, 0.0
	for _, t := range d.Tasks {
		mark := rules.MarkOf(t.Status, t.OverdueAt, a.Now())
		if t.Status == rules.Accepted {
			done++
		}
		said = append(said, a.day(c, &t.Deadline).Text+": "+p.T("status."+string(mark)))
		x := axisShare(begin, t.Deadline)
		low, high = min(low, x), max(high, x)
		if x >= 0 && x <= 1 {
			row.Signs = append(row.Signs, timelineSign{inPercent(x), shapes[mark]})
		}
	}
	if d.Deadline != nil {
		high = axisShare(begin, *d.Deadline)
		said = append(said, p.T("stocktake.directive_due", "Day", row.Due))
	}
	if low, high = max(low, 0), min(high, 1); high > low {
		row.X, row.Width = inPercent(low), inPercent(high-low)
	}
	row.Said, row.Done = strings.Join(said, "; "), ofAll(p, rules.Share{Part: done, Of: len(d.Tasks)})
	return row
}
