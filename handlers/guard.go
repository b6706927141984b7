package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
)

// action answers a request of somebody whose permission was checked. It is not
// an echo.HandlerFunc, so a handler without a guard does not compile.
type action func(a *App, c echo.Context, me rules.Actor) error

// route is one row of the route table.
type route struct {
	method     string
	path       string
	permission rules.Permission
	action     action
	limit      int64 // bytes of the body; 0 = formLimit
}

// formLimit is how much a form may send, documentLimit a source text: three
// bytes for each of pasted text, which comes percent-encoded.
const (
	formLimit     = 1 << 20
	documentLimit = 33 << 20
)

// patientRoutes send or take files: they have longer.
var patientRoutes = []string{"/files/:id", "/exports/:id/file", "/imports"}

// answerWithin is how long a request may take.
const answerWithin = 20 * time.Second

// visit is what is known of one request.
type visit struct {
	person *db.Person // nil: not signed in
	me     rules.Actor
	lang   i18n.Lang
	tally  *db.Tally // as the navigation shows it; nil before
}

const visitKey = "visit"

// guard makes a route's action reachable for those who may: others are asked to
// sign in, or told what they would be told of a page that is not there.
func (a *App) guard(r route) echo.HandlerFunc {
	return func(c echo.Context) error {
		whole := c.Request().Context()
		if run, ok := whole.Value(exportRunKey{}).(*exportRun); ok {
			return a.runExport(c, r, run)
		}
		within := answerWithin
		if r.limit == fileLimit || slices.Contains(patientRoutes, r.path) {
			within = transferWithin
		}
		ctx, cancel := context.WithTimeout(whole, within)
		defer func() {
			cancel()
			c.SetRequest(c.Request().WithContext(whole)) // an error's page still reads the counts
		}()
		limit := r.limit
		if limit == 0 {
			limit = formLimit
		}
		req := c.Request().WithContext(ctx)
		req.Body = http.MaxBytesReader(c.Response(), req.Body, limit)
		c.SetRequest(req)
		v, err := a.visit(c)
		if err != nil {
			return err
		}
		c.Set(visitKey, v)
		switch {
		case r.permission != rules.Anyone && v.person == nil:
			return a.askToSignIn(c)
		case !rules.Allowed(v.me, r.permission):
			return db.ErrNotFound
		}
		return r.action(a, c, v.me)
	}
}

// visit finds out who asks, and in which language.
func (a *App) visit(c echo.Context) (*visit, error) {
	v := &visit{}
	ctx := c.Request().Context()
	if id := a.sessions.GetInt64(ctx, "person"); id != 0 {
		p, err := a.Store.Person(ctx, id)
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return nil, err
		}
		if err == nil {
			v.person = p
			if v.me, err = a.Store.ActorAt(ctx, p, a.Now()); err != nil {
				return nil, err
			}
			if err := a.Store.Touch(ctx, a.sessions.Token(ctx), p.ID, a.Now()); err != nil {
				return nil, err
			}
		}
	}
	v.lang = a.language(c, v.person)
	return v, nil
}

// language is the asked one (kept in a cookie), the account's, the browser's,
// or English.
func (a *App) language(c echo.Context, p *db.Person) i18n.Lang {
	if l, ok := i18n.Parse(c.QueryParam("lang")); ok {
		c.SetCookie(a.cookie("lang", string(l), 365*24*time.Hour))
		return l
	}
	if kept, err := c.Cookie(a.cookieName("lang")); err == nil {
		if l, ok := i18n.Parse(kept.Value); ok {
			return l
		}
	}
	if p != nil && p.Locale != nil {
		if l, ok := i18n.Parse(*p.Locale); ok {
			return l
		}
	}
	return i18n.Match(c.Request().Header.Get("Accept-Language"))
}

// seen returns the visit of a request; an empty one before the guard.
func seen(c echo.Context) *visit {
	if v, ok := c.Get(visitKey).(*visit); ok {
		return v
	}
	return &visit{lang: i18n.Match(c.Request().Header.Get("Accept-Language"))}
}

// say returns the texts of a request's language.
func say(c echo.Context) *i18n.Printer { return i18n.For(seen(c).lang) }

// absent answers for addresses that lead nowhere.
func (a *App) absent(echo.Context, rules.Actor) error { return db.ErrNotFound }

// id reads a whole number from the address; anything else is not there.
func id(c echo.Context, name string) (int64, error) {
	n, err := strconv.ParseInt(c.Param(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, db.ErrNotFound
	}
	return n, nil
}

// home returns an address of this site to go on to; "/" instead of one that
// leads elsewhere.
func home(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(next, "/") ||
		strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}

// askToSignIn leads to the sign-in page and back. A form whose session had
// ended is kept for the same person.
func (a *App) askToSignIn(c echo.Context) error {
	r := c.Request()
	if r.Method != http.MethodPost {
		return c.Redirect(http.StatusSeeOther, "/signin?next="+url.QueryEscape(r.URL.RequestURI()))
	}
	kept, err := a.keepForm(c)
	if err != nil {
		return err
	}
	if !kept {
		return errSignedOut
	}
	return c.Redirect(http.StatusSeeOther, "/signin?next=/kept")
}
