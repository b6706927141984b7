package db_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// ask asks for more time on a task as the Uzbek focal point.
func (w *world) ask(t *testing.T, task int64, until string) error {
	t.Helper()
	return w.Ask(w.ctx, w.focalUZ, db.RequestInput{TaskID: task, Version: w.version(t, task), Kind: rules.Extension, Wanted: day(until), Reason: "The partner is late", Now: w.now})
}

// waiting is the id of a task's request that waits.
func (w *world) waiting(t *testing.T, task int64) int64 {
	t.Helper()
	page, err := w.TaskPage(w.ctx, w.controller, task, w.now)
	check(t, err)
	for _, r := range page.Requests {
		if r.State == rules.Pending {
			return r.ID
		}
	}
	t.Fatal("no request waits")
	return 0
}

func (w *world) judge(t *testing.T, me rules.Actor, task int64, in db.VerdictInput) error {
	t.Helper()
	in.TaskID, in.RequestID, in.Now = task, w.waiting(t, task), w.now
	return w.Judge(w.ctx, me, in)
}

func TestExtensions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-31")
	if err := w.ask(t, task, "2026-03-30"); err == nil {
		t.Error("an earlier date is taken")
	}
	check(t, w.ask(t, task, "2026-04-30"))
	if err := w.ask(t, task, "2026-05-30"); !errors.Is(err, rules.ErrMove) {
		t.Errorf("a second request beside the first: %v", err)
	}
	if err := w.judge(t, w.focalUZ, task, db.VerdictInput{Grant: true}); !errors.Is(err, rules.ErrForbidden) {
		t.Errorf("the lead decides on his own request: %v", err)
	}
	if err := w.judge(t, w.controller, task, db.VerdictInput{}); err == nil {
		t.Error("a refusal without words is taken")
	}
	other := day("2026-04-20")
	check(t, w.judge(t, w.controller, task, db.VerdictInput{Grant: true, Date: &other}))
	got, _, err := w.Task(w.ctx, w.staff, task)
	check(t, err)
	if !got.Deadline.Equal(other) || !got.OriginalDeadline.Equal(day("2026-03-31")) || got.Moves != 1 {
		t.Errorf("deadline %v, original %v, moved %d times", got.Deadline, got.OriginalDeadline, got.Moves)
	}
	w.now = w.now.Add(time.Minute)
	check(t, w.ask(t, task, "2026-06-30"))
	if err := w.judge(t, w.controller, task, db.VerdictInput{Grant: true}); !errors.Is(err, rules.ErrForbidden) {
		t.Errorf("the controller grants a second extension: %v", err)
	}
	check(t, w.judge(t, w.manager, task, db.VerdictInput{Grant: true}))
	check(t, w.Undo(w.ctx, w.manager, db.ActInput{TaskID: task, Now: w.now.Add(5 * time.Second)}))
	if got, _, err = w.Task(w.ctx, w.staff, task); err != nil || !got.Deadline.Equal(other) || got.Moves != 1 || w.waiting(t, task) == 0 {
		t.Errorf("after undoing: %v, moved %d times, %v", got.Deadline, got.Moves, err)
	}
	check(t, w.judge(t, w.manager, task, db.VerdictInput{Note: "The date stands"}))
}

// Of two who decide at once exactly one does.
func TestOneVerdictWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-31")
	check(t, w.ask(t, task, "2026-04-30"))
	id := w.waiting(t, task)
	results := make([]error, 10)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() {
			results[i] = w.Judge(w.ctx, w.controller, db.VerdictInput{TaskID: task, RequestID: id, Grant: i%2 == 0, Note: "So be it", Now: w.now})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range results {
		if err == nil {
			won++
		} else if !errors.Is(err, db.ErrStale) {
			t.Errorf("a later verdict: %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d verdicts were taken", won)
	}
}

func TestTransfer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-31")
	pass := func(to int64) error {
		return w.Ask(w.ctx, w.focalUZ, db.RequestInput{TaskID: task, Version: w.version(t, task), Kind: rules.Transfer, AgencyID: to, Reason: "Not ours", Now: w.now})
	}
	if err := pass(w.uz); err == nil {
		t.Error("a transfer to oneself is taken")
	}
	check(t, pass(w.other))
	check(t, w.judge(t, w.controller, task, db.VerdictInput{Grant: true}))
	if _, sight, err := w.Task(w.ctx, w.otherUZ, task); err != nil || sight != rules.SeesAll {
		t.Errorf("the new lead sees %v, %v", sight, err)
	}
	if _, _, err := w.Task(w.ctx, w.focalUZ, task); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("the old lead still sees it: %v", err)
	}
}

func TestMoveOnOwnMotion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-31")
	move := func(me rules.Actor, to string) error {
		return w.MoveDeadline(w.ctx, me, db.MoveInput{TaskID: task, Version: w.version(t, task), To: day(to), Reason: "The summit was moved", Now: w.now})
	}
	if err := move(w.focalUZ, "2026-05-01"); !errors.Is(err, rules.ErrForbidden) {
		t.Errorf("the lead moves his deadline: %v", err)
	}
	check(t, move(w.controller, "2026-05-01"))
	if err := move(w.controller, "2026-06-01"); !errors.Is(err, rules.ErrForbidden) {
		t.Errorf("the controller moves it a second time: %v", err)
	}
	check(t, move(w.manager, "2026-06-01"))
}
