package rules

import (
	"testing"
	"time"
)

func at(s string) *time.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return &t
}

// The table of domain.md, "Statistics": what a task counts as once its deadline
// has passed.
func TestATaskCountsOnce(t *testing.T) {
	t.Parallel()
	over := *at("2026-03-11 19:00") // 12 March begins in Tashkent
	for _, c := range []struct {
		name string
		task DueTask
		want Figures
	}{
		{"accepted, submitted in the last minute", DueTask{Status: Accepted, SubmittedAt: at("2026-03-11 18:59"), Submissions: 1}, Figures{OnTime: 1, Reported: 1}},
		{"accepted long after, submitted in time: a slow reviewer hurts nobody", DueTask{Status: Accepted, SubmittedAt: at("2026-03-10 09:00"), DecidedAt: at("2026-04-10 09:00"), Submissions: 1}, Figures{OnTime: 1, Reported: 1}},
		{"accepted, submitted in the minute after", DueTask{Status: Accepted, SubmittedAt: at("2026-03-11 19:00"), Submissions: 1}, Figures{Late: 1, Reported: 1}},
		{"returned once, the second report late", DueTask{Status: Accepted, SubmittedAt: at("2026-03-20 09:00"), Submissions: 2, Returns: 1}, Figures{Late: 1, Reported: 1, Returned: 1}},
		{"submitted, not decided", DueTask{Status: Submitted, SubmittedAt: at("2026-03-20 09:00"), Submissions: 3, Returns: 2}, Figures{Submitted: 1, Reported: 1, Returned: 1}},
		{"in progress", DueTask{Status: InProgress, Moves: 3}, Figures{Open: 1, Moved: 1}},
		{"not started", DueTask{Status: Assigned}, Figures{Open: 1}},
		{"sent back", DueTask{Status: Returned, Submissions: 1, Returns: 1}, Figures{Open: 1, Reported: 1, Returned: 1}},
		{"cancelled before the deadline", DueTask{Status: Cancelled, DecidedAt: at("2026-03-11 18:00"), Moves: 1}, Figures{}},
		{"cancelled after the deadline", DueTask{Status: Cancelled, DecidedAt: at("2026-03-12 09:00"), Moves: 1}, Figures{Dropped: 1, Moved: 1}},
		{"draft", DueTask{Status: Draft}, Figures{}},
	} {
		if got := CountDue(c.task, over); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestDisciplineLeavesOutWhatWaits(t *testing.T) {
	t.Parallel()
	f := Figures{Open: 4, Submitted: 6, OnTime: 28, Late: 5, Dropped: 2}
	if got := f.Discipline(); got != (Share{28, 39}) {
		t.Errorf("D is %+v, want 28 of 39", got)
	}
	if f.Due() != 45 || f.Overdue() != 6 {
		t.Errorf("due %d, overdue %d", f.Due(), f.Overdue())
	}
	if twice := f.Plus(f, 1); twice.Discipline() != (Share{56, 78}) || twice.Plus(f, -2) != (Figures{}) {
		t.Errorf("sums: %+v", twice)
	}
}

func TestAShareOfNothingHasNoValue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		share   Share
		percent int
		ok      bool
	}{{Share{0, 0}, 0, false}, {Share{28, 37}, 76, true}, {Share{0, 3}, 0, true}, {Share{3, 3}, 100, true}, {Share{999, 1000}, 99, true}, {Share{1, 1000}, 1, true}, {Share{1, 3}, 33, true}, {Share{2, 3}, 67, true}} {
		if got, ok := c.share.Percent(); got != c.percent || ok != c.ok {
			t.Errorf("%d of %d: got %d, %v", c.share.Part, c.share.Of, got, ok)
		}
	}
}

func TestFewerThanFiveTasksHaveNoRank(t *testing.T) {
	t.Parallel()
	got := Ranks([]Share{{4, 4}, {4, 5}, {8, 10}, {9, 10}, {0, 0}, {1, 5}})
	want := []int{0, 2, 2, 1, 0, 4}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

func TestMedianDelay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		delays Delays
		want   int
		ok     bool
	}{{nil, 0, false}, {Delays{4: 0}, 0, false}, {Delays{3: 1}, 3, true}, {Delays{1: 1, 9: 1}, 1, true}, {Delays{1: 1, 2: 1, 30: 1}, 2, true}, {Delays{1: 2, 20: 3}, 20, true}} {
		if got, ok := c.delays.Median(); got != c.want || ok != c.ok {
			t.Errorf("%v: got %d, %v", c.delays, got, ok)
		}
	}
	day := func(s string) time.Time { return *at(s + " 00:00") }
	c := NewCalendar("UZ", []DayOff{{Day: day("2026-03-23")}})
	for _, x := range []struct {
		deadline, came string
		want           int
	}{{"2026-03-20", "2026-03-20", 0}, {"2026-03-20", "2026-03-19", 0}, {"2026-03-20", "2026-03-21", 1}, {"2026-03-20", "2026-03-23", 1}, {"2026-03-20", "2026-03-24", 1}, {"2026-03-20", "2026-03-26", 3}} {
		if got := c.WorkingDaysLate(day(x.deadline), day(x.came)); got != x.want {
			t.Errorf("due %s, came %s: got %d, want %d", x.deadline, x.came, got, x.want)
		}
	}
}

func TestDelaysAreCountedInSteps(t *testing.T) {
	t.Parallel()
	last := 0
	for days := 1; days <= MaxDelay; days++ {
		step := DelayStep(days)
		if step < days || step-days >= 25 || days <= 20 && step != days || step < last {
			t.Fatalf("%d days become %d after %d", days, step, last)
		}
		last = step
	}
}

func TestSpans(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{"2026": "2026-01-01 2026-12-31", "2026-Q1": "2026-01-01 2026-03-31", "2026-Q4": "2026-10-01 2026-12-31", "2024-02": "2024-02-01 2024-02-29"} {
		s, ok := SpanOf(word)
		if got := s.From.Format(time.DateOnly) + " " + s.To.Format(time.DateOnly); !ok || got != want || s.Word() != word {
			t.Errorf("%s: %s, %v, word %s", word, got, ok, s.Word())
		}
	}
	for _, word := range []string{"", "2026-13", "2026-00", "2026-Q5", "26", "2026-1", "9999", "2026-Q1x"} {
		if _, ok := SpanOf(word); ok {
			t.Errorf("%q is a span", word)
		}
	}
	if got := WeekOf(*at("2026-03-01 23:00")).Format(time.DateOnly); got != "2026-02-23" {
		t.Errorf("the week of Sunday 1 March begins on %s", got)
	}
}
