package rules

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Span is the period of deadlines that statistics are over, both days among it.
type Span struct{ From, To time.Time }

var spanWord = regexp.MustCompile(`^(\d{4})(?:-(?:Q([1-4])|(\d{2})))?$`)

// SpanOf returns the span of a word: 2026, 2026-Q3 or 2026-09. ok is false for
// any other.
func SpanOf(word string) (s Span, ok bool) {
	m := spanWord.FindStringSubmatch(word)
	if m == nil {
		return s, false
	}
	year, _ := strconv.Atoi(m[1])
	first, months := time.January, 12
	switch {
	case m[2] != "":
		quarter, _ := strconv.Atoi(m[2])
		first, months = time.Month(quarter*3-2), 3
	case m[3] != "":
		month, _ := strconv.Atoi(m[3])
		first, months = time.Month(month), 1
	}
	if year < 1990 || year > 2200 || first < 1 || first > 12 {
		return s, false
	}
	from := time.Date(year, first, 1, 0, 0, 0, 0, time.UTC)
	return Span{from, from.AddDate(0, months, -1)}, true
}

// YearOf is the span of the year that a day is in.
func YearOf(day time.Time) Span {
	s, _ := SpanOf(strconv.Itoa(day.Year()))
	return s
}

// CheckSpan checks a span of two typed days: not turned round, ten years at
// most.
func CheckSpan(s Span) error {
	var p Problems
	switch {
	case s.From.Year() < 1990 || s.From.Year() > 2200:
		p.Add("from", "form.error.not_a_date")
	case s.To.Before(s.From) || s.To.After(s.From.AddDate(10, 0, 0)):
		p.Add("to", "form.error.span")
	}
	return p.OrNil()
}

// Word is the shortest word for the span, "" where it is neither a year nor a
// quarter nor a month.
func (s Span) Word() string {
	year := strconv.Itoa(s.From.Year())
	for _, word := range []string{year, fmt.Sprintf("%s-Q%d", year, (int(s.From.Month())+2)/3), s.From.Format("2006-01")} {
		if same, ok := SpanOf(word); ok && same == s {
			return word
		}
	}
	return ""
}

// Has reports whether a day is in the span.
func (s Span) Has(day time.Time) bool { return !day.Before(s.From) && !day.After(s.To) }

// MonthOf is the first day of the month of a day.
func MonthOf(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// WeekOf is the Monday of the week of a moment, in UTC.
func WeekOf(t time.Time) time.Time {
	day := Date(t.UTC())
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}
