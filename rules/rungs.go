package rules

import (
	"slices"
	"time"
)

// Audience is who of a task's people a reminder is for.
type Audience string

// The audiences of the ladder.
const (
	Lead         Audience = "lead"
	CoExecutor   Audience = "co_executor"
	ByController Audience = "controller"
	Mailbox      Audience = "mailbox" // the lead agency's official one
	AgencyHead   Audience = "head"    // of the lead agency, else of the one above it, else its mailbox
	Supervisor   Audience = "manager" // where the controller sits, else of the lead's side
)

// FormerLead is who answered for a task whose lead is another agency by now. He
// is told that once; no rung is for him.
const FormerLead Audience = "former"

// RulePassedOn is the notice to him.
const RulePassedOn = "passed_on"

// Audiences are all of the ladder's.
var Audiences = []Audience{Lead, CoExecutor, ByController, Mailbox, AgencyHead, Supervisor}

// Anchor is what a rung counts from.
type Anchor int

// The anchors of the ladder.
const (
	FromDeadline   Anchor = iota
	FromSilence           // the last word of the lead
	FromAssignment        // while nobody has received it
	FromReview            // the last day to decide on a report that waits
)

// LadderName names one of the ladders that a controller can choose from for a
// directive.
type LadderName string

// The ladders.
const (
	Standard LadderName = "standard" // as domain.md has it
	Close    LadderName = "close"    // for what must not slip
	Quiet    LadderName = "quiet"    // for what runs by itself
)

// LadderNames are the ladders, as the schema has them.
var LadderNames = []LadderName{Standard, Close, Quiet}

// Rung is one row of the reminder ladder: a rule, the days from its anchor
// (negative: before it), and whom it tells. A rung before the deadline moves
// to the working morning before, the others to the next one.
type Rung struct {
	Rule    string
	Anchor  Anchor
	Days    int
	Working bool // Days are working days
	To      []Audience
	Term    int          // only for terms of more days than this
	In      []LadderName // nil: in all
}

// Ladder is the reminder ladder (domain.md, "Reminders and escalation"). A
// further step is a further row.
var Ladder = []Rung{
	{Rule: "unaccepted", Anchor: FromAssignment, Days: 1, Working: true, To: []Audience{Lead, ByController}, In: []LadderName{Standard, Close}},
	{Rule: "silent", Anchor: FromSilence, Days: 30, To: []Audience{Lead}, In: []LadderName{Standard}},
	{Rule: "silent", Anchor: FromSilence, Days: 14, To: []Audience{Lead}, In: []LadderName{Close}},
	{Rule: "due_30", Days: -30, Term: 60, To: []Audience{Lead}, In: []LadderName{Standard, Close}},
	{Rule: "due_14", Days: -14, To: []Audience{Lead, CoExecutor}, In: []LadderName{Close}},
	{Rule: "due_7", Days: -7, To: []Audience{Lead, CoExecutor}},
	{Rule: "due_3w", Days: -3, Working: true, To: []Audience{Lead, CoExecutor, ByController}, In: []LadderName{Standard, Close}},
	{Rule: "due_1w", Days: -1, Working: true, To: []Audience{Lead}, In: []LadderName{Close}},
	{Rule: "due_0", Days: 0, To: []Audience{Lead}},
	{Rule: "late_1w", Days: 1, Working: true, To: []Audience{Lead, Mailbox, ByController}},
	{Rule: "late_3w", Days: 3, Working: true, To: []Audience{AgencyHead}},
	{Rule: "late_7", Days: 7, To: []Audience{Supervisor}},
	{Rule: "late_30", Days: 30, To: []Audience{ByController}},
	{Rule: "review_due", Anchor: FromReview, Days: 0, Working: true, To: []Audience{ByController}},
	{Rule: "review_late", Anchor: FromReview, Days: 1, Working: true, To: []Audience{ByController, Supervisor}},
}

// raises reports whether a rung tells somebody above the lead that a task is
// late.
func (r Rung) raises() bool {
	return r.Anchor == FromDeadline && r.Days > 0 && (slices.Contains(r.To, AgencyHead) || slices.Contains(r.To, Supervisor))
}

// RaisingRules are the rules of the rungs that tell somebody above the lead.
func RaisingRules() []string {
	var names []string
	for _, r := range Ladder {
		if r.raises() {
			names = append(names, r.Rule)
		}
	}
	return names
}

// NextRaises are the rungs above the lead of a late task's ladder that have not
// told anybody yet, the next one first: what can be sent at once by hand.
func NextRaises(f TaskFacts, told []string) []Rung {
	var next []Rung
	for _, r := range f.rungs() {
		if r.raises() && !slices.Contains(told, r.Rule) {
			next = append(next, r)
		}
	}
	return next
}

// Raised says how far up a late task was told of: 0 not above the lead, 1 the
// head of its agency, 2 the supervising manager.
func Raised(told []string) int {
	level := 0
	for _, r := range Ladder {
		switch {
		case !slices.Contains(told, r.Rule):
		case slices.Contains(r.To, Supervisor):
			level = max(level, 2)
		case slices.Contains(r.To, AgencyHead):
			level = max(level, 1)
		}
	}
	return level
}

// MaySetLadder reports whether me may choose a directive's ladder: its
// controller and managers.
func MaySetLadder(me Actor, d TaskScope) bool {
	hats := HatsFor(me, d)
	return hats.Has(HatController) || hats.Has(HatManager)
}

// LetterAfter is how many days after the deadline a letter to the agency's head
// is to be had.
const LetterAfter = 30

// LetterDue reports whether a task is so late that a letter to the head of its
// agency is to be had.
func LetterDue(s Status, deadline *time.Time, today time.Time) bool {
	return s.Open() && deadline != nil && DaysLate(*deadline, today) >= LetterAfter
}

// ladders are the rows of each ladder.
var ladders = func() map[LadderName][]Rung {
	all := map[LadderName][]Rung{}
	for _, r := range Ladder {
		for _, name := range LadderNames {
			if r.In == nil || slices.Contains(r.In, name) {
				all[name] = append(all[name], r)
			}
		}
	}
	return all
}()
