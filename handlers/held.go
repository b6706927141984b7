package handlers

import (
	"time"

	"github.com/labstack/echo/v4"

	"amal/rules"
)

// heldView says that mails are held back after a restore, and how many.
type heldView struct {
	Since, State, Mails string
	Form                *releaseForm // nil: for others than administrators
}

// releaseForm lets held mails go.
type releaseForm struct {
	SentUntil string `form:"sent_until"`
}

// held is the notice on the ledger while mails are held, nil while they go.
func (a *App) held(c echo.Context, me rules.Actor, form *releaseForm) (*heldView, error) {
	ctx := c.Request().Context()
	hold, err := a.Store.Held(ctx)
	if err != nil || hold == nil {
		return nil, err
	}
	n, err := a.Store.HeldMails(ctx, a.Now())
	if err != nil {
		return nil, err
	}
	view := &heldView{Since: a.moment(c, hold.HeldAt), Mails: say(c).N("held.mails", n)}
	if hold.StateAt != nil {
		view.State = a.moment(c, *hold.StateAt)
	}
	if rules.Allowed(me, rules.Administer) {
		view.Form = form
	}
	return view, nil
}

// releaseMails lets held mails go.
func (a *App) releaseMails(c echo.Context, me rules.Actor) error {
	f, err := bind[releaseForm](c)
	if f == nil {
		return err
	}
	until, untilErr := a.typedMoment(c, f.SentUntil)
	if err == nil && untilErr != nil {
		err = rules.Problems{{Field: "sent_until", Key: "form.error.not_a_moment"}}
	}
	n := 0
	if err == nil {
		n, err = a.Store.ReleaseHold(c.Request().Context(), me, until, a.Now())
	}
	if err != nil {
		return a.showLedger(c, me, f, err)
	}
	return a.seeOther(c, "/reminders", "held.released", "Mails", say(c).N("held.mails", n))
}

// typedMoment reads a date with its hour in the asker's zone, nil for none.
func (a *App) typedMoment(c echo.Context, typed string) (*time.Time, error) {
	if typed == "" {
		return nil, nil
	}
	t, err := time.ParseInLocation("2006-01-02T15:04", typed, a.zone(c))
	return &t, err
}
