package jobs

import (
	"slices"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// standsIn lets somebody stand in for another person from one day to another.
func (o *office) standsIn(deputy, absent rules.Actor, from, to string) {
	o.t.Helper()
	o.check(o.Store.AddStandIn(o.t.Context(), absent, db.StandInInput{DeputyID: deputy.PersonID, From: at(from + " 00:00"), To: at(to + " 00:00"), Today: rules.Date(o.now()), Now: o.now()}))
}

// Where a mail's own lines tell of the first tasks of a list, the list tells of
// those after them, and counts these only.
func TestAListGoesOnBehindWhatIsTold(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	box := o.box()
	o.tick()
	for range 12 {
		o.task("Soon", "2026-03-19") // seven days before it is a Thursday
	}
	for range 11 {
		o.task("Later", "2026-04-20")
	}
	o.until("2026-03-12 06:00", time.Hour)
	if got := box.days("focal", "11 tasks to finish"); !slices.ContainsFunc(got, func(d string) bool { return strings.HasPrefix(d, "Thu 03-12") }) {
		t.Errorf("the list behind the steps of that day: %v", got)
	}
}

// What was planned on the eve of an absence goes to who stands in, and what was
// planned on the eve of the return to who is back: steps and lists alike.
func TestTheFirstDayOfAnAbsenceAndTheFirstBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	deputy := o.person("deputy", o.agency, rules.Head)
	box := o.box()
	o.tick()
	o.standsIn(deputy, o.focal, "2026-03-12", "2026-03-18") // Thursday to Wednesday
	o.task("Back", "2026-03-26")                            // seven days before it is Thursday the 19th
	o.until("2026-03-19 12:00", 30*time.Minute)
	list := "Due to the end of next month"
	if got, want := box.days("deputy", list), []string{"Thu 03-12 09:00", "Tue 03-17 08:30"}; !slices.Equal(got, want) {
		t.Errorf("lists of who stands in: %v, want %v", got, want)
	}
	if got := box.days("focal", list); slices.Contains(got, "Thu 03-12 08:30") || slices.Contains(got, "Tue 03-17 08:30") {
		t.Errorf("lists of the absent one: %v", got)
	}
	if got := box.days("focal", "Back\n"); !slices.Contains(got, "Thu 03-19 09:00") {
		t.Errorf("the step on the first day back: %v", got)
	}
	o.task("Ahead", "2026-04-20")
	o.standsIn(deputy, o.focal, "2026-03-20", "2026-03-23")
	o.until("2026-03-24 12:00", 30*time.Minute) // a Tuesday, the first day back
	if got := box.days("focal", list); !slices.Contains(got, "Tue 03-24 09:00") {
		t.Errorf("the list on the first day back: %v", got)
	}
}

// Who is a manager and stands in for another gets the week's list once a day.
func TestWhoStandsInGetsOneListOfARegister(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	one := o.person("one", o.joint, rules.Manager)
	id, err := o.Store.SavePerson(t.Context(), rules.Actor{}, db.PersonInput{Email: "two@example.org", Name: "two", Roles: map[int64]rules.Role{o.other: rules.Manager, o.joint: rules.Controller}, Now: o.now()})
	o.check(err)
	o.standsIn(one, rules.Actor{PersonID: id}, "2026-03-02", "2026-03-31")
	box := o.box()
	o.tick()
	o.task("Soon", "2026-03-11")
	o.until("2026-03-09 12:00", 30*time.Minute)
	for _, m := range box.got {
		if n := strings.Count(m.Text, "Overdue and due this week"); m.To == "one@example.org" && n > 1 {
			t.Errorf("%d lists in one mail:\n%s", n, m.Text)
		}
	}
}

// A pack that waited until its event was over is not told any more.
func TestNoPackOfAnEventThatIsOver(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	box := o.box()
	o.tick()
	meeting, err := o.Store.SaveMeeting(t.Context(), o.staff, db.MeetingInput{Title: "Source", HeldOn: at("2026-03-01 00:00"), Place: "Almaty", Level: "heads_of_state", Sides: []string{"UZ"}, Now: o.now()})
	o.check(err)
	o.rests(o.staff, "2026-03-05", "2026-03-25")
	for title, day := range map[string]string{"Past": "2026-03-24 00:00", "Ahead": "2026-03-27 00:00"} {
		on := at(day)
		_, err := o.Store.AddEvent(t.Context(), o.staff, db.Event{MeetingID: meeting, Title: title, StartsOn: &on, Wording: "soon"}, "", o.now())
		o.check(err)
	}
	o.until("2026-03-27 12:00", time.Hour)
	if got := box.days("staff", "Past, "); len(got) != 0 {
		t.Errorf("told of an event that is over: %v", got)
	}
	if got := box.days("staff", "Ahead, "); len(got) != 1 {
		t.Errorf("told of the one ahead: %v", got)
	}
}

// An event that is moved after its pack was planned is told of before its new
// day, not on both.
func TestThePackOfAnEventThatMoves(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	box := o.box()
	o.tick()
	meeting, err := o.Store.SaveMeeting(t.Context(), o.staff, db.MeetingInput{Title: "Source", HeldOn: at("2026-03-01 00:00"), Place: "Almaty", Level: "heads_of_state", Sides: []string{"UZ"}, Now: o.now()})
	o.check(err)
	was, is := at("2026-03-16 00:00"), at("2026-03-30 00:00")
	id, err := o.Store.AddEvent(t.Context(), o.staff, db.Event{MeetingID: meeting, Title: "Visit", StartsOn: &was, Wording: "soon"}, "", o.now())
	o.check(err)
	o.until("2026-03-02 12:00", time.Hour) // that of Tuesday is planned
	e, err := o.Store.Event(t.Context(), o.staff, id)
	o.check(err)
	e.StartsOn = &is
	o.check(o.Store.ChangeEvent(t.Context(), o.staff, *e, o.now()))
	o.until("2026-03-20 12:00", time.Hour)
	if got := box.days("staff", "Visit, "); len(got) != 1 || !strings.HasPrefix(got[0], "Mon 03-16") {
		t.Errorf("told of the visit: %v", got)
	}
}
