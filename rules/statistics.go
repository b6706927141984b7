package rules

import (
	"math"
	"slices"
	"time"
)

// DueTask is what statistics know of a task, or of one closed cycle of a
// periodic one. Dates are at 00:00 UTC.
type DueTask struct {
	Status      Status
	SubmittedAt *time.Time // of the submission that stands or was accepted
	DecidedAt   *time.Time
	Moves       int // how often the deadline was moved
	Submissions int
	Returns     int
}

// Figures are the sums of the statistics of domain.md over tasks whose deadline
// has passed. Each task stands in one of the first five.
type Figures struct {
	Open      int // late, owed still
	Submitted int // reported, not decided: beside the sum
	OnTime    int // accepted, the accepted report came in time
	Late      int // accepted, the accepted report came late
	Dropped   int // cancelled after the deadline: stays as overdue

	Moved    int // the deadline was moved at least once
	Reported int // a completion report came at least once
	Returned int // a report was sent back at least once
}

// CountDue returns how a task counts against a deadline that passes at
// overdueAt. The zero Figures: it does not count, because it is a draft or was
// cancelled in time. On time is judged by the submission that was accepted, so
// that a slow reviewer hurts nobody.
func CountDue(t DueTask, overdueAt time.Time) (f Figures) {
	before := func(at *time.Time) bool { return at != nil && at.Before(overdueAt) }
	switch {
	case t.Status == Submitted:
		f.Submitted = 1
	case t.Status == Accepted && before(t.SubmittedAt):
		f.OnTime = 1
	case t.Status == Accepted:
		f.Late = 1
	case t.Status == Cancelled && !before(t.DecidedAt):
		f.Dropped = 1
	case t.Status.Open():
		f.Open = 1
	default:
		return f
	}
	f.Moved, f.Reported, f.Returned = min(t.Moves, 1), min(t.Submissions, 1), min(t.Returns, 1)
	return f
}

// Plus returns the sum, n times g added.
func (f Figures) Plus(g Figures, n int) Figures {
	a, b := f.List(), g.List()
	for i := range a {
		a[i] += n * b[i]
	}
	return Figures{a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]}
}

// List returns the figures in the order of the struct.
func (f Figures) List() [8]int {
	return [8]int{f.Open, f.Submitted, f.OnTime, f.Late, f.Dropped, f.Moved, f.Reported, f.Returned}
}

// Overdue is od of the formula: open and overdue, or cancelled after the
// deadline.
func (f Figures) Overdue() int { return f.Open + f.Dropped }

// Due is how many tasks fell due, those that wait for a decision among them.
func (f Figures) Due() int { return f.OnTime + f.Late + f.Overdue() + f.Submitted }

// Discipline is D = on / (on + late + od).
func (f Figures) Discipline() Share { return Share{f.OnTime, f.OnTime + f.Late + f.Overdue()} }

// Extended is the extension rate: tasks whose deadline was moved, of those due.
func (f Figures) Extended() Share { return Share{f.Moved, f.Due()} }

// SentBack is the return rate: tasks sent back, of those once reported done.
func (f Figures) SentBack() Share { return Share{f.Returned, f.Reported} }

// Share is a part of a number, shown as "28 of 37".
type Share struct{ Part, Of int }

// Percent returns the share in per cent; ok is false where it is of nothing. It
// is 100 only for all, and 0 only for none.
func (s Share) Percent() (percent int, ok bool) {
	if s.Of == 0 {
		return 0, false
	}
	percent = int(math.Round(float64(s.Part) * 100 / float64(s.Of)))
	switch {
	case s.Part == 0 || s.Part == s.Of:
	case percent == 0:
		percent = 1
	case percent == 100:
		percent = 99
	}
	return percent, true
}

// RankFrom is the least number of tasks that gives a rank.
const RankFrom = 5

// Ranks returns the place of each share, 1 for the best, the same place for the
// same share; 0 for shares of fewer than RankFrom.
func Ranks(shares []Share) []int {
	places := make([]int, len(shares))
	for i, s := range shares {
		if s.Of < RankFrom {
			continue
		}
		places[i] = 1
		for _, other := range shares {
			if other.Of >= RankFrom && other.Part*s.Of > s.Part*other.Of {
				places[i]++
			}
		}
	}
	return places
}

// Delays counts tasks by the working days that they came late.
type Delays map[int]int

// Median is the number of working days by which at least half of the late tasks
// had come; ok is false where none was late.
func (d Delays) Median() (days int, ok bool) {
	all, keys := 0, make([]int, 0, len(d))
	for days, n := range d {
		if n > 0 {
			all += n
			keys = append(keys, days)
		}
	}
	slices.Sort(keys)
	sum := 0
	for _, days := range keys {
		if sum += d[days]; 2*sum >= all {
			return days, true
		}
	}
	return 0, false
}

// WorkingDaysLate counts the working days after a deadline up to a day, at
// least 1 where the day is later; 0 where it is not. The count ends at MaxDelay.
func (c Calendar) WorkingDaysLate(deadline, day time.Time) int {
	if !day.After(deadline) {
		return 0
	}
	n := 0
	for d := deadline.AddDate(0, 0, 1); !d.After(day) && n < MaxDelay; d = d.AddDate(0, 0, 1) {
		if c.Works(d) {
			n++
		}
	}
	return max(n, 1)
}

// DelayStep rounds a delay up for counting: to 5 days from 20 on, to 25 from 60
// on, so that few rows hold many tasks. A median over such steps stays true: at
// least half came within it.
func DelayStep(days int) int {
	step := 1
	switch {
	case days > 60:
		step = 25
	case days > 20:
		step = 5
	}
	return (days + step - 1) / step * step
}

// MaxDelay is the longest delay that is counted, in working days: some ten years.
const MaxDelay = 2500
