package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// snapMonths is how many months of deadlines a daily copy goes back.
const snapMonths = 24

// SnapDue begins the counters where there are none yet, and copies the day's
// figures into due_past, once a day on whichever server. The first time it adds
// those of a month before, out of history.
func (s *Store) SnapDue(ctx context.Context, now time.Time) error {
	var counted bool
	err := s.get(ctx, &counted, `select exists (select from tick where job = $1)`, dueCounted)
	if err == nil && !counted {
		err = s.RecountDue(ctx, now)
	}
	if err != nil {
		return err
	}
	var first bool
	if err := s.get(ctx, &first, `select not exists (select from due_past)`); err != nil {
		return err
	}
	if first {
		if err := s.snapPast(ctx, rules.AddMonths(now.UTC(), -1, now.UTC().Day())); err != nil {
			return err
		}
	}
	passed, oldest := rules.MonthOf(now.UTC().AddDate(0, 0, -2)), rules.MonthOf(now.UTC()).AddDate(0, -snapMonths, 0)
	_, err = s.exec(ctx, `
		insert into due_past (taken_on, taken_at, agency_id, starts, sides, open, submitted, on_time, late, dropped, moved, reported, returned)
		select $1, $2, agency_id, cast(date_trunc('month', starts) as date) as month, sides,
			sum(open), sum(submitted), sum(on_time), sum(late), sum(dropped), sum(moved), sum(reported), sum(returned)
		from due_count
		where kind = 'lead' and (grain = 'month' and starts >= $3 and starts < $4 or grain = 'day' and starts >= $4 and overdue_at <= $2)
			and not exists (select from due_past where taken_on = $1)
		group by agency_id, month, sides
		on conflict do nothing`, rules.Date(now.UTC()), now, oldest, passed)
	if err != nil {
		return fmt.Errorf("figures of the day: %w", err)
	}
	_, err = s.exec(ctx, `delete from due_past where taken_on < $1 and extract(day from taken_on) <> 1`, rules.Date(now.UTC()).AddDate(0, 0, -62))
	return err
}

// countedAtOnce is how many tasks are counted by day before they are added up:
// the days of all would fill half a gigabyte where there are ten million.
const countedAtOnce = 20_000

// snapPast copies the figures of an earlier moment, computed from history.
func (s *Store) snapPast(ctx context.Context, at time.Time) error {
	sums := map[dueKey]rules.Figures{}
	err := s.standingAt(ctx, at, countedAtOnce, func(st *standing) error {
		for key, f := range st.due {
			if key.kind == asLead && key.overdueAt <= at.Unix() {
				key.starts, key.overdueAt = rules.MonthOf(key.starts), 0
				sums[key] = sums[key].Plus(f, 1)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for key, f := range sums {
		n := f.List()
		_, err := s.exec(ctx, `
			insert into due_past (taken_on, taken_at, agency_id, starts, sides, open, submitted, on_time, late, dropped, moved, reported, returned)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing`,
			rules.Date(at.UTC()), at, key.agencyID, key.starts, key.sides, n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7])
		if err != nil {
			return fmt.Errorf("figures of %s: %w", at.Format(time.DateOnly), err)
		}
	}
	return nil
}

// addMonthBefore puts beside each row what it was a month before, from the
// daily copies: the last one on or before that day, not more than ten days
// older. Copies know whole months of deadlines only.
func (s *Store) addMonthBefore(ctx context.Context, t *AgencyTable, scope figureScope) error {
	if t.Span.From.Day() != 1 || t.Span.To.AddDate(0, 0, 1).Day() != 1 {
		return nil
	}
	day := rules.AddMonths(rules.Date(t.AsOf.UTC()), -1, t.AsOf.UTC().Day())
	var rows []struct {
		AgencyID int64     `db:"agency_id"`
		TakenAt  time.Time `db:"taken_at"`
		rules.Figures
	}
	err := s.all(ctx, &rows, `
		select agency_id, min(taken_at) as taken_at, `+figureColumns+`
		from due_past
		where taken_on = (select max(taken_on) from due_past where taken_on between $1 and $2)
			and starts between $3 and $4 and sides = any($5) and ($6::bigint[] is null or agency_id = any($6))
		group by agency_id`,
		day.AddDate(0, 0, -10), day, t.Span.From, t.Span.To, pq.Array(scope.sides), pq.Array(scope.agencies))
	if err != nil || len(rows) == 0 {
		return err
	}
	then, all := map[int64]rules.Figures{}, rules.Figures{}
	for _, r := range rows {
		then[r.AgencyID], t.Before = r.Figures, r.TakenAt
		all = all.Plus(r.Figures, 1)
	}
	t.Total.Before = &all
	for i := range t.Rows {
		f := then[t.Rows[i].AgencyID]
		t.Rows[i].Before = &f
	}
	return nil
}
