package db

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// OverdueFilter narrows the overdue review. Zero fields do not filter.
type OverdueFilter struct {
	MinDays, MaxDays int        // late, both inclusive; MaxDays 0 = no upper end
	Side             rules.Side // of the lead
	AgencyID         int64      // lead
	DirectiveID      int64
	MeetingID        int64
	Unexplained      bool // the lead has not said why
	Sort             Sort
	byLead, bySide   bool // counted for one lead, or side, after the other
}

// Whole reports whether all that is overdue is listed, of whatever age: a Tally
// has counted it.
func (f OverdueFilter) Whole() bool { return f.plain() && f.Side == "" && f.AgencyID == 0 }

// plain reports whether only age, side and agency are filtered by.
func (f OverdueFilter) plain() bool {
	return f.DirectiveID == 0 && f.MeetingID == 0 && !f.Unexplained
}

// clause gathers the conditions of a query with their arguments. Only what is
// asked for stands in it: a condition that a parameter switches off would keep
// the planner from the index that serves the one that is on.
type clause struct {
	conditions []string
	args       []any
}

// add puts a condition in; each of its question marks is one of the values.
func (c *clause) add(condition string, values ...any) {
	for _, v := range values {
		condition = strings.Replace(condition, "?", c.arg(v), 1)
	}
	c.conditions = append(c.conditions, condition)
}

func (c *clause) arg(v any) string {
	c.args = append(c.args, v)
	return fmt.Sprintf("$%d", len(c.args))
}

func (c *clause) where() string { return strings.Join(c.conditions, " and ") }

// lateKey is what overdue tasks are ordered by; an agency's index has it this way.
func (f OverdueFilter) lateKey() string {
	if f.AgencyID != 0 || f.byLead {
		return `coalesce(t.overdue_at, 'infinity')`
	}
	return `t.overdue_at`
}

// ages adds how late the tasks are to be.
func (f OverdueFilter) ages(c *clause, now time.Time) {
	now = wholeMinute(now)
	c.add(f.lateKey()+` <= ?`, now.AddDate(0, 0, 1-max(f.MinDays, 1)))
	if f.MaxDays > 0 {
		c.add(f.lateKey()+` > ?`, now.AddDate(0, 0, -f.MaxDays))
	}
}

// things adds all but how late: what me may see, and what was picked.
func (f OverdueFilter) things(c *clause, me rules.Actor) {
	c.add(`t.status in ('assigned', 'in_progress', 'returned')`)
	if !seesAllSides(me) {
		c.add(`d.sides && ?`, pq.Array(me.RegisterSides()))
	}
	if f.Side != "" {
		c.add(`a.side = ?`, string(f.Side))
	}
	if f.AgencyID != 0 {
		c.add(`t.lead_id = ?`, f.AgencyID)
	}
	if f.DirectiveID != 0 {
		c.add(`t.directive_id = ?`, f.DirectiveID)
	}
	if f.MeetingID != 0 { // few directives: found by their index before the tasks
		c.add(`t.directive_id = any(array(select id from directive where meeting_id = ?))`, f.MeetingID)
	}
	if f.Unexplained {
		c.add(`t.late_for <> t.deadline_version`)
	}
}

// from names the tables that the conditions need: a join that nothing asks for
// would be paid for each task that is counted.
func (f OverdueFilter) from(me rules.Actor) string {
	from := ` from task t`
	if !seesAllSides(me) || f.Sort.By == "number" {
		from += ` join directive d on d.id = t.directive_id`
	}
	if f.Side != "" || f.bySide {
		from += ` join agency a on a.id = t.lead_id`
	}
	return from + ` where `
}

// seesAllSides reports whether me's register is that of all sides, and so of
// every directive.
func seesAllSides(me rules.Actor) bool { return len(me.RegisterSides()) == len(rules.Sides) }

// orders are what overdue tasks can be sorted by: what an index has, so that a
// page costs the same among a million of them. The longest delay is the earliest
// deadline; of those never heard of the longest delay comes first.
func (f OverdueFilter) orders() *orders {
	late := key{f.lateKey(), "timestamptz"}
	number := order{keys: []key{{"d.number_year", "bigint"}, {"d.number", "bigint"}, {"t.number", "bigint"}}, led: 2}
	if f.AgencyID != 0 { // its tasks are few: found by its own index and sorted, not looked for in the order of numbers
		number = order{keys: []key{{"d.number_year + 0", "bigint"}, {"d.number", "bigint"}, {"t.number", "bigint"}}}
	}
	return &orders{id: "t.id", own: "delay", desc: true, by: map[string]order{
		"delay":    {keys: []key{late}, flip: true},
		"deadline": {keys: []key{late}},
		"heard":    {keys: []key{{heardKey, "timestamptz"}, late}},
		"number":   number,
	}}
}

// heardKey is when a task's lead was last heard of.
const heardKey = `coalesce(t.heard_at, '-infinity')`

// OverdueTasks lists what me may see that is past its deadline at now, PageSize
// and one more where there are further ones.
func (s *Store) OverdueTasks(ctx context.Context, me rules.Actor, f OverdueFilter, now time.Time) ([]ListedTask, error) {
	c := &clause{args: []any{me.PersonID}}
	f.things(c, me)
	f.ages(c, now)
	order := f.orders().page(c, f.Sort, false)
	page := `select t.id` + f.from(me) + c.where() + order + fmt.Sprintf(` limit %d`, PageSize+1)
	return s.listLate(ctx, c, f, page, order)
}

// LateTask returns one overdue task as the list has it in an order. ErrNotFound
// where it is none that me may see.
func (s *Store) LateTask(ctx context.Context, me rules.Actor, by Sort, id int64, now time.Time) (*ListedTask, error) {
	c, f := &clause{args: []any{me.PersonID}}, OverdueFilter{Sort: by}
	f.things(c, me)
	f.ages(c, now)
	c.add(`t.id = ?`, id)
	rows, err := s.listLate(ctx, c, f, `select t.id`+f.from(me)+c.where(), "")
	if err == nil && len(rows) == 0 {
		err = fmt.Errorf("overdue task %d: %w", id, ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	return &rows[0], nil
}

func (s *Store) listLate(ctx context.Context, c *clause, f OverdueFilter, page, order string) ([]ListedTask, error) {
	raised := c.arg(pq.Array(rules.RaisingRules()))
	rows, err := same[ListedTask](ctx, s.steady(), `
		select `+listedColumns+`, `+f.orders().mark(f.Sort)+`,
			array(select distinct x.rule from reminder x where x.subject = 'task' and x.subject_id = t.id and x.rule = any(`+raised+`)
				and x.occasion = 'd' || t.deadline_version and x.state <> 'skipped') as raised
		from (`+page+`) page
		join task t on t.id = page.id
		join directive d on d.id = t.directive_id
		join agency a on a.id = t.lead_id`+reminded+order, c.args...)
	if err != nil {
		return nil, fmt.Errorf("overdue tasks: %w", err)
	}
	return rows, nil
}

// NextLate returns the id of the overdue task after the mark of the filter's
// sort, or with back the one before it; 0 where there is none.
func (s *Store) NextLate(ctx context.Context, me rules.Actor, f OverdueFilter, back bool, now time.Time) (id int64, err error) {
	c := &clause{}
	f.things(c, me)
	f.ages(c, now)
	order := f.orders().page(c, f.Sort, back)
	err = s.get(ctx, &id, `select coalesce((select t.id`+f.from(me)+c.where()+order+` limit 1), 0)`, c.args...)
	if err != nil {
		return 0, fmt.Errorf("next overdue task: %w", err)
	}
	return id, nil
}

// CountUpTo is how far tasks are counted where no kept count has the answer.
const CountUpTo = 1000

// Count is a number of tasks. More: there are at least one more.
type Count struct {
	N    int
	More bool
}

func bounded(n int) Count { return Count{N: min(n, CountUpTo), More: n > CountUpTo} }

// keptFor reports whether the kept counts of a lead agency are of the very
// tasks that me sees: of all sides, or of an agency of his own, which leads
// nothing of directives without it.
func keptFor(me rules.Actor, side string) bool {
	return seesAllSides(me) || slices.Contains(me.RegisterSides(), rules.Side(side))
}

// OverdueCounts counts the list by age: exactly where kept counts are of the
// same tasks, else as far as CountUpTo in each.
func (s *Store) OverdueCounts(ctx context.Context, me rules.Actor, f OverdueFilter, now time.Time) (AgeCounts, error) {
	if f.plain() && f.Side == "" {
		kept := f.AgencyID == 0
		if !kept {
			all, err := s.Directory(ctx, now)
			if err != nil {
				return AgeCounts{}, err
			}
			kept = all[f.AgencyID] != nil && keptFor(me, all[f.AgencyID].Side)
		}
		if kept {
			a, err := s.OverdueAges(ctx, me, CountFilter{AgencyID: f.AgencyID}, now)
			return a.Counts(), err
		}
	}
	return s.countAges(ctx, me, f, now)
}

func (s *Store) countAges(ctx context.Context, me rules.Actor, f OverdueFilter, now time.Time) (counts AgeCounts, err error) {
	c := &clause{}
	f.things(c, me)
	where := c.where()
	var columns []string
	for _, age := range Ageing {
		c.conditions = nil
		OverdueFilter{MinDays: age.Min, MaxDays: age.Max, AgencyID: f.AgencyID}.ages(c, now)
		columns = append(columns, fmt.Sprintf(`(select count(*) from (select%s%s and %s limit %d) x) as %s`, f.from(me), where, c.where(), CountUpTo+1, age.Name))
	}
	var n struct{ Week, Month, Quarter, Longer int }
	if err := s.get(ctx, &n, `select `+strings.Join(columns, ", "), c.args...); err != nil {
		return counts, fmt.Errorf("overdue counts: %w", err)
	}
	return AgeCounts{Week: bounded(n.Week), Month: bounded(n.Month), Quarter: bounded(n.Quarter), Longer: bounded(n.Longer)}, nil
}
