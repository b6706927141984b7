package db_test

import (
	"database/sql"
	"os"
	"strconv"
	"testing"
	"time"

	"amal/db"
	"amal/db/dbtest"
	"amal/rules"
)

// benchTasks is how many tasks the benchmark lays; AMAL_BENCH_TASKS sets another.
func benchTasks() int {
	if n, err := strconv.Atoi(os.Getenv("AMAL_BENCH_TASKS")); err == nil {
		return n
	}
	return 100_000
}

// opened is a database as the app and as its owner see it.
func opened(b *testing.B, urls dbtest.URLs) (*db.Store, *sql.DB) {
	b.Helper()
	store, err := db.Open(b.Context(), db.Options{URL: urls.App})
	check(b, err)
	b.Cleanup(func() { store.Close() })
	owner, err := sql.Open("postgres", urls.Owner)
	check(b, err)
	b.Cleanup(func() { owner.Close() })
	return store, owner
}

// BenchmarkLists compares the main lists with the bare query over the same
// index: "ratio" is how many times longer the list takes, with everything it
// shows.
func BenchmarkLists(b *testing.B) {
	store, owner := opened(b, dbtest.NewURLs(b))
	now := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	manager, focal := layTasks(b, store, owner, now)
	lists := []struct {
		name, bare string
		args       []any
		run        func() error
	}{
		{"overdue", `select id from task where status in ('assigned', 'in_progress', 'returned') and overdue_at <= $1 order by overdue_at, id limit 51`, []any{now},
			func() error { _, err := store.OverdueTasks(b.Context(), manager, db.OverdueFilter{}, now); return err }},
		{"mine", `select id from task where status in ('assigned', 'in_progress', 'returned') and lead_id = $1 order by coalesce(overdue_at, 'infinity'), id limit 51`, []any{focal.AgenciesAs(rules.Focal)[0]},
			func() error { _, err := store.MyTasks(b.Context(), focal, db.Sort{}); return err }},
		{"counts on tabs", `select n from open_count limit 1`, nil,
			func() error { _, err := store.Tally(b.Context(), manager, now); return err }},
	}
	for _, l := range lists {
		bare, err := owner.PrepareContext(b.Context(), l.bare)
		check(b, err)
		b.Run(l.name, func(b *testing.B) {
			var plain, ours time.Duration
			for b.Loop() {
				began := time.Now()
				check(b, drain(b, bare, l.args))
				plain += time.Since(began)
				began = time.Now()
				check(b, l.run())
				ours += time.Since(began)
			}
			b.ReportMetric(float64(ours)/float64(plain), "ratio")
			b.ReportMetric(float64(ours.Microseconds())/float64(b.N), "µs/list")
		})
	}
}

// drain runs a query and reads its numbers.
func drain(b *testing.B, query *sql.Stmt, args []any) error {
	rows, err := query.QueryContext(b.Context(), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
	}
	return rows.Err()
}

// layTasks lays tasks of two hundred agencies straight into the tables, a third
// of them overdue, and returns a manager and a focal point.
func layTasks(b *testing.B, store *db.Store, owner *sql.DB, now time.Time) (manager, focal rules.Actor) {
	b.Helper()
	ctx := b.Context()
	add := func(code, side string) int64 {
		id, err := store.SaveAgency(ctx, rules.Actor{}, db.AgencyInput{Code: code, Side: side, Kind: "ministry", Names: map[string]string{"en": code}, Email: code + "@example.org",
			Locale: "en", TimeZone: "Asia/Tashkent", Country: "UZ", Now: now})
		check(b, err)
		return id
	}
	person := func(name string, agency int64, role rules.Role) rules.Actor {
		id, err := store.SavePerson(ctx, rules.Actor{}, db.PersonInput{Email: name + "@example.org", Name: name, Roles: map[int64]rules.Role{agency: role}, Now: now})
		check(b, err)
		p, err := store.Person(ctx, id)
		check(b, err)
		return p.Actor()
	}
	joint := add("office", "joint")
	first := add("a1", "UZ")
	for i := 2; i <= 200; i++ {
		add("a"+strconv.Itoa(i), "UZ")
	}
	staff, controller := person("staff", joint, rules.Staff), person("controller", joint, rules.Controller)
	manager, focal = person("manager", joint, rules.Manager), person("focal", first, rules.Focal)
	meeting, err := store.SaveMeeting(ctx, staff, db.MeetingInput{Title: "Meeting", HeldOn: now, Place: "Almaty", Level: "working", Sides: []string{"UZ", "KZ"}, Now: now})
	check(b, err)
	directive, err := store.AddDirective(ctx, staff, db.DirectiveInput{MeetingID: meeting, OralBy: "The chairman", Strength: rules.Agreed, Title: "Everything", Points: []string{"Done"},
		Sides: []string{"UZ", "KZ"}, NoDeadlineReason: "open", ControllerID: controller.PersonID, Now: now})
	check(b, err)
	_, err = owner.ExecContext(ctx, `
		insert into task (directive_id, number, title, folded, lead_id, status, deadline, original_deadline, deadline_set_on, overdue_at, assigned_at, heard_at, created_by, created_at, changed_by, changed_at)
		select $1, n, 'Task ' || n, 'task ' || (array['railway', 'water', 'trade', 'customs', 'energy', 'seed'])[1 + n % 6] || ' programme ' || n || case when n % 5000 = 0 then ' zarafshan' else '' end, $2 + n % 200, (array['assigned', 'in_progress', 'accepted'])[1 + n % 3],
			cast($3 as date) + n % 900 - 300, cast($3 as date) + n % 900 - 300, cast($3 as date) - 400, $3 + make_interval(days => n % 900 - 299), $3 - interval '400 days', $3 - interval '20 days', $4, $3, $4, $3
		from generate_series(1, $5) n`, directive, first, now, staff.PersonID, benchTasks())
	check(b, err)
	_, err = owner.ExecContext(ctx, `analyze`)
	check(b, err)
	return manager, focal
}
