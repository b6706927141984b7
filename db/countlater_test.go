package db_test

import (
	"database/sql"
	"errors"
	"testing"

	"amal/db"
)

// Counts that are written at the end are of what was done, not of what was taken
// back on the way or failed as a whole.
func TestCountsWrittenTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.directive(t)
	add := func(tx *db.Store, due string) error {
		day := day(due)
		id, err := tx.AddTask(w.ctx, w.staff, db.TaskInput{DirectiveID: d, Title: "Draft the programme " + due, Points: []string{"x"}, LeadID: w.uz, Deadline: &day, Now: w.now})
		if err != nil {
			return err
		}
		return tx.Assign(w.ctx, w.staff, db.ActInput{TaskID: id, Now: w.now})
	}
	failed := errors.New("failed")
	var twice int
	check(t, w.CountedTogether(w.ctx, func(tx *db.Store) error {
		for _, due := range []string{"2026-02-20", "2026-02-20", "2026-02-27", "2026-06-01"} {
			if err := tx.Apart(w.ctx, func() error { return add(tx, due) }); err != nil {
				return err
			}
			if err := tx.Apart(w.ctx, func() error { return errors.Join(add(tx, due), failed) }); !errors.Is(err, failed) {
				return err
			}
		}
		ages, err := tx.OverdueAges(w.ctx, w.manager, db.CountFilter{}, w.now)
		twice = ages.All()
		return err
	}))
	if twice != 0 {
		t.Errorf("%d are counted before the end", twice)
	}
	if err := w.CountedTogether(w.ctx, func(tx *db.Store) error { return errors.Join(add(tx, "2026-02-20"), failed) }); !errors.Is(err, failed) {
		t.Fatal(err)
	}
	check(t, add(w.Store, "2026-02-20")) // at once again
	for name, f := range map[string]db.CountFilter{"all": {}, "side": {Side: "UZ"}, "agency": {AgencyID: w.uz}} {
		ages, err := w.OverdueAges(w.ctx, w.manager, f, w.now)
		check(t, err)
		if ages.Week != 1 || ages.Month != 3 || ages.All() != 4 {
			t.Errorf("%s: %+v", name, ages)
		}
	}
	owner, err := sql.Open("postgres", w.urls.Owner)
	check(t, err)
	defer owner.Close()
	var kept, there int
	check(t, owner.QueryRowContext(w.ctx, `select sum(open) from due_count where grain = 'day' and kind = 'lead'`).Scan(&kept))
	check(t, owner.QueryRowContext(w.ctx, `select count(*) from task`).Scan(&there))
	if kept != there || there != 5 {
		t.Errorf("statistics have %d of %d tasks", kept, there)
	}
}
