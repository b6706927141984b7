package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// OpenMessages turns planned reminders whose hour has come into messages: for
// each recipient one for the day with everything in it, and one for each notice
// that goes at once; nothing while mails are held. host is the part after the @ of their Message-ID. It
// returns how many it opened.
func (s *Store) OpenMessages(ctx context.Context, host string, now time.Time) (int, error) {
	opened, err := s.openAtOnce(ctx, host, now)
	if err != nil {
		return opened, err
	}
	for {
		n, waiting, err := s.openDigests(ctx, host, now)
		opened += n
		if err != nil || !waiting {
			return opened, err
		}
	}
}

func (s *Store) openAtOnce(ctx context.Context, host string, now time.Time) (int, error) {
	n, err := s.exec(ctx, `
		with due as (
			select id, person_id, agency_id, local_day from reminder
			where state = 'planned' and at_once and planned_for <= $1 and `+notHeld+`
			order by planned_for, id
			for update skip locked
		), opened as (
			insert into message (person_id, agency_id, kind, local_day, reminder_id, send_after, header_id, created_at)
			select person_id, agency_id, 'now', local_day, id, $1, 'r' || id || '@' || $2, $1 from due
			returning id, reminder_id
		)
		update reminder r set state = 'taken', message_id = o.id from opened o where r.id = o.reminder_id`, now, host)
	if err != nil {
		return 0, fmt.Errorf("open messages at once: %w", err)
	}
	return int(n), nil
}

// digestBatch is how many recipients one transaction opens the day's mail for.
const digestBatch = 200

// dueRecipient is somebody whose hour has come.
type dueRecipient struct {
	Recipient string
	PersonID  *int64 `db:"person_id"`
	AgencyID  *int64 `db:"agency_id"`
	TimeZone  string `db:"time_zone"`
	Country   string
	Roles     pq.StringArray
	Minute    *int `db:"mail_minute"`
}

func (s *Store) openDigests(ctx context.Context, host string, now time.Time) (n int, more bool, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		due, err := tx.dueRecipients(ctx, now)
		if err != nil {
			return err
		}
		calendars, err := tx.Calendars(ctx, now)
		if err != nil {
			return err
		}
		more = len(due) == digestBatch
		for _, d := range due {
			opened, err := tx.openDigest(ctx, d, calendars[d.Country], host, now)
			if err != nil {
				return err
			}
			n += opened
		}
		return nil
	})
	return n, more, err
}

func (s *Store) dueRecipients(ctx context.Context, now time.Time) ([]dueRecipient, error) {
	var due []dueRecipient
	err := s.all(ctx, &due, `
		with due as (
			select recipient, min(person_id) as person_id, min(agency_id) as agency_id
			from (
				select recipient, person_id, agency_id from reminder
				where state = 'planned' and not at_once and planned_for <= $1 and `+notHeld+`
				order by planned_for, id limit 5000
			) r
			group by recipient limit $2
		)
		select d.recipient, d.person_id, d.agency_id,
			coalesce(b.time_zone, p.time_zone, h.time_zone, 'UTC') as time_zone, p.mail_minute, coalesce(b.country, h.country, '') as country,
			array(select distinct m.role from member m where m.person_id = d.person_id) as roles
		from due d
		left join agency b on b.id = d.agency_id
		left join person p on p.id = d.person_id
		left join lateral (
			select a.time_zone, a.country from member f join agency a on a.id = f.agency_id
			where f.person_id = d.person_id order by f.agency_id limit 1
		) h on true`, now, digestBatch)
	if err != nil {
		return nil, fmt.Errorf("recipients whose hour has come: %w", err)
	}
	return due, nil
}

// openDigest opens the mail of one recipient's local day and takes everything
// due into it. Where the day's mail has gone already, what came later waits for
// the next working morning.
func (s *Store) openDigest(ctx context.Context, d dueRecipient, c rules.Calendar, host string, now time.Time) (int, error) {
	r := Recipient{Roles: d.Roles, TimeZone: d.TimeZone, Minute: d.Minute}
	zone, err := time.LoadLocation(d.TimeZone)
	if err != nil { // no agency any more: dropped when it comes to be sent
		zone = time.UTC
	}
	r.zone = zone
	today := rules.Today(now, zone)
	var id []int64
	err = s.all(ctx, &id, `
		insert into message (person_id, agency_id, kind, local_day, send_after, header_id, created_at)
		values ($1, $2, 'digest', $3, $4, $5, $4)
		on conflict (recipient, local_day) where kind = 'digest' do nothing
		returning id`, d.PersonID, d.AgencyID, today, now,
		fmt.Sprintf("%s-%s@%s", d.Recipient, today.Format(time.DateOnly), host))
	if err != nil {
		return 0, fmt.Errorf("mail of %s on %s: %w", d.Recipient, today.Format(time.DateOnly), err)
	}
	if len(id) == 0 {
		day, at := r.nextSlot(now, c)
		_, err = s.exec(ctx, `
			update reminder set planned_for = $2, local_day = $3
			where recipient = $1 and state = 'planned' and not at_once and planned_for <= $4`, d.Recipient, at, day, now)
		return 0, err
	}
	_, err = s.exec(ctx, `
		update reminder set state = 'taken', message_id = $2, late = late or planned_for < $4
		where recipient = $1 and state = 'planned' and not at_once and planned_for <= $3`,
		d.Recipient, id[0], now, now.Add(-lateAfter))
	if err != nil {
		return 0, fmt.Errorf("reminders of %s: %w", d.Recipient, err)
	}
	return 1, nil
}

// lateAfter is how long after its hour a mail says that it is late.
const lateAfter = 30 * time.Minute
