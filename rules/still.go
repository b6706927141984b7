package rules

import (
	"slices"
	"strings"
)

// Reasons why a planned reminder is not sent; text keys reminder.skipped.REASON.
const (
	SkippedDone     = "done"      // accepted, cancelled or waiting for review
	SkippedMoved    = "moved"     // the deadline was moved or cleared
	SkippedHeard    = "heard"     // the lead spoke meanwhile
	SkippedNotTheir = "not_their" // no longer their task, or no longer active
	SkippedUndone   = "undone"    // the act was taken back
	SkippedAddress  = "address"   // no usable address
	SkippedEmpty    = "empty"     // a list without anything in it
	SkippedSent     = "sent"      // gone out before the restore, as who released the mails says
)

// StillRight reports whether a reminder planned for an occasion is still true
// of the task; reason says why not. Rules of acts stay true.
func StillRight(rule, occasion string, f TaskFacts) (ok bool, reason string) {
	i := slices.IndexFunc(Ladder, func(r Rung) bool { return r.Rule == rule })
	if i < 0 {
		return actStillRight(rule, f)
	}
	want, ok := occasionOf(Ladder[i].Anchor, f), counts(Ladder[i].Anchor, &f)
	switch Ladder[i].Anchor {
	case FromDeadline:
		if !f.Status.Open() {
			return false, SkippedDone
		}
		if !ok || occasion != want {
			return false, SkippedMoved
		}
	case FromSilence:
		if !ok {
			return false, SkippedDone
		}
		if !strings.HasPrefix(occasion, want+"+") {
			return false, SkippedHeard
		}
	default:
		if !ok || occasion != want {
			return false, SkippedDone
		}
	}
	return true, ""
}

// actStillRight is StillRight for what an act told.
func actStillRight(rule string, f TaskFacts) (ok bool, reason string) {
	switch {
	case (rule == "by_hand" || rule == "assigned") && !f.Status.Open(),
		rule == "submitted" && f.Status != Submitted:
		return false, SkippedDone
	}
	return true, ""
}
