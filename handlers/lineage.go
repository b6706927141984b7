package handlers

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// lineageForm says what a directive has to do with another one.
type lineageForm struct {
	Kind    string `form:"kind"`
	Other   string `form:"other"` // number such as 2025-17, or its page's address
	FormKey string `form:"form_key"`
}

// chainRow is one statement of a commitment that was made several times.
type chainRow struct {
	ID               int64
	Ref, Title       string
	Said             templates.Day
	Where            string
	Words, Lang      string
	Due              templates.Day
	Wording, Shifted string // the source's words for the deadline; "+94 days" against the one before
	Here             bool
}

// relatedRow is another directive that one has to do with.
type relatedRow struct {
	ID         int64
	Kind       string
	Ref, Title string
	Said       templates.Day
}

// chain shows the statements of a commitment in the order they were made.
func (v *directiveView) chain(a *App, c echo.Context, d *db.DirectivePage) {
	if v.Chain, v.ChainSum = a.statements(c, d); len(v.Chain) < 2 {
		v.Chain, v.ChainSum = nil, ""
	}
}

// statements are the rows of a commitment's chain, one where it was said once,
// and their sum: how many, how many dates, how far they moved.
func (a *App) statements(c echo.Context, d *db.DirectivePage) (rows []chainRow, sum string) {
	p := say(c)
	dates := map[string]bool{}
	var first, last *db.Statement
	for i := range d.Chain {
		s := &d.Chain[i]
		row := chainRow{ID: s.ID, Ref: s.Ref(), Title: s.Title, Said: a.longDay(c, &s.HeldOn), Where: s.MeetingPlace, Words: s.Words, Lang: s.Language,
			Due: a.longDay(c, s.Deadline), Wording: s.DeadlineWording, Here: s.ID == d.ID}
		if s.Deadline != nil {
			if last != nil {
				row.Shifted = shift(p, *last.Deadline, *s.Deadline)
			}
			if last = s; first == nil {
				first = s
			}
			dates[s.Deadline.Format("2006-01-02")] = true
		}
		rows = append(rows, row)
	}
	sum = p.N("chain.statements", len(d.Chain))
	if first != nil && first != last {
		sum += ", " + p.N("chain.dates", len(dates)) + ", " + shift(p, *first.Deadline, *last.Deadline)
	}
	return rows, sum
}

// shift says by how many days a deadline moved: "+94 days", "−3 days".
func shift(p *i18n.Printer, from, to time.Time) string {
	days := int(to.Sub(from).Hours() / 24) // both are dates
	switch {
	case days > 0:
		return p.N("chain.later", days)
	case days < 0:
		return p.N("chain.sooner", -days)
	}
	return p.T("chain.same")
}

func (v *directiveView) relations(a *App, c echo.Context, d *db.DirectivePage) {
	p := say(c)
	for _, r := range d.Related {
		key := "lineage." + string(r.Kind)
		if r.Later {
			key += ".by"
		}
		v.Related = append(v.Related, relatedRow{ID: r.ID, Kind: p.T(key), Ref: rules.DirectiveRef(whole(r.NumberYear), whole(r.Number)), Title: r.Title, Said: a.longDay(c, &r.HeldOn)})
	}
	v.Lineages = choices(p, "lineage.", rules.Lineages, v.Lineage.Kind)
}

func (a *App) relate(c echo.Context, me rules.Actor) error {
	form, err := bind[lineageForm](c)
	if form == nil {
		return err
	}
	directiveID, idErr := id(c, "id")
	if idErr != nil {
		return idErr
	}
	if err == nil {
		err = a.storeLineage(c, me, directiveID, form)
	}
	if err != nil {
		return a.showDirective(c, me, directiveTyped{lineage: form}, err)
	}
	return a.seeOther(c, fmt.Sprintf("/directives/%d", directiveID), "lineage.added")
}

var (
	refPattern     = regexp.MustCompile(`^(\d{4})-(\d{1,9})$`)
	addressPattern = regexp.MustCompile(`/directives/(\d{1,18})$`)
)

func (a *App) storeLineage(c echo.Context, me rules.Actor, directiveID int64, f *lineageForm) error {
	other, err := a.findDirective(c, me, f.Other)
	if errors.Is(err, db.ErrNotFound) {
		return rules.Problems{{Field: "other", Key: "form.error.no_such_directive"}}
	}
	if err != nil {
		return err
	}
	return a.Store.Relate(c.Request().Context(), me, db.LineageInput{DirectiveID: directiveID, OtherID: other, Kind: rules.Lineage(f.Kind), FormKey: f.FormKey, Now: a.Now()})
}

// findDirective finds a directive by its number, or by the address of its page
// while it has none.
func (a *App) findDirective(c echo.Context, me rules.Actor, typed string) (int64, error) {
	if m := addressPattern.FindStringSubmatch(typed); m != nil {
		id, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			return 0, db.ErrNotFound
		}
		_, err = a.Store.Directive(c.Request().Context(), me, id)
		return id, err
	}
	m := refPattern.FindStringSubmatch(typed)
	if m == nil {
		return 0, db.ErrNotFound
	}
	year, _ := strconv.Atoi(m[1])
	number, _ := strconv.Atoi(m[2])
	return a.Store.DirectiveByRef(c.Request().Context(), me, year, number)
}

func (a *App) unrelate(c echo.Context, me rules.Actor) error {
	form, err := bind[struct {
		Other int64 `form:"other"`
	}](c)
	if err != nil {
		return err
	}
	directiveID, err := id(c, "id")
	if err != nil {
		return err
	}
	if err := a.Store.Unrelate(c.Request().Context(), me, directiveID, form.Other, a.Now()); err != nil {
		return err
	}
	return a.seeOther(c, fmt.Sprintf("/directives/%d", directiveID), "removed")
}
