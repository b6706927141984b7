package handlers

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// absenceForm names who stands in for the asker, and when.
type absenceForm struct {
	Deputy  int64  `form:"deputy"`
	From    string `form:"from"`
	To      string `form:"to"`
	FormKey string `form:"form_key"`
}

// absenceView is the part of one's own page about absences.
type absenceView struct {
	Form       absenceForm
	Colleagues []templates.Choice
	Rows       []absenceRow
	Standing   []string // for whom the asker stands in now
}

type absenceRow struct {
	ID       int64
	Who      string
	From, To templates.Day
}

// absences shows who stands in for the asker, and for whom he does.
func (a *App) absences(c echo.Context, me rules.Actor, form absenceForm) (absenceView, error) {
	ctx, view := c.Request().Context(), absenceView{Form: form, Colleagues: []templates.Choice{{Label: "–"}}}
	people, err := a.Store.Colleagues(ctx, me)
	if err != nil {
		return view, err
	}
	n, err := a.names(c)
	if err != nil {
		return view, err
	}
	for _, p := range people {
		view.Colleagues = append(view.Colleagues, templates.Choice{Value: fmt.Sprint(p.ID), Label: p.Name + ", " + n.of(p.AgencyID), Chosen: p.ID == form.Deputy})
	}
	rows, err := a.Store.StandIns(ctx, me.PersonID, a.today(c))
	for _, r := range rows {
		view.Rows = append(view.Rows, absenceRow{ID: r.ID, Who: r.DeputyName, From: a.longDay(c, &r.FromDay), To: a.longDay(c, &r.ToDay)})
	}
	for _, id := range me.StandsFor {
		if p, err := a.Store.Person(ctx, id); err == nil {
			view.Standing = append(view.Standing, p.Name)
		}
	}
	return view, err
}

func (a *App) addStandIn(c echo.Context, me rules.Actor) error {
	form, err := bind[absenceForm](c)
	if form == nil {
		return err
	}
	if err == nil {
		err = a.Store.AddStandIn(c.Request().Context(), me, db.StandInInput{DeputyID: form.Deputy, From: wantedDay(form.From), To: wantedDay(form.To), Today: a.today(c), FormKey: form.FormKey, Now: a.Now()})
	}
	if err != nil {
		if statusOf(err) != http.StatusUnprocessableEntity {
			return err
		}
		return a.showAccount(c, me, accountTyped{absence: *form}, err)
	}
	return a.seeOther(c, "/account", "absence.kept")
}

func (a *App) endStandIn(c echo.Context, me rules.Actor) error {
	standInID, err := id(c, "id")
	if err != nil {
		return err
	}
	if err := a.Store.EndStandIn(c.Request().Context(), me, standInID, a.Now()); err != nil {
		return err
	}
	return a.seeOther(c, "/account", "absence.ended")
}

// handOver gives all that a leaving person holds to another.
func (a *App) handOver(c echo.Context, me rules.Actor) error {
	form, err := bind[struct {
		To int64 `form:"to"`
	}](c)
	if form == nil {
		return err
	}
	personID, idErr := id(c, "id")
	if idErr != nil {
		return idErr
	}
	var tasks, directives int
	if err == nil {
		tasks, directives, err = a.Store.HandOver(c.Request().Context(), me, personID, form.To, a.Now())
	}
	if err != nil {
		if statusOf(err) != http.StatusUnprocessableEntity {
			return err
		}
		person, history, readErr := a.Store.AnyPerson(c.Request().Context(), personID)
		if readErr != nil {
			return readErr
		}
		return a.showPerson(c, personFormOf(person), person, history, "", err)
	}
	return a.seeOther(c, fmt.Sprintf("/people/%d", personID), "person.handed_over", "Tasks", tasks, "Directives", directives)
}
