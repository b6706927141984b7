package db_test

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"amal/db"
	"amal/db/dbtest"
	"amal/rules"
)

// loaded is a database of its own that a plan has filled.
func loaded(t testing.TB, plan db.LoadPlan) (dbtest.URLs, *sql.DB) {
	t.Helper()
	urls := dbtest.NewURLs(t)
	check(t, db.Load(t.Context(), urls.Owner, plan))
	owner, err := sql.Open("postgres", urls.Owner)
	check(t, err)
	t.Cleanup(func() { owner.Close() })
	return urls, owner
}

func planOf(tasks int, seed uint64) db.LoadPlan {
	return db.LoadPlan{Tasks: tasks, Agencies: 12, People: 60, Seed: seed, Now: time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC),
		Holidays: []db.Holiday{{Country: "UZ", Day: day("2026-03-21"), Kind: "off", NameEn: "Day off", Certainty: "official"}},
		Likeness: func(texts ...string) []string { return texts[:1] }}
}

func number(t testing.TB, pool *sql.DB, query string) (n int) {
	t.Helper()
	check(t, pool.QueryRowContext(t.Context(), query).Scan(&n))
	return n
}

func TestLoadLaysARegisterThatHolds(t *testing.T) {
	t.Parallel()
	plan := planOf(2500, 7)
	urls, owner := loaded(t, plan)
	for query, want := range map[string][2]int{
		`select count(*) from task`: {2500, 2500},
		`select count(*) from task where overdue_at <= '2026-03-02 06:00Z' and status in ('assigned', 'in_progress', 'returned')`: {200, 300},
		`select count(distinct status) from task`:               {7, 7},
		`select count(*) from agency`:                           {12, 12},
		`select count(distinct side) from agency`:               {3, 3},
		`select count(*) from person`:                           {60, 60},
		`select count(distinct role) from member`:               {7, 7},
		`select count(*) from meeting`:                          {10, 20},
		`select count(*) from report`:                           {1500, 4000},
		`select count(*) from request where kind = 'extension'`: {100, 400},
		`select count(*) from request where state = 'pending'`:  {5, 100},
		`select count(*) from message where state = 'sent'`:     {200, 250},
		wrongCounts: {0, 0},
		`select count(*) from passage p join document d on d.id = p.document_id where substr(d.text, p.starts + 1, p.ends - p.starts) !~ '^The sides instructed .*\.$'`: {0, 0},
		`select count(*) from task where next_step_on < '2026-03-02'`:                                                                                             {0, 0},
		`select count(*) from task t where version <> (select count(*) from history where subject = 'task' and subject_id = t.id)`:                                {0, 0},
		`select count(*) from task where assigned_at < created_at or submitted_at < assigned_at or decided_at < submitted_at or changed_at > '2026-03-02 06:00Z'`: {0, 0},
		`select count(*) from directive d where tasks <> (select count(number) from task where directive_id = d.id)`:                                              {0, 0},
		`select count(*) from directive d where number > (select last from counter where year = d.number_year)`:                                                   {0, 0},
		`select count(*) from request r join task t on t.id = r.task_id where r.state = 'pending' and t.status not in ('assigned', 'in_progress', 'returned')`:    {0, 0},
	} {
		if n := number(t, owner, query); n < want[0] || n > want[1] {
			t.Errorf("%s: %d, want %v", query, n, want)
		}
	}
	store, err := db.Open(t.Context(), db.Options{URL: urls.App})
	check(t, err)
	defer store.Close()
	for n := 1; n > 0; {
		n, err = store.Seal(t.Context(), plan.Now)
		check(t, err)
	}
	chain, err := store.Verify(t.Context(), "")
	check(t, err)
	if len(chain.Faults) > 0 || chain.Unsealed > 0 || chain.Entries < 7500 {
		t.Errorf("the history: %+v", chain)
	}
	staff, err := store.PersonByEmail(t.Context(), "staff@load.example")
	check(t, err)
	year := rules.Span{From: plan.Now.AddDate(-2, 0, 0), To: plan.Now}
	counted, err := store.AgencyTable(t.Context(), staff.Actor(), year, plan.Now.Add(24*time.Hour))
	check(t, err)
	check(t, store.RecountDue(t.Context(), plan.Now))
	again, err := store.AgencyTable(t.Context(), staff.Actor(), year, plan.Now.Add(24*time.Hour))
	check(t, err)
	if shown(counted) != shown(again) || counted.Total.Lead.Due() < 100 {
		t.Errorf("the statistics were counted as %+v, anew as %+v", counted.Total, again.Total)
	}
	if _, err := store.SaveMeeting(t.Context(), staff.Actor(), db.MeetingInput{Title: "Next", HeldOn: plan.Now, Place: "Almaty", Level: "working", Sides: []string{"UZ"}, Now: plan.Now}); err != nil {
		t.Errorf("the numbers do not go on: %v", err)
	}
}

// Nothing of the past is told of when the clock first looks at what was laid.
func TestLoadBringsNoLateNotices(t *testing.T) {
	t.Parallel()
	plan := planOf(1500, 3)
	urls, owner := loaded(t, plan)
	store, err := db.Open(t.Context(), db.Options{URL: urls.App})
	check(t, err)
	defer store.Close()
	due := number(t, owner, `select count(*) from task where next_step_on <= '2026-03-02'`)
	if n, err := store.PlanReminders(t.Context(), plan.Now); err != nil || n != due || due == 0 {
		t.Fatalf("%d tasks looked at, want %d, %v", n, due, err)
	}
	late := number(t, owner, `select count(*) from reminder where late`)
	planned := number(t, owner, `select count(distinct subject_id) from reminder where state = 'planned'`)
	if late != 0 || planned == 0 || planned > due {
		t.Errorf("%d late notices, %d of %d tasks told of", late, planned, due)
	}
}

func TestLoadIsTheSameBySeedAndLeavesTheSchema(t *testing.T) {
	t.Parallel()
	shape := `
		select md5(string_agg(line, E'\n' order by line)) from (
			select indexdef as line from pg_indexes where schemaname = 'public'
			union all select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace) s`
	all := `select md5((select string_agg(cast(t as text), '' order by id) from task t) || (select string_agg(cast(h as text), '' order by id) from history h) || (select string_agg(cast(r as text), '' order by id) from report r))`
	var got [3]string
	for i, seed := range []uint64{1, 1, 2} {
		_, owner := loaded(t, planOf(300, seed))
		check(t, owner.QueryRowContext(t.Context(), all).Scan(&got[i]))
		var now, was string
		check(t, owner.QueryRowContext(t.Context(), shape).Scan(&now))
		empty, err := sql.Open("postgres", dbtest.NewURLs(t).Owner)
		check(t, err)
		check(t, empty.QueryRowContext(t.Context(), shape).Scan(&was))
		empty.Close()
		if now != was {
			t.Error("keys or indexes differ from the schema's")
		}
	}
	if got[0] != got[1] || got[0] == got[2] {
		t.Errorf("seeds 1, 1, 2 lay %v", got)
	}
}

func TestLoadRefusesADatabaseInUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := db.Load(t.Context(), w.urls.Owner, planOf(100, 1)); !errors.Is(err, db.ErrNotEmpty) {
		t.Errorf("loads into a register in use: %v", err)
	}
	if all, err := w.Directory(t.Context(), w.now); err != nil || len(all) != 4 {
		t.Errorf("%d agencies afterwards, want 4, %v", len(all), err)
	}
}
