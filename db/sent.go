package db

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrLeaseLost says that a message was claimed by somebody else meanwhile, so
// that this result comes too late.
var ErrLeaseLost = errors.New("the message belongs to another sender by now")

func (s *Store) finish(ctx context.Context, l *Letter, state, answer string, now time.Time) error {
	n, err := s.exec(ctx, `
		update message set state = $3, answer = $4, address = $5,
			sent_at = case when $3 = 'sent' then cast($6 as timestamptz) end, leased_until = null, leased_by = '', answer_key = null
		where id = $1 and leased_by = $2 and state = 'waiting'`,
		l.ID, l.Lease, state, answer, l.To.Email, now)
	if err != nil {
		return fmt.Errorf("message %d: %w", l.ID, err)
	}
	if n == 0 {
		return fmt.Errorf("message %d: %w", l.ID, ErrLeaseLost)
	}
	return nil
}

// RecordSent writes the mail server's answer to a message it took.
func (s *Store) RecordSent(ctx context.Context, l *Letter, answer string, now time.Time) error {
	return s.finish(ctx, l, "sent", answer, now)
}

// RecordRefused marks a message whose address the mail server refused for good,
// and the address, so that the secretariat can mend it.
func (s *Store) RecordRefused(ctx context.Context, l *Letter, answer string, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		if err := tx.finish(ctx, l, "refused", answer, now); err != nil {
			return err
		}
		if l.PersonID != nil {
			_, err := tx.exec(ctx, `update person set email_refused_at = $2 where id = $1`, *l.PersonID, now)
			return err
		}
		_, err := tx.exec(ctx, `update agency set email_refused_at = $2 where id = $1`, deref(l.AgencyID), now)
		tx.forgetDirectory()
		return err
	})
}

// AnswerUnknown stands for the answer of a mail server that fell silent after it
// had the whole message: it may have taken it.
const AnswerUnknown = "unknown"

// pauses are the waits before a further try; the last one repeats. A server that
// asks for a later try is left the second one at least: greylists take five
// minutes.
var pauses = []time.Duration{time.Minute, 6 * time.Minute, 15 * time.Minute, time.Hour}

// tryFor is how long a message is tried before it is given up as failed, and
// tryTimes how often at least: it may have waited long for its first try.
const (
	tryFor   = 72 * time.Hour
	tryTimes = 12
)

// RecordRetry lets a message wait for another try, or gives it up after three
// days. later says that the mail server asked for it.
func (s *Store) RecordRetry(ctx context.Context, l *Letter, answer string, later bool, now time.Time) error {
	if now.Sub(l.CreatedAt) > tryFor && l.Attempts >= tryTimes {
		return s.finish(ctx, l, "failed", answer, now)
	}
	step := max(l.Attempts, 1)
	if later {
		step++
	}
	pause := pauses[min(step, len(pauses))-1]
	n, err := s.exec(ctx, `
		update message set send_after = $3, answer = $4, address = $5, leased_until = null, leased_by = ''
		where id = $1 and leased_by = $2 and state = 'waiting'`, l.ID, l.Lease, now.Add(pause), answer, l.To.Email)
	if err != nil {
		return fmt.Errorf("message %d: %w", l.ID, err)
	}
	if n == 0 {
		return fmt.Errorf("message %d: %w", l.ID, ErrLeaseLost)
	}
	return nil
}
