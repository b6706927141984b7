package handlers

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// holidaysView is a country's calendar of a year.
type holidaysView struct {
	templates.Layout
	Countries []templates.Choice
	Country   string
	Year      int
	Years     []templates.Choice
	Days      []holidayRow
	Form      holidayForm
	Kinds     []templates.Choice
	Certain   []templates.Choice
	Working   string
}

type holidayRow struct {
	ISO, Day, Kind, Name, Local, Basis, Certainty string
	Work                                          bool
}

type holidayForm struct {
	Country   string `form:"country"`
	Day       string `form:"day"`
	Kind      string `form:"kind"`
	NameEn    string `form:"name_en"`
	NameLocal string `form:"name_local"`
	Basis     string `form:"basis"`
	Certainty string `form:"certainty"`
}

var holidaysPage = templates.New[holidaysView]("holidays.html")

var certainties = []string{"official", "press", "computed", "expected"}

func (a *App) holidays(c echo.Context, _ rules.Actor) error {
	return a.showHolidays(c, &holidayForm{Kind: "off", Certainty: "official"}, nil)
}

func (a *App) showHolidays(c echo.Context, f *holidayForm, failed error) error {
	p, ctx := say(c), c.Request().Context()
	view := holidaysView{Layout: a.layout(c, p.T("nav.holidays")), Form: *f, Country: rules.Countries[0],
		Kinds: choices(p, "holiday.kind.", []string{"off", "work"}, f.Kind), Certain: choices(p, "holiday.certainty.", certainties, f.Certainty)}
	var ok bool
	if view.Year, ok = a.askedYear(c); !ok && failed == nil {
		failed = rules.Problems{{Field: "year", Key: "form.error.choose"}}
	}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	for _, country := range rules.Countries {
		if c.QueryParam("country") == country || f.Country == country {
			view.Country = country
		}
	}
	view.Countries = choices(p, "side.", rules.Countries, view.Country)
	for year := view.Year - 1; year <= view.Year+2; year++ {
		view.Years = append(view.Years, templates.Choice{Value: fmt.Sprint(year), Label: fmt.Sprint(year), Chosen: year == view.Year})
	}
	days, err := a.Store.Holidays(ctx, view.Country, view.Year)
	if err != nil {
		return err
	}
	for _, h := range days {
		view.Days = append(view.Days, holidayRow{ISO: h.Day.Format(time.DateOnly), Day: p.LongDate(h.Day), Kind: p.T("holiday.kind." + h.Kind), Name: h.NameEn,
			Local: h.NameLocal, Basis: h.Basis, Certainty: p.T("holiday.certainty." + h.Certainty), Work: h.Kind == "work"})
	}
	if view.Working, err = a.workingDays(c, view.Country, view.Year); err != nil {
		return err
	}
	return render(c, status, holidaysPage, view)
}

// askedYear is the year that is asked for, else the present one; ok is false
// where what is asked for is none.
func (a *App) askedYear(c echo.Context) (year int, ok bool) {
	typed := c.QueryParam("year")
	if year, err := strconv.Atoi(typed); err == nil && year > 1990 && year < 2101 {
		return year, true
	}
	return a.today(c).Year(), typed == ""
}

// workingDays says how many working days a year has, to compare with the
// published figure.
func (a *App) workingDays(c echo.Context, country string, year int) (string, error) {
	calendar, err := a.calendar(c, []string{country})
	if err != nil {
		return "", err
	}
	n := 0
	for d := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() == year; d = d.AddDate(0, 0, 1) {
		if calendar.Works(d) {
			n++
		}
	}
	return say(c).N("holiday.working", n), nil
}

func (a *App) addHoliday(c echo.Context, me rules.Actor) error {
	f, err := bind[holidayForm](c)
	if f == nil {
		return err
	}
	day, dayErr := rules.ParseDate(f.Day)
	if err == nil && dayErr != nil {
		err = rules.Problems{{Field: "day", Key: "form.error.not_a_date"}}
	}
	if err == nil {
		_, err = a.Store.SaveHolidays(c.Request().Context(), me, []db.Holiday{{Country: f.Country, Day: day, Kind: f.Kind, NameEn: f.NameEn,
			NameLocal: f.NameLocal, Basis: f.Basis, Certainty: f.Certainty}}, a.Now())
	}
	if err != nil {
		return a.showHolidays(c, f, err)
	}
	return a.seeOther(c, fmt.Sprintf("/holidays?country=%s&year=%d", f.Country, day.Year()), "saved")
}

func (a *App) removeHoliday(c echo.Context, me rules.Actor) error {
	f, err := bind[holidayForm](c)
	if err != nil {
		return err
	}
	day, err := time.Parse(time.DateOnly, f.Day)
	if err != nil {
		return db.ErrNotFound
	}
	if err := a.Store.DropHoliday(c.Request().Context(), me, f.Country, day, a.Now()); err != nil {
		return err
	}
	return a.seeOther(c, fmt.Sprintf("/holidays?country=%s&year=%d", f.Country, day.Year()), "removed")
}

// maxApart is how far the clocks of server and database may be apart without an
// alarm.
const maxApart = time.Minute

// alarms are what keeps mails from going out, or lets them go at a wrong time.
func (a *App) alarms(c echo.Context, p *i18n.Printer) (list []templates.Banner) {
	if a.MailFault != nil {
		switch text, setup := a.MailFault(); {
		case setup:
			list = append(list, templates.Banner{Text: p.T("banner.mail_setup", "Text", text)})
		case text != "":
			list = append(list, templates.Banner{Text: p.T("banner.mail_down", "Text", text)})
		}
	}
	if a.Clock != nil {
		at, err := a.Clock(c.Request().Context())
		if apart := a.Now().Sub(at).Abs(); err == nil && apart > maxApart {
			list = append(list, templates.Banner{Text: p.T("banner.clock", "Apart", apart.Round(time.Second).String())})
		}
	}
	return list
}

// warnAhead is how long before a year without data administrators are warned.
const warnAhead = 60 * 24 * time.Hour

// banners are the notices for those who can do something about them.
func (a *App) banners(c echo.Context, me rules.Actor) []templates.Banner {
	list := a.lateBanners(c, me)
	if !rules.Allowed(me, rules.Administer) {
		return list
	}
	p := say(c)
	if a.MailOff {
		list = append(list, templates.Banner{Text: p.T("banner.mail_off")})
	}
	list = append(list, a.alarms(c, p)...)
	if hold, err := a.Store.Held(c.Request().Context()); err == nil && hold != nil && !strings.HasPrefix(c.Request().URL.Path, "/reminders") {
		list = append(list, templates.Banner{Text: p.T("banner.held", "When", a.moment(c, hold.HeldAt)), Href: "/reminders", Link: p.T("nav.reminders")})
	}
	for _, country := range rules.Countries {
		year, err := a.Store.LastHolidayYear(c.Request().Context(), country)
		if err == nil && a.Now().Add(warnAhead).Year() > year {
			list = append(list, templates.Banner{Text: p.T("banner.holidays", "Country", p.T("side."+country), "Year", year+1), Href: "/holidays?country=" + country, Link: p.T("nav.holidays")})
		}
	}
	return list
}
