// Package db is the only gate to the data: every SQL statement of Amal, one
// file per aggregate. Each write locks the row in the asker's scope, checks its
// version, asks rules, and writes the row and its history in one transaction.
// What may not be seen is ErrNotFound, the same as what is not there.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// Store runs the queries, on a pool or inside one transaction.
type Store struct {
	pool  *sqlx.DB
	tx    *sqlx.Tx // nil outside a transaction
	stmts *statements
	fresh *[]string     // queries this transaction ran that are not prepared yet
	fixed *Store        // see steady
	past  chan struct{} // held by who computes figures of an earlier day
	later *counting     // counts that this transaction writes at its end; nil: at once
}

// Options says how to reach the database. Connections is the size of each of
// the two pools (see steady); all of them are kept, because a new one has to
// prepare its statements again.
type Options struct {
	URL         string // of the app's role, URL or key=value
	Connections int    // 0 = 8
}

// Open makes the pool and checks that the database answers. The sessions work
// in UTC; time zones are applied in Go.
func Open(ctx context.Context, o Options) (*Store, error) {
	s, err := openPool(ctx, o)
	if err != nil || s.stmts.off {
		return s, err
	}
	if o.URL, err = planningOnce(o.URL); err == nil {
		s.fixed, err = openPool(ctx, o)
	}
	var state *pq.Error
	if errors.As(err, &state) && state.Code == "08P01" { // a pooler that does not know the setting: statements are planned as they come
		return s, nil
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func openPool(ctx context.Context, o Options) (*Store, error) {
	connector, err := pq.NewConnector(o.URL)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	pool := sqlx.NewDb(sql.OpenDB(connector), "postgres")
	n := o.Connections
	if n == 0 {
		n = 8
	}
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	if err := pool.PingContext(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("database: %w", err)
	}
	return &Store{pool: pool, stmts: &statements{off: strings.Contains(o.URL, "binary_parameters=yes")}, past: make(chan struct{}, 1)}, nil
}

// planningOnce is the address of sessions that keep one plan for each
// statement, whatever its arguments.
func planningOnce(address string) (string, error) {
	const setting = "plan_cache_mode"
	if !strings.Contains(address, "://") {
		return address + " " + setting + "=force_generic_plan", nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("database address: %w", err)
	}
	q := u.Query()
	q.Set(setting, "force_generic_plan")
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// steady is the store for what every page asks and whose best plan is the same
// for all arguments: Postgres would plan it anew each time, which costs as much
// as running it (docs/decisions/0002). Inside a transaction it is the store
// itself.
func (s *Store) steady() *Store {
	if s.fixed == nil {
		return s
	}
	return s.fixed
}

// Close ends the pool.
func (s *Store) Close() error {
	if s.fixed != nil {
		_ = s.fixed.Close() // of the same server: one error tells
	}
	return s.pool.Close()
}

// Ping asks the database for a sign of life.
func (s *Store) Ping(ctx context.Context) error { return s.pool.PingContext(ctx) }

// Queries tells how many statements the store has run; tests count with it.
func (s *Store) Queries() int64 {
	n := s.stmts.run.Load()
	if s.fixed != nil {
		n += s.fixed.Queries()
	}
	return n
}

// InTx runs do in one transaction, which is committed if do returns nil.
// Inside a transaction it joins that one. What it ran for the first time is
// prepared afterwards, also where it is undone: some work is only tried.
func (s *Store) InTx(ctx context.Context, do func(tx *Store) error) error {
	if s.tx != nil {
		return do(s)
	}
	visitorOf(ctx).wrote.Store(true)
	tx, err := s.pool.BeginTxx(ctx, nil)
	if err != nil {
		return translate(err)
	}
	var fresh []string
	if err := do(&Store{pool: s.pool, tx: tx, stmts: s.stmts, fresh: &fresh, past: s.past}); err != nil {
		_ = tx.Rollback() // what went wrong before matters more
		s.prepareAll(ctx, fresh)
		return err
	}
	if err := tx.Commit(); err != nil {
		return translate(err)
	}
	s.prepareAll(ctx, fresh)
	return nil
}

// prepareAll has queries there next time; the work itself is done.
func (s *Store) prepareAll(ctx context.Context, queries []string) {
	for _, query := range queries {
		if _, err := s.prepare(ctx, query); err != nil { // the database is away, or nobody waits any more
			return
		}
	}
}

// mostKept is how many queries a pool keeps prepared on each of its connections.
const mostKept = 1000

// statements keeps each query prepared: lib/pq would plan it anew at every
// call, which costs more than running it (docs/decisions). With
// binary_parameters=yes (an old pgbouncer) nothing is prepared.
type statements struct {
	byText sync.Map // query → *sqlx.Stmt
	kept   atomic.Int64
	off    bool
	run    atomic.Int64

	calendars calendarCache
	agencies  agencyCache
	unchanged unchanged
}

// prepared returns the kept statement for a query, bound to the transaction if
// there is one. Inside a transaction it never prepares on the pool: eight
// transactions waiting for a ninth connection would wait for ever. There it
// returns nil, and InTx prepares the query after the commit.
func (s *Store) prepared(ctx context.Context, query string) (*sqlx.Stmt, error) {
	if s.stmts.off {
		return nil, nil
	}
	kept, ok := s.stmts.byText.Load(query)
	switch {
	case ok && s.tx != nil:
		return s.tx.StmtxContext(ctx, kept.(*sqlx.Stmt)), nil
	case ok:
		return kept.(*sqlx.Stmt), nil
	case s.stmts.kept.Load() >= mostKept:
		return nil, nil // a list asked for in ever new ways: not worth each connection's memory
	case s.tx != nil:
		*s.fresh = append(*s.fresh, query)
		return nil, nil
	}
	return s.prepare(ctx, query)
}

func (s *Store) prepare(ctx context.Context, query string) (*sqlx.Stmt, error) {
	stmt, err := s.pool.PreparexContext(ctx, query)
	if err != nil {
		return nil, translate(err)
	}
	if kept, loaded := s.stmts.byText.LoadOrStore(query, stmt); loaded {
		stmt.Close()
		return kept.(*sqlx.Stmt), nil
	}
	s.stmts.kept.Add(1)
	return stmt, nil
}

func (s *Store) plain() sqlx.ExtContext {
	if s.tx != nil {
		return s.tx
	}
	return s.pool
}

// get reads one row into dst; none is ErrNotFound.
func (s *Store) get(ctx context.Context, dst any, query string, args ...any) error {
	s.noteRun(ctx, query)
	stmt, err := s.prepared(ctx, query)
	if err != nil {
		return err
	}
	if stmt == nil {
		return translate(sqlx.GetContext(ctx, s.plain(), dst, query, args...))
	}
	return translate(stmt.GetContext(ctx, dst, args...))
}

// all reads every row into the slice that dst points to.
func (s *Store) all(ctx context.Context, dst any, query string, args ...any) error {
	s.noteRun(ctx, query)
	stmt, err := s.prepared(ctx, query)
	if err != nil {
		return err
	}
	if stmt == nil {
		return translate(sqlx.SelectContext(ctx, s.plain(), dst, query, args...))
	}
	return translate(stmt.SelectContext(ctx, dst, args...))
}

// plan reads rows by a query that is planned anew for its arguments: which
// index serves a search depends on the words.
func (s *Store) plan(ctx context.Context, dst any, query string, args ...any) error {
	s.stmts.run.Add(1)
	return translate(sqlx.SelectContext(ctx, s.plain(), dst, query, args...))
}

// exec runs a statement and returns how many rows it touched.
func (s *Store) exec(ctx context.Context, query string, args ...any) (int64, error) {
	s.stmts.run.Add(1)
	visitorOf(ctx).wrote.Store(true)
	stmt, err := s.prepared(ctx, query)
	if err != nil {
		return 0, err
	}
	var result sql.Result
	if stmt == nil {
		result, err = s.plain().ExecContext(ctx, query, args...)
	} else {
		result, err = stmt.ExecContext(ctx, args...)
	}
	if err != nil {
		return 0, translate(err)
	}
	return result.RowsAffected()
}

// id runs an insert that returns the new row's id.
func (s *Store) id(ctx context.Context, query string, args ...any) (int64, error) {
	var id int64
	err := s.get(ctx, &id, query, args...)
	return id, err
}

// nullID turns a zero id into null.
func nullID(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}
