package db_test

import (
	"database/sql"
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"amal/db"
	"amal/rules"
)

// shown is a table as it stood, as text to compare.
func shown(t *db.AgencyTable) string {
	c := *t
	c.Before, c.Total.Before = time.Time{}, nil
	c.Rows = append([]db.AgencyFigures(nil), t.Rows...)
	for i := range c.Rows {
		c.Rows[i].Before = nil
	}
	text, _ := json.Marshal(c)
	return string(text)
}

var march = rules.Span{From: day("2026-03-01"), To: day("2026-03-31")}

// Whatever people do over three weeks: the figures of each day, computed later
// from history, are those that were shown on that day, for everybody who saw
// them, and the counters are what counting all tasks anew gives.
func TestAnyPastDayCanBeComputedAgain(t *testing.T) {
	w := newWorld(t)
	var err error
	w.owner, err = sql.Open("postgres", w.urls.Owner)
	check(t, err)
	t.Cleanup(func() { w.owner.Close() })
	directive := w.directive(t)
	begin, done := w.now, map[int]int{}
	kazakh := w.person(t, "kazakh", w.kz, rules.Head)
	spans := []rules.Span{rules.YearOf(begin), march, {From: day("2026-03-05"), To: day("2026-03-17")}}
	viewers := []rules.Actor{w.manager, kazakh, w.focalUZ, w.focalKZ}
	days := func(rt *rapid.T) {
		w.now = w.now.Truncate(24 * time.Hour).Add(30 * time.Hour) // each run goes on where the last one ended
		type past struct {
			at   time.Time
			me   rules.Actor
			span rules.Span
			was  string
		}
		var pasts []past
		start := rules.Date(w.now)
		var tasks []int64
		for i := range rapid.IntRange(1, 3).Draw(rt, "tasks") {
			tasks = append(tasks, w.task(t, directive, start.AddDate(0, 0, rapid.IntRange(0, 5).Draw(rt, "due")+i).Format(time.DateOnly)))
		}
		tasks = append(tasks, w.periodic(t, directive, start.AddDate(0, 0, 2)))
		for range rapid.IntRange(2, 6).Draw(rt, "days") {
			for range rapid.IntRange(0, 5).Draw(rt, "acts") {
				w.now = w.now.Add(time.Duration(rapid.IntRange(1, 30).Draw(rt, "seconds")) * time.Second)
				if err := w.anyChange(rt, rapid.SampledFrom(tasks).Draw(rt, "task"), directive, done); err != nil && !refused(err) {
					rt.Fatal(err)
				}
			}
			w.now = w.now.Truncate(24 * time.Hour).Add(20 * time.Hour)
			me, span := rapid.SampledFrom(viewers).Draw(rt, "viewer"), rapid.SampledFrom(append(spans, rules.YearOf(w.now), rules.Span{From: start, To: start.AddDate(0, 1, 3)})).Draw(rt, "span")
			table, err := w.AgencyTable(w.ctx, me, span, w.now)
			if err != nil {
				rt.Fatal(err)
			}
			pasts = append(pasts, past{w.now, me, span, shown(table)})
			w.now = w.now.Truncate(24 * time.Hour).Add(30 * time.Hour)
		}
		for _, p := range pasts[:len(pasts)-1] {
			table, err := w.AgencyTable(w.ctx, p.me, p.span, p.at)
			if err != nil {
				rt.Fatal(err)
			}
			if got := shown(table); got != p.was {
				rt.Fatalf("%s, as of %v:\n got %s\nshown %s", p.me.Name, p.at, got, p.was)
			}
		}
	}
	for range 4 { // by chance an act may not come off for long
		if rapid.Check(t, days); len(done) == 11 {
			break
		}
	}
	for i := range 11 {
		if done[i] == 0 {
			t.Errorf("act %d never came off: %v", i, done)
		}
	}
	before, err := w.AgencyTable(w.ctx, w.manager, rules.Span{From: begin, To: w.now}, w.now)
	check(t, err)
	var below int
	check(t, w.owner.QueryRowContext(w.ctx, `select count(*) from due_count where least(open, submitted, on_time, late, dropped, moved, reported, returned) < 0 and kind <> 'origin'`).Scan(&below))
	if below != 0 {
		t.Errorf("%d counters are below zero", below)
	}
	check(t, w.RecountDue(w.ctx, w.now))
	after, err := w.AgencyTable(w.ctx, w.manager, rules.Span{From: begin, To: w.now}, w.now)
	check(t, err)
	if shown(before) != shown(after) {
		t.Errorf("counted anew:\n got %s\nwant %s", shown(after), shown(before))
	}
	if after.Total.Lead.Due() == 0 || after.Total.Lead.OnTime == 0 || after.Total.Lead.Late == 0 || after.Total.Lead.Dropped == 0 {
		t.Errorf("the random acts left out a case: %+v", after.Total.Lead)
	}
}

// periodic assigns a monthly task of the Uzbek ministry.
func (w *world) periodic(t *testing.T, directive int64, first time.Time) int64 {
	t.Helper()
	id, err := w.AddTask(w.ctx, w.staff, db.TaskInput{DirectiveID: directive, Title: "Monthly figures", Points: []string{"Figures"}, LeadID: w.uz, Deadline: &first, Period: rules.Monthly, Now: w.now})
	check(t, err)
	check(t, w.Assign(w.ctx, w.staff, db.ActInput{TaskID: id, Now: w.now}))
	return id
}

// anyChange does something that statistics depend on.
func (w *world) anyChange(rt *rapid.T, task int64, directive int64, done map[int]int) error {
	in := db.ActInput{TaskID: task, Note: "Because", Now: w.now, End: rapid.Bool().Draw(rt, "end")}
	to := rules.Date(w.now).AddDate(0, 0, rapid.IntRange(-3, 12).Draw(rt, "to"))
	acts := []func() error{
		func() error {
			return w.Report(w.ctx, w.focalUZ, db.ReportInput{TaskID: task, Signal: rules.Finished, Done: "All", Answers: []string{"Yes"}, NoEvidenceReason: "Oral", Now: w.now})
		},
		func() error { return w.Accept(w.ctx, w.controller, in) },
		func() error { return w.Return(w.ctx, w.controller, in) },
		func() error { return w.Withdraw(w.ctx, w.focalUZ, in) },
		func() error { in.Ground = "outdated"; return w.Cancel(w.ctx, w.controller, in) },
		func() error { return w.Reopen(w.ctx, w.manager, in) },
		func() error { // moved, and a second thought
			if err := w.MoveDeadline(w.ctx, w.manager, db.MoveInput{TaskID: task, To: to, Reason: "Moved", Now: w.now}); err != nil {
				return err
			}
			in.Now = in.Now.Add(time.Second)
			return w.Undo(w.ctx, w.manager, in)
		},
		func() error {
			return w.MoveDeadline(w.ctx, w.manager, db.MoveInput{TaskID: task, To: to, Reason: "Moved", Now: w.now})
		},
		func() error { return w.handOn(rt, task) },
		func() error { return w.reside(rt, directive) },
		func() error { // accepted, and a second thought
			if err := w.Accept(w.ctx, w.controller, in); err != nil {
				return err
			}
			in.Now = in.Now.Add(time.Second)
			return w.Undo(w.ctx, w.controller, in)
		},
	}
	i := rapid.SampledFrom([]int{0, 0, 0, 1, 1, 1, 2, 3, 4, 5, 6, 7, 7, 8, 8, 9, 9, 10}).Draw(rt, "act")
	err := acts[i]()
	if err == nil {
		done[i]++
	}
	return err
}

// handOn gives a task to another lead with other co-executors.
func (w *world) handOn(rt *rapid.T, id int64) error {
	task, _, err := w.Task(w.ctx, w.staff, id)
	if err != nil {
		return err
	}
	lead := rapid.SampledFrom([]int64{w.uz, w.kz}).Draw(rt, "lead")
	var shared []int64
	if other := rapid.SampledFrom([]int64{0, w.uz, w.kz, w.other}).Draw(rt, "shared"); other != 0 && other != lead {
		shared = append(shared, other)
	}
	return w.ChangeTask(w.ctx, w.staff, db.TaskInput{ID: id, Title: task.Title, Points: []string{"A draft is sent"}, LeadID: lead, CoExecutors: shared, Period: task.Period, Note: "Handed on", Now: w.now})
}

// reside changes the sides of the directive.
func (w *world) reside(rt *rapid.T, id int64) error {
	d, err := w.Directive(w.ctx, w.staff, id)
	if err != nil {
		return err
	}
	sides := rapid.SampledFrom([][]string{{"UZ"}, {"UZ", "KZ"}, {"KZ", "UZ"}}).Draw(rt, "sides")
	return w.ChangeDirective(w.ctx, w.staff, db.DirectiveInput{ID: id, Version: d.Version, Strength: rules.Instructed, Title: d.Title, Points: []string{"A programme is adopted"}, Sides: sides,
		Deadline: d.Deadline, DeadlineRule: "this_year", DeadlineWording: "this year", ControllerID: w.controller.PersonID, Now: w.now})
}

// The copies of each day hold what was shown on it, and what history gives for
// it; a month later they stand beside the figures.
func TestTheMonthBeforeStandsBesideTheFigures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	directive := w.directive(t)
	late, done := w.task(t, directive, "2026-03-04"), w.task(t, directive, "2026-03-06")
	w.now = w.now.AddDate(0, 0, 2)
	check(t, w.finish(t, done, w.focalUZ))
	check(t, w.Accept(w.ctx, w.controller, db.ActInput{TaskID: done, Now: w.now}))
	w.now = day("2026-03-10").Add(time.Hour)
	check(t, w.SnapDue(w.ctx, w.now))
	check(t, w.SnapDue(w.ctx, w.now.Add(time.Hour))) // once a day
	then, err := w.AgencyTable(w.ctx, w.manager, march, w.now)
	check(t, err)
	w.now = day("2026-04-10").Add(6 * time.Hour)
	check(t, w.finish(t, late, w.focalUZ))
	check(t, w.Accept(w.ctx, w.controller, db.ActInput{TaskID: late, Now: w.now}))
	now, err := w.AgencyTable(w.ctx, w.manager, march, w.now)
	check(t, err)
	if got := then.Total.Lead.Discipline(); got != (rules.Share{Part: 1, Of: 2}) {
		t.Errorf("on 10 March D was %+v", got)
	}
	if now.Total.Before == nil || *now.Total.Before != then.Total.Lead || *now.Rows[0].Before != then.Rows[0].Lead || !now.Before.Equal(day("2026-03-10").Add(time.Hour)) {
		t.Errorf("a month before: %+v at %v, want %+v", now.Total.Before, now.Before, then.Total.Lead)
	}
	if days, ok := now.Total.Delays.Median(); !ok || days != 30 || now.Total.Oldest != nil {
		t.Errorf("the median delay is %d, %v, the oldest %v", days, ok, now.Total.Oldest)
	}
	past, err := w.AgencyTable(w.ctx, w.manager, march, now.Before)
	check(t, err)
	if past.Total.Lead != *now.Total.Before || past.Total.Oldest == nil || !past.Total.Oldest.Equal(day("2026-03-04")) {
		t.Errorf("out of history: %+v, oldest %v", past.Total.Lead, past.Total.Oldest)
	}
}

// A moved deadline leaves the original one where it was: the task is overdue by
// that, and not yet due by the present one.
func TestOriginalDeadlinesDoNotMove(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-04")
	check(t, w.MoveDeadline(w.ctx, w.manager, db.MoveInput{TaskID: task, To: day("2026-03-20"), Reason: "Moved", Now: w.now}))
	for _, c := range []struct {
		on           string
		lead, origin rules.Figures
	}{
		{"2026-03-04", rules.Figures{}, rules.Figures{}},
		{"2026-03-06", rules.Figures{}, rules.Figures{Open: 1, Moved: 1}},
		{"2026-03-22", rules.Figures{OnTime: 1, Moved: 1, Reported: 1}, rules.Figures{Late: 1, Moved: 1, Reported: 1}},
		{"2026-05-22", rules.Figures{OnTime: 1, Moved: 1, Reported: 1}, rules.Figures{Late: 1, Moved: 1, Reported: 1}},
	} {
		w.now = day(c.on).Add(6 * time.Hour)
		if c.on == "2026-03-22" {
			w.now = day("2026-03-18").Add(6 * time.Hour)
			check(t, w.finish(t, task, w.focalUZ))
			w.now = day(c.on).Add(6 * time.Hour)
			check(t, w.Accept(w.ctx, w.controller, db.ActInput{TaskID: task, Now: w.now}))
		}
		table, err := w.AgencyTable(w.ctx, w.manager, march, w.now)
		check(t, err)
		if table.Total.Lead != c.lead || table.Total.Origin != c.origin {
			t.Errorf("on %s: %+v and %+v", c.on, table.Total.Lead, table.Total.Origin)
		}
	}
}

// Each sees the figures of what he sees.
func TestFiguresAreOfWhatOneSees(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	uzHead, kzHead, auditor, admin := w.person(t, "uz", w.uz, rules.Head), w.person(t, "kz", w.kz, rules.Head), w.person(t, "auditor", w.joint, rules.Auditor), w.person(t, "admin", w.joint, rules.Admin)
	w.task(t, w.directive(t), "2026-03-04")
	w.now = day("2026-03-10").Add(time.Hour)
	for _, c := range []struct {
		me     rules.Actor
		lead   int
		shared int
	}{{w.manager, 1, 1}, {uzHead, 1, 1}, {kzHead, 1, 1}, {auditor, 1, 1}, {w.focalUZ, 1, 0}, {w.focalKZ, 0, 1}, {w.otherUZ, 0, 0}, {admin, 0, 0}} {
		table, err := w.AgencyTable(w.ctx, c.me, march, w.now)
		check(t, err)
		if got := table.Total; got.Lead.Due() != c.lead || got.Shared.Due() != c.shared {
			t.Errorf("%s sees %d and %d, want %d and %d", c.me.Name, got.Lead.Due(), got.Shared.Due(), c.lead, c.shared)
		}
	}
	d, err := w.Directive(w.ctx, w.staff, 1)
	check(t, err)
	check(t, w.ChangeDirective(w.ctx, w.staff, db.DirectiveInput{ID: 1, Version: d.Version, Strength: rules.Instructed, Title: d.Title, Points: []string{"A programme is adopted"}, Sides: []string{"UZ"},
		Deadline: d.Deadline, DeadlineRule: "this_year", DeadlineWording: "this year", ControllerID: w.controller.PersonID, Now: w.now}))
	if table, err := w.AgencyTable(w.ctx, kzHead, march, w.now); err != nil || len(table.Rows) != 0 {
		t.Errorf("a head of the other country still sees %+v, %v", table, err)
	}
}

// Undoing a moved deadline takes the counts back to where they were.
func TestUndoneMovesLeaveNoTrace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-04")
	check(t, w.MoveDeadline(w.ctx, w.manager, db.MoveInput{TaskID: task, To: day("2026-06-01"), Reason: "Moved", Now: w.now}))
	check(t, w.Undo(w.ctx, w.manager, db.ActInput{TaskID: task, Now: w.now.Add(time.Second)}))
	w.now = day("2026-03-10")
	ages, err := w.OverdueAges(w.ctx, w.manager, db.CountFilter{}, w.now)
	check(t, err)
	table, err := w.AgencyTable(w.ctx, w.manager, march, w.now)
	check(t, err)
	if ages.All() != 1 || table.Total.Lead != (rules.Figures{Open: 1}) {
		t.Errorf("%d overdue, %+v", ages.All(), table.Total.Lead)
	}
}

// The stocktake reads counters and what is nearest: on time and late, what waits
// and how long, the plan of the year and the weeks.
func TestStocktake(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	directive := w.directive(t)
	w.task(t, directive, "2026-03-04")
	done, sent, ahead := w.task(t, directive, "2026-03-06"), w.task(t, directive, "2026-03-09"), w.task(t, directive, "2026-11-30")
	w.now = w.now.AddDate(0, 0, 2)
	check(t, w.finish(t, done, w.focalUZ))
	check(t, w.Accept(w.ctx, w.controller, db.ActInput{TaskID: done, Now: w.now}))
	check(t, w.finish(t, sent, w.focalUZ))
	check(t, w.Ask(w.ctx, w.focalUZ, db.RequestInput{TaskID: ahead, Kind: rules.Extension, Wanted: day("2026-12-20"), Reason: "More time", Now: w.now}))
	sentAt := w.now
	w.now = day("2026-03-20").Add(6 * time.Hour)
	st, err := w.Stocktake(w.ctx, w.manager, rules.YearOf(w.now), w.now)
	check(t, err)
	if f := st.Table.Total.Lead; f.Open != 1 || f.OnTime != 1 || f.Submitted != 1 || f.Due() != 3 {
		t.Errorf("figures %+v", f)
	}
	if x := st.Waiting; x.Reports != 1 || x.Requests != 1 || !x.Reported.Equal(sentAt) || !x.Requested.Equal(sentAt) {
		t.Errorf("waiting %+v", x)
	}
	if len(st.Months) != 2 || st.Months[0].Tasks != 3 || st.Months[0].Done != 1 || st.Months[1].Tasks != 1 {
		t.Errorf("months %+v", st.Months)
	}
	if last := st.Weeks[len(st.Weeks)-3]; len(st.Weeks) != 61 || last.Running != 1 || last.Year != 1 || !last.Week.Equal(day("2026-03-02")) {
		t.Errorf("weeks %+v", st.Weeks)
	}
	if len(st.Timeline) != 1 || len(st.Timeline[0].Tasks) != 4 || st.Ages.All() != 1 {
		t.Errorf("timeline %+v, ages %+v", st.Timeline, st.Ages)
	}
	before := w.Queries()
	if _, err := w.Stocktake(w.ctx, w.manager, rules.YearOf(w.now), w.now); err != nil || w.Queries()-before > 12 {
		t.Errorf("%d queries, %v", w.Queries()-before, err)
	}
}
