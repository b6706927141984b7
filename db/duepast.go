package db

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/lib/pq"
)

// pastTask is a task with what history says of its state at an earlier moment.
type pastTask struct {
	LeadID *int64 `db:"lead_id"`
	TaskState
	Sides       pq.StringArray
	CoExecutors pq.Int64Array `db:"co_executors"`
	Before      *string       // its state before the first act since
	LeadThen    *string       `db:"lead_then"` // the first change since, as [old, new]
	SharedThen  *string       `db:"shared_then"`
	SidesThen   *string       `db:"sides_then"`
}

// sidesSince are the sides of directives before the first change of them after
// moment $1.
const sidesSince = `
	select distinct on (subject_id) subject_id as directive_id, changes->>'sides' as sides
	from history where subject = 'directive' and at > $1 and changes ? 'sides'
	order by subject_id, id`

// standingAt computes where every task stood at a moment out of its row and its
// history: the state before the first act since. It reads all tasks, and hands
// over what it has counted of each so many of them, the rest at the end; part
// must not ask the database.
func (s *Store) standingAt(ctx context.Context, at time.Time, most int, part func(*standing) error) error {
	st := newStanding()
	s.stmts.run.Add(1)
	rows, err := s.plain().QueryxContext(ctx, `
		with moved as (`+sidesSince+`)
		select t.lead_id, t.status, t.deadline, t.original_deadline, t.overdue_at, t.submitted_at, t.submissions, t.returns,
			t.decided_at, t.moves, t.period, t.delay, d.sides, h.before, h.lead as lead_then, h.shared as shared_then, m.sides as sides_then,
			array(select c.agency_id from co_executor c where c.task_id = t.id) as co_executors
		from task t
		join directive d on d.id = t.directive_id
		left join moved m on m.directive_id = d.id
		left join lateral (
			select (array_agg(before order by id) filter (where before is not null))[1] as before,
				(array_agg(changes->>'lead' order by id) filter (where changes ? 'lead'))[1] as lead,
				(array_agg(changes->>'co_executors' order by id) filter (where changes ? 'co_executors'))[1] as shared
			from history where subject = 'task' and subject_id = t.id and at > $1) h on true
		where t.created_at <= $1`, at)
	if err != nil {
		return translate(err)
	}
	defer rows.Close()
	for n := 1; rows.Next(); n++ {
		var t pastTask
		if err := rows.StructScan(&t); err != nil {
			return translate(err)
		}
		d, err := t.dueState()
		if err != nil {
			return err
		}
		if st.add(d, 1); n%most == 0 {
			if err := part(st); err != nil {
				return err
			}
			st = newStanding()
		}
	}
	if err := rows.Err(); err != nil {
		return translate(err)
	}
	if err := s.cyclesAt(ctx, st, at); err != nil {
		return err
	}
	return part(st)
}

// dueState is the task as it stood.
func (t *pastTask) dueState() (d dueState, err error) {
	shared, sides := []int64(t.CoExecutors), []string(t.Sides)
	lead := deref(t.LeadID)
	for _, change := range []struct {
		text *string
		old  any
	}{{t.LeadThen, &lead}, {t.SharedThen, &shared}, {t.SidesThen, &sides}} {
		if err := oldValue(change.text, change.old); err != nil {
			return d, err
		}
	}
	d = dueState{LeadID: lead, CoExecutors: shared, Sides: sidesWord(sides), TaskState: t.TaskState}
	if t.Before != nil {
		d.TaskState = TaskState{}
		err = json.Unmarshal([]byte(*t.Before), &d.TaskState)
	}
	return d, err
}

// oldValue reads the first of [old, new] into a pointer; nil text leaves it.
func oldValue(text *string, into any) error {
	if text == nil {
		return nil
	}
	var pair [2]json.RawMessage
	if err := json.Unmarshal([]byte(*text), &pair); err != nil {
		return fmt.Errorf("change %s: %w", *text, err)
	}
	if ids, ok := into.(*[]int64); ok {
		*ids = nil // null is none
	}
	return json.Unmarshal(pair[0], into)
}

// cyclesAt adds the cycles that had closed by a moment.
func (s *Store) cyclesAt(ctx context.Context, st *standing, at time.Time) error {
	var cycles []struct {
		State     json.RawMessage
		Sides     pq.StringArray
		SidesThen *string `db:"sides_then"`
	}
	err := s.plan(ctx, &cycles, `
		with moved as (`+sidesSince+`)
		select c.state, d.sides, m.sides as sides_then
		from cycle c join task t on t.id = c.task_id join directive d on d.id = t.directive_id
		left join moved m on m.directive_id = d.id
		where c.closed_at <= $1 and c.state is not null`, at)
	if err != nil {
		return err
	}
	for _, c := range cycles {
		sides := []string(c.Sides)
		if err := oldValue(c.SidesThen, &sides); err != nil {
			return err
		}
		if err := st.addCycle(c.State, sidesWord(sides), 1); err != nil {
			return err
		}
	}
	return nil
}

// RecountDue computes the counters of the statistics anew out of the tasks:
// after tasks were laid without the Store's own writes, and once where there
// were none. Writers wait meanwhile.
func (s *Store) RecountDue(ctx context.Context, now time.Time) error {
	err := s.InTx(ctx, func(tx *Store) error {
		for _, query := range []string{`lock table task in share row exclusive mode`,
			`delete from due_count`, `delete from delay_count`, `delete from done_count`} {
			if _, err := tx.exec(ctx, query); err != nil {
				return err
			}
		}
		err := tx.standingAt(ctx, FarFuture, math.MaxInt, func(st *standing) error { return tx.saveAll(ctx, st) })
		if err != nil {
			return err
		}
		return tx.Tick(ctx, dueCounted, "", "", now)
	})
	if err != nil {
		return fmt.Errorf("counting for statistics: %w", err)
	}
	return nil
}

// dueCounted is the tick that says that the counters were begun.
const dueCounted = "due_count"

// saveAll writes a whole standing in batches.
func (s *Store) saveAll(ctx context.Context, st *standing) error {
	const batch = 5000
	rows, delays := st.rows(), st.delayRows()
	for len(rows) > 0 {
		n := min(batch, len(rows))
		if err := s.saveDue(ctx, rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	for len(delays) > 0 {
		n := min(batch, len(delays))
		if err := s.saveDelays(ctx, delays[:n]); err != nil {
			return err
		}
		delays = delays[n:]
	}
	return s.saveStanding(ctx, &standing{done: st.done})
}
