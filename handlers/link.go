package handlers

import (
	"context"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// detached keeps working after the request that began it has ended.
func detached(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }

// linkView is the page behind a one-time link. Opening it does nothing: mail
// scanners open links.
type linkView struct {
	templates.Layout
	Purpose string // sign_in, password, first_admin
	Token   string
	Form    linkForm
	Sides   []templates.Choice
}

var linkPage = templates.New[linkView]("link.html")

type linkForm struct {
	Password string `form:"password"`
	Again    string `form:"again"`
	Email    string `form:"email"`
	Name     string `form:"name"`
	Agency   string `form:"agency"`
	Side     string `form:"side"`
}

func (a *App) linkPage(c echo.Context, _ rules.Actor) error {
	link, err := a.Store.Link(c.Request().Context(), c.Param("token"), a.Now())
	if err != nil {
		return err
	}
	return a.showLink(c, link, &linkForm{}, nil)
}

func (a *App) showLink(c echo.Context, link *db.Link, form *linkForm, failed error) error {
	p := say(c)
	view := linkView{Layout: a.layout(c, p.T("link."+link.Purpose+".title")), Purpose: link.Purpose, Token: c.Param("token"), Form: *form}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	for _, side := range []rules.Side{rules.Joint, rules.UZ, rules.KZ} {
		view.Sides = append(view.Sides, templates.Choice{Value: string(side), Label: p.T("side." + string(side)), Chosen: form.Side == string(side)})
	}
	return render(c, status, linkPage, view)
}

// useLink does what the link is for: signs in, sets a password, or makes the
// first administrator.
func (a *App) useLink(c echo.Context, _ rules.Actor) error {
	ctx, token := c.Request().Context(), c.Param("token")
	link, err := a.Store.Link(ctx, token, a.Now())
	if err != nil {
		return err
	}
	form, err := bind[linkForm](c)
	if err == nil {
		switch link.Purpose {
		case db.LinkFirstAdmin:
			return a.firstAdmin(c, link, form)
		case db.LinkPassword:
			return a.passwordByLink(c, link, form)
		}
		return a.signInByLink(c, token)
	}
	return err
}

func (a *App) signInByLink(c echo.Context, token string) error {
	ctx := c.Request().Context()
	link, err := a.Store.UseLink(ctx, token, a.Now())
	if err != nil || link.PersonID == nil {
		return db.ErrNotFound
	}
	person, err := a.Store.Person(ctx, *link.PersonID)
	if err != nil {
		return err
	}
	return a.welcome(c, person, "/")
}

// newPassword checks a password typed twice.
func newPassword(form *linkForm, email, name string) error {
	err := rules.CheckPassword(form.Password, email, name)
	if err == nil && form.Password != form.Again {
		err = rules.Problems{{Field: "again", Key: "form.error.password_again"}}
	}
	return err
}

func (a *App) passwordByLink(c echo.Context, link *db.Link, form *linkForm) error {
	ctx := c.Request().Context()
	if link.PersonID == nil {
		return db.ErrNotFound
	}
	person, err := a.Store.Person(ctx, *link.PersonID)
	if err != nil {
		return err
	}
	if err := newPassword(form, person.Email, person.Name); err != nil {
		return a.showLink(c, link, form, err)
	}
	hash, err := a.hasher.hash(ctx, form.Password)
	if err != nil {
		return err
	}
	if _, err := a.Store.UseLink(ctx, c.Param("token"), a.Now()); err != nil {
		return err
	}
	if err := a.Store.SetPassword(ctx, person.Actor(), hash, 0, a.Now()); err != nil {
		return err
	}
	return a.welcome(c, person, "/")
}

func (a *App) firstAdmin(c echo.Context, link *db.Link, form *linkForm) error {
	ctx := c.Request().Context()
	if err := newPassword(form, form.Email, form.Name); err != nil {
		return a.showLink(c, link, form, err)
	}
	hash, err := a.hasher.hash(ctx, form.Password)
	if err != nil {
		return err
	}
	country := map[string]string{"KZ": "KZ"}[form.Side]
	zone := "Asia/Almaty"
	if country == "" {
		country, zone = "UZ", "Asia/Tashkent"
	}
	personID, err := a.Store.MakeFirstAdmin(ctx, db.FirstAdmin{
		Token: c.Param("token"), Email: form.Email, Name: form.Name, Hash: hash, Now: a.Now(),
		Agency: db.AgencyInput{Code: "secretariat", Side: form.Side, Kind: "office", Names: map[string]string{string(i18n.En): form.Agency},
			Locale: string(seen(c).lang), TimeZone: zone, Country: country},
	})
	if err != nil {
		return a.showLink(c, link, form, renamed(err, "name_en", "agency"))
	}
	person, err := a.Store.Person(ctx, personID)
	if err != nil {
		return err
	}
	return a.welcome(c, person, "/")
}

// renamed moves the problems of one field to the field that a form has for it.
func renamed(err error, from, to string) error {
	if wrong, ok := err.(rules.Problems); ok {
		for _, e := range wrong {
			if e.Field == from {
				e.Field = to
			}
		}
	}
	return err
}
