package db

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// raiseOne sends the next step of a late task's ladder that tells somebody
// above the lead, now instead of on its day: under its own key, so that the
// ladder does not tell it again. rules.ErrNotLate and rules.ErrNobodyAbove say
// why not.
func (s *Store) raiseOne(ctx context.Context, me rules.Actor, t *Task, reason string, now time.Time) error {
	if !t.Overdue(now) {
		return fmt.Errorf("task %d: %w", t.ID, rules.ErrNotLate)
	}
	if !rules.MayRemind(t.Status, rules.HatsFor(me, t.Scope())) {
		return fmt.Errorf("task %d: %w", t.ID, rules.ErrForbidden)
	}
	zone, err := t.Zone()
	if err != nil {
		return err
	}
	occasion := fmt.Sprintf("d%d", t.DeadlineVersion)
	var told []string
	err = s.all(ctx, &told, `
		select distinct rule from reminder where subject = 'task' and subject_id = $1 and occasion = $2 and rule = any($3)`,
		t.ID, occasion, pq.Array(rules.RaisingRules()))
	if err != nil {
		return fmt.Errorf("steps of task %d: %w", t.ID, err)
	}
	for _, rung := range rules.NextRaises(t.facts(zone), told) {
		heard, err := s.hasOthers(ctx, me, t, rung.To, now)
		if err != nil {
			return err
		}
		if !heard {
			continue
		}
		err = s.log(ctx, deed{Me: me, Act: rules.ActEscalate, Note: reason, Now: now}, entry{Subject: "task", ID: t.ID, New: fields{"step": rung.Rule}})
		if err != nil {
			return err
		}
		return s.tell(ctx, notice{Rule: rung.Rule, Task: t, Occasion: occasion, To: rung.To, AtOnce: true, Note: reason, Except: me.PersonID, Now: now})
	}
	return fmt.Errorf("task %d: %w", t.ID, rules.ErrNobodyAbove)
}

// hasOthers reports whether anybody but me is among the audiences.
func (s *Store) hasOthers(ctx context.Context, me rules.Actor, t *Task, to []rules.Audience, now time.Time) (bool, error) {
	byTask, err := s.recipientsOf(ctx, []*Task{t}, to, now)
	return slices.ContainsFunc(byTask[t.ID], func(r *Recipient) bool { return deref(r.PersonID) != me.PersonID }), err
}

// unraise drops what a step sent by hand planned, as long as it waits. Its key
// is given back, so that the ladder tells it on its day.
func (s *Store) unraise(ctx context.Context, taskID int64, since time.Time) error {
	_, err := s.exec(ctx, `
		update reminder set state = 'skipped', reason = $3, occasion = occasion || ' undone ' || id
		where subject = 'task' and subject_id = $1 and created_at >= $2 and state = 'planned' and at_once and rule = any($4)`,
		taskID, since, rules.SkippedUndone, pq.Array(rules.RaisingRules()))
	if err != nil {
		return fmt.Errorf("steps of task %d: %w", taskID, err)
	}
	return nil
}
