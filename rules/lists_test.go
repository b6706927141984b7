package rules

import (
	"testing"
	"time"
)

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

// On which days lists come, with days off and worked weekends between.
func TestListDays(t *testing.T) {
	t.Parallel()
	c := NewCalendar("UZ", []DayOff{{day("2026-03-02"), false}, {day("2026-03-03"), false}, {day("2026-03-07"), true}, {day("2026-03-20"), false}})
	byRule := map[string]Listing{}
	for _, l := range Listings {
		byRule[l.Rule] = l
	}
	for _, x := range []struct{ rule, on, named string }{
		{ListWeek, "2026-03-02", ""},           // Monday off
		{ListWeek, "2026-03-04", "2026-03-02"}, // comes on the Wednesday
		{ListAhead, "2026-03-04", "2026-03-03"},
		{ListStillLate, "2026-03-04", "2026-03-03"},
		{ListWeek, "2026-03-05", ""},
		{ListAhead, "2026-03-05", "2026-03-05"},
		{ListStillLate, "2026-03-05", ""},
		{ListWeek, "2026-03-06", "2026-03-06"},
		{ListWeek, "2026-03-07", ""}, // a worked Saturday is not named
		{ListWeek, "2026-03-20", ""}, // Friday off: with Monday's
		{ListWeek, "2026-03-23", "2026-03-23"},
		{ListMonth, "2026-03-04", "2026-03-01"}, // a Sunday, then two days off
		{ListMonth, "2026-03-05", ""},
		{ListMonth, "2026-04-01", "2026-04-01"},
	} {
		named, ok := byRule[x.rule].Occasion(day(x.on), c)
		if ok != (x.named != "") || ok && !named.Equal(day(x.named)) {
			t.Errorf("%s on %s: %v %v, want %q", x.rule, x.on, named.Format(time.DateOnly), ok, x.named)
		}
	}
}

// Each named day brings a list exactly once, or together with a later one, in
// any calendar.
func TestEachNamedDayIsTold(t *testing.T) {
	t.Parallel()
	c := NewCalendar("KZ", []DayOff{{day("2026-03-09"), false}, {day("2026-03-10"), false}, {day("2026-03-13"), false}, {day("2026-05-01"), false}, {day("2026-05-02"), true}})
	for _, l := range Listings {
		last, told := time.Time{}, 0
		for d := day("2026-01-01"); d.Before(day("2027-01-01")); d = d.AddDate(0, 0, 1) {
			named, ok := l.Occasion(d, c)
			if !ok {
				continue
			}
			if !c.Works(d) || !named.After(last) || named.After(d) {
				t.Errorf("%s on %s names %s after %s", l.Rule, d.Format(time.DateOnly), named.Format(time.DateOnly), last.Format(time.DateOnly))
			}
			last = named
			told++
		}
		if len(l.Weekdays) == 0 {
			if told != 12 {
				t.Errorf("%s: %d times in a year", l.Rule, told)
			}
			continue
		}
		if want := 51 * len(l.Weekdays); told < want-2 || told > 53*len(l.Weekdays) {
			t.Errorf("%s: %d times in a year", l.Rule, told)
		}
	}
}

func TestPackDays(t *testing.T) {
	t.Parallel()
	c := NewCalendar("UZ", nil)
	for on, want := range map[string]string{"2026-03-05": "2026-03-19", "2026-03-06": "2026-03-22", "2026-03-07": ""} {
		last, ok := PackUntil(day(on), c)
		if ok != (want != "") || ok && !last.Equal(day(want)) {
			t.Errorf("%s: until %s %v, want %q", on, last.Format(time.DateOnly), ok, want)
		}
	}
	if got := AheadUntil(day("2026-01-31")); !got.Equal(day("2026-02-28")) {
		t.Errorf("end of next month: %s", got)
	}
}

// A task's page says which lists will name it, and when for the first time.
func TestListsOfATask(t *testing.T) {
	t.Parallel()
	due := day("2026-03-20")
	f := TaskFacts{Status: Assigned, Deadline: &due}
	for _, x := range []struct{ after, want string }{
		{"2026-01-05", "week 2026-03-16, ahead 2026-02-03, still_late 2026-04-07"},
		{"2026-03-19", "week 2026-03-20, still_late 2026-04-07"},
		{"2026-05-01", "week 2026-05-04, still_late 2026-05-05"},
	} {
		got := ""
		for i, s := range ListSteps(f, NewCalendar("UZ", nil), day(x.after)) {
			if i > 0 {
				got += ", "
			}
			got += s.Rule + " " + s.Day.Format(time.DateOnly)
		}
		if got != x.want {
			t.Errorf("after %s: %s, want %s", x.after, got, x.want)
		}
	}
	f.Status = Submitted
	if got := ListSteps(f, NewCalendar("UZ", nil), due); len(got) != 0 {
		t.Errorf("of a task in review: %v", got)
	}
}
