package db

import (
	"context"
	"fmt"
	"sort"
	"strings"
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

// spanned reports whether a row is also counted by spans of days: so many
// agencies stand on one page that their days would be thousands.
func (k countKey) spanned() bool {
	return k.state == "open" && k.overdueAt != "infinity" && strings.HasPrefix(k.scope, "agency:")
}

// lateOf counts the open tasks of each scope of $1 that became overdue at a
// moment or before: whole spans before the one that the moment lies in, then
// days.
func lateOf(moment string) string {
	span := func(days int) string {
		return fmt.Sprintf(`date_bin('%d days', cast(%s as timestamptz), 'epoch')`, days, moment)
	}
	return `(
		(select coalesce(sum(c.n), 0) from open_span c where c.scope = s.scope and c.days = 256 and c.starts_at < ` + span(256) + `)
		+ (select coalesce(sum(c.n), 0) from open_span c where c.scope = s.scope and c.days = 16 and c.starts_at >= ` + span(256) + ` and c.starts_at < ` + span(16) + `)
		+ (select coalesce(sum(c.n), 0) from open_count c where c.scope = s.scope and c.state = 'open' and c.overdue_at >= ` + span(16) + ` and c.overdue_at <= ` + moment + `))`
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
		if err == nil && k.spanned() {
			_, err = s.exec(ctx, `
				insert into open_span (scope, days, starts_at, n)
				select $1, days, date_bin(make_interval(days => days), $2, 'epoch'), $3 from unnest(array[16, 256]) days
				on conflict (scope, days, starts_at) do update set n = open_span.n + excluded.n`,
				k.scope, k.overdueAt, delta[k])
		}
		if err != nil {
			return fmt.Errorf("count of %s: %w", k.scope, err)
		}
	}
	return s.recountDue(ctx, was, t)
}
