package db

import (
	"context"
	"fmt"
	"time"

	"amal/rules"
)

// Event is a coming date that leaders named.
type Event struct {
	ID        int64
	MeetingID int64 `db:"meeting_id"`
	Title     string
	StartsOn  *time.Time `db:"starts_on"`
	Wording   string
	Place     string
}

// Indicator is a figure that leaders named.
type Indicator struct {
	ID        int64
	MeetingID int64 `db:"meeting_id"`
	Title     string
	Value     string
}

func (s *Store) events(ctx context.Context, meetingID int64) ([]Event, error) {
	var rows []Event
	err := s.all(ctx, &rows, `
		select id, meeting_id, title, starts_on, wording, place
		from event where meeting_id = $1
		order by starts_on nulls last, id`, meetingID)
	if err != nil {
		return nil, fmt.Errorf("events of meeting %d: %w", meetingID, err)
	}
	return rows, nil
}

func (s *Store) indicators(ctx context.Context, meetingID int64) ([]Indicator, error) {
	var rows []Indicator
	err := s.all(ctx, &rows, `
		select id, meeting_id, title, value
		from indicator where meeting_id = $1
		order by id`, meetingID)
	if err != nil {
		return nil, fmt.Errorf("indicators of meeting %d: %w", meetingID, err)
	}
	return rows, nil
}

// AddEvent notes a coming date on a meeting of me's sides and returns its id.
func (s *Store) AddEvent(ctx context.Context, me rules.Actor, e Event, formKey string, now time.Time) (int64, error) {
	if err := rules.CheckEvent(e.Title, e.Wording, e.Place, e.StartsOn != nil); err != nil {
		return 0, err
	}
	return s.addFact(ctx, me, e.MeetingID, formKey, now, func(tx *Store) (entry, error) {
		id, err := tx.id(ctx, `
			insert into event (meeting_id, title, starts_on, wording, place, created_by, created_at)
			values ($1, $2, $3, $4, $5, $6, $7) returning id`,
			e.MeetingID, e.Title, e.StartsOn, e.Wording, e.Place, me.PersonID, now)
		return entry{Subject: "event", ID: id, New: fields{"title": e.Title, "starts_on": dateWord(e.StartsOn), "wording": e.Wording}}, err
	})
}

// AddIndicator notes a figure on a meeting of me's sides and returns its id.
func (s *Store) AddIndicator(ctx context.Context, me rules.Actor, i Indicator, formKey string, now time.Time) (int64, error) {
	if err := rules.CheckIndicator(i.Title, i.Value); err != nil {
		return 0, err
	}
	return s.addFact(ctx, me, i.MeetingID, formKey, now, func(tx *Store) (entry, error) {
		id, err := tx.id(ctx, `
			insert into indicator (meeting_id, title, value, created_by, created_at)
			values ($1, $2, $3, $4, $5) returning id`, i.MeetingID, i.Title, i.Value, me.PersonID, now)
		return entry{Subject: "indicator", ID: id, New: fields{"title": i.Title, "value": i.Value}}, err
	})
}

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

// DropFact takes an event or an indicator off a meeting; its history stays.
func (s *Store) DropFact(ctx context.Context, me rules.Actor, subject string, id int64, now time.Time) (meetingID int64, err error) {
	table := map[string]string{"event": "event", "indicator": "indicator"}[subject]
	if table == "" {
		return 0, ErrNotFound
	}
	err = s.InTx(ctx, func(tx *Store) error {
		var title string
		var was struct {
			MeetingID int64 `db:"meeting_id"`
			Title     string
		}
		if err := tx.get(ctx, &was, `select meeting_id, title from `+table+` where id = $1 for update`, id); err != nil {
			return err
		}
		meetingID, title = was.MeetingID, was.Title
		if _, err := tx.Meeting(ctx, me, meetingID); err != nil {
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
