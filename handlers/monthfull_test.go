package handlers

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
)

// A month with very many events is whole in its file; the month's table shows
// some of a day and says how many more there are, the day's page shows them.
func TestAMonthOfManyEventsIsWhole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner, err := sql.Open("postgres", s.urls.Owner)
	must(s, owner, err)
	defer owner.Close()
	// twenty on each of thirty days, most at an hour, and on two days the same
	_, err = owner.ExecContext(t.Context(), `
		insert into event (title, starts_on, ends_on, from_minute, kind, sides, created_by, created_at)
		select format('Visit no. %s of many', n), d, case when n % 7 = 0 then d + 1 end, nullif(n % 3, 0) * 60, 'visit', array['UZ', 'KZ'], $1, now()
		from generate_series(1, 600) n cross join lateral (select date '2026-05-01' + (n - 1) / 20) of_day (d)`, s.people["staff"].PersonID)
	must(s, 0, err)
	b := s.as("manager")
	for _, format := range []string{"csv", "pdf", "xlsx"} {
		a := b.get("/calendar?month=2026-05&format=" + format)
		if a.status != 200 {
			t.Errorf("%s: %d", format, a.status)
		}
		if format != "csv" {
			continue
		}
		for n := 1; n <= 600; n++ {
			days := 1
			if n%7 == 0 {
				days = 2
			}
			if got := strings.Count(a.body, fmt.Sprintf("Visit no. %d of many", n)); got != days {
				t.Errorf("event %d stands in the file %d times, want %d", n, got, days)
			}
		}
	}
	month := b.get("/calendar?month=2026-05").body
	for _, want := range []string{"685 deadlines and events in this month", "Visit no. 595 of many", "15 more", "18 more"} {
		if !strings.Contains(month, want) {
			t.Errorf("the month lacks %q", want)
		}
	}
	if shown := strings.Count(month, "of many</span>"); shown != 30*dayEvents+3 { // on the last day three go on
		t.Errorf("the table shows %d events", shown)
	}
	if day := b.get("/calendar?day=2026-05-30").body; strings.Count(day, "of many</a>") != 22 {
		t.Errorf("the day shows %d events", strings.Count(day, "of many</a>"))
	}
}
