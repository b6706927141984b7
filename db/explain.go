package db

import (
	"context"
	"fmt"
	"time"

	"amal/rules"
)

// ExplainInput is what the lead of an overdue task says: why it is late and
// what comes next, by when.
type ExplainInput struct {
	TaskID       int64
	Version      int
	Reason, Plan string
	FormKey      string
	Now          time.Time
}

// Explain notes why a task is late, for its present deadline. rules.ErrForbidden
// is for who does not lead it, rules.ErrMove for a task that is not overdue.
func (s *Store) Explain(ctx context.Context, me rules.Actor, in ExplainInput) error {
	return s.InTx(ctx, func(tx *Store) error {
		t, err := tx.lockTask(ctx, me, in.TaskID, in.Version)
		if err != nil {
			return err
		}
		if !t.Overdue(in.Now) {
			return fmt.Errorf("task %d is not overdue: %w", t.ID, rules.ErrMove)
		}
		if !rules.MayExplain(t.Status, true, rules.HatsFor(me, t.Scope())) {
			return fmt.Errorf("task %d: %w", t.ID, rules.ErrForbidden)
		}
		if err := rules.CheckExplanation(in.Reason, in.Plan); err != nil {
			return err
		}
		if err := tx.once(ctx, me, in.FormKey, fmt.Sprintf("/tasks/%d", t.ID)); err != nil {
			return err
		}
		was := *t
		t.explain(in.Reason, in.Plan)
		t.HeardAt = &in.Now
		return tx.saveTask(ctx, &was, t, deed{Me: me, Act: rules.ActExplain, Now: in.Now})
	})
}

// explain puts the lead's words on the task's row.
func (t *Task) explain(reason, plan string) {
	t.LateReason, t.LatePlan, t.LateFor = reason, plan, t.DeadlineVersion
}

// Explained reports whether the lead said why the task is late, for the
// deadline that it has now.
func (t *Task) Explained() bool { return t.LateFor == t.DeadlineVersion }
