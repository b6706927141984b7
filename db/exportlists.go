package db

import (
	"context"
	"fmt"

	"github.com/lib/pq"

	"amal/rules"
)

// OpenItems lists what a meeting of me's register still waits for, in the order
// of the directives' numbers. Callers read the meeting first.
func (s *Store) OpenItems(ctx context.Context, me rules.Actor, meetingID int64) ([]Task, error) {
	var rows []Task
	err := s.all(ctx, &rows, `
		select `+taskColumns+`
		from directive d
		join task t on t.directive_id = d.id
		left join agency a on a.id = t.lead_id
		where d.meeting_id = $1 and d.sides && $2 and t.status in ('draft', 'assigned', 'in_progress', 'returned', 'submitted')
		order by d.number_year nulls last, d.number, d.id, t.number nulls last, t.id`, meetingID, pq.Array(me.RegisterSides()))
	if err != nil {
		return nil, fmt.Errorf("open items of meeting %d: %w", meetingID, err)
	}
	return rows, nil
}

// SearchOn finds more of a kind in which all words stand, before an id (0: from
// the first), PageSize and one more where there are further ones, without
// counting them.
func (s *Store) SearchOn(ctx context.Context, me rules.Actor, kind string, words []string, before int64) ([]Found, error) {
	matched, args, ok := searchFor(me, kind, words)
	if !ok {
		return nil, nil
	}
	var found []Found
	err := s.plan(ctx, &found, matched+fmt.Sprintf(` and (cast($%d as bigint) = 0 or x.id < $%d) order by x.id desc limit $%d`, len(args)+1, len(args)+1, len(args)+2), append(args, before, PageSize+1)...)
	if err != nil {
		return nil, fmt.Errorf("search for a %s: %w", kind, err)
	}
	return named(found), nil
}
