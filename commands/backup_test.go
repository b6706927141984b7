package commands

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/db/dbtest"
	"amal/db/embedded"
)

// amal runs a command with the settings given, and returns what it said and
// its exit code.
func amal(t *testing.T, settings []string, args ...string) (said string, code int) {
	t.Helper()
	for _, s := range settings {
		name, value, _ := strings.Cut(s, "=")
		t.Setenv(name, value)
	}
	var out bytes.Buffer
	code = run(t.Context(), args, Build{Schema: dbtest.Schema(t)}, &out, &out)
	return out.String(), code
}

// on are the settings of a database that others keep.
func on(t *testing.T, urls dbtest.URLs) []string {
	return []string{"AMAL_DATABASE_URL=" + urls.App, "AMAL_OWNER_DATABASE_URL=" + urls.Owner, "AMAL_BACKUP_DIR=" + filepath.Join(t.TempDir(), "backups"), "AMAL_SMTP_URL=", "AMAL_PG_BIN="}
}

func expect(t *testing.T, settings []string, code int, words string, args ...string) string {
	t.Helper()
	said, got := amal(t, settings, args...)
	if got != code || !strings.Contains(said, words) {
		t.Fatalf("amal %s: exit %d, want %d and %q:\n%s", strings.Join(args, " "), got, code, words, said)
	}
	return said
}

func query(t *testing.T, url, text string, into ...any) {
	t.Helper()
	if len(into) > 0 {
		pool, err := sql.Open("postgres", url)
		check(t, err)
		defer pool.Close()
		check(t, pool.QueryRowContext(t.Context(), text).Scan(into...))
		return
	}
	check(t, try(t, url, text))
}

// try runs a statement that may fail.
func try(t *testing.T, url, text string) error {
	t.Helper()
	pool, err := sql.Open("postgres", url)
	check(t, err)
	defer pool.Close()
	_, err = pool.ExecContext(t.Context(), text)
	return err
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// somebody is a database that somebody has worked with.
func somebody(t *testing.T) dbtest.URLs {
	t.Helper()
	urls := dbtest.NewURLs(t)
	query(t, urls.Owner, `insert into person (email, name, created_at) values ('first@example.org', 'First', now())`)
	return urls
}

func TestABackupIsWholeAndOnlyOurs(t *testing.T) {
	urls := somebody(t)
	file := filepath.Join(t.TempDir(), "amal.dump")
	expect(t, on(t, urls), 0, "schema", "backup", file)
	info, err := os.Stat(file)
	check(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	expect(t, on(t, urls), 1, "--force", "backup", file)
	expect(t, on(t, urls), 0, "", "backup", "--force", file)
	expect(t, on(t, urls), 1, "no such file", "backup", filepath.Join(t.TempDir(), "nowhere", "x.dump"))
	expect(t, on(t, dbtest.Empty(t)), 1, "nothing to save", "backup", filepath.Join(t.TempDir(), "empty.dump"))
	expect(t, on(t, urls), 2, "FILE", "backup")
	if rest, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); len(rest) > 0 {
		t.Errorf("left over: %v", rest)
	}
	said := expect(t, on(t, urls), 0, "The backup is whole", "restore", file, "--check")
	for _, want := range []string{"schema  ", "1 people", "whole", "head"} {
		if !strings.Contains(said, want) {
			t.Errorf("--check does not say %q:\n%s", want, said)
		}
	}
	var held bool
	if query(t, urls.Owner, `select exists (select from hold)`, &held); held {
		t.Error("--check held the mails of the real database")
	}
}

// A file that is cut off anywhere, or no backup at all, changes nothing.
func TestABrokenBackupChangesNothing(t *testing.T) {
	urls := somebody(t)
	folder := t.TempDir()
	file := filepath.Join(folder, "amal.dump")
	expect(t, on(t, urls), 0, "", "backup", file)
	whole, err := os.ReadFile(file)
	check(t, err)
	full := dbtest.NewURLs(t)
	query(t, full.Owner, `insert into person (email, name, created_at) values ('kept@example.org', 'Kept', now())`)
	for i, text := range [][]byte{nil, []byte("not a backup"), whole[:3], whole[:len(whole)/10], whole[:len(whole)/2], whole[:len(whole)*9/10], whole[:len(whole)-5]} {
		broken := filepath.Join(folder, fmt.Sprintf("broken%d.dump", i))
		check(t, os.WriteFile(broken, text, 0o600))
		expect(t, on(t, full), 1, "can't be read to its end", "restore", "--force", broken)
		expect(t, on(t, full), 1, "can't be read to its end", "restore", "--check", broken)
	}
	flipped := slices.Clone(whole)
	for i := len(flipped) * 8 / 10; i < len(flipped)*8/10+200; i++ {
		flipped[i] ^= 0xff
	}
	check(t, os.WriteFile(filepath.Join(folder, "flipped.dump"), flipped, 0o600))
	expect(t, on(t, full), 1, "", "restore", "--force", filepath.Join(folder, "flipped.dump"))
	expect(t, on(t, full), 1, "no such file", "restore", filepath.Join(folder, "absent.dump"))
	var name string
	if query(t, full.Owner, `select name from person`, &name); name != "Kept" {
		t.Errorf("a broken backup changed the database: %q", name)
	}
}

// A backup whose rows do not fit, found late in the restore, leaves the old
// state as it was: it is one transaction.
func TestARestoreThatFailsLateChangesNothing(t *testing.T) {
	urls := somebody(t)
	// zz comes last, and its check finds the other table by search_path only
	query(t, urls.Owner, `create function known(n bigint) returns boolean language sql as 'select n > 0 or exists (select from person)';
		create table zz (n bigint check (known(n))); insert into zz values (1)`)
	file := filepath.Join(t.TempDir(), "amal.dump")
	expect(t, on(t, urls), 0, "", "backup", file)
	full := somebody(t)
	query(t, full.Owner, `update person set name = 'Kept'`)
	expect(t, on(t, full), 1, "nothing was changed", "restore", "--force", file)
	var name string
	if query(t, full.Owner, `select name from person`, &name); name != "Kept" {
		t.Errorf("the failed restore changed the database: %q", name)
	}
	expect(t, on(t, full), 1, "person", "restore", "--check", file)
}

func TestWhatIsNotRestoredOver(t *testing.T) {
	urls := somebody(t)
	file := filepath.Join(t.TempDir(), "amal.dump")
	expect(t, on(t, urls), 0, "", "backup", file)

	newer := dbtest.NewURLs(t)
	query(t, newer.Owner, `insert into goose_db_version (version_id, is_applied) values (9999, true)`)
	tomorrow := filepath.Join(t.TempDir(), "newer.dump")
	expect(t, on(t, newer), 0, "9999", "backup", tomorrow)
	for _, args := range [][]string{{"restore", tomorrow}, {"restore", "--check", tomorrow}, {"restore", "--force", tomorrow}} {
		expect(t, on(t, dbtest.Empty(t)), 1, "newer version", args...)
	}

	foreign := dbtest.Empty(t)
	query(t, foreign.Owner, `create table wages (n integer)`)
	expect(t, on(t, foreign), 1, "not Amal's", "restore", "--force", file)
	other := filepath.Join(t.TempDir(), "other.dump")
	program, err := embedded.Program("", "pg_dump")
	check(t, err)
	env, err := db.Environment(foreign.Owner)
	check(t, err)
	check(t, (&tool{path: program, env: env}).run(t.Context(), nil, nil, "--format=custom", "--file="+other))
	expect(t, on(t, dbtest.Empty(t)), 1, "not a backup of Amal", "restore", other)

	full := somebody(t)
	query(t, full.Owner, `update person set name = 'Old'; create view names as select name from person`)
	expect(t, on(t, full), 1, "--force", "restore", file)
	busy, err := db.Open(t.Context(), db.Options{URL: full.App})
	check(t, err)
	expect(t, on(t, full), 1, "stop amal serve", "restore", "--force", file)
	busy.Close()
	settings := on(t, full)
	said := expect(t, settings, 0, "Mails are held", "restore", "--force", file)
	var name string
	if query(t, full.Owner, `select name from person`, &name); name != "First" {
		t.Errorf("restored: %q", name)
	}
	_, rest, _ := strings.Cut(said, "saved in ")
	saved, _, _ := strings.Cut(rest, "\n")
	expect(t, settings, 0, "Mails are held", "restore", "--force", saved)
	if query(t, full.Owner, `select name from person`, &name); name != "Old" {
		t.Errorf("the dump of what was there: %q", name)
	}
}

// older is a database from before mails could be held.
func older(t *testing.T) dbtest.URLs {
	t.Helper()
	urls := somebody(t)
	dbtest.Older(t, urls)
	return urls
}

func TestADumpBeforeAMigration(t *testing.T) {
	urls := older(t)
	settings := on(t, urls)
	folder := strings.TrimPrefix(settings[2], "AMAL_BACKUP_DIR=")
	check(t, os.MkdirAll(folder, 0o700))
	for i := range keepDumps + 1 {
		check(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("auto-2020010%dT000000Z-schema-1.dump", i+1)), nil, 0o600))
	}
	said := expect(t, settings, 0, "saved in", "migrate")
	dumps, err := filepath.Glob(filepath.Join(folder, "auto-*.dump"))
	check(t, err)
	if len(dumps) != keepDumps || !strings.Contains(said, dumps[keepDumps-1]) {
		t.Fatalf("%d dumps, want the last %d: %v\n%s", len(dumps), keepDumps, dumps, said)
	}
	if said := expect(t, settings, 0, "up to date", "migrate"); strings.Contains(said, "saved in") {
		t.Errorf("nothing to do, and yet a dump: %s", said)
	}
	// A dump of an older schema is restored, brought up to date, and held.
	fresh := dbtest.Empty(t)
	expect(t, on(t, fresh), 0, "Mails are held", "restore", dumps[keepDumps-1])
	var held, left bool
	query(t, fresh.App, `select exists (select from hold where released_at is null), exists (select from setting where key = 'held')`, &held, &left)
	if !held || left {
		t.Errorf("held %t, setting left %t", held, left)
	}
}

// Without pg_dump a line warns and the schema is brought up to date; a folder
// that can't be written stops it.
func TestAMigrationWithoutADump(t *testing.T) {
	urls := older(t)
	file := filepath.Join(t.TempDir(), "file")
	check(t, os.WriteFile(file, nil, 0o600))
	expect(t, append(on(t, urls), "AMAL_BACKUP_DIR="+file), 1, "AMAL_BACKUP_DIR", "migrate")
	expect(t, append(on(t, urls), "AMAL_PG_BIN="+t.TempDir()), 0, "without a dump", "migrate")
	urls = older(t)
	if said := expect(t, append(on(t, urls), "AMAL_BACKUP_DIR=none"), 0, "up to date", "migrate"); strings.Contains(said, "dump") {
		t.Errorf("none wanted: %s", said)
	}
}

// The password goes by the environment, which nobody else can read.
func TestNoPasswordOnACommandLine(t *testing.T) {
	urls := somebody(t)
	folder := t.TempDir()
	seen := filepath.Join(folder, "seen")
	for _, name := range []string{"pg_dump", "pg_restore", "psql"} {
		real, err := embedded.Program("", name)
		check(t, err)
		script := fmt.Sprintf("#!/bin/sh\necho \"%s $* / $PGPASSWORD\" >> %s\nexec %s \"$@\"\n", name, seen, real)
		check(t, os.WriteFile(filepath.Join(folder, name), []byte(script), 0o755))
	}
	settings := append(on(t, urls), "AMAL_OWNER_DATABASE_URL="+urls.Owner+" password=geheim", "AMAL_PG_BIN="+folder)
	file := filepath.Join(folder, "amal.dump")
	expect(t, settings, 0, "", "backup", file)
	expect(t, settings, 0, "", "restore", "--force", file)
	text, err := os.ReadFile(seen)
	check(t, err)
	for line := range strings.Lines(string(text)) {
		args, password, _ := strings.Cut(line, " / ")
		if strings.Contains(args, "geheim") || strings.HasPrefix(args, "p") && !strings.HasPrefix(args, "pg_restore") && password != "geheim\n" {
			t.Errorf("%q", line)
		}
	}
}

func TestReleaseByCommand(t *testing.T) {
	urls := somebody(t)
	expect(t, on(t, urls), 0, "No mails are held", "remind", "--release")
	query(t, urls.Owner, `insert into hold (held_at) values (now())`)
	expect(t, on(t, urls), 1, "held", "remind")
	expect(t, on(t, urls), 0, "0 reminders", "remind", "--dry-run")
	expect(t, on(t, urls), 1, "held since", "doctor")
	expect(t, on(t, urls), 2, "--sent-until", "remind", "--release", "--sent-until", time.Now().Add(time.Hour).Format(time.RFC3339))
	expect(t, on(t, urls), 0, "released: 0 mails", "remind", "--release", "--sent-until", time.Now().Add(-time.Hour).Format(time.RFC3339))
	expect(t, on(t, urls), 1, "AMAL_SMTP_URL", "remind")
}
