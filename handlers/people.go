package handlers

import (
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// peopleView lists everybody.
type peopleView struct {
	templates.Layout
	Find   string
	List   templates.List
	People []personRow
	Pager  templates.Pager
}

type personRow struct {
	ID                int64
	Name, Email       string
	Roles             []string
	Locale            string
	Seen              templates.Day
	Disabled, Refused bool
}

var peoplePage = templates.New[peopleView]("people.html")

// peopleList are the columns of the list of people.
var peopleList = listing{sort: "name", columns: []column{
	{key: "name", label: "field.name", sorts: true}, {key: "email", label: "column.email", sorts: true}, {key: "roles", label: "account.roles", sorts: true},
	{key: "locale", label: "column.locale", sorts: true}, {key: "seen", label: "person.seen", sorts: true, down: true}, {key: "state", label: "column.state", sorts: true, down: true}}}

func (a *App) people(c echo.Context, me rules.Actor) error {
	if format := exportWanted(c); format != "" {
		return a.exportFrom(c, me, format, a.peopleGrid)
	}
	p := say(c)
	ask := peopleList.asked(c)
	rows, err := a.Store.People(c.Request().Context(), c.QueryParam("find"), ask.Sort)
	if err != nil {
		return err
	}
	n, err := a.names(c)
	if err != nil {
		return err
	}
	view := peopleView{Layout: a.layout(c, p.T("nav.people")), Find: c.QueryParam("find")}
	if len(rows) > db.PageSize {
		rows = rows[:db.PageSize]
		view.Pager.Next = ask.after(c, rows[len(rows)-1].Key)
	}
	view.Pager.First, view.Export, view.List = firstPage(c), exportLinks(c), ask.view(c)
	for _, person := range rows {
		row := personRow{ID: person.ID, Name: person.Name, Email: person.Email, Locale: localeName(person.Locale), Seen: a.dayOf(c, person.VisitedAt), Disabled: person.DisabledAt != nil, Refused: person.EmailRefusedAt != nil}
		for _, m := range person.Members {
			row.Roles = append(row.Roles, p.T("role."+m.Role)+", "+n.of(m.AgencyID))
		}
		view.People = append(view.People, row)
	}
	return render(c, http.StatusOK, peoplePage, view)
}

// localeName is the language a person reads in, by its own name; "" for none.
func localeName(locale *string) string {
	if locale == nil {
		return ""
	}
	return i18n.Lang(*locale).Name()
}

type personForm struct {
	ID       int64    `form:"-"`
	Version  int      `form:"version"`
	Email    string   `form:"email"`
	Name     string   `form:"name"`
	Locale   string   `form:"locale"`
	Agencies []int64  `form:"agency"`
	Roles    []string `form:"role"`
	Disabled bool     `form:"disabled"`
	FormKey  string   `form:"form_key"`
}

// byAgency pairs the agencies with the roles of the same line; lines without an
// agency are left out.
func (f *personForm) byAgency() map[int64]rules.Role {
	roles := map[int64]rules.Role{}
	for i, id := range f.Agencies {
		if i < len(f.Roles) && f.Roles[i] != "" {
			roles[id] = rules.Role(f.Roles[i])
		}
	}
	return roles
}

// personFormView is the form of a person, with a line for each of his roles.
type personFormView struct {
	templates.Layout
	Form    personForm
	Action  string
	Crumbs  []templates.Crumb
	Locales []templates.Choice
	Lines   []roleLine
	Link    string // just made
	Refused bool
	History []templates.Line
	Others  []templates.Choice // who could take over
}

type roleLine struct {
	N               int
	Agencies, Roles []templates.Choice
}

var personFormPage = templates.New[personFormView]("person_form.html")

func (a *App) newPerson(c echo.Context, _ rules.Actor) error {
	return a.showPerson(c, &personForm{}, nil, nil, "", nil)
}

// spareLines is how many empty lines for a further role a form has.
const spareLines = 1

func (a *App) showPerson(c echo.Context, f *personForm, person *db.Person, history []db.HistoryLine, link string, failed error) error {
	p := say(c)
	title, action := p.T("person.new"), "/people"
	if f.ID != 0 {
		title, action = f.Name, fmt.Sprintf("/people/%d", f.ID)
	}
	view := personFormView{Layout: a.layout(c, title), Form: *f, Action: action, Crumbs: []templates.Crumb{{Href: "/people", Label: p.T("nav.people")}, {Label: title}},
		Link: link, History: a.history(c, history), Refused: person != nil && person.EmailRefusedAt != nil}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	view.Locales = []templates.Choice{{Label: p.T("account.locale.browser")}}
	for _, l := range i18n.Langs {
		view.Locales = append(view.Locales, templates.Choice{Value: string(l), Label: l.Name(), Chosen: f.Locale == string(l)})
	}
	for i := range len(f.Agencies) + spareLines {
		line := roleLine{N: i + 1}
		var agencyID int64
		role := ""
		if i < len(f.Agencies) && i < len(f.Roles) {
			agencyID, role = f.Agencies[i], f.Roles[i]
		}
		agencies, err := a.agencyChoices(c, func(*db.Agency) bool { return true }, agencyID)
		if err != nil {
			return err
		}
		line.Agencies = append([]templates.Choice{{Label: "–"}}, agencies...)
		line.Roles = append([]templates.Choice{{Label: "–"}}, choices(p, "role.", rules.Roles, role)...)
		view.Lines = append(view.Lines, line)
	}
	if f.ID != 0 {
		if view.Others, err = a.takers(c, f.ID); err != nil {
			return err
		}
	}
	return render(c, status, personFormPage, view)
}

// takers offers who could take over what a person holds.
func (a *App) takers(c echo.Context, personID int64) ([]templates.Choice, error) {
	people, err := a.Store.ActivePeople(c.Request().Context())
	list := []templates.Choice{{Label: "–"}}
	for _, p := range people {
		if p.ID != personID {
			list = append(list, templates.Choice{Value: fmt.Sprint(p.ID), Label: p.Name})
		}
	}
	return list, err
}

func personFormOf(person *db.Person) *personForm {
	f := &personForm{ID: person.ID, Version: person.Version, Email: person.Email, Name: person.Name, Disabled: person.DisabledAt != nil}
	if person.Locale != nil {
		f.Locale = *person.Locale
	}
	for _, m := range person.Members {
		f.Agencies, f.Roles = append(f.Agencies, m.AgencyID), append(f.Roles, m.Role)
	}
	return f
}

func (a *App) person(c echo.Context, _ rules.Actor) error { return a.personPage(c, "") }

func (a *App) personPage(c echo.Context, link string) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	person, history, err := a.Store.AnyPerson(c.Request().Context(), id)
	if err != nil {
		return err
	}
	return a.showPerson(c, personFormOf(person), person, history, link, nil)
}

func (a *App) addPerson(c echo.Context, me rules.Actor) error { return a.savePerson(c, me, 0) }

func (a *App) changePerson(c echo.Context, me rules.Actor) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	return a.savePerson(c, me, id)
}

func (a *App) savePerson(c echo.Context, me rules.Actor, id int64) error {
	f, err := bind[personForm](c)
	if f == nil {
		return err
	}
	f.ID = id
	if id == me.PersonID && f.Disabled {
		err = rules.Problems{{Field: "disabled", Key: "form.error.disable_self"}}
	}
	if err == nil {
		id, err = a.Store.SavePerson(c.Request().Context(), me, db.PersonInput{ID: id, Version: f.Version, Email: f.Email, Name: f.Name, Locale: f.Locale,
			Roles: f.byAgency(), Disabled: f.Disabled, FormKey: f.FormKey, Now: a.Now()})
	}
	if err != nil {
		if old, _, readErr := a.Store.AnyPerson(c.Request().Context(), f.ID); readErr == nil {
			err = staleAgainst(err, map[string]string{"email": old.Email, "name": old.Name})
		}
		return a.showPerson(c, f, nil, nil, "", err)
	}
	return a.seeOther(c, fmt.Sprintf("/people/%d", id), "saved")
}

// makeLink makes a one-time link with which a person sets a password, for the
// administrator to hand over.
func (a *App) makeLink(c echo.Context, me rules.Actor) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	if _, err := a.Store.Person(c.Request().Context(), id); err != nil {
		return err
	}
	token := secret()
	if err := a.Store.AddLink(c.Request().Context(), token, db.LinkPassword, id, a.Now(), a.Now().Add(passwordLinkFor)); err != nil {
		return err
	}
	return a.personPage(c, a.addressOf("/link/"+token))
}

// passwordLinkFor is how long a link to set a password works.
const passwordLinkFor = 24 * time.Hour
