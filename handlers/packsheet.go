package handlers

import (
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

// inBoth joins a text in the languages of a pack, for paper.
func inBoth(texts []twin) string {
	var parts []string
	for _, t := range texts {
		parts = append(parts, t.Text)
	}
	return strings.Join(parts, " / ")
}

func (of *packOf) second() i18n.Lang {
	if len(of.langs) > 1 {
		return of.langs[1]
	}
	return ""
}

// packPDF sends the pack as a file.
func (a *App) packPDF(c echo.Context, me rules.Actor) error {
	of, err := a.readPack(c, me)
	if err != nil {
		return err
	}
	if of.wrong != nil {
		return a.showPack(c, me, of)
	}
	n, err := a.names(c)
	if err != nil {
		return err
	}
	e := of.event
	sheet, err := a.sheet(c, fmt.Sprintf("/events/%d", e.ID), e.Title, inBoth(of.key("pack.title"))+" · "+eventLine(say(c), e)+" · "+inBoth(of.sinceText()), of.official())
	if err != nil {
		return err
	}
	l := &cardList{p: say(c)}
	for _, count := range of.counts(say(c)) {
		l.add(inBoth(count.Name), count.N)
	}
	for _, part := range a.packParts(n, me, of) {
		l.facts = append(l.facts, files.SheetFact{Label: inBoth(part.Name), Head: true})
		if len(part.Rows) == 0 {
			l.add(" ", inBoth(part.Empty))
		}
		for i := range part.Rows {
			r := &part.Rows[i]
			l.add(r.Ref+orNothing("\n", r.Due.Text), r.Title+"\n"+r.Side.Code+" · "+inBoth(r.Who)+" · "+inBoth(r.Status)+orNothing("\n", r.Why))
		}
		l.add(" ", inBoth(part.More))
	}
	l.facts = append(l.facts, files.SheetFact{Label: inBoth(of.key("pack.matrix")), Head: true})
	table := a.matrixTable(n, of.langs, e.Sides, of.matrix)
	for i := range table.Rows {
		l.add(matrixFact(say(c), &table, &table.Rows[i]))
	}
	sheet.Facts = l.facts
	return sendPDF(c, sheet, fmt.Sprintf("pack-%d", e.ID))
}

// matrixFact is a decision of the matrix on paper.
func matrixFact(p *i18n.Printer, table *matrixTable, r *matrixRow) (label, text string) {
	lines := []string{r.Title}
	for _, w := range r.Words {
		lines = append(lines, p.Quote(w.Text))
	}
	for i, cell := range r.Cells {
		for _, part := range cell.Parts {
			lines = append(lines, table.Sides[i].Code+": "+inBoth(part.Who)+" · "+inBoth(part.Status)+orNothing(" · ", part.Due))
		}
	}
	return r.Ref + orNothing("\n", r.Due), strings.Join(lines, "\n")
}

// official tells whether something in the pack is for official use.
func (of *packOf) official() bool {
	for _, part := range [][]db.PackTask{of.pack.Done, of.pack.Late, of.pack.Going, of.pack.Idle} {
		for i := range part {
			if part[i].Official {
				return true
			}
		}
	}
	for i := range of.matrix {
		if of.matrix[i].Official {
			return true
		}
	}
	return false
}

// eventLine says when and where an event is.
func eventLine(p *i18n.Printer, e *db.Event) string {
	return eventWhen(p, e).Text + orNothing(", ", e.Place)
}

// brief shows the head's one page before an event.
func (a *App) brief(c echo.Context, me rules.Actor) error {
	of, sheet, err := a.briefOf(c, me)
	if err != nil {
		return err
	}
	href := fmt.Sprintf("/events/%d", of.event.ID)
	view := sheetView{Layout: a.layout(c, sheet.Title), Above: sheet.Above, Facts: sheet.Facts, Foot: sheet.Foot, Code: sheet.Code.Path(), CodeSize: sheet.Code.Size, PDF: href + "/brief.pdf",
		Crumbs: []templates.Crumb{{Href: "/events", Label: say(c).T("nav.events")}, {Href: href, Label: of.event.Title}, {Label: say(c).T("brief.title")}}}
	return render(c, http.StatusOK, sheetPage, view)
}

func (a *App) briefPDF(c echo.Context, me rules.Actor) error {
	of, sheet, err := a.briefOf(c, me)
	if err != nil {
		return err
	}
	return sendPDF(c, sheet, fmt.Sprintf("brief-%d", of.event.ID))
}

// What a head's page holds of each part.
const (
	briefLate    = 8
	briefOthers  = 5
	briefFigures = 4
)

// briefOf gathers the head's page: how many, the longest delays with their
// reasons, what was done, what is due for the event, and the leaders' figures.
func (a *App) briefOf(c echo.Context, me rules.Actor) (*packOf, files.Sheet, error) {
	of, err := a.readPack(c, me)
	if err != nil {
		return nil, files.Sheet{}, err
	}
	of.langs = []i18n.Lang{seen(c).lang}
	p, e := say(c), of.event
	sheet, err := a.sheet(c, fmt.Sprintf("/events/%d", e.ID), e.Title, p.T("brief.title")+" · "+eventLine(p, e), of.official())
	if err != nil {
		return nil, sheet, err
	}
	sheet.OnePage, sheet.More = true, func(n int) string { return p.N("card.more", n) }
	n, err := a.names(c)
	if err != nil {
		return nil, sheet, err
	}
	l := &cardList{p: p}
	counted := []string{inBoth(of.sinceText())}
	for _, count := range of.counts(p) {
		counted = append(counted, inBoth(count.Name)+": "+count.N)
	}
	l.add(p.T("brief.since"), strings.Join(counted, "\n"))
	a.briefTasks(l, n, of, "brief.late", of.pack.Late, briefLate)
	a.briefTasks(l, n, of, "pack.done", of.pack.Done, briefOthers)
	a.briefTasks(l, n, of, "pack.idle", of.pack.Idle, briefOthers)
	if err := a.briefFigures(c, me, l); err != nil {
		return nil, sheet, err
	}
	sheet.Facts = l.facts
	return of, sheet, nil
}

func (a *App) briefTasks(l *cardList, n names, of *packOf, head string, tasks []db.PackTask, most int) {
	if len(tasks) == 0 {
		return
	}
	l.head(head)
	for i := range tasks[:min(len(tasks), most)] {
		r := a.packRow(n, of, &tasks[i])
		l.add(r.Ref+orNothing("\n", r.Due.Text), r.Title+"\n"+r.Side.Code+" · "+inBoth(r.Who)+" · "+inBoth(r.Status)+orNothing("\n", short(r.Why)))
	}
}

// briefFigures are the latest figures of the leaders with their last values.
func (a *App) briefFigures(c echo.Context, me rules.Actor, l *cardList) error {
	rows, err := a.Store.Indicators(c.Request().Context(), me, db.Sort{})
	if err != nil || len(rows) == 0 {
		return err
	}
	l.head("nav.indicators")
	for i := range rows[:min(len(rows), briefFigures)] {
		r := &rows[i]
		text := r.Value
		if r.Last != nil {
			text += "; " + periodWord(l.p, *r.LastPeriod, *r.LastOn) + ": " + amount(l.p, *r.Last, r.Unit) + " (" + r.LastSource + ")"
		}
		l.add(r.Title, text)
	}
	return nil
}
