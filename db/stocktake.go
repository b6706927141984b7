package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// Stocktake is the picture of a register: figures over a span of deadlines, what
// is late in all, what waits for a decision, and the year's way so far.
type Stocktake struct {
	Table    *AgencyTable
	Ages     Ages // of everything overdue, whenever it was due
	Waiting  Waiting
	Months   []MonthPlan // of the span
	Weeks    []WeekDone  // the oldest first, none left out; the last one is under way
	Timeline []TimelineDirective
}

// Waiting are the decisions that wait, of everything one sees.
type Waiting struct {
	Reports   int
	Reported  *time.Time // when the oldest of them was sent
	Requests  int        // for more time or another lead; at most MostRequests + 1 counted
	Requested *time.Time `db:"requested"`
}

// MonthPlan is how many tasks have their deadline in a month, and how many of
// them are done; cancelled ones are left out.
type MonthPlan struct {
	Month       time.Time
	Tasks, Done int
}

// WeekDone is how many tasks of the running year, and of the span's first year,
// were done in a week: by the day the accepted report was sent.
type WeekDone struct {
	Week          time.Time
	Running, Year int
}

// TimelineDirective is a directive with its tasks that have a deadline.
type TimelineDirective struct {
	ID       int64
	Ref      string
	Title    string
	Deadline *time.Time
	Tasks    []TimelineTask
}

// TimelineTask is a task at its deadline.
type TimelineTask struct {
	Status    rules.Status
	Deadline  time.Time
	OverdueAt time.Time `db:"overdue_at"`
}

// Stocktake reads the picture for a register's roles. It reads counters, and of
// the tasks only those nearest to now.
func (s *Store) Stocktake(ctx context.Context, me rules.Actor, span rules.Span, now time.Time) (*Stocktake, error) {
	var st Stocktake
	short := scopeOf(me)
	short.short = true
	for _, read := range []func() error{
		func() (err error) { st.Table, err = s.agencyTable(ctx, short, span, now); return err },
		func() (err error) { st.Ages, err = s.OverdueAges(ctx, me, CountFilter{}, now); return err },
		func() (err error) { st.Waiting, err = s.waiting(ctx, me); return err },
		func() (err error) { st.Months, err = s.monthPlan(ctx, me, span); return err },
		func() (err error) { st.Weeks, err = s.weeksDone(ctx, me, span, now); return err },
		func() (err error) { st.Timeline, err = s.timeline(ctx, me, now); return err },
	} {
		if err := read(); err != nil {
			return nil, fmt.Errorf("stocktake: %w", err)
		}
	}
	return &st, nil
}

// MostRequests is how many waiting requests are counted exactly.
const MostRequests = 100

func (s *Store) waiting(ctx context.Context, me rules.Actor) (w Waiting, err error) {
	w, err = sameOne[Waiting](ctx, s, `
		select
			(select coalesce(sum(n), 0) from open_count where scope = $1 and state = 'submitted') as reports,
			(select t.submitted_at from task t join directive d on d.id = t.directive_id
				where t.status = 'submitted' and d.sides && $2 order by t.submitted_at, t.id limit 1) as reported,
			(select count(*) from (
				select from request r join task t on t.id = r.task_id join directive d on d.id = t.directive_id
				where r.state = 'pending' and d.sides && $2 limit $3) w) as requests,
			(select r.asked_at from request r join task t on t.id = r.task_id join directive d on d.id = t.directive_id
				where r.state = 'pending' and d.sides && $2 order by r.asked_at, r.id limit 1) as requested`,
		countScope(me, CountFilter{}), pq.Array(me.RegisterSides()), MostRequests+1)
	return w, err
}

func (s *Store) monthPlan(ctx context.Context, me rules.Actor, span rules.Span) (months []MonthPlan, err error) {
	months, err = same[MonthPlan](ctx, s, `
		select starts as month, sum(open + submitted + on_time + late) as tasks, sum(on_time + late) as done
		from due_count
		where grain = 'month' and kind = 'lead' and starts between $1 and $2 and sides = any($3)
		group by starts order by starts`, rules.MonthOf(span.From), span.To, pq.Array(scopeOf(me).sides))
	return months, err
}

// historyWeeks is how far back the weeks of the stocktake go.
const historyWeeks = 60

func (s *Store) weeksDone(ctx context.Context, me rules.Actor, span rules.Span, now time.Time) (weeks []WeekDone, err error) {
	this := rules.WeekOf(now)
	weeks, err = same[WeekDone](ctx, s, `
		select cast(w as date) as week,
			coalesce(sum(c.n) filter (where c.due_year = cast(extract(year from w) as integer)), 0) as running,
			coalesce(sum(c.n) filter (where c.due_year = $4), 0) as year
		from generate_series(cast($1 as timestamp), cast($2 as timestamp), interval '7 days') w
		left join done_count c on c.week = cast(w as date) and c.sides = any($3)
		group by w order by w`,
		this.AddDate(0, 0, -7*historyWeeks), this, pq.Array(scopeOf(me).sides), span.From.Year())
	return weeks, err
}

// timelineDirectives is how many directives the timeline shows.
const timelineDirectives = 12

// timeline takes the directives of the tasks longest overdue, then of those due
// next, with all their tasks.
func (s *Store) timeline(ctx context.Context, me rules.Actor, now time.Time) ([]TimelineDirective, error) {
	rows, err := same[struct {
		ID          int64
		Title       string
		NumberYear  *int `db:"number_year"`
		DirectiveNo *int `db:"directive_no"`
		Due         *time.Time
		TimelineTask
	}](ctx, s, `
		with near as (
			(select t.directive_id, t.overdue_at from task t join directive d on d.id = t.directive_id
			where t.status in ('assigned', 'in_progress', 'returned') and t.overdue_at <= $2 and d.sides && $1
			order by t.overdue_at, t.id limit 40)
			union all
			(select t.directive_id, t.overdue_at from task t join directive d on d.id = t.directive_id
			where t.status in ('assigned', 'in_progress', 'returned') and t.overdue_at > $2 and d.sides && $1
			order by t.overdue_at, t.id limit 40)
		),
		picked as (select directive_id, min(overdue_at) as first from near group by directive_id order by 2, 1 limit $3)
		select d.id, d.title, d.number_year, d.number as directive_no, d.deadline as due, t.status, t.deadline, t.overdue_at
		from picked p join directive d on d.id = p.directive_id join task t on t.directive_id = d.id
		where t.overdue_at is not null and t.deadline is not null and t.status not in ('draft', 'cancelled')
		order by p.first, d.id, t.deadline, t.id
		limit 400`, pq.Array(me.RegisterSides()), wholeMinute(now), timelineDirectives)
	if err != nil {
		return nil, err
	}
	var list []TimelineDirective
	for _, r := range rows {
		if len(list) == 0 || list[len(list)-1].ID != r.ID {
			list = append(list, TimelineDirective{ID: r.ID, Ref: rules.DirectiveRef(deref(r.NumberYear), deref(r.DirectiveNo)), Title: r.Title, Deadline: r.Due})
		}
		d := &list[len(list)-1]
		d.Tasks = append(d.Tasks, r.TimelineTask)
	}
	return list, nil
}
