package db

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrNotEmpty says that a database holds something already, so that nothing is
// loaded into it.
var ErrNotEmpty = errors.New("the database holds something already")

// LoadPlan says what to lay into an empty database for measuring. The same plan
// with the same Now lays the same rows.
type LoadPlan struct {
	Tasks, Agencies, People int
	Seed                    uint64
	Now                     time.Time
	Holidays                []Holiday
	PasswordHash            string                         // of the first accounts, one of each role
	Likeness                func(texts ...string) []string // communique.Likeness
	Progress                func(done int, what string)    // tasks laid so far, or what is done to all; may be nil
}

// Load fills an empty database, as its owner, with a register that never was:
// meetings with their texts, directives, tasks in every state with the past
// that led there. All of it comes in one transaction, or nothing; keys to other
// tables and indexes are set aside meanwhile and checked and built at its end.
// History is left to be sealed. ErrNotEmpty: there is something there.
func Load(ctx context.Context, ownerURL string, plan LoadPlan) error {
	s, err := Open(ctx, Options{URL: ownerURL, Connections: 1})
	if err != nil {
		return err
	}
	defer s.Close()
	s.stmts.off = true // each statement runs once
	if plan.Progress == nil {
		plan.Progress = func(int, string) {}
	}
	if err := s.InTx(ctx, func(tx *Store) error { return tx.load(ctx, plan) }); err != nil {
		return err
	}
	plan.Progress(plan.Tasks, "tidying")
	_, err = s.exec(ctx, `vacuum (analyze)`)
	return err
}

func (s *Store) load(ctx context.Context, plan LoadPlan) error {
	if err := s.refuseUsed(ctx); err != nil {
		return err
	}
	if _, err := s.exec(ctx, `set local maintenance_work_mem = '512MB'; set local synchronous_commit = off`); err != nil {
		return err
	}
	l := &loader{Store: s, ctx: ctx, plan: plan}
	if err := l.register(); err != nil {
		return err
	}
	aside, err := s.setAside(ctx)
	if err != nil {
		return err
	}
	if err := l.lay(); err != nil {
		return err
	}
	for i, statement := range aside {
		plan.Progress(plan.Tasks, fmt.Sprintf("index and key %d of %d", i+1, len(aside)))
		if _, err := s.exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	if err := s.setSequences(ctx); err != nil {
		return err
	}
	return s.SetSetting(ctx, "load", fmt.Sprintf("tasks %d, agencies %d, people %d, seed %d", plan.Tasks, plan.Agencies, plan.People, plan.Seed))
}

// refuseUsed looks into every table but those that a first start writes.
func (s *Store) refuseUsed(ctx context.Context) error {
	var tables []string
	err := s.all(ctx, &tables, `
		select quote_ident(tablename) from pg_tables
		where schemaname = 'public' and tablename not in ('goose_db_version', 'tick', 'one_time_link', 'throttle')
		order by tablename`)
	if err != nil {
		return fmt.Errorf("tables: %w", err)
	}
	for _, table := range tables {
		var used bool
		if err := s.get(ctx, &used, `select exists (select from `+table+`)`); err != nil {
			return fmt.Errorf("rows of %s: %w", table, err)
		}
		if used {
			return fmt.Errorf("%w: in %s", ErrNotEmpty, table)
		}
	}
	return nil
}

// setAside drops the foreign keys and the indexes that no constraint needs, and
// returns the statements that make them again, under their names.
func (s *Store) setAside(ctx context.Context) ([]string, error) {
	var things []struct{ Kind, Drop, Make string }
	err := s.all(ctx, &things, `
		select 'key' as kind, format('alter table %s drop constraint %I', c.conrelid::regclass, c.conname) as drop,
			format('alter table %s add constraint %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) as make
		from pg_constraint c join pg_namespace n on n.oid = c.connamespace
		where n.nspname = 'public' and c.contype = 'f'
		union all
		select 'index', format('drop index %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
		from pg_index i join pg_class t on t.oid = i.indrelid join pg_namespace n on n.oid = t.relnamespace
		where n.nspname = 'public' and t.relkind = 'r'
			and not exists (select from pg_constraint c where c.conindid = i.indexrelid and c.contype in ('p', 'u', 'x'))
		order by kind, make`)
	if err != nil {
		return nil, fmt.Errorf("keys and indexes: %w", err)
	}
	var again, keys []string
	for _, thing := range things {
		if _, err := s.exec(ctx, thing.Drop); err != nil {
			return nil, fmt.Errorf("%s: %w", thing.Drop, err)
		}
		if thing.Kind == "key" {
			keys = append(keys, thing.Make)
		} else {
			again = append(again, thing.Make)
		}
	}
	return append(again, keys...), nil
}

// setSequences lets each table's numbers go on after those that were laid.
func (s *Store) setSequences(ctx context.Context) error {
	for _, table := range []string{"meeting", "document", "passage", "directive", "person", "task", "report", "evidence", "request", "note", "history", "message", "reminder"} {
		_, err := s.exec(ctx, `select setval(pg_get_serial_sequence('`+table+`', 'id'), (select coalesce(max(id), 1) from `+table+`))`)
		if err != nil {
			return fmt.Errorf("numbers of %s: %w", table, err)
		}
	}
	return nil
}

// sheet is rows of one table on their way into it.
type sheet struct {
	table   string
	columns []string
	rows    [][]any
}

func (t *sheet) add(row ...any) { t.rows = append(t.rows, row) }

// copyIn writes a sheet's rows.
func (s *Store) copyIn(ctx context.Context, t *sheet) error {
	if len(t.rows) == 0 {
		return nil
	}
	stmt, err := s.tx.PrepareContext(ctx, `copy `+t.table+` (`+strings.Join(t.columns, `, `)+`) from stdin`)
	if err != nil {
		return fmt.Errorf("rows of %s: %w", t.table, err)
	}
	defer stmt.Close()
	for _, row := range t.rows {
		if _, err := stmt.ExecContext(ctx, row...); err != nil {
			return fmt.Errorf("rows of %s: %w", t.table, err)
		}
	}
	if _, err := stmt.ExecContext(ctx); err != nil {
		return fmt.Errorf("rows of %s: %w", t.table, err)
	}
	return nil
}
