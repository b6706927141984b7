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
