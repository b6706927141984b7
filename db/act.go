package db

import (
	"context"
	"time"

	"amal/rules"
)

// ActInput is one act on a task: the version that the form was made from (0
// takes any) and the words given with it.
type ActInput struct {
	TaskID  int64
	Version int
	Note    string
	Ground  string       // of a cancellation, one of rules.CancelGrounds
	Result  rules.Result // of an acceptance; "" is done
	End     bool         // an accepted periodic task ends here
	Into    int64        // task that takes a merged or replaced one's place
	Now     time.Time
}

// act locks a task, lets change alter it as rules allow, and saves it.
func (s *Store) act(ctx context.Context, me rules.Actor, act rules.Act, in ActInput, change func(tx *Store, t *Task) error) error {
	return s.InTx(ctx, func(tx *Store) error {
		t, err := tx.lockTask(ctx, me, in.TaskID, in.Version)
		if err != nil {
			return err
		}
		was := *t
		if err := t.move(me, act); err != nil {
			return err
		}
		if err := change(tx, t); err != nil {
			return err
		}
		return tx.saveTask(ctx, &was, t, deed{Me: me, Act: act, Note: in.Note, Now: in.Now})
	})
}

// Receive notes that the lead has the task in hand.
func (s *Store) Receive(ctx context.Context, me rules.Actor, in ActInput) error {
	return s.act(ctx, me, rules.ActReceive, in, func(_ *Store, t *Task) error {
		t.HeardAt = &in.Now
		return nil
	})
}

// Withdraw takes a completion report back before it is decided.
func (s *Store) Withdraw(ctx context.Context, me rules.Actor, in ActInput) error {
	return s.act(ctx, me, rules.ActWithdraw, in, func(tx *Store, t *Task) error {
		t.SubmittedAt, t.ReviewLevel = nil, 0
		return tx.decideReport(ctx, me, t, "withdrawn", in)
	})
}

// Return sends a report back with what is missing; the deadline stays where it
// is. rules.Problems says that the reason is missing.
func (s *Store) Return(ctx context.Context, me rules.Actor, in ActInput) error {
	if err := needNote(in.Note); err != nil {
		return err
	}
	return s.act(ctx, me, rules.ActReturn, in, func(tx *Store, t *Task) error {
		t.Returns++
		t.SubmittedAt, t.ReviewLevel = nil, 0
		return tx.decideReport(ctx, me, t, "returned", in)
	})
}

// Cancel ends an open task on a ground, with the document it rests on named in
// the note.
func (s *Store) Cancel(ctx context.Context, me rules.Actor, in ActInput) error {
	var p rules.Problems
	rules.OneOf(&p, "ground", in.Ground, rules.CancelGrounds)
	p.Text("note", in.Note, true, rules.MaxText)
	if err := p.OrNil(); err != nil {
		return err
	}
	return s.act(ctx, me, rules.ActCancel, in, func(tx *Store, t *Task) error {
		if err := tx.mayTakePlace(ctx, me, t, in); err != nil {
			return err
		}
		t.CancelGround, t.DecidedAt, t.MergedInto = in.Ground, &in.Now, nullID(in.Into)
		if t.Number == nil { // a draft nobody was told of
			return nil
		}
		return tx.tellDecision(ctx, me, t, in)
	})
}

// mayTakePlace makes sure that a task merged into another, or replaced by one,
// names it: another task that me may see and that is not cancelled.
func (s *Store) mayTakePlace(ctx context.Context, me rules.Actor, t *Task, in ActInput) error {
	if in.Into == 0 && in.Ground == "merged" {
		return rules.Problems{{Field: "into", Key: "form.error.into"}}
	}
	if in.Into == 0 {
		return nil
	}
	other, _, err := s.Task(ctx, me, in.Into)
	if err != nil || other.ID == t.ID || other.Status == rules.Cancelled || other.Number == nil {
		return rules.Problems{{Field: "into", Key: "form.error.into"}}
	}
	return nil
}

// Reopen takes an accepted or cancelled task up again, under the same number.
func (s *Store) Reopen(ctx context.Context, me rules.Actor, in ActInput) error {
	if err := needNote(in.Note); err != nil {
		return err
	}
	return s.act(ctx, me, rules.ActReopen, in, func(tx *Store, t *Task) error {
		if t.Number == nil {
			return rules.ErrMove
		}
		t.CancelGround, t.DecidedAt, t.SubmittedAt = "", nil, nil
		t.ReviewLevel, t.Result, t.MergedInto = 0, "", nil
		return tx.tellDecision(ctx, me, t, in)
	})
}

func needNote(note string) error {
	var p rules.Problems
	p.Text("note", note, true, rules.MaxText)
	return p.OrNil()
}

// decideReport writes the decision on the submission that stands, and tells the
// lead of it unless the lead took it himself.
func (s *Store) decideReport(ctx context.Context, me rules.Actor, t *Task, decision string, in ActInput) error {
	_, err := s.exec(ctx, `
		update report set decision = $3, decision_note = $4, decided_by = $5, decided_at = $6
		where task_id = $1 and submission = $2 and kind = 'completion' and undone_at is null`,
		t.ID, t.Submissions, decision, in.Note, me.PersonID, in.Now)
	if err != nil || decision == "withdrawn" {
		return err
	}
	return s.tellDecision(ctx, me, t, in)
}

// tellDecision plans the mail on a decision; it waits until it can no longer be
// undone. The version makes each decision an occasion of its own.
func (s *Store) tellDecision(ctx context.Context, me rules.Actor, t *Task, in ActInput) error {
	return s.tell(ctx, notice{
		Rule: "decision", Task: t, Occasion: versionOccasion(t), To: []rules.Audience{rules.Lead},
		AtOnce: true, Note: in.Note, Except: me.PersonID, Now: in.Now,
	})
}
