package rules

import (
	"slices"
	"time"
)

// Result is what an accepted task came to.
type Result string

// The results (domain.md); all but done ask for a note.
const (
	ResultDone      Result = "done"
	ResultPartly    Result = "partly"
	ResultOvertaken Result = "overtaken" // by events
)

// Results are all of them, in the order forms offer them.
var Results = []Result{ResultDone, ResultPartly, ResultOvertaken}

// PointState is how far a point of the expected result is reached.
type PointState string

// The states of a point.
const (
	PointDone   PointState = "done"
	PointPartly PointState = "partly"
	PointNot    PointState = "not"
)

// PointStates are all of them.
var PointStates = []PointState{PointDone, PointPartly, PointNot}

// ActApprove is a review level's yes that is not the last.
const ActApprove Act = "approve"

// CanApprove reports whether somebody may say yes on the next review level of
// a report that has level approvals of levels: on the first the controller, or
// in his stead a manager; above it a manager. Nobody says yes to what he, or
// somebody for whom he stands in, reported or has approved before. It returns
// ErrForbidden otherwise.
func CanApprove(level int, hats Hats, before []int64, selves []int64) error {
	switch {
	case slices.ContainsFunc(selves, func(id int64) bool { return slices.Contains(before, id) }):
		return ErrForbidden
	case hats.Has(HatManager), level == 0 && hats.Has(HatController):
		return nil
	}
	return ErrForbidden
}

// CheckResult returns Problems where a result other than done has no note.
func CheckResult(result Result, note string) error {
	var p Problems
	OneOf(&p, "result", result, Results)
	p.Text("note", note, result != ResultDone, MaxText)
	return p.OrNil()
}

// ReviewDue is the last day for deciding on a report that came on a day: a
// number of working days later.
func ReviewDue(came time.Time, days int, c Calendar) time.Time { return c.AddWorkingDays(came, days) }
