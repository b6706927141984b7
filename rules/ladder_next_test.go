package rules

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// NextStepOn finds, without making the steps, the first of those that Steps
// makes.
func TestNextStepIsTheFirstOfTheSteps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
		days := func(name string) time.Time { return from.AddDate(0, 0, rapid.IntRange(0, 900).Draw(t, name)) }
		calendars := []Calendar{NewCalendar("UZ", []DayOff{{Day: days("off")}, {Day: days("work"), Work: true}}), NewCalendar("KZ", nil)}
		f := TaskFacts{Status: rapid.SampledFrom([]Status{Assigned, InProgress, Returned, Submitted, Accepted}).Draw(t, "status"), AssignedOn: days("assigned"), ReviewDays: 3,
			Ladder: rapid.SampledFrom(LadderNames).Draw(t, "ladder"), DeadlineVersion: 1}
		f.DeadlineSetOn, f.LastHeardOn, f.SubmittedOn = f.AssignedOn, f.AssignedOn.AddDate(0, 0, rapid.IntRange(0, 300).Draw(t, "heard")), days("submitted")
		if rapid.Bool().Draw(t, "due") {
			due := days("deadline")
			f.Deadline = &due
		}
		after := days("after")
		until := after.Add(ladderAhead)
		if f.Deadline != nil && f.Deadline.AddDate(0, 0, 60).After(until) {
			until = f.Deadline.AddDate(0, 0, 60)
		}
		var want time.Time
		for _, c := range calendars {
			for _, s := range Steps(f, c, until) {
				if s.Day.After(after) && (want.IsZero() || s.Day.Before(want)) {
					want = s.Day
				}
			}
		}
		if got, ok := NextStepOn(f, []Mornings{{Calendar: calendars[0]}, {Calendar: calendars[1]}}, after); ok == want.IsZero() || !got.Equal(want) {
			t.Fatalf("next step of %+v after %v: %v, want %v", f, after, got, want)
		}
	})
}
