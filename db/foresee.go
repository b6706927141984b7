package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"amal/rules"
)

// Foreseen is a reminder that would go out, and to whom.
type Foreseen struct {
	PlannedFor  time.Time `db:"planned_for"`
	LocalDay    time.Time `db:"local_day"`
	AtOnce      bool      `db:"at_once"`
	Rule        string
	Audience    string
	Email       string
	Title       string
	NumberYear  *int   `db:"number_year"`
	DirectiveNo *int   `db:"directive_no"`
	TaskNo      *int   `db:"task_no"`
	Ref         string `db:"-"`
}

var errForesight = errors.New("only to see")

// Foresee lists the reminders that wait or would be planned at a moment, for
// mails due by then, held ones too. It plans inside a transaction and takes
// everything back.
func (s *Store) Foresee(ctx context.Context, at time.Time) (rows []Foreseen, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		if _, err := tx.unhold(ctx, 0, nil, at); err != nil {
			return err
		}
		if _, err := tx.PlanReminders(ctx, at); err != nil {
			return err
		}
		err := tx.all(ctx, &rows, `
			select r.planned_for, r.local_day, r.at_once, r.rule, r.audience, coalesce(p.email, b.email) as email, coalesce(t.title, e.title, a.code) as title,
				d.number_year, d.number as directive_no, t.number as task_no
			from reminder r
			left join task t on t.id = r.subject_id and r.subject = 'task'
			left join directive d on d.id = t.directive_id
			left join event e on e.id = r.subject_id and r.subject = 'event'
			left join agency a on a.id = r.subject_id and r.subject = 'agency'
			left join person p on p.id = r.person_id
			left join agency b on b.id = r.agency_id
			where r.state = 'planned' and r.planned_for <= $1
			order by r.planned_for, email, r.id`, at)
		if err != nil {
			return fmt.Errorf("foreseen reminders: %w", err)
		}
		return errForesight
	})
	if !errors.Is(err, errForesight) {
		return nil, err
	}
	for i := range rows {
		r := &rows[i]
		r.Ref = rules.TaskRef(deref(r.NumberYear), deref(r.DirectiveNo), deref(r.TaskNo))
	}
	return rows, nil
}
