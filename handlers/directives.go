package handlers

import (
	"fmt"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// directiveView is a directive: the words it rests on, who does it, its tasks.
type directiveView struct {
	templates.Layout
	For                   templates.Crumb    // event that it is due for
	Events                []templates.Choice // that it could be due for
	ID                    int64
	Crumbs                []templates.Crumb
	Ref, Strength         string
	Status                templates.Status
	Progress              string
	Words                 *templates.Words
	OralBy                string
	Points                []string
	Sides                 []sideBlock
	Tasks                 []taskRow
	Reports               []reportRow
	Due, Original         templates.Day
	Wording, Rule, NoDate string
	Controller            string
	History               []templates.Line
	Record, Assign        bool
	Drafts                int
	Chain                 []chainRow // who said the same before and after
	ChainSum              string
	Related               []relatedRow
	Lineage               lineageForm // typed
	Alike                 []searchRow // what drafts to be assigned may double
	Lineages              []templates.Choice
	Official              bool
	State                 string   // fulfilled, partly, claimed …
	Mismatches            []string // where the sides differ
	Ladder                string
	Ladders               []templates.Choice // for who may choose another
}

// directiveTyped is what was typed on a directive's page and could not be taken.
type directiveTyped struct {
	lineage *lineageForm
	alike   []searchRow // what its drafts may double
}

// sideBlock is what one side owes: its leads, co-executors and worst sign.
type sideBlock struct {
	Side   templates.Side
	Status templates.Status
	Leads  []string
	Others []string
	State  string
	Until  *time.Time // the last deadline of its open tasks
}

var directivePage = templates.New[directiveView]("directive.html")

func (a *App) directive(c echo.Context, me rules.Actor) error {
	if format := exportWanted(c); format != "" {
		return a.exportFrom(c, me, format, a.chainGrid)
	}
	return a.showDirective(c, me, directiveTyped{}, nil)
}

func (a *App) showDirective(c echo.Context, me rules.Actor, typed directiveTyped, failed error) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	d, err := a.Store.DirectivePage(c.Request().Context(), me, id)
	if err != nil {
		return err
	}
	n, err := a.names(c)
	if err != nil {
		return err
	}
	p := say(c)
	view := directiveView{Layout: a.layout(c, d.Title), ID: d.ID, Crumbs: a.directiveCrumbs(c, me, &d.Directive), Ref: d.Ref(), Strength: p.T("strength." + d.Strength),
		Words: passageWords(c, d.Passage), OralBy: d.OralBy, Points: d.Points, Due: a.longDay(c, d.Deadline), Wording: d.DeadlineWording,
		NoDate: d.NoDeadlineReason, Controller: d.ControllerName, Official: d.Official, Record: rules.Allowed(me, rules.Record), Assign: rules.Allowed(me, rules.Assign),
		History: a.history(c, d.History)}
	if d.DeadlineRule != "" {
		view.Rule = p.T("deadline.rule." + d.DeadlineRule)
	}
	if d.OriginalDeadline != nil && d.Deadline != nil && !d.OriginalDeadline.Equal(*d.Deadline) {
		view.Original = a.longDay(c, d.OriginalDeadline)
	}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	if typed.lineage != nil {
		view.Lineage = *typed.lineage
	}
	view.Alike = typed.alike
	view.fill(a, c, n, d)
	view.chain(a, c, d)
	view.relations(a, c, d)
	view.ladder(c, me, d)
	view.compareSides(a, c, d)
	view.Export = exportLinks(c)
	if err := view.dueFor(a, c, me, d.ID); err != nil {
		return err
	}
	return render(c, status, directivePage, view)
}

func (v *directiveView) fill(a *App, c echo.Context, n names, d *db.DirectivePage) {
	p := say(c)
	var marks []rules.Mark
	done, all := 0, 0
	for i := range d.Tree {
		t := &d.Tree[i]
		v.Tasks = append(v.Tasks, a.treeRow(c, n, t))
		marks = append(marks, t.Mark(a.Now()))
		switch t.Status {
		case rules.Draft:
			v.Drafts++
		case rules.Cancelled:
		case rules.Accepted:
			done, all = done+1, all+1
		default:
			all++
		}
	}
	for _, side := range d.Sides {
		v.Sides = append(v.Sides, a.sideBlock(n, d.Tree, side, p))
	}
	worst := rules.Worst(marks)
	v.Status = templates.Status{Key: "new", Word: p.T("directive.recorded")}
	if all > 0 {
		v.Status = templates.Status{Key: shapes[worst], Word: p.T("status." + string(worst))}
		v.Progress = p.N("directive.done_of", all, "Done", done)
	}
	for i := range d.Latest {
		r := a.reportRow(c, n, &d.Latest[i].TaskReport)
		r.TaskID, r.TaskRef, r.TaskTitle = d.Latest[i].TaskID, d.Latest[i].TaskRef, d.Latest[i].TaskTitle
		v.Reports = append(v.Reports, r)
	}
}

// sideBlock gathers what one side owes of a directive.
func (a *App) sideBlock(n names, tree []db.TreeTask, side string, p *i18n.Printer) sideBlock {
	b := sideBlock{Side: sideView(p, side)}
	var marks []rules.Mark
	add := func(list []string, id int64) []string {
		if name := n.of(id); name != "" && !slices.Contains(list, name) {
			return append(list, name)
		}
		return list
	}
	for i := range tree {
		t := &tree[i]
		if t.LeadSide == side && t.LeadID != nil {
			b.Leads = add(b.Leads, *t.LeadID)
			marks = append(marks, t.Mark(a.Now()))
		}
		for _, id := range t.CoExecutors {
			if n.all[id] != nil && n.all[id].Side == side {
				b.Others = add(b.Others, id)
			}
		}
	}
	b.Others = slices.DeleteFunc(b.Others, func(name string) bool { return slices.Contains(b.Leads, name) })
	b.State, b.Until = stateOfSide(p, tree, side)
	if worst := rules.Worst(marks); worst != "" {
		b.Status = templates.Status{Key: shapes[worst], Word: p.T("status." + string(worst))}
	}
	return b
}

// longDay writes a date with its year.
func (a *App) longDay(c echo.Context, d *time.Time) templates.Day {
	if d == nil {
		return templates.Day{Text: say(c).T("due.none")}
	}
	return templates.Day{ISO: d.Format(time.DateOnly), Text: say(c).Date(*d)}
}

// directiveCrumbs leads back to the meeting, for those who see the register.
func (a *App) directiveCrumbs(c echo.Context, me rules.Actor, d *db.Directive) []templates.Crumb {
	p := say(c)
	meeting := templates.Crumb{Label: d.MeetingPlace + ", " + p.Date(d.HeldOn)}
	if len(me.RegisterSides()) > 0 {
		meeting.Href = fmt.Sprintf("/meetings/%d", d.MeetingID)
	}
	label := p.T("directive.one")
	if d.Ref() != "" {
		label += " " + d.Ref()
	}
	return []templates.Crumb{meeting, {Href: fmt.Sprintf("/directives/%d", d.ID), Label: label}}
}
