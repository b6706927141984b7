package db_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"amal/db"
	"amal/rules"
)

// refusals are how an act that is not possible may end; anything else is a fault.
func refused(err error) bool {
	var p rules.Problems
	return errors.Is(err, rules.ErrMove) || errors.Is(err, rules.ErrForbidden) || errors.Is(err, rules.ErrNoChange) ||
		errors.Is(err, db.ErrNotFound) || errors.Is(err, db.ErrStale) || errors.As(err, &p)
}

// Whatever people of all roles do in whatever order: the original deadline
// never changes, nobody closes his own task, the status in the history is the
// task's, counts stay true, and the seals hold.
func TestRandomActs(t *testing.T) {
	w := newWorld(t)
	var err error
	w.owner, err = sql.Open("postgres", w.urls.Owner)
	check(t, err)
	t.Cleanup(func() { w.owner.Close() })
	directive := w.directive(t)
	people := []rules.Actor{w.staff, w.focalUZ, w.focalKZ, w.otherUZ, w.controller, w.manager}
	rapid.Check(t, func(rt *rapid.T) {
		w.now = w.now.Add(time.Hour)
		task := w.task(t, directive, "2027-03-31")
		for range rapid.IntRange(1, 15).Draw(rt, "acts") {
			w.now = w.now.Add(time.Duration(rapid.IntRange(1, 30).Draw(rt, "seconds")) * time.Second)
			me := rapid.SampledFrom(people).Draw(rt, "who")
			err := w.anyAct(rt, me, task)
			if err != nil && !refused(err) {
				rt.Fatalf("%s: %v", me.Name, err)
			}
			w.holds(t, rt, task, me, err == nil)
		}
	})
	if _, err := w.Seal(w.ctx, w.now); err != nil {
		t.Fatal(err)
	}
	if chain, err := w.Verify(w.ctx, ""); err != nil || len(chain.Faults) > 0 {
		t.Errorf("the seals: %+v, %v", chain, err)
	}
}

// anyAct does something on a task.
func (w *world) anyAct(rt *rapid.T, me rules.Actor, task int64) error {
	in := db.ActInput{TaskID: task, Note: rapid.SampledFrom([]string{"", "Because"}).Draw(rt, "note"), Now: w.now}
	later := day("2027-03-31").AddDate(0, 0, rapid.IntRange(-5, 300).Draw(rt, "days"))
	acts := []func() error{
		func() error { return w.Receive(w.ctx, me, in) },
		func() error { return w.SayNoChange(w.ctx, me, in) },
		func() error {
			return w.Report(w.ctx, me, db.ReportInput{TaskID: task, Signal: rules.UnderWay, Done: "Half", Now: w.now})
		},
		func() error {
			return w.Report(w.ctx, me, db.ReportInput{TaskID: task, Signal: rules.Finished, Done: "All", Answers: []string{"Yes"}, NoEvidenceReason: "Oral", Now: w.now})
		},
		func() error { return w.Withdraw(w.ctx, me, in) },
		func() error { return w.Accept(w.ctx, me, in) },
		func() error { return w.Return(w.ctx, me, in) },
		func() error { in.Ground = "outdated"; return w.Cancel(w.ctx, me, in) },
		func() error { return w.Reopen(w.ctx, me, in) },
		func() error { return w.Undo(w.ctx, me, in) },
		func() error {
			return w.Ask(w.ctx, me, db.RequestInput{TaskID: task, Kind: rules.Extension, Wanted: later, Reason: "More time", Now: w.now})
		},
		func() error {
			return w.MoveDeadline(w.ctx, me, db.MoveInput{TaskID: task, To: later, Reason: "Moved", Now: w.now})
		},
		func() error {
			page, err := w.TaskPage(w.ctx, w.manager, task, w.now)
			if err == nil && len(page.Requests) == 0 {
				err = db.ErrNotFound
			}
			if err != nil {
				return err
			}
			return w.Judge(w.ctx, me, db.VerdictInput{TaskID: task, RequestID: page.Requests[0].ID, Grant: len(in.Note) == 0, Note: in.Note, Now: w.now})
		},
		func() error {
			return w.Contribute(w.ctx, me, db.ContributionInput{TaskID: task, Text: "Our part", Now: w.now})
		},
	}
	return rapid.SampledFrom(acts).Draw(rt, "act")()
}

// holds checks what must be true of a task after any act.
func (w *world) holds(t *testing.T, rt *rapid.T, id int64, me rules.Actor, done bool) {
	page, err := w.TaskPage(w.ctx, w.manager, id, w.now)
	if err != nil {
		rt.Fatal(err)
	}
	if page.Status == rules.Draft { // the assignment was undone
		return
	}
	if !page.OriginalDeadline.Equal(day("2027-03-31")) {
		rt.Fatalf("the original deadline is %v", page.OriginalDeadline)
	}
	if done && page.Status == rules.Accepted && page.History[0].Act == string(rules.ActAccept) && rules.HatsFor(me, page.Scope()).Has(rules.HatLead) {
		rt.Fatalf("%s closed his own task", me.Name)
	}
	if (page.Status == rules.Submitted) != (page.SubmittedAt != nil) && page.Status != rules.Accepted && page.Status != rules.Cancelled {
		rt.Fatalf("%s, submitted at %v", page.Status, page.SubmittedAt)
	}
	if page.Status.Open() == (page.OverdueAt == nil) && page.Status.Open() {
		rt.Fatalf("%s, overdue at %v", page.Status, page.OverdueAt)
	}
	if want := fmt.Sprint(page.Status); replayed(page.History) != want {
		rt.Fatalf("the history ends at %q, the task is %q", replayed(page.History), want)
	}
	if looks, err := w.Tally(w.lookAs(t, w.manager), w.manager, w.now); err != nil {
		rt.Fatal(err)
	} else if anew, err := w.Tally(w.ctx, w.manager, w.now); err != nil || looks != anew {
		rt.Fatalf("the page counts %+v, it is %+v, %v", looks, anew, err)
	}
	var wrong int
	if err := w.owner.QueryRowContext(w.ctx, wrongCounts).Scan(&wrong); err != nil || wrong != 0 {
		rt.Fatalf("%d counts are wrong, %v", wrong, err)
	}
}

// replayed is the status that a task's history ends with, newest line first.
func replayed(history []db.HistoryLine) string {
	for _, h := range history {
		var changes map[string][2]any
		if json.Unmarshal(h.Changes, &changes) == nil && changes["status"][1] != nil {
			return fmt.Sprint(changes["status"][1])
		}
	}
	return ""
}

// wrongCounts counts the rows of open_count, its spans and co-executors that
// differ from the tasks.
const wrongCounts = `
	with t as (
		select t.id, case when t.status = 'submitted' then 'submitted' else 'open' end as state, coalesce(t.overdue_at, 'infinity') as overdue_at, t.lead_id, d.sides
		from task t join directive d on d.id = t.directive_id where t.status in ('assigned', 'in_progress', 'returned', 'submitted')
	),
	truth as (
		select 'all' as scope, state, overdue_at, count(*) as n from t group by 2, 3
		union all select 'side:' || side, state, overdue_at, count(*) from t, unnest(sides) side group by 1, 2, 3
		union all select 'agency:' || lead_id, state, overdue_at, count(*) from t group by 1, 2, 3
	),
	spans as (
		select scope, days, date_bin(make_interval(days => days), overdue_at, 'epoch') as starts_at, sum(n) as n from truth, unnest(array[16, 256]) days
		where scope like 'agency:%' and state = 'open' and overdue_at < 'infinity' group by 1, 2, 3
	)
	select count(*) from (
		(select scope, state, overdue_at, n from truth except select scope, state, overdue_at, n from open_count)
		union all (select scope, state, overdue_at, n from open_count where n <> 0 except select scope, state, overdue_at, n from truth)
		union all (select 'co_executor:' || c.task_id, t.state, t.overdue_at, 1 from co_executor c left join t on t.id = c.task_id
			where c.state is distinct from t.state or t.state is not null and c.due_at <> t.overdue_at)
		union all (select scope, days::text, starts_at, n from spans except select scope, days::text, starts_at, n from open_span)
		union all (select scope, days::text, starts_at, n from open_span where n <> 0 except select scope, days::text, starts_at, n from spans)
	) differences`
