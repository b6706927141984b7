package db

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"amal/rules"
)

// Undo takes back the last act on a task: by the person who did it, within
// rules.UndoFor, with nothing done since. The act stays in history as undone,
// and its mails, which waited, are not sent. rules.ErrMove says that it is too
// late.
func (s *Store) Undo(ctx context.Context, me rules.Actor, in ActInput) error {
	return s.InTx(ctx, func(tx *Store) error {
		t, err := tx.lockTask(ctx, me, in.TaskID, 0)
		if err != nil {
			return err
		}
		last, err := tx.lastAct(ctx, t.ID)
		if err != nil {
			return err
		}
		if err := last.mayUndo(me, in.Now); err != nil {
			return fmt.Errorf("task %d: %w", t.ID, err)
		}
		was := *t
		t.TaskState = TaskState{} // else its dates would be written over, which are was's too
		if err := json.Unmarshal(last.Before, &t.TaskState); err != nil {
			return fmt.Errorf("state before act %d: %w", last.ID, err)
		}
		if err := tx.undoTraces(ctx, t, was.TaskState, last, in.Now); err != nil {
			return err
		}
		return tx.saveTask(ctx, &was, t, deed{Me: me, Act: rules.ActUndo, Note: last.Act, Now: in.Now, Undoes: last.ID})
	})
}

// lastAct is the newest row of a task's history, with the state before it.
type lastAct struct {
	ID       int64
	Act      string
	PersonID *int64 `db:"person_id"`
	At       time.Time
	Before   json.RawMessage
}

func (s *Store) lastAct(ctx context.Context, taskID int64) (*lastAct, error) {
	var a lastAct
	err := s.get(ctx, &a, `
		select id, act, person_id, at, coalesce(before, 'null') as before
		from history where subject = 'task' and subject_id = $1
		order by id desc limit 1`, taskID)
	if err != nil {
		return nil, fmt.Errorf("last act on task %d: %w", taskID, err)
	}
	return &a, nil
}

func (a *lastAct) mayUndo(me rules.Actor, now time.Time) error {
	return rules.CanUndo(rules.Act(a.Act), deref(a.PersonID) == me.PersonID, now.Sub(a.At))
}

// undoTraces takes back what an act left beside the task's row: its report,
// request or decision, and its planned mails.
func (s *Store) undoTraces(ctx context.Context, t *Task, was TaskState, last *lastAct, now time.Time) error {
	var queries []string
	switch rules.Act(last.Act) {
	case rules.ActReport, rules.ActNoChange, rules.ActSubmit:
		queries = undoneReport
		if _, err := s.exec(ctx, `update report set undone_at = $3 where task_id = $1 and at = $2 and undone_at is null`, t.ID, last.At, now); err != nil {
			return fmt.Errorf("report of act %d: %w", last.ID, err)
		}
	case rules.ActAccept, rules.ActApprove, rules.ActReturn, rules.ActWithdraw:
		queries = undoneDecision
		if err := s.uncountCycles(ctx, t, last.At); err != nil {
			return err
		}
	case rules.ActTransfer:
		queries = undoneTransfer
		if err := s.undoTransfer(ctx, t, last); err != nil {
			return err
		}
	default:
		if err := s.undoRequest(ctx, t.ID, last); err != nil {
			return err
		}
	}
	for _, query := range queries {
		if _, err := s.exec(ctx, query, t.ID, last.At); err != nil {
			return fmt.Errorf("what act %d left: %w", last.ID, err)
		}
	}
	if was.Submissions != t.Submissions { // the number is not given again
		t.Submissions = was.Submissions
	}
	return s.untell(ctx, t.ID, last.At)
}

// What an undone report, decision or transfer leaves; $1 is the task, $2 the
// moment of the act. Files and inputs wait for the next report again.
var (
	undoneReport = []string{
		`update file set report_id = null where report_id in (select id from report where task_id = $1 and at = $2 and undone_at is not null)`,
		`update contribution set report_id = null where report_id in (select id from report where task_id = $1 and at = $2 and undone_at is not null)
			and not exists (select from contribution c where c.task_id = contribution.task_id and c.agency_id = contribution.agency_id and c.report_id is null)`,
	}
	undoneDecision = []string{
		`update report set decision = '', decision_note = '', decided_by = null, decided_at = null where task_id = $1 and decided_at = $2 and undone_at is null`,
		`delete from cycle where task_id = $1 and closed_at = $2`,
		`delete from approval a using report r where r.id = a.report_id and r.task_id = $1 and a.at = $2`,
	}
	undoneTransfer = []string{
		`update request set state = 'withdrawn' where task_id = $1 and asked_at = $2 and own_motion and kind = 'transfer'`,
		`update request set state = 'pending', note = '', decided_by = null, decided_at = null
			where task_id = $1 and decided_at = $2 and not own_motion and kind = 'transfer'`,
	}
)
