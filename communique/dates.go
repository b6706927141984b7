package communique

import (
	"strconv"
	"strings"
	"time"
)

// timeParts are the values a wording of time named.
type timeParts struct {
	day, month, year, count, unit, ordinal, season, weekday, date int
}

func partsOf(captures []capture) timeParts {
	var v timeParts
	for _, c := range captures {
		switch c.name {
		case "D":
			v.day = c.value
		case "M", "L":
			v.month = c.value
		case "Y":
			v.year = c.value
		case "N":
			v.count = c.value
		case "U":
			v.unit = c.value
		case "O":
			v.ordinal = c.value
		case "S":
			v.season = c.value
		case "W":
			v.weekday = c.value
		case "date":
			v.date = c.value
		}
	}
	return v
}

// resolve works out the last day a wording means, counted from the document's
// day d, and whether the wording named its year. A zero day is no date.
func resolve(meaning string, v timeParts, d time.Time) (day time.Time, p Precision, yearNamed bool) {
	if strings.HasPrefix(meaning, "+") {
		return constant(meaning, d), Relative, true
	}
	if strings.HasPrefix(meaning, "fixed-") {
		n, _ := strconv.Atoi(meaning[len("fixed-"):])
		return yearly(n/100, n%100, v.year, d), Period, v.year > 0
	}
	switch meaning {
	case "day", "dayrange":
		return yearly(v.month, v.day, v.year, d), Exact, v.year > 0
	case "date":
		return yearly(v.date/100%100, v.date%100, v.date/10000, d), Exact, v.date >= 10000
	case "day-nextyear":
		return civil(d.Year()+1, v.month, v.day), Exact, true
	case "monthday":
		return monthDay(v.day, d), Exact, true
	case "weekday":
		return d.AddDate(0, 0, (v.weekday-int(d.Weekday())+6)%7+1), Exact, true
	case "plus":
		return plus(v.count, v.unit, d), Relative, true
	case "days":
		return plus(v.count, 1, d), Relative, true
	case "weeks":
		return plus(v.count, 2, d), Relative, true
	case "months":
		return plus(v.count, 3, d), Relative, true
	case "years":
		return plus(v.count, 4, d), Relative, true
	case "workdays":
		return workdays(v.count, d), Relative, true
	case "week":
		return isoWeek(v.count, v.year, d), Period, v.year > 0
	}
	day = period(meaning, v, d)
	return day, Period, v.year > 0 || strings.HasPrefix(meaning, "this") || strings.HasPrefix(meaning, "next")
}

// period resolves the meanings that are taken through their end.
func period(meaning string, v timeParts, d time.Time) time.Time {
	switch meaning {
	case "month", "month-end", "decade3":
		return monthEnd(v.month, v.year, d)
	case "month-start", "decade1":
		return yearly(v.month, 10, v.year, d)
	case "month-mid":
		return yearly(v.month, 15, v.year, d)
	case "decade2":
		return yearly(v.month, 20, v.year, d)
	case "before-month":
		return yearly(v.month, 1, v.year, d).AddDate(0, 0, -1)
	case "month-nextyear":
		return civil(d.Year()+1, v.month+1, 0)
	case "quarter":
		return yearly(v.ordinal*3, lastDay(v.ordinal*3, 2001), v.year, d)
	case "quarter-start":
		return yearly(v.ordinal*3-2, 1, v.year, d)
	case "quarter-nextyear":
		return civil(d.Year()+1, v.ordinal*3+1, 0)
	case "half":
		return yearly(v.ordinal*6, 30+v.ordinal-1, v.year, d)
	case "half-nextyear":
		return civil(d.Year()+1, v.ordinal*6, 30+v.ordinal-1)
	case "year":
		return civil(v.year, 12, 31)
	case "before-year":
		return civil(v.year-1, 12, 31)
	case "mid-year":
		return yearly(6, 30, v.year, d)
	case "season":
		return season(v.season, v.year, d)
	case "before-season":
		return seasonStart(v.season, v.year, d).AddDate(0, 0, -1)
	}
	return current(meaning, d)
}

// current resolves the periods that are named by where d stands.
func current(meaning string, d time.Time) time.Time {
	y, m := d.Year(), int(d.Month())
	q := (m + 2) / 3
	sunday := (7 - int(d.Weekday())) % 7
	switch meaning {
	case "thisyear":
		return civil(y, 12, 31)
	case "nextyear":
		return civil(y+1, 12, 31)
	case "next-mid-year":
		return civil(y+1, 6, 30)
	case "thismonth":
		return civil(y, m+1, 0)
	case "nextmonth":
		return civil(y, m+2, 0)
	case "thisweek":
		return d.AddDate(0, 0, sunday)
	case "nextweek":
		return d.AddDate(0, 0, sunday+7)
	case "thisquarter":
		return civil(y, q*3+1, 0)
	case "nextquarter":
		return civil(y, q*3+4, 0)
	case "thishalf":
		return civil(y, (m+5)/6*6+1, 0)
	}
	return time.Time{}
}

func civil(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }

func lastDay(m, y int) int { return civil(y, m+1, 0).Day() }

// yearly is the day in year y or, where y is 0, the first such day on or
// after d. A day its month does not have is no date.
func yearly(m, day, y int, d time.Time) time.Time {
	if m < 1 || m > 12 || day < 1 || day > 31 {
		return time.Time{}
	}
	if y > 0 {
		if day > lastDay(m, y) {
			return time.Time{}
		}
		return civil(y, m, day)
	}
	for k := 0; k < 9; k++ {
		if t := civil(d.Year()+k, m, day); int(t.Month()) == m && !t.Before(d) {
			return t
		}
	}
	return time.Time{}
}

func monthEnd(m, y int, d time.Time) time.Time {
	if m < 1 || m > 12 {
		return time.Time{}
	}
	if y == 0 {
		if y = d.Year(); civil(y, m+1, 0).Before(d) {
			y++
		}
	}
	return civil(y, m+1, 0)
}

// monthDay is the next day of that number, in this month or the next that has it.
func monthDay(day int, d time.Time) time.Time {
	for k := 0; k < 3; k++ {
		m := int(d.Month()) + k
		if t := civil(d.Year(), m, day); t.Day() == day && t.After(d) {
			return t
		}
	}
	return time.Time{}
}

// plus adds n units to d; months are clipped to their end. Units are 1 day,
// 2 week, 3 month, 4 year, 5 quarter, 6 half-year, 7 decade of a month.
func plus(n, unit int, d time.Time) time.Time {
	if n < 1 || n > 400 {
		return time.Time{}
	}
	switch unit {
	case 1:
		return d.AddDate(0, 0, n)
	case 2:
		return d.AddDate(0, 0, 7*n)
	case 7:
		return d.AddDate(0, 0, 10*n)
	}
	months := n * map[int]int{3: 1, 4: 12, 5: 3, 6: 6}[unit]
	if months == 0 || months > 600 {
		return time.Time{}
	}
	first := civil(d.Year(), int(d.Month())+months, 1)
	return civil(first.Year(), int(first.Month()), min(d.Day(), lastDay(int(first.Month()), first.Year())))
}

// constant reads "+2m", "+10d", "+1w", "+1y".
func constant(meaning string, d time.Time) time.Time {
	n, err := strconv.Atoi(meaning[1 : len(meaning)-1])
	if err != nil {
		return time.Time{}
	}
	return plus(n, strings.IndexByte(" dwmy", meaning[len(meaning)-1]), d)
}

// workdays adds n days that are no Saturday or Sunday; days off of a country
// are the caller's to know.
func workdays(n int, d time.Time) time.Time {
	if n > 400 {
		return time.Time{}
	}
	for n > 0 {
		d = d.AddDate(0, 0, 1)
		if d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
			n--
		}
	}
	return d
}

// isoWeek is the Sunday of a week of ISO 8601.
func isoWeek(n, y int, d time.Time) time.Time {
	if n < 1 || n > 53 {
		return time.Time{}
	}
	sunday := func(y int) time.Time {
		fourth := civil(y, 1, 4)
		return fourth.AddDate(0, 0, (7-int(fourth.Weekday()))%7+7*(n-1))
	}
	if y > 0 {
		return sunday(y)
	}
	if t := sunday(d.Year()); !t.Before(d) {
		return t
	}
	return sunday(d.Year() + 1)
}

// season is the last day of a season, 1 spring to 4 winter; winter ends in
// February.
func season(s, y int, d time.Time) time.Time {
	switch s {
	case 1:
		return yearly(5, 31, y, d)
	case 2:
		return yearly(8, 31, y, d)
	case 3:
		return yearly(11, 30, y, d)
	case 4:
		return monthEnd(2, y, d)
	}
	return time.Time{}
}

func seasonStart(s, y int, d time.Time) time.Time {
	if s < 1 || s > 4 {
		return time.Time{}
	}
	return yearly(3*s, 1, y, d)
}
