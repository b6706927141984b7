package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// CalendarFilter narrows what the calendar shows. Zero fields do not filter.
type CalendarFilter struct {
	From, To time.Time // dates, both among them
	AgencyID int64     // that leads
	Side     rules.Side
	Mine     bool // what me's agencies lead or contribute to, and what me controls
}

// CalendarTask is a task on the calendar. Many is how many its day has, at most
// DayAtMost.
type CalendarTask struct {
	Task
	Many int
}

// What a day of the calendar holds: the tasks that are shown of it, and how many
// are counted.
const (
	DayShows  = 3
	DayAtMost = 100
)

// CalendarPage is what a stretch of the calendar shows to me.
type CalendarPage struct {
	Tasks  []CalendarTask // open ones and those in review, by deadline, DayShows of each day
	Events []Event        // with a day, all of them by their first; cancelled ones too
	Vague  []Event        // coming ones without a day
	Free   []Holiday      // of both countries
}

// CalendarPage reads a stretch of the calendar, of at most 62 days.
func (s *Store) CalendarPage(ctx context.Context, me rules.Actor, f CalendarFilter) (*CalendarPage, error) {
	if f.To.Sub(f.From) > 62*24*time.Hour {
		return nil, fmt.Errorf("calendar of more than two months: %w", ErrNotFound)
	}
	var page CalendarPage
	var err error
	if page.Tasks, err = s.calendarTasks(ctx, me, f); err != nil {
		return nil, err
	}
	if page.Events, err = s.calendarEvents(ctx, me, f); err != nil {
		return nil, err
	}
	page.Vague, err = same[Event](ctx, s, `
		select `+eventColumns+eventFrom+`
		where coalesce(e.starts_on, 'infinity') = 'infinity' and e.cancelled_at is null and ($3 = '' or $3 = any(e.sides)) and `+seesEvent+`
		order by e.id desc limit 20`,
		pq.Array(me.RegisterSides()), pq.Array(me.AgenciesAs(rules.Focal)), string(f.Side))
	if err != nil {
		return nil, fmt.Errorf("events without a day: %w", err)
	}
	page.Free, err = same[Holiday](ctx, s, `
		select country, day, kind, name_en, name_local, basis, certainty
		from holiday where day between $1 and $2
		order by day, country desc`, f.From, f.To)
	if err != nil {
		return nil, fmt.Errorf("days off of the calendar: %w", err)
	}
	return &page, nil
}

// eventsAtATime is how many events one query reads.
const eventsAtATime = 500

// calendarEvents reads all events of a stretch, page by page.
func (s *Store) calendarEvents(ctx context.Context, me rules.Actor, f CalendarFilter) (all []Event, err error) {
	for day, minute, id := "-infinity", -1, int64(0); ; {
		rows, err := samePlanned[Event](ctx, s, `
			select `+eventColumns+eventFrom+`
			where e.starts_on <= $4 and coalesce(e.ends_on, e.starts_on) >= $3 and ($5 = '' or $5 = any(e.sides))
				and (e.starts_on, coalesce(e.from_minute, -1), e.id) > (cast($6 as date), $7, $8) and `+seesEvent+`
			order by e.starts_on, coalesce(e.from_minute, -1), e.id limit $9`,
			pq.Array(me.RegisterSides()), pq.Array(me.AgenciesAs(rules.Focal)), f.From, f.To, string(f.Side), day, minute, id, eventsAtATime)
		if err != nil {
			return nil, fmt.Errorf("events of the calendar: %w", err)
		}
		all = append(all, rows...)
		if len(rows) < eventsAtATime {
			return all, nil
		}
		last := &rows[len(rows)-1]
		day, minute, id = last.StartsOn.Format(time.DateOnly), -1, last.ID
		if last.FromMinute != nil {
			minute = *last.FromMinute
		}
	}
}

// onCalendar is which tasks the calendar shows, in the words of its index.
const onCalendar = `t.status in ('assigned', 'in_progress', 'returned', 'submitted')`

// Where the calendar looks for candidates. The register's are taken day by day
// on the index over deadlines in its order, no more than are counted (a join
// would read the whole day and sort it); one's own by agency, by task and by
// directive. $3 and $4 are the days, $5 the leading agency, $6
// its side, $7 who controls.
const (
	calendarOfRegister = `
		select n.id, n.deadline, n.lead_id
		from generate_series(cast($3 as timestamp), cast($4 as timestamp), interval '1 day') of_day
		cross join lateral (
			select t.id, t.deadline, t.lead_id
			from task t
			where t.deadline = cast(of_day as date) and ` + onCalendar + ` and (select d.sides from directive d where d.id = t.directive_id) && $1
				and (cast($5 as bigint) = 0 or t.lead_id = $5) and ($6 = '' or (select a.side from agency a where a.id = t.lead_id) = $6) and (cast($7 as bigint[]) is null or true) and (cast($2 as bigint[]) is null or true)
			order by t.lead_id, t.id limit 100
		) n`
	calendarOfMine = `
		select t.id, t.deadline, t.lead_id
		from (
			select t.id from task t where t.lead_id = any($2) and t.deadline between $3 and $4 and ` + onCalendar + `
			union
			select t.id from co_executor c join task t on t.id = c.task_id where c.agency_id = any($2) and t.deadline between $3 and $4 and ` + onCalendar + `
			union
			select t.id from directive d join task t on t.directive_id = d.id where d.controller_id = any($7) and d.sides && $1 and t.deadline between $3 and $4 and ` + onCalendar + `
		) own
		join task t on t.id = own.id join agency a on a.id = t.lead_id
		where (cast($5 as bigint) = 0 or t.lead_id = $5) and ($6 = '' or a.side = $6)`
)

func (s *Store) calendarTasks(ctx context.Context, me rules.Actor, f CalendarFilter) ([]CalendarTask, error) {
	candidates := calendarOfRegister
	if f.Mine || len(me.RegisterSides()) == 0 {
		candidates = calendarOfMine
	}
	rows, err := samePlanned[CalendarTask](ctx, s, `
		select `+taskColumns+`, page.many
		from (
			select n.id, row_number() over (partition by n.deadline order by n.lead_id, n.id) as place, least(count(*) over (partition by n.deadline), 100) as many
			from (`+candidates+`) n
		) page
		join task t on t.id = page.id
		join directive d on d.id = t.directive_id
		join agency a on a.id = t.lead_id
		where page.place <= $8
		order by t.deadline, t.lead_id, t.id`,
		pq.Array(me.RegisterSides()), pq.Array(me.AgenciesAs(rules.Focal)), f.From, f.To, f.AgencyID, string(f.Side), pq.Array(me.Controls()), DayShows)
	if err != nil {
		return nil, fmt.Errorf("tasks of the calendar: %w", err)
	}
	return rows, nil
}

// DayTasks lists the tasks of one day of the calendar (f.From) with all its
// filters, PageSize and one more where there are further ones; after is the last
// row's task.
func (s *Store) DayTasks(ctx context.Context, me rules.Actor, f CalendarFilter, after int64) ([]Task, error) {
	own := `(t.lead_id = any($2) or exists (select from co_executor c where c.task_id = t.id and c.agency_id = any($2)) or d.controller_id = any($7) and d.sides && $1)`
	if !f.Mine && len(me.RegisterSides()) > 0 {
		own = `d.sides && $1 and (cast($2 as bigint[]) is null or true) and (cast($7 as bigint[]) is null or true)`
	}
	var rows []Task
	err := s.plan(ctx, &rows, `
		select `+taskColumns+`
		from task t
		join directive d on d.id = t.directive_id
		join agency a on a.id = t.lead_id
		where t.deadline = $3 and `+onCalendar+` and t.id > $4 and (cast($5 as bigint) = 0 or t.lead_id = $5) and ($6 = '' or a.side = $6) and `+own+`
		order by t.id limit 51`,
		pq.Array(me.RegisterSides()), pq.Array(me.AgenciesAs(rules.Focal)), f.From, after, f.AgencyID, string(f.Side), pq.Array(me.Controls()))
	if err != nil {
		return nil, fmt.Errorf("tasks of a day: %w", err)
	}
	return rows, nil
}
