package db_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// Words and files for the own side stay out of what the other side reads,
// answers and is mailed.
func TestOwnSideStaysThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-31")
	check(t, w.AddNote(w.ctx, w.focalUZ, db.NoteInput{TaskID: task, Text: "between ourselves", Visibility: rules.OwnSide, Now: w.now}))
	check(t, w.AddFile(w.ctx, w.focalUZ, db.FileInput{TaskID: task, Name: "inner.txt", Kind: "document", Visibility: rules.OwnSide, Type: "text/plain", Size: 1, Body: strings.NewReader("x"), Now: w.now}))
	page, err := w.TaskPage(w.ctx, w.focalKZ, task, w.now)
	check(t, err)
	for _, h := range page.History {
		if strings.Contains(h.Note, "between") || bytes.Contains(h.Changes, []byte("inner")) {
			t.Errorf("the other side reads %s: %q %s", h.Act, h.Note, h.Changes)
		}
	}
	if len(page.Notes) != 0 {
		t.Error("the other side reads the note")
	}
	own, err := w.TaskPage(w.ctx, w.focalUZ, task, w.now)
	check(t, err)
	if len(own.Notes) != 1 {
		t.Fatal("the own side does not")
	}
	err = w.AddNote(w.ctx, w.focalKZ, db.NoteInput{TaskID: task, AnswersID: own.Notes[0].ID, Text: "heard", Now: w.now})
	if !errors.Is(err, db.ErrNotFound) {
		t.Errorf("the other side answers what it can't read: %v", err)
	}
}

// Who leaves the agency he shared with an absent colleague loses what he had of
// him at once.
func TestADeputyWhoLeaves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	deputy := w.person(t, "deputy", w.uz, rules.Focal)
	check(t, w.AddStandIn(w.ctx, w.focalUZ, db.StandInInput{DeputyID: deputy.PersonID, From: day("2026-03-01"), To: day("2026-12-31"), Today: day("2026-03-01"), Now: w.now}))
	me := func() rules.Actor {
		p, err := w.Person(w.ctx, deputy.PersonID)
		check(t, err)
		a, err := w.ActorAt(w.ctx, p, w.now)
		check(t, err)
		return a
	}
	if !me().Is(w.focalUZ.PersonID) {
		t.Fatal("he does not stand in")
	}
	_, err := w.SavePerson(w.ctx, rules.Actor{}, db.PersonInput{ID: deputy.PersonID, Version: 1, Email: "deputy@example.org", Name: "deputy", Roles: map[int64]rules.Role{w.other: rules.Focal}, Now: w.now})
	check(t, err)
	if now := me(); now.Is(w.focalUZ.PersonID) || len(now.AgenciesAs(rules.Focal)) != 1 {
		t.Error("he still stands in for somebody of an agency that he left")
	}
}

// A controller who lost the role finds nothing and is told nothing, though
// directives still name him.
func TestAFormerController(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-31")
	check(t, w.Report(w.ctx, w.focalUZ, db.ReportInput{TaskID: task, Version: w.version(t, task), Signal: rules.UnderWay, Done: "fourteen answers", Next: "more", Now: w.now}))
	_, err := w.SavePerson(w.ctx, rules.Actor{}, db.PersonInput{ID: w.controller.PersonID, Version: 1, Email: "controller@example.org", Name: "controller", Roles: map[int64]rules.Role{w.other: rules.Focal}, Now: w.now})
	check(t, err)
	p, err := w.Person(w.ctx, w.controller.PersonID)
	check(t, err)
	found, count, err := w.Search(w.ctx, p.Actor(), "report", []string{"fourteen"}, 0)
	check(t, err)
	if len(found) != 0 || count != 0 {
		t.Errorf("he finds %d reports of %d", len(found), count)
	}
	if found, _, err = w.Search(w.ctx, w.staff, "report", []string{"fourteen"}, 3_000_000_000); err != nil || len(found) != 1 {
		t.Errorf("the secretariat finds %d, %v", len(found), err)
	}
	check(t, w.ask(t, task, "2026-04-30"))
	lines, err := w.TaskReminders(w.ctx, task)
	check(t, err)
	for _, l := range lines {
		if l.PersonName == "controller" {
			t.Errorf("he is told: %s", l.Rule)
		}
	}
}

// Nobody accepts what he reported himself, in whose place ever; nobody gives
// two levels.
func TestNobodyAcceptsHisOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-31")
	reporter := w.manager
	reporter.Members = append(reporter.Members, rules.Member{AgencyID: w.uz, Side: "UZ", Role: rules.Focal})
	check(t, w.finish(t, task, reporter))
	if err := w.Accept(w.ctx, w.manager, db.ActInput{TaskID: task, Now: w.now}); !errors.Is(err, rules.ErrForbidden) {
		t.Errorf("the manager accepts what he reported as a deputy: %v", err)
	}
	head := w.person(t, "head", w.joint, rules.Manager)
	head.StandsFor = []int64{w.manager.PersonID}
	if err := w.Accept(w.ctx, head, db.ActInput{TaskID: task, Now: w.now}); !errors.Is(err, rules.ErrForbidden) {
		t.Errorf("who stands in for the reporter accepts: %v", err)
	}
	check(t, w.Accept(w.ctx, w.controller, db.ActInput{TaskID: task, Now: w.now}))
}

// An extension leads later than the present deadline, and to a day to come.
func TestExtensionsLeadLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-31")
	check(t, w.ask(t, task, "2026-04-30"))
	for _, date := range []string{"1991-01-01", "2026-03-31", "2026-03-30"} {
		other := day(date)
		var wrong rules.Problems
		if err := w.judge(t, w.controller, task, db.VerdictInput{Grant: true, Date: &other}); !errors.As(err, &wrong) {
			t.Errorf("granted until %s: %v", date, err)
		}
	}
	check(t, w.MoveDeadline(w.ctx, w.manager, db.MoveInput{TaskID: task, Version: w.version(t, task), To: day("2026-06-01"), Reason: "agreed", Now: w.now}))
	var wrong rules.Problems
	if err := w.judge(t, w.manager, task, db.VerdictInput{Grant: true}); !errors.As(err, &wrong) {
		t.Errorf("a later deadline is pulled back: %v", err)
	}
}

// A report that lay in review while due days passed is no missed one.
func TestASlowReviewerHurtsNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	due := day("2026-03-10")
	task, err := w.AddTask(w.ctx, w.staff, db.TaskInput{DirectiveID: w.directive(t), Title: "Monthly figures", Points: []string{"Figures"}, LeadID: w.uz, Deadline: &due, Period: rules.Monthly, Now: w.now})
	check(t, err)
	check(t, w.Assign(w.ctx, w.staff, db.ActInput{TaskID: task, Now: w.now}))
	w.now = w.now.Add(time.Minute)
	check(t, w.finish(t, task, w.focalUZ))
	w.now = day("2026-06-15").Add(6 * time.Hour)
	check(t, w.Accept(w.ctx, w.controller, db.ActInput{TaskID: task, Now: w.now}))
	page, err := w.TaskPage(w.ctx, w.staff, task, w.now)
	check(t, err)
	for _, c := range page.Cycles {
		if c.Late {
			t.Errorf("the report due on %s counts as late", c.Due.Format(time.DateOnly))
		}
	}
	if len(page.Cycles) != 4 || !page.Deadline.After(w.now) || !page.OriginalDeadline.Equal(*page.Deadline) {
		t.Errorf("%d due days are over, the next is %v", len(page.Cycles), page.Deadline)
	}
}

// A draft can be cancelled and stays without a number.
func TestADraftIsCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	due := day("2026-06-01")
	for _, lead := range []int64{w.kz, w.uz} {
		task, err := w.AddTask(w.ctx, w.staff, db.TaskInput{DirectiveID: w.directive(t), Title: "Perhaps", Points: []string{"x"}, LeadID: lead, Deadline: &due, Now: w.now})
		check(t, err)
		check(t, w.Cancel(w.ctx, w.controller, db.ActInput{TaskID: task, Ground: "outdated", Note: "not needed", Now: w.now}))
		if got, _, err := w.Task(w.ctx, w.staff, task); err != nil || got.Status != rules.Cancelled || got.Number != nil {
			t.Errorf("cancelled draft: %v, number %v, %v", got.Status, got.Number, err)
		}
		if err := w.Reopen(w.ctx, w.manager, db.ActInput{TaskID: task, Note: "after all", Now: w.now}); !errors.Is(err, rules.ErrMove) {
			t.Errorf("reopened: %v", err)
		}
	}
}
