package db

import (
	"context"
	"fmt"
	"time"

	"amal/rules"
)

// notice is what an act has to tell, and to whom. Persons are told besides the
// audiences; Except, who acted, is not told of his own deed.
type notice struct {
	Rule     string
	Task     *Task
	Occasion string
	To       []rules.Audience
	AtOnce   bool
	Note     string
	Except   int64
	Now      time.Time
}

// tell plans a notice for each recipient, in the transaction of the act: at
// once, after the seconds in which it can be undone, or with the recipient's
// next daily mail. What is already planned under the same key stays.
func (s *Store) tell(ctx context.Context, n notice) error {
	recipients, err := s.recipientsOf(ctx, []*Task{n.Task}, n.Now)
	if err != nil {
		return err
	}
	calendars, err := s.Calendars(ctx, n.Now)
	if err != nil {
		return err
	}
	var rows []reminderRow
	for _, r := range recipients[n.Task.ID].of(n.To) {
		if r.PersonID != nil && *r.PersonID == n.Except {
			continue
		}
		row := reminderRow{Rule: n.Rule, TaskID: n.Task.ID, Occasion: n.Occasion, To: r, AtOnce: n.AtOnce, Note: n.Note}
		if n.AtOnce {
			row.PlannedFor = n.Now.Add(rules.UndoFor)
			row.LocalDay = rules.Today(row.PlannedFor, r.zone)
		} else {
			row.LocalDay, row.PlannedFor = r.nextSlot(n.Now, calendars[r.Country])
		}
		rows = append(rows, row)
	}
	return s.planRows(ctx, rows, n.Now)
}

// untell drops the notices that an act planned, as long as they wait.
func (s *Store) untell(ctx context.Context, taskID int64, since time.Time) error {
	_, err := s.exec(ctx, `
		update reminder set state = 'skipped', reason = $3
		where subject = 'task' and subject_id = $1 and created_at >= $2 and state = 'planned'
			and rule not in (select unnest($4::text[]))`,
		taskID, since, rules.SkippedUndone, ladderRules())
	if err != nil {
		return fmt.Errorf("notices of task %d: %w", taskID, err)
	}
	return nil
}
