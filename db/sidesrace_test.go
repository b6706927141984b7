package db_test

import (
	"database/sql"
	"fmt"
	"sync"
	"testing"

	"amal/db"
)

// While the sides of a directive with many tasks change, others work on tasks of
// the same agencies: nobody fails, and the counts stay true.
func TestSidesChangeWhileOthersWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	due := func(i int) string { return fmt.Sprintf("2026-%02d-%02d", 4+i%3, 1+i%28) }
	const many = 60
	directive := w.oral(t, "d", "UZ", "KZ")
	var drafts []int64
	for i := range many {
		w.task(t, directive, due(i))
		last := day(due(many - i)) // the other way round
		id, err := w.AddTask(w.ctx, w.staff, db.TaskInput{DirectiveID: w.oral(t, fmt.Sprint("d", i), "UZ"), Title: "x", Points: []string{"x"}, LeadID: w.uz, Deadline: &last, Now: w.now})
		check(t, err)
		drafts = append(drafts, id)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for i, sides := range [][]string{{"UZ"}, {"UZ", "KZ"}, {"UZ"}, {"UZ", "KZ"}} {
			in, err := w.DirectiveForm(w.ctx, w.staff, directive)
			if err == nil {
				in.Sides, in.Now = sides, w.now
				err = w.ChangeDirective(w.ctx, w.staff, *in)
			}
			if err != nil {
				t.Errorf("change %d: %v", i, err)
			}
		}
	})
	for _, id := range drafts {
		if err := w.Assign(w.ctx, w.staff, db.ActInput{TaskID: id, Now: w.now}); err != nil {
			t.Errorf("task %d: %v", id, err)
		}
	}
	wg.Wait()
	owner, err := sql.Open("postgres", w.urls.Owner)
	check(t, err)
	t.Cleanup(func() { owner.Close() })
	var wrong int
	if err := owner.QueryRowContext(w.ctx, wrongCounts).Scan(&wrong); err != nil || wrong != 0 {
		t.Errorf("%d counts are wrong: %v", wrong, err)
	}
}
