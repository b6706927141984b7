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
	"amal/rules"
	"amal/templates"
)

// signInView is the door.
type signInView struct {
	templates.Layout
	Email, Next string
	Accounts    []string // of the demonstration
}

var signInPage = templates.New[signInView]("signin.html")

// demoAccounts are offered on the demonstration's sign-in page.
var demoAccounts = []string{"staff", "focal.uz", "focal.kz", "controller", "manager", "head", "admin", "auditor"}

// start leads everybody to the page his day begins with.
func (a *App) start(c echo.Context, me rules.Actor) error {
	if me.PersonID == 0 {
		return c.Redirect(http.StatusSeeOther, "/signin")
	}
	return c.Redirect(http.StatusSeeOther, rules.StartPage(me))
}

func (a *App) signInForm(c echo.Context, _ rules.Actor) error {
	return a.showSignIn(c, http.StatusOK, &signInForm{Next: c.QueryParam("next")}, "")
}

func (a *App) showSignIn(c echo.Context, status int, form *signInForm, wrong string) error {
	p := say(c)
	view := signInView{Layout: a.layout(c, p.T("signin.title")), Email: form.Email, Next: home(form.Next)}
	if wrong != "" {
		view.Errors = []templates.FieldError{{Field: "email", Text: p.T(wrong)}}
		view.Error["email"] = p.T(wrong)
	}
	if a.Demo {
		for _, name := range demoAccounts {
			view.Accounts = append(view.Accounts, name+"@demo.example")
		}
	}
	return render(c, status, signInPage, view)
}

type signInForm struct {
	Email    string `form:"email"`
	Password string `form:"password"`
	Next     string `form:"next"`
}

// throttleKeys are what failed tries count under: the account and the address,
// hashed, so that the table tells no names.
func throttleKeys(c echo.Context, purpose, email string) []string {
	hash := func(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s)))[:32] }
	return []string{purpose + " e" + hash(strings.ToLower(email)), purpose + " a" + hash(c.RealIP())}
}

// mustWait reports whether too many tries were counted under the keys, and says
// in the answer's header for how long.
func (a *App) mustWait(c echo.Context, keys []string) (bool, error) {
	until, err := a.Store.Throttled(c.Request().Context(), a.Now(), keys...)
	wait := until.Sub(a.Now())
	if err != nil || wait <= 0 {
		return false, err
	}
	c.Response().Header().Set("Retry-After", seconds(wait))
	return true, nil
}

// signIn checks a password. Known and unknown names get the same answer, in the
// same time.
func (a *App) signIn(c echo.Context, _ rules.Actor) error {
	form, err := bind[signInForm](c)
	if err != nil {
		return err
	}
	ctx, keys := c.Request().Context(), throttleKeys(c, "password", form.Email)
	wait, err := a.mustWait(c, keys)
	if err != nil {
		return err
	}
	if wait {
		return a.showSignIn(c, http.StatusTooManyRequests, form, "signin.wait")
	}
	person, err := a.checkPassword(c, form)
	if err != nil {
		return err
	}
	if person == nil {
		a.Log.Info("sign-in refused", "address", c.RealIP())
		if err := a.Store.CountTry(ctx, a.Now(), keys...); err != nil {
			return err
		}
		return a.showSignIn(c, http.StatusUnprocessableEntity, form, "signin.wrong")
	}
	if err := a.Store.ForgetTries(ctx, keys[0]); err != nil {
		return err
	}
	return a.welcome(c, person, form.Next)
}

// checkPassword returns the person whose password it is, nil for nobody's.
func (a *App) checkPassword(c echo.Context, form *signInForm) (*db.Person, error) {
	ctx := c.Request().Context()
	person, err := a.Store.PersonByEmail(ctx, form.Email)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, err
	}
	var hash *string
	if err == nil {
		hash = person.PasswordHash
	}
	ok, err := a.hasher.matches(ctx, form.Password, hash)
	if err != nil || !ok {
		return nil, err
	}
	return person, nil
}

func (a *App) welcome(c echo.Context, p *db.Person, next string) error {
	if err := a.enter(c, p); err != nil {
		return err
	}
	a.Log.Info("signed in", "person", p.ID)
	to := home(next)
	if to == "/" {
		to = rules.StartPage(p.Actor())
	}
	return c.Redirect(http.StatusSeeOther, to)
}

func (a *App) signOut(c echo.Context, _ rules.Actor) error {
	if err := a.sessions.Destroy(c.Request().Context()); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/signin")
}

// linkFor is how long a mailed sign-in link works.
const linkFor = time.Hour

// askForLink mails a one-time sign-in link; the answer is the same whether the
// address is known or not.
func (a *App) askForLink(c echo.Context, _ rules.Actor) error {
	form, err := bind[signInForm](c)
	if err != nil {
		return err
	}
	ctx, keys := c.Request().Context(), throttleKeys(c, "link", form.Email)
	wait, err := a.mustWait(c, keys)
	if err != nil {
		return err
	}
	if wait {
		return a.showSignIn(c, http.StatusTooManyRequests, form, "signin.wait")
	}
	if err := a.Store.CountTry(ctx, a.Now(), keys...); err != nil {
		return err
	}
	a.mailLink(c, form.Email)
	return a.notice(c, "signin.link.title", "signin.link.sent", "signin.link.next")
}

// mailLink sends the link aside, so that neither time nor failure tells whether
// the address is known.
func (a *App) mailLink(c echo.Context, email string) {
	person, err := a.Store.PersonByEmail(c.Request().Context(), email)
	if err != nil || a.SendLink == nil {
		return
	}
	token, lang := secret(), string(seen(c).lang)
	if person.Locale != nil {
		lang = *person.Locale
	}
	ctx := c.Request().Context()
	if err := a.Store.AddLink(ctx, token, db.LinkSignIn, person.ID, a.Now(), a.Now().Add(linkFor)); err != nil {
		a.Log.Error("sign-in link", "error", err.Error())
		return
	}
	go func() {
		if err := a.SendLink(detached(ctx), person, lang, a.addressOf("/link/"+token)); err != nil {
			a.Log.Error("sign-in link", "person", person.ID, "error", err.Error())
		}
	}()
}

// notice is a page that only says something.
func (a *App) notice(c echo.Context, title, text, next string) error {
	p := say(c)
	return render(c, http.StatusOK, errorPage, errorView{Layout: a.layout(c, p.T(title)), Text: p.T(text), Next: p.T(next), Back: "/"})
}
