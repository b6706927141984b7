package db_test

import (
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	_ "github.com/lib/pq"

	"amal/db"
)

// sealedWorld is a task's life under several seals, with its owner's connection.
func sealedWorld(t *testing.T) (*world, *sql.DB) {
	t.Helper()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-31")
	for range 5 {
		w.now = w.now.Add(time.Minute)
		check(t, w.AddNote(w.ctx, w.controller, db.NoteInput{TaskID: task, Text: "How does it stand?", Now: w.now}))
		_, err := w.Seal(w.ctx, w.now)
		check(t, err)
	}
	owner, err := sql.Open("postgres", w.urls.Owner)
	check(t, err)
	t.Cleanup(func() { owner.Close() })
	return w, owner
}

func (w *world) faults(t *testing.T, head string) []string {
	t.Helper()
	chain, err := w.Verify(w.ctx, head)
	check(t, err)
	kinds := []string{}
	for _, f := range chain.Faults {
		kinds = append(kinds, f.Kind)
	}
	return kinds
}

// Every kind of tampering with sealed history shows; an untouched one is whole
// in whatever time zone the database speaks.
func TestTamperingShows(t *testing.T) {
	t.Parallel()
	for kind, query := range map[string]string{
		"changed": `update history set note = 'x' where id = (select from_id from seal where id = 2)`,
		"missing": `delete from history where id = (select from_id from seal where id = 2)`,
		"added":   `insert into history (id, subject, subject_id, act, at) overriding system value select from_id * 1000, 'task', 1, 'x', now() from seal where id = 1; update seal set to_id = from_id * 1000 + to_id where id = (select max(id) from seal)`,
		"link":    `update seal set hash = previous where id = 2`,
		"cut":     `delete from seal where id > 2; delete from history where id > (select max(to_id) from seal)`,
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w, owner := sealedWorld(t)
			if got := w.faults(t, ""); len(got) != 0 {
				t.Fatalf("untouched: %v", got)
			}
			if _, err := owner.ExecContext(t.Context(), query); err != nil {
				t.Fatal(err)
			}
			if got := w.faults(t, ""); !slices.Contains(got, kind) {
				t.Errorf("%s: found %v", kind, got)
			}
		})
	}
}

func TestVerifyInEveryTimeZone(t *testing.T) {
	t.Parallel()
	w, owner := sealedWorld(t)
	head, err := w.Head(w.ctx)
	check(t, err)
	for _, zone := range []string{"UTC", "Asia/Almaty", "America/New_York", "Pacific/Kiritimati"} {
		var name string
		check(t, owner.QueryRowContext(t.Context(), `select current_database()`).Scan(&name))
		_, err := owner.ExecContext(t.Context(), fmt.Sprintf(`alter database %q set timezone = '%s'`, name, zone))
		check(t, err)
		again, err := db.Open(t.Context(), db.Options{URL: w.urls.App})
		check(t, err)
		chain, err := again.Verify(t.Context(), head)
		check(t, err)
		again.Close()
		if len(chain.Faults) > 0 || chain.Head != head {
			t.Errorf("%s: %v, head %s, was %s", zone, chain.Faults, chain.Head, head)
		}
	}
	if got := w.faults(t, "00ff"); !slices.Contains(got, "cut") {
		t.Errorf("a head that never was: %v", got)
	}
}

// While many write, sealing never covers less than there will be.
func TestSealingWhileOthersWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-31")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 25 {
				if err := w.AddNote(w.ctx, w.controller, db.NoteInput{TaskID: task, Text: "?", Now: w.now}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for sealing := true; sealing; {
		select {
		case <-done:
			sealing = false
		default:
		}
		if _, err := w.Seal(w.ctx, w.now); err != nil {
			t.Fatal(err)
		}
	}
	chain, err := w.Verify(w.ctx, "")
	check(t, err)
	if len(chain.Faults) > 0 || chain.Unsealed > 0 || chain.Entries < 100 {
		t.Errorf("%+v", chain)
	}
}

// The app's role can't touch what was written.
func TestHistoryIsOnlyAddedTo(t *testing.T) {
	t.Parallel()
	w, _ := sealedWorld(t)
	app, err := sql.Open("postgres", w.urls.App)
	check(t, err)
	defer app.Close()
	for _, query := range []string{`update history set note = 'x'`, `delete from history`, `truncate history`, `update seal set entries = 0`, `delete from seal`, `delete from directive where number is not null`, `delete from task where number is not null`} {
		if _, err := app.ExecContext(t.Context(), query); err == nil {
			t.Errorf("the app's role may %s", query)
		}
	}
}
