package handlers

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// bulkForm is what is typed for the picked tasks: a word for each decision, how
// long an extension is, and to whom a task goes.
type bulkForm struct {
	Picked   []string       `form:"task"` // "id.version"
	Note     string         `form:"note"`
	By       string         `form:"by"`
	Until    string         `form:"until"`
	Extend   string         `form:"reason_extend"`
	Escalate string         `form:"reason_escalate"`
	Reassign string         `form:"reason_reassign"`
	Agency   string         `form:"agency"`
	FormKey  string         `form:"form_key"`
	Enter    bool           `form:"enter"` // sent by the Enter key, not by a button
	Do       rules.Decision `form:"-"`     // that failed
}

// bulkView is the bar below the list with its dialogs.
type bulkView struct {
	Form     *bulkForm
	Open     string // dialog that is shown in the page: what it lacks is to be mended
	Terms    []templates.Choice
	Agencies []string          // names to choose from, where they are few
	Acts     map[string]string // addresses by decision
	Dialogs  []string          // decisions that ask for more
}

// meant is the decision that a form is about: Enter in a dialog's field is not
// the button beside the list.
func (f *bulkForm) meant(d rules.Decision) rules.Decision {
	switch {
	case !f.Enter:
	case f.Until != "" || f.Extend != "":
		return rules.DecideExtend
	case f.Agency != "" || f.Reassign != "":
		return rules.DecideReassign
	case f.Escalate != "":
		return rules.DecideEscalate
	}
	return d
}

// versions are the picked tasks, each with the version that was shown; 0 takes
// any. What is no task is left out.
func (f *bulkForm) versions() map[int64]int {
	versions := map[int64]int{}
	for _, pick := range f.Picked {
		left, right, _ := strings.Cut(pick, ".")
		if id, err := strconv.ParseInt(left, 10, 64); err == nil {
			versions[id], _ = strconv.Atoi(right)
		}
	}
	return versions
}

// terms are how long an extension may be asked for with one click.
var terms = []string{"7", "14", "month"}

func (a *App) bulkView(c echo.Context, n names, me rules.Actor, form *bulkForm) bulkView {
	v := bulkView{Form: form, Acts: map[string]string{}, Agencies: fewNames(n, me), Terms: termChoices(say(c), form.By), Dialogs: []string{string(rules.DecideEscalate)}}
	if rules.Allowed(me, rules.Review) {
		v.Dialogs = append(v.Dialogs, string(rules.DecideExtend), string(rules.DecideReassign))
	}
	if form.Do != rules.DecideRemind {
		v.Open = string(form.Do)
	}
	for _, d := range rules.Decisions {
		v.Acts[string(d)] = (&url.URL{Path: "/overdue/" + string(d), RawQuery: c.Request().URL.RawQuery}).String()
	}
	return v
}

func termChoices(p *i18n.Printer, chosen string) []templates.Choice {
	if chosen == "" {
		chosen = terms[0]
	}
	return choices(p, "overdue.term.", terms, chosen)
}

// mostNames is how many agencies a field offers while it is typed in.
const mostNames = 100

// fewNames are the names of the agencies on me's sides, nil where they are many;
// others can be typed.
func fewNames(n names, me rules.Actor) []string {
	if len(n.all) > mostNames {
		return nil
	}
	var list []string
	for id, agency := range n.all {
		if agency.RetiredAt == nil && (agency.Side == string(rules.Joint) || slices.Contains(me.RegisterSides(), rules.Side(agency.Side))) {
			list = append(list, n.of(id))
		}
	}
	slices.Sort(list)
	return list
}

// findAgency finds an agency by its code or one of its names as typed; 0 for
// none or several.
func findAgency(n names, typed string) (found int64) {
	typed = rules.Fold(typed)
	if typed == "" {
		return 0
	}
	for id, g := range n.all {
		for _, name := range append([]string{g.Code, g.NameEn, g.NameRu, g.NameUz, g.NameKk, g.NameDe, g.ShortEn, g.ShortRu, g.ShortUz, g.ShortKk}, g.Aliases...) {
			if rules.Fold(name) != typed {
				continue
			}
			if found != 0 && found != id {
				return 0
			}
			found = id
		}
	}
	return found
}

// ruling is a decision as it was typed.
func (a *App) ruling(n names, d rules.Decision, text, by, until, agency string) db.Ruling {
	r := db.Ruling{Decision: d, Text: text, Now: a.Now()}
	switch d {
	case rules.DecideExtend:
		r.InDays, r.MonthEnd = map[string]int{"7": 7, "14": 14}[by], by == "month"
		if until != "" {
			r.InDays, r.MonthEnd = 0, false
			if day := wantedDay(until); !day.IsZero() {
				r.To = &day
			}
		}
	case rules.DecideReassign:
		r.AgencyID = findAgency(n, agency)
	}
	return r
}

// bulk carries a decision out on the picked tasks, with ten seconds to take it
// back; those on which it can't be are named.
func bulk(d rules.Decision) action {
	return func(a *App, c echo.Context, me rules.Actor) error {
		form, err := bind[bulkForm](c)
		if form == nil {
			return err
		}
		n, nameErr := a.names(c)
		if nameErr != nil {
			return nameErr
		}
		d := form.meant(d)
		var result db.BulkResult
		if err == nil {
			text := map[rules.Decision]string{rules.DecideRemind: form.Note, rules.DecideExtend: form.Extend, rules.DecideEscalate: form.Escalate, rules.DecideReassign: form.Reassign}[d]
			ruling := a.ruling(n, d, text, form.By, form.Until, form.Agency)
			ruling.Versions, ruling.FormKey = form.versions(), form.FormKey
			result, err = a.Store.Bulk(c.Request().Context(), me, slices.Sorted(maps.Keys(ruling.Versions)), ruling)
		}
		if err != nil {
			form.Do = d
			return a.showOverdue(c, me, form, renamed(err, "text", "reason_"+string(d)))
		}
		p := say(c)
		f := templates.Flash{Lines: refusals(p, result.Refused)}
		if len(result.Done) > 0 {
			f.Text = p.N("overdue.did."+string(d), len(result.Done), "Agencies", p.N("overdue.agencies_to", result.Agencies))
			f.Undo, f.IDs = "/overdue/undo?do="+string(d), result.Done
		} else {
			f.Text = p.T("overdue.did.nothing")
		}
		a.flash(c, f)
		return c.Redirect(http.StatusSeeOther, "/overdue?"+c.Request().URL.RawQuery)
	}
}

// refusals name the tasks on which a decision could not be carried out.
func refusals(p *i18n.Printer, refused []db.Refusal) []string {
	var lines []string
	for _, r := range refused {
		why := whyNot(p, r.Err)
		if r.Changed != "" {
			why = p.T("overdue.why_not.changed", "What", p.T("act."+string(r.Changed)))
		}
		lines = append(lines, strings.TrimSpace(r.Ref+" "+r.Title)+": "+why)
	}
	return lines
}

// whyNot says why a decision could not be carried out on a task.
func whyNot(p *i18n.Printer, err error) string {
	var wrong rules.Problems
	if errors.As(err, &wrong) {
		return p.T(wrong[0].Key, "Max", p.Number(wrong[0].Max))
	}
	for _, known := range []struct {
		err error
		key string
	}{{rules.ErrForbidden, "forbidden"}, {rules.ErrNobodyAbove, "nobody_above"}, {rules.ErrNotLate, "not_late"}, {db.ErrStale, "stale"}, {db.ErrNotFound, "gone"}} {
		if errors.Is(err, known.err) {
			return p.T("overdue.why_not." + known.key)
		}
	}
	return p.T("overdue.why_not.move")
}

type undoForm struct {
	Tasks []int64 `form:"task"`
}

// undoBulk takes a decision on several tasks back.
func (a *App) undoBulk(c echo.Context, me rules.Actor) error {
	form, err := bind[undoForm](c)
	if err != nil {
		return err
	}
	result, err := a.Store.UndoBulk(c.Request().Context(), me, form.Tasks, rules.Decision(c.QueryParam("do")), a.Now())
	if err != nil {
		return err
	}
	if len(result.Done) == 0 && len(result.Refused) > 0 {
		return fmt.Errorf("undo: %w", result.Refused[0].Err)
	}
	p := say(c)
	a.flash(c, templates.Flash{Text: p.N("overdue.undone_n", len(result.Done)), Lines: refusals(p, result.Refused)})
	return c.Redirect(http.StatusSeeOther, "/overdue")
}
