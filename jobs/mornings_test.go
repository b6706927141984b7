package jobs

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/mail/mailtest"
	"amal/rules"
)

// takes lets a person take mails on some days of the week only, 1 is Monday.
func (o *office) takes(me rules.Actor, days ...int) {
	o.t.Helper()
	in := db.SlotInput{Now: o.now()}
	for _, n := range days {
		in.Days |= rules.OnDay(n)
	}
	o.check(o.Store.SetSlot(o.t.Context(), me, in))
}

// rests pauses a person's mails from one day to another.
func (o *office) rests(me rules.Actor, from, to string) {
	o.t.Helper()
	pause := rules.Pause{From: at(from + " 00:00"), To: at(to + " 00:00")}
	o.check(o.Store.PauseMails(o.t.Context(), me, pause, rules.Date(o.now()), o.now()))
}

// mails are what an address got since a number of mails in all.
func (o *office) mails(to string, since int) []mailtest.Mail {
	var got []mailtest.Mail
	for _, m := range o.relay.Got()[since:] {
		if m.To == to+"@example.org" {
			got = append(got, m)
		}
	}
	return got
}

// Who takes mails on Tuesday and Thursday is reminded of a Monday's deadline on
// the Thursday before, and of what is late on the Tuesday after; others of the
// same steps on their own days.
func TestTuesdayAndThursday(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.takes(o.focal, 2, 4)
	o.task("Draft", "2026-03-23") // a Monday
	o.until("2026-04-05 00:00", 30*time.Minute)
	o.expect("assigned", "focal", "03-02 09:00")     // at once, a Monday
	o.expect("unaccepted", "focal", "03-03 08:30")   // a Tuesday
	o.expect("due_7", "focal", "03-12 08:30")        // of Monday the 16th
	o.expect("due_3w", "focal", "03-17 08:30")       // of Wednesday the 18th
	o.expect("due_3w", "controller", "03-18 08:30")  // on its day
	o.expect("due_0", "focal", "03-19 08:30")        // the Thursday before
	o.expect("late_1w", "focal", "03-24 08:30")      // a Tuesday
	o.expect("late_1w", "controller", "03-24 08:30") //
	o.expect("late_1w", "", "03-24 08:30")           // the official mailbox
	for _, m := range o.mails("focal", 0) {
		if strings.Contains(m.Body, "The deadline is today") {
			t.Error("a reminder that moved says that the deadline is today")
		}
	}
}

// Heads, managers, controllers and co-executors go by their own days as the
// lead does; the official mailbox by its agency's.
func TestOwnDaysOfEveryAudience(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	head, manager := o.person("head", o.agency, rules.Head), o.person("manager", 3, rules.Manager)
	helper := o.person("helper", o.other, rules.Focal)
	o.takes(head, 5)
	o.takes(manager, 1)
	o.takes(o.controller, 4)
	o.takes(helper, 3)
	d := at("2026-03-12 00:00") // a Thursday
	id, err := o.Store.AddTask(t.Context(), o.staff, db.TaskInput{DirectiveID: o.directive, Title: "Draft", Points: []string{"Done"}, LeadID: o.agency, CoExecutors: []int64{o.other}, Deadline: &d, Now: o.now()})
	o.check(err)
	o.check(o.Store.Assign(t.Context(), o.staff, db.ActInput{TaskID: id, Now: o.now()}))
	o.until("2026-04-20 00:00", 30*time.Minute)
	o.expect("due_7", "helper", "03-04 08:30")      // of Thursday the 5th
	o.expect("due_3w", "helper", "03-04 08:30")     // of Monday the 9th
	o.expect("due_3w", "controller", "03-05 08:30") // of Monday the 9th
	o.expect("late_1w", "controller", "03-19 08:30")
	o.expect("late_1w", "", "03-13 08:30")
	o.expect("late_3w", "head", "03-20 08:30")
	o.expect("late_7", "manager", "03-23 07:30")
	o.expect("late_30", "controller", "04-16 08:30")
}

// A pause over a deadline: what can comes before, the rest in one mail on the
// first morning after, each task once, and marked; others are told meanwhile.
func TestAPauseOverADeadline(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.person("head", o.agency, rules.Head)
	for i := range 3 {
		o.task(fmt.Sprintf("Draft %d", i), fmt.Sprintf("2026-03-%d", 18+i)) // Wednesday to Friday
	}
	o.until("2026-03-06 12:00", 30*time.Minute)
	o.rests(o.focal, "2026-03-12", "2026-03-29") // a Thursday to a Sunday
	o.until("2026-03-11 12:00", 30*time.Minute)
	before := len(o.relay.Got())
	o.expect("due_7", "focal", "03-11 08:30", "03-11 08:30", "03-11 08:30") // of the 11th to the 13th
	o.expect("due_0", "focal", "03-11 08:30", "03-11 08:30", "03-11 08:30")
	o.until("2026-03-16 12:00", 30*time.Minute)
	given := o.task("Draft 3", "2026-04-27") // at once, into the pause
	o.until("2026-03-31 00:00", 30*time.Minute)
	o.expect("late_3w", "head", "03-23 08:30", "03-24 08:30", "03-25 08:30")
	o.expect("late_1w", "", "03-19 08:30", "03-20 08:30", "03-23 08:30")
	o.expect("late_1w", "focal", "03-30 08:30", "03-30 08:30", "03-30 08:30")
	if told := o.told(given); count(told, "assigned") != 1 || count(told, "03-30 08:30 assigned") != 1 {
		t.Errorf("assigned in the pause: %v", told)
	}
	got := o.mails("focal", before)
	if len(got) != 1 {
		t.Fatalf("%d mails in and after the pause, want one", len(got))
	}
	for i := range 4 {
		if n := strings.Count(got[0].Body, fmt.Sprintf("Draft %d", i)); n == 0 {
			t.Errorf("task %d is not in it", i)
		}
	}
	if !strings.Contains(got[0].Body, "while your mails were paused") || strings.Contains(got[0].Body, "service was interrupted") {
		t.Error("the mail does not say why it comes late")
	}
}

// A pause from today on: what could no longer come before waits too, and a task
// whose steps all passed is named once.
func TestAPauseFromToday(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.task("Draft", "2026-03-18")
	o.until("2026-03-10 20:00", 30*time.Minute) // the 11th's reminder is planned
	o.rests(o.focal, "2026-03-10", "2026-03-25")
	before := len(o.relay.Got())
	o.until("2026-03-28 00:00", 30*time.Minute)
	o.expect("due_7", "focal", "03-26 08:30")
	o.expect("due_3w", "focal", "03-26 08:30")
	o.expect("late_1w", "focal", "03-26 08:30")
	got := o.mails("focal", before)
	if len(got) != 1 {
		t.Fatalf("%d mails, want one", len(got))
	}
	if n := strings.Count(got[0].Body, "tasks/1"); n < 1 || n > 2 { // plain and HTML
		t.Errorf("the task is named %d times", n)
	}
}

// Ending a pause early brings what waits with the next mail; days chosen anew
// move what waits, and nothing comes twice.
func TestAPauseEndsEarly(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.task("Draft", "2026-03-18")
	o.rests(o.focal, "2026-03-03", "2026-03-31")
	o.until("2026-03-20 12:00", 30*time.Minute)
	o.expect("late_1w", "focal")
	o.check(o.Store.EndPause(t.Context(), o.focal, rules.Date(o.now()), o.now()))
	o.takes(o.focal, 2)
	o.until("2026-03-23 12:00", 30*time.Minute)
	o.expect("late_1w", "focal")
	o.takes(o.focal, 2, 3, 4)
	o.until("2026-04-10 00:00", 30*time.Minute)
	o.expect("late_1w", "focal", "03-24 08:30")
	o.expect("due_7", "focal", "03-02 09:00") // before the pause, which was set after the day's hour
}

// Who takes an absent person's place gets what waits for him, also when he
// begins to stand in only after it was planned.
func TestAStandInAfterAPause(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	second := o.person("second", o.agency, rules.Head)
	o.task("Draft", "2026-03-18")
	o.until("2026-03-06 12:00", 30*time.Minute)
	o.rests(o.focal, "2026-03-17", "2026-03-25")
	o.check(o.Store.AddStandIn(t.Context(), o.focal, db.StandInInput{DeputyID: second.PersonID, From: at("2026-03-26 00:00"), To: at("2026-04-10 00:00"), Today: rules.Date(o.now()), Now: o.now()}))
	o.until("2026-04-01 00:00", 30*time.Minute)
	o.expect("late_1w", "focal")
	o.expect("late_1w", "second", "03-26 09:00")
}

// What happens next shows the days on which it will really go.
func TestAheadOnOwnDays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.task("Draft", "2026-03-23")
	o.takes(o.focal, 2, 4)
	o.rests(o.controller, "2026-03-16", "2026-03-27")
	o.tick()
	page, err := o.Store.TaskPage(t.Context(), o.staff, id, o.now())
	o.check(err)
	var ahead []string
	for _, s := range page.Ahead {
		if slices.ContainsFunc(rules.Listings, func(l rules.Listing) bool { return l.Rule == s.Rule }) {
			continue
		}
		ahead = append(ahead, fmt.Sprintf("%s %s %v", s.Morning.Format("01-02"), s.Rule, s.To))
	}
	want := []string{"03-03 unaccepted [lead controller]", "03-12 silent [lead]", "03-12 due_7 [lead]", "03-13 due_3w [controller]", "03-17 due_3w [lead]",
		"03-19 due_0 [lead]", "03-24 late_1w [lead mailbox]", "03-26 late_3w [head]"}
	if strings.Join(ahead, "; ") != strings.Join(want, "; ") {
		t.Errorf("ahead: %v\nwant: %v", ahead, want)
	}
	o.until("2026-04-01 00:00", 30*time.Minute)
	o.expect("due_3w", "controller", "03-13 08:30")
	o.expect("late_1w", "controller", "03-30 08:30")
}
