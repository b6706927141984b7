package db

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// MatrixRow is a decision in the bilateral matrix, with what each lead does.
type MatrixRow struct {
	DueDirective
	Strength        string
	Deadline        *time.Time
	DeadlineWording string `db:"deadline_wording"`
	Parts           []MatrixPart
	Words           map[string]string // of the source, by language
}

// MatrixPart is what one lead agency has under a decision.
type MatrixPart struct {
	DirectiveID int64 `db:"directive_id"`
	LeadID      int64 `db:"lead_id"`
	Side        string
	Tasks       int
	Done        int
	Overdue     int
	Sent        int        // report waits for review
	Begun       int        // not only given out
	Due         *time.Time // nearest deadline of what is not done
}

// MatrixSize is how many decisions a page of the matrix shows.
const MatrixSize = 100

// MatrixFilter narrows the matrix: sides that a decision is of, and since when
// what is done is still shown (zero: never).
type MatrixFilter struct {
	Sides []string
	Since time.Time
	After int64 // last decision shown, 0 at the start
	Size  int   // rows of a page; 0: MatrixSize
	Now   time.Time
}

// Matrix lists the decisions of me's register that are not done, or that were
// since the last time, the latest first, a page and one more where there are
// further ones.
func (s *Store) Matrix(ctx context.Context, me rules.Actor, f MatrixFilter) ([]MatrixRow, error) {
	if f.Since.IsZero() {
		f.Since = FarFuture
	}
	var rows []MatrixRow
	err := s.plan(ctx, &rows, `
		select d.id, d.title, d.number_year, d.number, d.official, d.strength, d.deadline, d.deadline_wording
		from directive d
		where d.sides && $1 and d.sides @> $2 and d.number is not null and (cast($3 as bigint) = 0 or d.id < $3)
			and exists (select from task t where t.directive_id = d.id
				and (t.status in ('assigned', 'in_progress', 'returned', 'submitted') or t.status = 'accepted' and t.decided_at > $4))
		order by d.id desc limit $5`,
		pq.Array(me.RegisterSides()), pq.Array(f.Sides), f.After, f.Since, cmp.Or(f.Size, MatrixSize)+1)
	if err != nil {
		return nil, fmt.Errorf("matrix: %w", err)
	}
	return rows, s.fillMatrix(ctx, rows, f.Now)
}

func (s *Store) fillMatrix(ctx context.Context, rows []MatrixRow, now time.Time) error {
	ids, at := make([]int64, len(rows)), make(map[int64]*MatrixRow, len(rows))
	for i := range rows {
		ids[i], at[rows[i].ID] = rows[i].ID, &rows[i]
	}
	var parts []MatrixPart
	err := s.all(ctx, &parts, `
		select t.directive_id, t.lead_id, a.side, count(*) as tasks,
			count(*) filter (where t.status = 'accepted') as done,
			count(*) filter (where t.status in ('assigned', 'in_progress', 'returned') and t.overdue_at <= $2) as overdue,
			count(*) filter (where t.status = 'submitted') as sent,
			count(*) filter (where t.status <> 'assigned') as begun,
			min(t.deadline) filter (where t.status <> 'accepted') as due
		from task t join agency a on a.id = t.lead_id
		where t.directive_id = any($1) and t.status not in ('draft', 'cancelled')
		group by t.directive_id, t.lead_id, a.side
		order by t.directive_id, a.side desc, t.lead_id`, pq.Array(ids), now)
	if err != nil {
		return fmt.Errorf("matrix: %w", err)
	}
	for _, p := range parts {
		at[p.DirectiveID].Parts = append(at[p.DirectiveID].Parts, p)
	}
	words, err := s.WordsOf(ctx, ids)
	for id, of := range words {
		at[id].Words = of
	}
	return err
}

// WordsOf returns the words that directives rest on, by directive and language.
// Callers have read the directives as their asker may see them.
func (s *Store) WordsOf(ctx context.Context, directives []int64) (map[int64]map[string]string, error) {
	var rows []struct {
		DirectiveID int64 `db:"directive_id"`
		Language    string
		Words       string
	}
	err := s.all(ctx, &rows, `
		select r.directive_id, c.language, substr(c.text, x.starts + 1, x.ends - x.starts) as words
		from `+restsOn+` r
		join passage x on x.id = r.passage_id
		join document c on c.id = x.document_id
		where r.directive_id = any($1)
		order by x.id desc`, pq.Array(directives))
	if err != nil {
		return nil, fmt.Errorf("words of directives: %w", err)
	}
	words := map[int64]map[string]string{}
	for _, r := range rows {
		if words[r.DirectiveID] == nil {
			words[r.DirectiveID] = map[string]string{}
		}
		words[r.DirectiveID][r.Language] = r.Words
	}
	return words, nil
}
