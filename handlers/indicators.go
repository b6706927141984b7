package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// indicatorsView is the list of the figures that leaders named.
type indicatorsView struct {
	templates.Layout
	Places     []templates.NavLink
	List       templates.List
	Indicators []indicatorRow
	Pager      templates.Pager
	Record     bool
}

type indicatorRow struct {
	ID                          int64
	Title, Value, Meeting, Last string
	Held                        templates.Day
	LastOf, LastSource, Target  string
	Sides                       []templates.Side
	Values                      int
}

// indicatorList are the columns of the list of figures.
var indicatorList = listing{sort: "meeting", desc: true, columns: []column{
	{key: "title", label: "field.value", sorts: true}, {key: "meeting", label: "meeting.one", sorts: true, down: true}, {key: "named", label: "indicator.named", sorts: true},
	{key: "last", label: "indicator.last", sorts: true, down: true}, {key: "target", label: "field.target", sorts: true}, {key: "values", label: "indicator.values", class: "n", sorts: true, down: true}}}

var indicatorsPage = templates.New[indicatorsView]("indicators.html")

func (a *App) indicators(c echo.Context, me rules.Actor) error {
	if format := exportWanted(c); format != "" {
		return a.exportFrom(c, me, format, a.indicatorsGrid)
	}
	p, ask := say(c), indicatorList.asked(c)
	rows, err := a.Store.Indicators(c.Request().Context(), me, ask.Sort)
	if err != nil {
		return err
	}
	view := indicatorsView{Layout: a.layout(c, p.T("indicator.many")), Places: placesOf(c, me, calendarPlaces, "/indicators"), Record: rules.Allowed(me, rules.Record)}
	if len(rows) > db.PageSize {
		rows = rows[:db.PageSize]
		view.Pager.Next = ask.after(c, rows[len(rows)-1].Key)
	}
	view.Pager.First, view.Export, view.List = firstPage(c), exportLinks(c), ask.view(c)
	for i := range rows {
		r := &rows[i]
		row := indicatorRow{ID: r.ID, Title: r.Title, Value: r.Value, Meeting: r.MeetingTitle, Held: templates.Day{ISO: r.HeldOn.Format(time.DateOnly), Text: p.Date(r.HeldOn)},
			Sides: sideViews(p, r.Sides), Values: r.Values, Target: targetWord(p, &r.Indicator)}
		if r.Last != nil {
			row.Last, row.LastOf, row.LastSource = amount(p, *r.Last, r.Unit), periodWord(p, *r.LastPeriod, *r.LastOn), r.LastSource
		}
		view.Indicators = append(view.Indicators, row)
	}
	return render(c, http.StatusOK, indicatorsPage, view)
}

// amount writes a value with its unit.
func amount(p *i18n.Printer, v float64, unit string) string {
	return p.Decimal(v) + orNothing("\u00a0", unit)
}

// periodWord names a period by its last day.
func periodWord(p *i18n.Printer, period rules.ValuePeriod, ends time.Time) string {
	switch period {
	case rules.OfMonth:
		return p.Month(ends)
	case rules.OfQuarter:
		return p.T("indicator.quarter", "N", strconv.Itoa((int(ends.Month())+2)/3), "Year", strconv.Itoa(ends.Year()))
	case rules.OfYear:
		return strconv.Itoa(ends.Year())
	}
	return p.Date(ends)
}

// targetWord writes what a figure shall reach and by when, "" where none named.
func targetWord(p *i18n.Printer, i *db.Indicator) string {
	switch {
	case i.Target == nil:
		return i.TargetWording
	case i.TargetOn == nil:
		return amount(p, *i.Target, i.Unit)
	}
	return p.T("indicator.target_by", "Figure", amount(p, *i.Target, i.Unit), "Day", p.Date(*i.TargetOn))
}

// indicatorView is a figure with its values over time.
type indicatorView struct {
	templates.Layout
	ID            int64
	Version       int
	Crumbs        []templates.Crumb
	Value, Target string
	Wording       string // of the target
	Meeting       templates.Crumb
	Unit          string
	Rows          []valueView
	Chart         *chart
	History       []templates.Line
	Record        bool
	Form          valueForm
	Periods       []templates.Choice
	About         indicatorForm
}

// valueView is a value of a period.
type valueView struct {
	ID                       int64
	Version                  int
	Of, Figure, Source, Note string
	Who, When                string
	Change                   string // against the one before
}

var indicatorPage = templates.New[indicatorView]("indicator.html")

// indicatorForm changes what a figure is.
type indicatorForm struct {
	Version  int    `form:"version"`
	Title    string `form:"title"`
	Value    string `form:"value"`
	Unit     string `form:"unit"`
	Target   string `form:"target"`
	TargetOn string `form:"target_on"`
	Wording  string `form:"target_wording"`
}

func (a *App) indicator(c echo.Context, me rules.Actor) error {
	return a.showIndicator(c, me, indicatorTyped{}, nil)
}

// indicatorTyped is what was typed on a figure's page and could not be taken.
type indicatorTyped struct {
	value *valueForm
	about *indicatorForm
}

func (a *App) showIndicator(c echo.Context, me rules.Actor, typed indicatorTyped, failed error) error {
	indicatorID, err := id(c, "id")
	if err != nil {
		return err
	}
	i, err := a.Store.IndicatorPage(c.Request().Context(), me, indicatorID)
	if err != nil {
		return err
	}
	if format := exportWanted(c); format != "" && failed == nil {
		return a.export(c, me, format, a.valuesGrid(c, i))
	}
	p := say(c)
	view := indicatorView{Layout: a.layout(c, i.Title), ID: i.ID, Version: i.Version, Value: i.Value, Target: targetWord(p, &i.Indicator), Wording: i.TargetWording, Unit: i.Unit,
		Crumbs:  []templates.Crumb{{Href: "/indicators", Label: p.T("indicator.many")}, {Label: i.Title}},
		Meeting: templates.Crumb{Href: fmt.Sprintf("/meetings/%d", i.MeetingID), Label: i.MeetingTitle + ", " + p.Date(i.HeldOn)},
		History: a.history(c, i.History), Record: rules.Allowed(me, rules.Record), About: aboutIndicator(&i.Indicator)}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	view.Form = valueForm{Period: string(rules.OfMonth)}
	if typed.value != nil {
		view.Form = *typed.value
	} else if open, err := strconv.ParseInt(c.QueryParam("value"), 10, 64); err == nil {
		view.open(i, open)
	}
	if typed.about != nil {
		view.About = *typed.about
	}
	view.Periods = choices(p, "indicator.period.", rules.ValuePeriods, view.Form.Period)
	view.values(a, c, i)
	view.Export = exportLinks(c)
	return render(c, status, indicatorPage, view)
}

// open puts a value into the form, to be corrected.
func (v *indicatorView) open(i *db.IndicatorPage, id int64) {
	for k := range i.Values {
		if x := &i.Values[k]; x.ID == id {
			v.Form = valueForm{ID: x.ID, Version: x.Version, Period: string(x.Period), EndsOn: dayWord(&x.EndsOn), Number: strconv.FormatFloat(x.Value, 'f', -1, 64), Source: x.Source, Note: x.Note}
		}
	}
}

// values lays out the values, the latest first, and the chart.
func (v *indicatorView) values(a *App, c echo.Context, i *db.IndicatorPage) {
	p := say(c)
	for k := len(i.Values) - 1; k >= 0; k-- {
		x := &i.Values[k]
		row := valueView{ID: x.ID, Version: x.Version, Of: periodWord(p, x.Period, x.EndsOn), Figure: amount(p, x.Value, i.Unit), Source: x.Source, Note: x.Note, Who: x.Who, When: a.moment(c, x.ChangedAt)}
		if k > 0 && i.Values[k-1].Period == x.Period {
			row.Change = signedBy(p, x.Value-i.Values[k-1].Value)
		}
		v.Rows = append(v.Rows, row)
	}
	v.Chart = chartOf(p, i)
}

// signedBy writes by how much a value changed: +1.5, −0.2.
func signedBy(p *i18n.Printer, by float64) string {
	switch {
	case by > 0:
		return "+" + p.Decimal(by)
	case by < 0:
		return "−" + p.Decimal(-by)
	}
	return "±0"
}

func aboutIndicator(i *db.Indicator) indicatorForm {
	f := indicatorForm{Version: i.Version, Title: i.Title, Value: i.Value, Unit: i.Unit, TargetOn: dayWord(i.TargetOn), Wording: i.TargetWording}
	if i.Target != nil {
		f.Target = strconv.FormatFloat(*i.Target, 'f', -1, 64)
	}
	return f
}

// changeIndicator changes a figure's title, unit and target.
func (a *App) changeIndicator(c echo.Context, me rules.Actor) error {
	form, err := bind[indicatorForm](c)
	if form == nil {
		return err
	}
	indicatorID, idErr := id(c, "id")
	if idErr != nil {
		return idErr
	}
	page, readErr := a.Store.IndicatorPage(c.Request().Context(), me, indicatorID)
	if readErr != nil {
		return readErr
	}
	if err == nil {
		err = a.storeIndicator(c, me, indicatorID, form)
	}
	if err != nil {
		if errors.Is(err, db.ErrStale) {
			return staleAgainst(err, map[string]string{"title": page.Title, "value": page.Value, "target_wording": page.TargetWording})
		}
		return a.showIndicator(c, me, indicatorTyped{about: form}, err)
	}
	return a.seeOther(c, fmt.Sprintf("/indicators/%d", indicatorID), "saved")
}

func (a *App) storeIndicator(c echo.Context, me rules.Actor, indicatorID int64, f *indicatorForm) error {
	var p rules.Problems
	i := db.Indicator{ID: indicatorID, Version: f.Version, Title: f.Title, Value: f.Value, Unit: f.Unit, TargetOn: optionalDay(&p, "target_on", f.TargetOn), TargetWording: f.Wording}
	if f.Target != "" {
		n, err := strconv.ParseFloat(rules.Decimal(f.Target), 64)
		if i.Target = &n; err != nil {
			p.Add("target", "form.error.not_a_number")
		}
	}
	if err := p.OrNil(); err != nil {
		return err
	}
	return a.Store.ChangeIndicator(c.Request().Context(), me, i, a.Now())
}
