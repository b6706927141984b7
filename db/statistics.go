package db

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// AgencyFigures are the statistics of one agency, or of all together, over the
// tasks whose deadline is in a span and has passed.
type AgencyFigures struct {
	AgencyID int64          // 0: all together
	Lead     rules.Figures  // as lead, by the present deadline: D
	Origin   rules.Figures  // the same by the original one: D0
	Shared   rules.Figures  // as co-executor
	Delays   rules.Delays   // of those accepted late
	Oldest   *time.Time     // deadline of the oldest overdue task
	Before   *rules.Figures // Lead as it stood a month before; nil: not known
}

// AgencyTable compares agencies over a span of deadlines as of a moment.
type AgencyTable struct {
	Span   rules.Span
	AsOf   time.Time
	Before time.Time // moment of the figures of a month before; zero: none
	Rows   []AgencyFigures
	Total  AgencyFigures
}

// figureScope is whose figures are asked for: of directives of the sides, and of
// agencies where these are named; in short without the delays of each agency
// and without co-executors.
type figureScope struct {
	sides    []string // words of sidesWord
	agencies []int64  // nil: all
	short    bool
}

// scopeOf gives the register's roles all agencies' figures on directives of
// their sides, as they see the outline of each of those tasks; focal points see
// those of their own agencies.
func scopeOf(me rules.Actor) figureScope {
	if sides := me.RegisterSides(); len(sides) > 0 {
		return figureScope{sides: sidesWords(sides)}
	}
	return figureScope{sides: sidesWords(rules.Sides), agencies: me.AgenciesAs(rules.Focal)}
}

func (f figureScope) has(agencyID int64, sides string) bool {
	return slices.Contains(f.sides, sides) && (f.agencies == nil || slices.Contains(f.agencies, agencyID))
}

// nearEnough is how shortly before the last act a moment counts as the present:
// the page that asks is made while others work.
const nearEnough = time.Minute

// AgencyTable returns the agencies' figures over the deadlines in a span, as
// they stood at asOf. The present comes from counters and costs the same at any
// number of tasks; a moment with acts since costs what was done since, one at a
// time: ErrPastBusy, ErrPastLong.
func (s *Store) AgencyTable(ctx context.Context, me rules.Actor, span rules.Span, asOf time.Time) (*AgencyTable, error) {
	return s.agencyTable(ctx, scopeOf(me), span, asOf)
}

func (s *Store) agencyTable(ctx context.Context, scope figureScope, span rules.Span, asOf time.Time) (*AgencyTable, error) {
	present, err := s.isPresent(ctx, asOf)
	if err != nil {
		return nil, err
	}
	b := tableBuilder{rows: map[int64]*AgencyFigures{}, delays: rules.Delays{}}
	if present {
		err = s.countedFigures(ctx, &b, scope, span, asOf)
	} else {
		err = s.pastFigures(ctx, &b, scope, span, asOf)
	}
	if err != nil {
		return nil, fmt.Errorf("agencies' table: %w", err)
	}
	table := b.table(span, asOf)
	if err := s.addMonthBefore(ctx, table, scope); err != nil {
		return nil, fmt.Errorf("agencies' table: %w", err)
	}
	return table, nil
}

func (s *Store) isPresent(ctx context.Context, asOf time.Time) (ok bool, err error) {
	err = s.get(ctx, &ok, `select coalesce((select max(at) from (select at from history order by id desc limit 100) h), 'epoch') <= $1`, asOf.Add(nearEnough))
	return ok, err
}

// tableBuilder gathers a table's rows by agency.
type tableBuilder struct {
	rows   map[int64]*AgencyFigures
	delays rules.Delays // of all agencies
}

func (b *tableBuilder) row(agencyID int64) *AgencyFigures {
	row, ok := b.rows[agencyID]
	if !ok {
		row = &AgencyFigures{AgencyID: agencyID, Delays: rules.Delays{}}
		b.rows[agencyID] = row
	}
	return row
}

func (b *tableBuilder) addDelay(agencyID int64, days, n int) {
	if n == 0 {
		return
	}
	delays := b.delays
	if agencyID != 0 {
		delays = b.row(agencyID).Delays
	}
	if delays[days] += n; delays[days] == 0 {
		delete(delays, days)
	}
}

// add counts figures for an agency under a kind of due_count.
func (r *AgencyFigures) add(kind string, f rules.Figures) {
	switch kind {
	case asLead:
		r.Lead, r.Origin = r.Lead.Plus(f, 1), r.Origin.Plus(f, 1)
	case asOrigin:
		r.Origin = r.Origin.Plus(f, 1)
	case asShared:
		r.Shared = r.Shared.Plus(f, 1)
	}
}

func (b *tableBuilder) table(span rules.Span, asOf time.Time) *AgencyTable {
	t := &AgencyTable{Span: span, AsOf: asOf, Total: AgencyFigures{Delays: b.delays}}
	for _, r := range b.rows {
		if r.Lead == (rules.Figures{}) && r.Origin == (rules.Figures{}) && r.Shared == (rules.Figures{}) {
			continue
		}
		t.Rows = append(t.Rows, *r)
		all := &t.Total
		all.Lead, all.Origin, all.Shared = all.Lead.Plus(r.Lead, 1), all.Origin.Plus(r.Origin, 1), all.Shared.Plus(r.Shared, 1)
		if r.Oldest != nil && (t.Total.Oldest == nil || r.Oldest.Before(*t.Total.Oldest)) {
			t.Total.Oldest = r.Oldest
		}
	}
	slices.SortFunc(t.Rows, func(a, b AgencyFigures) int { return cmp.Compare(a.AgencyID, b.AgencyID) })
	return t
}

// figureColumns are the sums of due_count as rules.Figures reads them.
const figureColumns = `
	sum(open) as open, sum(submitted) as submitted, sum(on_time) as ontime, sum(late) as late,
	sum(dropped) as dropped, sum(moved) as moved, sum(reported) as reported, sum(returned) as returned`

// wholeMonths are the months of a span of which every day has passed in every
// zone at a moment: from the first up to, without it, the second.
func wholeMonths(span rules.Span, at time.Time) (from, to time.Time) {
	from = rules.MonthOf(span.From.AddDate(0, 1, -1))
	to = rules.MonthOf(span.To.AddDate(0, 0, 1))
	if passed := rules.MonthOf(at.UTC().AddDate(0, 0, -2)); passed.Before(to) {
		to = passed
	}
	if !from.Before(to) {
		return span.From, span.From
	}
	return from, to
}

// countedFigures reads the counters: whole months where they have passed, days
// at their edges.
func (s *Store) countedFigures(ctx context.Context, b *tableBuilder, scope figureScope, span rules.Span, now time.Time) error {
	from, to := wholeMonths(span, now)
	kinds := []string{asLead, asOrigin, asShared}
	if scope.short {
		kinds = kinds[:2]
	}
	rows, err := same[struct {
		Kind     string
		AgencyID int64 `db:"agency_id"`
		First    *time.Time
		rules.Figures
	}](ctx, s, `
		select kind, agency_id, min(starts) filter (where kind = 'lead' and open > 0) as first, `+figureColumns+`
		from (
			select * from due_count where grain = 'month' and kind = any($8) and starts >= $1 and starts < $2
			union all
			select * from due_count where grain = 'day' and kind = any($8) and starts >= $3 and starts < $1 and overdue_at <= $5
			union all
			select * from due_count where grain = 'day' and kind = any($8) and starts >= $2 and starts <= $4 and overdue_at <= $5
		) c
		where sides = any($6) and ($7::bigint[] is null or agency_id = any($7))
		group by kind, agency_id`,
		from, to, span.From, span.To, wholeMinute(now), pq.Array(scope.sides), pq.Array(scope.agencies), pq.Array(kinds))
	if err != nil {
		return err
	}
	var ids []int64
	var firsts []string
	for _, r := range rows {
		b.row(r.AgencyID).add(r.Kind, r.Figures)
		if r.First != nil {
			ids, firsts = append(ids, r.AgencyID), append(firsts, r.First.Format(time.DateOnly))
		}
	}
	if err := s.countedOldest(ctx, b, scope, span, ids, firsts, now); err != nil {
		return err
	}
	return s.countedDelays(ctx, b, scope, span, from, to)
}

// countedOldest finds the oldest overdue deadline of each agency, on or after
// the day or month where the counters have one.
func (s *Store) countedOldest(ctx context.Context, b *tableBuilder, scope figureScope, span rules.Span, ids []int64, firsts []string, now time.Time) error {
	rows, err := same[struct {
		ID     int64
		Oldest *time.Time
	}](ctx, s, `
		select a.id, (
			select c.starts from due_count c
			where c.grain = 'day' and c.kind = 'lead' and c.agency_id = a.id and c.starts >= a.first and c.starts <= $3
				and c.open > 0 and c.overdue_at <= $4 and c.sides = any($5)
			order by c.starts limit 1) as oldest
		from unnest($1::bigint[], $2::date[]) as a (id, first)`,
		pq.Array(ids), pq.Array(firsts), span.To, wholeMinute(now), pq.Array(scope.sides))
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.Oldest != nil {
			day := rules.Date(*r.Oldest)
			b.row(r.ID).Oldest = &day
		}
	}
	return nil
}

// countedDelays reads the delays of each agency and of all; where only some
// agencies are seen, all are these.
func (s *Store) countedDelays(ctx context.Context, b *tableBuilder, scope figureScope, span rules.Span, from, to time.Time) error {
	rows, err := same[struct {
		AgencyID int64 `db:"agency_id"`
		Days, N  int
	}](ctx, s, `
		select agency_id, days, sum(n) as n
		from (
			select * from delay_count where grain = 'month' and starts >= $1 and starts < $2
			union all
			select * from delay_count where grain = 'day' and starts >= $3 and starts < $1
			union all
			select * from delay_count where grain = 'day' and starts >= $2 and starts <= $4
		) d
		where sides = any($5) and agency_id <= $7 and ($6::bigint[] is null or agency_id = any($6))
		group by agency_id, days`, from, to, span.From, span.To, pq.Array(scope.sides), pq.Array(scope.agencies), scope.lastID())
	if err != nil {
		return err
	}
	for _, r := range rows {
		b.addDelay(r.AgencyID, r.Days, r.N)
		if scope.agencies != nil {
			b.addDelay(0, r.Days, r.N)
		}
	}
	return nil
}

// lastID ends the agencies whose delays are read; 0 is all together.
func (f figureScope) lastID() int64 {
	if f.short {
		return 0
	}
	return 1<<63 - 1
}
