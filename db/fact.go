package db

import (
	"context"
	"fmt"
	"time"

	"amal/rules"
)

func (s *Store) addFact(ctx context.Context, me rules.Actor, meetingID int64, formKey string, now time.Time, insert func(tx *Store) (entry, error)) (id int64, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		if _, err := tx.Meeting(ctx, me, meetingID); err != nil {
			return err
		}
		if err := tx.once(ctx, me, formKey, fmt.Sprintf("/meetings/%d", meetingID)); err != nil {
			return err
		}
		added, err := insert(tx)
		if err != nil {
			return fmt.Errorf("fact of meeting %d: %w", meetingID, err)
		}
		id = added.ID
		return tx.log(ctx, deed{Me: me, Act: "add", Now: now}, added)
	})
	return id, err
}

// DropFact takes an event or an indicator off the register; its history stays.
// The meeting is 0 for an event that none named.
func (s *Store) DropFact(ctx context.Context, me rules.Actor, subject string, id int64, now time.Time) (meetingID int64, err error) {
	table := map[string]string{"event": "event", "indicator": "indicator"}[subject]
	if table == "" {
		return 0, ErrNotFound
	}
	err = s.InTx(ctx, func(tx *Store) error {
		var title string
		if meetingID, title, err = tx.lockFact(ctx, me, table, id); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `update proposal set undone_at = $2 where `+table+`_id = $1 and undone_at is null`, id, now); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `delete from `+table+` where id = $1`, id); err != nil {
			return err
		}
		return tx.log(ctx, deed{Me: me, Act: "remove", Note: title, Now: now}, entry{Subject: subject, ID: id})
	})
	return meetingID, err
}

// lockFact locks a row that me's register shows, and returns its meeting and
// title.
func (s *Store) lockFact(ctx context.Context, me rules.Actor, table string, id int64) (meetingID int64, title string, err error) {
	if table == "event" {
		e, err := s.lockEvent(ctx, me, id, 0)
		if err != nil {
			return 0, "", err
		}
		return e.MeetingID, e.Title, nil
	}
	i, err := s.lockIndicator(ctx, me, id, 0)
	if err != nil {
		return 0, "", err
	}
	return i.MeetingID, i.Title, nil
}
