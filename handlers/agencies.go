package handlers

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// agenciesView is the directory.
type agenciesView struct {
	templates.Layout
	Find     string
	List     templates.List
	Agencies []agencyRow
	Admin    bool
	Pager    templates.Pager
}

type agencyRow struct {
	ID                         int64
	Name, Code, Kind, Email    string
	Side                       templates.Side
	Refused, Retired, Doubtful bool
	Follow                     bool // its calendar is for the asker
}

var agenciesPage = templates.New[agenciesView]("agencies.html")

// agencyList are the columns of the directory.
var agencyList = listing{sort: "name", columns: []column{
	{key: "name", label: "field.name", sorts: true}, {key: "side", label: "field.side", sorts: true}, {key: "kind", label: "field.kind", sorts: true},
	{key: "mailbox", label: "agency.mailbox", sorts: true}, {key: "calendar", label: "feed.one"}}}

// foundAgencies are the agencies that the request's search finds, sorted as it
// asks for. The directory is small and kept in memory.
func foundAgencies(c echo.Context, n names, by db.Sort) []*db.Agency {
	find := strings.ToLower(c.QueryParam("find"))
	var list []*db.Agency
	for _, agency := range n.all {
		if foundAgency(agency, agency.Name(n.lang), find) {
			list = append(list, agency)
		}
	}
	sortHeld(by, list, agencyKey(n, by.By))
	return list
}

// agencyKey is what a column sorts the directory by, then the name.
func agencyKey(n names, column string) func(g *db.Agency) (string, string, int64) {
	return func(g *db.Agency) (string, string, int64) {
		first := map[string]string{"side": g.Side, "kind": n.say.T("agency.kind." + g.Kind), "mailbox": g.Email}[column]
		return first, strings.ToLower(g.Name(n.lang)), g.ID
	}
}

// agencies lists the directory.
func (a *App) agencies(c echo.Context, me rules.Actor) error {
	p := say(c)
	n, err := a.names(c)
	if err != nil {
		return err
	}
	if format := exportWanted(c); format != "" {
		return a.exportFrom(c, me, format, a.agenciesGrid)
	}
	view := agenciesView{Layout: a.layout(c, p.T("nav.agencies")), Find: c.QueryParam("find"), Admin: rules.Allowed(me, rules.Administer)}
	ask := agencyList.asked(c)
	if !rules.Allowed(me, rules.SeeTasks) { // nothing to follow
		ask = ask.without("calendar")
	}
	page, next := pageHeld(ask.Sort, foundAgencies(c, n, ask.Sort), agencyKey(n, ask.By))
	for _, agency := range page {
		view.Agencies = append(view.Agencies, agencyRow{ID: agency.ID, Name: agency.Name(n.lang), Code: agency.Code, Kind: p.T("agency.kind." + agency.Kind), Email: agency.Email,
			Side: n.side(agency.ID), Refused: agency.EmailRefusedAt != nil, Retired: agency.RetiredAt != nil, Doubtful: strings.HasPrefix(agency.Certainty, "check"),
			Follow: rules.MayFollow(me, agency.ID, rules.Side(agency.Side))})
	}
	if next != nil {
		view.Pager.Next = ask.after(c, next)
	}
	view.Pager.First, view.Export, view.List = firstPage(c), exportLinks(c), ask.view(c)
	return render(c, http.StatusOK, agenciesPage, view)
}

// foundAgency tells whether a search finds an agency; find is in lower case.
func foundAgency(agency *db.Agency, name, find string) bool {
	return strings.Contains(strings.ToLower(name+" "+agency.Code+" "+agency.NameEn+" "+agency.NameRu), find)
}

type agencyForm struct {
	ID       int64  `form:"-"`
	Version  int    `form:"version"`
	Code     string `form:"code"`
	Side     string `form:"side"`
	Kind     string `form:"kind"`
	Parent   string `form:"parent"`
	NameEn   string `form:"name_en"`
	NameRu   string `form:"name_ru"`
	NameUz   string `form:"name_uz"`
	NameKk   string `form:"name_kk"`
	NameDe   string `form:"name_de"`
	Aliases  string `form:"aliases"`
	Email    string `form:"email"`
	Locale   string `form:"locale"`
	TimeZone string `form:"time_zone"`
	Country  string `form:"country"`
	Retired  bool   `form:"retired"`
	Levels   int    `form:"review_levels"`
	Days     int    `form:"review_days"`
	FormKey  string `form:"form_key"`
}

func agencyFormOf(in db.AgencyInput) *agencyForm {
	return &agencyForm{ID: in.ID, Version: in.Version, Code: in.Code, Side: in.Side, Kind: in.Kind, Parent: in.ParentCode,
		NameEn: in.Names["en"], NameRu: in.Names["ru"], NameUz: in.Names["uz"], NameKk: in.Names["kk"], NameDe: in.Names["de"],
		Aliases: strings.Join(in.Aliases, "\n"), Email: in.Email, Locale: in.Locale, TimeZone: in.TimeZone, Country: in.Country, Retired: in.Retired,
		Levels: in.ReviewLevels, Days: in.ReviewDays}
}

// agencyFormView is the form of an agency.
type agencyFormView struct {
	templates.Layout
	Form                                    agencyForm
	Action                                  string
	Crumbs                                  []templates.Crumb
	Names                                   []nameField
	Sides, Kinds, Locales, Zones, Countries []templates.Choice
	Refused                                 bool
	Levels, Days                            []templates.Choice
	History                                 []templates.Line
}

type nameField struct{ Field, Label, Value, Error string }

var agencyFormPage = templates.New[agencyFormView]("agency_form.html")

// zones are the time zones offered; an import may bring others.
var zones = []string{"Asia/Tashkent", "Asia/Samarkand", "Asia/Almaty", "Asia/Qyzylorda", "Asia/Aqtobe", "Asia/Aqtau", "Asia/Atyrau", "Asia/Oral", "Europe/Berlin", "UTC"}

func (a *App) newAgency(c echo.Context, _ rules.Actor) error {
	return a.showAgency(c, &agencyForm{Side: "UZ", Kind: "ministry", Locale: "uz", TimeZone: "Asia/Tashkent", Country: "UZ"}, nil, nil, nil)
}

func (a *App) showAgency(c echo.Context, f *agencyForm, agency *db.Agency, history []db.HistoryLine, failed error) error {
	p := say(c)
	title, action := p.T("agency.new"), "/agencies"
	if f.ID != 0 {
		title, action = f.NameEn, fmt.Sprintf("/agencies/%d", f.ID)
	}
	view := agencyFormView{Layout: a.layout(c, title), Form: *f, Action: action, Crumbs: []templates.Crumb{{Href: "/agencies", Label: p.T("nav.agencies")}, {Label: title}},
		Sides: choices(p, "side.", append(rules.Sides, rules.Joint), f.Side), Kinds: choices(p, "agency.kind.", rules.AgencyKinds, f.Kind),
		Countries: choices(p, "side.", rules.Countries, f.Country), History: a.history(c, history), Refused: agency != nil && agency.EmailRefusedAt != nil}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	for _, l := range i18n.Langs {
		value := map[i18n.Lang]string{i18n.En: f.NameEn, i18n.Ru: f.NameRu, i18n.Uz: f.NameUz, i18n.Kk: f.NameKk, i18n.De: f.NameDe}[l]
		view.Names = append(view.Names, nameField{Field: "name_" + string(l), Label: l.Name(), Value: value, Error: view.Error["name_"+string(l)]})
		view.Locales = append(view.Locales, templates.Choice{Value: string(l), Label: l.Name(), Chosen: f.Locale == string(l)})
	}
	known := false
	for _, z := range zones {
		known = known || z == f.TimeZone
		view.Zones = append(view.Zones, templates.Choice{Value: z, Label: z, Chosen: z == f.TimeZone})
	}
	if !known && f.TimeZone != "" {
		view.Zones = append(view.Zones, templates.Choice{Value: f.TimeZone, Label: f.TimeZone, Chosen: true})
	}
	three := []string{"1", "2", "3"}
	view.Levels, view.Days = numbers(three, f.Levels), numbers(three, orDefault(f.Days, 3))
	return render(c, status, agencyFormPage, view)
}

// numbers offers numbers to choose from.
func numbers(list []string, chosen int) []templates.Choice {
	var choices []templates.Choice
	for _, n := range list {
		choices = append(choices, templates.Choice{Value: n, Label: n, Chosen: n == strconv.Itoa(chosen)})
	}
	return choices
}

func orDefault(n, preset int) int {
	if n == 0 {
		return preset
	}
	return n
}

func (a *App) agency(c echo.Context, _ rules.Actor) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	agency, in, history, err := a.Store.AnyAgency(c.Request().Context(), id)
	if err != nil {
		return err
	}
	return a.showAgency(c, agencyFormOf(in), agency, history, nil)
}

func (a *App) addAgency(c echo.Context, me rules.Actor) error { return a.saveAgency(c, me, 0) }

func (a *App) changeAgency(c echo.Context, me rules.Actor) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	return a.saveAgency(c, me, id)
}

func (a *App) saveAgency(c echo.Context, me rules.Actor, id int64) error {
	f, err := bind[agencyForm](c)
	if f == nil {
		return err
	}
	f.ID = id
	var old db.AgencyInput
	if id != 0 {
		var readErr error
		if _, old, _, readErr = a.Store.AnyAgency(c.Request().Context(), id); readErr != nil {
			return readErr
		}
	}
	if err == nil {
		_, err = a.Store.SaveAgency(c.Request().Context(), me, db.AgencyInput{ID: id, Version: f.Version, Code: f.Code, Side: f.Side, Kind: f.Kind, ParentCode: f.Parent,
			Names:  map[string]string{"en": f.NameEn, "ru": f.NameRu, "uz": f.NameUz, "kk": f.NameKk, "de": f.NameDe},
			Shorts: old.Shorts, Aliases: lines(f.Aliases), Certainty: old.Certainty, Email: f.Email, Locale: f.Locale, TimeZone: f.TimeZone, Country: f.Country,
			Retired: f.Retired, ReviewLevels: f.Levels, ReviewDays: f.Days, FormKey: f.FormKey, Now: a.Now()})
	}
	if err != nil {
		err = staleAgainst(err, map[string]string{"code": old.Code, "name_en": old.Names["en"], "email": old.Email})
		return a.showAgency(c, f, nil, nil, err)
	}
	return a.seeOther(c, "/agencies", "saved")
}
