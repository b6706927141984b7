package rules

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// anyMornings draws a calendar with days off and worked weekends, around the
// span of anyDay, with days of the week and a pause of somebody's own.
func anyMornings(r *rapid.T, from time.Time) Mornings {
	m := Mornings{Calendar: anyCalendar(r), Days: Weekdays(rapid.IntRange(1, int(EveryDay)).Draw(r, "days of the week"))}
	if m.Days&workweek == 0 {
		m.Days = 0
	}
	if rapid.Bool().Draw(r, "pauses") {
		m.Pause.From = from.AddDate(0, 0, rapid.IntRange(-20, 150).Draw(r, "pause"))
		m.Pause.To = m.Pause.From.AddDate(0, 0, rapid.IntRange(0, MaxPause-1).Draw(r, "days of pause"))
	}
	return m
}

// anyTask is a task of the standard or close ladder, with the last day of a
// month or 29 February as its deadline more often than others.
func anyTask(r *rapid.T) TaskFacts {
	assigned := anyDay(r, "assigned")
	due := assigned.AddDate(0, 0, rapid.IntRange(1, 120).Draw(r, "term"))
	switch rapid.IntRange(0, 3).Draw(r, "kind of deadline") {
	case 0:
		due = AddMonths(due, 1, 31)
	case 1:
		assigned, due = date("2028-01-03"), date("2028-02-29")
	}
	return TaskFacts{Status: InProgress, Deadline: &due, DeadlineVersion: 1, DeadlineSetOn: assigned, AssignedOn: assigned, LastHeardOn: assigned,
		Ladder: rapid.SampledFrom([]LadderName{Standard, Close}).Draw(r, "ladder")}
}

// desk plans for one recipient as the planner does: it looks at a task only on
// the days that NextStepOn names, and keeps what it planned by its key.
type desk struct {
	facts   TaskFacts
	zone    *time.Location
	minute  int
	country Calendar
	next    time.Time
	planned map[string]time.Time // day of the mail by step
	leftOut map[string]bool
}

func (d *desk) look(m Mornings, now time.Time) {
	horizon := Date(now.UTC().Add(14 * time.Hour))
	if d.next.IsZero() || d.next.After(horizon) {
		return
	}
	for _, s := range Due(d.facts, m, d.next.AddDate(0, 0, -1), horizon, func(Rung) bool { return true }) {
		key, day := s.Rule+s.Occasion, s.Morning
		if today := Today(now, d.zone); day.Before(today) {
			day = m.OnOrAfter(today)
			if !At(day, d.minute/60, d.minute%60, d.zone).After(now) {
				day = m.OnOrAfter(day.AddDate(0, 0, 1))
			}
			if told, _ := s.Missed(d.facts, day); !told {
				d.leftOut[key] = true
				continue
			}
		}
		if _, ok := d.planned[key]; !ok {
			d.planned[key] = day
		}
	}
	d.next, _ = NextStepOn(d.facts, []Mornings{{Calendar: d.country}, m}, horizon)
}

// On every clock from UTC−11 to UTC+14, with any days of the week, pause and
// days off, looked at a few times a day: each step is told exactly once, on a
// morning of its reader, one before the deadline on the last morning up to its
// day, or where that had passed when the task was given, on the next one up to
// the deadline; the others on the first morning from their day on.
func TestEachStepOnOneMorning(t *testing.T) {
	t.Parallel()
	var zones []*time.Location
	for _, name := range []string{"Pacific/Pago_Pago", "America/New_York", "Europe/Berlin", "Asia/Almaty", "Asia/Tashkent", "Asia/Kathmandu", "Pacific/Kiritimati"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		zones = append(zones, zone)
	}
	rapid.Check(t, func(r *rapid.T) {
		f := anyTask(r)
		m, end := anyMornings(r, f.AssignedOn), f.Deadline.AddDate(0, 0, 120)
		d := &desk{facts: f, zone: rapid.SampledFrom(zones).Draw(r, "zone"), minute: SlotEvery * rapid.IntRange(0, 95).Draw(r, "hour"), country: m.Calendar,
			next: f.AssignedOn, planned: map[string]time.Time{}, leftOut: map[string]bool{}}
		for now := At(f.AssignedOn, 9, 0, d.zone); now.Before(end); now = now.Add(7 * time.Hour) {
			d.look(m, now)
		}
		for _, s := range Steps(f, m.Calendar, f.Deadline.AddDate(0, 0, 30)) {
			checkMorning(r, d, m, s)
		}
	})
}

func checkMorning(r *rapid.T, d *desk, m Mornings, s Step) {
	key := s.Rule + s.Occasion
	day, told := d.planned[key]
	name := key + " of " + s.Day.Format(time.DateOnly) + " on " + day.Format(time.DateOnly)
	before, after := m.OnOrBefore(s.Day), m.OnOrAfter(s.Day)
	switch {
	case told && !m.Takes(day):
		r.Fatalf("%s, a day without mail", name)
	case !s.before() && (!told || !day.Equal(after)):
		r.Fatalf("%s, want %s", name, after.Format(time.DateOnly))
	case s.before() && before.After(d.facts.began()) && (!told || !day.Equal(before)):
		r.Fatalf("%s, want %s", name, before.Format(time.DateOnly))
	case s.before() && told && day.After(*d.facts.Deadline):
		r.Fatalf("%s, after the deadline %s", name, d.facts.Deadline.Format(time.DateOnly))
	case s.before() && !told && !d.leftOut[key]:
		r.Fatalf("%s is lost", name)
	case !told && between(m, d.facts.began().AddDate(0, 0, 2), *d.facts.Deadline):
		r.Fatalf("%s is left out though a morning lay before the deadline", name)
	}
}

// between reports whether there is a morning in a span of days.
func between(m Mornings, from, to time.Time) bool { return !m.OnOrAfter(from).After(to) }

// A reminder that waits can be moved to other mornings as often as its reader
// likes: it stays on one of them, never before today, and before the deadline
// never later than it must.
func TestMovedMornings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		day := anyDay(r, "step")
		today := day.AddDate(0, 0, rapid.IntRange(-10, 10).Draw(r, "today"))
		rung := rapid.SampledFrom(Ladder).Draw(r, "rung")
		m := anyMornings(r, day)
		got := m.Move(rung.Rule, day, today)
		if !m.Takes(got) || got.Before(today) {
			r.Fatalf("%s of %s moves to %s", rung.Rule, day.Format(time.DateOnly), got.Format(time.DateOnly))
		}
		if early := m.OnOrBefore(day); rung.before() && !early.Before(today) && !got.Equal(early) {
			r.Fatalf("%s moves to %s, want %s", rung.Rule, got.Format(time.DateOnly), early.Format(time.DateOnly))
		}
	})
}

// Kazakhstan put its clocks back an hour in the first minutes of 1 March 2024:
// the midnight that came twice is told once, with any days of the week.
func TestMorningsWhenKazakhstanChangedItsClocks(t *testing.T) {
	t.Parallel()
	almaty, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		t.Fatal(err)
	}
	due := date("2024-03-01") // a Friday
	for minute := 0; minute < 24*60; minute += SlotEvery {
		for days := Weekdays(1); days <= EveryDay; days++ {
			if days&workweek == 0 {
				continue
			}
			m := Mornings{Days: days}
			moments := []time.Time{}
			for day := date("2024-02-26"); !day.After(date("2024-03-04")); day = day.AddDate(0, 0, 1) {
				if m.Takes(day) {
					moments = append(moments, At(day, minute/60, minute%60, almaty))
				}
			}
			if !slices.IsSortedFunc(moments, time.Time.Compare) || len(moments) != len(slices.Compact(slices.Clone(moments))) {
				t.Fatalf("%07b at %d: %v", days, minute, moments)
			}
			told := At(m.of(Rung{Anchor: FromDeadline}, due), minute/60, minute%60, almaty)
			if !told.Before(OverdueAt(due, almaty)) {
				t.Fatalf("%07b at %d: told at %s, when it is overdue", days, minute, told)
			}
		}
	}
}

// The last working day before a moved one, for who takes mails on one day only.
func TestAWorkedSaturday(t *testing.T) {
	t.Parallel()
	c := NewCalendar("KZ", []DayOff{{Day: date("2026-03-21"), Work: true}, {Day: date("2026-03-23")}, {Day: date("2026-03-24")}})
	saturday, monday := OnDay(6)|OnDay(1), OnDay(1)
	for name, x := range map[string]struct {
		days      Weekdays
		want, due string
	}{
		"takes a worked Saturday": {saturday, "2026-03-21", "2026-03-23"},
		"all days":                {EveryDay, "2026-03-21", "2026-03-24"},
		"Mondays, one is off":     {monday, "2026-03-16", "2026-03-25"},
	} {
		m := Mornings{Calendar: c, Days: x.days}
		if got := m.of(Rung{Anchor: FromDeadline}, date(x.due)); !got.Equal(date(x.want)) {
			t.Errorf("%s: %s, want %s", name, got.Format(time.DateOnly), x.want)
		}
	}
	if got := (Mornings{Calendar: c, Days: monday}).OnOrAfter(date("2026-03-17")); !got.Equal(date("2026-03-30")) {
		t.Errorf("after: %s", got.Format(time.DateOnly))
	}
}
