package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
)

// pauseForm is from when to when no mail is to come.
type pauseForm struct {
	From string `form:"pause_from"`
	To   string `form:"pause_to"`
}

// pauseView is that form, or the pause that is set.
type pauseView struct {
	pauseForm
	Set string
}

// pause shows the pause of mails that runs or will, else what was typed.
func (a *App) pause(c echo.Context, person *db.Person, typed pauseForm) pauseView {
	v := pauseView{pauseForm: typed}
	if to := person.PauseTo; to != nil && !to.Before(a.mailDay(c)) {
		v.Set = say(c).T("account.pause.set", "From", a.longDay(c, person.PauseFrom).Text, "To", a.longDay(c, to).Text)
	}
	return v
}

// mailDay is the date it is now for the asker's mails: in his own zone, where he
// chose one.
func (a *App) mailDay(c echo.Context) time.Time {
	if own := seen(c).person.TimeZone; own != nil {
		if zone, err := time.LoadLocation(*own); err == nil {
			return rules.Today(a.Now(), zone)
		}
	}
	return a.today(c)
}

// setPause lets no mail come for some days.
func (a *App) setPause(c echo.Context, me rules.Actor) error {
	form, err := bind[pauseForm](c)
	if form == nil {
		return err
	}
	if err == nil {
		pause := rules.Pause{From: wantedDay(form.From), To: wantedDay(form.To)}
		err = a.Store.PauseMails(c.Request().Context(), me, pause, a.mailDay(c), a.Now())
	}
	if err != nil {
		if statusOf(err) != http.StatusUnprocessableEntity {
			return err
		}
		return a.showAccount(c, me, accountTyped{pause: *form}, err)
	}
	return a.seeOther(c, "/account", "account.pause.kept")
}

// endPause lets mails come again.
func (a *App) endPause(c echo.Context, me rules.Actor) error {
	if err := a.Store.EndPause(c.Request().Context(), me, a.mailDay(c), a.Now()); err != nil {
		return err
	}
	return a.seeOther(c, "/account", "account.pause.ended")
}
