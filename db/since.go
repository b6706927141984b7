package db

import (
	"context"
	"fmt"
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
	return s.SinceAmong(ctx, me, nil, from, now)
}

// SinceAmong is Since of those directives that concern all of some sides; nil
// takes all directives.
func (s *Store) SinceAmong(ctx context.Context, me rules.Actor, sides []string, from, now time.Time) (Changes, error) {
	c := Changes{From: from, To: now}
	for _, kind := range ChangeKinds {
		if err := s.changeList(ctx, me, c.Of(kind), kind, sides, from, now); err != nil {
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

func (s *Store) changeList(ctx context.Context, me rules.Actor, list *ChangeList, kind string, sides []string, from, now time.Time) error {
	query, ok := actChanges[kind]
	if !ok {
		query = stateChanges[kind]
	}
	var rows []changeRow
	err := s.all(ctx, &rows, query, from, now, pq.Array(me.RegisterSides()), pq.Array(me.AgenciesAs(rules.Focal)), CountUpTo+1, MostChanges, pq.Array(sides))
	if err != nil {
		return fmt.Errorf("what is %s since %s: %w", kind, from.Format(time.RFC3339), err)
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

// visible is the condition that the asker sees a task at least in outline: $3
// are the sides of his register, $4 the agencies he answers for; and that it is
// among all of the sides $7, where these are given.
const visible = `(cast($7 as text[]) is null or d.sides @> $7) and (d.sides && $3 or t.lead_id = any($4) or exists (select from co_executor x where x.task_id = t.id and x.agency_id = any($4)))`

// actChanges are the lists of what was done, by the acts and what else holds.
var actChanges = map[string]string{
	"new":       byActs(`h.act = 'assign' and t.status <> 'draft' and `+visible, ``),
	"done":      byActs(`h.act = 'accept' and t.status = 'accepted' and `+visible, ``),
	"moved":     byActs(`h.act in ('grant', 'move_deadline') and h.changes ? 'deadline' and `+visible, ``),
	"returned":  byActs(`h.act = 'return' and `+visible, ``),
	"cancelled": byActs(`h.act = 'cancel' and t.status = 'cancelled' and t.number is not null and `+visible, ``),
	"gone": byActs(`h.act = 'transfer' and (cast($7 as text[]) is null or d.sides @> $7) and (d.sides && $3 or cast(h.changes->'lead'->>0 as bigint) = any($4))`,
		`h.act = 'edit' and h.changes ? 'lead' and t.number is not null and (cast($7 as text[]) is null or d.sides @> $7) and (d.sides && $3 or cast(h.changes->'lead'->>0 as bigint) = any($4))`),
}

// byActs finds the tasks on which acts were done, the latest first. also are
// acts that another index holds, "" for none.
func byActs(where, also string) string {
	acts := func(where string) string {
		return `(
				select h.id, h.subject_id, h.at
				from history h join task t on t.id = h.subject_id join directive d on d.id = t.directive_id
				where h.subject = 'task' and h.at > $1 and h.at <= $2 and ` + where + `
					and not exists (select from history u where u.undoes = h.id)
				order by h.at desc, h.id desc
				limit $5)`
	}
	from := acts(where)
	if also != "" {
		from = `(` + from + ` union all ` + acts(also) + `)`
	}
	return `
		select ` + taskColumns + `, c.times, c.n, c.acts, c.at, coalesce(p.name, '') as who, l.note,
			cast(nullif(f.changes->'deadline'->>0, '') as date) as from_day, cast(nullif(l.changes->'deadline'->>1, '') as date) as to_day,
			cast(f.changes->'lead'->>0 as bigint) as from_lead, cast(l.changes->'lead'->>1 as bigint) as to_lead
		from (
			select subject_id, count(*) as times, max(at) as at, min(id) as first_id, max(id) as last_id,
				count(*) over () as n, sum(count(*)) over () as acts
			from ` + from + ` x group by subject_id order by max(at) desc, subject_id desc limit $6
		) c
		join task t on t.id = c.subject_id join directive d on d.id = t.directive_id left join agency a on a.id = t.lead_id
		join history f on f.id = c.first_id join history l on l.id = c.last_id left join person p on p.id = l.person_id
		order by c.at desc, t.id desc`
}

// stateChanges are the lists of how tasks stand now.
var stateChanges = map[string]string{
	"late":   byState(`t.overdue_at`, `t.overdue_at > $1 and t.overdue_at <= $2`),
	"silent": byState(`coalesce(t.heard_at, t.assigned_at)`, `coalesce(t.heard_at, t.assigned_at) <= $1 and t.assigned_at <= $2`),
}

func byState(at, where string) string {
	return `
		select ` + taskColumns + `, 1 as times, c.n, c.n as acts, c.at, '' as who, '' as note
		from (
			select x.id, x.at, count(*) over () as n
			from (
				select t.id, ` + at + ` as at from task t join directive d on d.id = t.directive_id
				where t.status in ('assigned', 'in_progress', 'returned') and ` + where + ` and ` + visible + `
				order by ` + at + `, t.id limit $5
			) x order by x.at, x.id limit $6
		) c
		join task t on t.id = c.id join directive d on d.id = t.directive_id join agency a on a.id = t.lead_id
		order by c.at, t.id`
}
