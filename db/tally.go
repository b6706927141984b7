package db

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// Tally are the figures on the tabs: what is open at one's own agencies, what
// waits for one's review, and what is overdue in one's register.
type Tally struct {
	Mine, Review int
	MoreReview   bool // than Review, which is counted to ReviewUpTo
	Ages              // of what is overdue
}

// ReviewUpTo is how far a tally counts what waits for review.
const ReviewUpTo = 100

// reviewLimit is one more, which tells that there are more.
var reviewLimit = strconv.Itoa(ReviewUpTo + 1)

// ToReview is how many wait for review.
func (t *Tally) ToReview() Count { return Count{N: t.Review, More: t.MoreReview} }

// Tally counts for me at now, without reading tasks but the few that wait for
// review: of the sides that a manager decides for, or below the directives that
// a controller has.
func (s *Store) Tally(ctx context.Context, me rules.Actor, now time.Time) (t Tally, err error) {
	scopes := []string{}
	for _, id := range me.AgenciesAs(rules.Focal) {
		scopes = append(scopes, agencyScope(id))
	}
	var sides []string
	if me.Has(rules.Manager) {
		for _, side := range me.RegisterSides() {
			sides = append(sides, string(side))
		}
	}
	reviews := rules.Allowed(me, rules.Review)
	now = wholeMinute(now)
	t, err = sameOne[Tally](ctx, s.steady(), `
		select
			(select coalesce(sum(n), 0) from open_count where scope = any($1) and state = 'open') as mine,
			case when $7 then (select count(*) from (
				select from task t join directive d on d.id = t.directive_id join agency a on a.id = t.lead_id
				where t.status = 'submitted' and `+decides(6)+` and (d.controller_id = any($2) or d.sides && $3) limit `+reviewLimit+`) w)
			when $8 then (select count(*) from (
				select from directive d cross join lateral (
					select t.lead_id from task t where t.directive_id = d.id and t.status = 'submitted' offset 0
				) t join agency a on a.id = t.lead_id
				where d.controller_id = any($2) and `+decides(6)+` limit `+reviewLimit+`) w)
			else 0 end as review, o.*
		from (`+agesOf("$4", "$5", "$9", "$10", "$11")+`) o`,
		pq.Array(scopes), pq.Array(me.Selves()), pq.Array(sides), countScope(me, CountFilter{}), now, pq.Array(me.DecidingSides()),
		reviews && len(sides) > 0, reviews, now.AddDate(0, 0, -7), now.AddDate(0, 0, -30), now.AddDate(0, 0, -90))
	if err != nil {
		return t, fmt.Errorf("tally of person %d: %w", me.PersonID, err)
	}
	t.Review, t.MoreReview = min(t.Review, ReviewUpTo), t.Review > ReviewUpTo
	return t, nil
}
