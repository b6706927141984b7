package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// ClaimImport takes an import that is to be checked or written, a certain one or
// (with 0) the next, also one whose server died; nil where there is none.
func (s *Store) ClaimImport(ctx context.Context, id int64, lease string, now time.Time) (*Import, error) {
	var im Import
	err := s.get(ctx, &im, `
		update import set leased_by = $2, leased_until = $3
		where id = (
			select id from import
			where state in ('checking', 'writing') and (leased_until is null or leased_until < $4) and (cast($1 as bigint) = 0 or id = $1) and failures < $5
			order by id limit 1 for update skip locked)
		returning `+importColumns, id, lease, now.Add(importLease), now, importFailures)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("imports: %w", err)
	}
	return &im, nil
}

// ImportBatch returns the next rows to check or to write: new ones first, and
// last those that wait for what stands further down.
func (s *Store) ImportBatch(ctx context.Context, im *Import, n int) ([]ImportRow, error) {
	fates := []string{""}
	if im.State == "writing" {
		fates = []string{"new", "changed"}
	}
	var rows []ImportRow
	err := s.all(ctx, &rows, `
		select w.line, w.cells, w.identity, w.fate, w.problems, w.written, w.later
		from unnest(cast($2 as text[])) with ordinality as f (fate, at)
		cross join lateral (
			select x.* from import_row x
			where x.import_id = $1 and x.fate = f.fate and not x.written
			order by x.later, x.line limit $3
		) w
		order by w.later, f.at, w.line limit $3`, im.ID, pq.Array(fates), n)
	if err != nil {
		return nil, fmt.Errorf("rows of import %d: %w", im.ID, err)
	}
	return unpacked(rows)
}

// KeepFates writes what came of rows and keeps the lease. ErrLeaseLost where
// another server took the import over.
func (s *Store) KeepFates(ctx context.Context, im *Import, lease string, rows []ImportRow, now time.Time) error {
	n, err := s.exec(ctx, `update import set leased_until = $3 where id = $1 and leased_by = $2`, im.ID, lease, now.Add(importLease))
	if err == nil && n == 0 {
		err = ErrLeaseLost
	}
	if err != nil {
		return fmt.Errorf("import %d: %w", im.ID, err)
	}
	type line struct {
		Line     int            `json:"line"`
		Identity string         `json:"identity"`
		Fate     string         `json:"fate"`
		Problems rules.Problems `json:"problems"`
		Written  bool           `json:"written"`
		Later    bool           `json:"later"`
	}
	var lines []line
	for _, r := range rows {
		if r.Problems == nil {
			r.Problems = rules.Problems{}
		}
		lines = append(lines, line{r.Line, r.Identity, r.Fate, r.Problems, r.Written, r.Later})
	}
	raw, err := json.Marshal(lines)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `
		update import_row w set identity = r.identity, fate = r.fate, problems = r.problems, written = r.written, later = r.later
		from jsonb_to_recordset($2::jsonb) as r (line integer, identity text, fate text, problems jsonb, written boolean, later boolean)
		where w.import_id = $1 and w.line = r.line`, im.ID, string(raw))
	if err != nil {
		return fmt.Errorf("rows of import %d: %w", im.ID, err)
	}
	return nil
}

// EndImport notes that all rows are checked or written.
func (s *Store) EndImport(ctx context.Context, im *Import, lease string, now time.Time) error {
	_, err := s.exec(ctx, `
		update import set leased_until = null, leased_by = '',
			state = case state when 'checking' then 'checked' else 'done' end,
			done_at = case state when 'checking' then null else $3::timestamptz end
		where id = $1 and leased_by = $2 and state in ('checking', 'writing')`, im.ID, lease, now)
	if err != nil {
		return fmt.Errorf("import %d: %w", im.ID, err)
	}
	return nil
}

// FailImport notes that a batch failed; it is tried again, but not for ever.
func (s *Store) FailImport(ctx context.Context, im *Import, lease string) error {
	_, err := s.exec(ctx, `update import set leased_until = null, leased_by = '', failures = failures + 1 where id = $1 and leased_by = $2`, im.ID, lease)
	if err != nil {
		return fmt.Errorf("import %d: %w", im.ID, err)
	}
	return nil
}

// LeaveImport lets another server, or a later call, go on with it.
func (s *Store) LeaveImport(ctx context.Context, im *Import, lease string) error {
	_, err := s.exec(ctx, `update import set leased_until = null, leased_by = '' where id = $1 and leased_by = $2`, im.ID, lease)
	if err != nil {
		return fmt.Errorf("import %d: %w", im.ID, err)
	}
	return nil
}
