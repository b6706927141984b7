package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// Alarm is a trouble that administrators are told of.
type Alarm struct {
	ID     int64
	Cause  rules.Cause
	Since  time.Time
	OverAt *time.Time `db:"over_at"` // nil: it lasts
	N      int
	Detail string
}

// Health reads what the installation knows about itself. Mails that are held
// wait by intention and do not count.
func (s *Store) Health(ctx context.Context, now time.Time) (*rules.Health, error) {
	var h rules.Health
	err := s.get(ctx, &h, `
		select coalesce((select ran_at from tick where job = 'plan'), 'epoch') as plan_at,
			coalesce((select ran_at from tick where job = 'watch'), 'epoch') as watch_at,
			coalesce((select left(string_agg(job || ': ' || error, '; ' order by job), 400) from tick where job in ('plan', 'seal') and error <> ''), '') as job_error,
			coalesce((select left(error, 400) from tick where job = 'mail'), '') as mail_error,
			coalesce((select ran_at from tick where job = 'mail'), 'epoch') as sent_at,
			w.n as waiting, w.oldest, p.n + g.n as refused, least(p.at, g.at) as refused_at, f.n as failed, f.at as failed_at
		from (
			select count(*) as n, min(greatest(created_at, (select released_at from hold))) as oldest from (
				select created_at from message where state = 'waiting' and kind <> 'alarm' and `+notHeld+` order by send_after, id limit 1000) first
		) w
		cross join (select count(*) as n, min(email_refused_at) as at from person where email_refused_at is not null and disabled_at is null) p
		cross join (select count(*) as n, min(email_refused_at) as at from agency where email_refused_at is not null and retired_at is null) g
		cross join (select count(*) as n, min(created_at) as at from message where state = 'failed' and kind <> 'alarm' and created_at > $1) f`, now.Add(-tryFor-failedFor))
	if err != nil {
		return nil, fmt.Errorf("health: %w", err)
	}
	return &h, nil
}

// failedFor is how long a mail that was given up is told of.
const failedFor = 48 * time.Hour

// NoteMail notes that the mail server took a mail, or with what words it did
// not let us come to that. The moment is that of the last success.
func (s *Store) NoteMail(ctx context.Context, server, failure string, now time.Time) error {
	_, err := s.exec(ctx, `
		insert into tick (job, ran_at, server, error) values ('mail', case when $2 = '' then cast($3 as timestamptz) else 'epoch' end, $1, $2)
		on conflict (job) do update set ran_at = greatest(tick.ran_at, excluded.ran_at), server = excluded.server, error = excluded.error`, server, failure, now)
	if err != nil {
		return fmt.Errorf("note of the mail server: %w", err)
	}
	return nil
}

// again is within what time the same cause counts as the same trouble, so that
// one that comes and goes makes no more mails than one that stays.
const again = 24 * time.Hour

// Watch keeps the alarms: it opens one for each trouble, ends those that are
// over, and plans a mail to each administrator once a day while one lasts and
// once when it is over. While mails are held it does nothing. host is the part
// after the @ of Message-IDs.
func (s *Store) Watch(ctx context.Context, host string, mailOff bool, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		if hold, err := tx.Held(ctx); err != nil || hold != nil {
			return err
		}
		h, err := tx.Health(ctx, now)
		if err != nil {
			return err
		}
		if err := tx.setAlarms(ctx, rules.Troubles(h, mailOff, now), now); err != nil {
			return err
		}
		if gap, ok := rules.Gap(h, now); ok {
			if err := tx.gap(ctx, gap, now); err != nil {
				return err
			}
		}
		return tx.planAlarmMails(ctx, host, now)
	})
}

// setAlarms opens alarms for the troubles there are, and ends the others.
func (s *Store) setAlarms(ctx context.Context, troubles []rules.Trouble, now time.Time) error {
	present := []string{}
	for _, t := range troubles {
		present = append(present, string(t.Cause))
		if err := s.alarm(ctx, t, now); err != nil {
			return err
		}
	}
	_, err := s.exec(ctx, `update alarm set over_at = $1 where over_at is null and cause <> all($2)`, now, pq.Array(present))
	if err != nil {
		return fmt.Errorf("alarms that are over: %w", err)
	}
	return nil
}

// alarm opens an alarm for a trouble, or opens the one of a day ago again.
func (s *Store) alarm(ctx context.Context, t rules.Trouble, now time.Time) error {
	n, err := s.exec(ctx, `
		update alarm set since = case when over_at is null then since else $5 end, over_at = null, n = $2, detail = $3
		where id = (select id from alarm where cause = $1 and (over_at is null or over_at > $4) order by over_at desc nulls first, id desc limit 1)`,
		t.Cause, t.N, t.Detail, now.Add(-again), t.Since)
	if err == nil && n == 0 {
		_, err = s.exec(ctx, `insert into alarm (cause, since, n, detail) values ($1, $2, $3, $4) on conflict do nothing`, t.Cause, t.Since, t.N, t.Detail)
	}
	if err != nil {
		return fmt.Errorf("alarm %s: %w", t.Cause, err)
	}
	return nil
}

// gap keeps a trouble that is noticed when it is over.
func (s *Store) gap(ctx context.Context, t rules.Trouble, now time.Time) error {
	n, err := s.exec(ctx, `
		update alarm set since = $2, over_at = $3
		where id = (select id from alarm where cause = $1 and over_at > $4 order by over_at desc, id desc limit 1)`, t.Cause, t.Since, now, now.Add(-again))
	if err == nil && n == 0 {
		_, err = s.exec(ctx, `insert into alarm (cause, since, over_at) values ($1, $2, $3) on conflict do nothing`, t.Cause, t.Since, now)
	}
	if err != nil {
		return fmt.Errorf("gap: %w", err)
	}
	return nil
}

// planAlarmMails plans the mails. One that still waits, as when mail itself is
// down, is not joined by others: it will say how things stand when it goes.
func (s *Store) planAlarmMails(ctx context.Context, host string, now time.Time) error {
	_, err := s.exec(ctx, `
		with admin as (
			select p.id, cast(cast($1 as timestamptz) at time zone coalesce(p.time_zone, h.time_zone) as date) as day
			from person p `+homeOf+`
			where p.disabled_at is null and exists (select from member m where m.person_id = p.id and m.role = 'admin')
		)
		insert into message (person_id, kind, local_day, alarm_id, send_after, header_id, created_at)
		select d.id, 'alarm', d.day, a.id, $1,
			'alarm-' || a.id || '-p' || d.id || case when a.over_at is null then '-' else '-over-' end || d.day || '@' || $2, $1
		from alarm a cross join admin d
		where a.over_at is null or a.over_at > $3 and not exists (
			select from message m
			where m.alarm_id = a.id and m.person_id = d.id and m.says_over and coalesce(m.sent_at, $1) >= a.over_at)
		on conflict do nothing`, now, host, now.Add(-again))
	if err != nil {
		return fmt.Errorf("alarm mails: %w", err)
	}
	return nil
}

// fillAlarm reads the alarm that a claimed message tells of, as it stands now.
// Where the mail server was the trouble, it is over: there is a connection.
func (s *Store) fillAlarm(ctx context.Context, l *Letter, now time.Time) (skip string, err error) {
	if !l.To.has(rules.Admin) {
		return rules.SkippedNotTheir, nil
	}
	_, err = s.exec(ctx, `update alarm set over_at = $2 where id = $1 and over_at is null and cause = $3`, l.AlarmID, now, rules.MailServer)
	if err != nil {
		return "", fmt.Errorf("alarm %d: %w", *l.AlarmID, err)
	}
	l.Alarm = &Alarm{}
	if err := s.get(ctx, l.Alarm, `select id, cause, since, over_at, n, detail from alarm where id = $1`, l.AlarmID); err != nil {
		return "", fmt.Errorf("alarm %d: %w", *l.AlarmID, err)
	}
	_, err = s.exec(ctx, `update message set says_over = $2 where id = $1`, l.ID, l.Alarm.OverAt != nil)
	if err != nil {
		return "", fmt.Errorf("alarm mail %d: %w", l.ID, err)
	}
	return "", nil
}

func (r *Recipient) has(role rules.Role) bool {
	for _, own := range r.Roles {
		if own == string(role) {
			return true
		}
	}
	return false
}
