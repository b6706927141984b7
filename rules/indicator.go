package rules

import "time"

// ValuePeriod is what an indicator's value is of.
type ValuePeriod string

// The periods of values.
const (
	OfDay     ValuePeriod = "day"
	OfMonth   ValuePeriod = "month"
	OfQuarter ValuePeriod = "quarter"
	OfYear    ValuePeriod = "year"
)

// ValuePeriods lists them in the order forms offer them.
var ValuePeriods = []ValuePeriod{OfMonth, OfQuarter, OfYear, OfDay}

// Acts on an indicator's values.
const (
	ActValue   Act = "value"    // given
	ActCorrect Act = "correct"  // given anew
	ActTakeOff Act = "take_off" // taken away
	ActPutBack Act = "put_back" // put back
)

// MaxUnit is the longest unit, in code points.
const MaxUnit = 40

// PeriodEnd returns the last day of the period that a day is in.
func PeriodEnd(period ValuePeriod, day time.Time) time.Time {
	y, m, _ := day.Date()
	switch period {
	case OfMonth:
		return time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC)
	case OfQuarter:
		return time.Date(y, (m-1)/3*3+4, 0, 0, 0, 0, 0, time.UTC)
	case OfYear:
		return time.Date(y, time.December, 31, 0, 0, 0, 0, time.UTC)
	}
	return Date(day)
}

// CheckIndicatorDraft returns Problems with an indicator as somebody typed it.
func CheckIndicatorDraft(title, value, unit, wording string) error {
	var p Problems
	p.Text("title", title, true, MaxTitle)
	p.Text("value", value, true, MaxName)
	p.Text("unit", unit, false, MaxUnit)
	p.Text("target_wording", wording, false, MaxTitle)
	return p.OrNil()
}

// ValueDraft is what somebody typed of a value.
type ValueDraft struct {
	Period ValuePeriod
	Day    time.Time // zero: not a date
	Number string    // as Decimal returns it; "": none
	Source string
	Note   string
	Today  time.Time
}

// CheckValue returns Problems with what a value still lacks: a number, a period
// that is over or under way, and where it stands.
func CheckValue(v ValueDraft) error {
	var p Problems
	OneOf(&p, "period", v.Period, ValuePeriods)
	switch {
	case v.Day.IsZero():
		p.Add("ends_on", "form.error.not_a_date")
	case v.Day.After(v.Today):
		p.Add("ends_on", "form.error.value_future")
	}
	if v.Number == "" {
		p.Add("number", "form.error.not_a_number")
	}
	p.Text("source", v.Source, true, MaxTitle)
	p.Text("note", v.Note, false, MaxReason)
	return p.OrNil()
}
