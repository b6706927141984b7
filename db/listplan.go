package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// listedUntil is the setting that holds the last day whose lists are planned.
const listedUntil = "lists_planned_until"

// listsBack is how many days of an outage lists are still looked for; no list
// is rarer than a month.
const listsBack = 35

// planLists plans the periodic lists of the days that have begun somewhere on
// earth since the last look, once for each day: of several servers the one that
// moves the setting plans. After an outage everybody gets the latest of each
// list, marked late. The first look only notes the day.
func (s *Store) planLists(ctx context.Context, now time.Time) error {
	until := horizon(now)
	return s.InTx(ctx, func(tx *Store) error {
		from, err := tx.claimListDays(ctx, until)
		if err != nil || from.After(until) {
			return err
		}
		readers, err := tx.listReaders(ctx, now)
		if err != nil {
			return err
		}
		calendars, err := tx.Calendars(ctx, now)
		if err != nil {
			return err
		}
		events, err := tx.comingEvents(ctx, from, until)
		if err != nil {
			return err
		}
		var rows []reminderRow
		for _, r := range readers {
			rows = append(rows, listRows(r, events, calendars[r.Country], from, until, now)...)
		}
		return tx.planRows(ctx, rows, now)
	})
}

// claimListDays moves the last planned day to until and returns the first one
// to plan; after until where there is none, another server plans, or mails are
// held.
func (s *Store) claimListDays(ctx context.Context, until time.Time) (from time.Time, err error) {
	none := until.AddDate(0, 0, 1)
	day := until.Format(time.DateOnly)
	n, err := s.exec(ctx, `
		insert into setting (key, value) select $1, $2 where `+notHeld+`
		on conflict (key) do nothing`, listedUntil, day)
	if err != nil || n == 1 {
		return none, err
	}
	var was string
	err = s.get(ctx, &was, `
		select value from setting
		where key = $1 and value <> $2 and `+notHeld+`
		for update skip locked`, listedUntil, day)
	if errors.Is(err, ErrNotFound) {
		return none, nil
	}
	if err != nil {
		return none, fmt.Errorf("days of lists: %w", err)
	}
	last, err := time.Parse(time.DateOnly, was)
	if err != nil {
		return none, fmt.Errorf("days of lists: %w", err)
	}
	switch ahead := rules.DaysLate(until, last); {
	case ahead == 1: // planned by a clock that is a little ahead
		return none, nil
	case ahead > 1: // by one that was wrong
		last = until
	}
	if _, err := s.exec(ctx, `update setting set value = $2 where key = $1`, listedUntil, day); err != nil {
		return none, fmt.Errorf("days of lists: %w", err)
	}
	if oldest := until.AddDate(0, 0, -listsBack); last.Before(oldest) {
		last = oldest
	}
	return last.AddDate(0, 0, 1), nil
}

// listReader is somebody whom lists are for, as focal point or mailbox of an
// agency, or in a register.
type listReader struct {
	Recipient
	Of        int64          // the agency
	Sides     pq.StringArray // of the agency
	Ahead     bool           // something is due there until the end of next month
	StillLate bool           `db:"still_late"`
	Staff     bool           // of the secretariat
}

// wants reports whether a list has anything for the reader.
func (r *listReader) wants(rule string) bool {
	switch rule {
	case rules.ListAhead:
		return r.Ahead
	case rules.ListStillLate:
		return r.StillLate
	}
	return true
}

// listReaders finds whom lists are for: the focal points of agencies that have
// something to do, absent ones replaced by who stands in for them, the mailbox
// where there is none, and each manager and member of staff once.
func (s *Store) listReaders(ctx context.Context, now time.Time) ([]*listReader, error) {
	today := rules.Date(now)
	var rows []*listReader
	err := s.all(ctx, &rows, `
		with busy as (
			select g.id, g.side,
				bool_or(c.overdue_at > $1 and c.overdue_at <= $2) as ahead, bool_or(c.overdue_at <= $3) as still_late
			from open_count c join agency g on c.scope = 'agency:' || g.id
			where c.state = 'open' and c.n > 0 and c.overdue_at <= $2
			group by g.id
		)
		select b.id as of, array[b.side] as sides, b.ahead, b.still_late, false as staff, 'lead' as audience, `+personRecipient+`
		from busy b join member m on m.agency_id = b.id join person p on p.id = m.person_id `+homeOf+`
		where `+activeFocal+`
		union all
		select b.id, array[b.side], b.ahead, b.still_late, false, 'mailbox', `+mailboxRecipient+`
		from busy b join agency a on a.id = b.id
		where a.email <> '' and not exists (
			select from member m join person p on p.id = m.person_id where m.agency_id = b.id and `+activeFocal+`)
		union all
		select r.agency_id, r.sides, false, false, r.staff, r.role, `+personRecipient+`
		from (
			select m.person_id, min(m.role) as role, bool_or(m.role = 'staff') as staff, min(m.agency_id) as agency_id, array_agg(g.side) as sides
			from member m join agency g on g.id = m.agency_id
			where m.role in ('manager', 'staff')
			group by m.person_id
		) r join person p on p.id = r.person_id `+homeOf+`
		where p.disabled_at is null`,
		now, rules.AheadUntil(today).AddDate(0, 0, 2), rules.StillLateUntil(today).AddDate(0, 0, 2))
	if err != nil {
		return nil, fmt.Errorf("readers of lists: %w", err)
	}
	return s.deputiseReaders(ctx, rows, now)
}

// deputiseReaders puts who stands in in the place of absent readers.
func (s *Store) deputiseReaders(ctx context.Context, rows []*listReader, now time.Time) ([]*listReader, error) {
	them := make([]*Recipient, len(rows))
	for i, r := range rows {
		if err := r.setZone(); err != nil {
			return nil, err
		}
		them[i] = &r.Recipient
	}
	them, err := s.deputise(ctx, them, now)
	if err != nil {
		return nil, err
	}
	for i, r := range them {
		rows[i].Recipient = *r
	}
	return rows, nil
}

// comingEvent is an event that packs are told of.
type comingEvent struct {
	ID       int64
	StartsOn time.Time `db:"starts_on"`
	Sides    pq.StringArray
}

// comingEvents lists the dated events for which a reader may be told of a pack
// on one of the days; long weekends included.
func (s *Store) comingEvents(ctx context.Context, from, until time.Time) (events []comingEvent, err error) {
	err = s.all(ctx, &events, `
		select e.id, e.starts_on, e.sides
		from event e
		where e.cancelled_at is null and e.starts_on > $1 and e.starts_on <= $2
		order by e.starts_on, e.id`, from, until.AddDate(0, 0, rules.PackBefore+listsBack))
	if err != nil {
		return nil, fmt.Errorf("coming events: %w", err)
	}
	return events, nil
}

// listRows are the lists of one reader on the days from to until, of each list
// the latest, each at his hour.
func listRows(r *listReader, events []comingEvent, c rules.Calendar, from, until, now time.Time) []reminderRow {
	latest := map[string]reminderRow{}
	for day := from; !day.After(until); day = day.AddDate(0, 0, 1) {
		for _, l := range rules.Listings {
			named, ok := l.Occasion(day, c)
			if !ok || !r.is(l.To) || !r.wants(l.Rule) {
				continue
			}
			latest[l.Rule] = r.row(reminderRow{Rule: l.Rule, Subject: "agency", SubjectID: r.Of, Occasion: named.Format(time.DateOnly)}, day, c, now)
		}
		for _, e := range r.packs(events, day, c) {
			row := reminderRow{Rule: rules.ListPack, Subject: "event", SubjectID: e.ID, Occasion: e.StartsOn.Format(time.DateOnly)}
			latest[fmt.Sprint(row.Rule, row.SubjectID)] = r.row(row, day, c, now)
		}
	}
	rows := make([]reminderRow, 0, len(latest))
	for _, row := range latest {
		rows = append(rows, row)
	}
	return rows
}

// is reports whether the reader is of one of the audiences; a mailbox stands
// for the focal points that its agency has not.
func (r *listReader) is(audiences []rules.Audience) bool {
	for _, a := range audiences {
		if r.Audience == string(a) || a == rules.Lead && r.Audience == string(rules.Mailbox) {
			return true
		}
	}
	return false
}

// packs are the events that the reader is told of on a day: of the sides of his
// register, for its secretariat.
func (r *listReader) packs(events []comingEvent, day time.Time, c rules.Calendar) (told []comingEvent) {
	last, ok := rules.PackUntil(day, c)
	if !ok || !r.Staff {
		return nil
	}
	for _, e := range events {
		if e.StartsOn.After(day) && !e.StartsOn.After(last) && sharesSide(e.Sides, r.Sides) {
			told = append(told, e)
		}
	}
	return told
}

// sharesSide reports whether agencies of some sides belong to one of an event's.
func sharesSide(of, mine pq.StringArray) bool {
	for _, side := range mine {
		for _, s := range of {
			if s == side || side == string(rules.Joint) {
				return true
			}
		}
	}
	return false
}

// row sets whom and when a planned list is for: at his hour of the day or of his
// next morning, or at the next one where that day is over.
func (r *listReader) row(row reminderRow, day time.Time, c rules.Calendar, now time.Time) reminderRow {
	m := r.morningsOf(c)
	row.To, row.StepOn, row.LocalDay = &r.Recipient, day, m.OnOrAfter(day)
	row.PlannedFor = r.slotOn(row.LocalDay)
	if row.LocalDay.Before(rules.Today(now, r.zone)) {
		row.Late = true
		row.LocalDay, row.PlannedFor = r.nextSlot(now, m)
	}
	return row
}
