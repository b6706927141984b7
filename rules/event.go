package rules

import (
	"slices"
	"time"
)

// EventKind is what is to come.
type EventKind string

// The kinds of events.
const (
	Summit     EventKind = "summit"
	Commission EventKind = "commission"
	Visit      EventKind = "visit"
	OtherEvent EventKind = "other"
)

// EventKinds lists them in the order forms offer them.
var EventKinds = []EventKind{Summit, Commission, Visit, OtherEvent}

// lastTime are the levels of the meetings that an event of a kind follows: what
// was done since the latest of them is new to those who meet. Others follow any.
var lastTime = map[EventKind][]string{
	Summit:     {"heads_of_state"},
	Visit:      {"heads_of_state", "heads_of_government"},
	Commission: {"heads_of_government", "deputy_heads"},
}

// LastTime returns the levels of the meetings that an event of the kind follows.
func LastTime(kind EventKind) []string {
	if levels, ok := lastTime[kind]; ok {
		return levels
	}
	return MeetingLevels
}

// Acts on events.
const (
	ActTie       Act = "due_for"   // a directive or task is due for the event
	ActUntie     Act = "undue"     // no longer
	ActCallOff   Act = "call_off"  // cancelled
	ActReinstate Act = "reinstate" // planned again
)

// EventDraft is what somebody typed of an event.
type EventDraft struct {
	Title, Wording, Place string
	Kind                  EventKind
	Sides                 []Side
	MeetingSides          []Side // of the meeting that named it; none: noted without one
	StartsOn, EndsOn      *time.Time
	From, To              *int // minutes of the day
}

// CheckEventDraft returns Problems with what an event still lacks: a date or the
// words of the source, sides of its meeting, an end that is not before its
// beginning, hours only where there is a day.
func CheckEventDraft(e EventDraft) error {
	var p Problems
	p.Text("title", e.Title, true, MaxTitle)
	OneOf(&p, "kind", e.Kind, EventKinds)
	p.sides(e.Sides)
	if len(e.MeetingSides) > 0 && slices.ContainsFunc(e.Sides, func(s Side) bool { return !slices.Contains(e.MeetingSides, s) }) {
		p.Add("sides", "form.error.sides_of_meeting")
	}
	if e.EndsOn != nil && (e.StartsOn == nil || !e.EndsOn.After(*e.StartsOn)) {
		p.Add("ends_on", "form.error.event_end")
	}
	if e.From != nil && e.StartsOn == nil {
		p.Add("from", "form.error.hour_without_day")
	}
	if e.To != nil && (e.From == nil || e.EndsOn == nil && *e.To <= *e.From) {
		p.Add("to", "form.error.event_end")
	}
	p.Text("wording", e.Wording, e.StartsOn == nil, MaxTitle)
	p.Text("place", e.Place, false, MaxName)
	return p.OrNil()
}

// CheckCallOff returns Problems where an event is cancelled without a reason.
func CheckCallOff(note string) error {
	var p Problems
	p.Text("note", note, true, MaxReason)
	return p.OrNil()
}

// MonthGrid returns the first and the last day that a month's page shows: whole
// weeks from Monday on.
func MonthGrid(month time.Time) (from, to time.Time) {
	first := time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, time.UTC)
	from = first.AddDate(0, 0, -(int(first.Weekday())+6)%7)
	last := first.AddDate(0, 1, -1)
	to = last.AddDate(0, 0, (7-int(last.Weekday()))%7)
	return from, to
}
