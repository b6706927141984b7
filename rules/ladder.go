package rules

import (
	"fmt"
	"slices"
	"sort"
	"time"
)

// Audience is who of a task's people a reminder is for.
type Audience string

// The audiences of the ladder.
const (
	Lead         Audience = "lead"
	CoExecutor   Audience = "co_executor"
	ByController Audience = "controller"
	Mailbox      Audience = "mailbox" // the lead agency's official one
)

// Anchor is what a rung counts from.
type Anchor int

// The anchors of the ladder.
const (
	FromDeadline Anchor = iota
	FromSilence         // the last word of the lead
)

// Rung is one row of the reminder ladder: a rule, the days from its anchor
// (negative: before it), and whom it tells. A rung before the deadline moves
// to the working morning before, the others to the next one.
type Rung struct {
	Rule    string
	Anchor  Anchor
	Days    int
	Working bool // Days are working days
	To      []Audience
}

// Ladder is the reminder ladder (domain.md, "Reminders and escalation"). A
// further step is a further row.
var Ladder = []Rung{
	{Rule: "silent", Anchor: FromSilence, Days: 30, To: []Audience{Lead}},
	{Rule: "due_7", Days: -7, To: []Audience{Lead, CoExecutor}},
	{Rule: "due_3w", Days: -3, Working: true, To: []Audience{Lead, CoExecutor, ByController}},
	{Rule: "due_0", Days: 0, To: []Audience{Lead}},
	{Rule: "late_1w", Days: 1, Working: true, To: []Audience{Lead, Mailbox, ByController}},
}

// minSilence is the least number of days after which a task counts as silent.
const minSilence = 7

// TaskFacts is what the ladder needs to know of a task. Days are dates in the
// lead agency's zone; zero where there is none.
type TaskFacts struct {
	Status          Status
	Deadline        *time.Time
	DeadlineVersion int
	DeadlineSetOn   time.Time
	AssignedOn      time.Time
	LastHeardOn     time.Time
}

// Step is one planned notice of a task. Occasion makes it one of its kind: a
// moved deadline or a report begins a new one.
type Step struct {
	Rung
	Day      time.Time // a working day of the calendar asked with
	Occasion string
}

// Steps returns the steps of an open task up to a day, in order. A step whose
// day had passed when its occasion began is left out: the assignment said it.
func Steps(f TaskFacts, c Calendar, until time.Time) []Step {
	var steps []Step
	if !f.Status.Open() {
		return nil
	}
	for _, r := range Ladder {
		if r.Anchor == FromSilence {
			steps = append(steps, silences(r, f, c, until)...)
		} else if s, ok := deadlineStep(r, f, c); ok && !s.Day.After(until) {
			steps = append(steps, s)
		}
	}
	sort.SliceStable(steps, func(i, j int) bool { return steps[i].Day.Before(steps[j].Day) })
	return steps
}

func deadlineStep(r Rung, f TaskFacts, c Calendar) (Step, bool) {
	if f.Deadline == nil {
		return Step{}, false
	}
	s := Step{Rung: r, Day: r.day(*f.Deadline, c), Occasion: fmt.Sprintf("d%d", f.DeadlineVersion)}
	began := f.DeadlineSetOn
	if f.AssignedOn.After(began) {
		began = f.AssignedOn
	}
	return s, s.Day.After(began)
}

// day counts from the anchor and moves off days off.
func (r Rung) day(anchor time.Time, c Calendar) time.Time {
	day := anchor.AddDate(0, 0, r.Days)
	if r.Working {
		day = c.AddWorkingDays(anchor, r.Days)
	}
	if r.Days <= 0 && r.Anchor == FromDeadline {
		return c.OnOrBefore(day)
	}
	return c.OnOrAfter(day)
}

// silences are the days on which a task that nobody heard of is asked about:
// after 30 days or half its term, whichever is shorter, at least 7, and every
// 30 days again.
func silences(r Rung, f TaskFacts, c Calendar, until time.Time) []Step {
	if f.LastHeardOn.IsZero() {
		return nil
	}
	var steps []Step
	for n := silentAfter(r, f); ; n += r.Days {
		day := c.OnOrAfter(f.LastHeardOn.AddDate(0, 0, n))
		if day.After(until) {
			return steps
		}
		steps = append(steps, Step{Rung: r, Day: day, Occasion: fmt.Sprintf("s%s+%d", f.LastHeardOn.Format(time.DateOnly), n)})
	}
}

func silentAfter(r Rung, f TaskFacts) int {
	after := r.Days
	if f.Deadline != nil {
		if half := DaysLate(f.AssignedOn, *f.Deadline) / 2; half < after {
			after = half
		}
	}
	return max(after, minSilence)
}

// ladderAhead is how far NextStepOn looks for a step by silence; a deadline's
// steps are found however far away.
const ladderAhead = 90 * 24 * time.Hour

// NextStepOn returns the first day after a day on which a step may fall due in
// one of the calendars; ok is false where none will. Recipients of another
// country may have their step later, never earlier.
func NextStepOn(f TaskFacts, calendars []Calendar, after time.Time) (day time.Time, ok bool) {
	until := after.Add(ladderAhead)
	if f.Deadline != nil && f.Deadline.AddDate(0, 0, 60).After(until) {
		until = f.Deadline.AddDate(0, 0, 60)
	}
	for _, c := range calendars {
		for _, s := range Steps(f, c, until) {
			if s.Day.After(after) && (!ok || s.Day.Before(day)) {
				day, ok = s.Day, true
			}
		}
	}
	return day, ok
}

// Due returns the steps that have come due by a day and not by the day before
// the last look. Of several missed ones of one deadline only the latest is
// told, so that an outage ends in one word, not in three.
func Due(f TaskFacts, c Calendar, lastLook, today time.Time) []Step {
	var due []Step
	for _, s := range Steps(f, c, today) {
		if !s.Day.After(lastLook) {
			continue
		}
		due = slices.DeleteFunc(due, func(d Step) bool { return d.Anchor == s.Anchor && d.Day.Before(s.Day) })
		due = append(due, s)
	}
	return due
}

// Reasons why a planned reminder is not sent; text keys reminder.skipped.REASON.
const (
	SkippedDone     = "done"      // accepted, cancelled or waiting for review
	SkippedMoved    = "moved"     // the deadline was moved or cleared
	SkippedHeard    = "heard"     // the lead spoke meanwhile
	SkippedNotTheir = "not_their" // no longer their task, or no longer active
	SkippedUndone   = "undone"    // the act was taken back
	SkippedAddress  = "address"   // no usable address
)

// StillRight reports whether a reminder planned for an occasion is still true
// of the task; reason says why not. Rules of acts stay true.
func StillRight(rule, occasion string, f TaskFacts) (ok bool, reason string) {
	i := slices.IndexFunc(Ladder, func(r Rung) bool { return r.Rule == rule })
	switch {
	case i < 0 && rule == "by_hand", i >= 0:
		if !f.Status.Open() {
			return false, SkippedDone
		}
	case rule == "assigned" && !f.Status.Open():
		return false, SkippedDone
	case rule == "submitted" && f.Status != Submitted:
		return false, SkippedDone
	}
	if i < 0 {
		return true, ""
	}
	if Ladder[i].Anchor == FromDeadline && (f.Deadline == nil || occasion != fmt.Sprintf("d%d", f.DeadlineVersion)) {
		return false, SkippedMoved
	}
	heard := "s" + f.LastHeardOn.Format(time.DateOnly) + "+"
	if Ladder[i].Anchor == FromSilence && (len(occasion) < len(heard) || occasion[:len(heard)] != heard) {
		return false, SkippedHeard
	}
	return true, ""
}

// Slot returns the hour and minute of a person's daily mail: 08:30, for
// managers and staff 07:30 (domain.md).
func Slot(roles []Role) (hour, minute int) {
	if slices.Contains(roles, Manager) || slices.Contains(roles, Staff) {
		return 7, 30
	}
	return 8, 30
}
