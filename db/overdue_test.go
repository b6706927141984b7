package db_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// lateWorld is a world on 20 March with tasks that were due on other days.
func lateWorld(t *testing.T, due ...string) (*world, []int64) {
	t.Helper()
	w := newWorld(t)
	d := w.directive(t)
	tasks := make([]int64, len(due))
	for i, day := range due {
		tasks[i] = w.task(t, d, day)
	}
	w.at("2026-03-20T06:00:00")
	return w, tasks
}

func (w *world) bulk(t *testing.T, me rules.Actor, r db.Ruling, tasks ...int64) db.BulkResult {
	t.Helper()
	r.Now = w.now
	result, err := w.Bulk(w.ctx, me, tasks, r)
	check(t, err)
	return result
}

// steps are the rules of a task's reminders that wait or went out, with whom
// they tell.
func (w *world) steps(t *testing.T, task int64) []string {
	t.Helper()
	lines, err := w.TaskReminders(w.ctx, task)
	check(t, err)
	var got []string
	for _, l := range lines {
		if l.State != "skipped" {
			got = append(got, l.Rule+" "+l.PersonName)
		}
	}
	slices.Sort(got)
	return got
}

// A decision on several tasks is carried out where it can be; each of the
// others says why not.
func TestBulkGoesOnAndSaysWhyNot(t *testing.T) {
	t.Parallel()
	w, tasks := lateWorld(t, "2026-03-10", "2026-03-11", "2026-03-12")
	check(t, w.finish(t, tasks[1], w.focalUZ))
	check(t, w.MoveDeadline(w.ctx, w.manager, db.MoveInput{TaskID: tasks[2], To: day("2026-03-15"), Reason: "First", Now: w.now}))
	got := w.bulk(t, w.controller, db.Ruling{Decision: rules.DecideExtend, Text: "The partner is late", InDays: 7}, tasks...)
	if !slices.Equal(got.Done, tasks[:1]) || len(got.Refused) != 2 || got.Agencies != 1 {
		t.Fatalf("done %v, refused %v", got.Done, got.Refused)
	}
	if got.Refused[0].TaskID != tasks[1] || !errors.Is(got.Refused[0].Err, rules.ErrMove) || !errors.Is(got.Refused[1].Err, rules.ErrForbidden) || got.Refused[1].Ref == "" {
		t.Errorf("refused %v", got.Refused)
	}
	task, _, err := w.Task(w.ctx, w.staff, tasks[0])
	check(t, err)
	if !task.Deadline.Equal(day("2026-03-27")) || task.Moves != 1 {
		t.Errorf("extended until %v", task.Deadline)
	}
	undone, err := w.UndoBulk(w.ctx, w.controller, got.Done, rules.DecideExtend, w.now.Add(5*time.Second))
	check(t, err)
	ages, err := w.OverdueAges(w.ctx, w.manager, db.CountFilter{}, w.now)
	check(t, err)
	if ages.All() != 2 {
		t.Errorf("after the undo %+v are counted, want the first and the third", ages)
	}
	if task, _, _ = w.Task(w.ctx, w.staff, tasks[0]); !task.Deadline.Equal(day("2026-03-10")) || len(undone.Done) != 1 {
		t.Errorf("undone until %v", task.Deadline)
	}
	_, err = w.Bulk(w.ctx, w.otherUZ, tasks, db.Ruling{Decision: rules.DecideRemind, Now: w.now})
	if !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a stranger reminds: %v", err)
	}
	var wrong rules.Problems
	if _, err = w.Bulk(w.ctx, w.manager, tasks, db.Ruling{Decision: rules.DecideExtend, Now: w.now}); !errors.As(err, &wrong) || len(wrong) != 2 {
		t.Errorf("an extension without date and reason: %v", err)
	}
}

// The next step above the lead goes out now, once; undone, the ladder still
// tells it on its day.
func TestEscalateSendsTheNextStepNow(t *testing.T) {
	t.Parallel()
	w, tasks := lateWorld(t, "2026-03-19")
	up := db.Ruling{Decision: rules.DecideEscalate, Text: "It can't wait"}
	w.bulk(t, w.manager, up, tasks...)
	if got := w.steps(t, tasks[0]); !slices.Contains(got, "late_3w ") { // its mailbox: no head is known
		t.Fatalf("steps %v", got)
	}
	if undone, err := w.UndoBulk(w.ctx, w.manager, tasks, rules.DecideEscalate, w.now.Add(time.Second)); err != nil || len(undone.Done) != 1 || slices.Contains(w.steps(t, tasks[0]), "late_3w ") {
		t.Errorf("undone: %v %v, steps %v", undone, err, w.steps(t, tasks[0]))
	}
	again, err := w.UndoBulk(w.ctx, w.manager, tasks, rules.DecideEscalate, w.now.Add(time.Second))
	if err != nil || len(again.Refused) != 1 {
		t.Errorf("undone twice: %v %v", again, err)
	}
	_, err = w.PlanReminders(w.ctx, w.now.AddDate(0, 0, 6))
	check(t, err)
	if got := w.steps(t, tasks[0]); !slices.Contains(got, "late_3w ") && !slices.Contains(got, "late_7 manager") {
		t.Errorf("the ladder tells nobody after an undone step: %v", got)
	}
	w, tasks = lateWorld(t, "2026-03-19", "2026-04-30")
	w.bulk(t, w.controller, up, tasks[0])
	w.bulk(t, w.controller, up, tasks[0])
	if got := w.steps(t, tasks[0]); !slices.Contains(got, "late_7 manager") {
		t.Errorf("the second step goes to %v", got)
	}
	rows, err := w.OverdueTasks(w.ctx, w.manager, db.OverdueFilter{}, w.now)
	check(t, err)
	if level := rules.Raised(rows[0].Raised); level != 2 {
		t.Errorf("raised to level %d", level)
	}
	got := w.bulk(t, w.controller, up, tasks...)
	if len(got.Refused) != 2 || !errors.Is(got.Refused[0].Err, rules.ErrNobodyAbove) || !errors.Is(got.Refused[1].Err, rules.ErrNotLate) {
		t.Errorf("a third step and one before the deadline: %v", got.Refused)
	}
	_, err = w.PlanReminders(w.ctx, w.now.AddDate(0, 0, 8))
	check(t, err)
	if all := w.steps(t, tasks[0]); len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Errorf("the ladder repeats a step: %v", all)
	}
}

func TestReassignAndBack(t *testing.T) {
	t.Parallel()
	w, tasks := lateWorld(t, "2026-03-10")
	got := w.bulk(t, w.manager, db.Ruling{Decision: rules.DecideReassign, Text: "Not its matter", AgencyID: w.kz}, tasks...)
	if len(got.Refused) != 0 {
		t.Fatal(got.Refused)
	}
	task, _, err := w.Task(w.ctx, w.focalKZ, tasks[0])
	check(t, err)
	if *task.LeadID != w.kz || task.LeadSide != "KZ" || len(task.CoExecutors) != 0 {
		t.Errorf("leads: %d of %s, co-executors %v", *task.LeadID, task.LeadSide, task.CoExecutors)
	}
	if _, _, err := w.Task(w.ctx, w.focalUZ, tasks[0]); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("the former lead still sees it: %v", err)
	}
	_, err = w.UndoBulk(w.ctx, w.manager, tasks, rules.DecideReassign, w.now.Add(time.Second))
	check(t, err)
	task, _, err = w.Task(w.ctx, w.focalUZ, tasks[0])
	check(t, err)
	if *task.LeadID != w.uz || task.LeadZone != "Asia/Tashkent" || !slices.Equal(task.CoExecutors, []int64{w.kz}) {
		t.Errorf("undone: %d, co-executors %v", *task.LeadID, task.CoExecutors)
	}
	ages, err := w.OverdueAges(w.ctx, w.manager, db.CountFilter{AgencyID: w.uz}, w.now)
	check(t, err)
	if ages.Month != 1 {
		t.Errorf("counts of the lead after the undo: %+v", ages)
	}
	check(t, w.Ask(w.ctx, w.focalUZ, db.RequestInput{TaskID: tasks[0], Kind: rules.Transfer, AgencyID: w.other, Reason: "Not ours", Now: w.now}))
	got = w.bulk(t, w.manager, db.Ruling{Decision: rules.DecideReassign, Text: "Not its matter", AgencyID: w.kz}, tasks...)
	if len(got.Refused) != 1 || !errors.Is(got.Refused[0].Err, rules.ErrMove) {
		t.Errorf("over a request that waits: %v", got)
	}
}

// The lead says why it is late; who has not is found; another deadline asks
// anew.
func TestTheLeadSaysWhyItIsLate(t *testing.T) {
	t.Parallel()
	w, tasks := lateWorld(t, "2026-03-10", "2026-03-11", "2026-04-30")
	say := func(me rules.Actor, task int64, plan string) error {
		return w.Explain(w.ctx, me, db.ExplainInput{TaskID: task, Reason: "The survey was late", Plan: plan, Now: w.now})
	}
	var wrong rules.Problems
	if err := say(w.focalUZ, tasks[0], ""); !errors.As(err, &wrong) {
		t.Errorf("without a plan: %v", err)
	}
	if err := say(w.focalUZ, tasks[2], "Soon"); !errors.Is(err, rules.ErrMove) {
		t.Errorf("before the deadline: %v", err)
	}
	if err := say(w.manager, tasks[0], "Soon"); !errors.Is(err, rules.ErrForbidden) {
		t.Errorf("in the lead's stead: %v", err)
	}
	check(t, say(w.focalUZ, tasks[0], "The survey ends on Friday"))
	missing := func() (got []int64) {
		rows, err := w.OverdueTasks(w.ctx, w.manager, db.OverdueFilter{Unexplained: true}, w.now)
		check(t, err)
		for _, r := range rows {
			got = append(got, r.ID)
		}
		return got
	}
	if got := missing(); !slices.Equal(got, tasks[1:2]) {
		t.Errorf("not said why: %v", got)
	}
	check(t, w.Report(w.ctx, w.focalUZ, db.ReportInput{TaskID: tasks[1], Signal: rules.UnderWay, Done: "Half is done", Next: "The rest by Monday", LateReason: "Illness", Now: w.now}))
	if got := missing(); len(got) != 0 {
		t.Errorf("not said why in the report: %v", got)
	}
	check(t, w.Undo(w.ctx, w.focalUZ, db.ActInput{TaskID: tasks[0], Now: w.now.Add(time.Second)}))
	if got := missing(); !slices.Equal(got, tasks[:1]) {
		t.Errorf("after the undo: %v", got)
	}
	check(t, say(w.focalUZ, tasks[0], "The survey ends on Friday"))
	w.bulk(t, w.manager, db.Ruling{Decision: rules.DecideExtend, Text: "Once more", InDays: 3}, tasks[0])
	w.at("2026-03-27T06:00:00")
	if got := missing(); !slices.Equal(got, tasks[:1]) {
		t.Errorf("for the next deadline: %v", got)
	}
}

// Each filter finds its tasks, the ages and groups count the same ones, and
// pages follow without a gap in both directions.
func TestOverdueFiltersCountWhatTheyList(t *testing.T) {
	t.Parallel()
	w, tasks := lateWorld(t, "2026-03-18", "2026-03-09", "2026-03-08")
	other := w.directive(t)
	d := day("2026-03-16")
	kz, err := w.AddTask(w.ctx, w.staff, db.TaskInput{DirectiveID: other, Title: "Theirs", Points: []string{"Done"}, LeadID: w.kz, Deadline: &d, Now: w.now.AddDate(0, 0, -10)})
	check(t, err)
	check(t, w.Assign(w.ctx, w.staff, db.ActInput{TaskID: kz, Now: w.now.AddDate(0, 0, -10)}))
	uzManager := w.person(t, "manager.uz", w.other, rules.Manager)
	for name, c := range map[string]struct {
		f    db.OverdueFilter
		want []int64
	}{
		"all": {db.OverdueFilter{}, []int64{tasks[2], tasks[1], kz, tasks[0]}}, "newest": {db.OverdueFilter{Sort: db.Sort{By: "delay"}}, []int64{tasks[0], kz, tasks[1], tasks[2]}},
		"never heard of": {db.OverdueFilter{Sort: db.Sort{By: "heard"}}, []int64{tasks[2], tasks[1], kz, tasks[0]}}, "numbers": {db.OverdueFilter{Sort: db.Sort{By: "number"}}, []int64{tasks[0], tasks[1], tasks[2], kz}},
		"numbers of an agency": {db.OverdueFilter{AgencyID: w.uz, Sort: db.Sort{By: "number", Desc: true}}, []int64{tasks[2], tasks[1], tasks[0]}},
		"week":                 {db.OverdueFilter{MinDays: 1, MaxDays: 7}, []int64{kz, tasks[0]}}, "month": {db.OverdueFilter{MinDays: 8, MaxDays: 30}, []int64{tasks[2], tasks[1]}},
		"side": {db.OverdueFilter{Side: rules.KZ}, []int64{kz}}, "agency": {db.OverdueFilter{AgencyID: w.uz}, []int64{tasks[2], tasks[1], tasks[0]}},
		"directive": {db.OverdueFilter{DirectiveID: other}, []int64{kz}}, "meeting": {db.OverdueFilter{MeetingID: w.meeting, MaxDays: 5}, []int64{kz, tasks[0]}},
		"none": {db.OverdueFilter{MeetingID: w.meeting + 1}, nil},
	} {
		for who, me := range map[string]rules.Actor{"joint": w.manager, "uz": uzManager} {
			rows, err := w.OverdueTasks(w.ctx, me, c.f, w.now)
			check(t, err)
			var got []int64
			for i := range rows {
				got = append(got, rows[i].ID)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s %s: %v, want %v", name, who, got, c.want)
			}
			counts, err := w.OverdueCounts(w.ctx, me, db.OverdueFilter{Side: c.f.Side, AgencyID: c.f.AgencyID, DirectiveID: c.f.DirectiveID, MeetingID: c.f.MeetingID}, w.now)
			check(t, err)
			if c.f.MaxDays == 0 && counts.All().N != len(c.want) {
				t.Errorf("%s %s: counted %+v, want %d", name, who, counts, len(c.want))
			}
			for _, g := range db.Groupings {
				w.countsGroups(t, fmt.Sprint(name, who, g), me, c.f, g, rows)
			}
			for i := range rows {
				f := c.f
				f.Sort.After = rows[i].Key
				next, err := w.NextLate(w.ctx, me, f, false, w.now)
				check(t, err)
				before, err := w.NextLate(w.ctx, me, f, true, w.now)
				check(t, err)
				if i+1 < len(rows) && next != rows[i+1].ID || i > 0 && before != rows[i-1].ID || i == 0 && before != 0 || i == len(rows)-1 && next != 0 {
					t.Errorf("%s %s: beside %d come %d and %d", name, who, rows[i].ID, before, next)
				}
			}
		}
	}
	if _, err := w.LateTask(w.ctx, w.otherUZ, db.Sort{}, kz, w.now); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a stranger reads a late task: %v", err)
	}
}

func (w *world) countsGroups(t *testing.T, name string, me rules.Actor, f db.OverdueFilter, g db.Grouping, rows []db.ListedTask) {
	t.Helper()
	want := map[string]int{}
	var keys []string
	for i := range rows {
		want[rows[i].KeyIn(g)]++
		keys = append(keys, rows[i].KeyIn(g))
	}
	counts, err := w.OverdueGroups(w.ctx, me, f, g, keys, w.now)
	check(t, err)
	for key, n := range want {
		if counts[key].N != n || counts[key].More {
			t.Errorf("%s: group %s counted %+v, want %d", name, key, counts[key], n)
		}
	}
}

// As few tasks as a decision takes, its undoing takes: each is a transaction.
func TestUndoingTakesAsManyTasksAsADecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var wrong rules.Problems
	if _, err := w.UndoBulk(w.ctx, w.manager, make([]int64, 201), rules.DecideRemind, w.now); !errors.As(err, &wrong) {
		t.Errorf("201 tasks: %v", err)
	}
}
