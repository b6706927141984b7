// Package dbtest gives each test a migrated database of its own on one private
// Postgres that all test processes share. It is for tests only.
package dbtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"amal/db"
	"amal/db/embedded"
)

var (
	shared  sync.Mutex
	server  *embedded.Server
	mold    string // name of the template database
	counter atomic.Int64
)

// URLs are the addresses of a test's database: as the app, and as its owner.
type URLs struct{ App, Owner string }

// Schema returns the text of schema.sql.
func Schema(t testing.TB) string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	text, err := os.ReadFile(filepath.Join(filepath.Dir(here), "../../schema.sql"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// New returns a store on a migrated, empty database that is dropped after the
// test. It connects as the app's role.
func New(t testing.TB) *db.Store {
	t.Helper()
	store, err := db.Open(context.Background(), db.Options{URL: NewURLs(t).App})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// NewURLs makes a migrated, empty database and returns its addresses.
func NewURLs(t testing.TB) URLs {
	t.Helper()
	return fromTemplate(t, moldOf(t))
}

// Empty makes a database without a schema and returns its addresses.
func Empty(t testing.TB) URLs {
	t.Helper()
	moldOf(t)
	return fromTemplate(t, "template1")
}

func fromTemplate(t testing.TB, template string) URLs {
	t.Helper()
	name := fmt.Sprintf("t%d_%d", os.Getpid(), counter.Add(1))
	admin(t, fmt.Sprintf("create database %s owner amal_owner template %s", name, template))
	if template == "template1" {
		run(t, server.DSN("postgres", name), "create extension if not exists pg_trgm")
	}
	t.Cleanup(func() { admin(t, "drop database if exists "+name+" with (force)") })
	return URLs{App: server.DSN("amal_app", name), Owner: server.DSN("amal_owner", name)}
}

// moldOf starts the shared server once per process and makes the template
// database once per schema, whichever process comes first.
func moldOf(t testing.TB) string {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if mold != "" {
		return mold
	}
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("amal-test-%d", os.Geteuid()))
	s, err := embedded.Open(context.Background(), embedded.Options{Dir: dir, BinDir: os.Getenv("AMAL_PG_BIN"), Fast: true})
	if err != nil {
		t.Fatalf("tests need Postgres: %v", err)
	}
	server = s // held until the process ends; the next one joins or starts it again
	mold = makeMold(t)
	return mold
}

func makeMold(t testing.TB) string {
	schema := Schema(t)
	name := fmt.Sprintf("mold_%x", sha256.Sum256([]byte(schema)))[:21]
	pool := connect(t, server.DSN("postgres", "postgres"))
	defer pool.Close()
	conn, err := pool.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	query := func(q string, args ...any) {
		if _, err := conn.ExecContext(context.Background(), q, args...); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	query("select pg_advisory_lock(77)")
	defer query("select pg_advisory_unlock(77)")
	var there bool
	if err := conn.QueryRowContext(context.Background(), "select exists (select from pg_database where datname = $1)", name).Scan(&there); err != nil || there {
		return name
	}
	query("drop database if exists " + name + "_new")
	query("create database " + name + "_new owner amal_owner")
	run(t, server.DSN("postgres", name+"_new"), "create extension if not exists pg_trgm")
	if err := db.Migrate(context.Background(), server.DSN("amal_owner", name+"_new"), schema); err != nil {
		t.Fatal(err)
	}
	query("alter database " + name + "_new rename to " + name)
	return name
}

func admin(t testing.TB, query string) {
	t.Helper()
	run(t, server.DSN("postgres", "postgres"), query)
}

func run(t testing.TB, dsn, query string) {
	t.Helper()
	pool := connect(t, dsn)
	defer pool.Close()
	if _, err := pool.Exec(query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func connect(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	pool, err := sql.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

// Older takes back what came with schema 6 and later, as a database from before
// it is. A later migration that adds something is undone here as well.
func Older(t testing.TB, urls URLs) {
	t.Helper()
	run(t, urls.Owner, `
		drop table answer_use, answer_link, hold, indicator_value, export_chunk, export, review_outcome, review_round, saved_view, due_count, delay_count, done_count, due_past, import_row, import;
		drop function keep_minutes();
		drop index task_heard, history_changes, history_leads, history_at, history_sides, task_heard_late, task_lead_heard, task_submitted_due, reminder_hour, person_name;
		alter table task drop column late_reason, drop column late_plan, drop column late_for;
		alter table task drop column delay;
		alter table cycle drop column state;
		alter table person drop column mail_days, drop column pause_to, drop column pause_from;
		alter table reminder drop column step_on;
		alter table message drop column answer_key, drop column alarm_id, drop column says_over, drop constraint message_kind_check,
			add constraint message_kind_check check (kind in ('digest', 'now'));
		drop table alarm, open_span;
		drop trigger co_executors_follow on task;
		drop trigger co_executor_begins on co_executor;
		drop function co_executors_follow();
		drop function co_executor_begins();
		alter table co_executor drop column state, drop column due_at;
		drop index message_failed, message_alarm;
		drop index task_directive_submitted, task_unsettled, task_first_due, task_lead_directive, directive_by_number, directive_untouched, reminder_key, reminder_message;
		create unique index reminder_key on reminder (rule, subject, subject_id, occasion, recipient);
		create index reminder_subject on reminder (subject, subject_id, id);
		create index reminder_message on reminder (message_id);
		alter table indicator drop column unit, drop column target, drop column target_on, drop column target_wording, drop column version;
		drop index event_coming, task_deadline, task_done;
		alter table directive drop column event_id;
		alter table task drop column event_id;
		alter table event drop column kind, drop column sides, drop column ends_on, drop column from_minute, drop column to_minute,
			drop column was_on, drop column cancelled_at, drop column cancel_note, drop column version;
		delete from goose_db_version where version_id >= 6`)
}
