package db

import (
	"context"
	"fmt"
	"time"

	"amal/rules"
)

// SetLocale keeps the language of an account, "" for as the browser says.
func (s *Store) SetLocale(ctx context.Context, me rules.Actor, locale string, now time.Time) error {
	var p rules.Problems
	if locale != "" {
		rules.OneOf(&p, "locale", locale, rules.Locales)
	}
	if err := p.OrNil(); err != nil {
		return err
	}
	return s.InTx(ctx, func(tx *Store) error {
		was, err := tx.lockPerson(ctx, me.PersonID)
		if err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `update person set locale = nullif($2, '') where id = $1`, me.PersonID, locale); err != nil {
			return err
		}
		return tx.log(ctx, deed{Me: me, Act: rules.ActEdit, Now: now},
			entry{Subject: "person", ID: me.PersonID, Old: fields{"locale": deref(was.Locale)}, New: fields{"locale": locale}})
	})
}

// SlotInput is when somebody gets his daily mail: his own minute of the day
// (nil: by role) and time zone ("": his agency's).
type SlotInput struct {
	Minute   *int
	TimeZone string
	Now      time.Time
}

// SetSlot keeps when me gets his daily mail, and moves what is planned for it.
func (s *Store) SetSlot(ctx context.Context, me rules.Actor, in SlotInput) error {
	if err := rules.CheckSlot(in.Minute, in.TimeZone); err != nil {
		return err
	}
	return s.InTx(ctx, func(tx *Store) error {
		was, err := tx.lockPerson(ctx, me.PersonID)
		if err != nil {
			return err
		}
		_, err = tx.exec(ctx, `update person set mail_minute = $2, time_zone = nullif($3, '') where id = $1`, me.PersonID, in.Minute, in.TimeZone)
		if err != nil {
			return fmt.Errorf("hour of person %d: %w", me.PersonID, err)
		}
		if err := tx.movePlanned(ctx, me.PersonID); err != nil {
			return err
		}
		return tx.log(ctx, deed{Me: me, Act: rules.ActEdit, Now: in.Now}, entry{Subject: "person", ID: me.PersonID,
			Old: fields{"mail_minute": was.MailMinute, "time_zone": deref(was.TimeZone)}, New: fields{"mail_minute": in.Minute, "time_zone": in.TimeZone}})
	})
}

// movePlanned sets the reminders that wait for a person's daily mail to its
// hour as it is now.
func (s *Store) movePlanned(ctx context.Context, personID int64) error {
	var r Recipient
	err := s.get(ctx, &r, `select `+personRecipient+` from person p `+homeOf+` where p.id = $1`, personID)
	if err != nil {
		return fmt.Errorf("hour of person %d: %w", personID, err)
	}
	if err := r.setZone(); err != nil {
		return err
	}
	var days []time.Time
	waiting := `recipient = $1 and state = 'planned' and not at_once`
	if err := s.all(ctx, &days, `select distinct local_day from reminder where `+waiting, r.Key()); err != nil {
		return fmt.Errorf("reminders of person %d: %w", personID, err)
	}
	for _, day := range days {
		if _, err := s.exec(ctx, `update reminder set planned_for = $3 where `+waiting+` and local_day = $2`, r.Key(), day, r.slotOn(day)); err != nil {
			return fmt.Errorf("reminders of person %d: %w", personID, err)
		}
	}
	return nil
}
