package db_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// What was done since the last time is shown; with the next meeting it leaves.
func TestAPackShowsWhatWasDoneOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	directive := w.directive(t)
	done, late, going, idle := w.task(t, directive, "2026-05-20"), w.task(t, directive, "2026-03-10"), w.task(t, directive, "2026-06-20"), w.task(t, directive, "2026-06-21")
	check(t, w.Receive(w.ctx, w.focalUZ, db.ActInput{TaskID: going, Now: w.now}))
	check(t, w.Receive(w.ctx, w.focalUZ, db.ActInput{TaskID: late, Now: w.now}))
	check(t, w.Report(w.ctx, w.focalUZ, db.ReportInput{TaskID: late, Signal: rules.UnderWay, Done: "The draft waits for a signature", Now: w.now}))
	check(t, w.finish(t, done, w.focalUZ))
	check(t, w.Accept(w.ctx, w.controller, db.ActInput{TaskID: done, Version: w.version(t, done), Now: w.now}))
	f := db.PackFilter{Sides: []string{"UZ", "KZ"}, Since: w.now.Add(-time.Hour), Now: w.now.AddDate(0, 0, 20)}
	pack, err := w.Pack(w.ctx, w.staff, f)
	check(t, err)
	ids := func(rows []db.PackTask) []int64 {
		var out []int64
		for _, r := range rows {
			out = append(out, r.ID)
		}
		return out
	}
	for _, c := range []struct {
		part string
		got  []db.PackTask
		want int64
	}{{"done", pack.Done, done}, {"late", pack.Late, late}, {"going", pack.Going, going}, {"idle", pack.Idle, idle}} {
		if got := ids(c.got); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: %v, want %d", c.part, got, c.want)
		}
	}
	if pack.Counts != (db.PackCount{Done: db.Count{N: 1}, Late: db.Count{N: 1}, Going: db.Count{N: 1}, Idle: db.Count{N: 1}}) || pack.Late[0].Word != "The draft waits for a signature" {
		t.Errorf("%+v, the late one says %q", pack.Counts, pack.Late[0].Word)
	}
	f.Since = w.now.Add(time.Hour)
	if pack, err = w.Pack(w.ctx, w.staff, f); err != nil || len(pack.Done) != 0 {
		t.Errorf("done before the last time: %d (%v)", len(pack.Done), err)
	}
}

// What was done since the last time is one list, whether a pack or the changes
// tell of it; tasks of one side alone are in neither of both sides.
func TestAPackAndTheChangesTellOfTheSameDoneTasks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	both := w.directive(t)
	due := day("2026-12-31")
	alone, err := w.AddDirective(w.ctx, w.staff, db.DirectiveInput{MeetingID: w.meeting, OralBy: "The chairman", Strength: rules.Instructed, Title: "Alone", Points: []string{"Done"},
		Sides: []string{"UZ"}, Deadline: &due, ControllerID: w.controller.PersonID, Now: w.now})
	check(t, err)
	before, undone, own := w.task(t, both, "2026-05-20"), w.task(t, both, "2026-05-20"), w.task(t, alone, "2026-05-20")
	var want []int64
	accept := func(id int64) {
		check(t, w.finish(t, id, w.focalUZ))
		check(t, w.Accept(w.ctx, w.controller, db.ActInput{TaskID: id, Version: w.version(t, id), Now: w.now}))
	}
	accept(before)
	w.now = w.now.Add(24 * time.Hour)
	since := w.now.Add(-time.Hour)
	for range 3 {
		want = append(want, w.task(t, both, "2026-05-20"))
		accept(want[len(want)-1])
	}
	accept(own)
	accept(undone)
	check(t, w.Undo(w.ctx, w.controller, db.ActInput{TaskID: undone, Now: w.now.Add(time.Second)}))
	w.now = w.now.Add(time.Hour)
	for name, me := range map[string]rules.Actor{"both": w.staff, "own": w.sideStaff(t, "staff.uz", "UZ"), "other": w.sideStaff(t, "staff.kz", "KZ")} {
		for _, sides := range [][]string{{"UZ", "KZ"}, {"UZ"}} {
			pack, err := w.Pack(w.ctx, me, db.PackFilter{Sides: sides, Since: since, Now: w.now})
			check(t, err)
			c, err := w.SinceAmong(w.ctx, me, db.ChangeFilter{Sides: sides, From: since, Now: w.now})
			check(t, err)
			got := []int64{}
			for _, r := range pack.Done {
				got = append(got, r.ID)
			}
			slices.Sort(got)
			if told := ids(&c.Done); !slices.Equal(got, told) || pack.Counts.Done != (db.Count{N: c.Done.N, More: c.Done.More}) {
				t.Errorf("%s, %v: the pack has %v, the changes %v", name, sides, got, told)
			}
			if len(sides) == 2 && !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
	}
}

// Of the other side's tasks a pack holds title, lead, status and dates, and what
// is for both sides.
func TestAPackHoldsBackTheOtherSidesWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-10")
	check(t, w.Report(w.ctx, w.focalUZ, db.ReportInput{TaskID: task, Signal: rules.UnderWay, Done: "Our own affair", Now: w.now}))
	check(t, w.Ask(w.ctx, w.focalUZ, db.RequestInput{TaskID: task, Kind: rules.Extension, Wanted: day("2026-04-10"), Reason: "Our own reason", Now: w.now}))
	check(t, w.AddNote(w.ctx, w.controller, db.NoteInput{TaskID: task, Text: "For both", Visibility: rules.BothSides, Now: w.now}))
	check(t, w.AddNote(w.ctx, w.controller, db.NoteInput{TaskID: task, Text: "For us alone", Visibility: rules.OwnSide, Now: w.now}))
	f := db.PackFilter{Sides: []string{"UZ", "KZ"}, Since: w.now, Now: w.now.AddDate(0, 0, 20)}
	for name, me := range map[string]rules.Actor{"own": w.sideStaff(t, "staff.uz", "UZ"), "other": w.sideStaff(t, "staff.kz", "KZ")} {
		pack, err := w.Pack(w.ctx, me, f)
		check(t, err)
		got := pack.Late[0]
		if sees := got.Word != "" && got.Asked != ""; sees != (name == "own") || got.Shared != "For both" {
			t.Errorf("%s side: %q, %q, %q", name, got.Word, got.Asked, got.Shared)
		}
	}
}

func TestTheMatrixShowsBothSidesOfADecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	directive := w.directive(t)
	uz := w.task(t, directive, "2026-03-10")
	due := day("2026-06-01")
	kz, err := w.AddTask(w.ctx, w.staff, db.TaskInput{DirectiveID: directive, Title: "Agree", Points: []string{"x"}, LeadID: w.kz, Deadline: &due, Now: w.now})
	check(t, err)
	check(t, w.Assign(w.ctx, w.staff, db.ActInput{TaskID: kz, Now: w.now}))
	rows, err := w.Matrix(w.ctx, w.staff, db.MatrixFilter{Sides: []string{"UZ", "KZ"}, Now: w.now.AddDate(0, 0, 20)})
	check(t, err)
	if len(rows) != 1 || len(rows[0].Parts) != 2 || rows[0].Words["en"] != text[20:76] {
		t.Fatalf("%+v", rows)
	}
	if p := rows[0].Parts[0]; p.Side != "UZ" || p.Overdue != 1 || p.Tasks != 1 || p.Due.Format(time.DateOnly) != "2026-03-10" {
		t.Errorf("the first side: %+v", p)
	}
	for _, id := range []int64{uz, kz} {
		check(t, w.Cancel(w.ctx, w.controller, db.ActInput{TaskID: id, Ground: "revoked", Note: "minutes", Now: w.now}))
	}
	if rows, err = w.Matrix(w.ctx, w.staff, db.MatrixFilter{Sides: []string{"UZ", "KZ"}, Now: w.now}); err != nil || len(rows) != 0 {
		t.Errorf("all cancelled: %d decisions (%v)", len(rows), err)
	}
}

func TestARegisterIsByAgencyAndDeadline(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	directive := w.directive(t)
	late, soon := w.task(t, directive, "2026-03-10"), w.task(t, directive, "2026-04-10")
	sent := w.task(t, directive, "2026-04-11")
	check(t, w.finish(t, sent, w.focalUZ))
	now := w.now.AddDate(0, 0, 20)
	for _, c := range []struct {
		name string
		f    db.RegisterFilter
		want []int64
	}{
		{"overdue", db.RegisterFilter{Overdue: true}, []int64{late}},
		{"due until then", db.RegisterFilter{Until: day("2026-04-30")}, []int64{soon}},
		{"of the meeting", db.RegisterFilter{MeetingID: w.meeting}, []int64{late, soon, sent}},
		{"of another meeting", db.RegisterFilter{MeetingID: 999}, nil},
		{"after a row", db.RegisterFilter{Sort: db.Sort{After: db.Mark{fmt.Sprint(w.uz), "2026-03-11", "1"}}}, []int64{soon}},
	} {
		c.f.Now = now
		rows, err := w.Register(w.ctx, w.staff, c.f)
		check(t, err)
		if len(rows) != len(c.want) {
			t.Errorf("%s: %d tasks, want %d", c.name, len(rows), len(c.want))
			continue
		}
		for i, id := range c.want {
			if rows[i].ID != id {
				t.Errorf("%s: task %d in place %d, want %d", c.name, rows[i].ID, i, id)
			}
		}
	}
}
