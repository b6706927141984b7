package db_test

import (
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// A round keeps what was decided; its minutes stay as they were whatever
// happens to the tasks, and who does not see all of it sees none.
func TestMinutesStayAsTheyWere(t *testing.T) {
	t.Parallel()
	w, tasks := lateWorld(t, "2026-03-10", "2026-03-11", "2026-03-12", "2026-03-13")
	round, err := w.BeginRound(w.ctx, w.manager, db.RoundInput{Title: "Friday", Query: "age=7", Since: w.now.AddDate(0, 0, -30), Now: w.now})
	check(t, err)
	decide := func(task int64, r db.Ruling) int64 {
		r.Now = w.now
		id, err := w.Minute(w.ctx, w.manager, db.OutcomeInput{RoundID: round, TaskID: task, Ruling: r})
		check(t, err)
		return id
	}
	decide(tasks[0], db.Ruling{Decision: rules.DecideNote, Text: "The agency reports on Monday"})
	decide(tasks[1], db.Ruling{Decision: rules.DecideExtend, Text: "The partner is late", InDays: 14})
	mistake := decide(tasks[2], db.Ruling{Decision: rules.DecideExtend, Text: "By mistake", InDays: 7})
	_, err = w.Unminute(w.ctx, w.manager, round, mistake, w.now.Add(time.Second))
	check(t, err)
	if _, err = w.Unminute(w.ctx, w.manager, round, mistake, w.now.Add(time.Second)); !errors.Is(err, rules.ErrMove) {
		t.Errorf("undone twice: %v", err)
	}
	if task, _, _ := w.Task(w.ctx, w.staff, tasks[2]); task.Moves != 0 {
		t.Error("the deadline stays moved after the undo")
	}
	if _, err := w.Minute(w.ctx, w.manager, db.OutcomeInput{RoundID: round, TaskID: tasks[2], Ruling: db.Ruling{Decision: rules.DecideEscalate, Now: w.now.AddDate(0, 0, -15)}}); err == nil {
		t.Error("a task that is not late is escalated")
	}
	check(t, w.CloseRound(w.ctx, w.manager, round, w.now))
	_, before, err := w.Minutes(w.ctx, w.controller, round)
	check(t, err)
	if len(before.Outcomes) != 2 || before.Outcomes[1].Note != "The partner is late" || before.Outcomes[1].To == nil || before.Lists["new"].N != 4 || before.Decided[rules.DecideNote] != 1 {
		t.Errorf("minutes %+v", before)
	}
	if before.Overdue.All() != 3 || before.Agencies[w.uz].Name("ru") != "uz-trade" {
		t.Errorf("overdue %+v, agencies %v", before.Overdue, before.Agencies)
	}
	check(t, w.finish(t, tasks[0], w.focalUZ))
	check(t, w.MoveDeadline(w.ctx, w.manager, db.MoveInput{TaskID: tasks[1], To: day("2026-05-01"), Reason: "Again", Now: w.now}))
	_, after, err := w.Minutes(w.ctx, w.controller, round)
	check(t, err)
	if !reflect.DeepEqual(before, after) {
		t.Errorf("the minutes changed: %+v to %+v", before, after)
	}
	owner, err := sql.Open("postgres", w.urls.Owner)
	check(t, err)
	defer owner.Close()
	execute := func(query string) error { _, err := owner.ExecContext(w.ctx, query); return err }
	if execute(`update review_round set minutes = '{}'`) == nil || execute(`delete from review_round`) == nil {
		t.Error("even the owner changes closed minutes")
	}
	if _, err := w.Minute(w.ctx, w.manager, db.OutcomeInput{RoundID: round, TaskID: tasks[3], Ruling: db.Ruling{Decision: rules.DecideNote, Now: w.now}}); !errors.Is(err, rules.ErrMove) {
		t.Errorf("a decision in a closed round: %v", err)
	}
	if err := w.CloseRound(w.ctx, w.manager, round, w.now); !errors.Is(err, rules.ErrMove) {
		t.Errorf("closed twice: %v", err)
	}
	staffUZ := w.person(t, "staff.uz", w.uz, rules.Staff)
	for name, me := range map[string]rules.Actor{"a focal point": w.focalUZ, "one side": staffUZ} {
		if _, _, err := w.Minutes(w.ctx, me, round); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("%s reads minutes of both sides: %v", name, err)
		}
	}
	if last, err := w.LastRound(w.ctx, w.manager); err != nil || !last.Equal(w.now) {
		t.Errorf("last round %v, %v", last, err)
	}
	page, err := w.TaskPage(w.ctx, w.focalUZ, tasks[0], w.now)
	check(t, err)
	found := false
	for _, line := range page.History {
		found = found || line.Act == string(rules.ActMinute) && line.Note == "The agency reports on Monday"
	}
	if !found {
		t.Error("the task's history does not tell what was decided")
	}
}

// In the minutes of one side's register, words and people of the other side
// stay out, whoever closes the round.
func TestMinutesOfOneSideKeepTheOthersWordsOut(t *testing.T) {
	t.Parallel()
	w, tasks := lateWorld(t, "2026-03-10")
	check(t, w.Explain(w.ctx, w.focalUZ, db.ExplainInput{TaskID: tasks[0], Reason: "Own words", Plan: "Own plan", Now: w.now}))
	managerKZ := w.person(t, "manager.kz", w.kz, rules.Manager)
	round, err := w.BeginRound(w.ctx, managerKZ, db.RoundInput{Since: w.now.AddDate(0, 0, -30), Now: w.now})
	check(t, err)
	if _, err := w.Minute(w.ctx, managerKZ, db.OutcomeInput{RoundID: round, TaskID: tasks[0], Ruling: db.Ruling{Decision: rules.DecideNote, Now: w.now}}); !errors.Is(err, rules.ErrForbidden) {
		t.Errorf("one side decides on the other's task: %v", err)
	}
	_, err = w.Minute(w.ctx, w.manager, db.OutcomeInput{RoundID: round, TaskID: tasks[0], Ruling: db.Ruling{Decision: rules.DecideNote, Text: "Joint words", Now: w.now}})
	check(t, err)
	check(t, w.CloseRound(w.ctx, w.manager, round, w.now))
	_, m, err := w.Minutes(w.ctx, managerKZ, round)
	check(t, err)
	row := m.Outcomes[0]
	if !row.Outline || row.Note+row.Reason+row.Plan+row.Who != "" || m.Lists["new"].Rows[0].Reason != "" {
		t.Errorf("the other side's words stand in the minutes: %+v", row)
	}
}

// Whoever works for both sides decides in a round of one side only on what its
// readers see.
func TestARoundOfOneSideKeepsToItsRegister(t *testing.T) {
	t.Parallel()
	w, tasks := lateWorld(t, "2026-03-10")
	closed := w.closedTask(t, "2026-03-10")
	managerUZ := w.person(t, "manager.uz", w.uz, rules.Manager)
	id, err := w.BeginRound(w.ctx, managerUZ, db.RoundInput{Since: w.now.AddDate(0, 0, -30), Now: w.now})
	check(t, err)
	decide := func(task int64) error {
		_, err := w.Minute(w.ctx, w.manager, db.OutcomeInput{RoundID: id, TaskID: task, Ruling: db.Ruling{Decision: rules.DecideNote, Text: "Noted", Now: w.now}})
		return err
	}
	if err := decide(closed); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a task of the other side alone came into the minutes: %v", err)
	}
	check(t, decide(tasks[0]))
	round, m, err := w.SoFar(w.ctx, managerUZ, id, w.now)
	check(t, err)
	if len(m.Outcomes) != 1 || m.Outcomes[0].Title != "Draft the programme" {
		t.Errorf("the minutes hold %+v", m.Outcomes)
	}
	ids := func(me rules.Actor) (got []int64) {
		rows, err := w.OverdueTasks(w.ctx, me, db.OverdueFilter{}, w.now)
		check(t, err)
		for i := range rows {
			got = append(got, rows[i].ID)
		}
		return got
	}
	if all, through := ids(w.manager), ids(round.Through(w.manager)); len(all) != 2 || !slices.Equal(through, tasks) {
		t.Errorf("of %v the round goes through %v, want %v", all, through, tasks)
	}
}

// closedTask is a task of Kazakhstan alone.
func (w *world) closedTask(t *testing.T, due string) int64 {
	t.Helper()
	meeting, err := w.SaveMeeting(w.ctx, w.staff, db.MeetingInput{Title: "KZ", HeldOn: day("2026-03-01"), Place: "Astana", Level: "working", Sides: []string{"KZ"}, Now: w.now})
	check(t, err)
	directive, err := w.AddDirective(w.ctx, w.staff, db.DirectiveInput{MeetingID: meeting, OralBy: "The chair", Strength: rules.Agreed, Title: "Closed", Points: []string{"x"}, Sides: []string{"KZ"},
		NoDeadlineReason: "open", ControllerID: w.controller.PersonID, Now: w.now})
	check(t, err)
	d := day(due)
	id, err := w.AddTask(w.ctx, w.staff, db.TaskInput{DirectiveID: directive, Title: "Closed task", Points: []string{"x"}, LeadID: w.kz, Deadline: &d, Now: w.now})
	check(t, err)
	check(t, w.Assign(w.ctx, w.staff, db.ActInput{TaskID: id, Now: w.now}))
	return id
}

// The list of views says so when it is full, and those of others leave room for
// one's own.
func TestViewsAreKeptUpToANumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	save := func(me rules.Actor, name string, agency *int64) error {
		return w.SaveView(w.ctx, me, db.SavedView{Path: "/overdue", Name: name, AgencyID: agency}, w.now)
	}
	for i := range 50 {
		check(t, save(w.manager, fmt.Sprintf("a %d", i), &w.joint))
	}
	var wrong rules.Problems
	if err := save(w.manager, "one more", nil); !errors.As(err, &wrong) {
		t.Errorf("one more than may be kept: %v", err)
	}
	check(t, save(w.manager, "A 7", nil)) // in place of the one of this name
	check(t, save(w.controller, "z", nil))
	views, err := w.SavedViews(w.ctx, w.controller, "/overdue")
	if check(t, err); len(views) != 50 || views[0].Name != "z" {
		t.Errorf("%d views, the first %+v", len(views), views[0])
	}
}

func TestSavedViews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	names := func(me rules.Actor) (got []string) {
		views, err := w.SavedViews(w.ctx, me, "/overdue")
		check(t, err)
		for _, v := range views {
			got = append(got, v.Name+" "+v.Query)
		}
		return got
	}
	save := func(me rules.Actor, name, query string, agency *int64) error {
		return w.SaveView(w.ctx, me, db.SavedView{Path: "/overdue", Name: name, Query: query, AgencyID: agency}, w.now)
	}
	check(t, save(w.manager, "Mine", "age=7", nil))
	check(t, save(w.manager, "Ours", "age=30", &w.joint))
	check(t, save(w.manager, "ours", "age=91", &w.joint))
	if err := save(w.manager, "Theirs", "age=30", &w.uz); err == nil {
		t.Error("shared with an agency of others")
	}
	if got := names(w.manager); !slices.Equal(got, []string{"Mine age=7", "ours age=91"}) {
		t.Error(got)
	}
	if got := names(w.controller); !slices.Equal(got, []string{"ours age=91"}) {
		t.Error(got)
	}
	if got := names(w.focalUZ); len(got) != 0 {
		t.Errorf("another agency sees %v", got)
	}
	views, err := w.SavedViews(w.ctx, w.controller, "/overdue")
	check(t, err)
	if _, err := w.RemoveView(w.ctx, w.controller, views[0].ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("somebody else's view is removed: %v", err)
	}
	_, err = w.RemoveView(w.ctx, w.manager, views[0].ID)
	check(t, err)
	if got := names(w.controller); len(got) != 0 {
		t.Errorf("removed: %v", got)
	}
}

// A view that is shared with an agency stays there when its owner leaves: he can
// no longer see or change it, and those who lead the agency can take it away.
func TestASharedViewStaysWhenItsOwnerLeaves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	head, colleague := w.person(t, "head", w.joint, rules.Head), w.person(t, "colleague", w.joint, rules.Staff)
	save := func(me rules.Actor, name string, agency *int64) {
		check(t, w.SaveView(w.ctx, me, db.SavedView{Path: "/overdue", Name: name, Query: "side=UZ", AgencyID: agency}, w.now))
	}
	save(w.manager, "Shared", &w.joint)
	save(w.manager, "Own", nil)
	p, err := w.Person(w.ctx, w.manager.PersonID)
	check(t, err)
	if _, err := w.RemoveView(w.ctx, head, 1); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("the head removes it while its owner is there: %v", err)
	}
	_, err = w.SavePerson(w.ctx, rules.Actor{}, db.PersonInput{ID: p.ID, Version: p.Version, Email: p.Email, Name: p.Name, Roles: map[int64]rules.Role{w.uz: rules.Manager}, Now: w.now})
	check(t, err)
	p, err = w.Person(w.ctx, p.ID)
	check(t, err)
	left := p.Actor()
	names := func(me rules.Actor) (got []string) {
		views, err := w.SavedViews(w.ctx, me, "/overdue")
		check(t, err)
		for _, v := range views {
			got = append(got, fmt.Sprint(v.Name, " ", v.Owner, " ", v.Left))
		}
		return got
	}
	if got := names(left); !slices.Equal(got, []string{"Own manager false"}) {
		t.Errorf("who left sees %v", got)
	}
	if got := names(colleague); !slices.Equal(got, []string{"Shared manager true"}) {
		t.Errorf("the agency sees %v", got)
	}
	save(left, "Shared", nil) // a name of his own again
	if got := names(head); !slices.Equal(got, []string{"Shared manager true"}) {
		t.Errorf("who left changed the agency's view: %v", got)
	}
	for name, me := range map[string]rules.Actor{"who left": left, "a colleague": colleague} {
		if _, err := w.RemoveView(w.ctx, me, 1); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("%s removes it: %v", name, err)
		}
	}
	if _, err := w.RemoveView(w.ctx, head, 1); err != nil || len(names(colleague)) != 0 {
		t.Errorf("the head removes it: %v", err)
	}
}
