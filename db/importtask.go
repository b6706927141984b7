package db

import (
	"context"
	"fmt"
	"time"

	"amal/rules"
)

// TaskImport is a task out of a table: the state it begins in, the number it had
// (0: the next), and the deadline it had first.
type TaskImport struct {
	TaskInput
	Status   rules.Status // draft, assigned or in_progress
	Number   int
	Original *time.Time // nil: the deadline
	FirstDue *time.Time // of a periodic task, nil: the deadline
	Source   string     // the table, for its history
}

// ImportTask writes a task out of a table. Nobody is told of it at once: whoever
// leads it finds it in his list and in the mails of the days to come.
func (s *Store) ImportTask(ctx context.Context, me rules.Actor, in TaskImport) error {
	return s.InTx(ctx, func(tx *Store) error {
		id, err := tx.AddTask(ctx, me, in.TaskInput)
		if err != nil {
			return err
		}
		if in.Status != rules.Draft {
			return tx.importAssigned(ctx, me, id, in)
		}
		if in.FirstDue != nil && (in.Period == rules.Once || !in.FirstDue.Equal(deref(in.Deadline))) { // it is counted from when it is assigned
			return errFirstDue
		}
		return tx.log(ctx, deed{Me: me, Act: actImport, Note: in.Source, Now: in.Now}, entry{Subject: "task", ID: id})
	})
}

// importAssigned puts a new draft where the table says that it stood.
func (s *Store) importAssigned(ctx context.Context, me rules.Actor, id int64, in TaskImport) error {
	t, err := s.lockTask(ctx, me, id, 0)
	if err != nil {
		return err
	}
	was := *t
	if err := t.move(me, rules.ActAssign); err != nil {
		return err
	}
	if err := t.assignable(len(in.Points)); err != nil {
		return err
	}
	if err := s.importNumber(ctx, t, in.Number); err != nil {
		return err
	}
	if err := s.importCycle(ctx, t, in); err != nil {
		return err
	}
	if err := t.begin(in); err != nil {
		return err
	}
	return s.saveTask(ctx, &was, t, deed{Me: me, Act: actImport, Note: in.Source, Now: in.Now})
}

// errFirstDue says that a deadline is none of the due days counted from a first.
var errFirstDue = rules.Problems{{Field: "first_due", Key: "import.error.first_due"}}

// importCycle finds out which of its due days a periodic task has reached.
func (s *Store) importCycle(ctx context.Context, t *Task, in TaskImport) error {
	if t.Period == rules.Once || t.Deadline == nil {
		if in.FirstDue != nil {
			return errFirstDue
		}
		return nil
	}
	t.Anchor = t.Deadline
	due := t.Deadline
	if in.Original != nil { // the deadline was moved since
		t.Anchor, due = in.Original, in.Original
	}
	if in.FirstDue == nil {
		return nil
	}
	calendars, err := s.Calendars(ctx, in.Now)
	if err != nil {
		return err
	}
	var ok bool
	t.Anchor = in.FirstDue
	if t.Cycle, ok = rules.CycleOf(*t.Anchor, t.Period, *due, calendars[t.LeadCountry], t.LeadCountry); !ok {
		return errFirstDue
	}
	return nil
}

// begin puts an imported task where it stood.
func (t *Task) begin(in TaskImport) error {
	zone, err := t.Zone()
	if err != nil {
		return err
	}
	t.AssignedAt, t.OriginalDeadline, t.Status = &in.Now, t.Deadline, in.Status
	if in.Original != nil {
		t.OriginalDeadline = in.Original
		if t.Deadline != nil && !in.Original.Equal(*t.Deadline) {
			t.Moves = 1
		}
	}
	if t.Status == rules.InProgress {
		t.HeardAt = &in.Now
	}
	return t.setDeadline(t.Deadline, rules.Today(in.Now, zone))
}

// importNumber gives a task the number that it had, or the next.
func (s *Store) importNumber(ctx context.Context, t *Task, number int) error {
	if number == 0 {
		return s.giveNumbers(ctx, t)
	}
	if t.DirectiveNo == nil {
		return rules.Problems{{Field: "number", Key: "import.error.directive_unnumbered"}}
	}
	if _, err := s.exec(ctx, `update directive set tasks = greatest(tasks, $2) where id = $1`, t.DirectiveID, number); err != nil {
		return fmt.Errorf("number of a task of directive %d: %w", t.DirectiveID, err)
	}
	t.Number = &number
	return nil
}
