package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// ledgerView is the ledger of reminders.
type ledgerView struct {
	templates.Layout
	List             templates.List
	Lines            []ledgerRow
	States, Agencies []templates.Choice
	Pager            templates.Pager
	LastTick         string
	Held             *heldView // nil: mails go
}

type ledgerRow struct {
	ID                           int64
	Planned, Sent                string
	Who, Address, Audience, Rule string
	TaskID                       int64
	Ref, Title, Lead             string
	Side                         templates.Side
	State                        templates.Status
	Answer, Reason               string
	Late                         bool
	Again                        bool   // it can be sent again
	Mend                         string // where its address can be mended
}

// ledgerList are the columns of the ledger, which by itself is in the order in
// which reminders were planned.
var ledgerList = listing{desc: true, columns: []column{
	{key: "why", label: "ledger.why"}, {key: "task", label: "column.task"}, {key: "lead", label: "column.lead"}, {key: "to", label: "ledger.to"},
	{key: "planned", label: "ledger.planned", sorts: true, down: true}, {key: "outcome", label: "ledger.outcome"}}}

var ledgerPage = templates.New[ledgerView]("ledger.html")

var ledgerShapes = map[string]string{"planned": "new", "waiting": "go", "sent": "done", "skipped": "stop", "refused": "late", "failed": "late"}

func (a *App) ledger(c echo.Context, me rules.Actor) error {
	if format := exportWanted(c); format != "" {
		return a.exportFrom(c, me, format, a.ledgerGrid)
	}
	return a.showLedger(c, me, &releaseForm{}, nil)
}

// showLedger shows the ledger; form and failed are those of a release of held
// mails that was refused.
func (a *App) showLedger(c echo.Context, me rules.Actor, form *releaseForm, failed error) error {
	p, ctx := say(c), c.Request().Context()
	f, ask := ledgerFilter(c), ledgerList.asked(c)
	f.Sort = ask.Sort
	if from := c.QueryParam("before"); from != "" && f.Sort.After == nil { // as addresses had it before
		f.Sort.After = db.Mark{from}
	}
	rows, err := a.Store.Ledger(ctx, me, f)
	if err != nil {
		return err
	}
	view := ledgerView{Layout: a.layout(c, p.T("nav.reminders"))}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	if len(rows) > db.PageSize {
		rows = rows[:db.PageSize]
		view.Pager.Next = ask.after(c, rows[len(rows)-1].Key)
	}
	view.Pager.First, view.Export, view.List = firstPage(c), exportLinks(c), ask.view(c)
	view.States = append([]templates.Choice{{Label: p.T("ledger.state.all")}}, choices(p, "ledger.state.", db.LedgerStates, f.State)...)
	agencies, err := a.agencyChoices(c, func(agency *db.Agency) bool { return agency.Email != "" }, f.AgencyID)
	if err != nil {
		return err
	}
	view.Agencies = append([]templates.Choice{{Label: p.T("ledger.agency.all")}}, agencies...)
	if err := view.fill(a, c, rows); err != nil {
		return err
	}
	if at, err := a.Store.LastTick(ctx); err == nil && at.Year() > 1970 {
		view.LastTick = a.moment(c, at)
	}
	if view.Held, err = a.held(c, me, form); err != nil {
		return err
	}
	return render(c, status, ledgerPage, view)
}

// ledgerFilter reads the filters from the address.
func ledgerFilter(c echo.Context) (f db.LedgerFilter) {
	f.AgencyID, _ = strconv.ParseInt(c.QueryParam("agency"), 10, 64)
	f.TaskID, _ = strconv.ParseInt(c.QueryParam("task"), 10, 64)
	for _, state := range db.LedgerStates {
		if c.QueryParam("state") == state {
			f.State = state
		}
	}
	return f
}

// failedMail reports whether a mail did not go out for good.
func failedMail(state string) bool { return state == "refused" || state == "failed" }

// mendAddress is where a refused address can be changed, by those who can.
func mendAddress(me rules.Actor, l *db.LedgerLine) string {
	switch {
	case l.State != "refused" || !rules.Allowed(me, rules.Administer):
		return ""
	case l.AgencyID != nil:
		return fmt.Sprintf("/agencies/%d#f-email", *l.AgencyID)
	}
	return fmt.Sprintf("/people/%d#f-email", deref(l.PersonID))
}

// sendAgain lets a mail that was refused or given up go out again.
func (a *App) sendAgain(c echo.Context, me rules.Actor) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	if err := a.Store.SendAgain(c.Request().Context(), me, id, c.FormValue("form_key"), a.Now()); err != nil {
		return err
	}
	return a.seeOther(c, "/reminders", "ledger.again.done")
}

// before is the address of the page of older rows.
func before(c echo.Context, id int64) string {
	q := c.Request().URL.Query()
	q.Set("before", strconv.FormatInt(id, 10))
	return (&url.URL{Path: c.Request().URL.Path, RawQuery: q.Encode()}).String()
}

func (v *ledgerView) fill(a *App, c echo.Context, rows []db.LedgerLine) error {
	n, err := a.names(c)
	if err != nil {
		return err
	}
	me := seen(c).me
	for i := range rows {
		v.Lines = append(v.Lines, a.ledgerRow(c, n, me, &rows[i]))
	}
	return nil
}

// ledgerRow is a reminder with what became of it, in words.
func (a *App) ledgerRow(c echo.Context, n names, me rules.Actor, l *db.LedgerLine) ledgerRow {
	p := say(c)
	row := ledgerRow{Again: failedMail(l.State) && rules.Allowed(me, rules.SendAgain), Mend: mendAddress(me, l), ID: l.ID, Planned: a.moment(c, l.PlannedFor), Who: l.PersonName, Address: l.Address, Audience: p.T("audience." + l.Audience),
		Rule: p.T("rule." + l.Rule), TaskID: l.TaskID, Ref: l.Ref(), Title: l.TaskTitle, Lead: n.of(l.LeadID), Side: n.side(l.LeadID),
		State: templates.Status{Key: ledgerShapes[l.State], Word: p.T("ledger.state." + l.State)}, Answer: l.Answer, Late: l.Late}
	if l.AgencyID != nil {
		row.Who = n.of(*l.AgencyID)
	}
	if l.SentAt != nil {
		row.Sent = a.moment(c, *l.SentAt)
	}
	if l.Answer == db.AnswerUnknown {
		row.Answer = p.T("ledger.unknown")
	}
	if l.State == "skipped" {
		row.Answer = ""
		if reason := orWord(l.Reason, l.Answer); reason != "" {
			row.Reason = p.T("reminder.skipped." + reason)
		}
	}
	return row
}

func orWord(first, second string) string {
	if first != "" {
		return first
	}
	return second
}

// mailboxView lists the mails that the demonstration caught.
type mailboxView struct {
	templates.Layout
	Mails []mailRow
	Pager templates.Pager
}

type mailRow struct {
	ID              int64
	To, Subject, At string
}

// mailView is one of them.
type mailView struct {
	templates.Layout
	Mail mailRow
	Text string
	HTML string // address of the mail's HTML
}

var (
	mailboxPage = templates.New[mailboxView]("mailbox.html")
	mailPage    = templates.New[mailView]("mail.html")
)

func (a *App) mailbox(c echo.Context, _ rules.Actor) error {
	if !a.Demo {
		return db.ErrNotFound
	}
	from, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	mails, err := a.Store.CaughtMails(c.Request().Context(), from)
	if err != nil {
		return err
	}
	view := mailboxView{Layout: a.layout(c, say(c).T("nav.mailbox"))}
	if len(mails) > db.PageSize {
		mails = mails[:db.PageSize]
		view.Pager.Next = before(c, mails[len(mails)-1].ID)
	}
	view.Pager.First = firstPage(c)
	for _, m := range mails {
		view.Mails = append(view.Mails, mailRow{ID: m.ID, To: m.Recipient, Subject: m.Subject, At: a.moment(c, m.At)})
	}
	return render(c, http.StatusOK, mailboxPage, view)
}

func (a *App) readMail(c echo.Context) (*db.CaughtMail, error) {
	id, err := id(c, "id")
	if err != nil || !a.Demo {
		return nil, db.ErrNotFound
	}
	return a.Store.CaughtMail(c.Request().Context(), id)
}

func (a *App) caughtMail(c echo.Context, _ rules.Actor) error {
	m, err := a.readMail(c)
	if err != nil {
		return err
	}
	view := mailView{Layout: a.layout(c, m.Subject), Mail: mailRow{ID: m.ID, To: m.Recipient, Subject: m.Subject, At: a.moment(c, m.At)}, Text: m.Text,
		HTML: "/mailbox/" + strconv.FormatInt(m.ID, 10) + "/html"}
	return render(c, http.StatusOK, mailPage, view)
}

// caughtHTML shows a mail's own HTML in its frame: nothing runs, nothing loads,
// links open outside the frame.
func (a *App) caughtHTML(c echo.Context, _ rules.Actor) error {
	m, err := a.readMail(c)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set(echo.HeaderCacheControl, "no-store")
	return c.HTML(http.StatusOK, m.HTML)
}

// helpView explains signs and keys.
type helpView struct {
	templates.Layout
	Signs []templates.Status
}

var helpPage = templates.New[helpView]("help.html")

func (a *App) help(c echo.Context, _ rules.Actor) error {
	p := say(c)
	view := helpView{Layout: a.layout(c, p.T("nav.help"))}
	for _, mark := range []rules.Mark{rules.MarkLate, rules.MarkSoon, "in_progress", "assigned", "submitted", "returned", "accepted", "cancelled"} {
		view.Signs = append(view.Signs, templates.Status{Key: shapes[mark], Word: p.T("status." + string(mark))})
	}
	return render(c, http.StatusOK, helpPage, view)
}
