package db

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// DirectiveState is where the tasks of a directive stand, for picking some.
type DirectiveState string

// The states that the list of directives is filtered by.
const (
	StateOpen    DirectiveState = "open"    // somebody owes a task or a decision
	StateOverdue DirectiveState = "overdue" // a task is past its deadline
	StateDone    DirectiveState = "done"    // all is decided
	StateNone    DirectiveState = "none"    // no task was assigned yet
)

// DirectiveStates are all of them, in the order shown.
var DirectiveStates = []DirectiveState{StateOpen, StateOverdue, StateDone, StateNone}

// byDeadline is the column of the list that no index serves by itself.
const byDeadline = "next_deadline"

// directiveOrders are what the list of directives can be sorted by. Those without
// a number count as the lowest, those without an open deadline come last.
var directiveOrders = orders{id: `d.id`, own: "number", desc: true, by: map[string]order{
	"number":       {keys: []key{{`coalesce(d.number_year, 0)`, "bigint"}, {`coalesce(d.number, 0)`, "bigint"}}},
	"meeting_date": {keys: []key{{`m.held_on`, "date"}, {`m.id`, "bigint"}}, led: 2},
	byDeadline:     {keys: []key{{`coalesce(f.next, 'infinity')`, "date"}}},
}}

// DirectiveFilter narrows the list of directives. Zero fields do not filter.
type DirectiveFilter struct {
	MeetingID int64
	AgencyID  int64      // leads a task of it
	Side      rules.Side // takes part
	State     DirectiveState
	Words     []string // rules.SearchWords: all of them stand in number, title or passage
	Sort
}

// PickedDirective is a directive in the list of all, with what its tasks sum up
// to. Drafts and cancelled tasks count in nothing but Drafts.
type PickedDirective struct {
	Directive
	Marked
	MeetingLevel  string `db:"meeting_level"`
	Words         string // of its passage, "" for an oral one
	WordsLanguage string `db:"words_language"`
	Tasks         int    // assigned at any time and not cancelled
	Open          int    // owed by their leads
	Overdue       int    // of these
	Done          int
	Drafts        int
	Next          *time.Time     // the first deadline of those that are open
	Leads         pq.Int64Array  // agencies
	Marks         pq.StringArray // each sign that one of the tasks has
}

// Directives lists the directives of me's register, PageSize and one more where
// there are further ones. What a page shows of tasks is read for its rows only.
func (s *Store) Directives(ctx context.Context, me rules.Actor, f DirectiveFilter, now time.Time) ([]PickedDirective, error) {
	now = wholeMinute(now)
	c := &clause{args: []any{now, now.AddDate(0, 0, rules.SoonDays+1)}}
	f.things(c, me)
	page, order := f.page(c)
	read := same[PickedDirective]
	if f.AgencyID != 0 || f.State != "" || len(f.Words) > 0 { // which index serves depends on them
		read = samePlanned[PickedDirective]
	}
	rows, err := read(ctx, s, `
		with page as materialized (`+page+`), source as materialized (
			select c.id, c.language, c.text || '' as text from document c
			where c.id in (select x.document_id from page join directive d on d.id = page.id join passage x on x.id = d.passage_id)
		)
		select `+directiveColumns+`, m.level as meeting_level,
			coalesce(substr(source.text, x.starts + 1, x.ends - x.starts), '') as words, coalesce(source.language, '') as words_language,
			f.tasks, f.open, f.overdue, f.done, f.drafts, f.next, f.leads, f.marks, `+directiveOrders.mark(f.Sort)+`
		from page
		join directive d on d.id = page.id
		join meeting m on m.id = d.meeting_id
		left join person k on k.id = d.controller_id
		left join passage x on x.id = d.passage_id
		left join source on source.id = x.document_id
		cross join lateral (`+directiveSums+`) f`+order, c.args...)
	if err != nil {
		return nil, fmt.Errorf("directives: %w", err)
	}
	return rows, nil
}

// directiveSums sums up the tasks of directive d; $1 is now, $2 the end of what
// is due soon.
const directiveSums = `
	select count(*) filter (where t.status not in ('draft', 'cancelled')) as tasks,
		count(*) filter (where t.status in ('assigned', 'in_progress', 'returned')) as open,
		count(*) filter (where t.status in ('assigned', 'in_progress', 'returned') and t.overdue_at <= $1) as overdue,
		count(*) filter (where t.status = 'accepted') as done,
		count(*) filter (where t.status = 'draft') as drafts,
		min(t.deadline) filter (where t.status in ('assigned', 'in_progress', 'returned')) as next,
		coalesce(array_agg(distinct t.lead_id) filter (where t.status not in ('draft', 'cancelled')), '{}') as leads,
		coalesce(array_agg(distinct case when t.status not in ('assigned', 'in_progress', 'returned') or t.overdue_at is null then t.status
			when t.overdue_at <= $1 then 'overdue' when t.overdue_at <= $2 then 'due_soon' else t.status end), '{}') as marks
	from task t where t.directive_id = d.id`

// limited ends a page one row behind its last, PageSize.
const limited = ` limit 51`

// page is the query for the ids of a page, and the order that they are in. It
// walks an index in that order, so that a page costs the same anywhere.
func (f DirectiveFilter) page(c *clause) (page, order string) {
	from := `directive d`
	switch f.By {
	case byDeadline:
		return f.deadlines(c)
	case "meeting_date":
		from = `meeting m join directive d on d.meeting_id = m.id`
	}
	order = directiveOrders.page(c, f.Sort, false)
	return `select d.id from ` + from + ` where ` + c.where() + order + limited, order
}

// deadlines orders by the first deadline of the open tasks; directives without
// one come last, by id.
func (f DirectiveFilter) deadlines(c *clause) (page, order string) {
	by, falls := directiveOrders.of(f.Sort)
	w := walk{way: "asc", than: ">"}
	if falls {
		w.way, w.than = "desc", "<"
	}
	if at, fit := f.After.fitting(append(slices.Clone(by.keys), key{`d.id`, "bigint"})); fit {
		w.id = `cast(` + c.arg(at[1]) + ` as bigint)`
		if at[0] != "infinity" {
			w.day = `cast(` + c.arg(at[0]) + ` as date)`
		}
	}
	order = fmt.Sprintf(` order by f.next %[1]s nulls last, d.id %[1]s`, w.way)
	if f.AgencyID != 0 || f.MeetingID != 0 || len(f.Words) > 0 {
		return w.few(c.where()) + order + limited, order
	}
	return w.many(c.where(), f.State), order
}

// walk is which way a list by deadline goes, and behind which directive it
// begins: day and id are "" at the start, day also behind one without a date.
type walk struct{ way, than, day, id string }

// few looks at each directive that was picked.
func (w walk) few(things string) string {
	begin := ``
	switch {
	case w.day != "":
		begin = ` and (f.next is null or (f.next, d.id) ` + w.than + ` (` + w.day + `, ` + w.id + `))`
	case w.id != "":
		begin = ` and f.next is null and d.id ` + w.than + ` ` + w.id
	}
	return `
		select d.id from directive d
		cross join lateral (select min(t.deadline) as next from task t where t.directive_id = d.id and t.status in ('assigned', 'in_progress', 'returned')) f
		where ` + things + begin
}

// many goes through the open tasks and takes a directive with the first of its
// own; then come the directives that have none.
func (w walk) many(things string, state DirectiveState) string {
	first, rest := things, things
	switch state {
	case StateOverdue: // what is first due is on the day of what is overdue or before; no clock is further ahead than 14 hours
		first += ` and t.deadline < cast($1 + interval '14 hours' as date)`
		rest += ` and false`
	case StateDone, StateNone:
		first += ` and false`
	}
	switch {
	case w.day != "":
		first += ` and t.deadline ` + w.than + `= ` + w.day + ` and (t.deadline, t.directive_id) ` + w.than + ` (` + w.day + `, ` + w.id + `)`
	case w.id != "":
		first += ` and false`
		rest += ` and d.id ` + w.than + ` ` + w.id
	}
	return fmt.Sprintf(`
		(select d.id from task t join directive d on d.id = t.directive_id
			where %[1]s and t.status in ('assigned', 'in_progress', 'returned') and t.deadline is not null
				and not exists (select from task e where e.directive_id = t.directive_id and e.status in ('assigned', 'in_progress', 'returned')
					and (e.deadline, e.id) < (t.deadline, t.id))
			order by t.deadline %[3]s, t.directive_id %[3]s%[4]s)
		union all
		(select d.id from directive d
			where %[2]s and not exists (select from task e where e.directive_id = d.id and e.status in ('assigned', 'in_progress', 'returned') and e.deadline is not null)
			order by d.id %[3]s%[4]s)%[4]s`, first, rest, w.way, limited)
}

// things adds what me may see and what was picked.
func (f DirectiveFilter) things(c *clause, me rules.Actor) {
	if !seesAllSides(me) {
		c.add(`d.sides && ?`, pq.Array(me.RegisterSides()))
	} else {
		c.add(`true`)
	}
	if f.MeetingID != 0 {
		c.add(`d.meeting_id = ?`, f.MeetingID)
	}
	if f.Side != "" {
		c.add(`d.sides @> array[?]`, string(f.Side))
	}
	if f.AgencyID != 0 {
		c.add(`exists (select from task t where t.directive_id = d.id and t.lead_id = ? and t.status not in ('draft', 'cancelled'))`, f.AgencyID)
	}
	for _, w := range f.Words {
		c.add(`d.folded like ?`, "%"+escapeLike(w)+"%")
	}
	switch f.State {
	case StateOpen:
		c.add(`exists (select from task t where t.directive_id = d.id and t.status in ('assigned', 'in_progress', 'returned', 'submitted'))`)
	case StateOverdue:
		c.add(`exists (select from task t where t.directive_id = d.id and t.status in ('assigned', 'in_progress', 'returned') and t.overdue_at <= $1)`)
	case StateDone:
		c.add(`d.tasks > 0 and not exists (select from task t where t.directive_id = d.id and t.status not in ('accepted', 'cancelled'))`)
	case StateNone:
		c.add(`d.tasks = 0`)
	}
}

// DirectiveParts are what belongs to a directive in a file and not in a list.
type DirectiveParts struct {
	Points     []string
	Earlier    map[rules.Lineage][]string // numbers of those that it restates, replaces …
	Controller string                     // his address for his own side, else his name
}

// DirectiveParts reads the parts of listed directives by id. Earlier ones
// without a number, or not for me, are left out.
func (s *Store) DirectiveParts(ctx context.Context, me rules.Actor, listed []PickedDirective) (map[int64]DirectiveParts, error) {
	ids, parts := make([]int64, len(listed)), map[int64]DirectiveParts{}
	for i := range listed {
		ids[i] = listed[i].ID
		parts[ids[i]] = DirectiveParts{Earlier: map[rules.Lineage][]string{}}
	}
	var points []struct {
		ID   int64
		Text string
	}
	err := s.all(ctx, &points, `select directive_id as id, text from directive_point where directive_id = any($1) order by directive_id, number`, pq.Array(ids))
	if err != nil {
		return nil, fmt.Errorf("points of directives: %w", err)
	}
	for _, x := range points {
		p := parts[x.ID]
		p.Points = append(p.Points, x.Text)
		parts[x.ID] = p
	}
	var ties []struct {
		ID           int64
		Kind         rules.Lineage
		Year, Number int
	}
	err = s.all(ctx, &ties, `
		select l.directive_id as id, l.kind, e.number_year as year, e.number
		from lineage l join directive e on e.id = l.earlier_id
		where l.directive_id = any($1) and e.number is not null and e.sides && $2
		order by l.directive_id, e.number_year, e.number`, pq.Array(ids), pq.Array(me.RegisterSides()))
	if err != nil {
		return nil, fmt.Errorf("lineage of directives: %w", err)
	}
	for _, x := range ties {
		parts[x.ID].Earlier[x.Kind] = append(parts[x.ID].Earlier[x.Kind], rules.DirectiveRef(x.Year, x.Number))
	}
	return parts, s.addControllers(ctx, me, ids, parts)
}

// addControllers adds who controls directives: by the address for who works on
// his side, by the name that everybody reads on the page for others.
func (s *Store) addControllers(ctx context.Context, me rules.Actor, ids []int64, parts map[int64]DirectiveParts) error {
	var controllers []struct {
		ID     int64
		Called string
	}
	err := s.all(ctx, &controllers, `
		select d.id, case when exists (
				select from member m join agency a on a.id = m.agency_id
				where m.person_id = k.id and m.role in ('controller', 'manager') and (a.side = 'joint' or a.side = any($2)))
			then k.email else k.name end as called
		from directive d join person k on k.id = d.controller_id where d.id = any($1)`, pq.Array(ids), pq.Array(me.RegisterSides()))
	if err != nil {
		return fmt.Errorf("controllers of directives: %w", err)
	}
	for _, x := range controllers {
		p := parts[x.ID]
		p.Controller = x.Called
		parts[x.ID] = p
	}
	return nil
}
