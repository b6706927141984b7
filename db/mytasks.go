package db

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// ListedTask is a row of a list of tasks. New says that somebody else did or
// said something since the reader last looked at it.
type ListedTask struct {
	Task
	Marked
	MeetingID  int64          `db:"meeting_id"`
	Reminders  int            // sent so far
	RemindedAt *time.Time     `db:"reminded_at"`
	Ask        string         // what is missing, of a returned task
	New        bool           `db:"is_new"`
	Points     pq.StringArray // expected result; of one's own tasks only
	Raised     pq.StringArray // steps that told somebody above of this deadline; of overdue ones only
}

// listedColumns are ListedTask's columns; $1 is the reader.
const listedColumns = taskColumns + `,
	d.meeting_id,
	r.reminders, r.reminded_at,
	coalesce(case when t.status = 'returned' then (
		select p.decision_note from report p
		where p.task_id = t.id and p.decision = 'returned' and p.undone_at is null
		order by p.id desc limit 1) end, '') as ask,
	t.changed_by <> $1 and t.changed_at > coalesce((
		select v.at from visit v where v.person_id = $1 and v.task_id = t.id), '-infinity') as is_new`

// reminded counts the reminders of a task that went out to the lead's side.
const reminded = `
	cross join lateral (
		select count(*) as reminders, max(m.sent_at) as reminded_at
		from reminder r join message m on m.id = r.message_id
		where r.subject = 'task' and r.subject_id = t.id and m.state = 'sent'
			and r.audience in ('lead', 'mailbox') and r.rule <> 'assigned'
	) r`

// byDue is when a task becomes overdue, the last of all where it has no deadline.
var byDue = key{"coalesce(t.overdue_at, 'infinity')", "timestamptz"}

// ownOrders are what one's own tasks can be sorted by.
var ownOrders = orders{id: "t.id", own: "deadline", by: map[string]order{
	"deadline": {keys: []key{byDue}},
	"heard":    {keys: []key{{heardKey, "timestamptz"}, byDue}},
}}

// MyTasks lists the open tasks that the agencies of me lead or contribute to,
// by itself the most urgent first and those without a deadline last, PageSize
// and one more where there are further ones.
func (s *Store) MyTasks(ctx context.Context, me rules.Actor, by Sort) ([]ListedTask, error) {
	return s.ownTasks(ctx, me, "open", `t.status in ('assigned', 'in_progress', 'returned')`, by)
}

// MyTasksInReview lists the tasks of the agencies of me whose report waits for
// a decision.
func (s *Store) MyTasksInReview(ctx context.Context, me rules.Actor, by Sort) ([]ListedTask, error) {
	return s.ownTasks(ctx, me, "submitted", `t.status = 'submitted'`, by)
}

// ownTasks finds the ids of what each agency leads on its own index, and of what
// it contributes to on that of co-executors, never by walking all tasks in the
// list's order: a page costs the same however many there are.
func (s *Store) ownTasks(ctx context.Context, me rules.Actor, state, states string, by Sort) ([]ListedTask, error) {
	c := &clause{args: []any{me.PersonID, pq.Array(me.AgenciesAs(rules.Focal)), state}}
	order := ownOrders.page(c, by, false)
	page := strings.Join(append(c.conditions, "true"), " and ") + order + ` limit 51`
	heard, shared := `null::timestamptz`, `co_executor c`
	if by.By == "heard" { // which a task alone knows
		heard, shared = `t.heard_at`, `co_executor c join task t on t.id = c.task_id`
	}
	rows, err := same[ListedTask](ctx, s.steady(), `
		with mine as (
			(select t.* from unnest($2::bigint[]) own (id) cross join lateral (
				select t.id, coalesce(t.overdue_at, 'infinity') as overdue_at, `+heard+` as heard_at from task t where t.lead_id = own.id and `+states+` and `+page+`) t)
			union
			(select t.* from unnest($2::bigint[]) own (id) cross join lateral (
				select t.id, t.overdue_at, t.heard_at from (
					select c.task_id as id, c.due_at as overdue_at, `+heard+` as heard_at from `+shared+` where c.agency_id = own.id and c.state = $3
				) t where `+page+`) t)
		)
		select `+listedColumns+`, `+ownOrders.mark(by)+`,
			array(select text from task_point where task_id = t.id order by number) as points
		from (select t.id from mine t `+order+` limit 51) page
		join task t on t.id = page.id
		join directive d on d.id = t.directive_id
		join agency a on a.id = t.lead_id`+reminded+order, c.args...)
	if err != nil {
		return nil, fmt.Errorf("tasks of person %d: %w", me.PersonID, err)
	}
	return rows, nil
}

// reviewOrders are what waiting reports can be sorted by.
var reviewOrders = orders{id: "t.id", own: "waiting", by: map[string]order{
	"waiting":  {keys: []key{{"t.submitted_at", "timestamptz"}}},
	"deadline": {keys: []key{byDue}},
}}

// ReviewQueue lists the tasks whose completion report waits for me: of the
// directives he controls, and for a manager of every directive of his sides; by
// itself the longest waiting first, PageSize and one more where there are further
// ones.
func (s *Store) ReviewQueue(ctx context.Context, me rules.Actor, by Sort) ([]ListedTask, error) {
	var sides []string
	if me.Has(rules.Manager) {
		for _, side := range me.RegisterSides() {
			sides = append(sides, string(side))
		}
	}
	c := &clause{args: []any{me.PersonID, pq.Array(sides), pq.Array(me.Selves()), pq.Array(me.DecidingSides())}}
	c.add(`t.status = 'submitted'`)
	c.add(decides(4))
	c.add(`(d.controller_id = any($3) and t.review_level = 0 or d.sides && $2 and (t.review_level = 0 or not exists (
		select from approval x join report r on r.id = x.report_id
		where r.task_id = t.id and r.submission = t.submissions and x.person_id = $1)))`)
	order := reviewOrders.page(c, by, false)
	rows, err := same[ListedTask](ctx, s.steady(), `
		select `+listedColumns+`, `+reviewOrders.mark(by)+`
		from task t
		join directive d on d.id = t.directive_id
		join agency a on a.id = t.lead_id`+reminded+`
		where `+c.where()+order+` limit 51`, c.args...)
	if err != nil {
		return nil, fmt.Errorf("review queue of person %d: %w", me.PersonID, err)
	}
	return rows, nil
}
