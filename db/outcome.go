package db

import (
	"context"
	"fmt"
	"time"

	"amal/rules"
)

// OutcomeInput is a decision on one task of a round.
type OutcomeInput struct {
	RoundID int64
	TaskID  int64
	Version int // that the task was shown in; 0 takes any
	Ruling
	Back string // where a form sent twice leads
}

// Minute carries a decision out on a task and writes it into the round and the
// task's history, all or nothing. rules.ErrMove is for a closed round; what
// Bulk says of a task that it refuses, Minute returns.
func (s *Store) Minute(ctx context.Context, me rules.Actor, in OutcomeInput) (id int64, err error) {
	if err := in.check([]int64{in.TaskID}); err != nil {
		return 0, err
	}
	err = s.InTx(ctx, func(tx *Store) error {
		r, err := tx.openRound(ctx, me, in.RoundID, "for share of r")
		if err != nil {
			return err
		}
		if err := tx.once(ctx, me, in.FormKey, in.Back); err != nil {
			return err
		}
		t, err := tx.lockForRound(ctx, me, r, in)
		if err != nil {
			return err
		}
		// before the act, which stays the last one and can be undone
		err = tx.log(ctx, deed{Me: me, Act: rules.ActMinute, Note: in.Text, Now: in.Now},
			entry{Subject: "task", ID: t.ID, New: fields{"decision": string(in.Decision)}})
		if err != nil {
			return err
		}
		if err := tx.settle(ctx, me, t, in.Ruling); err != nil {
			return err
		}
		var day *time.Time
		if in.Decision == rules.DecideExtend {
			day = t.Deadline
		}
		id, err = tx.id(ctx, `
			insert into review_outcome (round_id, task_id, decision, text, deadline, agency_id, person_id, at)
			values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
			in.RoundID, t.ID, string(in.Decision), in.Text, day, nullID(in.outcomeAgency()), me.PersonID, in.Now)
		return err
	})
	return id, err
}

// lockForRound locks a task on which me may decide in a round. ErrNotFound where
// the round's readers would learn of a task that they don't see.
func (s *Store) lockForRound(ctx context.Context, me rules.Actor, r *Round, in OutcomeInput) (*Task, error) {
	t, err := s.lockTask(ctx, me, in.TaskID, in.Version)
	if err != nil {
		return nil, err
	}
	if rules.SightOf(r.reader(), t.Scope()) == rules.SeesNothing {
		return nil, fmt.Errorf("task %d in round %d: %w", t.ID, r.ID, ErrNotFound)
	}
	if !rules.MayRemind(t.Status, rules.HatsFor(me, t.Scope())) {
		return nil, fmt.Errorf("task %d: %w", t.ID, rules.ErrForbidden)
	}
	return t, nil
}

// outcomeAgency is the new lead of a transfer, 0 for other decisions.
func (r *Ruling) outcomeAgency() int64 {
	if r.Decision == rules.DecideReassign {
		return r.AgencyID
	}
	return 0
}

// openRound reads a round that goes on. rules.ErrMove says that it is closed.
func (s *Store) openRound(ctx context.Context, me rules.Actor, id int64, lock string) (*Round, error) {
	r, err := s.readRound(ctx, me, id, lock)
	if err == nil && !r.Open() {
		err = fmt.Errorf("round %d is closed: %w", id, rules.ErrMove)
	}
	return r, err
}

// Unminute takes a decision back that me wrote within rules.UndoFor, with what
// it did to the task. rules.ErrMove says that it is too late.
func (s *Store) Unminute(ctx context.Context, me rules.Actor, roundID, outcomeID int64, now time.Time) (taskID int64, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		if _, err := tx.openRound(ctx, me, roundID, "for share of r"); err != nil {
			return err
		}
		var o struct {
			TaskID   int64 `db:"task_id"`
			Decision rules.Decision
		}
		err := tx.get(ctx, &o, `
			update review_outcome set undone_at = $4
			where id = $1 and round_id = $2 and person_id = $3 and undone_at is null and at >= $5 returning task_id, decision`,
			outcomeID, roundID, me.PersonID, now, now.Add(-rules.UndoFor))
		if err != nil {
			return fmt.Errorf("outcome %d: %w", outcomeID, rules.ErrMove)
		}
		taskID = o.TaskID
		if err := tx.takeBack(ctx, me, o.TaskID, o.Decision, now); err != nil {
			return err
		}
		return tx.unlog(ctx, me, o.TaskID, rules.ActMinute, now)
	})
	return taskID, err
}
