package db

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/lib/pq"

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
	if s.later != nil && t.also == nil {
		s.later.note(was, t)
		return nil
	}
	delta := map[countKey]int{}
	countChange(delta, was, t)
	if err := s.saveOpen(ctx, delta); err != nil {
		return err
	}
	return s.recountDue(ctx, was, t)
}

// countChange adds what a change does to the counts of open tasks.
func countChange(delta map[countKey]int, was, t *Task) {
	if was != nil {
		for _, k := range was.countKeys() {
			delta[k]--
		}
	}
	for _, k := range t.countKeys() {
		delta[k]++
	}
}

func (s *Store) saveOpen(ctx context.Context, delta map[countKey]int) error {
	keys := make([]countKey, 0, len(delta))
	for k, n := range delta {
		if n != 0 {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	sort.Slice(keys, func(i, j int) bool { return fmt.Sprint(keys[i]) < fmt.Sprint(keys[j]) })
	var scopes, states, moments []string
	var ns []int64
	for _, k := range keys {
		scopes, states, moments, ns = append(scopes, k.scope), append(states, k.state), append(moments, k.overdueAt), append(ns, int64(delta[k]))
	}
	_, err := s.exec(ctx, `
		insert into open_count (scope, state, overdue_at, n)
		select scope, state, overdue_at, n from unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as timestamptz[]), cast($4 as integer[])) with ordinality as k (scope, state, overdue_at, n, at)
		order by at
		on conflict (scope, state, overdue_at) do update set n = open_count.n + excluded.n`,
		pq.Array(scopes), pq.Array(states), pq.Array(moments), pq.Array(ns))
	if err != nil {
		return fmt.Errorf("counts of open tasks: %w", err)
	}
	return s.saveSpans(ctx, keys, delta)
}

// saveSpans writes the spans of days that agencies are also counted by.
func (s *Store) saveSpans(ctx context.Context, keys []countKey, delta map[countKey]int) error {
	var scopes, moments []string
	var ns []int64
	for _, k := range keys {
		if k.spanned() {
			scopes, moments, ns = append(scopes, k.scope), append(moments, k.overdueAt), append(ns, int64(delta[k]))
		}
	}
	if len(scopes) == 0 {
		return nil
	}
	_, err := s.exec(ctx, `
		insert into open_span (scope, days, starts_at, n)
		select scope, days, date_bin(make_interval(days => days), overdue_at, 'epoch'), sum(n)
		from unnest(cast($1 as text[]), cast($2 as timestamptz[]), cast($3 as integer[])) as k (scope, overdue_at, n), unnest(array[16, 256]) days
		group by 1, 2, 3 having sum(n) <> 0 order by 1, 2, 3
		on conflict (scope, days, starts_at) do update set n = open_span.n + excluded.n`,
		pq.Array(scopes), pq.Array(moments), pq.Array(ns))
	if err != nil {
		return fmt.Errorf("spans of open tasks: %w", err)
	}
	return nil
}

// counting holds the changes of tasks whose counts are written together.
type counting struct{ changes []countedChange }

type countedChange struct{ was, t *Task }

func (c *counting) note(was, t *Task) {
	change, now := countedChange{}, *t
	if was != nil {
		before := *was
		change.was = &before
	}
	change.t = &now
	c.changes = append(c.changes, change)
}

// CountedTogether runs do in one transaction, as InTx does, and writes the counts
// of all that it changes at its end: the rows that every writer needs are touched
// once, and are locked for a moment only.
func (s *Store) CountedTogether(ctx context.Context, do func(tx *Store) error) error {
	return s.InTx(ctx, func(tx *Store) error {
		if tx.later != nil {
			return do(tx)
		}
		together := *tx
		together.later = &counting{}
		if err := do(&together); err != nil {
			return err
		}
		delta, st := map[countKey]int{}, newStanding()
		for _, c := range together.later.changes {
			countChange(delta, c.was, c.t)
			if err := tx.dueChange(ctx, st, c.was, c.t); err != nil {
				return err
			}
		}
		if err := tx.saveOpen(ctx, delta); err != nil {
			return err
		}
		return tx.saveStanding(ctx, st)
	})
}
