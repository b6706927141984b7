package db

import (
	"context"
	"fmt"
	"slices"
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
const digestBatch = 500

// dueRecipient is somebody whose hour has come.
type dueRecipient struct {
	Recipient string
	PersonID  *int64 `db:"person_id"`
	AgencyID  *int64 `db:"agency_id"`
	TimeZone  string `db:"time_zone"`
	Country   string
	Roles     pq.StringArray
	Minute    *int `db:"mail_minute"`
	OwnDays
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
		more = len(due) > 0 // few recipients may have filled the look with many reminders
		if !more {
			return nil
		}
		n, err = tx.openMails(ctx, due, calendars, host, now)
		return err
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
			group by recipient order by recipient limit $2
		)
		select d.recipient, d.person_id, d.agency_id,
			coalesce(b.time_zone, p.time_zone, h.time_zone, 'UTC') as time_zone, p.mail_minute, p.mail_days, p.pause_from, p.pause_to, coalesce(b.country, h.country, '') as country,
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

// openMails opens the mails of the recipients' local day and takes everything
// due into them. Where the day's mail has gone already, or the day has none by
// now, what came later waits for the recipient's next morning.
func (s *Store) openMails(ctx context.Context, due []dueRecipient, calendars Calendars, host string, now time.Time) (int, error) {
	n := len(due)
	keys, days, headers, next, slots := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	people, agencies, opens := make([]int64, n), make([]int64, n), make([]bool, n)
	for i, d := range due {
		zone, err := zoneNamed(d.TimeZone)
		if err != nil { // no agency any more: dropped when it comes to be sent
			zone = time.UTC
		}
		r := Recipient{Roles: d.Roles, TimeZone: d.TimeZone, Country: d.Country, Minute: d.Minute, OwnDays: d.OwnDays, zone: zone}
		today, mornings := rules.Today(now, zone), r.mornings(calendars)
		keys[i], people[i], agencies[i], opens[i] = d.Recipient, deref(d.PersonID), deref(d.AgencyID), mornings.Takes(today)
		days[i] = today.Format(time.DateOnly)
		headers[i] = fmt.Sprintf("%s-%s@%s", d.Recipient, days[i], host)
		day, at := r.nextSlot(now, mornings)
		next[i], slots[i] = day.Format(time.DateOnly), at.UTC().Format(time.RFC3339Nano)
	}
	var opened []struct {
		ID        int64
		Recipient string
	}
	err := s.all(ctx, &opened, `
		insert into message (person_id, agency_id, kind, local_day, send_after, header_id, created_at)
		select nullif(person, 0), nullif(agency, 0), 'digest', day, $5, header, $5
		from unnest($1::bigint[], $2::bigint[], $3::date[], $4::text[], $6::boolean[]) as u (person, agency, day, header, opens)
		where u.opens
		on conflict (recipient, local_day) where kind = 'digest' do nothing
		returning id, recipient`, pq.Array(people), pq.Array(agencies), pq.Array(days), pq.Array(headers), now, pq.Array(opens))
	if err != nil {
		return 0, fmt.Errorf("mails of %d recipients: %w", n, err)
	}
	mails := make([]int64, n) // 0: the day's mail had gone, or it has none
	for _, m := range opened {
		mails[slices.Index(keys, m.Recipient)] = m.ID
	}
	_, err = s.exec(ctx, `
		update reminder r set
			state = case when u.mail = 0 then r.state else 'taken' end, message_id = nullif(u.mail, 0),
			late = r.late or r.planned_for < $6 or u.mail <> 0 and exists (
				select from person p where p.id = r.person_id and r.step_on between p.pause_from and p.pause_to),
			planned_for = case when u.mail = 0 then u.slot else r.planned_for end, local_day = case when u.mail = 0 then u.next else r.local_day end
		from unnest($1::text[], $2::bigint[], $3::date[], $4::timestamptz[]) as u (recipient, mail, next, slot)
		where r.recipient = u.recipient and r.state = 'planned' and not r.at_once and r.planned_for <= $5`,
		pq.Array(keys), pq.Array(mails), pq.Array(next), pq.Array(slots), now, now.Add(-lateAfter))
	if err != nil {
		return 0, fmt.Errorf("reminders of %d recipients: %w", n, err)
	}
	return len(opened), s.foldOlder(ctx, keys, mails, days)
}

// foldOlder takes what earlier daily mails of recipients say into today's,
// where they wait untried because the mail server is away: one mail for all the
// days. One that was tried may have arrived, and stays as it is. A mail 0 is
// none.
func (s *Store) foldOlder(ctx context.Context, recipients []string, mails []int64, days []string) error {
	_, err := s.exec(ctx, `
		with older as (
			select m.id, u.mail
			from unnest($1::text[], $2::bigint[], $3::date[]) as u (recipient, mail, day)
			join message m on m.recipient = u.recipient and m.kind = 'digest' and m.local_day < u.day and m.local_day >= u.day - 30
			where u.mail <> 0 and m.state = 'waiting' and m.attempts = 0
			for update of m skip locked
		), moved as (
			update reminder r set message_id = o.mail, late = true from older o where r.message_id = o.id and r.state = 'taken'
		)
		update message m set state = 'skipped', answer = 'folded', answer_key = null from older o where m.id = o.id`,
		pq.Array(recipients), pq.Array(mails), pq.Array(days))
	if err != nil {
		return fmt.Errorf("earlier mails of %d recipients: %w", len(recipients), err)
	}
	return nil
}

// lateAfter is how long after its hour a mail says that it is late.
const lateAfter = 30 * time.Minute
