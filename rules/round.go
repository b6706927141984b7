package rules

import (
	"errors"
	"time"
)

// Decision is what is decided on one overdue task when a round comes to it.
type Decision string

// The decisions of a round.
const (
	DecideNote     Decision = "noted"
	DecideRemind   Decision = "remind"
	DecideExtend   Decision = "extend"
	DecideEscalate Decision = "escalate"
	DecideReassign Decision = "reassign"
)

// Decisions are all of them, as the schema has them.
var Decisions = []Decision{DecideNote, DecideRemind, DecideExtend, DecideEscalate, DecideReassign}

// The acts that a round or the overdue list leaves in a task's history.
const (
	ActExplain  Act = "explain"  // the lead says why it is late
	ActEscalate Act = "escalate" // the next step of the ladder, at once
	ActMinute   Act = "minute"   // what was decided in a round
)

// What keeps a decision from being carried out on one of several tasks.
var (
	ErrNobodyAbove = errors.New("nobody above is left to tell")
	ErrNotLate     = errors.New("not overdue")
)

// OutcomeDraft is what somebody typed of a decision in a round.
type OutcomeDraft struct {
	Decision Decision
	Text     string
	Deadline *time.Time // of an extension; nil: not a date
	AgencyID int64      // of a transfer
}

// CheckOutcome returns Problems with what an outcome still lacks: an extension
// and a transfer need a reason, and a date or an agency.
func CheckOutcome(o OutcomeDraft) error {
	var p Problems
	OneOf(&p, "decision", o.Decision, Decisions)
	p.Text("text", o.Text, o.Decision == DecideExtend || o.Decision == DecideReassign, MaxReason)
	if o.Decision == DecideExtend && o.Deadline == nil {
		p.Add("until", "form.error.not_a_date")
	}
	if o.Decision == DecideReassign && o.AgencyID == 0 {
		p.Add("agency", "form.error.lead")
	}
	return p.OrNil()
}

// CheckExplanation returns Problems where the lead's reason for being late, or
// his new plan, is missing.
func CheckExplanation(reason, plan string) error {
	var p Problems
	p.Text("late_reason", reason, true, MaxReason)
	p.Text("late_plan", plan, true, MaxReason)
	return p.OrNil()
}

// CheckExtend returns Problems with a later deadline given to an overdue task:
// a reason, and a date that is after the present one and has not passed.
func CheckExtend(reason string, deadline *time.Time, to, today time.Time) error {
	var p Problems
	p.Text("reason", reason, true, MaxReason)
	later(&p, deadline, to, today)
	return p.OrNil()
}

// MayExplain reports whether somebody with these hats is asked why a task is
// late: the lead, while it is open and overdue.
func MayExplain(s Status, overdue bool, hats Hats) bool {
	return s.Open() && overdue && hats.Has(HatLead)
}

// ReaderOf is somebody who reads the register of some sides and is nothing else
// to any task: for whom a round's minutes are written.
func ReaderOf(sides []Side) Actor {
	var me Actor
	for _, side := range sides {
		me.Members = append(me.Members, Member{Side: side, Role: Head})
	}
	return me
}
