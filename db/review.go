package db

import (
	"context"
	"fmt"

	"github.com/lib/pq"

	"amal/rules"
)

// Accept says yes to the report that stands: on its last review level it closes
// the task, before that it passes the report on. Whether it was on time is
// judged by the submission that is accepted. rules.ErrForbidden is for who may
// not decide on this level, rules.Problems where a result needs a note.
func (s *Store) Accept(ctx context.Context, me rules.Actor, in ActInput) error {
	if in.Result == "" {
		in.Result = rules.ResultDone
	}
	if err := rules.CheckResult(in.Result, in.Note); err != nil {
		return err
	}
	return s.InTx(ctx, func(tx *Store) error {
		t, err := tx.lockTask(ctx, me, in.TaskID, in.Version)
		if err != nil {
			return err
		}
		to, err := rules.Move(t.Status, rules.ActAccept, rules.HatsFor(me, t.Scope()))
		if err != nil {
			return fmt.Errorf("task %d: %w", t.ID, err)
		}
		levels, err := tx.approve(ctx, me, t, in)
		if err != nil {
			return err
		}
		was := *t
		if t.ReviewLevel++; t.ReviewLevel < levels {
			return tx.saveTask(ctx, &was, t, deed{Me: me, Act: rules.ActApprove, Note: in.Note, Now: in.Now})
		}
		if t.Period != rules.Once && !in.End {
			return tx.nextCycle(ctx, me, &was, t, in)
		}
		t.Status, t.DecidedAt, t.Result = to, &in.Now, in.Result
		if err := tx.decideReport(ctx, me, t, "accepted", in); err != nil {
			return err
		}
		return tx.saveTask(ctx, &was, t, deed{Me: me, Act: rules.ActAccept, Note: in.Note, Now: in.Now})
	})
}

// approve writes the yes of the next level and returns how many levels the
// controller's agency asks for.
func (s *Store) approve(ctx context.Context, me rules.Actor, t *Task, in ActInput) (levels int, err error) {
	var standing struct {
		ReportID int64 `db:"report_id"`
		Levels   int
		Before   pq.Int64Array // who reported and who approved
	}
	err = s.get(ctx, &standing, `
		select r.id as report_id, `+reviewLevels+` as levels,
			`+spokeBefore+` as before
		from report r join task t on t.id = r.task_id join directive d on d.id = t.directive_id
		where r.task_id = $1 and r.submission = $2 and r.kind = 'completion' and r.undone_at is null`, t.ID, t.Submissions)
	if err != nil {
		return 0, fmt.Errorf("report of task %d: %w", t.ID, err)
	}
	if err := rules.CanApprove(t.ReviewLevel, rules.HatsFor(me, t.Scope()), standing.Before, me.Selves()); err != nil {
		return 0, fmt.Errorf("task %d, level %d: %w", t.ID, t.ReviewLevel+1, err)
	}
	_, err = s.exec(ctx, `insert into approval (report_id, level, person_id, at, note) values ($1, $2, $3, $4, $5)`,
		standing.ReportID, t.ReviewLevel+1, me.PersonID, in.Now, in.Note)
	if err != nil {
		return 0, fmt.Errorf("approval of task %d: %w", t.ID, err)
	}
	return standing.Levels, nil
}

// decides is the condition that who controls or manages for the sides of
// parameter n decides on what agency a leads: neither side closes for the other.
func decides(n int) string {
	return fmt.Sprintf(`(a.side = 'joint' or 'joint' = any($%d) or a.side = any($%d))`, n, n)
}

// reviewLevels is how many review levels the agency of directive d's controller
// asks for, reviewDays how many working days each takes.
const (
	controlAgency = `from member m join agency b on b.id = m.agency_id where m.person_id = d.controller_id and m.role in ('controller', 'manager'))`
	reviewLevels  = `(select coalesce(max(b.review_levels), 1) ` + controlAgency
	reviewDays    = `(select coalesce(max(b.review_days), 3) ` + controlAgency
)

// spokeBefore are those who can't say yes to report r any more: who made it and
// who said yes.
const spokeBefore = `r.person_id || array(select person_id from approval where report_id = r.id)`

// Approval is one level's yes to a report.
type Approval struct {
	Level      int
	PersonName string `db:"person_name"`
	Note       string
}

// ReviewOf says where the review of a task's standing report is.
type ReviewOf struct {
	Levels    int
	Days      int
	Before    pq.Int64Array // who made the standing report and who said yes to it
	Approvals []Approval    `db:"-"`
}

// reviewOf reads where a task's review is. Callers check before that the asker
// sees the task fully.
func (s *Store) reviewOf(ctx context.Context, t *Task) (ReviewOf, error) {
	var r ReviewOf
	err := s.get(ctx, &r, `
		select `+reviewLevels+` as levels, `+reviewDays+` as days, coalesce((
			select `+spokeBefore+` from report r
			where r.task_id = $2 and r.submission = $3 and r.kind = 'completion' and r.undone_at is null), '{}') as before
		from directive d where d.id = $1`, t.DirectiveID, t.ID, t.Submissions)
	if err != nil {
		return r, fmt.Errorf("review of task %d: %w", t.ID, err)
	}
	err = s.all(ctx, &r.Approvals, `
		select a.level, p.name as person_name, a.note
		from approval a join report r on r.id = a.report_id join person p on p.id = a.person_id
		where r.task_id = $1 and r.submission = $2 and r.undone_at is null order by a.level`, t.ID, t.Submissions)
	if err != nil {
		return r, fmt.Errorf("approvals of task %d: %w", t.ID, err)
	}
	return r, nil
}
