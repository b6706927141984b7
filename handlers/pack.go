package handlers

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// packView is what is put before those who meet: what was done since the last
// time, what is late and why, what is under way, what nobody has begun, and the
// bilateral matrix, in one language or two side by side.
type packView struct {
	templates.Layout
	Crumbs        []templates.Crumb
	Event         eventRow
	First, Second []templates.Choice
	Since         string // as typed
	Form          string // address of the page without its query
	PDF, XLSX     string
	Head          map[string][]twin // column headings and parts' names
	SinceText     []twin
	Counts        []packCount
	Parts         []packPart
	Bare          []directiveRow
	Matrix        matrixTable
}

// twin is a text in one of the languages of a pack.
type twin struct{ Lang, Text string }

type packCount struct {
	Name  []twin
	N     string
	Shape string
}

// packPart is a part of the pack with its tasks.
type packPart struct {
	ID    string
	Name  []twin
	Empty []twin
	More  []twin // where there are more than are shown
	All   string // address of the list that holds them all
	Rows  []packRow
	Why   bool // its rows say why
}

type packRow struct {
	ID         int64
	Ref, Title string
	Directive  string
	Official   bool
	Side       templates.Side
	Who        []twin
	Due        templates.Day
	Status     []twin
	Shape      string
	Why        string
}

var packPage = templates.New[packView]("pack.html")

// packOf is a pack as it was asked for.
type packOf struct {
	event  *db.Event
	langs  []i18n.Lang // one or two
	since  time.Time   // date
	wrong  error       // of what was typed for it
	last   *db.Meeting // the last time; nil: a typed date, or none was held
	filter db.PackFilter
	pack   *db.Pack
	matrix []db.MatrixRow
}

// readPack reads the event of the address and what its pack holds.
func (a *App) readPack(c echo.Context, me rules.Actor) (*packOf, error) {
	ctx := c.Request().Context()
	eventID, err := id(c, "id")
	if err != nil {
		return nil, err
	}
	of := &packOf{langs: packLangs(c)}
	if of.event, err = a.Store.Event(ctx, me, eventID); err != nil {
		return nil, err
	}
	if err := a.packSince(c, me, of); err != nil {
		return nil, err
	}
	of.filter = db.PackFilter{Sides: of.event.Sides, Since: rules.At(of.since, 0, 0, a.zone(c)), Now: a.Now()}
	if of.pack, err = a.Store.Pack(ctx, me, of.filter); err != nil {
		return nil, err
	}
	of.matrix, err = a.Store.Matrix(ctx, me, db.MatrixFilter{Sides: of.event.Sides, Since: of.filter.Since, Now: a.Now()})
	return of, err
}

// packSince is since when what was done is new: a typed date, else the last
// meeting of the event's kind, else a year.
func (a *App) packSince(c echo.Context, me rules.Actor, of *packOf) (err error) {
	if typed := c.QueryParam("since"); typed != "" {
		if day, err := rules.ParseDate(typed); err == nil && !day.IsZero() && !day.After(a.today(c)) {
			of.since = day
			return nil
		}
		of.wrong = rules.Problems{{Field: "since", Key: "changes.earlier_day"}}
	}
	before := a.today(c).AddDate(0, 0, 1)
	if on := of.event.StartsOn; on != nil && on.Before(before) {
		before = *on
	}
	of.last, err = a.Store.LastMeeting(c.Request().Context(), me, of.event.Sides, rules.LastTime(of.event.Kind), before)
	if of.since = before.AddDate(-1, 0, 0); of.last != nil {
		of.since = of.last.HeldOn
	}
	return err
}

// packLangs are the languages that a pack is asked for in: the first is the
// page's, unless another one is chosen; the second one may be left out.
func packLangs(c echo.Context) []i18n.Lang {
	langs := []i18n.Lang{seen(c).lang}
	if l, ok := i18n.Parse(c.QueryParam("first")); ok {
		langs[0] = l
	}
	if l, ok := i18n.Parse(c.QueryParam("second")); ok && l != langs[0] {
		langs = append(langs, l)
	}
	return langs
}

// say writes a text in each of the pack's languages.
func (of *packOf) say(write func(p *i18n.Printer) string) []twin {
	var texts []twin
	for _, l := range of.langs {
		text := write(i18n.For(l))
		if len(texts) > 0 && texts[0].Text == text { // the same in both
			continue
		}
		texts = append(texts, twin{Lang: string(l), Text: text})
	}
	return texts
}

func (of *packOf) key(key string) []twin {
	return of.say(func(p *i18n.Printer) string { return p.T(key) })
}

// packHeads are the headings of a pack's tables.
var packHeads = []string{"task.one", "field.lead", "field.deadline", "field.status", "pack.why", "directive.one", "pack.matrix", "pack.bare"}

func (a *App) packHTML(c echo.Context, me rules.Actor) error {
	format := exportWanted(c)
	if format == "pdf" {
		return a.packPDF(c, me)
	}
	of, err := a.readPack(c, me)
	if err != nil {
		return err
	}
	if format != "" && of.wrong == nil {
		return a.packFile(c, me, format, of)
	}
	return a.showPack(c, me, of)
}

// showPack shows the pack, with what is wrong with the day that was typed.
func (a *App) showPack(c echo.Context, me rules.Actor, of *packOf) error {
	p, e := say(c), of.event
	href := fmt.Sprintf("/events/%d", e.ID)
	view := packView{Layout: a.layout(c, p.T("pack.title")), Event: a.eventRow(c, e), Form: href + "/pack", Head: map[string][]twin{}, Since: dayWord(&of.since), SinceText: of.sinceText(),
		Crumbs: []templates.Crumb{{Href: "/events", Label: p.T("nav.events")}, {Href: href, Label: e.Title}, {Label: p.T("pack.title")}}}
	q := url.Values{"first": {string(of.langs[0])}, "since": {of.since.Format(time.DateOnly)}}
	view.First, view.Second = langChoices(of.langs[0]), append([]templates.Choice{{Label: p.T("pack.one_language")}}, langChoices(of.second())...)
	if len(of.langs) > 1 {
		q.Set("second", string(of.langs[1]))
	}
	view.PDF, view.XLSX = href+"/pack.pdf?"+q.Encode(), href+"/pack?format=xlsx&"+q.Encode()
	for _, key := range packHeads {
		view.Head[key] = of.key(key)
	}
	n, err := a.names(c)
	if err != nil {
		return err
	}
	view.Counts, view.Parts = of.counts(p), a.packParts(n, me, of)
	for _, d := range of.pack.Bare {
		view.Bare = append(view.Bare, directiveRow{ID: d.ID, Ref: d.Ref(), Title: d.Title})
	}
	view.Matrix = a.matrixTable(n, of.langs, of.event.Sides, of.matrix)
	status, err := a.again(c, &view.Layout, of.wrong)
	if err != nil {
		return err
	}
	if of.wrong != nil {
		view.Since = c.QueryParam("since")
	}
	return render(c, status, packPage, view)
}

func langChoices(chosen i18n.Lang) []templates.Choice {
	var list []templates.Choice
	for _, l := range i18n.Langs {
		list = append(list, templates.Choice{Value: string(l), Label: l.Name(), Chosen: l == chosen})
	}
	return list
}

func (of *packOf) sinceText() []twin {
	return of.say(func(p *i18n.Printer) string {
		if of.last == nil {
			return p.T("pack.since", "Day", p.Date(of.since))
		}
		return p.T("pack.since_meeting", "Day", p.Date(of.since), "Title", of.last.Title)
	})
}

func (of *packOf) counts(p *i18n.Printer) []packCount {
	n := of.pack.Counts
	return []packCount{
		{of.key("pack.done"), countWord(p, n.Done), "done"}, {of.key("pack.late"), countWord(p, n.Late), "late"},
		{of.key("pack.going"), countWord(p, n.Going), "go"}, {of.key("pack.idle"), countWord(p, n.Idle), "new"},
	}
}

// changes is the address of the changes that the pack's done tasks are among.
func (of *packOf) changes() string {
	q := url.Values{"with": {strings.Join(of.filter.Sides, ",")}, "since": {of.since.Format(time.DateOnly)}}
	if of.last != nil {
		q = url.Values{"with": q["with"], "meeting": {fmt.Sprint(of.last.ID)}}
	}
	return "/changes?" + q.Encode() + "#done"
}

// packParts are the parts in the order they are talked about.
func (a *App) packParts(n names, me rules.Actor, of *packOf) []packPart {
	var parts []packPart
	for _, part := range []struct {
		key   string
		rows  []db.PackTask
		count db.Count
		why   bool
	}{
		{"pack.late", of.pack.Late, of.pack.Counts.Late, true}, {"pack.idle", of.pack.Idle, of.pack.Counts.Idle, false},
		{"pack.going", of.pack.Going, of.pack.Counts.Going, true}, {"pack.done", of.pack.Done, of.pack.Counts.Done, true},
	} {
		v := packPart{ID: part.key[len("pack."):], Name: of.key(part.key), Why: part.why, Empty: of.key(part.key + ".none")}
		if rest := restOf(part.count, len(part.rows)); rest.N > 0 {
			v.More = of.say(func(p *i18n.Printer) string { return p.N("pack.more", rest.N, "All", countWord(p, rest)) })
		}
		if part.key == "pack.done" {
			v.All = of.changes()
		}
		for i := range part.rows {
			v.Rows = append(v.Rows, a.packRow(n, of, &part.rows[i]))
		}
		parts = append(parts, v)
	}
	return parts
}

func (a *App) packRow(n names, of *packOf, t *db.PackTask) packRow {
	row := packRow{ID: t.ID, Ref: t.Ref(), Title: t.Title, Directive: t.DirectiveTitle, Official: t.Official, Side: n.side(deref(t.LeadID)), Shape: a.statusIn(n.say, &t.Task).Key,
		Who:    of.say(func(p *i18n.Printer) string { return n.in(p.Lang(), deref(t.LeadID)) }),
		Status: of.say(func(p *i18n.Printer) string { return a.statusIn(p, &t.Task).Word })}
	if t.Deadline != nil {
		row.Due = templates.Day{ISO: t.Deadline.Format(time.DateOnly), Text: t.Deadline.Format("02.01.2006")}
	}
	if t.Result != "" {
		row.Status = of.say(func(p *i18n.Printer) string { return p.T("result." + string(t.Result)) })
	}
	for _, why := range []string{t.LateReason, t.Asked, t.Word, t.Shared} {
		if row.Why == "" {
			row.Why = why
		}
	}
	row.Why += orNothing(" → ", t.LatePlan)
	return row
}

// in returns an agency's name in a language, "" for none.
func (n names) in(l i18n.Lang, id int64) string {
	if agency, ok := n.all[id]; ok {
		return agency.Name(string(l))
	}
	return ""
}
