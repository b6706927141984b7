package db

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// CountFilter says which open tasks to count: of one lead agency, of one side,
// or (both zero) of everything the asker's register shows.
type CountFilter struct {
	AgencyID int64
	Side     rules.Side
}

// Ageing are the steps of how late a task is, in days, both inclusive; Max 0 =
// no end.
var Ageing = []struct {
	Name     string
	Min, Max int
}{{"week", 1, 7}, {"month", 8, 30}, {"quarter", 31, 90}, {"longer", 91, 0}}

// Ages is the number of overdue tasks by how long they are late, in the steps
// of Ageing.
type Ages struct {
	Week, Month, Quarter, Longer int
}

// All is the number of overdue tasks.
func (a Ages) All() int { return a.Week + a.Month + a.Quarter + a.Longer }

// Counts are the ages as counts, all of them exact.
func (a Ages) Counts() AgeCounts {
	return AgeCounts{Week: Count{N: a.Week}, Month: Count{N: a.Month}, Quarter: Count{N: a.Quarter}, Longer: Count{N: a.Longer}}
}

// AgeCounts are Ages that may have been counted up to a bound only.
type AgeCounts struct {
	Week, Month, Quarter, Longer Count
}

// All is their sum.
func (a AgeCounts) All() Count {
	return Count{N: a.Week.N + a.Month.N + a.Quarter.N + a.Longer.N, More: a.Week.More || a.Month.More || a.Quarter.More || a.Longer.More}
}

// OverdueAges counts the overdue tasks that me may see at now, by age. It reads
// open_count only, never the tasks.
func (s *Store) OverdueAges(ctx context.Context, me rules.Actor, f CountFilter, now time.Time) (Ages, error) {
	scope := countScope(me, f)
	if scope == "" {
		return Ages{}, nil
	}
	now = wholeMinute(now)
	a, err := sameOne[Ages](ctx, s.steady(), agesOf("$1", "$5", "$2", "$3", "$4"),
		scope, now.AddDate(0, 0, -7), now.AddDate(0, 0, -30), now.AddDate(0, 0, -90), now)
	if err != nil {
		return a, fmt.Errorf("overdue counts of %s: %w", scope, err)
	}
	return a, nil
}

// agesOf sums the kept counts of a scope by age: at a moment, and 7, 30 and 90
// days before it.
func agesOf(scope, now, week, month, quarter string) string {
	return `
		select
			coalesce(sum(n) filter (where overdue_at > ` + week + `), 0) as week,
			coalesce(sum(n) filter (where overdue_at <= ` + week + ` and overdue_at > ` + month + `), 0) as month,
			coalesce(sum(n) filter (where overdue_at <= ` + month + ` and overdue_at > ` + quarter + `), 0) as quarter,
			coalesce(sum(n) filter (where overdue_at <= ` + quarter + `), 0) as longer
		from open_count
		where scope = ` + scope + ` and state = 'open' and overdue_at <= ` + now
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

// Grouping is what overdue tasks are put together by.
type Grouping string

// The groupings of the overdue review.
const (
	ByAgency    Grouping = "agency"
	BySide      Grouping = "side"
	ByDirective Grouping = "directive"
	ByMeeting   Grouping = "meeting"
)

// Groupings are all of them.
var Groupings = []Grouping{ByAgency, BySide, ByDirective, ByMeeting}

// groupConditions narrow the tasks to one group, by its key k.
var groupConditions = map[Grouping]string{
	ByAgency: `t.lead_id = cast(k.key as bigint)`, BySide: `a.side = k.key`, ByDirective: `t.directive_id = cast(k.key as bigint)`,
	ByMeeting: `t.directive_id = any(array(select x.id from directive x where x.meeting_id = cast(k.key as bigint)))`,
}

// KeyIn is the group that a task belongs to.
func (t *ListedTask) KeyIn(g Grouping) string {
	switch g {
	case BySide:
		return t.LeadSide
	case ByDirective:
		return fmt.Sprint(t.DirectiveID)
	case ByMeeting:
		return fmt.Sprint(t.MeetingID)
	}
	return fmt.Sprint(deref(t.LeadID))
}

// OverdueGroups counts the list's tasks of the groups on a page: from the kept
// counts where these are of the same tasks, else as far as CountUpTo.
func (s *Store) OverdueGroups(ctx context.Context, me rules.Actor, f OverdueFilter, g Grouping, keys []string, now time.Time) (map[string]Count, error) {
	counts := map[string]Count{}
	if len(keys) == 0 || groupConditions[g] == "" {
		return counts, nil
	}
	if g == ByAgency && f.plain() {
		var err error
		if keys, err = s.keptGroups(ctx, me, f, keys, counts, now); err != nil || len(keys) == 0 {
			return counts, err
		}
	}
	c := &clause{}
	f.Sort, f.byLead, f.bySide = Sort{}, g == ByAgency, g == BySide
	f.things(c, me)
	f.ages(c, now)
	c.add(groupConditions[g])
	var rows []struct {
		Key string
		N   int
	}
	err := s.all(ctx, &rows, fmt.Sprintf(`
		select k.key, (select count(*) from (select%s%s limit %d) x) as n from unnest(%s::text[]) as k (key)`,
		f.from(me), c.where(), CountUpTo+1, c.arg(pq.Array(keys))), c.args...)
	if err != nil {
		return nil, fmt.Errorf("overdue by %s: %w", g, err)
	}
	for _, r := range rows {
		counts[r.Key] = bounded(r.N)
	}
	return counts, nil
}

// keptGroups counts the agencies whose kept counts are of the same tasks, and
// returns the others.
func (s *Store) keptGroups(ctx context.Context, me rules.Actor, f OverdueFilter, keys []string, counts map[string]Count, now time.Time) (others []string, err error) {
	all, err := s.Directory(ctx, now)
	if err != nil {
		return nil, err
	}
	byKey := map[string]string{}
	for id, a := range all {
		byKey[fmt.Sprint(id)] = a.Side
	}
	var scopes []string
	for _, key := range keys {
		if keptFor(me, byKey[key]) {
			scopes = append(scopes, "agency:"+key)
		} else {
			others = append(others, key)
		}
	}
	now = wholeMinute(now)
	args := []any{pq.Array(scopes), now.AddDate(0, 0, 1-max(f.MinDays, 1))}
	count := lateOf("$2")
	if f.MaxDays > 0 {
		args = append(args, now.AddDate(0, 0, -f.MaxDays))
		count += " - " + lateOf("$3")
	}
	rows, err := same[struct {
		Key string
		N   int
	}](ctx, s.steady(), `select substr(s.scope, 8) as key, `+count+` as n from unnest(cast($1 as text[])) s (scope)`, args...)
	if err != nil {
		return nil, fmt.Errorf("overdue of agencies: %w", err)
	}
	for _, r := range rows {
		counts[r.Key] = Count{N: r.N}
	}
	return others, nil
}
