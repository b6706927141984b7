package db

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// RegisterFilter narrows a printed register of open tasks. Zero fields do not
// filter.
type RegisterFilter struct {
	Overdue   bool      // only what is late at Now
	Until     time.Time // date: only with a deadline from today until then
	MeetingID int64     // of this meeting; those whose report waits too
	Side      rules.Side
	AgencyID  int64
	Sort      Sort
	Size      int // rows of a page; 0: RegisterSize
	Now       time.Time
}

// RegisterSize is how many tasks a page of a register shows.
const RegisterSize = 200

// RegisterTask is a task in a printed register.
type RegisterTask struct {
	Task
	Marked
	MeetingTitle string `db:"meeting_title"`
}

// registerOrders are what a register can be sorted by: within its agencies.
var registerOrders = orders{id: "t.id", own: "deadline", by: map[string]order{
	"deadline": {keys: []key{{"t.lead_id", "bigint"}, byDue}},
}}

// Register lists open tasks of me's register by leading agency and deadline,
// a page and one more where there are further ones.
func (s *Store) Register(ctx context.Context, me rules.Actor, f RegisterFilter) ([]RegisterTask, error) {
	states, from, to := open3, time.Unix(0, 0), FarFuture.AddDate(0, 0, 1)
	if f.MeetingID != 0 {
		states = onCalendar
	}
	if f.Overdue {
		to = f.Now
	}
	if !f.Until.IsZero() {
		from, to = f.Now, f.Until.AddDate(0, 0, 1)
	}
	c := &clause{}
	c.add(states)
	c.add(`d.sides && ?`, pq.Array(me.RegisterSides()))
	c.add(byDue.expr+` > ? and `+byDue.expr+` <= ?`, infinite(from), infinite(to))
	if f.MeetingID != 0 {
		c.add(`d.meeting_id = ?`, f.MeetingID)
	}
	if f.Side != "" {
		c.add(`a.side = ?`, string(f.Side))
	}
	if f.AgencyID != 0 {
		c.add(`t.lead_id = ?`, f.AgencyID)
	}
	order := registerOrders.page(c, f.Sort, false)
	var rows []RegisterTask
	err := s.plan(ctx, &rows, `
		select `+taskColumns+`, m.title as meeting_title, `+registerOrders.mark(f.Sort)+`
		from task t
		join directive d on d.id = t.directive_id
		join meeting m on m.id = d.meeting_id
		join agency a on a.id = t.lead_id
		where `+c.where()+order+fmt.Sprintf(` limit %d`, cmp.Or(f.Size, RegisterSize)+1), c.args...)
	if err != nil {
		return nil, fmt.Errorf("register of tasks: %w", err)
	}
	return rows, nil
}
