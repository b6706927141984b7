package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// ListedEvent is an event in a list, with how much is due for it.
type ListedEvent struct {
	Event
	Marked
	Due  int // tasks due for it that me's register shows
	Open int // of them, not done yet
}

// eventOrders are what coming or past events can be sorted by; what is due for
// them would have to be counted for every one first.
func eventOrders(past bool) *orders {
	when := key{"coalesce(e.starts_on, 'infinity')", "date"}
	return &orders{id: "e.id", own: "when", desc: past, by: map[string]order{
		"when":  {keys: []key{when}},
		"title": {keys: []key{{"lower(e.title)", "text"}, when}},
		"place": {keys: []key{{"lower(e.place)", "text"}, when}},
		"sides": {keys: []key{{"array_to_string(e.sides, ',')", "text"}, when}},
	}}
}

// dueOfEvent are the tasks due for event e that the asker's register shows.
const dueOfEvent = `
	from (` + dueFor + `) n join task t on t.id = n.id join directive d on d.id = t.directive_id
	where t.status not in ('draft', 'cancelled') and ` + seesTask

// Events lists the coming events that me may see, by itself those without a day
// last; or the past ones, by itself the latest first. PageSize and one more where
// there are further ones.
func (s *Store) Events(ctx context.Context, me rules.Actor, past bool, by Sort, today time.Time) ([]ListedEvent, error) {
	c, orders := &clause{args: []any{pq.Array(me.RegisterSides()), pq.Array(me.AgenciesAs(rules.Focal)), today}}, eventOrders(past)
	c.add(seesEvent)
	if past {
		c.add(`coalesce(e.ends_on, e.starts_on) < cast($3 as date)`)
	} else {
		c.add(`coalesce(e.ends_on, e.starts_on, 'infinity') >= cast($3 as date)`)
	}
	order := orders.page(c, by, false)
	rows, err := same[ListedEvent](ctx, s, `
		with page as (
			select e.id from event e where `+c.where()+order+` limit 51
		)
		select `+eventColumns+`, `+orders.mark(by)+`, f.due, f.open`+eventFrom+`
		join page on page.id = e.id
		cross join lateral (
			select count(*) as due, count(*) filter (where t.status <> 'accepted') as open`+dueOfEvent+`
		) f`+order, c.args...)
	if err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	return rows, nil
}

// dueFor finds the tasks that are due for event e, themselves or with their
// directive.
const dueFor = `
	select t.id from task t where t.event_id = e.id
	union
	select t.id from directive d join task t on t.directive_id = d.id where d.event_id = e.id`

// seesTask is the condition that a task is for the asker's eyes at least in
// outline: by his register ($1, sides) or because his agency ($2) works on it.
const seesTask = `(d.sides && $1 or t.lead_id = any($2) or exists (
	select from co_executor c where c.task_id = t.id and c.agency_id = any($2)))`

// EventPage is an event with all that its page shows to me.
type EventPage struct {
	Event
	Record     bool // of me's register: may be changed by who records
	Directives []DueDirective
	Due        []DueTask
	Until      []Task // open, due until the event but not for it, dueAtMost and one more where there are further ones
	History    []HistoryLine
	Tied       map[string]map[string]TiedName // what History names, by subject and word
}

// DueDirective is a directive that is due for an event.
type DueDirective struct {
	ID         int64
	Title      string
	NumberYear *int `db:"number_year"`
	Number     *int
	Official   bool
}

// Ref returns the directive's number, "" without one.
func (d *DueDirective) Ref() string { return rules.DirectiveRef(deref(d.NumberYear), deref(d.Number)) }

// DueTask is a task that is due for an event.
type DueTask struct {
	Task
	Own bool // tied itself, not with its directive
}

// dueAtMost is how many tasks a list on an event's page shows.
const dueAtMost = 50

// EventPage reads an event's page. ErrNotFound where me may not see it.
func (s *Store) EventPage(ctx context.Context, me rules.Actor, id int64) (*EventPage, error) {
	e, err := s.Event(ctx, me, id)
	if err != nil {
		return nil, err
	}
	page := &EventPage{Event: *e, Record: overlap(me.RegisterSides(), e.Sides)}
	sides, agencies := pq.Array(me.RegisterSides()), pq.Array(me.AgenciesAs(rules.Focal))
	err = s.all(ctx, &page.Directives, `
		select d.id, d.title, d.number_year, d.number, d.official from directive d
		where d.event_id = $3 and `+seesDirective+`
		order by d.number_year nulls last, d.number, d.id limit 200`, sides, agencies, id)
	if err != nil {
		return nil, fmt.Errorf("directives due for event %d: %w", id, err)
	}
	err = s.all(ctx, &page.Due, `
		select `+taskColumns+`, t.event_id is not null as own
		from (select n.id from event e cross join lateral (`+dueFor+`) n where e.id = $3) n
		join task t on t.id = n.id
		join directive d on d.id = t.directive_id
		join agency a on a.id = t.lead_id
		where t.status not in ('draft', 'cancelled') and `+seesTask+`
		order by t.deadline nulls last, t.id limit 500`, sides, agencies, id)
	if err != nil {
		return nil, fmt.Errorf("tasks due for event %d: %w", id, err)
	}
	if page.Until, err = s.openUntil(ctx, me, e); err != nil {
		return nil, err
	}
	if page.Record {
		if page.History, err = s.history(ctx, "event", id, 50); err == nil {
			page.Tied, err = s.tiedNames(ctx, me, page.History)
		}
	}
	return page, err
}

// openUntil lists the open tasks of the event's sides with a deadline until it
// that are not due for it, the longest delay first.
func (s *Store) openUntil(ctx context.Context, me rules.Actor, e *Event) ([]Task, error) {
	if e.StartsOn == nil || e.CancelledAt != nil {
		return nil, nil
	}
	var rows []Task
	err := s.plan(ctx, &rows, `
		select `+taskColumns+`
		from task t
		join directive d on d.id = t.directive_id
		join agency a on a.id = t.lead_id
		where t.status in ('assigned', 'in_progress', 'returned') and t.overdue_at <= $3
			and d.sides @> $4 and t.event_id is distinct from $5 and d.event_id is distinct from $5 and `+seesTask+`
		order by t.overdue_at, t.id limit $6`,
		pq.Array(me.RegisterSides()), pq.Array(me.AgenciesAs(rules.Focal)), e.StartsOn.AddDate(0, 0, 1), e.Sides, e.ID, dueAtMost+1)
	if err != nil {
		return nil, fmt.Errorf("tasks due until event %d: %w", e.ID, err)
	}
	return rows, nil
}

func overlap(sides []rules.Side, words []string) bool {
	for _, s := range sides {
		for _, w := range words {
			if string(s) == w {
				return true
			}
		}
	}
	return false
}
