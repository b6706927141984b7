package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"amal/rules"
)

// Export is a list or report that somebody has made as a file.
type Export struct {
	ID        int64
	PersonID  int64 `db:"person_id"`
	Path      string
	Format    string
	Locale    string
	Title     string
	Rights    string // what its maker was then
	State     string // waiting, running, done, failed
	Attempts  int
	Rows      int64 // done so far
	Size      int64
	Name      string     // of the file
	CreatedAt time.Time  `db:"created_at"`
	DoneAt    *time.Time `db:"done_at"`
}

const exportColumns = `id, person_id, path, format, locale, title, rights, state, attempts, rows, size, name, created_at, done_at`

// What an export may take: its lease, how often it is begun, how long its file
// is kept, and how many wait for one person.
const (
	exportLease    = 2 * time.Minute
	exportAttempts = 3
	ExportKept     = 7 * 24 * time.Hour
	exportsWaiting = 5
)

// ErrTooManyExports says that as many files as may be are being made for
// somebody.
var ErrTooManyExports = errors.New("too many exports wait")

// Snapshot runs do on the state of one moment, read only: the pages of a long
// list fit together.
func (s *Store) Snapshot(ctx context.Context, do func(tx *Store) error) error {
	if s.tx != nil {
		return do(s)
	}
	tx, err := s.pool.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return translate(err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	var fresh []string
	if err := do(&Store{pool: s.pool, tx: tx, stmts: s.stmts, fresh: &fresh, past: s.past}); err != nil {
		return err
	}
	return translate(tx.Commit())
}

// rightsOf writes what an actor may: who is something else later does not get
// what was made for him as he was.
func rightsOf(me rules.Actor) string {
	var words []string
	for _, m := range me.Members {
		words = append(words, fmt.Sprintf("%d:%s:%s", m.AgencyID, m.Side, m.Role))
	}
	for _, id := range me.StandsFor {
		words = append(words, fmt.Sprintf("for %d", id))
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

// AddExport has a file made and returns its id; one that is asked for already
// is not made twice. ErrTooManyExports is for who has many waiting.
func (s *Store) AddExport(ctx context.Context, me rules.Actor, e Export, now time.Time) (id int64, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		if _, err := tx.exec(ctx, `select from person where id = $1 for update`, me.PersonID); err != nil {
			return err
		}
		var waiting []Export
		err := tx.all(ctx, &waiting, `select `+exportColumns+` from export where person_id = $1 and state in ('waiting', 'running')`, me.PersonID)
		if err != nil {
			return err
		}
		for _, w := range waiting {
			if w.Path == e.Path && w.Locale == e.Locale && w.Rights == rightsOf(me) {
				id = w.ID
				return nil
			}
		}
		if len(waiting) >= exportsWaiting {
			return ErrTooManyExports
		}
		id, err = tx.id(ctx, `
			insert into export (person_id, path, format, locale, title, rights, created_at)
			values ($1, $2, $3, $4, $5, $6, $7) returning id`,
			me.PersonID, e.Path, e.Format, e.Locale, e.Title, rightsOf(me), now)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("export of person %d: %w", me.PersonID, err)
	}
	return id, nil
}

// Export returns one of me's own exports, made for what me still is.
func (s *Store) Export(ctx context.Context, me rules.Actor, id int64) (*Export, error) {
	var e Export
	err := s.get(ctx, &e, `select `+exportColumns+` from export where id = $1 and person_id = $2 and rights = $3`, id, me.PersonID, rightsOf(me))
	if err != nil {
		return nil, fmt.Errorf("export %d: %w", id, err)
	}
	return &e, nil
}

// ClaimExport takes the next export to make, or one whose server died; nil
// where none waits. One that was begun too often has failed.
func (s *Store) ClaimExport(ctx context.Context, lease string, now time.Time) (*Export, error) {
	_, err := s.exec(ctx, `
		update export set state = 'failed', done_at = $1
		where state = 'running' and leased_until < $1 and attempts >= $2`, now, exportAttempts)
	if err != nil {
		return nil, fmt.Errorf("exports: %w", err)
	}
	var e Export
	err = s.get(ctx, &e, `
		update export set state = 'running', attempts = attempts + 1, rows = 0, leased_by = $2, leased_until = $3
		where id = (
			select id from export
			where state = 'waiting' or state = 'running' and leased_until < $1
			order by id limit 1 for update skip locked)
		returning `+exportColumns, now, lease, now.Add(exportLease))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("exports: %w", err)
	}
	return &e, nil
}

// ExportProgress notes how many rows are done and keeps the lease. ErrLeaseLost
// where another server took it over.
func (s *Store) ExportProgress(ctx context.Context, id int64, lease string, rows int64, now time.Time) error {
	n, err := s.exec(ctx, `update export set rows = $3, leased_until = $4 where id = $1 and leased_by = $2 and state = 'running'`,
		id, lease, rows, now.Add(exportLease))
	if err == nil && n == 0 {
		err = ErrLeaseLost
	}
	if err != nil {
		return fmt.Errorf("export %d: %w", id, err)
	}
	return nil
}

// FinishExport keeps the file, all of it or nothing.
func (s *Store) FinishExport(ctx context.Context, id int64, lease, name string, rows int64, body io.Reader, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		if err := tx.ExportProgress(ctx, id, lease, rows, now); err != nil {
			return err
		}
		size, err := tx.saveChunks(ctx, `insert into export_chunk (export_id, number, bytes) values ($1, $2, $3)`, id, body)
		if err != nil {
			return fmt.Errorf("export %d: %w", id, err)
		}
		_, err = tx.exec(ctx, `
			update export set state = 'done', size = $2, name = $3, done_at = $4, leased_until = null, leased_by = ''
			where id = $1`, id, size, name, now)
		return err
	})
}

// saveChunks keeps bytes row by row and returns how many there were.
func (s *Store) saveChunks(ctx context.Context, insert string, id int64, body io.Reader) (size int64, err error) {
	chunk := make([]byte, rules.ChunkSize)
	for number := 0; ; number++ {
		n, err := io.ReadFull(body, chunk)
		if n > 0 {
			size += int64(n)
			if _, err := s.exec(ctx, insert, id, number, chunk[:n]); err != nil {
				return size, err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return size, nil
		}
		if err != nil {
			return size, err
		}
	}
}

// GiveUpExport notes that an export can't be made; again says that another try
// may help.
func (s *Store) GiveUpExport(ctx context.Context, id int64, lease string, again bool, now time.Time) error {
	_, err := s.exec(ctx, `
		update export set leased_until = null, leased_by = '',
			state = case when $3 and attempts < $5 then 'waiting' else 'failed' end,
			done_at = case when $3 and attempts < $5 then null else $4::timestamptz end
		where id = $1 and leased_by = $2 and state = 'running'`, id, lease, again, now, exportAttempts)
	if err != nil {
		return fmt.Errorf("export %d: %w", id, err)
	}
	return nil
}

// WriteExport writes an export's bytes, row by row. Callers read it with Export
// first.
func (s *Store) WriteExport(ctx context.Context, id int64, to io.Writer) error {
	for number := 0; ; number++ {
		var bytes []byte
		err := s.get(ctx, &bytes, `select bytes from export_chunk where export_id = $1 and number = $2`, id, number)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err == nil {
			_, err = to.Write(bytes)
		}
		if err != nil {
			return fmt.Errorf("export %d: %w", id, err)
		}
	}
}
