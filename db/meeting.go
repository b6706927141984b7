package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// Meeting is where leaders spoke.
type Meeting struct {
	ID        int64
	Title     string
	HeldOn    time.Time `db:"held_on"`
	Place     string
	Level     string
	Sides     pq.StringArray
	Version   int
	CreatedBy int64     `db:"created_by"`
	CreatedAt time.Time `db:"created_at"`
}

// ListedMeeting is a row of the list of meetings, with what came of it.
type ListedMeeting struct {
	Meeting
	Marked
	Directives int
	Tasks      int // assigned ones
	Done       int
	Overdue    int
}

// MeetingInput is what the secretariat types of a meeting. Version 0 is new.
type MeetingInput struct {
	ID, Version int64
	Title       string
	HeldOn      time.Time
	Place       string
	Level       string
	Sides       []string
	FormKey     string
	Now         time.Time
}

func (in MeetingInput) told() fields {
	return fields{"title": in.Title, "held_on": in.HeldOn.Format(time.DateOnly), "place": in.Place, "level": in.Level, "sides": in.Sides}
}

// seesMeeting is the condition that me's register shows meeting m; $1 is
// RegisterSides.
const seesMeeting = `m.sides && $1`

// meetingOrders are what meetings can be sorted by; what came of them would have
// to be counted for every one first.
var meetingOrders = orders{id: "m.id", own: "held", desc: true, by: map[string]order{
	"held":  {keys: []key{byHeld}},
	"title": {keys: []key{{"lower(m.title)", "text"}, byHeld}},
	"sides": {keys: []key{{"array_to_string(m.sides, ',')", "text"}, byHeld}},
}}

var byHeld = key{"m.held_on", "date"}

// Meetings lists the meetings of me's sides, by itself the latest first, PageSize
// and one more where there are further ones. The figures of each page come in the
// same query.
func (s *Store) Meetings(ctx context.Context, me rules.Actor, by Sort, now time.Time) ([]ListedMeeting, error) {
	c := &clause{args: []any{pq.Array(me.RegisterSides()), wholeMinute(now)}}
	c.add(seesMeeting)
	order := meetingOrders.page(c, by, false)
	rows, err := same[ListedMeeting](ctx, s, `
		with page as (
			select m.* from meeting m where `+c.where()+order+` limit 51
		)
		select m.id, m.title, m.held_on, m.place, m.level, m.sides, m.version, m.created_by, m.created_at, `+meetingOrders.mark(by)+`,
			f.directives, f.tasks, f.done, f.overdue
		from page m
		cross join lateral (
			select count(distinct d.id) as directives,
				count(t.id) filter (where t.status not in ('draft', 'cancelled')) as tasks,
				count(t.id) filter (where t.status = 'accepted') as done,
				count(t.id) filter (where t.status in ('assigned', 'in_progress', 'returned') and t.overdue_at <= $2) as overdue
			from directive d left join task t on t.directive_id = d.id
			where d.meeting_id = m.id
		) f`+order, c.args...)
	if err != nil {
		return nil, fmt.Errorf("meetings: %w", err)
	}
	return rows, nil
}

// Meeting returns one meeting of me's sides.
func (s *Store) Meeting(ctx context.Context, me rules.Actor, id int64) (*Meeting, error) {
	return s.readMeeting(ctx, me, id, "")
}

func (s *Store) readMeeting(ctx context.Context, me rules.Actor, id int64, lock string) (*Meeting, error) {
	var m Meeting
	err := s.get(ctx, &m, `
		select m.id, m.title, m.held_on, m.place, m.level, m.sides, m.version, m.created_by, m.created_at
		from meeting m
		where m.id = $2 and `+seesMeeting+` `+lock, pq.Array(me.RegisterSides()), id)
	if err != nil {
		return nil, fmt.Errorf("meeting %d: %w", id, err)
	}
	return &m, nil
}

// SaveMeeting registers a meeting or changes one, and returns its id.
// rules.Problems says what is missing, ErrStale that it changed meanwhile.
func (s *Store) SaveMeeting(ctx context.Context, me rules.Actor, in MeetingInput) (id int64, err error) {
	check := rules.MeetingDraft{Title: in.Title, HeldOn: in.HeldOn, Place: in.Place, Level: in.Level, Sides: sidesOf(in.Sides)}
	if err := rules.CheckMeeting(check); err != nil {
		return 0, err
	}
	err = s.InTx(ctx, func(tx *Store) error {
		if in.ID == 0 {
			id, err = tx.addMeeting(ctx, me, in)
			return err
		}
		id = in.ID
		return tx.changeMeeting(ctx, me, in)
	})
	return id, err
}

func (s *Store) addMeeting(ctx context.Context, me rules.Actor, in MeetingInput) (int64, error) {
	id, err := s.id(ctx, `
		insert into meeting (title, held_on, place, level, sides, created_by, created_at)
		values ($1, $2, $3, $4, $5, $6, $7) returning id`,
		in.Title, in.HeldOn, in.Place, in.Level, pq.Array(in.Sides), me.PersonID, in.Now)
	if err != nil {
		return 0, fmt.Errorf("new meeting: %w", err)
	}
	if err := s.once(ctx, me, in.FormKey, fmt.Sprintf("/meetings/%d", id)); err != nil {
		return 0, err
	}
	return id, s.log(ctx, deed{Me: me, Act: "add", Now: in.Now}, entry{Subject: "meeting", ID: id, New: in.told()})
}

func (s *Store) changeMeeting(ctx context.Context, me rules.Actor, in MeetingInput) error {
	was, err := s.readMeeting(ctx, me, in.ID, "for update of m")
	if err != nil {
		return err
	}
	if int64(was.Version) != in.Version {
		return fmt.Errorf("meeting %d: %w", in.ID, ErrStale)
	}
	_, err = s.exec(ctx, `
		update meeting set title = $2, held_on = $3, place = $4, level = $5, sides = $6, version = version + 1
		where id = $1`, in.ID, in.Title, in.HeldOn, in.Place, in.Level, pq.Array(in.Sides))
	if err != nil {
		return fmt.Errorf("meeting %d: %w", in.ID, err)
	}
	old := MeetingInput{Title: was.Title, HeldOn: was.HeldOn, Place: was.Place, Level: was.Level, Sides: was.Sides}
	return s.log(ctx, deed{Me: me, Act: rules.ActEdit, Now: in.Now}, entry{Subject: "meeting", ID: in.ID, Old: old.told(), New: in.told()})
}

// MeetingPage is a meeting with all that its page shows.
type MeetingPage struct {
	Meeting
	Documents  []ListedDocument
	Directives []ListedDirective
	Events     []Event
	Indicators []Indicator
	History    []HistoryLine
}

// MeetingPage reads a meeting's page. ErrNotFound where me may not see it.
func (s *Store) MeetingPage(ctx context.Context, me rules.Actor, id int64, now time.Time) (*MeetingPage, error) {
	m, err := s.Meeting(ctx, me, id)
	if err != nil {
		return nil, err
	}
	page := &MeetingPage{Meeting: *m}
	if page.Documents, err = s.documents(ctx, id); err != nil {
		return nil, err
	}
	if page.Directives, err = s.directives(ctx, me, id, now); err != nil {
		return nil, err
	}
	if page.Events, err = s.events(ctx, id); err != nil {
		return nil, err
	}
	if page.Indicators, err = s.indicators(ctx, id); err != nil {
		return nil, err
	}
	page.History, err = s.history(ctx, "meeting", id, 50)
	return page, err
}
