package db

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// Change is a task in one of the lists of what changed. Of a task that me sees
// in outline only, Who and Note are empty; of one that me no longer sees
// (Sight rules.SeesNothing), everything but its number and former lead.
type Change struct {
	Task
	Sight    rules.Sight
	Times    int       // how often in this time
	At       time.Time // the last time; of a silent one the last word
	Who      string
	Note     string
	From, To *time.Time // deadline before and after, of a moved one
	FromLead int64      // of one that was given to another agency
	ToLead   int64
}

// ChangeList is one of the lists. N counts its tasks, as far as they were
// looked at: More says that there are further ones. Rows are the latest of
// them, at most MostChanges.
type ChangeList struct {
	N    int
	More bool
	Rows []Change
}

// MostChanges is how many tasks each list of changes holds; they are counted up
// to CountUpTo.
const MostChanges = 200

// Changes is what changed between two moments, of the tasks that somebody may
// see: from history, and for Late and Silent from how it stands at To.
type Changes struct {
	From, To  time.Time
	New       ChangeList // assigned
	Done      ChangeList // accepted, and still so
	Moved     ChangeList // deadline given or moved
	Late      ChangeList // overdue since
	Silent    ChangeList // open before, and not a word from the lead since
	Returned  ChangeList // sent back for rework
	Cancelled ChangeList
	Gone      ChangeList // given to another lead agency
}

// ChangeKinds are the names of the lists, in the order they are read.
var ChangeKinds = []string{"new", "done", "moved", "late", "silent", "returned", "cancelled", "gone"}

// Of returns a list by its name.
func (c *Changes) Of(kind string) *ChangeList {
	return map[string]*ChangeList{"new": &c.New, "done": &c.Done, "moved": &c.Moved, "late": &c.Late, "silent": &c.Silent,
		"returned": &c.Returned, "cancelled": &c.Cancelled, "gone": &c.Gone}[kind]
}

// Since returns what changed from a moment until now, of what me may see. What
// was undone did not happen. Each list costs the same however large the
// register is: it stops at the latest thousand.
func (s *Store) Since(ctx context.Context, me rules.Actor, from, now time.Time) (Changes, error) {
	return s.SinceAmong(ctx, me, ChangeFilter{From: from, Now: now})
}

// ChangeFilter says which changes are asked for: of directives that concern all
// of some sides (nil: of all directives), and how many rows of each list (0:
// MostChanges).
type ChangeFilter struct {
	Sides     []string
	From, Now time.Time
	Rows      int
}

// SinceAmong is Since, filtered.
func (s *Store) SinceAmong(ctx context.Context, me rules.Actor, f ChangeFilter) (Changes, error) {
	c := Changes{From: f.From, To: f.Now}
	for _, kind := range ChangeKinds {
		if err := s.changeList(ctx, me, c.Of(kind), kind, f); err != nil {
			return c, err
		}
	}
	return c, nil
}

// changeRow is a row of a list as the database gives it.
type changeRow struct {
	Task
	Times, N, Acts int
	At             time.Time
	Who, Note      string
	FromDay        *time.Time `db:"from_day"`
	ToDay          *time.Time `db:"to_day"`
	FromLead       *int64     `db:"from_lead"`
	ToLead         *int64     `db:"to_lead"`
}

func (s *Store) changeList(ctx context.Context, me rules.Actor, list *ChangeList, kind string, f ChangeFilter) error {
	args := []any{f.From, f.Now, CountUpTo + 1, cmp.Or(f.Rows, MostChanges)}
	query := changesOfAll[kind]
	if f.Sides != nil || !seesAllSides(me) {
		query, args = changesOfSome[kind], append(args, pq.Array(me.RegisterSides()), pq.Array(me.AgenciesAs(rules.Focal)), pq.Array(f.Sides))
	}
	var rows []changeRow
	if err := s.all(ctx, &rows, query, args...); err != nil {
		return fmt.Errorf("what is %s since %s: %w", kind, f.From.Format(time.RFC3339), err)
	}
	for i := range rows {
		r := &rows[i]
		list.N, list.More = min(r.N, CountUpTo), r.Acts > CountUpTo
		change := Change{Task: r.Task, Sight: rules.SightOf(me, r.Scope()), Times: r.Times, At: r.At, Who: r.Who, Note: r.Note,
			From: r.FromDay, To: r.ToDay, FromLead: deref(r.FromLead), ToLead: deref(r.ToLead)}
		list.Rows = append(list.Rows, change.asSeen())
	}
	return nil
}

// asSeen leaves of a change what its reader may know.
func (c Change) asSeen() Change {
	switch c.Sight {
	case rules.SeesOutline:
		c.Who, c.Note, c.LateReason, c.LatePlan = "", "", "", ""
	case rules.SeesNothing:
		c.Task = Task{ID: c.ID, Number: c.Number, NumberYear: c.NumberYear, DirectiveNo: c.DirectiveNo}
		c.ToLead, c.Who, c.Note = 0, "", ""
	}
	return c
}

// What the asker sees at least in outline, among directives that concern all of
// the sides $7, where these are given: $5 are the sides of his register, $6 the
// agencies he answers for.
const (
	among   = `(cast($7 as text[]) is null or d.sides @> $7)`
	visible = among + ` and (d.sides && $5 or t.lead_id = any($6) or exists (select from co_executor x where x.task_id = t.id and x.agency_id = any($6)))`
	wasHis  = among + ` and (d.sides && $5 or cast(h.changes->'lead'->>0 as bigint) = any($6))`
)

// actList are acts as an index of history holds them. task is what their task has
// to be as well, "" for nothing; sees who sees them.
type actList struct{ acts, task, sees string }

// actLists are the lists of what was done.
var actLists = map[string][]actList{
	"new":       {{`h.act = 'assign'`, ``, visible}},
	"done":      {{`h.act = 'accept'`, `t.status = 'accepted'`, visible}},
	"moved":     {{`h.act in ('grant', 'move_deadline') and h.changes ? 'deadline'`, ``, visible}},
	"returned":  {{`h.act = 'return'`, ``, visible}},
	"cancelled": {{`h.act = 'cancel'`, `t.status = 'cancelled' and t.number is not null`, visible}},
	"gone":      {{`h.act = 'transfer'`, ``, wasHis}, {`h.act = 'edit' and h.changes ? 'lead'`, `t.number is not null`, wasHis}},
}

// stateLists are the lists of how open tasks stand now: the moment they are
// ordered by, and the condition.
var stateLists = map[string][2]string{
	"late":   {`t.overdue_at`, `t.overdue_at > $1 and t.overdue_at <= $2`},
	"silent": {`coalesce(t.heard_at, t.assigned_at)`, `coalesce(t.heard_at, t.assigned_at) <= $1 and t.assigned_at <= $2`},
}

// The queries by ChangeKinds: for who sees every directive, and for others. A
// join that nothing asks for would be paid for each of a thousand rows.
var changesOfAll, changesOfSome = changeQueries(true), changeQueries(false)

func changeQueries(all bool) map[string]string {
	queries := map[string]string{}
	for kind, lists := range actLists {
		parts := make([]string, len(lists))
		for i, l := range lists {
			parts[i] = l.query(all)
		}
		queries[kind] = byActs(strings.Join(parts, ` union all `))
	}
	for kind, l := range stateLists {
		queries[kind] = byState(l[0], l[1], all)
	}
	return queries
}

// query finds the acts, the latest first, without those that were undone.
func (l actList) query(all bool) string {
	from, where := `history h`, l.acts
	if l.task != "" || !all {
		from += ` join task t on t.id = h.subject_id`
	}
	if l.task != "" {
		where += ` and ` + l.task
	}
	if !all {
		from += ` join directive d on d.id = t.directive_id`
		where += ` and ` + l.sees
	}
	return `(
				select h.id, h.subject_id, h.at from ` + from + `
				where h.subject = 'task' and h.at > $1 and h.at <= $2 and ` + where + `
					and not exists (select from history u where u.undoes = h.id)
				order by h.at desc, h.id desc
				limit $3)`
}

// byActs reads the tasks of acts, with the first and the last of each.
func byActs(from string) string {
	return `
		select ` + taskColumns + `, c.times, c.n, c.acts, c.at, coalesce(p.name, '') as who, l.note,
			cast(nullif(f.changes->'deadline'->>0, '') as date) as from_day, cast(nullif(l.changes->'deadline'->>1, '') as date) as to_day,
			cast(f.changes->'lead'->>0 as bigint) as from_lead, cast(l.changes->'lead'->>1 as bigint) as to_lead
		from (
			select subject_id, count(*) as times, max(at) as at, min(id) as first_id, max(id) as last_id,
				count(*) over () as n, sum(count(*)) over () as acts
			from (` + from + `) x group by subject_id order by max(at) desc, subject_id desc limit $4
		) c
		join task t on t.id = c.subject_id join directive d on d.id = t.directive_id left join agency a on a.id = t.lead_id
		join history f on f.id = c.first_id join history l on l.id = c.last_id left join person p on p.id = l.person_id
		order by c.at desc, t.id desc`
}

func byState(at, where string, all bool) string {
	from := `task t`
	if !all {
		from += ` join directive d on d.id = t.directive_id`
		where += ` and ` + visible
	}
	return `
		select ` + taskColumns + `, 1 as times, c.n, c.n as acts, c.at, '' as who, '' as note
		from (
			select x.id, x.at, count(*) over () as n
			from (
				select t.id, ` + at + ` as at from ` + from + `
				where t.status in ('assigned', 'in_progress', 'returned') and ` + where + `
				order by ` + at + `, t.id limit $3
			) x order by x.at, x.id limit $4
		) c
		join task t on t.id = c.id join directive d on d.id = t.directive_id join agency a on a.id = t.lead_id
		order by c.at, t.id`
}
