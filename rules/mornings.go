package rules

import "time"

// Weekdays is a set of days of the week on which somebody takes mails. Of
// these only his agency's working days count.
type Weekdays uint8

// EveryDay is the set of who chose none: all working days, also a Saturday that
// is worked.
const EveryDay Weekdays = 1<<7 - 1

// workweek are the days that can be working days in any week.
const workweek Weekdays = 1<<5 - 1

// OnDay returns the set of one day, 1 Monday to 7 Sunday; empty for others.
func OnDay(number int) Weekdays {
	if number < 1 || number > 7 {
		return 0
	}
	return 1 << (number - 1)
}

// Has reports whether the day of the week of a date is in the set.
func (w Weekdays) Has(day time.Time) bool { return w&OnDay((int(day.Weekday())+6)%7+1) != 0 }

// Numbers lists the days of the set, 1 Monday to 7 Sunday.
func (w Weekdays) Numbers() []int {
	var days []int
	for n := 1; n <= 7; n++ {
		if w&OnDay(n) != 0 {
			days = append(days, n)
		}
	}
	return days
}

// Pause is a span of days on which somebody takes no mails, both the first and
// the last among them; zero for none.
type Pause struct{ From, To time.Time }

// Covers reports whether a day is in the pause.
func (p Pause) Covers(day time.Time) bool {
	day = Date(day)
	return !p.From.IsZero() && !day.Before(p.From) && !day.After(p.To)
}

// Mornings are the days on which somebody takes his daily mail: working days of
// his calendar, on his own days of the week, outside his pause. The calendar
// alone still counts working days.
type Mornings struct {
	Calendar
	Days  Weekdays // 0: every day
	Pause Pause
}

// Takes reports whether a day has a mail.
func (m Mornings) Takes(day time.Time) bool {
	return m.Works(day) && (m.Days == 0 || m.Days.Has(day)) && !m.Pause.Covers(day)
}

// OnOrBefore returns the last morning up to a day.
func (m Mornings) OnOrBefore(day time.Time) time.Time { return m.step(day, -1) }

// OnOrAfter returns the first morning from a day on.
func (m Mornings) OnOrAfter(day time.Time) time.Time { return m.step(day, 1) }

func (m Mornings) step(day time.Time, by int) time.Time {
	for !m.Takes(day) {
		day = day.AddDate(0, 0, by)
	}
	return day
}

// of returns the morning on which a step is told: of a step before the deadline
// the one on or before its day, of others the one on or after.
func (m Mornings) of(r Rung, day time.Time) time.Time {
	if r.before() {
		return m.OnOrBefore(day)
	}
	return m.OnOrAfter(day)
}

// look returns the day on which a step is to be looked at: its own, or the
// morning before it that is still to come after a day.
func (m Mornings) look(s Step, after time.Time) time.Time {
	if early := m.of(s.Rung, s.Day); early.Before(s.Day) && early.After(after) {
		return early
	}
	return s.Day
}

// Move returns the morning for a notice of a rule whose step is on a day, as
// seen on a day: what can no longer come before comes next.
func (m Mornings) Move(rule string, day, today time.Time) time.Time {
	want := m.OnOrAfter(day)
	for _, r := range Ladder {
		if r.Rule == rule {
			want = m.of(r, day)
			break
		}
	}
	if want.Before(today) {
		want = m.OnOrAfter(today)
	}
	return want
}

// Coming lists the steps that concern somebody and are still to be planned from
// a day on, up to another, each with the morning of its mail.
func Coming(f TaskFacts, m Mornings, from, until time.Time, concerns func(Rung) bool) []Step {
	var coming []Step
	for _, s := range Steps(f, m.Calendar, until) {
		s.Morning = m.of(s.Rung, s.Day)
		if concerns(s.Rung) && !s.Day.Before(from) && !s.Morning.Before(from) {
			coming = append(coming, s)
		}
	}
	return coming
}

// Missed says what is to be done with a step whose morning had passed when it
// was looked at, if next is the next one: it is told late; or, where its
// occasion began after that morning, as an ordinary reminder as long as the
// deadline has not passed. Else it is left out: the assignment said it.
func (s Step) Missed(f TaskFacts, next time.Time) (told, late bool) {
	if !s.before() || s.Morning.After(f.began()) {
		return true, true
	}
	return !next.After(*f.Deadline), false
}

// MaxPause is the longest pause of mails, in days.
const MaxPause = 60

// CheckPause returns Problems with a pause of mails: from today or later to a
// day after it, not too long.
func CheckPause(pause Pause, today time.Time) error {
	var p Problems
	p.date("pause_from", pause.From)
	p.date("pause_to", pause.To)
	if len(p) > 0 {
		return p.OrNil()
	}
	if pause.From.Before(today) {
		p.Add("pause_from", "form.error.pause_from")
	}
	if pause.To.Before(pause.From) || pause.To.Sub(pause.From) >= MaxPause*24*time.Hour {
		p = append(p, &Invalid{Field: "pause_to", Key: "form.error.pause_to", Max: MaxPause})
	}
	return p.OrNil()
}
