package rules

import "time"

// RequestKind is what an agency can ask of the controller of a task.
type RequestKind string

// The kinds of requests.
const (
	Extension RequestKind = "extension" // a later deadline
	Transfer  RequestKind = "transfer"  // another lead agency
)

// RequestState is where a request stands.
type RequestState string

// The states of a request; all but pending are final.
const (
	Pending   RequestState = "pending"
	Granted   RequestState = "granted"
	GrantedAs RequestState = "changed" // granted with another date
	Refused   RequestState = "refused"
	TakenBack RequestState = "withdrawn"
)

// Lists of requests, as the schema has them.
var (
	RequestKinds  = []RequestKind{Extension, Transfer}
	RequestStates = []RequestState{Pending, Granted, GrantedAs, Refused, TakenBack}
)

// MaxReason is the longest reason of a request, in code points.
const MaxReason = 2000

// WindowDays is how many working days before the deadline the window for
// asking more time closes; later is allowed and marked late (domain.md).
const WindowDays = 3

// The acts of requests; none changes the task's status.
const (
	ActAsk      Act = "ask_more"     // asked for more time
	ActPass     Act = "ask_transfer" // asked for another lead
	ActTakeBack Act = "take_back"    // withdrew a request
	ActGrant    Act = "grant"
	ActRefuse   Act = "refuse"
	ActMove     Act = "move_deadline" // on one's own motion
	ActTransfer Act = "transfer"      // granted
)

// MayAsk reports whether somebody with these hats may ask for more time or for
// a transfer: the lead, while the task is open and not in review.
func MayAsk(s Status, hats Hats) bool { return s.Open() && hats.Has(HatLead) }

// MayDecide reports whether somebody with these hats may decide on a request,
// or move a deadline himself, on a task whose deadline was moved moves times
// before: the controller, from the second extension on a manager.
func MayDecide(kind RequestKind, s Status, moves int, hats Hats) bool {
	if !s.Open() {
		return false
	}
	return hats.Has(HatManager) || hats.Has(HatController) && (kind == Transfer || moves == 0)
}

// WindowClosed reports whether more time is asked after the window has closed.
func WindowClosed(deadline, today time.Time, c Calendar) bool {
	return today.After(c.AddWorkingDays(deadline, -WindowDays))
}

// RequestDraft is what somebody typed of a request.
type RequestDraft struct {
	Kind     RequestKind
	Reason   string
	Deadline *time.Time // the present one
	Wanted   time.Time  // zero: not a date
	Today    time.Time
	AgencyID int64
	LeadID   int64
}

// CheckRequest returns Problems with what a request still lacks: a reason, and
// a date after the present deadline that has not passed, or another agency.
func CheckRequest(r RequestDraft) error {
	var p Problems
	p.Text("reason", r.Reason, true, MaxReason)
	if r.Kind == Transfer {
		if r.AgencyID == 0 || r.AgencyID == r.LeadID {
			p.Add("agency", "form.error.lead")
		}
		return p.OrNil()
	}
	later(&p, r.Deadline, r.Wanted, r.Today)
	return p.OrNil()
}

// later adds a Problem where a date is none, not after the deadline, or past.
func later(p *Problems, deadline *time.Time, wanted, today time.Time) {
	switch {
	case wanted.IsZero():
		p.Add("wanted", "form.error.not_a_date")
	case deadline == nil:
		p.Add("wanted", "form.error.no_deadline")
	case !wanted.After(*deadline) || wanted.Before(today):
		p.Add("wanted", "form.error.later_date")
	}
}

// CheckGrant returns Problems where the date that an extension is granted until
// is not after the present deadline, or has passed.
func CheckGrant(deadline *time.Time, to, today time.Time) error {
	var p Problems
	later(&p, deadline, to, today)
	return p.OrNil()
}

// CheckRefusal returns Problems where a refusal has no words.
func CheckRefusal(note string) error {
	var p Problems
	p.Text("note", note, true, MaxReason)
	return p.OrNil()
}

// CheckMove returns Problems with a deadline that a controller or manager moves
// himself: it needs a reason and a date that differs.
func CheckMove(reason string, was *time.Time, to time.Time) error {
	var p Problems
	p.Text("reason", reason, true, MaxReason)
	switch {
	case to.IsZero():
		p.Add("wanted", "form.error.not_a_date")
	case was != nil && was.Equal(to):
		p.Add("wanted", "form.error.same_date")
	}
	return p.OrNil()
}

// UndoneState is what a request becomes when the act that made it so is taken
// back: a decision waits again, an asking is withdrawn.
func UndoneState(act Act) (RequestState, bool) {
	switch act {
	case ActGrant, ActRefuse, ActTakeBack:
		return Pending, true
	case ActAsk, ActPass, ActMove:
		return TakenBack, true
	}
	return "", false
}

// MovedBy returns by how many days the deadline is later than the original
// one; negative: earlier, 0 where there is none.
func MovedBy(original, now *time.Time) int {
	if original == nil || now == nil {
		return 0
	}
	return int(now.Sub(*original).Hours() / 24) // both are dates
}
