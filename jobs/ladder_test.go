package jobs

import (
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// days are when a person was sent a rule, over all tasks, in Tashkent.
func (o *office) days(rule, person string) []string {
	lines, err := o.Store.Ledger(o.t.Context(), o.staff, db.LedgerFilter{})
	o.check(err)
	tashkent, err := time.LoadLocation("Asia/Tashkent")
	o.check(err)
	var days []string
	for _, l := range lines {
		if l.SentAt != nil && l.Rule == rule && l.PersonName == person {
			days = append([]string{l.SentAt.In(tashkent).Format("01-02 15:04")}, days...)
		}
	}
	return days
}

func (o *office) expect(rule, person string, want ...string) {
	o.t.Helper()
	got := o.days(rule, person)
	if len(got) != len(want) {
		o.t.Errorf("%s to %q on %v, want %v", rule, person, got, want)
		return
	}
	for i := range got {
		if got[i] != want[i] {
			o.t.Errorf("%s to %q on %v, want %v", rule, person, got, want)
		}
	}
}

// A task that nobody receives and that gets late goes up: to the agency's head
// after 3 working days, to the manager after 7 days, and after 30 the controller
// hears of the letter.
func TestEscalation(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.person("head", o.agency, rules.Head)
	o.person("manager", 3, rules.Manager)
	o.task("Draft", "2026-03-12") // a Thursday, assigned on Monday the 2nd
	o.until("2026-04-15 00:00", 30*time.Minute)
	o.expect("unaccepted", "focal", "03-03 08:30")
	o.expect("unaccepted", "controller", "03-03 08:30")
	o.expect("late_1w", "focal", "03-13 08:30")
	o.expect("late_3w", "head", "03-17 08:30")
	o.expect("late_7", "manager", "03-19 07:30")
	o.expect("late_30", "controller", "04-13 08:30") // the 11th is a Saturday
	o.expect("due_30", "focal")
}

// Without a head the official mailbox is told in his place.
func TestEscalationWithoutHead(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.task("Draft", "2026-03-12")
	o.until("2026-03-18 00:00", 30*time.Minute)
	o.expect("late_3w", "", "03-17 08:30")
}

// A report starts the reviewer's own clock and stops the lead's.
func TestTheReviewersClock(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.person("manager", 3, rules.Manager)
	id := o.task("Draft", "2026-03-12")
	o.check(o.Store.Report(t.Context(), o.focal, db.ReportInput{TaskID: id, Version: o.version(id), Signal: rules.Finished, Done: "Done", Answers: []string{"Yes"}, Links: []string{"https://example.org/a"}, Now: o.now()}))
	o.until("2026-03-20 00:00", 30*time.Minute)
	o.expect("review_due", "controller", "03-05 08:30")
	o.expect("review_late", "controller", "03-06 08:30")
	o.expect("review_late", "manager", "03-06 07:30")
	o.expect("due_7", "focal")
	o.expect("late_1w", "focal")
}

// A directive's own ladder decides which steps its tasks take, from the moment
// it is chosen.
func TestAnotherLadder(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.task("Draft", "2026-03-27")
	o.check(o.Store.SetLadder(t.Context(), o.controller, o.directive, rules.Close, o.now()))
	o.until("2026-03-17 00:00", 30*time.Minute)
	o.expect("due_14", "focal", "03-13 08:30")
	o.check(o.Store.SetLadder(t.Context(), o.controller, o.directive, rules.Quiet, o.now()))
	o.until("2026-03-28 00:00", 30*time.Minute)
	o.expect("due_7", "focal", "03-20 08:30")
	o.expect("due_3w", "focal")
	o.expect("due_1w", "focal")
	o.expect("due_0", "focal", "03-27 08:30")
}

// The daily mail comes at a person's own hour and in his own zone, also what
// was planned for another one.
func TestOnesOwnHour(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.task("Draft", "2026-03-27")
	o.until("2026-03-19 20:00", time.Hour) // the 20th's reminder is planned
	minute := 10 * 60
	o.check(o.Store.SetSlot(t.Context(), o.focal, db.SlotInput{Minute: &minute, TimeZone: "Europe/Berlin", Days: rules.EveryDay, Now: o.now()}))
	o.until("2026-03-28 00:00", 30*time.Minute)
	o.expect("due_7", "focal", "03-20 14:00") // 10:00 in Berlin, winter time
	o.expect("due_0", "focal", "03-27 14:00")
}
