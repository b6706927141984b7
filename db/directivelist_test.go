package db_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// titles lists the directives of a filter, page by page; nothing may come twice.
func (w *world) titles(t *testing.T, me rules.Actor, f db.DirectiveFilter) string {
	t.Helper()
	var titles []string
	for {
		rows, err := w.Directives(w.ctx, me, f, w.now)
		check(t, err)
		page := rows[:min(len(rows), db.PageSize)]
		for i := range page {
			titles = append(titles, page[i].Title)
		}
		if len(rows) <= db.PageSize {
			return strings.Join(titles, " ")
		}
		f.After = page[len(page)-1].Key
	}
}

// oral records a directive of the world's meeting.
func (w *world) oral(t *testing.T, title string, sides ...string) int64 {
	t.Helper()
	id, err := w.AddDirective(w.ctx, w.staff, db.DirectiveInput{MeetingID: w.meeting, OralBy: "X", Strength: rules.Agreed, Title: title, Points: []string{"x"}, Sides: sides,
		NoDeadlineReason: "none", ControllerID: w.controller.PersonID, Now: w.now})
	check(t, err)
	return id
}

func TestDirectivesAreFiltered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	late, done, open := w.oral(t, "late", "UZ", "KZ"), w.oral(t, "done", "UZ", "KZ"), w.oral(t, "open", "UZ")
	w.oral(t, "none", "KZ")
	w.task(t, late, "2026-02-20")
	w.task(t, late, "2026-06-20")
	finished := w.task(t, done, "2026-06-01")
	check(t, w.finish(t, finished, w.focalUZ))
	check(t, w.Accept(w.ctx, w.controller, db.ActInput{TaskID: finished, Version: w.version(t, finished), Now: w.now}))
	w.task(t, open, "2026-05-01")
	other, err := w.SaveMeeting(w.ctx, w.staff, db.MeetingInput{Title: "Other", HeldOn: day("2025-01-01"), Place: "Tashkent", Level: "working", Sides: []string{"UZ"}, Now: w.now})
	check(t, err)
	_, err = w.AddDirective(w.ctx, w.staff, db.DirectiveInput{MeetingID: other, OralBy: "X", Strength: rules.Agreed, Title: "elsewhere", Points: []string{"x"}, Sides: []string{"UZ"},
		NoDeadlineReason: "none", ControllerID: w.controller.PersonID, Now: w.now})
	check(t, err)
	uz, kz := w.person(t, "staff.uz", w.uz, rules.Staff), w.person(t, "staff.kz", w.kz, rules.Staff)
	for name, c := range map[string]struct {
		me   rules.Actor
		f    db.DirectiveFilter
		want string
	}{
		"all, by number":            {w.manager, db.DirectiveFilter{}, "open done late elsewhere none"},
		"unknown order":             {w.manager, db.DirectiveFilter{Sort: db.Sort{By: "title"}}, "open done late elsewhere none"},
		"number, lowest first":      {w.manager, db.DirectiveFilter{Sort: db.Sort{By: "number"}}, "none elsewhere late done open"},
		"by meeting":                {w.manager, db.DirectiveFilter{Sort: db.Sort{By: "meeting_date", Desc: true}}, "none open done late elsewhere"},
		"by deadline":               {w.manager, db.DirectiveFilter{Sort: db.Sort{By: "next_deadline"}}, "late open done none elsewhere"},
		"by deadline, last first":   {w.manager, db.DirectiveFilter{Sort: db.Sort{By: "next_deadline", Desc: true}}, "open late elsewhere none done"},
		"of a meeting, by deadline": {w.manager, db.DirectiveFilter{MeetingID: w.meeting, Sort: db.Sort{By: "next_deadline"}}, "late open done none"},
		"of a meeting":              {w.manager, db.DirectiveFilter{MeetingID: other}, "elsewhere"},
		"open":                      {w.manager, db.DirectiveFilter{State: db.StateOpen}, "open late"},
		"overdue":                   {w.manager, db.DirectiveFilter{State: db.StateOverdue}, "late"},
		"overdue, by deadline":      {w.manager, db.DirectiveFilter{State: db.StateOverdue, Sort: db.Sort{By: "next_deadline", Desc: true}}, "late"},
		"done":                      {w.manager, db.DirectiveFilter{State: db.StateDone}, "done"},
		"done, by deadline":         {w.manager, db.DirectiveFilter{State: db.StateDone, Sort: db.Sort{By: "next_deadline"}}, "done"},
		"none":                      {w.manager, db.DirectiveFilter{State: db.StateNone}, "elsewhere none"},
		"a country takes part":      {w.manager, db.DirectiveFilter{Side: "KZ"}, "done late none"},
		"an agency leads":           {w.manager, db.DirectiveFilter{AgencyID: w.uz}, "open done late"},
		"an agency leads nothing":   {w.manager, db.DirectiveFilter{AgencyID: w.kz}, ""},
		"words":                     {w.manager, db.DirectiveFilter{Words: rules.SearchWords("ELSEwh")}, "elsewhere"},
		"words that are no pattern": {w.manager, db.DirectiveFilter{Words: []string{"%%%"}}, ""},
		"one side":                  {uz, db.DirectiveFilter{}, "open done late elsewhere"},
		"the other side":            {kz, db.DirectiveFilter{}, "done late none"},
		"the other, by deadline":    {kz, db.DirectiveFilter{Sort: db.Sort{By: "next_deadline"}}, "late done none"},
		"the other, its agency":     {kz, db.DirectiveFilter{AgencyID: w.uz}, "done late"},
		"the other, its meeting":    {kz, db.DirectiveFilter{MeetingID: other}, ""},
		"nobody's":                  {w.focalUZ, db.DirectiveFilter{}, ""},
	} {
		if got := w.titles(t, c.me, c.f); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	rows, err := w.Directives(w.ctx, w.manager, db.DirectiveFilter{State: db.StateOverdue}, w.now)
	check(t, err)
	d := rows[0]
	if d.Tasks != 2 || d.Open != 2 || d.Overdue != 1 || d.Done != 0 || d.Next.Format("2006-01-02") != "2026-02-20" || !slices.Equal(d.Leads, []int64{w.uz}) || !slices.Equal(d.Marks, []string{"assigned", "overdue"}) {
		t.Errorf("%+v", d)
	}
}

// Each directive comes once in every order, whichever way, at any length.
func TestDirectivesPageByKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const n = 2*db.PageSize + 7
	for i := range n {
		id := w.oral(t, fmt.Sprintf("d%03d", i), "UZ", "KZ")
		if i%3 == 0 {
			w.task(t, id, "2026-06-01")
		}
		if i%5 == 0 {
			w.task(t, id, fmt.Sprintf("2026-04-%02d", 1+i%30))
		}
	}
	for _, by := range []string{"number", "meeting_date", "next_deadline"} {
		first := ""
		for _, desc := range []bool{false, true} {
			f := db.DirectiveFilter{Sort: db.Sort{By: by, Desc: desc}}
			for name, f := range map[string]db.DirectiveFilter{"": f, "of the meeting": {Sort: f.Sort, MeetingID: w.meeting}} {
				got := strings.Fields(w.titles(t, w.manager, f))
				once := slices.Compact(slices.Sorted(slices.Values(got)))
				if len(got) != n || len(once) != n {
					t.Errorf("%s %v %s: %d rows, %d of them once", by, desc, name, len(got), len(once))
				}
			}
			if begin := w.titles(t, w.manager, f)[:4]; begin == first {
				t.Errorf("%s begins with %s both ways", by, begin)
			} else {
				first = begin
			}
		}
	}
	if got := strings.Fields(w.titles(t, w.manager, db.DirectiveFilter{Sort: db.Sort{By: "number", After: db.Mark{"x", "1"}}})); len(got) != n {
		t.Errorf("a page that is none: %d", len(got))
	}
}

// Of two tasks due on one day, one may be late where the other's clock is behind:
// then the directive is overdue in every order.
func TestDirectiveIsOverdueByAnyClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	behind, due := w.agency(t, "de-trade", "UZ", "Europe/Berlin", "UZ"), day("2026-03-01")
	id := w.oral(t, "late", "UZ", "KZ")
	task, err := w.AddTask(w.ctx, w.staff, db.TaskInput{DirectiveID: id, Title: "Behind", Points: []string{"x"}, LeadID: behind, Deadline: &due, Now: w.now})
	check(t, err)
	check(t, w.Assign(w.ctx, w.staff, db.ActInput{TaskID: task, Now: w.now}))
	w.task(t, id, "2026-03-01")
	w.now = time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC) // the next day in Tashkent
	for _, by := range []string{"number", "next_deadline"} {
		for _, meeting := range []int64{0, w.meeting} {
			if got := w.titles(t, w.manager, db.DirectiveFilter{State: db.StateOverdue, MeetingID: meeting, Sort: db.Sort{By: by}}); got != "late" {
				t.Errorf("by %s, of meeting %d: %q", by, meeting, got)
			}
		}
	}
}
