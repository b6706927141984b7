package db

import (
	"context"
	"fmt"
	"time"

	"amal/rules"
)

// OwnDays are the days on which a person wants mails, as far as he chose them.
type OwnDays struct {
	MailDays  *int       `db:"mail_days"` // rules.Weekdays; nil: every working day
	PauseFrom *time.Time `db:"pause_from"`
	PauseTo   *time.Time `db:"pause_to"`
}

// Weekdays are the days of the week chosen, every day where none are.
func (o OwnDays) Weekdays() rules.Weekdays {
	if o.MailDays == nil {
		return rules.EveryDay
	}
	return rules.Weekdays(*o.MailDays)
}

// Pause is the pause of mails as it was last set, also one that is over.
func (o OwnDays) Pause() rules.Pause {
	if o.PauseFrom == nil || o.PauseTo == nil {
		return rules.Pause{}
	}
	return rules.Pause{From: *o.PauseFrom, To: *o.PauseTo}
}

// mornings are the days of the recipient's daily mail.
func (r *Recipient) mornings(calendars Calendars) rules.Mornings {
	return r.morningsOf(calendars[r.Country])
}

func (r *Recipient) morningsOf(c rules.Calendar) rules.Mornings {
	return rules.Mornings{Calendar: c, Days: r.Weekdays(), Pause: r.Pause()}
}

// paused are the mornings of those who pause their mails, or did.
func (rs recipients) paused(calendars Calendars) []rules.Mornings {
	var all []rules.Mornings
	for _, r := range rs {
		if r.PauseFrom != nil {
			all = append(all, r.mornings(calendars))
		}
	}
	return all
}

// mornings are the working days of each country, in the order of
// rules.Countries.
func (c Calendars) mornings() []rules.Mornings {
	var all []rules.Mornings
	for _, country := range rules.Countries {
		all = append(all, rules.Mornings{Calendar: c[country]})
	}
	return all
}

// ownDays are the days that differ from the countries' working days, over all
// active people.
type ownDays struct {
	mornings []rules.Mornings // each country's, and with each choice of weekdays
	paused   bool             // somebody pauses his mails, or will
}

// mornings returns each country's working days, each choice of weekdays among
// active people, and whether anybody pauses his mails or will; at most a minute
// old.
func (s *Store) mornings(ctx context.Context, now time.Time) (all []rules.Mornings, paused bool, err error) {
	if _, err := s.Calendars(ctx, now); err != nil {
		return nil, false, err
	}
	c := &s.stmts.calendars
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.own.mornings, c.own.paused, nil
}

func (s *Store) readOwnDays(ctx context.Context, calendars Calendars, now time.Time) (ownDays, error) {
	own := ownDays{mornings: calendars.mornings()}
	var rows []struct {
		Country string
		Days    int
	}
	err := s.all(ctx, &rows, `
		select distinct h.country, p.mail_days as days from person p `+homeOf+`
		where p.disabled_at is null and p.mail_days is not null`)
	if err == nil {
		err = s.get(ctx, &own.paused, `select exists (select from person where disabled_at is null and pause_to >= $1)`, now.AddDate(0, 0, -1))
	}
	if err != nil {
		return own, fmt.Errorf("own days for mails: %w", err)
	}
	for _, r := range rows {
		own.mornings = append(own.mornings, rules.Mornings{Calendar: calendars[r.Country], Days: rules.Weekdays(r.Days)})
	}
	return own, nil
}

// movePlanned sets the reminders that wait for a person's daily mail to its
// day and hour as they are now.
func (s *Store) movePlanned(ctx context.Context, personID int64, now time.Time) error {
	var r Recipient
	err := s.get(ctx, &r, `select `+personRecipient+` from person p `+homeOf+` where p.id = $1`, personID)
	if err != nil {
		return fmt.Errorf("hour of person %d: %w", personID, err)
	}
	if err := r.setZone(); err != nil {
		return err
	}
	calendars, err := s.Calendars(ctx, now)
	if err != nil {
		return err
	}
	var kinds []struct {
		Rule   string
		StepOn time.Time `db:"step_on"`
	}
	waiting := `recipient = $1 and state = 'planned' and not at_once`
	if err := s.all(ctx, &kinds, `select distinct rule, coalesce(step_on, local_day) as step_on from reminder where `+waiting, r.Key()); err != nil {
		return fmt.Errorf("reminders of person %d: %w", personID, err)
	}
	m, today := r.mornings(calendars), rules.Today(now, r.zone)
	for _, k := range kinds {
		day := m.Move(k.Rule, k.StepOn, today)
		_, err := s.exec(ctx, `
			update reminder set planned_for = $4, local_day = $5, step_on = $3
			where `+waiting+` and rule = $2 and coalesce(step_on, local_day) = $3`, r.Key(), k.Rule, k.StepOn, r.slotOn(day), day)
		if err != nil {
			return fmt.Errorf("reminders of person %d: %w", personID, err)
		}
	}
	return nil
}

// theirTasks is the condition that a task may remind person $2, or whom he
// stands in for, of a deadline to come: as a focal point of its lead or of a
// co-executor, or as its controller. Other steps need no look before their day.
const theirTasks = `deadline >= cast($1 as date) - 1 and id in (
	with his as (
		select cast($2 as bigint) as id union
		select s.person_id from stand_in s where s.deputy_id = $2 and s.ended_at is null
	), agencies as (
		select m.agency_id from member m where m.person_id in (select id from his) and m.role = 'focal'
	)
	select t.id from task t where t.status in ('assigned', 'in_progress', 'returned') and t.lead_id in (select agency_id from agencies)
	union select c.task_id from co_executor c where c.agency_id in (select agency_id from agencies)
	union select t.id from directive d join task t on t.directive_id = d.id where d.controller_id in (select id from his))`

// changeMornings moves what is planned for a person and lets the planner look
// at his tasks again, after his days, his hour or his pause changed.
func (s *Store) changeMornings(ctx context.Context, personID int64, now time.Time) error {
	if err := s.movePlanned(ctx, personID, now); err != nil {
		return err
	}
	return s.planAgain(ctx, theirTasks, now, personID)
}

// PauseMails lets no mail reach me from one day to another; what falls due
// meanwhile comes on the first morning after. today is the day where me is.
func (s *Store) PauseMails(ctx context.Context, me rules.Actor, pause rules.Pause, today, now time.Time) error {
	if err := rules.CheckPause(pause, today); err != nil {
		return err
	}
	return s.setPause(ctx, me, &pause.From, &pause.To, "pause", now)
}

// EndPause ends me's pause of mails before its last day, or takes back one that
// has not begun. ErrNotFound where there is none.
func (s *Store) EndPause(ctx context.Context, me rules.Actor, today, now time.Time) error {
	p, err := s.Person(ctx, me.PersonID)
	if err != nil {
		return err
	}
	if p.PauseTo == nil || p.PauseTo.Before(today) {
		return fmt.Errorf("pause of person %d: %w", me.PersonID, ErrNotFound)
	}
	if !p.PauseFrom.Before(today) {
		return s.setPause(ctx, me, nil, nil, "pause_ended", now)
	}
	yesterday := today.AddDate(0, 0, -1)
	return s.setPause(ctx, me, p.PauseFrom, &yesterday, "pause_ended", now)
}

func (s *Store) setPause(ctx context.Context, me rules.Actor, from, to *time.Time, act rules.Act, now time.Time) error {
	err := s.InTx(ctx, func(tx *Store) error {
		was, err := tx.lockPerson(ctx, me.PersonID)
		if err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `update person set pause_from = $2, pause_to = $3 where id = $1`, me.PersonID, from, to); err != nil {
			return fmt.Errorf("pause of person %d: %w", me.PersonID, err)
		}
		if err := tx.changeMornings(ctx, me.PersonID, now); err != nil {
			return err
		}
		return tx.log(ctx, deed{Me: me, Act: act, Now: now}, entry{Subject: "person", ID: me.PersonID,
			Old: fields{"pause_from": dateWord(was.PauseFrom), "pause_to": dateWord(was.PauseTo)}, New: fields{"pause_from": dateWord(from), "pause_to": dateWord(to)}})
	})
	s.forgetCalendars()
	return err
}
