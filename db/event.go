package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// Event is a coming date: a summit, commission or visit. Minutes are of the day,
// by the clock of the place.
type Event struct {
	ID           int64
	MeetingID    int64 `db:"meeting_id"` // that named it; 0: noted without one
	Title        string
	StartsOn     *time.Time `db:"starts_on"` // nil: the wording only
	EndsOn       *time.Time `db:"ends_on"`   // last day; nil: one day
	FromMinute   *int       `db:"from_minute"`
	ToMinute     *int       `db:"to_minute"`
	Wording      string
	Place        string
	Kind         rules.EventKind
	Sides        pq.StringArray
	WasOn        *time.Time `db:"was_on"` // before it was last moved
	CancelledAt  *time.Time `db:"cancelled_at"`
	CancelNote   string     `db:"cancel_note"`
	Version      int
	MeetingTitle string `db:"meeting_title"`
}

const eventColumns = `
	e.id, coalesce(e.meeting_id, 0) as meeting_id, e.title, e.starts_on, e.ends_on, e.from_minute, e.to_minute, e.wording, e.place,
	e.kind, e.sides, e.was_on, e.cancelled_at, e.cancel_note, e.version, coalesce(m.title, '') as meeting_title`

const eventFrom = `
	from event e left join meeting m on m.id = e.meeting_id`

// seesEvent is the condition that an event is for the asker's eyes: by his
// register ($1, sides), or because it is of the side of his agency ($2), which
// has a task of its meeting or due for it. The agency's tasks are gathered once,
// on its own indexes, and only where some event is not of his register.
const seesEvent = `(e.sides && $1
	or e.sides && array(select unnest(case a.side when 'joint' then array['UZ', 'KZ'] else array[a.side] end) from agency a where a.id = any($2)) and (
		e.id in (select unnest(array[o.event_id, d.event_id]) from ` + agencyTasks + ` o join directive d on d.id = o.directive_id)
		or e.meeting_id in (select d.meeting_id from ` + agencyTasks + ` o join directive d on d.id = o.directive_id)))`

// agencyTasks are the tasks that agencies ($2) lead or contribute to, but drafts,
// in the words of the indexes.
const agencyTasks = `(
	select t.directive_id, t.event_id from task t
	where t.lead_id = any($2) and (t.status in ('assigned', 'in_progress', 'returned') or t.status = 'submitted' or t.status in ('accepted', 'cancelled'))
	union all
	select t.directive_id, t.event_id from co_executor c join task t on t.id = c.task_id
	where c.agency_id = any($2) and t.status <> 'draft')`

func (e *Event) draft(meetingSides []string) rules.EventDraft {
	return rules.EventDraft{Title: e.Title, Wording: e.Wording, Place: e.Place, Kind: e.Kind, Sides: sidesOf(e.Sides), MeetingSides: sidesOf(meetingSides),
		StartsOn: e.StartsOn, EndsOn: e.EndsOn, From: e.FromMinute, To: e.ToMinute}
}

func (e *Event) told() fields {
	return fields{"title": e.Title, "starts_on": dateWord(e.StartsOn), "ends_on": dateWord(e.EndsOn), "from": clockWord(e.FromMinute), "to": clockWord(e.ToMinute),
		"wording": e.Wording, "place": e.Place, "event": string(e.Kind), "sides": []string(e.Sides)}
}

// clockWord writes a minute of the day as 09:30.
func clockWord(minute *int) string {
	if minute == nil {
		return ""
	}
	return fmt.Sprintf("%02d:%02d", *minute/60, *minute%60)
}

// events lists what a meeting named.
func (s *Store) events(ctx context.Context, meetingID int64) ([]Event, error) {
	var rows []Event
	err := s.all(ctx, &rows, `
		select `+eventColumns+eventFrom+`
		where e.meeting_id = $1
		order by e.starts_on nulls last, e.id`, meetingID)
	if err != nil {
		return nil, fmt.Errorf("events of meeting %d: %w", meetingID, err)
	}
	return rows, nil
}

// Event returns one event that me may see.
func (s *Store) Event(ctx context.Context, me rules.Actor, id int64) (*Event, error) {
	return s.readEvent(ctx, me, me.AgenciesAs(rules.Focal), id, "")
}

func (s *Store) readEvent(ctx context.Context, me rules.Actor, agencies []int64, id int64, lock string) (*Event, error) {
	var e Event
	err := s.get(ctx, &e, `select `+eventColumns+eventFrom+` where e.id = $3 and `+seesEvent+` `+lock, pq.Array(me.RegisterSides()), pq.Array(agencies), id)
	if err != nil {
		return nil, fmt.Errorf("event %d: %w", id, err)
	}
	return &e, nil
}

// lockEvent reads an event of me's register for a change. ErrStale where it is
// no longer the version that the form was made from; version 0 takes any.
func (s *Store) lockEvent(ctx context.Context, me rules.Actor, id int64, version int) (*Event, error) {
	e, err := s.readEvent(ctx, me, []int64{}, id, "for update of e")
	if err != nil {
		return nil, err
	}
	if version != 0 && e.Version != version {
		return nil, fmt.Errorf("event %d: %w", id, ErrStale)
	}
	return e, nil
}

// AddEvent notes a coming date of me's sides and returns its id. Without sides it
// has those of its meeting, without a kind it is another one.
func (s *Store) AddEvent(ctx context.Context, me rules.Actor, e Event, formKey string, now time.Time) (id int64, err error) {
	if e.Kind == "" {
		e.Kind = rules.OtherEvent
	}
	err = s.InTx(ctx, func(tx *Store) error {
		sides, err := tx.eventSides(ctx, me, &e)
		if err != nil {
			return err
		}
		if err := rules.CheckEventDraft(e.draft(sides)); err != nil {
			return err
		}
		id, err = tx.id(ctx, `
			insert into event (meeting_id, title, starts_on, ends_on, from_minute, to_minute, wording, place, kind, sides, created_by, created_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id`,
			nullID(e.MeetingID), e.Title, e.StartsOn, e.EndsOn, e.FromMinute, e.ToMinute, e.Wording, e.Place, e.Kind, pq.Array([]string(e.Sides)), me.PersonID, now)
		if err != nil {
			return fmt.Errorf("new event: %w", err)
		}
		if err := tx.once(ctx, me, formKey, fmt.Sprintf("/events/%d", id)); err != nil {
			return err
		}
		return tx.log(ctx, deed{Me: me, Act: "add", Now: now}, entry{Subject: "event", ID: id, New: e.told()})
	})
	return id, err
}

// eventSides returns the sides that an event may have: of its meeting, or all
// that me records for. It gives the event its meeting's where it has none.
func (s *Store) eventSides(ctx context.Context, me rules.Actor, e *Event) (sides []string, err error) {
	if e.MeetingID == 0 {
		for _, side := range me.SidesAs(rules.Staff) {
			sides = append(sides, string(side))
		}
		if len(sides) == 0 { // nobody of the register
			return nil, rules.ErrForbidden
		}
		return sides, nil
	}
	m, err := s.Meeting(ctx, me, e.MeetingID)
	if err != nil {
		return nil, err
	}
	if len(e.Sides) == 0 {
		e.Sides = m.Sides
	}
	return m.Sides, nil
}

// ChangeEvent changes an event of me's register; another first day is kept as a
// move. ErrStale means that it changed meanwhile.
func (s *Store) ChangeEvent(ctx context.Context, me rules.Actor, e Event, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		was, err := tx.lockEvent(ctx, me, e.ID, e.Version)
		if err != nil {
			return err
		}
		e.MeetingID, e.WasOn = was.MeetingID, was.WasOn
		sides, err := tx.eventSides(ctx, me, &e)
		if err != nil {
			return err
		}
		if e.MeetingID == 0 { // those it has stay possible, whoever gave them
			sides = append(sides, was.Sides...)
		}
		if err := rules.CheckEventDraft(e.draft(sides)); err != nil {
			return err
		}
		if was.StartsOn != nil && (e.StartsOn == nil || !was.StartsOn.Equal(*e.StartsOn)) {
			e.WasOn = was.StartsOn
		}
		_, err = tx.exec(ctx, `
			update event set title = $2, starts_on = $3, ends_on = $4, from_minute = $5, to_minute = $6, wording = $7, place = $8, kind = $9, sides = $10,
				was_on = $11, version = version + 1
			where id = $1`,
			e.ID, e.Title, e.StartsOn, e.EndsOn, e.FromMinute, e.ToMinute, e.Wording, e.Place, e.Kind, pq.Array([]string(e.Sides)), e.WasOn)
		if err != nil {
			return fmt.Errorf("event %d: %w", e.ID, err)
		}
		return tx.log(ctx, deed{Me: me, Act: rules.ActEdit, Now: now}, entry{Subject: "event", ID: e.ID, Old: was.told(), New: e.told()})
	})
}

// CallOff cancels an event for a reason; with on it is planned again. What was
// due for it stays tied to it.
func (s *Store) CallOff(ctx context.Context, me rules.Actor, id int64, version int, on bool, note string, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		e, err := tx.lockEvent(ctx, me, id, version)
		if err != nil {
			return err
		}
		act, at := rules.ActReinstate, (*time.Time)(nil)
		if !on {
			act, at = rules.ActCallOff, &now
			if err := rules.CheckCallOff(note); err != nil {
				return err
			}
		}
		if on == (e.CancelledAt == nil) {
			return fmt.Errorf("event %d: %w", id, rules.ErrMove)
		}
		_, err = tx.exec(ctx, `update event set cancelled_at = $2, cancel_note = $3, version = version + 1 where id = $1`, id, at, note)
		if err != nil {
			return fmt.Errorf("event %d: %w", id, err)
		}
		return tx.log(ctx, deed{Me: me, Act: act, Note: note, Now: now}, entry{Subject: "event", ID: id})
	})
}
