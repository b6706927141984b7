package rules

import "time"

// MaxAbsence is the longest absence for which somebody stands in, in days.
const MaxAbsence = 366

// CheckStandIn returns Problems with a stand-in: a colleague, from one day to
// another, the last of which is still to come.
func CheckStandIn(colleague bool, from, to, today time.Time) error {
	var p Problems
	if !colleague {
		p.Add("deputy", "form.error.choose")
	}
	p.date("from", from)
	p.date("to", to)
	if !to.IsZero() && (to.Before(from) || to.Before(today) || to.Sub(from) > MaxAbsence*24*time.Hour) {
		p.Add("to", "form.error.absence")
	}
	return p.OrNil()
}
