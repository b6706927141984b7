package rules

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"time"
)

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
	SubmittedOn     time.Time
	Submissions     int
	ReviewDays      int // working days to decide on a report
	Ladder          LadderName
}

// began is the day since which the lead knows of the deadline.
func (f TaskFacts) began() time.Time {
	if f.AssignedOn.After(f.DeadlineSetOn) {
		return f.AssignedOn
	}
	return f.DeadlineSetOn
}

// rungs are the rows of the task's ladder.
func (f TaskFacts) rungs() []Rung {
	if rungs, ok := ladders[f.Ladder]; ok {
		return rungs
	}
	return ladders[Standard]
}

// Step is one planned notice of a task. Occasion makes it one of its kind: a
// moved deadline or a report begins a new one.
type Step struct {
	Rung
	Day      time.Time // a working day of the calendar asked with
	Morning  time.Time // of the mail that tells it to whom Due was asked for
	Occasion string
}

// Steps returns the steps of a task up to a day, in order: those of the lead
// while it is open, those of the reviewer while its report waits. A step whose
// day had passed when its occasion began is left out: the assignment said it.
func Steps(f TaskFacts, c Calendar, until time.Time) []Step {
	var steps []Step
	for _, r := range f.rungs() {
		if r.Anchor == FromSilence && f.Status.Open() {
			steps = append(steps, silences(r, f, c, until)...)
		} else if s, ok := step(r, f, c); ok && !s.Day.After(until) {
			steps = append(steps, s)
		}
	}
	sort.SliceStable(steps, func(i, j int) bool { return steps[i].Day.Before(steps[j].Day) })
	return steps
}

// step is a rung's only step, where the task has what it counts from.
func step(r Rung, f TaskFacts, c Calendar) (Step, bool) {
	day, ok := stepDay(&r, &f, c)
	if !ok {
		return Step{}, false
	}
	return Step{Rung: r, Day: day, Occasion: occasionOf(r.Anchor, f)}, true
}

// stepDay is the day of a rung's only step.
func stepDay(r *Rung, f *TaskFacts, c Calendar) (day time.Time, ok bool) {
	if !counts(r.Anchor, f) {
		return day, false
	}
	switch r.Anchor {
	case FromDeadline:
		began := f.began()
		day = r.day(*f.Deadline, c)
		return day, day.After(began) && (r.Term == 0 || DaysLate(began, *f.Deadline) > r.Term)
	case FromAssignment:
		day = r.day(f.AssignedOn, c)
	case FromReview:
		day = r.day(ReviewDue(f.SubmittedOn, f.ReviewDays, c), c)
	}
	return day, true
}

// counts reports whether the task has what an anchor counts from.
func counts(a Anchor, f *TaskFacts) bool {
	switch a {
	case FromDeadline:
		return f.Status.Open() && f.Deadline != nil
	case FromAssignment:
		return f.Status == Assigned && !f.AssignedOn.IsZero()
	case FromReview:
		return f.Status == Submitted && !f.SubmittedOn.IsZero()
	}
	return f.Status.Open()
}

// occasionOf names what makes a rung's step one of its kind.
func occasionOf(a Anchor, f TaskFacts) string {
	switch a {
	case FromDeadline:
		return "d" + strconv.Itoa(f.DeadlineVersion)
	case FromAssignment:
		return "a" + f.AssignedOn.Format(time.DateOnly)
	case FromReview:
		return "n" + strconv.Itoa(f.Submissions)
	}
	return "s" + f.LastHeardOn.Format(time.DateOnly)
}

// before reports whether the rung tells of a deadline that is still to come, so
// that it may be told earlier, never later.
func (r Rung) before() bool { return r.Days <= 0 && r.Anchor == FromDeadline }

// day counts from the anchor and moves off days off.
func (r Rung) day(anchor time.Time, c Calendar) time.Time {
	day := anchor.AddDate(0, 0, r.Days)
	if r.Working {
		day = c.AddWorkingDays(anchor, r.Days)
	}
	if r.before() {
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

// nextSilence is the first of a rung's silences after a day; zero where nobody
// was ever heard.
func nextSilence(r *Rung, f *TaskFacts, c Calendar, after time.Time) time.Time {
	if f.LastHeardOn.IsZero() {
		return time.Time{}
	}
	n := silentAfter(*r, *f)
	if past := DaysLate(f.LastHeardOn, after) - n; past > r.Days { // many passed: begin near the day
		n += past/r.Days*r.Days - r.Days
	}
	for ; ; n += r.Days {
		if day := c.OnOrAfter(f.LastHeardOn.AddDate(0, 0, n)); day.After(after) {
			return day
		}
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

// NextStepOn returns the first day after a day on which a step may fall due, or
// is to be told already on an earlier morning, on one of the calendars with
// their mornings; ok is false where none will. Other recipients may have their
// step later, never earlier.
func NextStepOn(f TaskFacts, all []Mornings, after time.Time) (day time.Time, ok bool) {
	until := after.Add(ladderAhead)
	if f.Deadline != nil && f.Deadline.AddDate(0, 0, 60).After(until) {
		until = f.Deadline.AddDate(0, 0, 60)
	}
	sooner := func(d time.Time) {
		if d.After(after) && !d.After(until) && (!ok || d.Before(day)) {
			day, ok = d, true
		}
	}
	rungs := f.rungs()
	for _, m := range all {
		for i := range rungs {
			if r := &rungs[i]; r.Anchor == FromSilence && f.Status.Open() {
				sooner(nextSilence(r, &f, m.Calendar, after))
			} else if d, has := stepDay(r, &f, m.Calendar); has {
				sooner(m.look(Step{Rung: *r, Day: d}, after))
			}
		}
	}
	return day, ok
}

// Due returns the steps for somebody whom only some rungs concern that have
// come due by a day and not by the day of the last look: those of that day and,
// before the deadline, those whose morning it is because no other comes before
// their own day. They come again until their day is over; who plans them knows
// what he planned. Of several missed ones of one deadline he is told the latest
// only, so that an outage ends in one word, not in three.
func Due(f TaskFacts, m Mornings, lastLook, today time.Time, concerns func(Rung) bool) []Step {
	var due []Step
	until := m.OnOrAfter(today.AddDate(0, 0, 1)).AddDate(0, 0, -1)
	for _, s := range Steps(f, m.Calendar, until) {
		if !s.Day.After(lastLook) || s.Day.After(today) && !s.before() || !concerns(s.Rung) {
			continue
		}
		s.Morning = m.of(s.Rung, s.Day)
		due = slices.DeleteFunc(due, func(d Step) bool { return d.Anchor == s.Anchor && d.Morning.Before(s.Morning) })
		due = append(due, s)
	}
	return due
}

// Slot returns the minute of the day of a person's daily mail, where he chose
// none: 08:30, for managers and staff 07:30 (domain.md).
func Slot(roles []Role) int {
	if slices.Contains(roles, Manager) || slices.Contains(roles, Staff) {
		return 7*60 + 30
	}
	return 8*60 + 30
}

// SlotEvery is the raster of the hours that people can choose for their daily
// mail, in minutes.
const SlotEvery = 15

// CheckSlot returns Problems with a person's own hour (nil: by role), time zone
// ("": the agency's) and days of the week, one of which can be a working day.
func CheckSlot(minute *int, zone string, days Weekdays) error {
	var p Problems
	if minute != nil && (*minute < 0 || *minute >= 24*60 || *minute%SlotEvery != 0) {
		p.Add("mail_minute", "form.error.choose")
	}
	if zone != "" {
		if _, err := time.LoadLocation(zone); err != nil || zone == "Local" {
			p.Add("time_zone", "form.error.time_zone")
		}
	}
	if days&workweek == 0 || days > EveryDay {
		p.Add("mail_day", "form.error.mail_day")
	}
	return p.OrNil()
}
