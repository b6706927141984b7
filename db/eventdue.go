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

// TieInput says that a directive or a task (the other one is 0) is due for an
// event, or with Off no longer.
type TieInput struct {
	EventID     int64
	DirectiveID int64
	TaskID      int64
	Off         bool
	FormKey     string
	Now         time.Time
}

// Tie makes a directive or a task due for an event of me's register; it leaves
// the event it was due for before. Deadlines stay as they are. Problems: it is
// no directive or task of the event's sides that me's register shows.
func (s *Store) Tie(ctx context.Context, me rules.Actor, in TieInput) error {
	return s.InTx(ctx, func(tx *Store) error {
		e, err := tx.lockEvent(ctx, me, in.EventID, 0)
		if err != nil {
			return err
		}
		subject, id := "directive", in.DirectiveID
		if in.TaskID != 0 {
			subject, id = "task", in.TaskID
		}
		t, err := tx.lockTied(ctx, me, e, subject, id)
		if err != nil {
			return err
		}
		if err := tx.once(ctx, me, in.FormKey, fmt.Sprintf("/events/%d", e.ID)); err != nil {
			return err
		}
		return tx.writeTie(ctx, me, e, t, subject, id, in)
	})
}

func (s *Store) writeTie(ctx context.Context, me rules.Actor, e *Event, t *tied, subject string, id int64, in TieInput) error {
	d, to, from := deed{Me: me, Act: rules.ActTie, Now: in.Now}, &e.ID, int64(0)
	if in.Off {
		d.Act, to, from = rules.ActUntie, nil, e.ID
	}
	n, err := s.exec(ctx, `update `+subject+` set event_id = $2 where id = $1 and coalesce(event_id, 0) <> coalesce($2, 0) and (cast($3 as bigint) = 0 or event_id = $3)`, id, to, from)
	if err != nil {
		return fmt.Errorf("%s %d due for event %d: %w", subject, id, e.ID, err)
	}
	if n == 0 { // as it was
		return nil
	}
	if err := s.log(ctx, d, entry{Subject: "event", ID: e.ID, New: fields{subject: t.named(subject, id)}}); err != nil || subject == "task" {
		return err // the newest row of a task's history is what undo takes back: a tie is none of its acts
	}
	if !slices.ContainsFunc(t.Sides, func(side string) bool { return !slices.Contains(e.Sides, side) }) { // else not everybody who reads of it sees the event
		d.Note = e.Title
	}
	return s.log(ctx, d, entry{Subject: subject, ID: id})
}

// tied is a directive or a task that is to be due for an event.
type tied struct {
	Sides       pq.StringArray
	NumberYear  *int `db:"number_year"`
	DirectiveNo *int `db:"directive_no"`
	Number      *int // of a task
}

// named is what an event's history keeps of it, for tiedNames to find: not
// everybody who sees the event sees its title.
func (t *tied) named(subject string, id int64) string {
	ref := rules.DirectiveRef(deref(t.NumberYear), deref(t.DirectiveNo))
	if subject == "task" {
		ref = rules.TaskRef(deref(t.NumberYear), deref(t.DirectiveNo), deref(t.Number))
	}
	return cmp.Or(ref, fmt.Sprintf("#%d", id))
}

// lockTied locks the directive, or the task's row, that is to be due for an
// event, and makes sure that me's register and the event's sides have it.
func (s *Store) lockTied(ctx context.Context, me rules.Actor, e *Event, subject string, id int64) (*tied, error) {
	var t tied
	err := s.get(ctx, &t, map[string]string{
		"directive": `
			select d.sides, d.number_year, d.number as directive_no, cast(null as integer) as number
			from directive d where d.id = $2 and d.sides && $1 for update`,
		"task": `
			select d.sides, d.number_year, d.number as directive_no, t.number
			from task t join directive d on d.id = t.directive_id where t.id = $2 and d.sides && $1 for update of t`,
	}[subject], pq.Array(me.RegisterSides()), id)
	if err != nil {
		return nil, fmt.Errorf("%s %d: %w", subject, id, err)
	}
	if !overlap(sidesOf(t.Sides), e.Sides) {
		return nil, rules.Problems{{Field: "ref", Key: "form.error.event_sides"}}
	}
	return &t, nil
}

// EventOf returns the event that a directive or a task is due for, itself or,
// of a task, with its directive; nil for none that me may see. subject is one of
// the two words.
func (s *Store) EventOf(ctx context.Context, me rules.Actor, subject string, id int64) (*Event, error) {
	var rows []Event
	of := `select t.event_id from directive t where t.id = $3`
	if subject == "task" {
		of = `select coalesce(t.event_id, d.event_id) from task t join directive d on d.id = t.directive_id where t.id = $3`
	}
	err := s.all(ctx, &rows, `select `+eventColumns+eventFrom+` where e.id = (`+of+`) and `+seesEvent,
		pq.Array(me.RegisterSides()), pq.Array(me.AgenciesAs(rules.Focal)), id)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// MoveAlongInput moves the deadlines of tasks that are due for an event, as a
// controller or manager decides: Tasks holds the version of each.
type MoveAlongInput struct {
	EventID int64
	Version int // of the event; 0 takes any
	Tasks   map[int64]int
	To      time.Time
	Reason  string
	FormKey string
	Now     time.Time
}

// MoveAlong moves the picked tasks' deadlines, all or none. Each counts and
// shows like any other move, and needs the same right. ErrStale: the event or
// one of the tasks changed meanwhile.
func (s *Store) MoveAlong(ctx context.Context, me rules.Actor, in MoveAlongInput) error {
	if len(in.Tasks) == 0 {
		return rules.Problems{{Field: "task", Key: "form.error.pick"}}
	}
	return s.CountedTogether(ctx, func(tx *Store) error {
		e, err := tx.lockEvent(ctx, me, in.EventID, in.Version)
		if err != nil {
			return err
		}
		if err := tx.once(ctx, me, in.FormKey, fmt.Sprintf("/events/%d", e.ID)); err != nil {
			return err
		}
		return tx.moveTied(ctx, me, in)
	})
}

// moveTied moves the picked tasks in one order, whoever asks.
func (s *Store) moveTied(ctx context.Context, me rules.Actor, in MoveAlongInput) error {
	ids, err := s.tiedTasks(ctx, in.EventID)
	if err != nil {
		return err
	}
	moved := 0
	for _, id := range ids {
		version, picked := in.Tasks[id]
		if !picked {
			continue
		}
		moved++
		if err := s.MoveDeadline(ctx, me, MoveInput{TaskID: id, Version: version, To: in.To, Reason: in.Reason, Now: in.Now}); err != nil {
			return err
		}
	}
	if moved < len(in.Tasks) {
		return fmt.Errorf("tasks due for event %d: %w", in.EventID, ErrStale)
	}
	return nil
}

func (s *Store) tiedTasks(ctx context.Context, eventID int64) (ids []int64, err error) {
	err = s.all(ctx, &ids, `select n.id from event e cross join lateral (`+dueFor+`) n where e.id = $1 order by n.id`, eventID)
	if err != nil {
		return nil, fmt.Errorf("tasks due for event %d: %w", eventID, err)
	}
	return ids, nil
}
