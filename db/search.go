package db

import (
	"context"
	"fmt"
	"strings"

	"github.com/lib/pq"

	"amal/rules"
)

// Found is one thing that a search found.
type Found struct {
	Kind     string // one of SearchKinds
	ID       int64
	On       int64  `db:"on_id"` // the task of a report or file
	Title    string // of the thing; of a report its beginning
	Ref      string `db:"-"`
	Beside   string // title of the task or directive it belongs to
	Official bool   // for official use

	NumberYear  *int `db:"number_year"`
	DirectiveNo *int `db:"directive_no"`
	TaskNo      *int `db:"task_no"`
}

// SearchKinds are the kinds of things that are searched, in the order shown.
var SearchKinds = []string{"directive", "task", "report", "file", "agency"}

// SearchLimit is how many of a kind a page shows; CountLimit how far they are
// counted.
const (
	SearchLimit = 20
	CountLimit  = 200
)

// seesAllOf is the condition that the asker sees task t of directive d, led by
// agency a, fully: rules.SightOf in SQL. $1 are his register sides, $2 the
// agencies he answers for, $3 as whom he controls.
const seesAllOf = `(a.side = any($1) or a.side = 'joint' and d.sides && $1 or t.lead_id = any($2) or d.sides && $1 and d.controller_id = any($3)
	or exists (select from co_executor e where e.task_id = t.id and e.agency_id = any($2)))`

// sources says for each kind which rows are searched and who sees them; all
// take $1 to $3 of seesAllOf, and $4, the sides of his agencies.
var sources = map[string]string{
	"directive": `select 'directive' as kind, x.id, x.id as on_id, x.title, m.title as beside, x.number_year, x.number as directive_no, cast(null as integer) as task_no, x.official
		from directive x join meeting m on m.id = x.meeting_id
		where cardinality($3::bigint[]) >= 0 and cardinality($4::text[]) >= 0 and (x.sides && $1 or exists (select from task t where t.directive_id = x.id and t.status <> 'draft'
			and (t.lead_id = any($2) or exists (select from co_executor e where e.task_id = t.id and e.agency_id = any($2)))))`,
	"task": `select 'task' as kind, x.id, x.id as on_id, x.title, d.title as beside, d.number_year, d.number as directive_no, x.number as task_no, d.official
		from task x join directive d on d.id = x.directive_id
		where cardinality($3::bigint[]) >= 0 and cardinality($4::text[]) >= 0 and (d.sides && $1 or x.status <> 'draft' and (x.lead_id = any($2)
			or exists (select from co_executor e where e.task_id = x.id and e.agency_id = any($2))))`,
	"report": `select 'report' as kind, x.id, t.id as on_id, left(x.done, 200) as title, t.title as beside, d.number_year, d.number as directive_no, t.number as task_no, d.official
		from report x join task t on t.id = x.task_id join directive d on d.id = t.directive_id join agency a on a.id = t.lead_id
		where x.undone_at is null and cardinality($4::text[]) >= 0 and ` + seesAllOf,
	"file": `select 'file' as kind, x.id, t.id as on_id, x.name as title, t.title as beside, d.number_year, d.number as directive_no, t.number as task_no, d.official
		from file x join task t on t.id = x.task_id join directive d on d.id = t.directive_id join agency a on a.id = t.lead_id join agency g on g.id = x.agency_id
		where ` + seesAllOf + ` and (x.report_id is not null or x.agency_id = any($2))
			and (x.visibility <> 'own' or g.side = any($4) or g.side = 'joint' or 'joint' = any($4))`,
	"agency": `select 'agency' as kind, x.id, x.id as on_id, x.name_en as title, x.code as beside, cast(null as integer) as number_year, cast(null as integer) as directive_no, cast(null as integer) as task_no, false as official
		from agency x where cardinality($3::bigint[]) >= 0 and cardinality($4::text[]) >= 0 and cardinality($1::text[]) >= 0 and cardinality($2::bigint[]) >= 0`,
}

// Search finds the things of a kind in which all words stand, the latest first,
// before an id (0: from the first), and tells how many there are, counted up
// to CountLimit. Only what me may see is found or counted; agencies are for
// those who see the register.
func (s *Store) Search(ctx context.Context, me rules.Actor, kind string, words []string, before int64) (found []Found, count int, err error) {
	matched, args, ok := searchFor(me, kind, words)
	if !ok {
		return nil, 0, nil
	}
	last := len(args)
	err = s.plan(ctx, &found, matched+fmt.Sprintf(` and (cast($%d as bigint) = 0 or x.id < $%d) order by x.id desc limit $%d`, last+1, last+1, last+2), append(args, before, SearchLimit+1)...)
	if err != nil {
		return nil, 0, fmt.Errorf("search for a %s: %w", kind, err)
	}
	if len(found) <= SearchLimit && before == 0 {
		count = len(found)
		return named(found), count, nil
	}
	var counts []int
	if err := s.plan(ctx, &counts, fmt.Sprintf(`select count(*) from (%s limit $%d) f`, matched, last+1), append(args, CountLimit+1)...); err != nil {
		return nil, 0, fmt.Errorf("count of a %s: %w", kind, err)
	}
	return named(found), counts[0], nil
}

// searchFor is the query for the things of a kind in which all words stand, with
// its arguments; ok is false where me does not search for that kind.
func searchFor(me rules.Actor, kind string, words []string) (matched string, args []any, ok bool) {
	source, ok := sources[kind]
	if !ok || len(words) == 0 || kind == "agency" && !rules.Allowed(me, rules.SeeAgencies) {
		return "", nil, false
	}
	args = []any{pq.Array(me.RegisterSides()), pq.Array(me.AgenciesAs(rules.Focal)), pq.Array(me.Controls()), pq.Array(sidesOfMe(me))}
	matched = source
	for _, w := range words {
		args = append(args, "%"+escapeLike(w)+"%")
		matched += fmt.Sprintf(` and x.folded like $%d`, len(args))
	}
	return matched, args, true
}

// named gives what was found the numbers that people know it by.
func named(found []Found) []Found {
	for i := range found {
		found[i].name()
	}
	return found
}

// escapeLike writes a word so that like takes each of its signs as it is.
func escapeLike(word string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(word)
}

// leastSimilar is how alike two folded titles must be to be shown before a
// number is given, by pg_trgm's similarity.
const leastSimilar = 0.6

// LookAlikes lists what a draft task may double: other open tasks with much the
// same title, and directives of other meetings that say the same as its own
// and are not tied to it. At most ten of each; only what me may see.
func (s *Store) LookAlikes(ctx context.Context, me rules.Actor, taskID int64) ([]Found, error) {
	t, _, err := s.Task(ctx, me, taskID)
	if err != nil || t.Status != rules.Draft || t.Number != nil {
		return nil, err
	}
	var found []Found
	err = s.all(ctx, &found, `
		select * from (
			select 'task' as kind, x.id, x.id as on_id, x.title, d.title as beside, d.number_year, d.number as directive_no, x.number as task_no
			from task x join directive d on d.id = x.directive_id
			where x.folded % $2 and similarity(x.folded, $2) >= $3 and x.id <> $4 and x.number is not null and x.status not in ('accepted', 'cancelled') and d.sides && $1
			order by similarity(x.folded, $2) desc, x.id limit 10
		) tasks
		union all
		select * from (
			select 'directive', x.id, x.id, x.title, m.title, x.number_year, x.number, cast(null as integer)
			from directive x join meeting m on m.id = x.meeting_id join directive own on own.id = $5
			where x.id <> own.id and x.meeting_id <> own.meeting_id and x.sides && $1 and cardinality(own.likeness) > 0 and x.likeness @> own.likeness
				and not exists (select from lineage l where (l.directive_id, l.earlier_id) in ((x.id, own.id), (own.id, x.id)))
			order by x.id desc limit 10
		) directives`,
		pq.Array(me.RegisterSides()), rules.Fold(t.Title), leastSimilar, taskID, t.DirectiveID)
	if err != nil {
		return nil, fmt.Errorf("what task %d is like: %w", taskID, err)
	}
	return named(found), nil
}

// name gives what was found the number that people know it by.
func (f *Found) name() {
	f.Ref = rules.TaskRef(deref(f.NumberYear), deref(f.DirectiveNo), deref(f.TaskNo))
	if f.TaskNo == nil {
		f.Ref = rules.DirectiveRef(deref(f.NumberYear), deref(f.DirectiveNo))
	}
}
