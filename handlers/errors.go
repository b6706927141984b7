package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sort"
	"strings"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// errSignedOut says that a form came without a session, and nobody can tell
// whose it is.
var errSignedOut = errors.New("signed out")

// answers is the list of errors and the status each becomes. Its texts are
// error.STATUS.title, .text and .next.
var answers = []struct {
	err    error
	status int
}{
	{db.ErrNotFound, http.StatusNotFound},
	{errSignedOut, http.StatusUnauthorized},
	{rules.ErrForbidden, http.StatusForbidden},
	{errCrossOrigin, http.StatusForbidden},
	{db.ErrStale, http.StatusConflict},
	{rules.ErrMove, http.StatusConflict},
	{rules.ErrNoChange, http.StatusUnprocessableEntity},
	{errTooMuch, http.StatusRequestEntityTooLarge},
	{errBadForm, http.StatusBadRequest},
	{errBusy, http.StatusServiceUnavailable},
	{db.ErrUnavailable, http.StatusServiceUnavailable},
	{context.DeadlineExceeded, http.StatusServiceUnavailable},
	{context.Canceled, http.StatusServiceUnavailable},
}

func statusOf(err error) int {
	var wrong rules.Problems
	var fromEcho *echo.HTTPError
	if errors.As(err, &wrong) {
		return http.StatusUnprocessableEntity
	}
	if errors.As(err, &fromEcho) && fromEcho.Code < 500 {
		return http.StatusNotFound
	}
	for _, a := range answers {
		if errors.Is(err, a.err) {
			return a.status
		}
	}
	return http.StatusInternalServerError
}

// conflict is a stale edit with what stands there now, by field.
type conflict struct {
	err    error
	theirs map[string]string
}

// Error is the cause's.
func (e *conflict) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *conflict) Unwrap() error { return e.err }

// errorView is the page of everything that went wrong: what happened, what to
// do, and what was typed.
type errorView struct {
	templates.Layout
	Text, Next string
	Number     string // to name to the help desk
	Back       string
	Kept       []keptField
	Both       bool // Kept shows theirs beside ours
}

// keptField is a value somebody typed, and what stands there now.
type keptField struct{ Label, Yours, Theirs string }

var errorPage = templates.New[errorView]("error.html")

// fail turns an error into an answer. A form sent twice gets the answer of its
// first sending.
func (a *App) fail(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	var again *db.RepeatedError
	if errors.As(err, &again) {
		_ = c.Redirect(http.StatusSeeOther, again.Target) // fails only for a status that is no redirect
		return
	}
	status := statusOf(err)
	view := a.errorView(c, err, status)
	if status >= 500 {
		a.Log.Error("request", "number", view.Number, "path", c.Path(), "error", err.Error())
	}
	if status == http.StatusServiceUnavailable {
		c.Response().Header().Set("Retry-After", "5")
	}
	if err := render(c, status, errorPage, view); err != nil {
		a.Log.Error("error page", "error", err.Error())
	}
}

func (a *App) errorView(c echo.Context, err error, status int) errorView {
	p := say(c)
	key := "error.500"
	if named := fmt.Sprintf("error.%d", status); p.Has(named + ".title") {
		key = named
	}
	view := errorView{Text: p.T(key + ".text"), Next: p.T(key + ".next"), Back: "/"}
	if errors.Is(err, rules.ErrNoChange) {
		view.Text = p.T("error.no_change")
	}
	if status == http.StatusServiceUnavailable || status == http.StatusInternalServerError {
		view.Layout = a.bareLayout(c, p.T(key+".title"))
		view.Number = c.Response().Header().Get(echo.HeaderXRequestID)
	} else {
		view.Layout = a.layout(c, p.T(key+".title"))
	}
	var wrong rules.Problems
	if errors.As(err, &wrong) {
		a.showProblems(c, &view.Layout, wrong)
	}
	if c.Request().Method == http.MethodPost {
		view.Back = home(backFrom(c))
		view.Kept, view.Both = a.kept(c, err)
	}
	return view
}

// backFrom is the page that a form stands on, by its address.
func backFrom(c echo.Context) string {
	path := c.Request().URL.Path
	if i := strings.LastIndex(path, "/"); i > 0 && strings.Count(path, "/") > 2 {
		path = path[:i]
	}
	return path
}

// kept returns what was typed into a form, but secrets, and for a stale edit
// what stands there now, where that differs.
func (a *App) kept(c echo.Context, err error) (fields []keptField, both bool) {
	var stale *conflict
	both = errors.As(err, &stale)
	p := say(c)
	for name, values := range c.Request().PostForm {
		yours := strings.TrimSpace(strings.Join(values, "\n"))
		if label := "field." + name; p.Has(label) && yours != "" {
			f := keptField{Label: p.T(label), Yours: yours}
			if both {
				f.Theirs = stale.theirs[name]
			}
			fields = append(fields, f)
		}
	}
	sort.Slice(fields, func(i, j int) bool { return fields[i].Label < fields[j].Label })
	return fields, both
}

// showProblems puts what was wrong with a form into its error summary and
// beside its fields.
func (a *App) showProblems(c echo.Context, l *templates.Layout, wrong rules.Problems) {
	p := say(c)
	l.Error = map[string]string{}
	for _, e := range wrong {
		text := p.T(e.Key, "Max", p.Number(e.Max))
		l.Errors = append(l.Errors, templates.FieldError{Field: e.Field, Text: text})
		if l.Error[e.Field] == "" {
			l.Error[e.Field] = text
		}
	}
}

// again prepares a form's page for what came of sending it: nil shows it fresh,
// Problems beside its fields with status 422; any other error is not the form's
// matter and comes back.
func (a *App) again(c echo.Context, l *templates.Layout, err error) (status int, other error) {
	var wrong rules.Problems
	var taken *db.TakenError
	switch {
	case err == nil:
		return http.StatusOK, nil
	case errors.As(err, &wrong):
	case errors.As(err, &taken):
		wrong.Add(map[string]string{"person_email": "email", "agency_code_key": "code"}[taken.Constraint], "form.error.taken")
	default:
		return 0, err
	}
	a.showProblems(c, l, wrong)
	return http.StatusUnprocessableEntity, nil
}
