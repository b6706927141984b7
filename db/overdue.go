package db

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// OverdueTasks lists what me may see that is past its deadline at now, the
// longest delay first, PageSize and one more where there are further ones. The
// ids of a page are found first, on the index of what is open: only conditions
// that narrow stand in the statement, each as a question about one row, so that
// no plan reads all that is overdue to sort it.
func (s *Store) OverdueTasks(ctx context.Context, me rules.Actor, f OverdueFilter, now time.Time) ([]ListedTask, error) {
	from, to := f.After.At, now.AddDate(0, 0, 1-max(f.MinDays, 1))
	if f.MaxDays > 0 {
		if oldest := now.AddDate(0, 0, -f.MaxDays); oldest.After(from) {
			from = oldest
		}
	}
	where, args := f.narrow(me, []any{me.PersonID, to, from, f.After.ID})
	var rows []ListedTask
	err := s.all(ctx, &rows, `
		with page as materialized (
			select t.id, t.overdue_at
			from task t
			where t.status in ('assigned', 'in_progress', 'returned')
				and t.overdue_at <= $2
				and (t.overdue_at, t.id) > ($3, $4)`+where+`
			order by t.overdue_at, t.id
			limit 51
		)
		select `+listedColumns+`
		from page
		join task t on t.id = page.id
		join directive d on d.id = t.directive_id
		join agency a on a.id = t.lead_id`+reminded+`
		order by page.overdue_at, page.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("overdue tasks: %w", err)
	}
	return rows, nil
}

// narrow writes the conditions beyond the delay that a filter and the sides of
// me's register set, with their arguments after those that stand already.
func (f OverdueFilter) narrow(me rules.Actor, args []any) (where string, all []any) {
	var b strings.Builder
	and := func(condition string, value any) {
		args = append(args, value)
		fmt.Fprintf(&b, "\n\t\t\t\tand "+condition, len(args))
	}
	if sides := me.RegisterSides(); len(sides) < len(rules.Sides) {
		and(`(select d.sides && $%d from directive d where d.id = t.directive_id)`, pq.Array(sides))
	}
	if f.AgencyID != 0 {
		and(`t.lead_id = $%d`, f.AgencyID)
		b.WriteString(` and coalesce(t.overdue_at, 'infinity') <= $2 and (coalesce(t.overdue_at, 'infinity'), t.id) > ($3, $4)`) // as the agency's index has it
	}
	if f.Side != "" {
		and(`(select a.side = $%d from agency a where a.id = t.lead_id)`, f.Side)
	}
	if f.MeetingID != 0 {
		and(`t.directive_id in (select d.id from directive d where d.meeting_id = $%d)`, f.MeetingID)
	}
	return b.String(), args
}
