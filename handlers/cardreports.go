package handlers

import (
	"fmt"
	"strings"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/i18n"
)

// cardLetters is how many letters of a report or note a card shows.
const cardLetters = 300

// short cuts a text to what a card shows of it.
func short(text string) string {
	if r := []rune(text); len(r) > cardLetters {
		return strings.TrimSpace(string(r[:cardLetters-1])) + "…"
	}
	return text
}

// cardReports lists the reports, the newest first.
func (a *App) cardReports(c echo.Context, n names, t *db.TaskPage) []files.SheetFact {
	p := say(c)
	l := &cardList{p: p}
	if len(t.Reports) > 0 {
		l.head("report.many")
	}
	for i := range t.Reports {
		r := a.reportRow(c, n, &t.Reports[i])
		r.Files = fileRows(p, t.Reports[i].Files)
		l.add(r.When+", "+r.Who, cardReport(p, &r))
	}
	return l.facts
}

// cardReport is a report in short: its words, answers, inputs, files and the
// decision on it.
func cardReport(p *i18n.Printer, r *reportRow) string {
	text := r.Status.Word + ". " + short(r.Done)
	for _, answer := range r.Answers {
		text += fmt.Sprintf("\n%d. %s", answer.Number, orNothing("", answer.State.Word)+orNothing(" ", short(answer.Answer)))
	}
	for _, in := range r.Inputs {
		if in.Missing {
			text += "\n" + p.T("contribution.missing", "Agency", in.Agency)
		} else {
			text += "\n" + in.Agency + ": " + short(in.Text)
		}
	}
	for _, f := range r.Files {
		text += "\n" + f.Name + ", SHA-256 " + f.Hash
	}
	if r.Decision.Word != "" {
		text += "\n" + r.Decision.Word + orNothing(", ", r.DecidedBy) + orNothing(": ", short(r.DecisionNote))
	}
	return text
}

// cardLines is how many of the latest changes a card shows.
const cardLines = 12

func (a *App) cardHistory(c echo.Context, t *db.TaskPage) []files.SheetFact {
	l := &cardList{p: say(c)}
	l.head("history.heading")
	for i, h := range a.history(c, t.History) {
		if i == cardLines {
			break
		}
		l.add(h.When+orNothing(", ", h.Who), h.What+orNothing(": ", short(strings.Join(h.Details, "; "))))
	}
	return l.facts
}
