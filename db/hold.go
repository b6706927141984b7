package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"amal/rules"
)

// notHeld is the condition under which mails go their way. Planning, opening
// and claiming all ask it, in the statement that does the work.
const notHeld = `not exists (select from hold where released_at is null)`

// Hold says since when mails are held back, after a restore.
type Hold struct {
	HeldAt  time.Time  `db:"held_at"`
	StateAt *time.Time `db:"state_at"` // last look of the clock in what was restored; nil: unknown
}

// Held returns the hold that mails wait behind, nil where they go.
func (s *Store) Held(ctx context.Context) (*Hold, error) {
	var h Hold
	err := s.get(ctx, &h, `select held_at, state_at from hold where released_at is null`)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("hold: %w", err)
	}
	return &h, nil
}

// HeldMails counts the mails that would go out from now on if they were
// released. It plans inside a transaction and takes everything back.
func (s *Store) HeldMails(ctx context.Context, now time.Time) (n int, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		if _, err := tx.unhold(ctx, 0, nil, now); err != nil {
			return err
		}
		if n, err = tx.toCome(ctx, now); err != nil {
			return err
		}
		return errForesight
	})
	if !errors.Is(err, errForesight) {
		return 0, fmt.Errorf("held mails: %w", err)
	}
	return n, nil
}

// ReleaseHold lets held mails go, by word of an administrator or of the command
// line (a zero actor). sentUntil, where given, says until when mails had still
// gone out before the database was lost: what fell due by then is left out,
// because the restored rows can't know it. It returns how many mails go now or
// at their hour; a hold that is released already stays as it is.
func (s *Store) ReleaseHold(ctx context.Context, me rules.Actor, sentUntil *time.Time, now time.Time) (mails int, err error) {
	if me.PersonID != 0 && !rules.Allowed(me, rules.Administer) {
		return 0, ErrNotFound
	}
	if sentUntil != nil && sentUntil.After(now) {
		return 0, rules.Problems{{Field: "sent_until", Key: "form.error.future"}}
	}
	err = s.InTx(ctx, func(tx *Store) error {
		released, err := tx.unhold(ctx, me.PersonID, sentUntil, now)
		if err != nil || !released {
			return err
		}
		if sentUntil != nil {
			if err := tx.leaveOut(ctx, *sentUntil); err != nil {
				return err
			}
		}
		mails, err = tx.toCome(ctx, now)
		return err
	})
	return mails, err
}

func (s *Store) unhold(ctx context.Context, person int64, sentUntil *time.Time, now time.Time) (bool, error) {
	n, err := s.exec(ctx, `update hold set released_at = $1, released_by = $2, sent_until = $3 where released_at is null`, now, nullID(person), sentUntil)
	if err != nil {
		return false, fmt.Errorf("release mails: %w", err)
	}
	return n == 1, nil
}

// leaveOut plans and opens as at a moment of the past, and marks all that was
// to go out by then. The day's mails of that moment keep their keys, so that
// what comes later that day waits for the next morning, as it would have.
func (s *Store) leaveOut(ctx context.Context, until time.Time) error {
	if _, err := s.PlanReminders(ctx, until); err != nil {
		return err
	}
	// what planning found overdue at that moment had been told on its own day
	_, err := s.exec(ctx, `update reminder set state = 'skipped', reason = $2 where state = 'planned' and late and created_at = $1`, until, rules.SkippedSent)
	if err != nil {
		return fmt.Errorf("reminders sent before: %w", err)
	}
	if _, err := s.OpenMessages(ctx, "restored", until); err != nil {
		return err
	}
	_, err = s.exec(ctx, `
		update message set state = 'skipped', answer = $2, leased_until = null, leased_by = ''
		where state = 'waiting' and send_after <= $1`, until, rules.SkippedSent)
	if err != nil {
		return fmt.Errorf("mails sent before: %w", err)
	}
	_, err = s.ClaimOnce(ctx, HeadMail(until))
	return err
}

// HeadMail names the mail that takes the head of the seals outside on a day.
func HeadMail(now time.Time) string { return "head " + now.UTC().Format(time.DateOnly) }

// toCome counts the mails that wait or are planned by now, whatever their hour.
func (s *Store) toCome(ctx context.Context, now time.Time) (n int, err error) {
	if _, err := s.PlanReminders(ctx, now); err != nil {
		return 0, err
	}
	err = s.get(ctx, &n, `
		select (select count(*) from message where state = 'waiting')
			+ (select count(*) filter (where at_once) + count(distinct (recipient, local_day)) filter (where not at_once) from reminder where state = 'planned')`)
	return n, err
}
