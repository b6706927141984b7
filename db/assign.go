package db

import (
	"context"
	"fmt"
	"time"

	"amal/rules"
)

// Assign hands a draft task to its lead. The numbers are given here: the
// directive's from the counter of its meeting's year, the task's from its
// directive, both under a row lock, so that none is lost or given twice.
// rules.Problems says what the task still lacks.
func (s *Store) Assign(ctx context.Context, me rules.Actor, in ActInput) error {
	return s.act(ctx, me, rules.ActAssign, in, func(tx *Store, t *Task) error {
		if err := tx.checkAssignable(ctx, t); err != nil {
			return err
		}
		if err := tx.giveNumbers(ctx, t); err != nil {
			return err
		}
		zone, err := t.Zone()
		if err != nil {
			return err
		}
		t.AssignedAt = &in.Now
		t.OriginalDeadline = t.Deadline
		if t.Period != rules.Once {
			t.Anchor = t.Deadline
		}
		if err := t.setDeadline(t.Deadline, rules.Today(in.Now, zone)); err != nil {
			return err
		}
		return tx.tell(ctx, notice{
			Rule: "assigned", Task: t, Occasion: versionOccasion(t), To: []rules.Audience{rules.Lead, rules.CoExecutor},
			AtOnce: true, Except: me.PersonID, Now: in.Now,
		})
	})
}

// checkAssignable asks rules whether the draft has all that domain.md wants
// before a number is given.
func (s *Store) checkAssignable(ctx context.Context, t *Task) error {
	points, err := s.taskPoints(ctx, t.ID)
	if err != nil {
		return err
	}
	return t.assignable(len(points))
}

// assignable asks rules about a draft with so many points.
func (t *Task) assignable(points int) error {
	return rules.CheckAssign(rules.AssignFacts{
		HasLead: t.LeadID != nil, Points: points, HasDeadline: t.Deadline != nil,
		NoDeadlineReason: t.NoDeadlineReason, ControllerID: deref(t.ControllerID), FocalID: deref(t.FocalID),
	})
}

// giveNumbers numbers the directive, if it has none yet, and the task.
func (s *Store) giveNumbers(ctx context.Context, t *Task) error {
	var d struct {
		Number *int
		Year   int
		Tasks  int
	}
	err := s.get(ctx, &d, `
		select d.number, cast(extract(year from m.held_on) as integer) as year, d.tasks
		from directive d join meeting m on m.id = d.meeting_id
		where d.id = $1
		for update of d`, t.DirectiveID)
	if err != nil {
		return fmt.Errorf("number of directive %d: %w", t.DirectiveID, err)
	}
	if d.Number == nil {
		if d.Number, err = s.numberDirective(ctx, t.DirectiveID, d.Year); err != nil {
			return err
		}
	}
	t.NumberYear, t.DirectiveNo = &d.Year, d.Number
	if t.Number != nil { // assigned before and undone: keeps its number
		return nil
	}
	next := d.Tasks + 1
	t.Number = &next
	_, err = s.exec(ctx, `update directive set tasks = $2 where id = $1`, t.DirectiveID, next)
	return err
}

func (s *Store) numberDirective(ctx context.Context, id int64, year int) (*int, error) {
	var n int
	err := s.get(ctx, &n, `
		insert into counter (kind, year, last) values ('directive', $1, 1)
		on conflict (kind, year) do update set last = counter.last + 1
		returning last`, year)
	if err != nil {
		return nil, fmt.Errorf("counter of %d: %w", year, err)
	}
	_, err = s.exec(ctx, `update directive set number_year = $2, number = $3 where id = $1`, id, year, n)
	if err != nil {
		return nil, fmt.Errorf("number of directive %d: %w", id, err)
	}
	return &n, s.foldDirective(ctx, id)
}

// AssignAll assigns every draft task of a directive in one transaction, in the
// order they were written down. It returns how many. ErrNotFound means me does
// not see the directive.
func (s *Store) AssignAll(ctx context.Context, me rules.Actor, directiveID int64, now time.Time) (int, error) {
	var ids []int64
	err := s.InTx(ctx, func(tx *Store) error {
		if _, err := tx.Directive(ctx, me, directiveID); err != nil {
			return err
		}
		if err := tx.all(ctx, &ids, `select id from task where directive_id = $1 and status = 'draft' order by id`, directiveID); err != nil {
			return err
		}
		for _, id := range ids {
			if err := tx.Assign(ctx, me, ActInput{TaskID: id, Now: now}); err != nil {
				return err
			}
		}
		return nil
	})
	return len(ids), err
}
