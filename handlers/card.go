package handlers

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// sheetView is a sheet about a task, to print.
type sheetView struct {
	templates.Layout
	Above    string
	Facts    []files.SheetFact
	Foot     string
	Code     string // path of the QR code's SVG
	CodeSize int
	PDF      string // address of the same as a file
	Crumbs   []templates.Crumb
}

var sheetPage = templates.New[sheetView]("card.html")

// card shows a task's control card.
func (a *App) card(c echo.Context, me rules.Actor) error {
	t, sheet, err := a.cardOf(c, me)
	if err != nil {
		return err
	}
	return a.showSheet(c, me, t, sheet, "card")
}

// cardPDF sends the control card as a file of one page.
func (a *App) cardPDF(c echo.Context, me rules.Actor) error {
	t, sheet, err := a.cardOf(c, me)
	if err != nil {
		return err
	}
	return sendPDF(c, sheet, "card-"+t.Ref())
}

// showSheet shows a sheet about a task; name is the last part of its address.
func (a *App) showSheet(c echo.Context, me rules.Actor, t *db.TaskPage, sheet files.Sheet, name string) error {
	d, task := db.Directive{ID: t.Directive.ID, MeetingID: t.Directive.MeetingID, MeetingPlace: t.Directive.MeetingPlace, HeldOn: t.Directive.HeldOn, NumberYear: t.NumberYear, Number: t.DirectiveNo}, fmt.Sprintf("/tasks/%d", t.ID)
	view := sheetView{Layout: a.layout(c, sheet.Title), Above: sheet.Above, Facts: sheet.Facts, Foot: sheet.Foot, Code: sheet.Code.Path(), CodeSize: sheet.Code.Size,
		PDF: task + "/" + name + ".pdf", Crumbs: append(a.directiveCrumbs(c, me, &d), templates.Crumb{Href: task, Label: t.Ref()}, templates.Crumb{Label: sheet.Above})}
	return render(c, http.StatusOK, sheetPage, view)
}

// sendPDF sends a sheet as a file.
func sendPDF(c echo.Context, sheet files.Sheet, name string) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "application/pdf")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.pdf"`, name))
	h.Set(echo.HeaderCacheControl, "no-store")
	return sheet.PDF(c.Response())
}

// numbered reads the task of the address, which has a number and which me sees
// fully.
func (a *App) numbered(c echo.Context, me rules.Actor) (*db.TaskPage, names, error) {
	taskID, err := id(c, "id")
	if err != nil {
		return nil, names{}, err
	}
	t, err := a.Store.TaskPage(c.Request().Context(), me, taskID, a.Now())
	if err != nil {
		return nil, names{}, err
	}
	if t.Sight != rules.SeesAll || t.Number == nil {
		return nil, names{}, db.ErrNotFound
	}
	n, err := a.names(c)
	return t, n, err
}

// sheet begins a sheet about the page at a path: its title, code and foot.
func (a *App) sheet(c echo.Context, path, title, above string, official bool) (files.Sheet, error) {
	head, err := a.Store.Head(c.Request().Context())
	if err != nil {
		return files.Sheet{}, err
	}
	code, err := files.QR(a.addressOf(path))
	if err != nil {
		return files.Sheet{}, err
	}
	if official {
		above += " · " + say(c).T("official.mark")
	}
	return files.Sheet{Title: title, Above: above, Code: code,
		Foot: say(c).T("card.foot", "When", a.moment(c, a.Now()), "Head", cmp.Or(head, "–"))}, nil
}

// taskSheet begins a sheet of one page about a task.
func (a *App) taskSheet(c echo.Context, t *db.TaskPage, above string) (files.Sheet, error) {
	sheet, err := a.sheet(c, fmt.Sprintf("/tasks/%d", t.ID), t.Ref()+" "+t.Title, above, t.Official)
	sheet.OnePage, sheet.More = true, func(n int) string { return say(c).N("card.more", n) }
	return sheet, err
}

// cardOf gathers a numbered task's control card.
func (a *App) cardOf(c echo.Context, me rules.Actor) (*db.TaskPage, files.Sheet, error) {
	t, n, err := a.numbered(c, me)
	if err != nil {
		return nil, files.Sheet{}, err
	}
	sheet, err := a.taskSheet(c, t, say(c).T("card.title"))
	sheet.Facts = append(a.cardTask(c, n, t), a.cardDeadlines(c, n, t)...)
	sheet.Facts = append(sheet.Facts, a.cardReports(c, n, t)...)
	sheet.Facts = append(sheet.Facts, a.cardHistory(c, t)...)
	return t, sheet, err
}

// cardList builds the facts of a card; empty ones are left out.
type cardList struct {
	p     *i18n.Printer
	facts []files.SheetFact
}

func (l *cardList) head(key string) {
	l.facts = append(l.facts, files.SheetFact{Label: l.p.T(key), Head: true})
}

func (l *cardList) add(label, text string) {
	if text = strings.TrimSpace(text); text != "" {
		l.facts = append(l.facts, files.SheetFact{Label: label, Text: text})
	}
}

func (a *App) cardTask(c echo.Context, n names, t *db.TaskPage) []files.SheetFact {
	p := say(c)
	l := &cardList{p: p}
	d := t.Directive
	l.add(p.T("meeting.one"), d.MeetingTitle+", "+d.MeetingPlace+", "+p.Date(d.HeldOn))
	l.add(p.T("directive.one"), rules.DirectiveRef(whole(t.NumberYear), whole(t.DirectiveNo))+" "+d.Title+" ("+p.T("strength."+d.Strength)+")")
	if w := passageWords(c, t.Passage); w != nil {
		l.add(p.T("directive.source"), p.Quote(w.Words)+" "+w.Source)
	}
	l.add(p.T("field.oral_by"), d.OralBy)
	for i, point := range t.Points {
		l.add(fmt.Sprintf("%s %d", p.T("field.points"), i+1), point)
	}
	l.add(p.T("field.lead"), n.of(deref(t.LeadID))+orNothing(", ", t.FocalName))
	var others []string
	for _, id := range t.CoExecutors {
		others = append(others, n.of(id))
	}
	l.add(p.T("field.co_executors"), strings.Join(others, "; "))
	l.add(p.T("field.controller"), d.ControllerName)
	status := a.status(c, &t.Task).Word
	if t.Result != "" {
		status += ": " + p.T("result."+string(t.Result))
	}
	l.add(p.T("field.status"), status)
	return l.facts
}

func orNothing(before, text string) string {
	if text == "" {
		return ""
	}
	return before + text
}

func (a *App) cardDeadlines(c echo.Context, n names, t *db.TaskPage) []files.SheetFact {
	p := say(c)
	l := &cardList{p: p}
	l.head("field.deadline")
	l.add(p.T("deadline.original"), a.longDay(c, t.OriginalDeadline).Text)
	now := a.longDay(c, t.Deadline).Text
	if t.Moves > 0 && t.OriginalDeadline != nil && t.Deadline != nil {
		now += " (" + p.N("deadline.moved", t.Moves) + ", " + shift(p, *t.OriginalDeadline, *t.Deadline) + ")"
	}
	l.add(p.T("deadline.current"), now)
	if t.DeadlineRule != "" {
		l.add(p.T("deadline.rule"), p.T("deadline.rule."+t.DeadlineRule))
	}
	l.add(p.T("field.deadline_wording"), t.DeadlineWording)
	l.add(p.T("field.no_deadline_reason"), t.NoDeadlineReason)
	for i := len(t.Requests) - 1; i >= 0; i-- {
		r := a.requestRow(c, n, &t.Requests[i])
		to := r.Agency
		if r.Extension {
			to = r.From.Text + " → " + r.To.Text
		}
		l.add(r.Kind+", "+r.When, to+", "+r.Status.Word+": "+short(r.Reason)+orNothing(" / ", short(r.Note)))
	}
	for i := range t.Tree {
		if m := &t.Tree[i]; m.Milestone {
			l.add(p.T("task.milestone"), m.Ref()+" "+m.Title+", "+a.longDay(c, m.Deadline).Text+", "+a.status(c, &m.Task).Word)
		}
	}
	return l.facts
}

// chainPDF sends all statements of a directive's commitment as a sheet.
func (a *App) chainPDF(c echo.Context, me rules.Actor) error {
	directiveID, err := id(c, "id")
	if err != nil {
		return err
	}
	d, err := a.Store.DirectivePage(c.Request().Context(), me, directiveID)
	if err != nil {
		return err
	}
	rows, sum := a.statements(c, d)
	p := say(c)
	sheet, err := a.sheet(c, fmt.Sprintf("/directives/%d", d.ID), d.Title, p.T("chain.heading")+" · "+sum, d.Official)
	if err != nil {
		return err
	}
	l := &cardList{p: p}
	for _, s := range rows {
		l.add(s.Said.Text+orNothing("\n", s.Where), strings.TrimSpace(s.Ref+" "+s.Title)+orNothing("\n", p.Quote(s.Words))+"\n"+
			p.T("field.deadline")+": "+s.Due.Text+orNothing(" ", s.Shifted)+orNothing(", ", p.Quote(s.Wording)))
	}
	sheet.Facts = l.facts
	return sendPDF(c, sheet, fmt.Sprintf("statements-%d", d.ID))
}
