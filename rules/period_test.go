package rules_test

import (
	"testing"
	"time"

	"amal/rules"
)

// Months count from the anchor: 31 January, 28 February, 31 March.
func TestCyclesCountFromTheAnchor(t *testing.T) {
	anchor := time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)
	every := rules.Calendar{}
	for n, want := range []string{"2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"} {
		due := rules.CycleDue(anchor, rules.Monthly, n, every, "")
		plain := due.Format(time.DateOnly)
		if wd := mustDay(want).Weekday(); wd != time.Saturday && wd != time.Sunday && plain != want {
			t.Errorf("cycle %d is due %s, want %s", n, plain, want)
		}
	}
	for n, want := range []string{"2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"} {
		due := rules.CycleDue(time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC), rules.Yearly, n, every, "")
		if wd := mustDay(want).Weekday(); wd != time.Saturday && wd != time.Sunday && due.Format(time.DateOnly) != want {
			t.Errorf("year %d is due %s, want %s", n, due.Format(time.DateOnly), want)
		}
	}
	next, missed := rules.NextCycle(time.Date(2027, 1, 11, 0, 0, 0, 0, time.UTC), rules.Monthly, 0, time.Date(2027, 4, 20, 0, 0, 0, 0, time.UTC), every, "")
	if next != 4 || missed != 3 {
		t.Errorf("next cycle %d, missed %d", next, missed)
	}
}

func mustDay(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}
