package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Target is a database as a backup or a restore finds it.
type Target struct {
	Version int64 // newest migration that it has; 0 where it is empty
	Foreign int   // tables of somebody else's, where it is not Amal's
	Data    bool  // somebody has worked with it
	AppRole bool  // the server knows the app's role
}

// Examine looks at a database before it is saved or replaced, as its owner, and
// changes nothing.
func Examine(ctx context.Context, ownerURL string) (*Target, error) {
	pool, err := sql.Open("postgres", ownerURL)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	defer pool.Close()
	var t Target
	var tables int
	var ours bool
	err = pool.QueryRowContext(ctx, `
		select (select count(*) from pg_class c where relnamespace = cast('public' as regnamespace) and relkind in ('r', 'p', 'v', 'm', 'f') and `+notOfExtension+`),
			to_regclass('public.goose_db_version') is not null and to_regclass('public.person') is not null,
			exists (select from pg_roles where rolname = 'amal_app')`).Scan(&tables, &ours, &t.AppRole)
	if err != nil {
		return nil, fmt.Errorf("database: %w", translate(err))
	}
	if !ours {
		t.Foreign = tables
		return &t, nil
	}
	err = pool.QueryRowContext(ctx, `
		select coalesce((select max(version_id) from public.goose_db_version where is_applied), 0),
			exists (select from public.person) or exists (select from public.agency) or exists (select from public.meeting)`).Scan(&t.Version, &t.Data)
	if err != nil {
		return nil, fmt.Errorf("database: %w", translate(err))
	}
	return &t, nil
}

// leaveWithin is how long a connection that was closed may take to be gone.
const leaveWithin = 2 * time.Second

// Others counts the connections to a database beside the one that asks. Those
// just closed get a moment to end.
func Others(ctx context.Context, ownerURL string) (n int, err error) {
	pool, err := sql.Open("postgres", ownerURL)
	if err != nil {
		return 0, fmt.Errorf("database address: %w", err)
	}
	defer pool.Close()
	pool.SetMaxOpenConns(1) // so that it does not count ourselves
	for waited := time.Duration(0); ; waited += leaveWithin / 20 {
		err := pool.QueryRowContext(ctx, `
			select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and usesysid is not null`).Scan(&n)
		if err != nil || n == 0 || waited >= leaveWithin {
			return n, translate(err)
		}
		select {
		case <-ctx.Done():
			return n, ctx.Err()
		case <-time.After(leaveWithin / 20):
		}
	}
}

// notOfExtension leaves out what belongs to an extension, such as pg_trgm.
const notOfExtension = `not exists (select from pg_depend e where e.objid = c.oid and e.deptype = 'e')`

// RestoreScript is what stands around the statements of a backup: before them
// everything of the old state is taken away, after them mails are held, and
// sessions and links that were ended or used since the backup are gone. All of
// it is one transaction, which a backup that breaks off never ends.
func RestoreScript(now time.Time) (before, after string) {
	before = `
		begin;
		set local client_min_messages = warning;
		create extension if not exists pg_trgm;
		do $$
		declare r record;
		begin
			for r in select c.oid, relkind from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('v', 'm') and ` + notOfExtension + ` loop
				execute format('drop %s if exists %s cascade', case r.relkind when 'v' then 'view' else 'materialized view' end, r.oid::regclass);
			end loop;
			for r in select quote_ident(relname) as name from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and ` + notOfExtension + ` loop
				execute format('drop table if exists public.%s cascade', r.name);
			end loop;
			for r in select c.oid from pg_proc c where pronamespace = 'public'::regnamespace and ` + notOfExtension + ` loop
				execute format('drop routine if exists %s cascade', r.oid::regprocedure);
			end loop;
		end $$;
	`
	at := now.UTC().Format(time.RFC3339)
	after = `
		reset search_path;
		set local search_path = public;
		delete from session;
		delete from one_time_link;
		do $$
		begin
			if to_regclass('public.hold') is null then -- an older schema: its migration makes the hold of this
				insert into setting (key, value) values ('held', 'restore') on conflict (key) do nothing;
			else
				insert into hold (held_at, state_at) values ('` + at + `', (select max(ran_at) from tick))
					on conflict (one) do update set held_at = excluded.held_at, state_at = excluded.state_at,
						released_at = null, released_by = null, sent_until = null;
			end if;
		end $$;
		commit;
	`
	return before, after
}

// Totals are how many things a database holds, for comparing.
type Totals struct {
	Meetings, Directives, Tasks, Reports, Files, People, Agencies int
	Sent, Waiting                                                 int // mails
}

// Totals counts.
func (s *Store) Totals(ctx context.Context) (t Totals, err error) {
	err = s.get(ctx, &t, `
		select (select count(*) from meeting) as meetings, (select count(*) from directive) as directives, (select count(*) from task) as tasks,
			(select count(*) from report) as reports, (select count(*) from file) as files, (select count(*) from person) as people,
			(select count(*) from agency) as agencies,
			(select count(*) from message where state = 'sent') as sent, (select count(*) from message where state = 'waiting') as waiting`)
	if err != nil {
		return t, fmt.Errorf("totals: %w", err)
	}
	return t, nil
}
