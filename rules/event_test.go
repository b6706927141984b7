package rules_test

import (
	"errors"
	"testing"
	"time"

	"amal/rules"
)

func on(s string) *time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return &t
}

func TestAnEventNeedsADayOrItsWords(t *testing.T) {
	t.Parallel()
	ten, nine := 600, 540
	ok := rules.EventDraft{Title: "Summit", Kind: rules.Summit, Sides: []rules.Side{rules.UZ}, StartsOn: on("2026-06-03")}
	for _, c := range []struct {
		name   string
		change func(*rules.EventDraft)
		field  string
	}{
		{"a day", func(*rules.EventDraft) {}, ""},
		{"words only", func(e *rules.EventDraft) { e.StartsOn, e.Wording = nil, "in the coming months" }, ""},
		{"neither", func(e *rules.EventDraft) { e.StartsOn = nil }, "wording"},
		{"several days", func(e *rules.EventDraft) { e.EndsOn = on("2026-06-05") }, ""},
		{"ends before", func(e *rules.EventDraft) { e.EndsOn = on("2026-06-01") }, "ends_on"},
		{"an end alone", func(e *rules.EventDraft) { e.StartsOn, e.Wording, e.EndsOn = nil, "soon", on("2026-06-05") }, "ends_on"},
		{"hours", func(e *rules.EventDraft) { e.From, e.To = &nine, &ten }, ""},
		{"hours backwards", func(e *rules.EventDraft) { e.From, e.To = &ten, &nine }, "to"},
		{"hours of no day", func(e *rules.EventDraft) { e.StartsOn, e.Wording, e.From = nil, "soon", &nine }, "from"},
		{"a side that did not meet", func(e *rules.EventDraft) { e.MeetingSides = []rules.Side{rules.KZ} }, "sides"},
		{"no kind", func(e *rules.EventDraft) { e.Kind = "party" }, "kind"},
	} {
		e := ok
		c.change(&e)
		var wrong rules.Problems
		got := ""
		if errors.As(rules.CheckEventDraft(e), &wrong) {
			got = wrong[0].Field
		}
		if got != c.field {
			t.Errorf("%s: problem with %q, want %q", c.name, got, c.field)
		}
	}
}

func TestMonthsAreShownInWholeWeeks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ month, from, to string }{
		{"2026-06-17", "2026-06-01", "2026-07-05"}, // begins on a Monday
		{"2026-02-01", "2026-01-26", "2026-03-01"}, // begins and ends on a Sunday
		{"2024-02-29", "2024-01-29", "2024-03-03"},
		{"2025-12-31", "2025-12-01", "2026-01-04"},
	} {
		if from, to := rules.MonthGrid(*on(c.month)); !from.Equal(*on(c.from)) || !to.Equal(*on(c.to)) {
			t.Errorf("%s: %s to %s, want %s to %s", c.month, from.Format(time.DateOnly), to.Format(time.DateOnly), c.from, c.to)
		}
	}
}

func TestNumbersAreReadAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"4.25": "4.25", "4,25": "4.25", " 1 234,5 ": "1234.5", "+14": "14", "−3": "-3", "-0.5": "-0.5", "1\u00a0000\u202f000": "1000000",
		"": "", "14 %": "", "1.": "", ".5": "", "1.23456": "", "1,234.5": "", "1+2": "", "--1": "", "1e3": "", "1234567890123456": "",
	} {
		if got := rules.Decimal(typed); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

func TestAValueIsOfTheEndOfItsPeriod(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		period    rules.ValuePeriod
		day, ends string
	}{
		{rules.OfDay, "2026-02-10", "2026-02-10"}, {rules.OfMonth, "2024-02-10", "2024-02-29"}, {rules.OfMonth, "2026-12-31", "2026-12-31"},
		{rules.OfQuarter, "2026-01-01", "2026-03-31"}, {rules.OfQuarter, "2026-11-05", "2026-12-31"}, {rules.OfYear, "2026-02-10", "2026-12-31"},
	} {
		if got := rules.PeriodEnd(c.period, *on(c.day)); !got.Equal(*on(c.ends)) {
			t.Errorf("%s of %s ends on %s, want %s", c.period, c.day, got.Format(time.DateOnly), c.ends)
		}
	}
}
