package db

import (
	"context"
	"fmt"
	"time"

	"amal/rules"
)

// Cycle is a due day of a periodic task that is over.
type Cycle struct {
	Number   int
	Due      time.Time
	ReportID *int64 `db:"report_id"` // nil: missed
	Late     bool
}

// cycles lists a periodic task's due days that are over, the latest first.
func (s *Store) cycles(ctx context.Context, taskID int64) ([]Cycle, error) {
	var rows []Cycle
	err := s.all(ctx, &rows, `select number, due, report_id, late from cycle where task_id = $1 order by number desc limit 60`, taskID)
	if err != nil {
		return nil, fmt.Errorf("cycles of task %d: %w", taskID, err)
	}
	return rows, nil
}

// nextCycle accepts the report of a periodic task's present due day and moves
// on to the next one that has not passed; those missed on the way stay visible.
// The task stays open.
func (s *Store) nextCycle(ctx context.Context, me rules.Actor, was, t *Task, in ActInput) error {
	calendars, err := s.Calendars(ctx, in.Now)
	if err != nil {
		return err
	}
	zone, err := t.Zone()
	if err != nil {
		return err
	}
	if t.Anchor == nil || t.Deadline == nil {
		return fmt.Errorf("periodic task %d has no anchor: %w", t.ID, rules.ErrMove)
	}
	today, calendar := rules.Today(in.Now, zone), calendars[t.LeadCountry]
	late := t.OverdueAt != nil && t.SubmittedAt != nil && !t.SubmittedAt.Before(*t.OverdueAt)
	closed := t.dueState()
	closed.Status, closed.DecidedAt = rules.Accepted, &in.Now
	state, err := t.closing(closed)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `
		insert into cycle (task_id, number, due, report_id, late, closed_at, state)
		select $1, $2, $3, (select id from report where task_id = $1 and submission = $4 and kind = 'completion' and undone_at is null), $5, $6, $7`,
		t.ID, t.Cycle, *t.Deadline, t.Submissions, late, in.Now, state)
	if err != nil {
		return fmt.Errorf("cycle of task %d: %w", t.ID, err)
	}
	came := today
	if t.SubmittedAt != nil {
		came = rules.Today(*t.SubmittedAt, zone)
	}
	next, passed := rules.NextCycle(*t.Anchor, t.Period, t.Cycle, today, calendar, t.LeadCountry)
	for n := next - passed; n < next; n++ {
		due := rules.CycleDue(*t.Anchor, t.Period, n, calendar, t.LeadCountry)
		missed := due.Before(came) // else it passed while the report lay in review: a slow reviewer hurts nobody
		if err := s.missCycle(ctx, t, zone, Cycle{Number: n, Due: due, Late: missed}, in.Now); err != nil {
			return fmt.Errorf("cycle of task %d: %w", t.ID, err)
		}
	}
	due := rules.CycleDue(*t.Anchor, t.Period, next, calendar, t.LeadCountry)
	t.Status, t.Cycle, t.ReviewLevel, t.SubmittedAt = rules.InProgress, next, 0, nil
	t.DeadlineVersion++
	t.OriginalDeadline, t.Moves = &due, 0 // of this cycle
	if err := t.setDeadline(&due, today); err != nil {
		return err
	}
	if err := s.decideReport(ctx, me, t, "accepted", in); err != nil {
		return err
	}
	return s.saveTask(ctx, was, t, deed{Me: me, Act: rules.ActAccept, Note: in.Note, Now: in.Now})
}

// missCycle notes a due day that passed without a report. In statistics it
// stays as overdue, unless it passed while another report lay in review.
func (s *Store) missCycle(ctx context.Context, t *Task, zone *time.Location, c Cycle, now time.Time) error {
	var state *string
	if c.Late {
		missed, overdueAt := t.dueState(), rules.OverdueAt(c.Due, zone)
		missed.TaskState = TaskState{Status: rules.Cancelled, Deadline: &c.Due, OriginalDeadline: &c.Due, OverdueAt: &overdueAt, DecidedAt: &now, Period: t.Period}
		text, err := t.closing(missed)
		if err != nil {
			return err
		}
		state = &text
	}
	_, err := s.exec(ctx, `insert into cycle (task_id, number, due, late, closed_at, state) values ($1, $2, $3, $5, $4, $6)`, t.ID, c.Number, c.Due, now, c.Late, state)
	return err
}
