package db

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// recountDue keeps the statistics true when a task changes from was to t; was
// is nil for a new one. The closed cycles follow their directive's sides.
func (s *Store) recountDue(ctx context.Context, was, t *Task) error {
	st := newStanding()
	if t.also != nil {
		st, t.also = t.also, nil
	}
	if err := s.dueChange(ctx, st, was, t); err != nil {
		return err
	}
	return s.saveStanding(ctx, st)
}

// dueChange adds what a change does to the statistics.
func (s *Store) dueChange(ctx context.Context, st *standing, was, t *Task) error {
	if was != nil {
		st.add(was.dueState(), -1)
	}
	st.add(t.dueState(), 1)
	if was != nil && t.Period != rules.Once && sidesWord(was.Sides) != sidesWord(t.Sides) {
		if err := s.moveCycles(ctx, st, t.ID, sidesWord(was.Sides), sidesWord(t.Sides)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) moveCycles(ctx context.Context, st *standing, taskID int64, from, to string) error {
	var states []json.RawMessage
	if err := s.all(ctx, &states, `select state from cycle where task_id = $1 and state is not null`, taskID); err != nil {
		return fmt.Errorf("cycles of task %d: %w", taskID, err)
	}
	for _, state := range states {
		if err := st.addCycle(state, from, -1); err != nil {
			return fmt.Errorf("cycle of task %d: %w", taskID, err)
		}
		if err := st.addCycle(state, to, 1); err != nil {
			return fmt.Errorf("cycle of task %d: %w", taskID, err)
		}
	}
	return nil
}

// closing counts a cycle that closes with the change under way and returns its
// state as JSON.
func (t *Task) closing(d dueState) (string, error) {
	if t.also == nil {
		t.also = newStanding()
	}
	t.also.add(d, 1)
	state, err := json.Marshal(d)
	return string(state), err
}

// uncountCycles takes the cycles of a task that closed at a moment out again,
// with the change under way.
func (s *Store) uncountCycles(ctx context.Context, t *Task, closedAt time.Time) error {
	if t.Period == rules.Once {
		return nil
	}
	var states []json.RawMessage
	if err := s.all(ctx, &states, `select state from cycle where task_id = $1 and closed_at = $2 and state is not null`, t.ID, closedAt); err != nil {
		return fmt.Errorf("cycles of task %d: %w", t.ID, err)
	}
	t.also = newStanding()
	for _, state := range states {
		if err := t.also.addCycle(state, sidesWord(t.Sides), -1); err != nil {
			return fmt.Errorf("cycle of task %d: %w", t.ID, err)
		}
	}
	return nil
}

// saveStanding adds a change to the counters.
func (s *Store) saveStanding(ctx context.Context, st *standing) error {
	if err := s.saveDue(ctx, st.rows()); err != nil {
		return fmt.Errorf("statistics: %w", err)
	}
	if rows := st.delayRows(); len(rows) > 0 {
		if err := s.saveDelays(ctx, rows); err != nil {
			return fmt.Errorf("statistics: %w", err)
		}
	}
	for _, key := range st.doneKeys() {
		if st.done[key] == 0 {
			continue
		}
		_, err := s.exec(ctx, `
			insert into done_count (week, due_year, sides, n) values ($1, $2, $3, $4)
			on conflict (week, due_year, sides) do update set n = done_count.n + excluded.n`, key.week, key.dueYear, key.sides, st.done[key])
		if err != nil {
			return fmt.Errorf("statistics: %w", err)
		}
	}
	return nil
}

// columns turns rows into one array for each column.
type columns struct {
	grains, kinds, starts, sides, moments []string
	agencies, days, n                     []int64
	figures                               [8][]int64
}

func (s *Store) saveDue(ctx context.Context, rows []dueRow) error {
	if len(rows) == 0 {
		return nil
	}
	var c columns
	for _, r := range rows {
		moment := "-infinity"
		if r.grain == "day" {
			moment = time.Unix(r.overdueAt, 0).UTC().Format(time.RFC3339)
		}
		c.grains, c.kinds, c.starts = append(c.grains, r.grain), append(c.kinds, r.kind), append(c.starts, r.starts.Format(time.DateOnly))
		c.agencies, c.sides, c.moments = append(c.agencies, r.agencyID), append(c.sides, r.sides), append(c.moments, moment)
		for i, n := range r.figures.List() {
			c.figures[i] = append(c.figures[i], int64(n))
		}
	}
	f := c.figures
	_, err := s.exec(ctx, `
		insert into due_count as c (grain, kind, starts, agency_id, sides, overdue_at, open, submitted, on_time, late, dropped, moved, reported, returned)
		select * from unnest($1::text[], $2::text[], $3::date[], $4::bigint[], $5::text[], $6::timestamptz[],
			$7::integer[], $8::integer[], $9::integer[], $10::integer[], $11::integer[], $12::integer[], $13::integer[], $14::integer[])
		on conflict (grain, kind, starts, agency_id, sides, overdue_at) do update set
			open = c.open + excluded.open, submitted = c.submitted + excluded.submitted, on_time = c.on_time + excluded.on_time,
			late = c.late + excluded.late, dropped = c.dropped + excluded.dropped, moved = c.moved + excluded.moved,
			reported = c.reported + excluded.reported, returned = c.returned + excluded.returned`,
		pq.Array(c.grains), pq.Array(c.kinds), pq.Array(c.starts), pq.Array(c.agencies), pq.Array(c.sides), pq.Array(c.moments),
		pq.Array(f[0]), pq.Array(f[1]), pq.Array(f[2]), pq.Array(f[3]), pq.Array(f[4]), pq.Array(f[5]), pq.Array(f[6]), pq.Array(f[7]))
	return err
}

func (s *Store) saveDelays(ctx context.Context, rows []delayRow) error {
	var c columns
	for _, r := range rows {
		c.grains, c.starts, c.sides = append(c.grains, r.grain), append(c.starts, r.starts.Format(time.DateOnly)), append(c.sides, r.sides)
		c.agencies, c.days, c.n = append(c.agencies, r.agencyID), append(c.days, int64(r.days)), append(c.n, int64(r.n))
	}
	_, err := s.exec(ctx, `
		insert into delay_count as c (grain, agency_id, starts, sides, days, n)
		select * from unnest($1::text[], $2::bigint[], $3::date[], $4::text[], $5::integer[], $6::integer[])
		on conflict (grain, agency_id, starts, sides, days) do update set n = c.n + excluded.n`,
		pq.Array(c.grains), pq.Array(c.agencies), pq.Array(c.starts), pq.Array(c.sides), pq.Array(c.days), pq.Array(c.n))
	return err
}
