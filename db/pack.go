package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// PackFilter says what a pack for a meeting is about: the register of its sides,
// and since when what was done is new to those who meet.
type PackFilter struct {
	Sides []string
	Since time.Time
	Now   time.Time
}

// PackTask is a task in a pack. Word is the lead's last word, Asked why more time
// is asked; of the other side's tasks both are empty, as is why they are late,
// and Shared alone is filled.
type PackTask struct {
	Task
	Word   string
	WordAt *time.Time `db:"word_at"`
	Asked  string
	Shared string // last note for both sides or the public
}

// Pack is what is put before those who meet. Each part holds PackAtMost rows at
// most; they are counted up to CountUpTo. What was done is what Since tells among
// the same sides.
type Pack struct {
	Done, Late, Going, Idle []PackTask
	Bare                    []DueDirective // directives under which nothing was given out yet
	Counts                  PackCount
}

// PackCount is how many tasks each part has.
type PackCount struct{ Done, Late, Going, Idle Count }

// PackAtMost is how many tasks a part holds; as many as a list of changes.
const PackAtMost = MostChanges

// packParts are the parts of a pack that tell how it stands now ($3), of tasks t
// under directives d. Each is read on an index in its own order.
var packParts = struct{ late, going, idle []packBranch }{
	late:  []packBranch{{open3 + ` and t.overdue_at <= $3`, `t.overdue_at, t.id`}},
	going: ahead(`t.status <> 'assigned'`, packBranch{`t.status = 'submitted' and (cast($3 as timestamptz) is null or true)`, `t.submitted_at, t.id`}),
	idle:  ahead(`t.status = 'assigned'`),
}

// packBranch is a condition with the order of the index that serves it.
type packBranch struct{ where, order string }

const open3 = `t.status in ('assigned', 'in_progress', 'returned')`

// ahead are the open tasks that are not late: by deadline, then those without.
func ahead(and string, more ...packBranch) []packBranch {
	return append([]packBranch{
		{open3 + ` and t.overdue_at > $3 and ` + and, `t.overdue_at, t.id`},
		{open3 + ` and t.overdue_at is null and (cast($3 as timestamptz) is null or true) and ` + and, `t.id`},
	}, more...)
}

// packIDs is the query for a part's ids: each branch by its own order, limit rows
// of it.
func packIDs(branches []packBranch, limit int) string {
	query := ""
	for i, b := range branches {
		if i > 0 {
			query += ` union all `
		}
		query += fmt.Sprintf(`(select t.id, %d as branch, row_number() over (order by %s) as place
			from task t join directive d on d.id = t.directive_id
			where %s and d.sides @> $2 and d.sides && $1
			order by %s limit %d)`, i, b.order, b.where, b.order, limit)
	}
	return query
}

// Pack gathers a pack as me may see it.
func (s *Store) Pack(ctx context.Context, me rules.Actor, f PackFilter) (*Pack, error) {
	var p Pack
	if err := s.packDone(ctx, me, f, &p); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	for _, part := range []struct {
		branches []packBranch
		rows     *[]PackTask
		count    *Count
	}{
		{packParts.late, &p.Late, &p.Counts.Late},
		{packParts.going, &p.Going, &p.Counts.Going}, {packParts.idle, &p.Idle, &p.Counts.Idle},
	} {
		if err := s.packPart(ctx, me, f, part.branches, part.rows, part.count); err != nil {
			return nil, fmt.Errorf("pack: %w", err)
		}
	}
	err := s.plan(ctx, &p.Bare, `
		select d.id, d.title, d.number_year, d.number, d.official
		from directive d
		where d.sides @> $2 and d.sides && $1 and not exists (select from task t where t.directive_id = d.id and t.status not in ('draft', 'cancelled'))
			and not exists (select from lineage l where l.earlier_id = d.id and l.kind in ('restates', 'replaces', 'merges'))
		order by d.id desc limit 50`, pq.Array(me.RegisterSides()), pq.Array(f.Sides))
	if err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return &p, nil
}

// packDone fills in what was done, from the list of changes.
func (s *Store) packDone(ctx context.Context, me rules.Actor, f PackFilter, p *Pack) error {
	var done ChangeList
	if err := s.changeList(ctx, me, &done, "done", ChangeFilter{Sides: f.Sides, From: f.Since, Now: f.Now}); err != nil {
		return err
	}
	p.Counts.Done = Count{N: done.N, More: done.More}
	ids := make([]int64, len(done.Rows))
	for i := range done.Rows {
		ids[i] = done.Rows[i].ID
	}
	return s.packRows(ctx, me, &p.Done, `select id, 1 as branch, place from unnest($1::bigint[]) with ordinality as u (id, place)`, pq.Array(ids))
}

func (s *Store) packPart(ctx context.Context, me rules.Actor, f PackFilter, branches []packBranch, rows *[]PackTask, count *Count) error {
	args := []any{pq.Array(me.RegisterSides()), pq.Array(f.Sides), f.Now}
	err := s.packRows(ctx, me, rows, fmt.Sprintf(`select * from (%s) n order by branch, place limit %d`, packIDs(branches, PackAtMost), PackAtMost), args...)
	if err != nil {
		return err
	}
	if len(*rows) < PackAtMost {
		*count = Count{N: len(*rows)}
		return nil
	}
	var counts []int
	err = s.plan(ctx, &counts, fmt.Sprintf(`select count(*) from (select from (%s) n limit %d) n`, packIDs(branches, CountUpTo+1), CountUpTo+1), args...)
	if err == nil {
		*count = bounded(counts[0])
	}
	return err
}

// packRows reads the tasks of a page of ids, by branch and place, with what the
// pack says of each.
func (s *Store) packRows(ctx context.Context, me rules.Actor, rows *[]PackTask, page string, args ...any) error {
	err := s.plan(ctx, rows, `
		select `+taskColumns+`, coalesce(r.done, '') as word, r.at as word_at, coalesce(q.reason, '') as asked, coalesce(n.text, '') as shared
		from (`+page+`) page
		join task t on t.id = page.id
		join directive d on d.id = t.directive_id
		join agency a on a.id = t.lead_id
		left join lateral (select r.done, r.at from report r where r.task_id = t.id and r.undone_at is null order by r.id desc limit 1) r on true
		left join lateral (select q.reason from request q where q.task_id = t.id and q.state = 'pending' and q.kind = 'extension' limit 1) q on true
		left join lateral (select n.text from note n where n.task_id = t.id and n.visibility <> 'own' order by n.id desc limit 1) n on true
		order by page.branch, page.place`, args...)
	if err != nil {
		return err
	}
	for i := range *rows {
		if t := &(*rows)[i]; rules.SightOf(me, t.Scope()) != rules.SeesAll {
			t.Word, t.WordAt, t.Asked, t.LateReason, t.LatePlan = "", nil, "", "", ""
		}
	}
	return nil
}

// LastMeeting returns the latest meeting of all of the sides that was held on
// one of the levels before a day and that me may see; nil for none.
func (s *Store) LastMeeting(ctx context.Context, me rules.Actor, sides, levels []string, before time.Time) (*Meeting, error) {
	var rows []Meeting
	err := s.all(ctx, &rows, `
		select m.id, m.title, m.held_on, m.place, m.level, m.sides, m.version, m.created_by, m.created_at
		from meeting m
		where `+seesMeeting+` and m.sides @> $2 and m.level = any($3) and m.held_on < $4
		order by m.held_on desc, m.id desc limit 1`, pq.Array(me.RegisterSides()), pq.Array(sides), pq.Array(levels), before)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}
