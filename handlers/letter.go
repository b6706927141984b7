package handlers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/rules"
)

// letterDays is how many working days the letter gives for the answer.
const letterDays = 5

// letter shows the letter to the head of an agency whose task is long overdue.
func (a *App) letter(c echo.Context, me rules.Actor) error {
	t, sheet, err := a.letterOf(c, me)
	if err != nil {
		return err
	}
	return a.showSheet(c, me, t, sheet, "letter")
}

// letterPDF sends it as a file of one page.
func (a *App) letterPDF(c echo.Context, me rules.Actor) error {
	t, sheet, err := a.letterOf(c, me)
	if err != nil {
		return err
	}
	return sendPDF(c, sheet, "letter-"+t.Ref())
}

// mayWrite reports whether there is a letter to write about a task.
func (a *App) mayWrite(t *db.TaskPage) bool {
	zone, err := t.Zone()
	return err == nil && t.Sight == rules.SeesAll && rules.LetterDue(t.Status, t.Deadline, rules.Today(a.Now(), zone)) && rules.MayRemind(t.Status, t.Hats)
}

func (a *App) letterOf(c echo.Context, me rules.Actor) (*db.TaskPage, files.Sheet, error) {
	t, n, err := a.numbered(c, me)
	if err != nil {
		return nil, files.Sheet{}, err
	}
	if !a.mayWrite(t) {
		return nil, files.Sheet{}, db.ErrNotFound
	}
	p := say(c)
	sheet, err := a.taskSheet(c, t, p.T("letter.title"))
	if err != nil {
		return nil, files.Sheet{}, err
	}
	zone, err := t.Zone()
	if err != nil {
		return nil, files.Sheet{}, err
	}
	calendars, err := a.Store.Calendars(c.Request().Context(), a.Now())
	if err != nil {
		return nil, files.Sheet{}, err
	}
	today := rules.Today(a.Now(), zone)
	l := &cardList{p: p}
	l.add(p.T("letter.to"), p.T("letter.head", "Agency", n.of(deref(t.LeadID))))
	l.add(p.T("letter.date"), p.LongDate(today))
	l.add(p.T("status.overdue"), p.T("letter.overdue", "Delay", p.N("due.late", rules.DaysLate(*t.Deadline, today)), "Day", p.Date(*t.Deadline)))
	l.add(p.T("letter.request"), p.T("letter.ask", "Day", p.Date(calendars[t.LeadCountry].AddWorkingDays(today, letterDays))))
	l.add(p.T("letter.sign"), "\n____________________________") // before what may not fit on the page
	sheet.Facts = append(l.facts, a.cardTask(c, n, t)...)
	sent, err := a.letterSent(c, n, t)
	sheet.Facts = append(sheet.Facts, sent...)
	return t, sheet, err
}

// toTheAgency reports whether an audience belongs to the agency written to.
func toTheAgency(audience string) bool {
	return slices.Contains([]rules.Audience{rules.Lead, rules.Mailbox, rules.AgencyHead}, rules.Audience(audience))
}

// letterSent lists what the agency was sent about a task, the oldest first.
func (a *App) letterSent(c echo.Context, n names, t *db.TaskPage) ([]files.SheetFact, error) {
	lines, err := a.Store.TaskReminders(c.Request().Context(), t.ID)
	if err != nil {
		return nil, err
	}
	l := &cardList{p: say(c)}
	l.head("letter.sent")
	for i := len(lines) - 1; i >= 0; i-- {
		if line := &lines[i]; line.State == "sent" && toTheAgency(line.Audience) {
			who := line.PersonName
			if line.AgencyID != nil {
				who = n.of(*line.AgencyID)
			}
			l.add(a.moment(c, line.PlannedFor), fmt.Sprintf("%s: %s", l.p.T("rule."+line.Rule), strings.TrimSpace(who)))
		}
	}
	return l.facts, nil
}
