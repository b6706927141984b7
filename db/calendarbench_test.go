package db_test

import (
	"testing"
	"time"

	"amal/db"
	"amal/db/dbtest"
	"amal/rules"
)

// BenchmarkCalendar reads a month, a day, a pack, the matrix and a register of a
// large register, as each of its readers.
func BenchmarkCalendar(b *testing.B) {
	store, owner := opened(b, dbtest.NewURLs(b))
	now := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	manager, focal := layTasks(b, store, owner, now)
	from, to := rules.MonthGrid(now)
	month := db.CalendarFilter{From: from, To: to}
	agency := month
	agency.AgencyID = focal.AgenciesAs(rules.Focal)[0]
	ctx, sides := b.Context(), []string{"UZ", "KZ"}
	meetings, err := store.Meetings(ctx, manager, db.Sort{}, now)
	check(b, err)
	for range 60 {
		_, err := store.AddEvent(ctx, manager, db.Event{MeetingID: meetings[0].ID, Title: "Event", StartsOn: &now}, "", now)
		check(b, err)
	}
	for _, l := range []struct {
		name string
		run  func() error
	}{
		{"month", func() error { _, err := store.CalendarPage(ctx, manager, month); return err }},
		{"month of an agency", func() error { _, err := store.CalendarPage(ctx, manager, agency); return err }},
		{"month, mine", func() error { _, err := store.CalendarPage(ctx, focal, month); return err }},
		{"day", func() error { _, err := store.DayTasks(ctx, manager, db.CalendarFilter{From: now}, 0); return err }},
		{"pack", func() error {
			_, err := store.Pack(ctx, manager, db.PackFilter{Sides: sides, Since: now.AddDate(0, 0, -30), Now: now})
			return err
		}},
		{"register", func() error {
			_, err := store.Register(ctx, manager, db.RegisterFilter{Overdue: true, Now: now})
			return err
		}},
		{"events", func() error { _, err := store.Events(ctx, manager, false, db.Sort{}, now); return err }},
		{"events of an agency", func() error { _, err := store.Events(ctx, focal, false, db.Sort{}, now); return err }},
	} {
		b.Run(l.name, func(b *testing.B) {
			for b.Loop() {
				check(b, l.run())
			}
		})
	}
}
