package handlers

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// dayView is one day of the calendar with all its deadlines.
type dayView struct {
	templates.Layout
	Crumbs     []templates.Crumb
	Prev, Next templates.NavLink
	Places     []templates.NavLink
	Free       []freeDay
	Events     []calendarItem
	Tasks      []taskRow
	Pager      templates.Pager
}

var dayPage = templates.New[dayView]("calendar_day.html")

func (a *App) calendarDay(c echo.Context, me rules.Actor, day time.Time) error {
	ctx, p, f := c.Request().Context(), say(c), calendarFilter(c)
	f.From, f.To = day, day
	n, err := a.fileNames(c, me)
	if err != nil {
		return err
	}
	if format := exportWanted(c); format != "" {
		return a.export(c, me, format, a.dayGrid(c, me, n, f))
	}
	page, err := a.Store.CalendarPage(ctx, me, f)
	if err != nil {
		return err
	}
	after, _ := strconv.ParseInt(c.QueryParam("id"), 10, 64)
	tasks, err := a.Store.DayTasks(ctx, me, f, after)
	if err != nil {
		return err
	}
	view := dayView{Layout: a.layout(c, p.LongDate(day)), Places: placesOf(c, me, calendarPlaces, "/calendar"),
		Crumbs: []templates.Crumb{{Href: calendarHref(c, "month", day.Format("2006-01")), Label: p.Month(day)}, {Label: p.Date(day)}},
		Prev:   dayLink(c, day.AddDate(0, 0, -1), "calendar.earlier"), Next: dayLink(c, day.AddDate(0, 0, 1), "calendar.later")}
	for _, h := range page.Free {
		view.Free = append(view.Free, freeView(p, h))
	}
	for i := range page.Events {
		view.Events = append(view.Events, a.eventItem(c, &page.Events[i]))
	}
	if len(tasks) > db.PageSize {
		tasks = tasks[:db.PageSize]
		view.Pager.Next = calendarHref(c, "day", day.Format(time.DateOnly)) + "&id=" + strconv.FormatInt(tasks[len(tasks)-1].ID, 10)
	}
	view.Pager.First, view.Export = firstPage(c), exportLinks(c)
	for i := range tasks {
		row := a.baseRow(c, n, &tasks[i])
		row.Official = tasks[i].Official
		view.Tasks = append(view.Tasks, row)
	}
	return render(c, http.StatusOK, dayPage, view)
}

// askedMonth is the day that is asked for, else the month; the present one with
// what is wrong where what was typed is none.
func (a *App) askedMonth(c echo.Context) (day, month time.Time, err error) {
	var wrong rules.Problems
	month = rules.MonthOf(a.today(c))
	if typed := c.QueryParam("day"); typed != "" {
		if day = typedDay(&wrong, "day", typed); !day.IsZero() {
			return day, month, nil
		}
	}
	if typed := c.QueryParam("month"); typed != "" {
		asked, err := time.Parse("2006-01", typed)
		if _, known := rules.SpanOf(typed); err == nil && known {
			month = asked
		} else {
			wrong.Add("month", "calendar.which_month")
		}
	}
	return day, month, wrong.OrNil()
}

func dayLink(c echo.Context, day time.Time, key string) templates.NavLink {
	return templates.NavLink{Href: calendarHref(c, "day", day.Format(time.DateOnly)), Label: say(c).T(key, "Month", say(c).LongDate(day))}
}

// calendarPlaces are the pages about what is to come.
var calendarPlaces = []place{
	{"/calendar", "nav.calendar", "", rules.SeeTasks},
	{"/events", "nav.events", "", rules.SeeTasks},
	{"/indicators", "nav.indicators", "", rules.SeeRegister},
	{"/reports", "nav.reports", "", rules.SeeRegister},
}

// placesOf links the pages of a group that me may enter; current is the present
// one's address.
func placesOf(c echo.Context, me rules.Actor, group []place, current string) []templates.NavLink {
	var links []templates.NavLink
	for _, pl := range group {
		if rules.Allowed(me, pl.permission) {
			links = append(links, templates.NavLink{Href: pl.href, Label: say(c).T(pl.key), Current: pl.href == current})
		}
	}
	return links
}
