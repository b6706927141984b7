package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// render answers with a page in the request's language.
func render[V any](c echo.Context, status int, page *templates.Page[V], view V) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	h.Set(echo.HeaderCacheControl, "no-store")
	w := &lateHeader{Response: c.Response(), status: status}
	return page.Render(w, seen(c).lang, view)
}

// lateHeader writes the status with the first byte, so that a template that
// fails can still become an error page.
type lateHeader struct {
	*echo.Response
	status int
}

// Write writes the body.
func (w *lateHeader) Write(b []byte) (int, error) {
	w.WriteHeader(w.status)
	return w.Response.Write(b)
}

// seeOther answers a write: on to a page, which says what was done.
func (a *App) seeOther(c echo.Context, path, key string, pairs ...any) error {
	if key != "" {
		a.flash(c, templates.Flash{Text: say(c).T(key, pairs...)})
	}
	return c.Redirect(http.StatusSeeOther, path)
}

// today is the date it is now where this installation's people are: in the zone
// of the asker's first agency, else in Tashkent and Almaty, which share one.
func (a *App) today(c echo.Context) time.Time { return rules.Today(a.Now(), a.zone(c)) }

// bareLayout is a layout without anything read from the database.
func (a *App) bareLayout(c echo.Context, title string) templates.Layout {
	v := seen(c)
	l := templates.Layout{Lang: v.lang, Title: title, Demo: a.Demo, FormKey: secret(), Path: c.Request().URL.RequestURI(),
		Error: map[string]string{}, Today: rules.Today(a.Now(), defaultZone())}
	for _, lang := range i18n.Langs {
		l.Langs = append(l.Langs, templates.LangLink{Code: string(lang), Name: lang.Name(), Href: inLanguage(c, lang), Current: lang == v.lang})
	}
	return l
}

// inLanguage is the present page's address in another language; a form's answer
// is no page, so it leads to the start.
func inLanguage(c echo.Context, l i18n.Lang) string {
	u := *c.Request().URL
	if c.Request().Method == http.MethodPost {
		u = url.URL{Path: "/"}
	}
	q := u.Query()
	q.Set("lang", string(l))
	return u.Path + "?" + q.Encode()
}

// layout is what every page shows around its own content.
func (a *App) layout(c echo.Context, title string) templates.Layout {
	l := a.bareLayout(c, title)
	v := seen(c)
	if v.person == nil {
		return l
	}
	p := say(c)
	l.Today = a.today(c)
	l.Me = &templates.Me{Name: v.me.Name, Role: p.T("role." + string(v.me.Main()))}
	l.Flash = a.takeFlash(c)
	l.Search = rules.Allowed(v.me, rules.SeeTasks)
	var err error
	if l.Nav, err = a.nav(c, v.me); err != nil {
		a.Log.Error("navigation", "error", err.Error())
	}
	l.Banners = a.banners(c, v.me)
	return l
}

// place is one entry of the main navigation.
type place struct {
	href, key, icon string
	permission      rules.Permission
}

// places are the main navigation; everybody sees those he may enter.
var places = []place{
	{"/tasks", "nav.tasks", "inbox", rules.Report},
	{"/review", "nav.review", "clipboard-check", rules.Review},
	{"/overdue", "nav.overdue", "alarm-clock", rules.SeeOverdue},
	{"/meetings", "nav.meetings", "handshake", rules.SeeRegister},
	{"/calendar", "nav.calendar", "calendar-days", rules.SeeTasks},
	{"/stocktake", "nav.stocktake", "chart-column", rules.SeeRegister},
	{"/people", "nav.people", "users", rules.Administer},
	{"/agencies", "nav.agencies", "building-2", rules.Administer},
	{"/holidays", "nav.holidays", "calendar-days", rules.Administer},
	{"/imports", "nav.imports", "upload", rules.BringIn},
	{"/reminders", "nav.reminders", "mail", rules.SeeLedger},
}

func (a *App) nav(c echo.Context, me rules.Actor) ([]templates.NavLink, error) {
	p := say(c)
	tally, err := a.Store.Tally(c.Request().Context(), me, a.Now())
	seen(c).tally = &tally
	if err != nil {
		seen(c).tally = nil
	}
	var links []templates.NavLink
	for _, pl := range places {
		if !rules.Allowed(me, pl.permission) {
			continue
		}
		link := templates.NavLink{Href: pl.href, Label: p.T(pl.key), Icon: pl.icon, Current: isAt(c, pl.href)}
		switch pl.href {
		case "/tasks":
			link.Count = shown(p, tally.Mine)
		case "/review":
			link.Count = shownCount(p, tally.ToReview())
		case "/overdue":
			link.Count, link.Late = shown(p, tally.All()), true
		}
		links = append(links, link)
	}
	return links, err
}

// isAt tells whether the present page is the one of the navigation, or below it.
func isAt(c echo.Context, href string) bool {
	path := c.Request().URL.Path
	switch href {
	case "/calendar": // and the pages beside it
		return slices.ContainsFunc(calendarPlaces, func(pl place) bool { return strings.HasPrefix(path, pl.href) })
	case "/meetings": // and the list of all that they instructed
		return slices.ContainsFunc(registerPlaces, func(pl place) bool { return strings.HasPrefix(path, pl.href) })
	case "/overdue": // and what a review of it leads to
		return slices.ContainsFunc([]string{href, "/rounds", "/changes"}, func(at string) bool { return strings.HasPrefix(path, at) })
	}
	return strings.HasPrefix(path, href)
}

func shown(p *i18n.Printer, n int) string { return shownCount(p, db.Count{N: n}) }

// shownCount is a count beside a tab, nothing for none.
func shownCount(p *i18n.Printer, n db.Count) string {
	if n.N == 0 {
		return ""
	}
	return countWord(p, n)
}
