package rules

import (
	"slices"
	"time"
)

// Secretariat is whom lists are for besides the ladder's audiences: the staff
// of a register.
const Secretariat Audience = "staff"

// Listing is one row of the periodic lists: a rule, the days it names, and whom
// it is for. A day off moves a list to the next working day of its reader.
type Listing struct {
	Rule     string
	Weekdays []time.Weekday // none: the first of each month
	To       []Audience     // Lead: the focal points of an agency, its mailbox where it has none
}

// The rules of the periodic lists.
const (
	ListWeek      = "week"       // what is overdue and due this week
	ListAhead     = "ahead"      // what is due to the end of next month
	ListStillLate = "still_late" // what is late for so long that no single mail tells of it any more
	ListMonth     = "month"      // the agencies' table
	ListPack      = "event_pack" // what is due until a coming event
)

// Listings are the periodic lists (domain.md, "Reminders and escalation"). A
// further list is a further row.
var Listings = []Listing{
	{Rule: ListWeek, Weekdays: []time.Weekday{time.Monday, time.Friday}, To: []Audience{Supervisor, Secretariat}},
	{Rule: ListAhead, Weekdays: []time.Weekday{time.Tuesday, time.Thursday}, To: []Audience{Lead}},
	{Rule: ListStillLate, Weekdays: []time.Weekday{time.Tuesday}, To: []Audience{Lead}},
	{Rule: ListMonth, To: []Audience{Supervisor}},
}

// StillLateAfter is how many days after its deadline a task is told of in the
// weekly list only.
const StillLateAfter = 14

// PackBefore is how many days before an event its pack is told of.
const PackBefore = 14

// names reports whether the list names a day.
func (l Listing) names(day time.Time) bool {
	if len(l.Weekdays) == 0 {
		return day.Day() == 1
	}
	return slices.Contains(l.Weekdays, day.Weekday())
}

// Occasion returns the day named by a list that falls on a day in a calendar:
// that day or, where days off lie between, the latest one before. ok is false
// where the list does not come on that day.
func (l Listing) Occasion(day time.Time, c Calendar) (named time.Time, ok bool) {
	if !c.Works(day) {
		return time.Time{}, false
	}
	for named = day; named.Equal(day) || !c.Works(named); named = named.AddDate(0, 0, -1) {
		if l.names(named) {
			return named, true
		}
	}
	return time.Time{}, false
}

// PackUntil returns the last day of the events that a reader is to be told of
// on a day: those within two weeks, and those for which the two weeks begin
// before his next working day. ok is false on a day off.
func PackUntil(day time.Time, c Calendar) (last time.Time, ok bool) {
	if !c.Works(day) {
		return time.Time{}, false
	}
	next := c.OnOrAfter(day.AddDate(0, 0, 1))
	return next.AddDate(0, 0, PackBefore-1), true
}

// AheadUntil is the last day of the look ahead of a day: the end of the next
// month.
func AheadUntil(today time.Time) time.Time { return AddMonths(today, 1, 31) }

// WeekUntil is the last day of the week that begins on a day.
func WeekUntil(today time.Time) time.Time { return today.AddDate(0, 0, 6) }

// tells reports whether the list names an open task with a deadline on a day.
func (l Listing) tells(deadline, day time.Time) bool {
	switch l.Rule {
	case ListAhead:
		return !deadline.Before(day) && !deadline.After(AheadUntil(day))
	case ListStillLate:
		return !deadline.After(StillLateUntil(day))
	case ListWeek:
		return !deadline.After(WeekUntil(day))
	}
	return false
}

// listsAhead is how many days ListSteps looks for the next list.
const listsAhead = 120

// ListSteps returns, for each list that will name a task, the first day after a
// day on which it does, if nothing changes until then.
func ListSteps(f TaskFacts, c Calendar, after time.Time) []Step {
	if !f.Status.Open() || f.Deadline == nil {
		return nil
	}
	var steps []Step
	for _, l := range Listings {
		for n := 1; n <= listsAhead; n++ {
			day := after.AddDate(0, 0, n)
			if named, ok := l.Occasion(day, c); ok && l.tells(*f.Deadline, day) {
				steps = append(steps, Step{Rung: Rung{Rule: l.Rule, To: l.To}, Day: day, Morning: day, Occasion: named.Format(time.DateOnly)})
				break
			}
		}
	}
	return steps
}

// MonthSpan are the deadlines of the monthly agencies' table: the year of the
// day before, so that January tells of the whole year that ended.
func MonthSpan(today time.Time) Span { return YearOf(today.AddDate(0, 0, -1)) }

// StillLateUntil is the latest deadline that is told of in the weekly list.
func StillLateUntil(today time.Time) time.Time { return today.AddDate(0, 0, -StillLateAfter) }
