package db_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// lookAs begins a request of a signed-in person who looks.
func (w *world) lookAs(t testing.TB, me rules.Actor) context.Context {
	t.Helper()
	ctx, token := db.WithVisitor(w.ctx, &db.Visitor{Look: true}), fmt.Sprint("token of ", me.PersonID)
	sessions := db.Sessions{Store: w.Store}
	if _, ok, err := sessions.FindCtx(ctx, token); ok && err == nil {
		return ctx
	}
	check(t, sessions.CommitCtx(w.ctx, token, fmt.Appendf(nil, `{"person": %d}`, me.PersonID), time.Now().Add(time.Hour)))
	ctx = db.WithVisitor(w.ctx, &db.Visitor{Look: true})
	_, ok, err := sessions.FindCtx(ctx, token)
	if err != nil || !ok {
		t.Fatal("no session:", err)
	}
	return ctx
}

// late is how many tasks the list of what is overdue has in a request.
func (w *world) late(ctx context.Context, t testing.TB) int {
	t.Helper()
	rows, err := w.OverdueTasks(ctx, w.manager, db.OverdueFilter{MinDays: 1}, w.now)
	check(t, err)
	tally, err := w.Tally(ctx, w.manager, w.now)
	check(t, err)
	if tally.All() != len(rows) {
		t.Fatalf("%d are listed, %d counted", len(rows), tally.All())
	}
	return len(rows)
}

// held is how many tasks the list has in a request that reads nothing: some
// request finds the server quiet, whose other databases other tests write to.
func (w *world) held(t *testing.T) int {
	t.Helper()
	for range 500 {
		ctx := w.lookAs(t, w.manager)
		before := w.Queries()
		if n := w.late(ctx, t); w.Queries() == before {
			return n
		}
	}
	t.Fatal("each of 500 requests reads anew")
	return 0
}

// While nothing is written, what was read is not read again; whatever is
// written, by whom ever, is seen by the next request.
func TestUnchanged(t *testing.T) {
	w := newWorld(t)
	directive := w.directive(t)
	w.task(t, directive, "2026-03-10")
	w.now = w.now.AddDate(0, 0, 20)
	if n := w.late(w.lookAs(t, w.manager), t); n != 1 {
		t.Fatalf("%d are overdue", n)
	}
	w.now = w.now.Add(20 * time.Second)
	if n := w.held(t); n != 1 {
		t.Errorf("asked again: %d overdue", n)
	}
	before := w.Queries()
	if w.late(w.ctx, t); w.Queries() == before {
		t.Error("what looks at no page reads nothing")
	}
	second := w.task(t, directive, "2026-03-11")
	if n := w.late(w.lookAs(t, w.manager), t); n != 2 {
		t.Errorf("after a write %d are overdue", n)
	}
	ctx := w.lookAs(t, w.manager)
	w.late(ctx, t)
	check(t, w.Cancel(ctx, w.manager, db.ActInput{TaskID: second, Version: w.version(t, second), Ground: "outdated", Note: "x", Now: w.now}))
	if n := w.late(ctx, t); n != 1 {
		t.Errorf("who wrote himself sees %d", n)
	}
	w.now = w.now.AddDate(0, 0, -20)
	if n := w.late(w.lookAs(t, w.manager), t); n != 0 {
		t.Errorf("of another day %d are overdue", n)
	}
}

// A transaction that began before another and ends after it is seen when it
// ends: how far the numbers of history have come does not tell.
func TestUnchangedButLate(t *testing.T) {
	w := newWorld(t)
	directive := w.directive(t)
	first, second := w.task(t, directive, "2026-03-10"), w.task(t, directive, "2026-03-11")
	w.now = w.now.AddDate(0, 0, 20)
	cancel := func(s *db.Store, id int64) {
		check(t, s.Cancel(w.ctx, w.manager, db.ActInput{TaskID: id, Version: 2, Ground: "outdated", Note: "x", Now: w.now}))
	}
	check(t, w.SaveView(w.ctx, w.manager, db.SavedView{Path: "/overdue", Query: "age=7", Name: "A"}, w.now))
	w.late(w.lookAs(t, w.manager), t)
	check(t, w.InTx(w.ctx, func(tx *db.Store) error {
		cancel(tx, first)
		check(t, w.SaveView(w.ctx, w.manager, db.SavedView{Path: "/overdue", Query: "age=30", Name: "B"}, w.now))
		if n := w.late(w.lookAs(t, w.manager), t); n != 2 {
			t.Errorf("%d are overdue before the end", n)
		}
		return nil
	}))
	if n := w.late(w.lookAs(t, w.manager), t); n != 1 {
		t.Errorf("%d are overdue after it", n)
	}
	cancel(w.Store, second)
	if n := w.late(w.lookAs(t, w.manager), t); n != 0 {
		t.Errorf("%d are overdue after both", n)
	}
}

// A page that notes who looks at a task writes, if only through a query that
// returns something: what it lists after that is not what was held before.
func TestUnchangedButLookedAt(t *testing.T) {
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-10")
	w.now = w.now.AddDate(0, 0, 20)
	isNew := func(ctx context.Context) bool {
		rows, err := w.OverdueTasks(ctx, w.manager, db.OverdueFilter{MinDays: 1}, w.now)
		check(t, err)
		return rows[0].New
	}
	ctx := w.lookAs(t, w.manager)
	if !isNew(ctx) {
		t.Fatal("what nobody looked at is not new")
	}
	_, err := w.TaskPage(ctx, w.manager, task, w.now)
	check(t, err)
	if isNew(ctx) {
		t.Error("new to who has just looked")
	}
}
