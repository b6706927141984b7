package db_test

import (
	"errors"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// A monthly task goes on to its next due day when a report is accepted; what was
// missed stays visible, and it ends when somebody says so.
func TestPeriodicTasks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := day("2026-03-10")
	task, err := w.AddTask(w.ctx, w.staff, db.TaskInput{DirectiveID: w.directive(t), Title: "Monthly figures", Points: []string{"Figures"}, LeadID: w.uz, Deadline: &first, Period: rules.Monthly, Now: w.now})
	check(t, err)
	check(t, w.Assign(w.ctx, w.staff, db.ActInput{TaskID: task, Now: w.now}))
	check(t, w.finish(t, task, w.focalUZ))
	check(t, w.Accept(w.ctx, w.controller, db.ActInput{TaskID: task, Now: w.now}))
	got, _, err := w.Task(w.ctx, w.staff, task)
	check(t, err)
	if got.Status != rules.InProgress || !got.Deadline.Equal(day("2026-04-10")) || !got.OriginalDeadline.Equal(day("2026-04-10")) || got.Moves != 0 {
		t.Errorf("%s, due %v, original %v, moved %d times", got.Status, got.Deadline, got.OriginalDeadline, got.Moves)
	}
	w.now = day("2026-07-01").Add(6 * time.Hour) // April's is late, May's and June's are missed
	check(t, w.finish(t, task, w.focalUZ))
	check(t, w.Accept(w.ctx, w.controller, db.ActInput{TaskID: task, Now: w.now}))
	page, err := w.TaskPage(w.ctx, w.controller, task, w.now)
	check(t, err)
	missed, late := 0, 0
	for _, c := range page.Cycles {
		if c.ReportID == nil {
			missed++
		} else if c.Late {
			late++
		}
	}
	if len(page.Cycles) != 4 || missed != 2 || late != 1 || !page.Deadline.Equal(day("2026-07-10")) {
		t.Errorf("%d cycles, %d missed, %d late, due %v", len(page.Cycles), missed, late, page.Deadline)
	}
	check(t, w.Undo(w.ctx, w.controller, db.ActInput{TaskID: task, Now: w.now.Add(time.Second)}))
	if page, err = w.TaskPage(w.ctx, w.controller, task, w.now); err != nil || len(page.Cycles) != 1 || page.Status != rules.Submitted {
		t.Errorf("after undoing: %d cycles, %s, %v", len(page.Cycles), page.Status, err)
	}
	check(t, w.Accept(w.ctx, w.controller, db.ActInput{TaskID: task, End: true, Now: w.now}))
	if got, _, err = w.Task(w.ctx, w.staff, task); err != nil || got.Status != rules.Accepted {
		t.Errorf("ended: %s, %v", got.Status, err)
	}
}

// A note for the own side only is not the other side's to read; one for both is,
// even where the other side sees the outline only.
func TestVisibilityOfNotes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	staffKZ := w.person(t, "staff.kz", w.kz, rules.Staff)
	task := w.task(t, w.directive(t), "2026-03-31")
	for text, v := range map[string]rules.Visibility{"among us": rules.OwnSide, "for both": rules.BothSides} {
		check(t, w.AddNote(w.ctx, w.focalUZ, db.NoteInput{TaskID: task, Text: text, Visibility: v, Now: w.now}))
	}
	for _, c := range []struct {
		who  string
		me   rules.Actor
		want int
	}{{"the author", w.focalUZ, 2}, {"the joint office", w.controller, 2}, {"the other side's focal point", w.focalKZ, 1}, {"the other side's register", staffKZ, 1}} {
		page, err := w.TaskPage(w.ctx, c.me, task, w.now)
		check(t, err)
		if len(page.Notes) != c.want {
			t.Errorf("%s sees %d notes, want %d", c.who, len(page.Notes), c.want)
		}
	}
}

// A merged task names the one that took its place.
func TestMergedTasks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	directive := w.directive(t)
	one, two := w.task(t, directive, "2026-03-31"), w.task(t, directive, "2026-04-30")
	cancel := func(into int64) error {
		return w.Cancel(w.ctx, w.controller, db.ActInput{TaskID: one, Ground: "merged", Note: "Minutes 3", Into: into, Now: w.now})
	}
	for _, into := range []int64{0, one, 999} {
		if err := cancel(into); err == nil || errors.Is(err, db.ErrNotFound) {
			t.Errorf("merged into %d: %v", into, err)
		}
	}
	check(t, cancel(two))
	page, err := w.TaskPage(w.ctx, w.controller, one, w.now)
	check(t, err)
	if page.MergedRef != "2026-1.2" {
		t.Errorf("merged into %q", page.MergedRef)
	}
}

// Taking a confirmed directive back is possible only while nothing has a number.
func TestNumberedDirectivesStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := db.ProposalInput{DocumentID: w.document, Starts: 20, Ends: 76, Kind: "instruction", RuleSet: "x", Decision: rules.Confirmed, Now: w.now,
		Directive: &db.DirectiveInput{DocumentID: w.document, Starts: 20, Ends: 76, Strength: rules.Instructed, Title: "Programme", Points: []string{"x"}, Sides: []string{"UZ", "KZ"},
			NoDeadlineReason: "none", ControllerID: w.controller.PersonID, Now: w.now},
		Tasks: []db.TaskInput{{Title: "Draft", Points: []string{"x"}, LeadID: w.uz, NoDeadlineReason: "none", Now: w.now}}}
	check(t, w.Decide(w.ctx, w.staff, in))
	decided, err := w.Decisions(w.ctx, w.document)
	check(t, err)
	if _, err := w.AssignAll(w.ctx, w.staff, *decided[0].DirectiveID, w.now); err != nil {
		t.Fatal(err)
	}
	if err := w.TakeBack(w.ctx, w.staff, w.document, decided[0].ID, w.now); !errors.Is(err, rules.ErrMove) {
		t.Errorf("taking back a numbered directive: %v", err)
	}
}
