package handlers

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/i18n"
	"amal/rules"
)

// feedEvery is how often calendar programs are asked to come again.
const feedEvery = 4 * time.Hour

// feed sends a feed to a calendar program that knows its address. Whatever is
// wrong with the address, the answer is that of one that leads nowhere; tries
// are throttled.
func (a *App) feed(c echo.Context, _ rules.Actor) error {
	token, ok := strings.CutSuffix(c.Param("token"), ".ics")
	if !ok || len(token) != len(secret()) {
		return db.ErrNotFound
	}
	ctx, keys := c.Request().Context(), throttleKeys(c, "feed", token)
	wait, err := a.mustWait(c, keys)
	if err != nil {
		return err
	}
	if wait {
		return c.NoContent(http.StatusTooManyRequests)
	}
	opened, err := a.Store.OpenFeed(ctx, token, a.Now())
	if errors.Is(err, db.ErrNotFound) {
		err = errors.Join(err, a.Store.CountTry(ctx, a.Now(), keys...))
	}
	if err != nil {
		return err
	}
	all, err := a.Store.Directory(ctx, a.Now())
	if err != nil {
		return err
	}
	return sendFeed(c, a.feedCalendar(names{all: all}, opened).Bytes())
}

// sendFeed answers with a calendar, or that it is the one the program has. The
// tag is a weak one, for the answer may be compressed on its way.
func sendFeed(c echo.Context, body []byte) error {
	tag := fmt.Sprintf(`W/"%x"`, sha256.Sum256(body))
	h := c.Response().Header()
	h.Set("ETag", tag)
	h.Set(echo.HeaderCacheControl, "private, no-cache")
	h.Set("Content-Disposition", `attachment; filename="amal.ics"`)
	if matches(c.Request().Header.Get("If-None-Match"), tag) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, "text/calendar; charset=utf-8", body)
}

// matches compares a tag with those of If-None-Match, weakly (RFC 9110, 13.1.2).
func matches(header, tag string) bool {
	for _, known := range strings.Split(header, ",") {
		known = strings.TrimSpace(known)
		if known == "*" || strings.TrimPrefix(known, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// feedCalendar writes what a feed holds in its owner's language. It says nothing
// that changes by the clock alone, so that the same dates are the same bytes.
func (a *App) feedCalendar(n names, o *db.OpenedFeed) files.Calendar {
	lang := feedLang(n, o.Owner)
	p := i18n.For(lang)
	n.lang, n.say = string(lang), p
	named := o.Feed
	if d := o.Directive; d != nil {
		named.DirectiveTitle, named.NumberYear, named.Number, named.Official = d.Title, d.NumberYear, d.Number, d.Official
	}
	cal := files.Calendar{Name: "Amal: " + feedName(p, n, &named), Every: feedEvery}
	if d := o.Directive; d != nil && d.Deadline != nil {
		cal.Days = append(cal.Days, a.directiveDay(p, o))
	}
	for i := range o.Tasks {
		cal.Days = append(cal.Days, a.taskDay(n, &o.Tasks[i]))
	}
	for i := range o.Events {
		cal.Days = append(cal.Days, a.eventDay(p, &o.Events[i]))
	}
	return cal
}

func (a *App) directiveDay(p *i18n.Printer, o *db.OpenedFeed) files.CalendarDay {
	d := o.Directive
	text := p.T("strength." + d.Strength)
	if d.Official {
		text = p.T("official.title")
	}
	return files.CalendarDay{UID: a.feedUID("directive", d.ID), Day: *d.Deadline, Title: feedTitle(p, d.Ref(), d.Title, d.Official, o.Done), Text: text,
		URL: a.addressOf(fmt.Sprintf("/directives/%d", d.ID)), Changed: d.CreatedAt, Revision: d.Version}
}

// taskDay is a task's due date. Of one for official use it holds the number and
// the date; the words stay behind the sign-in.
func (a *App) taskDay(n names, t *db.Task) files.CalendarDay {
	p := n.say
	text := strings.Join([]string{
		p.T("field.status") + ": " + p.T("status."+string(t.Status)),
		p.T("field.lead") + ": " + n.of(deref(t.LeadID)),
		p.T("directive.one") + ": " + feedTitle(p, rules.DirectiveRef(whole(t.NumberYear), whole(t.DirectiveNo)), t.DirectiveTitle, false, false),
	}, "\n")
	if t.Official {
		text = p.T("official.title")
	}
	return files.CalendarDay{UID: a.feedUID("task", t.ID), Day: *t.Deadline, Title: feedTitle(p, t.Ref(), t.Title, t.Official, t.Status == rules.Accepted), Text: text,
		URL: a.addressOf(fmt.Sprintf("/tasks/%d", t.ID)), Changed: t.ChangedAt, Revision: t.Version}
}

func (a *App) eventDay(p *i18n.Printer, e *db.FeedEvent) files.CalendarDay {
	text := e.Wording
	if e.MeetingTitle != "" {
		text = p.T("meeting.one") + ": " + e.MeetingTitle + orNothing("\n", e.Wording)
	}
	return files.CalendarDay{UID: a.feedUID("event", e.ID), Day: *e.StartsOn, Title: e.Title, Text: text, Place: e.Place,
		URL: a.addressOf(fmt.Sprintf("/events/%d", e.ID)), Changed: e.CreatedAt, Revision: e.Version - 1}
}
