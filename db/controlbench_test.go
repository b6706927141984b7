package db_test

import (
	"testing"
	"time"

	"amal/db"
	"amal/db/dbtest"
	"amal/rules"
)

// BenchmarkSearch searches rare, common and several words among many tasks.
func BenchmarkSearch(b *testing.B) {
	store, owner := opened(b, dbtest.NewURLs(b))
	manager, focal := layTasks(b, store, owner, time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC))
	for _, q := range []struct {
		name, words string
		me          rules.Actor
	}{{"rare", "zarafshan", manager}, {"common", "programme", manager}, {"two words", "water programme", manager}, {"number", "4711", manager}, {"not there", "qwertyuiop", manager}, {"one agency, common", "programme", focal}} {
		b.Run(q.name, func(b *testing.B) {
			for b.Loop() {
				_, _, err := store.Search(b.Context(), q.me, "task", rules.SearchWords(q.words), 0)
				check(b, err)
			}
		})
	}
}

// BenchmarkWrites compares an act on a task, with its lock, checks, counts and
// sealed history, with the bare insert of the same two rows.
func BenchmarkWrites(b *testing.B) {
	store, owner := opened(b, dbtest.NewURLs(b))
	now := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	_, focal := layTasks(b, store, owner, now)
	var id int64
	check(b, owner.QueryRowContext(b.Context(), `select id from task where status = 'in_progress' and lead_id = $1 and overdue_at > $2 limit 1`, focal.AgenciesAs(rules.Focal)[0], now).Scan(&id))
	var bare, ours time.Duration
	for b.Loop() {
		began := time.Now()
		tx, err := owner.BeginTx(b.Context(), nil)
		check(b, err)
		_, err = tx.ExecContext(b.Context(), `insert into report (task_id, kind, signal, done, agency_id, person_id, at) select $1, 'progress', 'under_way', 'x', lead_id, created_by, $2 from task where id = $1`, id, now)
		check(b, err)
		_, err = tx.ExecContext(b.Context(), `insert into history (subject, subject_id, act, at, note) values ('task', $1, 'report', $2, 'x')`, id, now)
		check(b, err)
		check(b, tx.Commit())
		bare += time.Since(began)
		began = time.Now()
		check(b, store.Report(b.Context(), focal, db.ReportInput{TaskID: id, Signal: rules.UnderWay, Done: "x", Now: now}))
		ours += time.Since(began)
	}
	b.ReportMetric(float64(ours)/float64(bare), "ratio")
	b.ReportMetric(float64(b.N)/ours.Seconds(), "writes/s")
}

// BenchmarkVerify checks a history of 100,000 entries.
func BenchmarkVerify(b *testing.B) {
	store, owner := opened(b, dbtest.NewURLs(b))
	_, err := owner.ExecContext(b.Context(), `
		insert into history (subject, subject_id, act, at, changes, note)
		select 'task', n, 'report', now(), '{"signal": ["", "under_way"]}', repeat('word ', 20) from generate_series(1, 100000) n`)
	check(b, err)
	for {
		n, err := store.Seal(b.Context(), time.Now())
		check(b, err)
		if n == 0 {
			break
		}
	}
	for b.Loop() {
		chain, err := store.Verify(b.Context(), "")
		check(b, err)
		if len(chain.Faults) > 0 || chain.Entries != 100_000 {
			b.Fatalf("%+v", chain)
		}
	}
}

// BenchmarkFeed reads the calendar of an agency's focal point among many tasks.
func BenchmarkFeed(b *testing.B) {
	store, owner := opened(b, dbtest.NewURLs(b))
	now := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	_, focal := layTasks(b, store, owner, now)
	check(b, store.AddFeed(b.Context(), focal, db.FeedInput{Subject: rules.FeedOfPerson, Token: "secret", Now: now}))
	var tasks int
	for b.Loop() {
		o, err := store.OpenFeed(b.Context(), "secret", now)
		check(b, err)
		tasks = len(o.Tasks)
	}
	b.ReportMetric(float64(tasks), "tasks")
}
