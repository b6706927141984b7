package db

import (
	"context"
	"fmt"
	"time"

	"amal/rules"
)

// Holiday is a day off or a worked weekend day of a country.
type Holiday struct {
	Country   string
	Day       time.Time
	Kind      string // off, work
	NameEn    string `db:"name_en"`
	NameLocal string `db:"name_local"`
	Basis     string // law, decree or order
	Certainty string
}

func (h Holiday) told() fields {
	return fields{"country": h.Country, "day": h.Day.Format(time.DateOnly), "kind": h.Kind, "name": h.NameEn, "basis": h.Basis}
}

// Holidays lists a country's days of a year.
func (s *Store) Holidays(ctx context.Context, country string, year int) ([]Holiday, error) {
	var days []Holiday
	err := s.all(ctx, &days, `
		select country, day, kind, name_en, name_local, basis, certainty
		from holiday where country = $1 and extract(year from day) = $2
		order by day`, country, year)
	if err != nil {
		return nil, fmt.Errorf("days off of %s %d: %w", country, year, err)
	}
	return days, nil
}

// SaveHolidays adds days or changes them and returns how many differ from what
// was there; with the same days again none. Reminders are planned anew.
func (s *Store) SaveHolidays(ctx context.Context, me rules.Actor, days []Holiday, now time.Time) (changed int, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		for _, h := range days {
			if err := rules.CheckHoliday(h.Country, h.Kind, h.NameEn, h.NameLocal, h.Basis, h.Certainty, h.Day); err != nil {
				return err
			}
			n, err := tx.exec(ctx, `
				insert into holiday (country, day, kind, name_en, name_local, basis, certainty) values ($1, $2, $3, $4, $5, $6, $7)
				on conflict (country, day) do update set kind = $3, name_en = $4, name_local = $5, basis = $6, certainty = $7
				where (holiday.kind, holiday.name_en, holiday.name_local, holiday.basis, holiday.certainty) <> ($3, $4, $5, $6, $7)`,
				h.Country, h.Day, h.Kind, h.NameEn, h.NameLocal, h.Basis, h.Certainty)
			if err != nil {
				return fmt.Errorf("day %s: %w", h.Day.Format(time.DateOnly), err)
			}
			if n == 0 {
				continue
			}
			changed++
			if err := tx.logHoliday(ctx, me, "add", h, now); err != nil {
				return err
			}
		}
		return tx.replan(ctx, changed, now)
	})
	s.forgetCalendars()
	return changed, err
}

// DropHoliday takes a day off the calendar; its history stays.
func (s *Store) DropHoliday(ctx context.Context, me rules.Actor, country string, day, now time.Time) error {
	err := s.InTx(ctx, func(tx *Store) error {
		n, err := tx.exec(ctx, `delete from holiday where country = $1 and day = $2`, country, day)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("day %s of %s: %w", day.Format(time.DateOnly), country, ErrNotFound)
		}
		if err := tx.logHoliday(ctx, me, "remove", Holiday{Country: country, Day: day}, now); err != nil {
			return err
		}
		return tx.replan(ctx, 1, now)
	})
	s.forgetCalendars()
	return err
}

// logHoliday writes history under the day's number, such as 20250321.
func (s *Store) logHoliday(ctx context.Context, me rules.Actor, act rules.Act, h Holiday, now time.Time) error {
	number := int64(h.Day.Year()*10000 + int(h.Day.Month())*100 + h.Day.Day())
	return s.log(ctx, deed{Me: me, Act: act, Note: h.Country, Now: now}, entry{Subject: "holiday", ID: number, New: h.told()})
}

// replan lets the planner look at every open task again after calendars
// changed; what is planned already keeps its key and is not repeated.
func (s *Store) replan(ctx context.Context, changed int, now time.Time) error {
	if changed == 0 {
		return nil
	}
	return s.planAgain(ctx, `true`, now)
}

// LastHolidayYear returns the latest year for which a country has days off.
func (s *Store) LastHolidayYear(ctx context.Context, country string) (year int, err error) {
	err = s.get(ctx, &year, `
		select coalesce(max(cast(extract(year from day) as integer)), 0) from holiday where country = $1`, country)
	return year, err
}
