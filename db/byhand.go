package db

import (
	"context"
	"fmt"
	"time"

	"amal/rules"
)

// actRemind is how history calls a reminder sent by hand.
const actRemind rules.Act = "remind"

// remindOne tells the lead of a task by hand, once a day per version and
// recipient. It can be undone as long as the mails wait.
func (s *Store) remindOne(ctx context.Context, me rules.Actor, t *Task, note string, now time.Time) error {
	if !t.Status.Open() {
		return fmt.Errorf("task %d: %w", t.ID, rules.ErrMove)
	}
	if !rules.MayRemind(t.Status, rules.HatsFor(me, t.Scope())) {
		return fmt.Errorf("task %d: %w", t.ID, rules.ErrForbidden)
	}
	zone, err := t.Zone()
	if err != nil {
		return err
	}
	err = s.tell(ctx, notice{
		Rule: "by_hand", Task: t, Occasion: fmt.Sprintf("%s v%d", rules.Today(now, zone).Format(time.DateOnly), t.Version),
		To: []rules.Audience{rules.Lead, rules.Mailbox}, AtOnce: true, Note: note, Except: me.PersonID, Now: now,
	})
	if err != nil {
		return err
	}
	return s.log(ctx, deed{Me: me, Act: actRemind, Note: note, Now: now}, entry{Subject: "task", ID: t.ID})
}

// unlog notes in history that what me did by hand to a task in the last seconds
// is taken back. rules.ErrMove says that it is too late.
func (s *Store) unlog(ctx context.Context, me rules.Actor, taskID int64, act rules.Act, now time.Time) error {
	n, err := s.exec(ctx, `
		insert into history (subject, subject_id, act, person_id, at, note, undoes)
		select h.subject, h.subject_id, $5, $3, $6, h.act, h.id
		from history h, pg_advisory_xact_lock_shared($7)
		where h.subject = 'task' and h.subject_id = $1 and h.act = $2 and h.person_id = $3 and h.at >= $4
			and not exists (select from history u where u.undoes = h.id)`,
		taskID, string(act), me.PersonID, now.Add(-rules.UndoFor), string(rules.ActUndo), now, sealLock)
	if err == nil && n == 0 {
		err = rules.ErrMove
	}
	if err != nil {
		return fmt.Errorf("%s of task %d: %w", act, taskID, err)
	}
	return nil
}
