package db_test

import (
	"database/sql"
	"testing"
	"time"

	"amal/db"
	"amal/db/dbtest"
	"amal/rules"
)

// BenchmarkMornings measures what days of one's own cost: choosing them, and
// planning a batch while nobody has any and while many have.
func BenchmarkMornings(b *testing.B) {
	urls := dbtest.NewURLs(b)
	store, err := db.Open(b.Context(), db.Options{URL: urls.App})
	check(b, err)
	defer store.Close()
	owner, err := sql.Open("postgres", urls.Owner)
	check(b, err)
	defer owner.Close()
	now := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	manager, focal := layTasks(b, store, owner, now)
	change := func(name string, me rules.Actor) {
		b.Run(name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				check(b, store.SetSlot(b.Context(), me, db.SlotInput{Days: rules.OnDay(1 + i%5), Now: now}))
			}
		})
	}
	plan := func(name string) {
		b.Run(name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				_, err := owner.ExecContext(b.Context(), `
					update task set next_step_on = case when id % 50 = 0 and status <> 'accepted' then date '2026-03-02' end where id % 50 = 0 or next_step_on is not null`)
				check(b, err)
				began := time.Now()
				planned, err := store.PlanReminders(b.Context(), now)
				check(b, err)
				n += planned
				b.ReportMetric(float64(time.Since(began).Microseconds())/float64(planned), "µs/task")
			}
		})
	}
	plan("plan without")
	change("days of a focal point", focal)
	change("days of a manager", manager)
	_, err = owner.ExecContext(b.Context(), `update person set mail_days = 1 + id % 31 where disabled_at is null`)
	check(b, err)
	_, err = owner.ExecContext(b.Context(), `
		with p as (insert into person (email, name, created_at, mail_days) select 'p' || n || '@example.org', 'P' || n, now(), n from generate_series(1, 31) n returning id)
		insert into member (person_id, agency_id, role) select id, 2, 'head' from p`)
	check(b, err)
	plan("plan with 31 choices")
}
