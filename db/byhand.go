package db

import (
	"context"
	"fmt"
	"time"

	"amal/rules"
)

// RemindInput is a reminder sent by hand about several tasks.
type RemindInput struct {
	TaskIDs []int64
	Note    string
	Now     time.Time
}

// actRemind is how history calls a reminder sent by hand.
const actRemind rules.Act = "remind"

// Remind tells the leads of overdue tasks by hand, once a day per task and
// recipient; it returns how many tasks and agencies it told. It can be undone
// as long as the mails wait. Tasks that are no longer open are passed over.
func (s *Store) Remind(ctx context.Context, me rules.Actor, in RemindInput) (tasks, agencies int, err error) {
	var p rules.Problems
	p.Text("note", in.Note, false, rules.MaxNote)
	if len(in.TaskIDs) == 0 {
		p.Add("task", "form.error.pick")
	}
	if err := p.OrNil(); err != nil {
		return 0, 0, err
	}
	told := map[int64]bool{}
	err = s.InTx(ctx, func(tx *Store) error {
		for _, id := range in.TaskIDs {
			t, err := tx.lockTask(ctx, me, id, 0)
			if err != nil {
				return err
			}
			if !rules.MayRemind(t.Status, rules.HatsFor(me, t.Scope())) {
				continue
			}
			if err := tx.remindOne(ctx, me, t, in); err != nil {
				return err
			}
			tasks++
			told[deref(t.LeadID)] = true
		}
		return nil
	})
	return tasks, len(told), err
}

func (s *Store) remindOne(ctx context.Context, me rules.Actor, t *Task, in RemindInput) error {
	zone, err := t.Zone()
	if err != nil {
		return err
	}
	err = s.tell(ctx, notice{
		Rule: "by_hand", Task: t, Occasion: fmt.Sprintf("%s v%d", rules.Today(in.Now, zone).Format(time.DateOnly), t.Version),
		To: []rules.Audience{rules.Lead, rules.Mailbox}, AtOnce: true, Note: in.Note, Except: me.PersonID, Now: in.Now,
	})
	if err != nil {
		return err
	}
	return s.log(ctx, deed{Me: me, Act: actRemind, Note: in.Note, Now: in.Now}, entry{Subject: "task", ID: t.ID})
}

// UndoRemind takes back what the asker sent by hand in the last seconds, for as
// long as the mails wait. rules.ErrMove says that it is too late.
func (s *Store) UndoRemind(ctx context.Context, me rules.Actor, taskIDs []int64, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		for _, id := range taskIDs {
			if _, err := tx.lockTask(ctx, me, id, 0); err != nil {
				return err
			}
			n, err := tx.exec(ctx, `
				insert into history (subject, subject_id, act, person_id, at, note, undoes)
				select h.subject, h.subject_id, $5, $3, $6, h.act, h.id
				from history h, pg_advisory_xact_lock_shared($7)
				where h.subject = 'task' and h.subject_id = $1 and h.act = $2 and h.person_id = $3 and h.at >= $4
					and not exists (select from history u where u.undoes = h.id)`,
				id, string(actRemind), me.PersonID, now.Add(-rules.UndoFor), string(rules.ActUndo), now, sealLock)
			if err != nil {
				return fmt.Errorf("reminder of task %d: %w", id, err)
			}
			if n == 0 {
				return fmt.Errorf("reminder of task %d: %w", id, rules.ErrMove)
			}
			if err := tx.untell(ctx, id, now.Add(-rules.UndoFor)); err != nil {
				return err
			}
		}
		return nil
	})
}
