package db_test

import (
	"slices"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// at sets the world's clock.
func (w *world) at(s string) {
	t, err := time.Parse(time.RFC3339, s+"Z")
	if err != nil {
		panic(err)
	}
	w.now = t
}

// ids are the tasks of a list of changes.
func ids(list *db.ChangeList) []int64 {
	got := []int64{}
	for _, row := range list.Rows {
		got = append(got, row.ID)
	}
	slices.Sort(got)
	return got
}

func (w *world) expect(t *testing.T, me rules.Actor, from time.Time, want map[string][]int64) db.Changes {
	t.Helper()
	c, err := w.Since(w.ctx, me, from, w.now)
	check(t, err)
	for _, kind := range db.ChangeKinds {
		slices.Sort(want[kind])
		if got := ids(c.Of(kind)); !slices.Equal(got, want[kind]) && len(got)+len(want[kind]) > 0 {
			t.Errorf("%s: %v, want %v", kind, got, want[kind])
		}
		if n := c.Of(kind).N; n != len(want[kind]) {
			t.Errorf("%s: counted %d, want %d", kind, n, len(want[kind]))
		}
	}
	return c
}

// Every kind of change since a moment stands in its list, and only what
// happened after it and was not undone.
func TestSinceTellsWhatChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.directive(t)
	done, returned, moved := w.task(t, d, "2026-03-31"), w.task(t, d, "2026-03-31"), w.task(t, d, "2026-03-31")
	cancelled, gone, silent := w.task(t, d, "2026-03-31"), w.task(t, d, "2026-03-31"), w.task(t, d, "2026-04-30")
	undone, soon := w.task(t, d, "2026-04-30"), w.task(t, d, "2026-03-12")
	w.at("2026-03-10T06:00:00")
	from := w.now.Add(time.Hour)
	check(t, w.finish(t, done, w.focalUZ))
	w.at("2026-03-16T06:00:00")
	fresh := w.task(t, d, "2026-05-31")
	check(t, w.finish(t, returned, w.focalUZ))
	check(t, w.Return(w.ctx, w.controller, db.ActInput{TaskID: returned, Note: "One annex is missing", Now: w.now}))
	check(t, w.Accept(w.ctx, w.controller, db.ActInput{TaskID: done, Now: w.now}))
	check(t, w.Cancel(w.ctx, w.controller, db.ActInput{TaskID: cancelled, Ground: "revoked", Note: "Decree 5", Now: w.now}))
	for _, to := range []string{"2026-04-10", "2026-04-20"} {
		check(t, w.MoveDeadline(w.ctx, w.manager, db.MoveInput{TaskID: moved, To: day(to), Reason: "The partner is late", Now: w.now}))
	}
	check(t, w.Receive(w.ctx, w.focalUZ, db.ActInput{TaskID: moved, Now: w.now}))
	check(t, w.Ask(w.ctx, w.focalUZ, db.RequestInput{TaskID: gone, Kind: rules.Transfer, AgencyID: w.other, Reason: "Not ours", Now: w.now}))
	check(t, w.judge(t, w.controller, gone, db.VerdictInput{Grant: true}))
	check(t, w.Receive(w.ctx, w.focalUZ, db.ActInput{TaskID: undone, Now: w.now}))
	check(t, w.MoveDeadline(w.ctx, w.manager, db.MoveInput{TaskID: undone, To: day("2026-05-10"), Reason: "By mistake", Now: w.now}))
	check(t, w.Undo(w.ctx, w.manager, db.ActInput{TaskID: undone, Now: w.now.Add(time.Second)}))
	w.at("2026-03-17T06:00:00")
	c := w.expect(t, w.manager, from, map[string][]int64{"new": {fresh}, "done": {done}, "moved": {moved}, "late": {soon}, "silent": {silent, soon},
		"returned": {returned}, "cancelled": {cancelled}, "gone": {gone}})
	m := c.Moved.Rows[0]
	if m.Times != 2 || m.Who != "manager" || !m.From.Equal(day("2026-03-31")) || !m.To.Equal(day("2026-04-20")) || m.Note != "The partner is late" {
		t.Errorf("moved %d times by %s from %v to %v (%s)", m.Times, m.Who, m.From, m.To, m.Note)
	}
	if g := c.Gone.Rows[0]; g.FromLead != w.uz || g.ToLead != w.other {
		t.Errorf("given from %d to %d", g.FromLead, g.ToLead)
	}
	w.expect(t, w.manager, w.now, map[string][]int64{"silent": {fresh, gone, moved, returned, silent, soon, undone}})
}

// Each sees only his part, sums included: the other side in outline, a focal
// point what is his agency's, and of what was taken from it the number alone.
func TestSinceShowsEachHisPart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.directive(t)
	from := w.now.Add(-time.Hour)
	task := w.task(t, d, "2026-03-31")
	check(t, w.MoveDeadline(w.ctx, w.manager, db.MoveInput{TaskID: task, To: day("2026-04-10"), Reason: "Words of one side", Now: w.now}))
	staffKZ := w.person(t, "staff.kz", w.kz, rules.Staff)
	c := w.expect(t, staffKZ, from, map[string][]int64{"new": {task}, "moved": {task}})
	if m := c.Moved.Rows[0]; m.Note != "" || m.Who != "" || m.To == nil {
		t.Errorf("the other side reads %q by %q until %v", m.Note, m.Who, m.To)
	}
	w.expect(t, w.otherUZ, from, map[string][]int64{})
	w.expect(t, w.focalUZ, from, map[string][]int64{"new": {task}, "moved": {task}})
	alone := w.task(t, d, "2026-03-31")
	own, _, err := w.Task(w.ctx, w.staff, alone)
	check(t, err)
	in := db.TaskInput{ID: alone, Version: own.Version, DirectiveID: d, Title: "Another title", Points: []string{"A draft is sent"}, LeadID: w.other, Now: w.now}
	check(t, w.ChangeTask(w.ctx, w.staff, in))
	c = w.expect(t, w.focalUZ, from, map[string][]int64{"new": {task}, "moved": {task}, "gone": {alone}})
	if g := c.Gone.Rows[0]; g.Title != "" || g.ToLead != 0 || g.FromLead != w.uz || g.Ref() == "" {
		t.Errorf("of a task that is gone one reads %q, to %d from %d, %q", g.Title, g.ToLead, g.FromLead, g.Ref())
	}
}
