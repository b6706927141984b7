package db_test

import (
	"errors"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// While a controller is away, who stands in reviews in his stead and gets his
// mails; before and after he does not.
func TestStandIns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	deputy := w.person(t, "deputy", w.joint, rules.Head)
	task := w.task(t, w.directive(t), "2026-03-31")
	stand := func(from, to string) error {
		return w.AddStandIn(w.ctx, w.controller, db.StandInInput{DeputyID: deputy.PersonID, From: day(from), To: day(to), Today: day("2026-03-02"), Now: w.now})
	}
	if err := stand("2026-03-05", "2026-03-01"); err == nil {
		t.Error("an absence that is over is taken")
	}
	check(t, stand("2026-03-05", "2026-03-10"))
	at := func(date string) rules.Actor {
		p, err := w.Person(w.ctx, deputy.PersonID)
		check(t, err)
		me, err := w.ActorAt(w.ctx, p, day(date).Add(6*time.Hour))
		check(t, err)
		return me
	}
	for date, want := range map[string]bool{"2026-03-04": false, "2026-03-05": true, "2026-03-10": true, "2026-03-11": false} {
		if got := at(date).Is(w.controller.PersonID); got != want {
			t.Errorf("on %s the deputy stands in: %v", date, got)
		}
	}
	w.now = day("2026-03-06").Add(6 * time.Hour)
	check(t, w.finish(t, task, w.focalUZ))
	if queue, err := w.ReviewQueue(w.ctx, at("2026-03-06"), db.Sort{}); err != nil || len(queue) != 1 {
		t.Errorf("the deputy's queue has %d tasks, %v", len(queue), err)
	}
	lines, err := w.TaskReminders(w.ctx, task)
	check(t, err)
	told := map[string]bool{}
	for _, l := range lines {
		if l.Rule == "submitted" {
			told[l.PersonName] = true
		}
	}
	if !told["deputy"] || told["controller"] {
		t.Errorf("told of the report: %v", told)
	}
	if err := w.Accept(w.ctx, at("2026-03-11"), db.ActInput{TaskID: task, Now: w.now}); err == nil {
		t.Error("the deputy decides after the absence")
	}
	check(t, w.Accept(w.ctx, at("2026-03-06"), db.ActInput{TaskID: task, Now: w.now}))
}

func TestHandOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-31")
	admin := w.person(t, "admin", w.joint, rules.Admin)
	if _, _, err := w.HandOver(w.ctx, admin, w.controller.PersonID, w.focalUZ.PersonID, w.now); err == nil {
		t.Error("a focal point takes over control")
	}
	tasks, directives, err := w.HandOver(w.ctx, admin, w.controller.PersonID, w.manager.PersonID, w.now)
	check(t, err)
	if tasks != 0 || directives != 1 {
		t.Errorf("handed over %d tasks, %d directives", tasks, directives)
	}
	check(t, w.finish(t, task, w.focalUZ))
	if err := w.Accept(w.ctx, w.controller, db.ActInput{TaskID: task, Now: w.now}); !errors.Is(err, rules.ErrForbidden) {
		t.Errorf("the one who left still decides: %v", err)
	}
}

// Nobody comes to control what he executes by a hand-over, and nobody hands
// over who is not there.
func TestHandOverKeepsControlApart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	directive := w.directive(t)
	admin := w.person(t, "admin", w.joint, rules.Admin)
	id, err := w.SavePerson(w.ctx, rules.Actor{}, db.PersonInput{Email: "both@example.org", Name: "both", Roles: map[int64]rules.Role{w.uz: rules.Focal, w.joint: rules.Manager}, Now: w.now})
	check(t, err)
	d := day("2026-03-31")
	task, err := w.AddTask(w.ctx, w.staff, db.TaskInput{DirectiveID: directive, Title: "Draft", Points: []string{"x"}, LeadID: w.uz, FocalID: id, Deadline: &d, Now: w.now})
	check(t, err)
	check(t, w.Assign(w.ctx, w.staff, db.ActInput{TaskID: task, Now: w.now}))
	var problems rules.Problems
	_, _, err = w.HandOver(w.ctx, admin, w.controller.PersonID, id, w.now)
	if !errors.As(err, &problems) || problems[0].Field != "to" || problems[0].Key != "form.error.controller" {
		t.Errorf("to a focal point of an open task: %v", err)
	}
	if _, _, err := w.HandOver(w.ctx, admin, 999999, w.manager.PersonID, w.now); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("from nobody: %v", err)
	}
	check(t, w.Cancel(w.ctx, w.controller, db.ActInput{TaskID: task, Ground: "revoked", Note: "Decree 1", Now: w.now}))
	if _, n, err := w.HandOver(w.ctx, admin, w.controller.PersonID, id, w.now); err != nil || n != 1 {
		t.Errorf("after the task has ended: %d directives, %v", n, err)
	}
}
