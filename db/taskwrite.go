package db

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"amal/rules"
)

// deed says who does what to a thing, when and with which words; it becomes
// the row of history.
type deed struct {
	Me   rules.Actor
	Act  rules.Act
	Note string
	Now  time.Time
	// Undoes is the row of history that this takes back, 0 for none.
	Undoes int64
}

// saveTask writes a changed task, its history and the counts. was is the task
// as it was locked, t as it shall be. It raises the version and sets anew the
// day of the next reminder.
func (s *Store) saveTask(ctx context.Context, was, t *Task, d deed) error {
	if err := s.setNextStep(ctx, t, d.Now); err != nil {
		return err
	}
	n, err := s.exec(ctx, `
		update task set
			parent_id = $3, number = $4, milestone = $5, title = $6, lead_id = $7, focal_id = $8,
			status = $9, deadline = $10, original_deadline = $11, deadline_version = $12,
			deadline_set_on = $13, deadline_rule = $14, deadline_wording = $15,
			no_deadline_reason = $16, overdue_at = $17, assigned_at = $18, heard_at = $19,
			signal = $20, no_changes = $21, submitted_at = $22, submissions = $23, returns = $24,
			decided_at = $25, cancel_ground = $26, next_step_on = $27,
			changed_by = $28, changed_at = $29, moves = $30, review_level = $31, result = $32, folded = $33,
			merged_into = $34, period = $35, anchor = $36, cycle = $37,
			late_reason = $38, late_plan = $39, late_for = $40, delay = $41, version = version + 1
		where id = $1 and version = $2`,
		t.ID, was.Version, t.ParentID, t.Number, t.Milestone, t.Title, t.LeadID, t.FocalID,
		t.Status, t.Deadline, t.OriginalDeadline, t.DeadlineVersion,
		t.DeadlineSetOn, t.DeadlineRule, t.DeadlineWording,
		t.NoDeadlineReason, t.OverdueAt, t.AssignedAt, t.HeardAt,
		t.Signal, t.NoChanges, t.SubmittedAt, t.Submissions, t.Returns,
		t.DecidedAt, t.CancelGround, t.NextStepOn,
		d.Me.PersonID, d.Now, t.Moves, t.ReviewLevel, t.Result, rules.Fold(t.Ref()+" "+t.Title),
		t.MergedInto, t.Period, t.Anchor, t.Cycle, t.LateReason, t.LatePlan, t.LateFor, t.Delay)
	if err != nil {
		return fmt.Errorf("task %d: %w", t.ID, err)
	}
	if n == 0 {
		return fmt.Errorf("task %d: %w", t.ID, ErrStale)
	}
	t.Version, t.ChangedBy, t.ChangedAt = was.Version+1, d.Me.PersonID, d.Now
	if err := s.recount(ctx, was, t); err != nil {
		return err
	}
	before, err := json.Marshal(was.TaskState)
	if err != nil {
		return fmt.Errorf("task %d: %w", t.ID, err)
	}
	return s.log(ctx, d, entry{Subject: "task", ID: t.ID, Old: was.told(), New: t.told(), Before: before, Undoes: d.Undoes})
}

// told lists the fields of a task whose changes people read in its history.
func (t *Task) told() fields {
	return fields{
		"status": t.Status, "title": t.Title, "lead": t.LeadID, "focal_point": t.FocalID,
		"deadline": dateWord(t.Deadline), "deadline_wording": t.DeadlineWording,
		"no_deadline_reason": t.NoDeadlineReason, "parent": t.ParentID,
		"late_reason": t.LateReason, "late_plan": t.LatePlan,
		"milestone": t.Milestone, "number": t.Number, "signal": t.Signal,
		"cancel_ground": t.CancelGround, "result": string(t.Result), "period": string(t.Period), "merged_into": t.MergedInto,
		"points": append([]string(nil), t.points...), "co_executors": slices.Sorted(slices.Values(t.CoExecutors)),
	}
}

// setNextStep computes the first day on which a reminder of the task may fall
// due in either country; while anybody pauses his mails, or will, it is today:
// the planner looks whom the task concerns.
func (s *Store) setNextStep(ctx context.Context, t *Task, now time.Time) error {
	t.NextStepOn = nil
	if !t.Status.Open() && t.Status != rules.Submitted {
		return nil
	}
	if t.ReviewDays == 0 && t.Status == rules.Submitted {
		if err := s.get(ctx, &t.ReviewDays, `select `+reviewDays+` from directive d where d.id = $1`, t.DirectiveID); err != nil {
			return fmt.Errorf("review of task %d: %w", t.ID, err)
		}
	}
	mornings, paused, err := s.mornings(ctx, now)
	if err != nil {
		return err
	}
	zone, err := t.Zone()
	if err != nil {
		return err
	}
	today := rules.Today(now, zone)
	if day, ok := rules.NextStepOn(t.facts(zone), mornings, today.AddDate(0, 0, -1)); ok {
		t.NextStepOn = &day
		if paused {
			t.NextStepOn = &today
		}
	}
	return nil
}

// facts are what the reminder ladder needs to know of a task; its moments
// become days in the lead's zone.
func (t *Task) facts(zone *time.Location) rules.TaskFacts {
	f := rules.TaskFacts{
		Status: t.Status, Deadline: t.Deadline, DeadlineVersion: t.DeadlineVersion,
		DeadlineSetOn: deref(t.DeadlineSetOn), Submissions: t.Submissions, ReviewDays: t.ReviewDays, Ladder: t.Ladder,
	}
	if t.SubmittedAt != nil {
		f.SubmittedOn = rules.Today(*t.SubmittedAt, zone)
	}
	if t.AssignedAt != nil {
		f.AssignedOn = rules.Today(*t.AssignedAt, zone)
		f.LastHeardOn = f.AssignedOn
	}
	if t.HeardAt != nil {
		f.LastHeardOn = rules.Today(*t.HeardAt, zone)
	}
	return f
}

func dateWord(day *time.Time) string {
	if day == nil {
		return ""
	}
	return day.Format(time.DateOnly)
}
