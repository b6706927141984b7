package handlers

import (
	"context"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"amal/rules"
	"amal/templates"
)

// lately is what was last read of the installation's own troubles, so that not
// every page asks for it.
type lately struct {
	mu   sync.Mutex
	at   time.Time
	list []rules.Trouble
}

// lateFor is how long that is believed.
const lateFor = 5 * time.Second

// late lists what keeps reminders from people now.
func (a *App) late(ctx context.Context) []rules.Trouble {
	a.lately.mu.Lock()
	defer a.lately.mu.Unlock()
	now := a.Now()
	if since := now.Sub(a.lately.at); since >= 0 && since < lateFor {
		return a.lately.list
	}
	h, err := a.Store.Health(ctx, now)
	if err != nil {
		a.Log.Error("health", "error", err.Error())
		return nil
	}
	a.lately.at, a.lately.list = now, nil
	for _, t := range rules.Troubles(h, a.MailOff, now) {
		if t.Late() {
			a.lately.list = append(a.lately.list, t)
		}
	}
	return a.lately.list
}

// lateBanners say on every page what is late, to those who can do something or
// must know why nobody answers.
func (a *App) lateBanners(c echo.Context, me rules.Actor) []templates.Banner {
	if !rules.Allowed(me, rules.SeeTroubles) {
		return nil
	}
	p := say(c)
	var list []templates.Banner
	for _, t := range a.late(c.Request().Context()) {
		list = append(list, templates.Banner{Text: p.T("banner."+string(t.Cause), "When", a.moment(c, t.Since)), Href: "/reminders", Link: p.T("nav.reminders")})
	}
	return list
}
