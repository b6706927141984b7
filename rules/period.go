package rules

import "time"

// Period is how often a periodic task owes a report.
type Period string

// The periods; a task without one is done once.
const (
	Once      Period = ""
	Monthly   Period = "month"
	Quarterly Period = "quarter"
	Yearly    Period = "year"
)

// Periods are all of them, in the order forms offer them.
var Periods = []Period{Once, Monthly, Quarterly, Yearly}

var monthsOf = map[Period]int{Monthly: 1, Quarterly: 3, Yearly: 12}

// ShiftOf is where a due day that is a day off moves, by the lead's country
// (domain.md: to the working day before, unless the country says otherwise).
var ShiftOf = map[string]Shift{"UZ": ShiftBefore, "KZ": ShiftBefore}

// CycleDue is a periodic task's due day of a cycle, counted from the anchor and
// never from the day before (31 January, 28 February, 31 March), moved off days
// off as the country does.
func CycleDue(anchor time.Time, period Period, cycle int, c Calendar, country string) time.Time {
	day := AddMonths(anchor, monthsOf[period]*cycle, anchor.Day())
	day, _ = Shifted(day, c, ShiftOf[country])
	return day
}

// CycleOf is which cycle a due day is of, counted from the anchor; ok is false
// where it is none of its due days, neither as counted nor as moved off days off.
func CycleOf(anchor time.Time, period Period, due time.Time, c Calendar, country string) (cycle int, ok bool) {
	step := monthsOf[period]
	if step == 0 || due.Before(anchor.AddDate(0, -1, 0)) {
		return 0, false
	}
	months := (due.Year()-anchor.Year())*12 + int(due.Month()) - int(anchor.Month())
	for cycle = max(months/step-1, 0); cycle <= months/step+1; cycle++ { // a day off at a month's end moves into the next or the one before
		if due.Equal(AddMonths(anchor, step*cycle, anchor.Day())) || due.Equal(CycleDue(anchor, period, cycle, c, country)) {
			return cycle, true
		}
	}
	return 0, false
}

// NextCycle is the first cycle after the present one whose due day has not
// passed, and how many passed on the way.
func NextCycle(anchor time.Time, period Period, present int, today time.Time, c Calendar, country string) (next, passed int) {
	next = present + 1
	for CycleDue(anchor, period, next, c, country).Before(today) {
		next++
		passed++
	}
	return next, passed
}
