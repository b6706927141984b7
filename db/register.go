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
	After     RegisterCursor
	Size      int // rows of a page; 0: RegisterSize
	Now       time.Time
}

// RegisterCursor is where a page of a register begins: after this row.
type RegisterCursor struct {
	LeadID int64
	At     time.Time // its overdue_at, FarFuture without a deadline
	ID     int64
}

// RegisterSize is how many tasks a page of a register shows.
const RegisterSize = 200

// RegisterTask is a task in a printed register.
type RegisterTask struct {
	Task
	MeetingTitle string `db:"meeting_title"`
}

// CursorOf returns where the page after this row begins.
func (t *RegisterTask) CursorOf() RegisterCursor {
	c := RegisterCursor{LeadID: deref(t.LeadID), At: FarFuture, ID: t.ID}
	if t.OverdueAt != nil {
		c.At = *t.OverdueAt
	}
	return c
}

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
	var rows []RegisterTask
	err := s.plan(ctx, &rows, `
		select `+taskColumns+`, m.title as meeting_title
		from task t
		join directive d on d.id = t.directive_id
		join meeting m on m.id = d.meeting_id
		join agency a on a.id = t.lead_id
		where `+states+` and d.sides && $1
			and coalesce(t.overdue_at, 'infinity') > $2 and coalesce(t.overdue_at, 'infinity') <= $3
			and (t.lead_id, coalesce(t.overdue_at, 'infinity'), t.id) > ($4, $5, $6)
			and (cast($7 as bigint) = 0 or d.meeting_id = $7) and ($8 = '' or a.side = $8) and (cast($9 as bigint) = 0 or t.lead_id = $9)
		order by t.lead_id, coalesce(t.overdue_at, 'infinity'), t.id
		limit $10`,
		pq.Array(me.RegisterSides()), infinite(from), infinite(to), f.After.LeadID, infinite(f.After.At), f.After.ID, f.MeetingID, string(f.Side), f.AgencyID, cmp.Or(f.Size, RegisterSize)+1)
	if err != nil {
		return nil, fmt.Errorf("register of tasks: %w", err)
	}
	return rows, nil
}
