package rules

import (
	"errors"
	"slices"
	"time"
)

// Act is something a person does to a task.
type Act string

// The acts of a task's life. Each is written to its history under this name.
const (
	ActAssign   Act = "assign"
	ActReceive  Act = "receive"
	ActReport   Act = "report"
	ActNoChange Act = "no_change"
	ActSubmit   Act = "submit"
	ActWithdraw Act = "withdraw"
	ActReturn   Act = "return"
	ActAccept   Act = "accept"
	ActCancel   Act = "cancel"
	ActReopen   Act = "reopen"
	ActUndo     Act = "undo"
	ActEdit     Act = "edit"
)

// moves is the state machine of domain.md: which act leads from which states
// to which, and who may do it. A report on an assigned task accepts it first,
// so its target is in_progress.
var moves = map[Act]struct {
	from []Status
	to   Status
	by   []Hat
}{
	ActAssign:   {[]Status{Draft}, Assigned, []Hat{HatController, HatManager, HatStaff}},
	ActReceive:  {[]Status{Assigned}, InProgress, []Hat{HatLead}},
	ActReport:   {[]Status{Assigned, InProgress}, InProgress, []Hat{HatLead}},
	ActNoChange: {[]Status{Assigned, InProgress}, InProgress, []Hat{HatLead}},
	ActSubmit:   {[]Status{Assigned, InProgress, Returned}, Submitted, []Hat{HatLead}},
	ActWithdraw: {[]Status{Submitted}, InProgress, []Hat{HatLead}},
	ActReturn:   {[]Status{Submitted}, Returned, []Hat{HatController, HatManager}},
	ActAccept:   {[]Status{Submitted}, Accepted, []Hat{HatController, HatManager}},
	ActCancel:   {[]Status{Draft, Assigned, InProgress, Submitted, Returned}, Cancelled, []Hat{HatController, HatManager}},
	ActReopen:   {[]Status{Accepted, Cancelled}, InProgress, []Hat{HatManager}},
}

// UndoFor is how long an act can be taken back by the person who did it; its
// mails wait as long.
const UndoFor = 10 * time.Second

// MaxNoChange is how often running "no change" counts as an answer.
const MaxNoChange = 2

// ErrMove means that the act does not lead anywhere from the task's present
// state: somebody was quicker, or the form was old.
var ErrMove = errors.New("this is not possible in the task's present state")

// ErrNoChange means that "no change" is not enough any more: the task is
// overdue or returned, or it was said twice running.
var ErrNoChange = errors.New("no change is not enough here")

// Move returns the state that act leads to from the state a task is in.
// A progress report on a returned task leaves it returned. It returns
// ErrForbidden where none of the hats may do it, ErrMove where the state does
// not allow it.
func Move(from Status, act Act, hats Hats) (Status, error) {
	m, ok := moves[act]
	if !ok {
		return from, ErrMove
	}
	if !hats.any(m.by) {
		return from, ErrForbidden
	}
	if act == ActReport && from == Returned {
		return Returned, nil
	}
	if !slices.Contains(m.from, from) {
		return from, ErrMove
	}
	return m.to, nil
}

// May reports whether an act is open to the hats from a state, for showing
// buttons; Move decides.
func May(from Status, act Act, hats Hats) bool {
	_, err := Move(from, act, hats)
	return err == nil
}

// CanSayNoChange reports whether one click is enough of an answer.
func CanSayNoChange(s Status, running int, overdue bool) error {
	if s == Returned || overdue || running >= MaxNoChange {
		return ErrNoChange
	}
	return nil
}

// Mark is the sign of a task on screen: the stored state, replaced by overdue
// and due soon where these say more.
type Mark string

// The signs, by the names that the status shapes and texts use.
const (
	MarkLate Mark = "overdue"
	MarkSoon Mark = "due_soon"
)

// SoonDays is how many days before its deadline a task counts as due soon.
const SoonDays = 7

// MarkOf returns the sign of a task at now: overdueAt is the moment it becomes
// overdue, zero where it has no deadline.
func MarkOf(s Status, overdueAt, now time.Time) Mark {
	if !s.Open() || overdueAt.IsZero() {
		return Mark(s)
	}
	if !overdueAt.After(now) {
		return MarkLate
	}
	if overdueAt.Sub(now) <= (SoonDays+1)*24*time.Hour {
		return MarkSoon
	}
	return Mark(s)
}

// worst orders the signs for the status of a side and a directive, the worst
// first (domain.md). Draft comes before assigned work; cancelled counts last.
var worst = []Mark{MarkLate, Mark(Returned), Mark(Assigned), MarkSoon, Mark(InProgress), Mark(Submitted), Mark(Draft), Mark(Accepted), Mark(Cancelled)}

// Worst returns the worst of the signs; "" where there are none. Cancelled
// tasks count only where nothing else is left.
func Worst(marks []Mark) Mark {
	best := Mark("")
	at := len(worst)
	for _, m := range marks {
		if i := slices.Index(worst, m); i >= 0 && i < at {
			best, at = m, i
		}
	}
	return best
}

// undoable are the acts that change nothing but the task's own state.
var undoable = []Act{ActAssign, ActReceive, ActReport, ActNoChange, ActSubmit, ActWithdraw, ActReturn, ActAccept, ActCancel, ActReopen,
	ActApprove, ActAsk, ActPass, ActTakeBack, ActGrant, ActRefuse, ActMove, ActTransfer, ActExplain}

// CanUndo reports whether an act done since ago, by the asker himself or not,
// can be taken back. It returns ErrForbidden to others, ErrMove when it is too
// late or the act is not of that kind.
func CanUndo(act Act, own bool, ago time.Duration) error {
	switch {
	case !own:
		return ErrForbidden
	case !slices.Contains(undoable, act) || ago > UndoFor:
		return ErrMove
	}
	return nil
}

// MayEdit reports whether somebody with these hats may change a task's text,
// people and place: the secretariat and the controller, while it is not closed.
func MayEdit(s Status, hats Hats) bool {
	open := s == Draft || s.Open()
	return open && (hats.Has(HatStaff) || hats.Has(HatController) || hats.Has(HatManager))
}

// MayRemind reports whether somebody with these hats may remind the lead of a
// task by hand.
func MayRemind(s Status, hats Hats) bool { return s.Open() && MayEdit(s, hats) }
