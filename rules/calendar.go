package rules

import "time"

// DayOff is a day that differs from the plain week of a country: a day off, or
// a weekend day that is worked.
type DayOff struct {
	Day  time.Time // date
	Work bool
}

// Calendar is a country's five-day working week with its days off and moved
// working days. The zero Calendar is Monday to Friday.
type Calendar struct {
	Country string
	moved   map[int64]bool // day, counted from 1970 → worked
}

// NewCalendar returns a calendar of the country with the days that differ.
func NewCalendar(country string, days []DayOff) Calendar {
	c := Calendar{Country: country, moved: make(map[int64]bool, len(days))}
	for _, d := range days {
		c.moved[dayNumber(d.Day)] = d.Work
	}
	return c
}

// Date returns the day of t as it is written, at 00:00 UTC.
func Date(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// dayNumber counts the day of t as it is written from 1 January 1970.
func dayNumber(t time.Time) int64 { return Date(t).Unix() / (24 * 60 * 60) }

// Works reports whether the day is a working day.
func (c Calendar) Works(day time.Time) bool {
	if worked, ok := c.moved[dayNumber(day)]; ok {
		return worked
	}
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
}

// OnOrBefore returns the working day on or before a day.
func (c Calendar) OnOrBefore(day time.Time) time.Time { return c.step(day, -1) }

// OnOrAfter returns the working day on or after a day.
func (c Calendar) OnOrAfter(day time.Time) time.Time { return c.step(day, 1) }

func (c Calendar) step(day time.Time, by int) time.Time {
	for !c.Works(day) {
		day = day.AddDate(0, 0, by)
	}
	return day
}

// AddWorkingDays returns the n-th working day after a day, before it where n is
// negative, the day itself where n is 0.
func (c Calendar) AddWorkingDays(day time.Time, n int) time.Time {
	by := 1
	if n < 0 {
		by, n = -1, -n
	}
	for ; n > 0; n-- {
		day = c.step(day.AddDate(0, 0, by), by)
	}
	return day
}

// Today returns the date it is at now in a zone.
func Today(now time.Time, zone *time.Location) time.Time { return Date(now.In(zone)) }

// At returns the moment a wall clock in the zone shows hour:minute on a day:
// the first one where the clock is put back, the first after the gap where it
// is put forward over that time, the last before it where the gap ends on the
// next day.
func At(day time.Time, hour, minute int, zone *time.Location) time.Time {
	y, m, d := day.Date()
	t := time.Date(y, m, d, hour, minute, 0, 0, zone)
	want := time.Date(y, m, d, hour, minute, 0, 0, time.UTC)
	for _, earlier := range []time.Duration{3 * time.Hour, 2 * time.Hour, time.Hour, 30 * time.Minute} {
		if before := t.Add(-earlier); wall(before).Equal(want) { // a fold: take the first
			t = before
		}
	}
	if wall(t).Equal(want) {
		return t
	}
	end := gapEnd(t, want)
	if Today(end, zone).After(Date(day)) {
		return end.Add(-time.Second)
	}
	return end
}

// gapEnd finds the first moment whose wall clock is not before want.
func gapEnd(near, want time.Time) time.Time {
	from, to := near.Add(-26*time.Hour), near.Add(26*time.Hour)
	for to.Sub(from) > time.Second {
		mid := from.Add(to.Sub(from) / 2)
		if wall(mid).Before(want) {
			from = mid
		} else {
			to = mid
		}
	}
	return to.Truncate(time.Second)
}

// wall returns what the clock shows, as a time in UTC, so that clocks compare.
func wall(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// OverdueAt returns the moment from which a task with this deadline is overdue:
// when the day after it begins in the lead agency's zone.
func OverdueAt(deadline time.Time, zone *time.Location) time.Time {
	return At(deadline.AddDate(0, 0, 1), 0, 0, zone)
}

// DaysLate returns how many days ago a deadline was on a day of the same zone;
// 0 or less where it has not passed.
func DaysLate(deadline, today time.Time) int {
	return int(Date(today).Sub(Date(deadline)).Hours() / 24)
}

// AddMonths returns the date n months later, on the anchor day of that month or
// on its last day where it is shorter (31 Jan, 28 Feb, 31 Mar).
func AddMonths(day time.Time, n, anchor int) time.Time {
	first := time.Date(day.Year(), day.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(anchor, last)-1)
}
