package handlers

import (
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// accountView is one's own page.
type accountView struct {
	templates.Layout
	Email    string
	Roles    []string
	Locale   []templates.Choice
	Sessions []sessionView
	Absence  absenceView
	Slot     slotView
	Pause    pauseView
	Feeds    feedsView
}

// accountTyped is what was typed on one's own page and could not be taken.
type accountTyped struct {
	absence absenceForm
	slot    *slotForm // nil: nothing
	pause   pauseForm
}

type sessionView struct {
	ID              int64
	Agent, Address  string
	Since, LastSeen string
	Current         bool
}

var accountPage = templates.New[accountView]("account.html")

func (a *App) account(c echo.Context, me rules.Actor) error {
	return a.showAccount(c, me, accountTyped{}, nil)
}

func (a *App) showAccount(c echo.Context, me rules.Actor, typed accountTyped, failed error) error {
	ctx, p, v := c.Request().Context(), say(c), seen(c)
	view := accountView{Layout: a.layout(c, p.T("account.title")), Email: v.person.Email}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	names, err := a.names(c)
	if err != nil {
		return err
	}
	for _, m := range me.Members {
		view.Roles = append(view.Roles, p.T("role."+string(m.Role))+", "+names.of(m.AgencyID))
	}
	view.Locale = append(view.Locale, templates.Choice{Label: p.T("account.locale.browser"), Chosen: v.person.Locale == nil})
	for _, l := range i18n.Langs {
		view.Locale = append(view.Locale, templates.Choice{Value: string(l), Label: l.Name(), Chosen: v.person.Locale != nil && *v.person.Locale == string(l)})
	}
	sessions, err := a.Store.OwnSessions(ctx, me.PersonID, a.sessions.Token(ctx))
	if err != nil {
		return err
	}
	for _, s := range sessions {
		view.Sessions = append(view.Sessions, sessionView{ID: s.ID, Agent: agentName(s.Agent), Address: s.Address, Current: s.Current,
			Since: a.moment(c, s.CreatedAt), LastSeen: a.moment(c, s.SeenAt)})
	}
	if view.Absence, err = a.absences(c, me, typed.absence); err != nil {
		return err
	}
	view.Slot, view.Pause = slots(c, me, v.person, typed.slot), a.pause(c, v.person, typed.pause)
	if view.Feeds, err = a.feeds(c, me, names); err != nil {
		return err
	}
	return render(c, status, accountPage, view)
}

func (a *App) setLanguage(c echo.Context, me rules.Actor) error {
	form, err := bind[struct {
		Locale string `form:"locale"`
	}](c)
	if err != nil {
		return err
	}
	if err := a.Store.SetLocale(c.Request().Context(), me, form.Locale, a.Now()); err != nil {
		return err
	}
	c.SetCookie(a.cookie("lang", "", -time.Second))
	if l, ok := i18n.Parse(form.Locale); ok {
		seen(c).lang = l
	}
	return a.seeOther(c, "/account", "account.locale.saved")
}

type passwordForm struct {
	Old      string `form:"old"`
	Password string `form:"password"`
	Again    string `form:"again"`
}

// setPassword changes one's own password and ends the other sessions.
func (a *App) setPassword(c echo.Context, me rules.Actor) error {
	form, err := bind[passwordForm](c)
	if err != nil {
		return err
	}
	ctx, person := c.Request().Context(), seen(c).person
	if person.PasswordHash != nil {
		ok, err := a.hasher.matches(ctx, form.Old, person.PasswordHash)
		if err != nil {
			return err
		}
		if !ok {
			return a.showAccount(c, me, accountTyped{}, rules.Problems{{Field: "old", Key: "form.error.password_old"}})
		}
	}
	if err := newPassword(&linkForm{Password: form.Password, Again: form.Again}, person.Email, person.Name); err != nil {
		return a.showAccount(c, me, accountTyped{}, err)
	}
	hash, err := a.hasher.hash(ctx, form.Password)
	if err != nil {
		return err
	}
	if err := a.Store.SetPassword(ctx, me, hash, 0, a.Now()); err != nil {
		return err
	}
	if err := a.enter(c, person); err != nil {
		return err
	}
	return a.seeOther(c, "/account", "account.password.saved")
}

// endSessions ends one of one's own sessions, or all the others.
func (a *App) endSessions(c echo.Context, me rules.Actor) error {
	form, err := bind[struct {
		ID int64 `form:"id"`
	}](c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if form.ID != 0 {
		if err := a.Store.EndSession(ctx, me.PersonID, form.ID); err != nil {
			return err
		}
		return a.seeOther(c, "/account", "account.session.ended")
	}
	if err := a.Store.EndSessions(ctx, me.PersonID, 0); err != nil {
		return err
	}
	if err := a.enter(c, seen(c).person); err != nil {
		return err
	}
	return a.seeOther(c, "/account", "account.sessions.ended")
}

// keptFor is how long a form waits for its writer to sign in again.
const keptFor = time.Hour

// keepForm keeps a typed form whose session had ended, for the person whose
// session it was and this browser only. It reports whether it could.
func (a *App) keepForm(c echo.Context) (bool, error) {
	if _, err := bind[struct{}](c); err != nil {
		return false, err
	}
	cookie, err := c.Cookie(a.cookieName(""))
	if err != nil {
		return false, nil
	}
	ctx, form := c.Request().Context(), url.Values{}
	person, err := a.Store.EndedSession(ctx, cookie.Value)
	if err != nil || person == 0 {
		return false, err
	}
	for name, values := range c.Request().PostForm {
		if name != "password" && name != "again" && name != "old" {
			form[name] = values
		}
	}
	token := secret()
	err = a.Store.KeepForm(ctx, token, person, c.Request().URL.Path, []byte(form.Encode()), a.Now().Add(keptFor))
	if err == nil {
		c.SetCookie(a.cookie("kept", token, keptFor))
	}
	return err == nil, err
}

// keptView gives a form back: what people typed to read and mend, the rest
// hidden. Nothing sends itself.
type keptView struct {
	templates.Layout
	Action string
	Typed  []keptField
	Hidden []hiddenField
}

type hiddenField struct{ Name, Value string }

var keptPage = templates.New[keptView]("kept.html")

func (a *App) keptForm(c echo.Context, me rules.Actor) error {
	cookie, err := c.Cookie(a.cookieName("kept"))
	if err != nil {
		return c.Redirect(http.StatusSeeOther, "/")
	}
	kept, err := a.Store.TakeKeptForm(c.Request().Context(), cookie.Value, me.PersonID, a.Now())
	if err != nil {
		return c.Redirect(http.StatusSeeOther, "/")
	}
	return a.showKept(c, kept)
}

func (a *App) showKept(c echo.Context, kept *db.KeptForm) error {
	fields, err := url.ParseQuery(string(kept.Fields))
	if err != nil {
		return err
	}
	p := say(c)
	view := keptView{Layout: a.layout(c, p.T("kept.title")), Action: kept.Path}
	for name, values := range fields {
		for _, v := range values {
			if label := "field." + name; len(values) == 1 && p.Has(label) && v != "" {
				view.Typed = append(view.Typed, keptField{Label: p.T(label), Yours: v, Theirs: name})
			} else {
				view.Hidden = append(view.Hidden, hiddenField{name, v})
			}
		}
	}
	return render(c, http.StatusOK, keptPage, view)
}
