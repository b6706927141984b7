package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// Round is a going-through of overdue tasks, one after the other.
type Round struct {
	ID         int64
	Title      string
	Sides      pq.StringArray
	Query      string
	Since      time.Time
	BegunBy    int64      `db:"begun_by"`
	BegunName  string     `db:"begun_name"`
	BegunAt    time.Time  `db:"begun_at"`
	ClosedName string     `db:"closed_name"` // "" while it is open
	ClosedAt   *time.Time `db:"closed_at"`
	Outcomes   int        // decided so far
}

// reader is who reads the round's minutes, with the register of its sides.
func (r *Round) reader() rules.Actor { return rules.ReaderOf(sidesOf(r.Sides)) }

// Through is the list that a round by me goes through: what both he and the
// readers of its minutes see.
func (r *Round) Through(me rules.Actor) rules.Actor {
	through := r.reader()
	through.PersonID = me.PersonID
	return through
}

// Open reports whether it goes on.
func (r *Round) Open() bool { return r.ClosedAt == nil }

const roundColumns = `
	r.id, r.title, r.sides, r.query, r.since, r.begun_by, b.name as begun_name, r.begun_at, coalesce(c.name, '') as closed_name, r.closed_at,
	(select count(*) from review_outcome o where o.round_id = r.id and o.undone_at is null) as outcomes
	from review_round r join person b on b.id = r.begun_by left join person c on c.id = r.closed_by`

// RoundInput begins a round: through the overdue list with the filters of its
// address. Since zero takes the end of the last closed round through the same
// register, else a week before.
type RoundInput struct {
	Title, Query string
	Since        time.Time
	FormKey      string
	Now          time.Time
}

// sinceDefault is how far the minutes of a first round look back, in days.
const sinceDefault = 7

// BeginRound begins a round through the register of me and returns its id.
func (s *Store) BeginRound(ctx context.Context, me rules.Actor, in RoundInput) (id int64, err error) {
	var p rules.Problems
	p.Text("title", in.Title, false, rules.MaxName)
	p.Text("query", in.Query, false, rules.MaxNote)
	if err := p.OrNil(); err != nil {
		return 0, err
	}
	sides := pq.Array(me.RegisterSides())
	err = s.InTx(ctx, func(tx *Store) error {
		if in.Since.IsZero() || in.Since.After(in.Now) {
			if in.Since, err = tx.LastRound(ctx, me); err != nil {
				return err
			}
			if in.Since.IsZero() {
				in.Since = in.Now.AddDate(0, 0, -sinceDefault)
			}
		}
		id, err = tx.id(ctx, `
			insert into review_round (title, sides, query, since, begun_by, begun_at) values ($1, $2, $3, $4, $5, $6) returning id`,
			in.Title, sides, in.Query, in.Since, me.PersonID, in.Now)
		if err != nil {
			return fmt.Errorf("begin a round: %w", err)
		}
		return tx.once(ctx, me, in.FormKey, fmt.Sprintf("/rounds/%d/walk", id))
	})
	return id, err
}

// LastRound is when the last round through exactly the register of me was
// closed, zero where there was none.
func (s *Store) LastRound(ctx context.Context, me rules.Actor) (at time.Time, err error) {
	var last *time.Time
	err = s.get(ctx, &last, `select max(closed_at) from review_round where sides <@ $1 and sides @> $1`, pq.Array(me.RegisterSides()))
	if err != nil {
		return at, fmt.Errorf("last round: %w", err)
	}
	return deref(last), nil
}

// Rounds lists the rounds that me may read, the latest first, PageSize and one
// more where there are further ones.
func (s *Store) Rounds(ctx context.Context, me rules.Actor, after Cursor) ([]Round, error) {
	c := &clause{}
	c.add(`r.sides <@ ?`, pq.Array(me.RegisterSides()))
	if after.ID != 0 {
		c.add(`(r.begun_at, r.id) < (?, ?)`, after.At, after.ID)
	}
	var rounds []Round
	err := s.all(ctx, &rounds, fmt.Sprintf(`select `+roundColumns+` where %s order by r.begun_at desc, r.id desc limit %d`, c.where(), PageSize+1), c.args...)
	if err != nil {
		return nil, fmt.Errorf("rounds: %w", err)
	}
	return rounds, nil
}

// Round returns one round. ErrNotFound where me does not see the register of
// every side that it went through.
func (s *Store) Round(ctx context.Context, me rules.Actor, id int64) (*Round, error) {
	return s.readRound(ctx, me, id, "")
}

func (s *Store) readRound(ctx context.Context, me rules.Actor, id int64, lock string) (*Round, error) {
	var r Round
	err := s.get(ctx, &r, `select `+roundColumns+` where r.id = $1 and r.sides <@ $2 `+lock, id, pq.Array(me.RegisterSides()))
	if err != nil {
		return nil, fmt.Errorf("round %d: %w", id, err)
	}
	return &r, nil
}

// Outcome is what was decided on a task in a round.
type Outcome struct {
	ID         int64
	Task       Task
	Decision   rules.Decision
	Text       string
	Deadline   *time.Time // the new one
	AgencyID   *int64     // the new lead
	PersonName string
	At         time.Time
}

// outcomes lists what a round decided so far, in order. Callers check before
// that me may read the round.
func (s *Store) outcomes(ctx context.Context, roundID int64) ([]Outcome, error) {
	var rows []struct {
		Task
		OutcomeID  int64 `db:"outcome_id"`
		Decision   rules.Decision
		Text       string
		New        *time.Time `db:"new_deadline"`
		AgencyID   *int64     `db:"agency_id"`
		PersonName string     `db:"person_name"`
		At         time.Time  `db:"outcome_at"`
	}
	err := s.all(ctx, &rows, `
		select `+taskColumns+`, o.id as outcome_id, o.decision, o.text, o.deadline as new_deadline, o.agency_id, p.name as person_name, o.at as outcome_at
		from review_outcome o join person p on p.id = o.person_id
		join task t on t.id = o.task_id join directive d on d.id = t.directive_id left join agency a on a.id = t.lead_id
		where o.round_id = $1 and o.undone_at is null order by o.id limit 2000`, roundID)
	if err != nil {
		return nil, fmt.Errorf("outcomes of round %d: %w", roundID, err)
	}
	all := make([]Outcome, len(rows))
	for i := range rows {
		r := &rows[i]
		all[i] = Outcome{ID: r.OutcomeID, Task: r.Task, Decision: r.Decision, Text: r.Text, Deadline: r.New, AgencyID: r.AgencyID,
			PersonName: r.PersonName, At: r.At}
	}
	return all, nil
}
