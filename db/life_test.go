package db_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

func TestTaskLivesFromAssignmentToAcceptance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.task(t, w.directive(t), "2026-03-31")

	mine, err := w.MyTasks(w.ctx, w.focalUZ, db.Sort{})
	check(t, err)
	if len(mine) != 1 || mine[0].Ref() != "2026-1.1" || !mine[0].New {
		t.Fatalf("my tasks: got %+v", mine)
	}
	check(t, w.Report(w.ctx, w.focalUZ, db.ReportInput{TaskID: id, Version: w.version(t, id), Signal: rules.NeedsHelp, Done: "Half", Next: "Rest", Now: w.now}))
	check(t, w.finish(t, id, w.focalUZ))
	queue, err := w.ReviewQueue(w.ctx, w.controller, db.Sort{})
	check(t, err)
	if len(queue) != 1 {
		t.Fatalf("review queue: got %d", len(queue))
	}
	in := db.ActInput{TaskID: id, Version: w.version(t, id), Now: w.now.Add(time.Minute)}
	if err := w.Accept(w.ctx, w.focalUZ, in); !errors.Is(err, rules.ErrForbidden) {
		t.Errorf("a focal point closes his own task: got %v", err)
	}
	in.Note = "The annex is missing"
	check(t, w.Return(w.ctx, w.controller, in))
	check(t, w.finish(t, id, w.focalUZ))
	check(t, w.Accept(w.ctx, w.controller, db.ActInput{TaskID: id, Version: w.version(t, id), Now: w.now.Add(2 * time.Minute)}))

	page, err := w.TaskPage(w.ctx, w.manager, id, w.now)
	check(t, err)
	if page.Status != rules.Accepted || page.Returns != 1 || page.Submissions != 2 || !page.Deadline.Equal(day("2026-03-31")) {
		t.Errorf("got %s, %d returns, %d submissions, deadline %v", page.Status, page.Returns, page.Submissions, page.Deadline)
	}
	if len(page.Reports) != 3 || page.Reports[1].Decision != "returned" || len(page.History) < 7 {
		t.Errorf("reports %+v, %d lines of history", page.Reports, len(page.History))
	}
	check(t, w.Reopen(w.ctx, w.manager, db.ActInput{TaskID: id, Version: page.Version, Note: "Wrong annex", Now: w.now}))
}

func TestUndoRestoresWithinTenSeconds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.task(t, w.directive(t), "2026-03-31")
	check(t, w.finish(t, id, w.focalUZ))
	at := w.now.Add(time.Minute)
	check(t, w.Accept(w.ctx, w.controller, db.ActInput{TaskID: id, Now: at}))

	undo := func(me rules.Actor, after time.Duration) error {
		return w.Undo(w.ctx, me, db.ActInput{TaskID: id, Now: at.Add(after)})
	}
	if err := undo(w.manager, time.Second); !errors.Is(err, rules.ErrForbidden) {
		t.Errorf("somebody else undoes: got %v", err)
	}
	if err := undo(w.controller, 11*time.Second); !errors.Is(err, rules.ErrMove) {
		t.Errorf("too late: got %v", err)
	}
	check(t, undo(w.controller, 9*time.Second))
	page, err := w.TaskPage(w.ctx, w.controller, id, w.now)
	check(t, err)
	if page.Status != rules.Submitted || page.Reports[0].Decision != "" {
		t.Errorf("got %s, decision %q", page.Status, page.Reports[0].Decision)
	}
}

func TestNumbersStayGapFreeUnderParallelAssignment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			d := w.directive(t)
			w.task(t, d, "2026-03-31")
			w.task(t, d, "2026-03-31")
		})
	}
	wg.Wait()
	page, err := w.MeetingPage(w.ctx, w.staff, w.meeting, w.now)
	check(t, err)
	seen := map[int]bool{}
	for _, d := range page.Directives {
		seen[*d.Number] = true
	}
	for n := 1; n <= 8; n++ {
		if !seen[n] {
			t.Errorf("number %d is missing", n)
		}
	}
}

func TestOnlyOneOfTwoReviewersWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.task(t, w.directive(t), "2026-03-31")
	check(t, w.finish(t, id, w.focalUZ))
	in := db.ActInput{TaskID: id, Version: w.version(t, id), Note: "no", Now: w.now}
	results := make(chan error, 2)
	go func() { results <- w.Accept(w.ctx, w.controller, in) }()
	go func() { results <- w.Return(w.ctx, w.manager, in) }()
	first, second := <-results, <-results
	if (first == nil) == (second == nil) {
		t.Fatalf("got %v and %v", first, second)
	}
	if lost := errors.Join(first, second); !errors.Is(lost, db.ErrStale) {
		t.Errorf("the loser got %v", lost)
	}
}

func TestNoChangeIsTakenTwiceAndNotWhenOverdue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.task(t, w.directive(t), "2026-03-31")
	for i := range 3 {
		err := w.SayNoChange(w.ctx, w.focalUZ, db.ActInput{TaskID: id, Now: w.now})
		if (err != nil) != (i == 2) {
			t.Errorf("time %d: got %v", i+1, err)
		}
	}
	late := w.task(t, w.directive(t), "2026-03-03")
	err := w.SayNoChange(w.ctx, w.focalUZ, db.ActInput{TaskID: late, Now: w.now.AddDate(0, 0, 5)})
	if !errors.Is(err, rules.ErrNoChange) {
		t.Errorf("overdue: got %v", err)
	}
}

func TestAFormSentTwiceIsTakenOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := db.MeetingInput{Title: "Twice", HeldOn: day("2026-03-01"), Place: "Astana", Level: "ministers", Sides: []string{"KZ"}, FormKey: "k1", Now: w.now}
	first, err := w.SaveMeeting(w.ctx, w.staff, in)
	check(t, err)
	_, err = w.SaveMeeting(w.ctx, w.staff, in)
	var again *db.RepeatedError
	if !errors.As(err, &again) || again.Target == "" {
		t.Fatalf("got %v", err)
	}
	meetings, err := w.Meetings(w.ctx, w.staff, db.Sort{}, w.now)
	check(t, err)
	if len(meetings) != 2 || meetings[0].ID != max(first, w.meeting) {
		t.Errorf("got %d meetings", len(meetings))
	}
}

func TestForeignEyesSeeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.directive(t)
	id := w.task(t, d, "2026-03-31")
	for name, err := range map[string]error{
		"task":      second(w.Task(w.ctx, w.otherUZ, id)),
		"directive": last(w.Directive(w.ctx, w.otherUZ, d)),
		"document":  last(w.Document(w.ctx, w.otherUZ, w.document)),
		"meeting":   last(w.Meeting(w.ctx, w.otherUZ, w.meeting)),
		"receive":   w.Receive(w.ctx, w.otherUZ, db.ActInput{TaskID: id, Now: w.now}),
		"absent":    second(w.Task(w.ctx, w.otherUZ, 1<<40)),
	} {
		if !errors.Is(err, db.ErrNotFound) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	check(t, last(w.Document(w.ctx, w.focalKZ, w.document)))
}

func second(_ *db.Task, _ rules.Sight, err error) error { return err }

func last[T any](_ T, err error) error { return err }

func TestCountsFollowEveryAct(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.task(t, w.directive(t), "2026-03-10")
	w.task(t, w.directive(t), "2026-03-31")
	later := w.now.AddDate(0, 0, 20)
	want := func(n int) {
		t.Helper()
		for name, f := range map[string]db.CountFilter{"all": {}, "side": {Side: rules.KZ}, "agency": {AgencyID: w.uz}} {
			ages, err := w.OverdueAges(w.ctx, w.manager, f, later)
			check(t, err)
			if ages.All() != n {
				t.Errorf("%s: got %d overdue, want %d", name, ages.All(), n)
			}
		}
		rows, err := w.OverdueTasks(w.ctx, w.manager, db.OverdueFilter{}, later)
		check(t, err)
		if len(rows) != n {
			t.Errorf("list: got %d, want %d", len(rows), n)
		}
	}
	want(1)
	check(t, w.finish(t, id, w.focalUZ))
	want(0)
	check(t, w.Return(w.ctx, w.controller, db.ActInput{TaskID: id, Note: "more", Now: w.now}))
	want(1)
	check(t, w.Cancel(w.ctx, w.controller, db.ActInput{TaskID: id, Ground: "outdated", Note: "decree 1", Now: w.now}))
	want(0)
}
