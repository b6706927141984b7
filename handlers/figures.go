package handlers

import (
	"cmp"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// figure is one figure as it is shown: a value, the numbers it is made of, and
// how.
type figure struct {
	Key      string // shape
	Label    string
	Value    string // "" where there is none
	Of       string // "28 of 37"
	About    string
	Short    string // the formula in a line
	Formula  string
	AsOf     string
	Number   any // Value and Of for a file
	Part, Al any
}

// percent writes a share in per cent, "–" where it is of nothing.
func percent(p *i18n.Printer, s rules.Share) string {
	n, ok := s.Percent()
	if !ok {
		return "–"
	}
	return p.T("figures.percent", "N", n)
}

// ofAll writes a share as "28 of 37".
func ofAll(p *i18n.Printer, s rules.Share) string {
	return p.T("figures.of", "Part", p.Number(s.Part), "Of", p.Number(s.Of))
}

func percentCell(s rules.Share) any {
	if n, ok := s.Percent(); ok {
		return n
	}
	return nil
}

// shareFigure is a figure that is a share.
func shareFigure(p *i18n.Printer, key, name string, s rules.Share) figure {
	f := figure{Key: key, Label: p.T("figures." + name), Of: ofAll(p, s), Short: p.T("figures." + name + ".short"), Formula: p.T("figures." + name + ".formula"), Value: percent(p, s), Number: percentCell(s), Part: s.Part, Al: s.Of}
	if s.Of == 0 {
		f.Of, f.Part, f.Al = p.T("figures.nothing"), nil, nil
	}
	return f
}

// figures are those that stand above everything: in the order of domain.md.
func (a *App) figures(c echo.Context, t *db.AgencyTable) []figure {
	p, total := say(c), t.Total
	d := shareFigure(p, "done", "discipline", total.Lead.Discipline())
	origin := total.Origin.Discipline()
	d.About = p.T("figures.by_origin", "Percent", percent(p, origin), "Of", ofAll(p, origin))
	late := figure{Key: "late", Label: p.T("figures.overdue"), Value: p.Number(total.Lead.Overdue()), Short: p.T("figures.overdue.short"), Formula: p.T("figures.overdue.formula"), Number: total.Lead.Overdue()}
	if days := a.daysLate(c, total.Oldest, t.AsOf); days > 0 {
		late.About = p.T("figures.oldest", "Days", p.N("due.days", days))
	}
	waits := figure{Key: "sent", Label: p.T("figures.waiting"), Value: p.Number(total.Lead.Submitted), About: p.T("figures.waiting.about"), Short: p.T("figures.waiting.short"), Formula: p.T("figures.waiting.formula"), Number: total.Lead.Submitted}
	moved := shareFigure(p, "soon", "extended", total.Lead.Extended())
	back := total.Lead.SentBack()
	moved.About = p.T("figures.sent_back", "Percent", percent(p, back), "Of", ofAll(p, back))
	delay := figure{Key: "go", Label: p.T("figures.delay"), Value: "–", Of: p.T("figures.nothing"), Short: p.T("figures.delay.short"), Formula: p.T("figures.delay.formula")}
	if days, ok := total.Delays.Median(); ok {
		delay.Value, delay.Of, delay.Number = p.Number(days), p.N("figures.working_days", days), days
		delay.About = p.N("figures.delay.about", total.Lead.Late)
	}
	list := []figure{d, late, waits, moved, delay}
	for i := range list {
		list[i].AsOf = a.at(c, t.AsOf)
	}
	return list
}

// daysLate is how many days a deadline was ago for the asker, 0 for none.
func (a *App) daysLate(c echo.Context, deadline *time.Time, at time.Time) int {
	if deadline == nil {
		return 0
	}
	return rules.DaysLate(*deadline, rules.Today(at, a.zone(c)))
}

// agencyLine is a row of the agencies' table: of a lead, or as co-executor.
type agencyLine struct {
	ID         int64
	Name       string
	Side       templates.Side
	Rank       int // 0: none
	D, D0      rules.Share
	OnTime     int
	Late       int
	Overdue    int
	Waiting    int
	Extended   rules.Share
	Back       rules.Share
	Delay      *int
	Oldest     *time.Time
	Change     *int // of D since a month before, in points
	LateChange *int // of the overdue tasks
}

func lineOf(id int64, f rules.Figures) agencyLine {
	return agencyLine{ID: id, D: f.Discipline(), OnTime: f.OnTime, Late: f.Late, Overdue: f.Overdue(), Waiting: f.Submitted, Extended: f.Extended(), Back: f.SentBack()}
}

// leadLine is an agency's row as lead.
func leadLine(r *db.AgencyFigures) agencyLine {
	line := lineOf(r.AgencyID, r.Lead)
	line.D0, line.Oldest = r.Origin.Discipline(), r.Oldest
	if days, ok := r.Delays.Median(); ok {
		line.Delay = &days
	}
	if r.Before == nil {
		return line
	}
	more := r.Lead.Overdue() - r.Before.Overdue()
	line.LateChange = &more
	now, ok := line.D.Percent()
	then, okThen := r.Before.Discipline().Percent()
	if ok && okThen {
		points := now - then
		line.Change = &points
	}
	return line
}

// agencyLines are the rows of the table: leads by rank, those without one after
// them by name, and the co-executors by name.
func (a *App) agencyLines(n names, t *db.AgencyTable, ranked bool) (leads, shared []agencyLine) {
	var shares []rules.Share
	for i := range t.Rows {
		r := &t.Rows[i]
		if r.Lead != (rules.Figures{}) || r.Origin != (rules.Figures{}) {
			leads, shares = append(leads, leadLine(r)), append(shares, r.Lead.Discipline())
		}
		if r.Shared != (rules.Figures{}) {
			shared = append(shared, lineOf(r.AgencyID, r.Shared))
		}
	}
	if ranked {
		for i, rank := range rules.Ranks(shares) {
			leads[i].Rank = rank
		}
	}
	for _, list := range [][]agencyLine{leads, shared} {
		for i := range list {
			list[i].Name, list[i].Side = n.of(list[i].ID), n.side(list[i].ID)
		}
		slices.SortFunc(list, func(a, b agencyLine) int {
			return cmp.Or(cmp.Compare(unranked(a.Rank), unranked(b.Rank)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
		})
	}
	return leads, shared
}

// unranked puts what has no rank last.
func unranked(rank int) int {
	if rank == 0 {
		return 1 << 30
	}
	return rank
}
