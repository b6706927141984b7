package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// Ruling is a decision to be carried out on overdue tasks. To is the new
// deadline of an extension; where it is nil, InDays or MonthEnd says it, and a
// day off moves to the next working day of the lead's calendar.
type Ruling struct {
	Decision rules.Decision
	Text     string // word to add, or the reason
	To       *time.Time
	InDays   int // from today
	MonthEnd bool
	AgencyID int64         // new lead
	Versions map[int64]int // of picked tasks, as they were shown; none takes any
	FormKey  string        // of the form that it was sent with
	Now      time.Time
}

// Refusal is a task on which a decision could not be carried out, and why.
type Refusal struct {
	TaskID     int64
	Ref, Title string
	Err        error
	Changed    rules.Act // what was done meanwhile, where Err is ErrStale and me may know
}

// BulkResult is what became of a decision on several tasks.
type BulkResult struct {
	Done     []int64
	Agencies int // how many led the tasks that it was carried out on
	Refused  []Refusal
}

// Bulk carries a decision out on each of several tasks; one on which it can't
// be, or that changed since it was shown, is among the refused, the others go
// on. rules.Problems says what the
// decision itself lacks. ErrNotFound, and nothing done, where me does not see
// one of the tasks. Of a form sent twice, what the first sending did is not
// done again but is among the done.
func (s *Store) Bulk(ctx context.Context, me rules.Actor, ids []int64, r Ruling) (BulkResult, error) {
	var result BulkResult
	if err := r.check(ids); err != nil {
		return result, err
	}
	tasks, err := s.seenTasks(ctx, me, ids)
	if err != nil {
		return result, err
	}
	agencies := map[int64]bool{}
	var twice *RepeatedError
	for _, t := range tasks {
		err := s.InTx(ctx, func(tx *Store) error {
			if err := tx.once(ctx, me, r.keyFor(t.ID), "/overdue"); err != nil {
				return err
			}
			locked, err := tx.lockTask(ctx, me, t.ID, r.Versions[t.ID])
			if err != nil {
				return err
			}
			return tx.settle(ctx, me, locked, r)
		})
		switch {
		case err == nil, errors.As(err, &twice):
			result.Done = append(result.Done, t.ID)
			agencies[deref(t.LeadID)] = true
		case refuses(err):
			result.Refused = append(result.Refused, Refusal{TaskID: t.ID, Ref: t.Ref(), Title: t.Title, Err: err})
		default:
			return result, err
		}
	}
	result.Agencies = len(agencies)
	return result, s.sayChanged(ctx, me, tasks, result.Refused)
}

// keyFor is the form's key for one of its tasks; the buttons of a form are
// different decisions.
func (r *Ruling) keyFor(taskID int64) string {
	if r.FormKey == "" {
		return ""
	}
	return fmt.Sprintf("%s %s %d", r.FormKey, r.Decision, taskID)
}

// sayChanged adds what changed the tasks that are not as they were shown any
// more, of those that me sees whole.
func (s *Store) sayChanged(ctx context.Context, me rules.Actor, tasks []Task, refused []Refusal) error {
	var stale []int64
	for i := range tasks {
		if rules.SightOf(me, tasks[i].Scope()) != rules.SeesAll {
			continue
		}
		if slices.ContainsFunc(refused, func(r Refusal) bool { return r.TaskID == tasks[i].ID && errors.Is(r.Err, ErrStale) }) {
			stale = append(stale, tasks[i].ID)
		}
	}
	if len(stale) == 0 {
		return nil
	}
	var acts []struct {
		ID  int64
		Act rules.Act
	}
	err := s.all(ctx, &acts, `
		select t.id, h.act
		from unnest($1::bigint[]) as t (id)
		cross join lateral (
			select act from history where subject = 'task' and subject_id = t.id and before is not null order by id desc limit 1
		) h`, pq.Array(stale))
	if err != nil {
		return fmt.Errorf("what changed meanwhile: %w", err)
	}
	for i := range refused {
		for _, a := range acts {
			if a.ID == refused[i].TaskID && errors.Is(refused[i].Err, ErrStale) {
				refused[i].Changed = a.Act
			}
		}
	}
	return nil
}

// refuses reports whether an error says something of one task, and not that
// nothing works.
func refuses(err error) bool {
	var wrong rules.Problems
	for _, known := range []error{rules.ErrForbidden, rules.ErrMove, rules.ErrNobodyAbove, rules.ErrNotLate, ErrStale, ErrNotFound} {
		if errors.Is(err, known) {
			return true
		}
	}
	return errors.As(err, &wrong)
}

// mostInBulk is how many tasks one decision takes.
const mostInBulk = 200

func (r *Ruling) check(ids []int64) error {
	var p rules.Problems
	switch {
	case len(ids) == 0:
		p.Add("task", "form.error.pick")
	case len(ids) > mostInBulk:
		p = append(p, &rules.Invalid{Field: "task", Key: "form.error.too_many_tasks", Max: mostInBulk})
	}
	err := rules.CheckOutcome(rules.OutcomeDraft{Decision: r.Decision, Text: r.Text, Deadline: r.dateFor(rules.Date(r.Now)), AgencyID: r.AgencyID})
	var more rules.Problems
	if errors.As(err, &more) {
		p = append(p, more...)
	}
	return p.OrNil()
}

// dateFor is the new deadline as it is asked for on a day; nil: none.
func (r *Ruling) dateFor(today time.Time) *time.Time {
	day := today.AddDate(0, 0, r.InDays)
	switch {
	case r.To != nil:
		return r.To
	case r.MonthEnd:
		day = rules.AddMonths(today, 0, 31)
	case r.InDays <= 0:
		return nil
	}
	return &day
}

// seenTasks reads tasks without a lock; ErrNotFound where me does not see one.
func (s *Store) seenTasks(ctx context.Context, me rules.Actor, ids []int64) ([]Task, error) {
	var tasks []Task
	err := s.all(ctx, &tasks, `
		select `+taskColumns+` from task t join directive d on d.id = t.directive_id left join agency a on a.id = t.lead_id
		where t.id = any($1) order by t.id`, pq.Array(ids))
	if err != nil {
		return nil, fmt.Errorf("tasks: %w", err)
	}
	seen := map[int64]bool{}
	for i := range tasks {
		seen[tasks[i].ID] = rules.SightOf(me, tasks[i].Scope()) != rules.SeesNothing
	}
	for _, id := range ids {
		if !seen[id] {
			return nil, fmt.Errorf("task %d: %w", id, ErrNotFound)
		}
	}
	return tasks, nil
}

// settle does what was decided on a locked task.
func (s *Store) settle(ctx context.Context, me rules.Actor, t *Task, r Ruling) error {
	switch r.Decision {
	case rules.DecideRemind:
		return s.remindOne(ctx, me, t, r.Text, r.Now)
	case rules.DecideExtend:
		return s.extendOne(ctx, me, t, r)
	case rules.DecideEscalate:
		return s.raiseOne(ctx, me, t, r.Text, r.Now)
	case rules.DecideReassign:
		return s.reassignOne(ctx, me, t, r.AgencyID, r.Text, r.Now)
	}
	return nil
}

// extendOne moves a deadline to a later date on the asker's own motion.
func (s *Store) extendOne(ctx context.Context, me rules.Actor, t *Task, r Ruling) error {
	if !t.Status.Open() {
		return fmt.Errorf("task %d: %w", t.ID, rules.ErrMove)
	}
	if !rules.MayDecide(rules.Extension, t.Status, t.Moves, rules.HatsFor(me, t.Scope())) {
		return fmt.Errorf("deadline of task %d: %w", t.ID, rules.ErrForbidden)
	}
	to, err := s.extendTo(ctx, t, r)
	if err != nil {
		return err
	}
	return s.writeMove(ctx, me, t, MoveInput{TaskID: t.ID, To: to, Reason: r.Text, Now: r.Now})
}

// extendTo is a task's new deadline: a date that is typed stays, one that is
// counted moves off days off.
func (s *Store) extendTo(ctx context.Context, t *Task, r Ruling) (time.Time, error) {
	zone, err := t.Zone()
	if err != nil {
		return time.Time{}, err
	}
	today := rules.Today(r.Now, zone)
	day := deref(r.dateFor(today))
	if r.To == nil {
		calendars, err := s.Calendars(ctx, r.Now)
		if err != nil {
			return day, err
		}
		day = calendars[t.LeadCountry].OnOrAfter(day)
	}
	return day, rules.CheckExtend(r.Text, t.Deadline, day, today)
}

// UndoBulk takes a decision back on each of several tasks: by who carried it
// out, within rules.UndoFor, with nothing done since. Where it is too late the
// task is among the refused.
func (s *Store) UndoBulk(ctx context.Context, me rules.Actor, ids []int64, d rules.Decision, now time.Time) (BulkResult, error) {
	var result BulkResult
	if len(ids) > mostInBulk {
		return result, rules.Problems{{Field: "task", Key: "form.error.too_many_tasks", Max: mostInBulk}}
	}
	tasks, err := s.seenTasks(ctx, me, ids)
	if err != nil {
		return result, err
	}
	for _, t := range tasks {
		err := s.InTx(ctx, func(tx *Store) error { return tx.takeBack(ctx, me, t.ID, d, now) })
		switch {
		case err == nil:
			result.Done = append(result.Done, t.ID)
		case refuses(err):
			result.Refused = append(result.Refused, Refusal{TaskID: t.ID, Ref: t.Ref(), Title: t.Title, Err: err})
		default:
			return result, err
		}
	}
	return result, nil
}

func (s *Store) takeBack(ctx context.Context, me rules.Actor, taskID int64, d rules.Decision, now time.Time) error {
	switch d {
	case rules.DecideExtend, rules.DecideReassign:
		return s.Undo(ctx, me, ActInput{TaskID: taskID, Now: now})
	case rules.DecideRemind, rules.DecideEscalate:
	default: // nothing that can be taken back
		return ErrNotFound
	}
	if _, err := s.lockTask(ctx, me, taskID, 0); err != nil {
		return err
	}
	since := now.Add(-rules.UndoFor)
	if d == rules.DecideEscalate {
		if err := s.unlog(ctx, me, taskID, rules.ActEscalate, now); err != nil {
			return err
		}
		return s.unraise(ctx, taskID, since)
	}
	if err := s.unlog(ctx, me, taskID, actRemind, now); err != nil {
		return err
	}
	return s.untell(ctx, taskID, since)
}
