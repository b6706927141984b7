package db_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"amal/communique"
	"amal/db"
	"amal/db/dbtest"
)

// BenchmarkWriters lets one and eight writers move deadlines, each of tasks of
// his own: to days of his own, and all to the same two days, whose kept counts
// everybody then touches. "acts/s" is what all of them do together; each is
// committed before the next.
func BenchmarkWriters(b *testing.B) {
	urls := dbtest.NewURLs(b)
	now := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	check(b, db.Load(b.Context(), urls.Owner, db.LoadPlan{Tasks: 5000, Agencies: 20, People: 60, Seed: 1, Now: now, PasswordHash: "none", Likeness: communique.Likeness}))
	store, owner := opened(b, urls)
	p, err := store.PersonByEmail(b.Context(), "manager@load.example")
	check(b, err)
	manager := p.Actor()
	for _, bench := range []struct {
		name    string
		writers int
		spread  int // days between two writers' days
	}{{"one writer", 1, 0}, {"eight, days of their own", 8, 2}, {"eight, the same days", 8, 0}} {
		b.Run(bench.name, func(b *testing.B) {
			var tasks []int64
			rows, err := owner.QueryContext(b.Context(), `select id from task where status in ('assigned', 'in_progress') and period = '' order by id limit 400`)
			check(b, err)
			defer rows.Close()
			for rows.Next() {
				var id int64
				check(b, rows.Scan(&id))
				tasks = append(tasks, id)
			}
			check(b, rows.Err())
			var done atomic.Int64
			began := time.Now()
			for b.Loop() {
				var wg sync.WaitGroup
				for w := range bench.writers {
					wg.Go(func() {
						for turn := 0; time.Since(began) < 3*time.Second; turn++ {
							task := tasks[w+bench.writers*(turn%(len(tasks)/bench.writers))]
							var version int
							check(b, owner.QueryRowContext(b.Context(), `select version from task where id = $1`, task).Scan(&version))
							to := time.Date(2027, 1, 11+w*bench.spread+turn/(len(tasks)/bench.writers)%2, 0, 0, 0, 0, time.UTC)
							err := store.MoveDeadline(b.Context(), manager, db.MoveInput{TaskID: task, Version: version, To: to, Reason: fmt.Sprint("turn ", turn), Now: now.Add(time.Duration(turn) * time.Minute)})
							if err == nil {
								done.Add(1)
							}
						}
					})
				}
				wg.Wait()
			}
			b.ReportMetric(float64(done.Load())/time.Since(began).Seconds(), "acts/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}
