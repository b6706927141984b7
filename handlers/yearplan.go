package handlers

import (
	"fmt"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
)

// planView is the year's plan, what was done, and the forecast, as lines and as
// a table.
type planView struct {
	Text     string // the forecast in words, or why there is none
	How      string // how it is made
	Check    string // how well it would have told the past
	Said     string
	Plan     string // points of the lines
	Done     string
	Low      string // outline of the forecast's area
	Middle   string
	Levels   []planLevel
	Months   []planMark
	Rows     []planRow
	Forecast bool
}

// planMark is a word at an axis.
type planMark struct{ At, Text string }

// planLevel is a number beside the lines, and how far down it stands, of a
// hundred.
type planLevel struct{ Y, Text string }

type planRow struct{ Label, Plan, Done string }

// planView draws a year of deadlines; nil for any other period or without a
// task in it.
func (a *App) planView(c echo.Context, st *db.Stocktake) *planView {
	span, today := st.Table.Span, a.today(c)
	total, done := 0, 0
	for _, m := range st.Months {
		total, done = total+m.Tasks, done+m.Done
	}
	if span != rules.YearOf(span.From) || total == 0 {
		return nil
	}
	v := &planView{}
	draw := planDrawing{span: span, top: total}
	v.planLine(c, &draw, st)
	fc, ok := foreseen(st, today, done, total)
	v.doneLine(c, &draw, st, done, today)
	v.tell(c, fc, ok, total, done, span, today)
	if ok {
		v.Forecast = true
		x := draw.x(today)
		v.Low = fmt.Sprintf("M%s %s 100 %sV%sz", x, draw.y(done), draw.y(fc.High), draw.y(fc.Low))
		v.Middle = fmt.Sprintf("%s,%s 100,%s", x, draw.y(done), draw.y((fc.Low+fc.High)/2))
	}
	v.levels(c, draw)
	return v
}

// foreseen asks rules for the range at the end of the running year.
func foreseen(st *db.Stocktake, today time.Time, done, total int) (rules.Forecast, bool) {
	if !st.Table.Span.Has(today) {
		return rules.Forecast{}, false
	}
	var weeks []int
	for _, w := range st.Weeks[:len(st.Weeks)-1] { // full ones
		weeks = append(weeks, w.Running)
	}
	left := int(st.Table.Span.To.Sub(today).Hours()/24/7) + 1
	return rules.Foresee(rules.ForecastFacts{Weeks: weeks, Done: done, Total: total, WeeksLeft: left, Extended: st.Table.Total.Lead.Extended()})
}

// tell says the forecast in words, with how it is made and how it did before.
func (v *planView) tell(c echo.Context, fc rules.Forecast, ok bool, total, done int, span rules.Span, today time.Time) {
	p := say(c)
	switch {
	case ok:
		v.Text = p.N("stocktake.forecast", total, "Low", p.Number(fc.Low), "High", p.Number(fc.High), "Day", p.Date(span.To))
		v.How = p.N("stocktake.forecast.how", fc.Weeks)
		v.Check = p.T("stocktake.forecast.unchecked")
		if fc.Tried > 0 {
			v.Check = p.N("stocktake.forecast.check", fc.Tried, "Held", p.Number(fc.Held), "Weeks", p.N("stocktake.weeks", fc.Ahead))
		}
	case done == total:
		v.Text = p.N("stocktake.forecast.all_done", total)
	case !span.Has(today):
		v.Text = p.N("stocktake.forecast.other_year", total, "Done", p.Number(done))
	default:
		v.Text = p.N("stocktake.forecast.too_short", total, "Done", p.Number(done))
	}
}

// planDrawing turns days and numbers into places of a hundred.
type planDrawing struct {
	span rules.Span
	top  int
}

func (d planDrawing) x(day time.Time) string {
	days := d.span.To.Sub(d.span.From).Hours() / 24
	return fmt.Sprintf("%.2f", min(max(day.Sub(d.span.From).Hours()/24/days, 0), 1)*100)
}

func (d planDrawing) y(n int) string {
	return fmt.Sprintf("%.2f", 100-float64(n)*100/float64(d.top))
}

// planLine is how many tasks are due by the end of each month.
func (v *planView) planLine(c echo.Context, d *planDrawing, st *db.Stocktake) {
	p, sum := say(c), 0
	points := []string{"0,100"}
	byMonth := map[time.Time]int{}
	for _, m := range st.Months {
		byMonth[rules.Date(m.Month)] = m.Tasks
	}
	for i := range 12 {
		month := d.span.From.AddDate(0, i, 0)
		sum += byMonth[month]
		end := month.AddDate(0, 1, -1)
		points = append(points, d.x(end)+","+d.y(sum))
		v.Rows = append(v.Rows, planRow{Label: p.Month(month), Plan: p.Number(sum), Done: "–"})
		if i%2 == 0 {
			v.Months = append(v.Months, planMark{d.x(month) + "%", p.ShortMonth(month)})
		}
	}
	v.Plan = strings.Join(points, " ")
	v.Said = p.N("stocktake.plan.said", d.top)
}

// doneLine is how many of them were done by the end of each week; what was done
// before the first week that is known is where it begins.
func (v *planView) doneLine(c echo.Context, d *planDrawing, st *db.Stocktake, done int, today time.Time) {
	if today.Before(d.span.From) {
		return
	}
	p, known := say(c), 0
	for _, w := range st.Weeks {
		known += w.Year
	}
	until := today
	if until.After(d.span.To) {
		until = d.span.To
	}
	sum, points := max(done-known, 0), []string{}
	for _, w := range st.Weeks {
		sum += w.Year
		sunday := w.Week.AddDate(0, 0, 6)
		if sunday.Before(d.span.From) || sunday.After(until) {
			continue
		}
		if len(points) == 0 {
			points = append(points, d.x(d.span.From)+","+d.y(sum-w.Year))
		}
		points = append(points, d.x(sunday)+","+d.y(sum))
		v.Rows[sunday.Month()-1].Done = p.Number(sum)
	}
	points = append(points, d.x(until)+","+d.y(done))
	v.Rows[until.Month()-1].Done = p.Number(done)
	v.Done = strings.Join(points, " ")
}

// levels are the numbers beside the lines: round ones, five at most above 0.
func (v *planView) levels(c echo.Context, draw planDrawing) {
	step := 1
	for i := 0; draw.top/step > 5; i++ {
		step = []int{1, 2, 5}[i%3]
		for range i / 3 {
			step *= 10
		}
	}
	for n := 0; n <= draw.top; n += step {
		v.Levels = append(v.Levels, planLevel{draw.y(n), say(c).Number(n)})
	}
}
