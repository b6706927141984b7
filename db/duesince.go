package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// ErrPastBusy says that the figures of an earlier day are being computed for
// somebody else on this server, and were not ready soon enough.
var ErrPastBusy = errors.New("another earlier day is being computed")

// ErrPastLong says that too much was done since an earlier day to compute its
// figures in time.
var ErrPastLong = errors.New("an earlier day takes too long to compute")

// How long one waits for his turn to have an earlier day computed, and how long
// that may take.
const (
	pastWait  = 5 * time.Second
	pastLimit = "60s"
)

// pastFigures are countedFigures as of an earlier moment: those of the present,
// with what changed since taken back. It costs as much as was done since; one at
// a time on each server.
func (s *Store) pastFigures(ctx context.Context, b *tableBuilder, scope figureScope, span rules.Span, asOf time.Time) error {
	select {
	case s.past <- struct{}{}:
		defer func() { <-s.past }()
	case <-time.After(pastWait):
		return ErrPastBusy
	case <-ctx.Done():
		return ctx.Err()
	}
	err := s.Snapshot(ctx, func(tx *Store) error { // counters and history of one moment
		// one long statement without compiling it, which took longer than running it
		if _, err := tx.exec(ctx, `select set_config('statement_timeout', $1, true), set_config('jit', 'off', true)`, pastLimit); err != nil {
			return err
		}
		back, err := tx.sinceThen(ctx, asOf)
		if err != nil {
			return err
		}
		if err := tx.countedFigures(ctx, b, scope, span, asOf); err != nil {
			return err
		}
		return tx.takeBackSince(ctx, b, back, scope, span, asOf)
	})
	if errors.Is(err, context.Canceled) && ctx.Err() == nil { // by the time allowed to a statement
		return ErrPastLong
	}
	return err
}

// takeBackSince adds to present figures what makes them those of a moment.
func (s *Store) takeBackSince(ctx context.Context, b *tableBuilder, back *standing, scope figureScope, span rules.Span, asOf time.Time) error {
	for key, f := range back.due {
		if key.overdueAt <= asOf.Unix() && span.Has(key.starts) && scope.has(key.agencyID, key.sides) {
			b.row(key.agencyID).add(key.kind, f)
		}
	}
	for key, n := range back.delays {
		if !span.Has(key.starts) || !scope.has(key.agencyID, key.sides) {
			continue
		}
		b.addDelay(key.agencyID, key.days, n)
		if scope.agencies != nil {
			b.addDelay(0, key.days, n)
		}
	}
	return s.oldestThen(ctx, b, back, scope, span, asOf)
}

// sinceThen is what makes the present standing that of a moment: every task that
// was changed since, as it stood, without how it stands, and cycles likewise.
func (s *Store) sinceThen(ctx context.Context, at time.Time) (*standing, error) {
	back := newStanding()
	s.stmts.run.Add(1)
	rows, err := s.plain().QueryxContext(ctx, `
		with moved as (`+sidesSince+`), h as (
			select subject_id,
				(array_agg(before order by id) filter (where before is not null))[1] as before,
				(array_agg(changes->>'lead' order by id) filter (where changes ? 'lead'))[1] as lead,
				(array_agg(changes->>'co_executors' order by id) filter (where changes ? 'co_executors'))[1] as shared
			from history where subject = 'task' and at > $1
			group by subject_id
		), changed as (
			select subject_id as id from h
			union
			select t.id from moved m join task t on t.directive_id = m.directive_id
		)
		select t.lead_id, t.status, t.deadline, t.original_deadline, t.overdue_at, t.submitted_at, t.submissions, t.returns,
			t.decided_at, t.moves, t.period, t.delay, d.sides, h.before, h.lead as lead_then, h.shared as shared_then, m.sides as sides_then,
			array(select c.agency_id from co_executor c where c.task_id = t.id) as co_executors, t.created_at > $1 as later
		from changed c
		join task t on t.id = c.id
		join directive d on d.id = t.directive_id
		left join moved m on m.directive_id = d.id
		left join h on h.subject_id = t.id`, at)
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	for rows.Next() {
		var t struct {
			pastTask
			Later bool // made after the moment
		}
		if err := rows.StructScan(&t); err != nil {
			return nil, translate(err)
		}
		back.add(dueState{LeadID: deref(t.LeadID), CoExecutors: t.CoExecutors, Sides: sidesWord(t.Sides), TaskState: t.TaskState}, -1)
		if t.Later {
			continue
		}
		d, err := t.dueState()
		if err != nil {
			return nil, err
		}
		back.add(d, 1)
	}
	if err := rows.Err(); err != nil {
		return nil, translate(err)
	}
	return back, s.cyclesSince(ctx, back, at)
}

// cyclesSince takes back the cycles that closed after a moment, and gives those
// of directives whose sides changed since their sides of then.
func (s *Store) cyclesSince(ctx context.Context, back *standing, at time.Time) error {
	var cycles []struct {
		State     json.RawMessage
		Sides     pq.StringArray
		SidesThen *string `db:"sides_then"`
		Later     bool
	}
	err := s.plan(ctx, &cycles, `
		with moved as (`+sidesSince+`), changed as (
			select task_id, number from cycle where closed_at > $1
			union
			select c.task_id, c.number from moved m join task t on t.directive_id = m.directive_id join cycle c on c.task_id = t.id
		)
		select c.state, d.sides, m.sides as sides_then, c.closed_at > $1 as later
		from changed x
		join cycle c on c.task_id = x.task_id and c.number = x.number
		join task t on t.id = c.task_id
		join directive d on d.id = t.directive_id
		left join moved m on m.directive_id = d.id
		where c.state is not null`, at)
	if err != nil {
		return err
	}
	for _, c := range cycles {
		sides := []string(c.Sides)
		if err := back.addCycle(c.State, sidesWord(sides), -1); err != nil {
			return err
		}
		if c.Later {
			continue
		}
		if err := oldValue(c.SidesThen, &sides); err != nil {
			return err
		}
		if err := back.addCycle(c.State, sidesWord(sides), 1); err != nil {
			return err
		}
	}
	return nil
}

// oldestThen makes the oldest overdue deadlines of the present those of a
// moment: where what was taken back touches one, it is looked for again.
func (s *Store) oldestThen(ctx context.Context, b *tableBuilder, back *standing, scope figureScope, span rules.Span, asOf time.Time) error {
	more, less := map[dueKey]int{}, map[dueKey]int{} // owed then and not now, and the other way round
	touched := map[int64]bool{}
	for key, f := range back.due {
		if key.kind != asLead || key.overdueAt > asOf.Unix() || !span.Has(key.starts) || !scope.has(key.agencyID, key.sides) {
			continue
		}
		if f.Open > 0 {
			more[key] = f.Open
		} else if f.Open < 0 {
			less[key] = f.Open
			oldest := b.row(key.agencyID).Oldest
			touched[key.agencyID] = touched[key.agencyID] || oldest != nil && oldest.Equal(key.starts)
		}
	}
	maps.DeleteFunc(touched, func(_ int64, is bool) bool { return !is })
	if err := s.oldestWithout(ctx, b, columnsOf(less, touched), touched, scope, span, asOf); err != nil {
		return err
	}
	for key := range more {
		if row := b.row(key.agencyID); row.Oldest == nil || key.starts.Before(*row.Oldest) {
			row.Oldest = &key.starts
		}
	}
	return nil
}

// columnsOf are the keys of some agencies with their numbers, by column.
func columnsOf(numbers map[dueKey]int, agencies map[int64]bool) (c columns) {
	for key, n := range numbers {
		if agencies[key.agencyID] {
			c.agencies, c.starts, c.sides = append(c.agencies, key.agencyID), append(c.starts, key.starts.Format(time.DateOnly)), append(c.sides, key.sides)
			c.moments, c.n = append(c.moments, time.Unix(key.overdueAt, 0).UTC().Format(time.RFC3339)), append(c.n, int64(n))
		}
	}
	return c
}

// oldestWithout looks for the oldest overdue deadline of agencies among the
// counters, less what c takes from them.
func (s *Store) oldestWithout(ctx context.Context, b *tableBuilder, c columns, agencies map[int64]bool, scope figureScope, span rules.Span, asOf time.Time) error {
	if len(agencies) == 0 {
		return nil
	}
	var ids []int64
	var firsts []string
	for id := range agencies {
		ids, firsts = append(ids, id), append(firsts, b.rows[id].Oldest.Format(time.DateOnly))
		b.rows[id].Oldest = nil
	}
	var rows []struct {
		ID     int64
		Oldest *time.Time
	}
	err := s.plan(ctx, &rows, `
		with less as (
			select * from unnest($1::bigint[], $2::date[], $3::text[], $4::timestamptz[], $5::bigint[]) as l (agency_id, starts, sides, overdue_at, n)
		)
		select a.id, (
			select c.starts
			from due_count c left join less l on l.agency_id = c.agency_id and l.starts = c.starts and l.sides = c.sides and l.overdue_at = c.overdue_at
			where c.grain = 'day' and c.kind = 'lead' and c.agency_id = a.id and c.starts >= a.first and c.starts <= $8
				and c.open + coalesce(l.n, 0) > 0 and c.overdue_at <= $9 and c.sides = any($10)
			order by c.starts limit 1) as oldest
		from unnest($6::bigint[], $7::date[]) as a (id, first)`,
		pq.Array(c.agencies), pq.Array(c.starts), pq.Array(c.sides), pq.Array(c.moments), pq.Array(c.n), pq.Array(ids), pq.Array(firsts), span.To, asOf, pq.Array(scope.sides))
	if err != nil {
		return fmt.Errorf("oldest overdue deadlines: %w", err)
	}
	for _, r := range rows {
		if r.Oldest != nil {
			day := rules.Date(*r.Oldest)
			b.row(r.ID).Oldest = &day
		}
	}
	return nil
}
