package db

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lib/pq"

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

// ImportTask writes a task out of a table and returns its id. Nobody is told of
// it at once: whoever leads it finds it in his list and in the mails of the days
// to come.
func (s *Store) ImportTask(ctx context.Context, me rules.Actor, in TaskImport) (id int64, err error) {
	err = s.InTx(ctx, func(tx *Store) (err error) {
		if id, err = tx.AddTask(ctx, me, in.TaskInput); err != nil {
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
	return id, err
}

// TaskAbove is what the row of a table that has a task's number says of it: its
// main task, and whether the row can't be written.
type TaskAbove struct {
	Number, Main string
	Bad          bool
}

// importTreeDepth is how far up a table is looked at for circles; a longer one is
// found when it comes to be written.
const importTreeDepth = 32

// ImportTasksAbove finds the rows of a table whose numbers some of its rows name
// as main tasks, and those above them as far as importTreeDepth, by number.
// number and main are the columns of these.
func (s *Store) ImportTasksAbove(ctx context.Context, importID int64, number, main int, named []string) (map[string]TaskAbove, error) {
	var rows []TaskAbove
	err := s.all(ctx, &rows, `
		with recursive up (ref, above) as (
			select distinct unnest($4::text[]), 0
			union
			select w.cells->>cast($3 as integer), up.above + 1 from up join import_row w on w.import_id = $1 and w.cells->>cast($2 as integer) = up.ref
			where w.cells->>cast($3 as integer) <> '' and up.above < $5
		)
		select w.cells->>cast($2 as integer) as number, coalesce(max(w.cells->>cast($3 as integer)), '') as main, bool_and(w.fate = 'bad') as bad
		from import_row w where w.import_id = $1 and w.cells->>cast($2 as integer) in (select ref from up) group by 1`, importID, number, main, pq.Array(named), importTreeDepth)
	if err != nil {
		return nil, fmt.Errorf("main tasks in import %d: %w", importID, err)
	}
	above := make(map[string]TaskAbove, len(rows))
	for _, r := range rows {
		above[r.Number] = r
	}
	return above, nil
}

// DropOrphans marks the checked rows whose main task is in no row that can be
// written, and is not there either, with a problem; and those below them.
func (s *Store) DropOrphans(ctx context.Context, im *Import, lease string, number, main int, problem *rules.Invalid) error {
	said, err := json.Marshal(rules.Problems{problem})
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `
		with recursive rows as materialized (
			select w.line, w.fate, coalesce(w.cells->>cast($3 as integer), '') as ref, coalesce(w.cells->>cast($4 as integer), '') as main
			from import_row w where w.import_id = $1 and exists (select from import where id = $1 and leased_by = $2 and state = 'checking')
		), lost (ref) as (
			select w.ref from rows w
			where w.fate = 'bad' and w.ref <> '' and w.ref not in (select o.ref from rows o where o.fate <> 'bad')
				and not exists (
					select from directive d join task t on t.directive_id = d.id
					where d.number_year = cast(substring(w.ref from '^([0-9]{4})-') as integer)
						and d.number = cast(substring(w.ref from '^[0-9]{4}-([0-9]{1,9})') as integer)
						and t.number = cast(substring(w.ref from '\.([0-9]{1,9})$') as integer))
			union
			select w.ref from lost join rows w on w.main = lost.ref where w.fate = 'new' and w.ref <> ''
		)
		update import_row w set fate = 'bad', problems = w.problems || $5::jsonb
		from rows r where w.import_id = $1 and w.line = r.line and r.fate in ('new', 'changed') and r.main in (select ref from lost)`,
		im.ID, lease, number, main, string(said))
	if err != nil {
		return fmt.Errorf("rows of import %d: %w", im.ID, err)
	}
	return nil
}

// TaskNumbers are the running numbers of tasks that have one. Callers read tasks
// of their directives before.
func (s *Store) TaskNumbers(ctx context.Context, ids []int64) (map[int64]int, error) {
	var rows []struct {
		ID     int64
		Number int
	}
	if err := s.all(ctx, &rows, `select id, number from task where id = any($1) and number is not null`, pq.Array(ids)); err != nil {
		return nil, fmt.Errorf("numbers of tasks: %w", err)
	}
	numbers := make(map[int64]int, len(rows))
	for _, r := range rows {
		numbers[r.ID] = r.Number
	}
	return numbers, nil
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
