package db_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

func (w *world) summit(t *testing.T, on string) int64 {
	t.Helper()
	d := day(on)
	id, err := w.AddEvent(w.ctx, w.staff, db.Event{Title: "Summit", Kind: rules.Summit, StartsOn: &d, Place: "Tashkent", Sides: []string{"UZ", "KZ"}}, "", w.now)
	check(t, err)
	return id
}

// sideStaff is somebody of the register of one country.
func (w *world) sideStaff(t *testing.T, name, side string) rules.Actor {
	t.Helper()
	return w.person(t, name, w.agency(t, "office-"+strings.ReplaceAll(name, ".", "-"), side, "Asia/Tashkent", side), rules.Staff)
}

func TestAnEventIsSeenByItsSidesAndByWhoWorksForIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := day("2026-06-03")
	kzOnly, err := w.AddEvent(w.ctx, w.staff, db.Event{Title: "Visit", Kind: rules.Visit, StartsOn: &d, Sides: []string{"KZ"}}, "", w.now)
	check(t, err)
	uz, kz := w.sideStaff(t, "staff.uz", "UZ"), w.sideStaff(t, "staff.kz", "KZ")
	if _, err := w.EventPage(w.ctx, uz, kzOnly); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("the other side's visit: %v, want not found", err)
	}
	if page, err := w.EventPage(w.ctx, kz, kzOnly); err != nil || !page.Record {
		t.Errorf("its own side: %v", err)
	}
	both := w.summit(t, "2026-06-03")
	if _, err := w.EventPage(w.ctx, w.otherUZ, both); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("an agency without a task for it: %v", err)
	}
	task := w.task(t, w.directive(t), "2026-05-20")
	check(t, w.Tie(w.ctx, w.staff, db.TieInput{EventID: both, TaskID: task, Now: w.now}))
	page, err := w.EventPage(w.ctx, w.focalKZ, both) // contributes
	check(t, err)
	if len(page.Due) != 1 || !page.Due[0].Own || page.Record || len(page.History) != 0 {
		t.Errorf("who works for it sees %d tasks, record %t, %d lines of history", len(page.Due), page.Record, len(page.History))
	}
	if err := w.ChangeEvent(w.ctx, w.focalKZ, db.Event{ID: both, Version: 1, Title: "x", Kind: rules.Summit, Wording: "soon", Sides: []string{"KZ"}}, w.now); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("who only works for it changes it: %v", err)
	}
	list := func(me rules.Actor, past bool) int {
		rows, err := w.Events(w.ctx, me, past, db.Sort{}, day("2026-03-02"))
		check(t, err)
		return len(rows)
	}
	if got := []int{list(w.staff, false), list(uz, false), list(kz, false), list(w.focalKZ, false), list(w.otherUZ, false), list(w.staff, true)}; !slices.Equal(got, []int{2, 1, 2, 1, 0, 0}) {
		t.Errorf("listed %v", got)
	}
}

// What the register of a side does not show, its agencies do not see either: not
// even where they work for the meeting that named it.
func TestAnAgencySeesNoEventOfTheOtherSideAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d, of := day("2026-06-03"), w.directive(t)
	id, err := w.AddEvent(w.ctx, w.staff, db.Event{MeetingID: w.meeting, Title: "Preparation", StartsOn: &d, Sides: []string{"UZ"}}, "", w.now)
	check(t, err)
	w.task(t, of, "2026-05-20") // Uzbekistan's ministry leads it, Kazakhstan's contributes
	check(t, w.Tie(w.ctx, w.staff, db.TieInput{EventID: id, DirectiveID: of, Now: w.now}))
	if _, err := w.Event(w.ctx, w.focalUZ, id); err != nil {
		t.Errorf("its own side's agency: %v", err)
	}
	if e, err := w.Event(w.ctx, w.focalKZ, id); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("the other side's agency: %+v, %v", e, err)
	}
	if rows, err := w.Events(w.ctx, w.focalKZ, false, db.Sort{}, day("2026-03-02")); err != nil || len(rows) != 0 {
		t.Errorf("listed for the other side's agency: %+v, %v", rows, err)
	}
	page, err := w.CalendarPage(w.ctx, w.focalKZ, db.CalendarFilter{From: day("2026-06-01"), To: day("2026-06-30")})
	if check(t, err); len(page.Events) != 0 {
		t.Errorf("on the other side's calendar: %+v", page.Events)
	}
}

// A directive's history is read by both sides, an event's name maybe not.
func TestADirectivesHistoryKeepsTheOtherSidesEventOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d, of, kz := day("2026-06-03"), w.directive(t), w.sideStaff(t, "staff.kz", "KZ")
	id, err := w.AddEvent(w.ctx, w.staff, db.Event{Title: "Preparation", StartsOn: &d, Sides: []string{"UZ"}}, "", w.now)
	check(t, err)
	for _, event := range []int64{id, w.summit(t, "2026-06-10")} {
		check(t, w.Tie(w.ctx, w.staff, db.TieInput{EventID: event, DirectiveID: of, Now: w.now}))
	}
	page, err := w.DirectivePage(w.ctx, kz, of)
	check(t, err)
	notes := ""
	for _, line := range page.History {
		notes += line.Note + "|"
	}
	if strings.Contains(notes, "Preparation") || !strings.Contains(notes, "Summit") {
		t.Errorf("the history tells the other side %q", notes)
	}
}

func TestASharedEventIsChangedByEitherSide(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, later := w.summit(t, "2026-06-03"), day("2026-06-10")
	uz := w.sideStaff(t, "staff.uz", "UZ")
	e := db.Event{ID: id, Version: 1, Title: "Summit", Kind: rules.Summit, StartsOn: &later, Sides: []string{"UZ", "KZ"}}
	if err := w.ChangeEvent(w.ctx, uz, e, w.now); err != nil {
		t.Errorf("one side moves the event of both: %v", err)
	}
}

func TestEventsComePageByPageWithWhatIsDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	directive := w.directive(t)
	task := w.task(t, directive, "2026-05-20")
	for i := range 60 {
		on := day("2026-04-01").AddDate(0, 0, i/2)
		_, err := w.AddEvent(w.ctx, w.staff, db.Event{Title: "Event " + strconv.Itoa(i), StartsOn: &on, Sides: []string{"UZ", "KZ"}}, "", w.now)
		check(t, err)
	}
	vague, err := w.AddEvent(w.ctx, w.staff, db.Event{MeetingID: w.meeting, Title: "Some day", Wording: "in the coming months"}, "", w.now)
	check(t, err)
	check(t, w.Tie(w.ctx, w.staff, db.TieInput{EventID: vague, DirectiveID: directive, Now: w.now}))
	first, err := w.Events(w.ctx, w.staff, false, db.Sort{}, day("2026-03-02"))
	check(t, err)
	rest, err := w.Events(w.ctx, w.staff, false, db.Sort{After: first[db.PageSize-1].Key}, day("2026-03-02"))
	check(t, err)
	if len(first) != db.PageSize+1 || len(rest) != 11 || rest[10].ID != vague || rest[10].Due != 1 || rest[10].Open != 1 {
		t.Fatalf("pages of %d and %d, the last %+v", len(first), len(rest), rest[len(rest)-1])
	}
	past, err := w.Events(w.ctx, w.staff, true, db.Sort{}, day("2026-04-11"))
	check(t, err)
	if len(past) != 20 || past[0].StartsOn.Before(*past[1].StartsOn) {
		t.Errorf("%d past ones, want 20, the latest first", len(past))
	}
	check(t, w.Receive(w.ctx, w.focalUZ, db.ActInput{TaskID: task, Now: w.now}))
	check(t, w.finish(t, task, w.focalUZ))
	check(t, w.Accept(w.ctx, w.controller, db.ActInput{TaskID: task, Version: w.version(t, task), Now: w.now}))
	if rest, err = w.Events(w.ctx, w.staff, false, db.Sort{After: first[db.PageSize-1].Key}, day("2026-03-02")); err != nil || rest[10].Open != 0 {
		t.Errorf("done, and still %d open (%v)", rest[10].Open, err)
	}
}

func TestAStaleEventIsNotChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, later := w.summit(t, "2026-06-03"), day("2026-06-10")
	e, err := w.Event(w.ctx, w.staff, id)
	check(t, err)
	e.StartsOn = &later
	check(t, w.ChangeEvent(w.ctx, w.staff, *e, w.now))
	if err := w.ChangeEvent(w.ctx, w.staff, *e, w.now); !errors.Is(err, db.ErrStale) {
		t.Errorf("the same form again: %v, want stale", err)
	}
	if err := w.CallOff(w.ctx, w.staff, id, 1, false, "no time", w.now); !errors.Is(err, db.ErrStale) {
		t.Errorf("cancelled by an old form: %v", err)
	}
	page, err := w.EventPage(w.ctx, w.staff, id)
	check(t, err)
	if page.WasOn == nil || !page.WasOn.Equal(day("2026-06-03")) || len(page.History) != 2 {
		t.Errorf("moved from %v, %d lines of history", page.WasOn, len(page.History))
	}
	var wrong rules.Problems
	if err := w.CallOff(w.ctx, w.staff, id, 2, false, " ", w.now); !errors.As(err, &wrong) {
		t.Errorf("without a reason: %v", err)
	}
	check(t, w.CallOff(w.ctx, w.staff, id, 2, false, "The hosts asked for it", w.now))
	if err := w.CallOff(w.ctx, w.staff, id, 3, false, "again", w.now); !errors.Is(err, rules.ErrMove) {
		t.Errorf("cancelled twice: %v", err)
	}
	check(t, w.CallOff(w.ctx, w.staff, id, 3, true, "", w.now))
}

// Tasks go along with a moved event all or none, by the right that any move of
// a deadline needs.
func TestTasksMoveAlongWithTheirEvent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, directive := w.summit(t, "2026-06-03"), w.directive(t)
	one, two, stranger := w.task(t, directive, "2026-05-20"), w.task(t, directive, "2026-05-25"), w.task(t, directive, "2026-05-26")
	for _, task := range []int64{one, two} {
		check(t, w.Tie(w.ctx, w.staff, db.TieInput{EventID: id, TaskID: task, Now: w.now}))
	}
	in := db.MoveAlongInput{EventID: id, Version: 1, Tasks: map[int64]int{one: w.version(t, one), two: w.version(t, two)}, To: day("2026-06-10"), Reason: "The summit was moved", Now: w.now}
	if err := w.MoveAlong(w.ctx, w.staff, in); !errors.Is(err, rules.ErrForbidden) {
		t.Errorf("staff moves deadlines: %v", err)
	}
	bad := in
	bad.Reason = ""
	var wrong rules.Problems
	if err := w.MoveAlong(w.ctx, w.controller, bad); !errors.As(err, &wrong) {
		t.Errorf("without a reason: %v", err)
	}
	bad = in
	bad.Tasks = map[int64]int{one: w.version(t, one), stranger: w.version(t, stranger)}
	if err := w.MoveAlong(w.ctx, w.controller, bad); !errors.Is(err, db.ErrStale) {
		t.Errorf("a task that is not due for it: %v", err)
	}
	bad.Tasks = map[int64]int{one: w.version(t, one), two: w.version(t, two) - 1}
	if err := w.MoveAlong(w.ctx, w.controller, bad); !errors.Is(err, db.ErrStale) {
		t.Errorf("one of them changed meanwhile: %v", err)
	}
	deadline := func(task int64) string {
		got, _, err := w.Task(w.ctx, w.staff, task)
		check(t, err)
		return got.Deadline.Format(time.DateOnly)
	}
	if deadline(one) != "2026-05-20" {
		t.Fatalf("half of them moved: %s", deadline(one))
	}
	check(t, w.MoveAlong(w.ctx, w.controller, in))
	if deadline(one) != "2026-06-10" || deadline(two) != "2026-06-10" {
		t.Errorf("moved to %s and %s", deadline(one), deadline(two))
	}
	page, err := w.TaskPage(w.ctx, w.staff, one, w.now)
	check(t, err)
	if len(page.Requests) != 1 || !page.Requests[0].OwnMotion || page.Moves != 1 {
		t.Errorf("%d requests, %d moves", len(page.Requests), page.Moves)
	}
}

func TestATieIsOfOneEventAndComesOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b, directive := w.summit(t, "2026-06-03"), w.summit(t, "2026-09-03"), w.directive(t)
	task := w.task(t, directive, "2026-05-20")
	check(t, w.Tie(w.ctx, w.staff, db.TieInput{EventID: a, DirectiveID: directive, Now: w.now}))
	check(t, w.Tie(w.ctx, w.staff, db.TieInput{EventID: b, DirectiveID: directive, Now: w.now}))
	of := func() int64 {
		e, err := w.EventOf(w.ctx, w.staff, "task", task)
		check(t, err)
		if e == nil {
			return 0
		}
		return e.ID
	}
	if of() != b {
		t.Errorf("due for event %d, want the second", of())
	}
	check(t, w.Tie(w.ctx, w.staff, db.TieInput{EventID: a, DirectiveID: directive, Off: true, Now: w.now})) // of another one: nothing happens
	if of() != b {
		t.Error("taken off by an event it was not due for")
	}
	check(t, w.Tie(w.ctx, w.staff, db.TieInput{EventID: b, DirectiveID: directive, Off: true, Now: w.now}))
	if of() != 0 {
		t.Error("still due")
	}
	uz := w.sideStaff(t, "staff.uz", "UZ")
	kzOnly, err := w.AddEvent(w.ctx, w.staff, db.Event{Title: "Visit", Wording: "soon", Sides: []string{"KZ"}}, "", w.now)
	check(t, err)
	if err := w.Tie(w.ctx, uz, db.TieInput{EventID: kzOnly, DirectiveID: directive, Now: w.now}); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("to an event of the other side: %v", err)
	}
	if err := w.Tie(w.ctx, w.staff, db.TieInput{EventID: a, DirectiveID: 999, Now: w.now}); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a directive that is not there: %v", err)
	}
	check(t, w.Tie(w.ctx, w.staff, db.TieInput{EventID: a, TaskID: task, Now: w.now}))
	if _, err := w.DropFact(w.ctx, w.staff, "event", a, w.now); err != nil || of() != 0 {
		t.Errorf("an event taken away: %v, task due for %d", err, of())
	}
}
