package db_test

import (
	"testing"

	"amal/db"
	"amal/rules"
)

func TestTheCalendarShowsADayUpToItsCapAndCountsTheRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	directive := w.directive(t)
	for range 5 {
		w.task(t, directive, "2026-05-20")
	}
	lone := w.task(t, directive, "2026-05-31")
	w.task(t, directive, "2026-06-20") // outside
	event := w.summit(t, "2026-05-21")
	check2(w.SaveHolidays(w.ctx, w.staff, []db.Holiday{{Country: "UZ", Day: day("2026-05-09"), Kind: "off", NameEn: "Day of Memory", Basis: "law", Certainty: "official"}}, w.now))(t)
	of := func(me rules.Actor, f db.CalendarFilter) *db.CalendarPage {
		f.From, f.To = day("2026-04-27"), day("2026-05-31")
		page, err := w.CalendarPage(w.ctx, me, f)
		check(t, err)
		return page
	}
	page := of(w.staff, db.CalendarFilter{})
	if len(page.Tasks) != db.DayShows+1 || page.Tasks[0].Many != 5 || page.Tasks[3].ID != lone || page.Tasks[3].Many != 1 {
		t.Fatalf("%d tasks", len(page.Tasks))
	}
	if len(page.Events) != 1 || page.Events[0].ID != event || len(page.Free) != 1 {
		t.Errorf("%d events, %d days off", len(page.Events), len(page.Free))
	}
	for _, c := range []struct {
		name string
		me   rules.Actor
		f    db.CalendarFilter
		want int
	}{
		{"its lead", w.focalUZ, db.CalendarFilter{}, 4}, {"its co-executor", w.focalKZ, db.CalendarFilter{}, 4}, {"an agency with nothing to do with it", w.otherUZ, db.CalendarFilter{}, 0},
		{"mine, as controller", w.controller, db.CalendarFilter{Mine: true}, 4}, {"mine, as manager", w.manager, db.CalendarFilter{Mine: true}, 0},
		{"of the agency", w.staff, db.CalendarFilter{AgencyID: w.uz}, 4}, {"of another agency", w.staff, db.CalendarFilter{AgencyID: w.kz}, 0},
		{"led by the other side", w.staff, db.CalendarFilter{Side: rules.KZ}, 0}, {"led by the side", w.staff, db.CalendarFilter{Side: rules.UZ}, 4},
	} {
		if got := len(of(c.me, c.f).Tasks); got != c.want {
			t.Errorf("%s: %d tasks, want %d", c.name, got, c.want)
		}
	}
	f := db.CalendarFilter{From: day("2026-05-20")}
	for name, me := range map[string]rules.Actor{"staff": w.staff, "lead": w.focalUZ, "co-executor": w.focalKZ} {
		if rows, err := w.DayTasks(w.ctx, me, f, 0); err != nil || len(rows) != 5 {
			t.Errorf("%s: %d tasks of the day, %v", name, len(rows), err)
		}
	}
	if rows, err := w.DayTasks(w.ctx, w.otherUZ, f, 0); err != nil || len(rows) != 0 {
		t.Errorf("a stranger: %d tasks of the day, %v", len(rows), err)
	}
}

// Sums too are of what one sees: a country's register does not count what is of
// the other one alone.
func TestTheCalendarCountsOnlyWhatIsSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	meeting, err := w.SaveMeeting(w.ctx, w.staff, db.MeetingInput{Title: "KZ", HeldOn: day("2026-03-01"), Place: "Astana", Level: "working", Sides: []string{"KZ"}, Now: w.now})
	check(t, err)
	controller := w.person(t, "controller.kz", w.kz, rules.Controller)
	closed, err := w.AddDirective(w.ctx, w.staff, db.DirectiveInput{MeetingID: meeting, OralBy: "The chair", Strength: rules.Agreed, Title: "Closed", Points: []string{"x"}, Sides: []string{"KZ"},
		NoDeadlineReason: "none", ControllerID: controller.PersonID, Now: w.now})
	check(t, err)
	due := day("2026-05-20")
	for range 2 {
		id, err := w.AddTask(w.ctx, w.staff, db.TaskInput{DirectiveID: closed, Title: "Closed task", Points: []string{"x"}, LeadID: w.kz, Deadline: &due, Now: w.now})
		check(t, err)
		check(t, w.Assign(w.ctx, w.staff, db.ActInput{TaskID: id, Now: w.now}))
	}
	w.task(t, w.directive(t), "2026-05-20")
	uz, f := w.sideStaff(t, "staff.uz", "UZ"), db.CalendarFilter{From: day("2026-05-01"), To: day("2026-05-31")}
	page, err := w.CalendarPage(w.ctx, uz, f)
	check(t, err)
	if len(page.Tasks) != 1 || page.Tasks[0].Many != 1 {
		t.Errorf("Uzbekistan's register: %d tasks of %d", len(page.Tasks), page.Tasks[0].Many)
	}
	if page, err = w.CalendarPage(w.ctx, w.staff, f); err != nil || page.Tasks[0].Many != 3 {
		t.Errorf("the joint register counts %d (%v), want 3", page.Tasks[0].Many, err)
	}
	pack, err := w.Pack(w.ctx, uz, db.PackFilter{Sides: []string{"UZ"}, Since: w.now, Now: w.now})
	check(t, err)
	if pack.Counts != (db.PackCount{Idle: db.Count{N: 1}}) {
		t.Errorf("the pack counts %+v", pack.Counts)
	}
}

// check2 drops the first of two results.
func check2[T any](_ T, err error) func(*testing.T) {
	return func(t *testing.T) { t.Helper(); check(t, err) }
}
