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
// (nil: by role), time zone ("": his agency's) and days of the week.
type SlotInput struct {
	Minute   *int
	TimeZone string
	Days     rules.Weekdays
	Now      time.Time
}

// SetSlot keeps when me gets his daily mail, and moves what is planned for it.
func (s *Store) SetSlot(ctx context.Context, me rules.Actor, in SlotInput) error {
	if err := rules.CheckSlot(in.Minute, in.TimeZone, in.Days); err != nil {
		return err
	}
	var days *int
	if in.Days != rules.EveryDay {
		n := int(in.Days)
		days = &n
	}
	err := s.InTx(ctx, func(tx *Store) error {
		was, err := tx.lockPerson(ctx, me.PersonID)
		if err != nil {
			return err
		}
		_, err = tx.exec(ctx, `update person set mail_minute = $2, time_zone = nullif($3, ''), mail_days = $4 where id = $1`, me.PersonID, in.Minute, in.TimeZone, days)
		if err != nil {
			return fmt.Errorf("hour of person %d: %w", me.PersonID, err)
		}
		if err := tx.changeMornings(ctx, me.PersonID, in.Now); err != nil {
			return err
		}
		return tx.log(ctx, deed{Me: me, Act: rules.ActEdit, Now: in.Now}, entry{Subject: "person", ID: me.PersonID,
			Old: fields{"mail_minute": was.MailMinute, "time_zone": deref(was.TimeZone), "mail_days": was.Weekdays().Numbers()},
			New: fields{"mail_minute": in.Minute, "time_zone": in.TimeZone, "mail_days": in.Days.Numbers()}})
	})
	s.forgetCalendars()
	return err
}
