package rules

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ErrNotADate says that a typed text is not a date Amal can read.
var ErrNotADate = errors.New("not a date")

// typedDates are the ways to write a date: 30.6.2025, 30.06.25, 30/6/2025 and
// 2025-06-30.
var (
	dayFirst  = regexp.MustCompile(`^(\d{1,2})[./](\d{1,2})[./](\d{4}|\d{2})$`)
	yearFirst = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})$`)
)

// ParseDate reads a typed date, with blanks anywhere. Two-digit years are of
// this century. ErrNotADate is for everything else, also for a day that its
// month does not have and for years outside 1991 to 2100.
func ParseDate(typed string) (time.Time, error) {
	s := strings.Join(strings.Fields(typed), "")
	if m := dayFirst.FindStringSubmatch(s); m != nil {
		return calendarDay(m[3], m[2], m[1])
	}
	if m := yearFirst.FindStringSubmatch(s); m != nil {
		return calendarDay(m[1], m[2], m[3])
	}
	return time.Time{}, ErrNotADate
}

func calendarDay(year, month, day string) (time.Time, error) {
	y, _ := strconv.Atoi(year)
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	if len(year) == 2 {
		y += 2000
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if t.Day() != d || int(t.Month()) != m || y < 1991 || y > 2100 {
		return time.Time{}, ErrNotADate
	}
	return t, nil
}

// DeadlineRule turns a wording without a date into one, counted from a day.
// Vague rules give a date that is only offered: their deadline stays empty
// until somebody takes it.
type DeadlineRule struct {
	Key   string // text key deadline.rule.KEY
	Vague bool
	date  func(from time.Time) time.Time
}

// DeadlineRules are the customary readings of a wording (domain.md, "Wording →
// date"), in the order they are offered.
var DeadlineRules = []DeadlineRule{
	{Key: "this_year", date: func(d time.Time) time.Time { return yearEnd(d.Year()) }},
	{Key: "next_year", date: func(d time.Time) time.Time { return yearEnd(d.Year() + 1) }},
	{Key: "this_quarter", date: quarterEnd},
	{Key: "this_month", date: func(d time.Time) time.Time { return AddMonths(d, 0, 31) }},
	{Key: "in_1_month", date: months(1)},
	{Key: "in_2_months", date: months(2)},
	{Key: "in_3_months", date: months(3)},
	{Key: "in_6_months", date: months(6)},
	{Key: "urgent", date: days(3)},
	{Key: "promptly", date: days(10)},
	{Key: "by_the_10th", date: func(d time.Time) time.Time { return AddMonths(d, 1, 10) }},
	{Key: "no_date", Vague: true, date: months(1)},
	{Key: "coming_months", Vague: true, date: months(3)},
}

func yearEnd(year int) time.Time { return time.Date(year, 12, 31, 0, 0, 0, 0, time.UTC) }

func quarterEnd(d time.Time) time.Time {
	last := (d.Month()-1)/3*3 + 3
	return AddMonths(time.Date(d.Year(), last, 1, 0, 0, 0, 0, time.UTC), 0, 31)
}

func months(n int) func(time.Time) time.Time {
	return func(d time.Time) time.Time { return AddMonths(d, n, d.Day()) }
}

func days(n int) func(time.Time) time.Time {
	return func(d time.Time) time.Time { return d.AddDate(0, 0, n) }
}

// KnownRule reports whether there is a rule with this key.
func KnownRule(key string) bool {
	_, ok := deadlineRule(key)
	return ok
}

func deadlineRule(key string) (DeadlineRule, bool) {
	for _, r := range DeadlineRules {
		if r.Key == key {
			return r, true
		}
	}
	return DeadlineRule{}, false
}

// RuleDate returns the date that a rule gives: counted from the document's
// date, or from the day of registration where that has passed already. ok is
// false for an unknown rule.
func RuleDate(key string, documentDay, today time.Time) (day time.Time, ok bool) {
	r, ok := deadlineRule(key)
	if !ok {
		return time.Time{}, false
	}
	day = r.date(documentDay)
	if day.Before(today) && r.Vague {
		day = r.date(today)
	}
	return day, true
}

// Shift says what becomes of a date by rule that falls on a day off.
type Shift string

// The shifts a country may choose.
const (
	ShiftBefore Shift = "before"
	ShiftAfter  Shift = "after"
	ShiftNone   Shift = "none"
)

// Shifted returns the date moved off a day off as the shift says; moved tells
// whether it did.
func Shifted(day time.Time, c Calendar, s Shift) (shifted time.Time, moved bool) {
	shifted = day
	switch s {
	case ShiftBefore:
		shifted = c.OnOrBefore(day)
	case ShiftAfter:
		shifted = c.OnOrAfter(day)
	}
	return shifted, !shifted.Equal(day)
}
