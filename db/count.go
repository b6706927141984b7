package db

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"amal/rules"
)

// countKey is one row of open_count: tasks of a scope and state that become
// overdue at the same moment ("infinity" without a deadline).
type countKey struct {
	scope, state, overdueAt string
}

// countKeys returns the rows of open_count that a task stands in.
func (t *Task) countKeys() []countKey {
	state := "open"
	switch {
	case t.Status == rules.Submitted:
		state = "submitted"
	case !t.Status.Open():
		return nil
	}
	at := "infinity"
	if t.OverdueAt != nil {
		at = t.OverdueAt.UTC().Format(time.RFC3339)
	}
	keys := []countKey{{"all", state, at}, {agencyScope(deref(t.LeadID)), state, at}}
	for _, side := range t.Sides {
		keys = append(keys, countKey{sideScope(rules.Side(side)), state, at})
	}
	return keys
}

func agencyScope(id int64) string      { return fmt.Sprintf("agency:%d", id) }
func sideScope(side rules.Side) string { return "side:" + string(side) }

// recount keeps open_count and the statistics true when a task changes from was
// to t; was is nil for a new one. Rows are touched in one order, so that writers
// don't deadlock.
func (s *Store) recount(ctx context.Context, was, t *Task) error {
	delta := map[countKey]int{}
	if was != nil {
		for _, k := range was.countKeys() {
			delta[k]--
		}
	}
	for _, k := range t.countKeys() {
		delta[k]++
	}
	keys := make([]countKey, 0, len(delta))
	for k, n := range delta {
		if n != 0 {
			keys = append(keys, k)
		}
	}
	sort.Slice(keys, func(i, j int) bool { return fmt.Sprint(keys[i]) < fmt.Sprint(keys[j]) })
	for _, k := range keys {
		_, err := s.exec(ctx, `
			insert into open_count (scope, state, overdue_at, n) values ($1, $2, $3, $4)
			on conflict (scope, state, overdue_at) do update set n = open_count.n + excluded.n`,
			k.scope, k.state, k.overdueAt, delta[k])
		if err != nil {
			return fmt.Errorf("count of %s: %w", k.scope, err)
		}
	}
	return s.recountDue(ctx, was, t)
}

// CountFilter says which open tasks to count: of one lead agency, of one side,
// or (both zero) of everything the asker's register shows.
type CountFilter struct {
	AgencyID int64
	Side     rules.Side
}

// Ages is the number of overdue tasks by how long they are late.
type Ages struct {
	Week, Month, Longer int // 1–7, 8–30, over 30 days
}

// All is the number of overdue tasks.
func (a Ages) All() int { return a.Week + a.Month + a.Longer }

// OverdueAges counts the overdue tasks that me may see at now, by age. It reads
// open_count only, never the tasks.
func (s *Store) OverdueAges(ctx context.Context, me rules.Actor, f CountFilter, now time.Time) (Ages, error) {
	var a Ages
	scope := countScope(me, f)
	if scope == "" {
		return a, nil
	}
	err := s.get(ctx, &a, `
		select
			coalesce(sum(n) filter (where overdue_at > $2), 0) as week,
			coalesce(sum(n) filter (where overdue_at <= $2 and overdue_at > $3), 0) as month,
			coalesce(sum(n) filter (where overdue_at <= $3), 0) as longer
		from open_count
		where scope = $1 and state = 'open' and overdue_at <= $4`,
		scope, now.AddDate(0, 0, -7), now.AddDate(0, 0, -30), now)
	if err != nil {
		return a, fmt.Errorf("overdue counts of %s: %w", scope, err)
	}
	return a, nil
}

// countScope names the scope of open_count that equals what me sees, "" where
// there is none.
func countScope(me rules.Actor, f CountFilter) string {
	sides := me.RegisterSides()
	switch {
	case f.AgencyID != 0:
		return agencyScope(f.AgencyID)
	case f.Side != "" && slices.Contains(sides, f.Side):
		return sideScope(f.Side)
	case f.Side != "" || len(sides) == 0:
		return ""
	case len(sides) == len(rules.Sides):
		return "all"
	}
	return sideScope(sides[0])
}
