package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// Directive is one thing leaders instructed, agreed, stressed or noted.
type Directive struct {
	ID               int64
	MeetingID        int64  `db:"meeting_id"`
	PassageID        *int64 `db:"passage_id"`
	OralBy           string `db:"oral_by"`
	NumberYear       *int   `db:"number_year"`
	Number           *int
	Strength         string
	Title            string
	Sides            pq.StringArray
	Deadline         *time.Time
	OriginalDeadline *time.Time `db:"original_deadline"`
	DeadlineRule     string     `db:"deadline_rule"`
	DeadlineWording  string     `db:"deadline_wording"`
	NoDeadlineReason string     `db:"no_deadline_reason"`
	ControllerID     *int64     `db:"controller_id"`
	ControllerName   string     `db:"controller_name"`
	Official         bool       // for official use: titles and words stay out of mails
	Ladder           rules.LadderName
	Version          int
	CreatedBy        int64     `db:"created_by"`
	CreatedAt        time.Time `db:"created_at"`
	MeetingTitle     string    `db:"meeting_title"`
	MeetingPlace     string    `db:"meeting_place"`
	HeldOn           time.Time `db:"held_on"`
}

// Ref returns the number that people know the directive by, "" without one.
func (d *Directive) Ref() string { return rules.DirectiveRef(deref(d.NumberYear), deref(d.Number)) }

// Scope returns what control of the directive depends on.
func (d *Directive) Scope() rules.TaskScope {
	return rules.TaskScope{Sides: sidesOf(d.Sides), ControllerID: deref(d.ControllerID)}
}

const directiveColumns = `
	d.id, d.meeting_id, d.passage_id, d.oral_by, d.number_year, d.number, d.strength, d.title, d.sides,
	d.deadline, d.original_deadline, d.deadline_rule, d.deadline_wording, d.no_deadline_reason,
	d.official, d.ladder, d.controller_id, coalesce(k.name, '') as controller_name, d.version, d.created_by, d.created_at,
	m.title as meeting_title, m.place as meeting_place, m.held_on`

const directiveFrom = `
	from directive d
	join meeting m on m.id = d.meeting_id
	left join person k on k.id = d.controller_id`

// seesDirective is the condition that a directive is for the asker's eyes: by
// his register ($1, sides) or because his agency ($2) has a task of it.
const seesDirective = `(d.sides && $1 or exists (
	select from task t where t.directive_id = d.id and t.status <> 'draft' and (t.lead_id = any($2) or exists (
		select from co_executor e where e.task_id = t.id and e.agency_id = any($2)))))`

// Directive returns one directive that me may see.
func (s *Store) Directive(ctx context.Context, me rules.Actor, id int64) (*Directive, error) {
	return s.readDirective(ctx, me, id, "")
}

func (s *Store) readDirective(ctx context.Context, me rules.Actor, id int64, lock string) (*Directive, error) {
	var d Directive
	err := s.get(ctx, &d, `select `+directiveColumns+directiveFrom+`
		where d.id = $3 and `+seesDirective+` `+lock,
		pq.Array(me.RegisterSides()), pq.Array(me.AgenciesAs(rules.Focal)), id)
	if err != nil {
		return nil, fmt.Errorf("directive %d: %w", id, err)
	}
	return &d, nil
}

// ListedDirective is a directive in a list, with the signs of its tasks.
type ListedDirective struct {
	Directive
	Tasks   int
	Done    int
	Overdue int
	Drafts  int
	Starts  *int // of its passage, for reading order
}

// directives lists a meeting's directives in the order of the source text,
// oral ones last.
func (s *Store) directives(ctx context.Context, me rules.Actor, meetingID int64, now time.Time) ([]ListedDirective, error) {
	var rows []ListedDirective
	err := s.all(ctx, &rows, `
		select `+directiveColumns+`, x.starts, f.tasks, f.done, f.overdue, f.drafts`+directiveFrom+`
		left join passage x on x.id = d.passage_id
		cross join lateral (
			select count(*) filter (where t.status not in ('draft', 'cancelled')) as tasks,
				count(*) filter (where t.status = 'accepted') as done,
				count(*) filter (where t.status in ('assigned', 'in_progress', 'returned') and t.overdue_at <= $3) as overdue,
				count(*) filter (where t.status = 'draft') as drafts
			from task t where t.directive_id = d.id
		) f
		where d.meeting_id = $2 and d.sides && $1
		order by x.document_id nulls last, x.starts, d.id`,
		pq.Array(me.RegisterSides()), meetingID, now)
	if err != nil {
		return nil, fmt.Errorf("directives of meeting %d: %w", meetingID, err)
	}
	return rows, nil
}

// DirectiveInput is what the secretariat types of a directive. Version 0 is a
// new one, which rests on a span of a document, or on what OralBy said.
// DeadlineRule is ” for a typed date.
type DirectiveInput struct {
	ID               int64
	Version          int
	MeetingID        int64 // new and oral only
	DocumentID       int64 // new only
	Starts, Ends     int
	OralBy           string
	Strength         rules.Strength
	Title            string
	Points           []string
	Sides            []string
	Deadline         *time.Time
	DeadlineRule     string
	DeadlineWording  string
	NoDeadlineReason string
	ControllerID     int64
	Official         bool
	Likeness         []string // communique.Likeness of title and words
	FormKey          string
	Now              time.Time
}

func (in DirectiveInput) told() fields {
	return fields{
		"title": in.Title, "strength": string(in.Strength), "sides": in.Sides, "expected_result": in.Points,
		"deadline": dateWord(in.Deadline), "deadline_wording": in.DeadlineWording,
		"no_deadline_reason": in.NoDeadlineReason, "controller_id": in.ControllerID, "oral_by": in.OralBy, "official": in.Official,
	}
}

func (in DirectiveInput) check(meetingSides []string, passage bool) error {
	return rules.CheckDirective(rules.DirectiveDraft{
		Passage: passage, OralBy: in.OralBy, Strength: in.Strength, Title: in.Title, Points: in.Points,
		Sides: sidesOf(in.Sides), MeetingSides: sidesOf(meetingSides), HasDeadline: in.Deadline != nil,
		DeadlineRule: in.DeadlineRule, DeadlineWording: in.DeadlineWording,
		NoDeadlineReason: in.NoDeadlineReason, ControllerID: in.ControllerID,
	})
}

// AddDirective records a directive and returns its id. It gets its number with
// its first assigned task. ErrNotFound means a document, meeting or controller
// that me may not use.
func (s *Store) AddDirective(ctx context.Context, me rules.Actor, in DirectiveInput) (id int64, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		meeting, passageID, err := tx.sourceOf(ctx, me, in)
		if err != nil {
			return err
		}
		if err := in.check(meeting.Sides, passageID != nil); err != nil {
			return err
		}
		if err := tx.checkController(ctx, me, in.ControllerID, in.Sides); err != nil {
			return err
		}
		id, err = tx.id(ctx, `
			insert into directive (meeting_id, passage_id, oral_by, strength, title, sides, deadline, original_deadline,
				deadline_rule, deadline_wording, no_deadline_reason, controller_id, created_by, created_at, likeness, official)
			values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10, $11, $12, $13, $14, $15) returning id`,
			meeting.ID, passageID, in.OralBy, in.Strength, in.Title, pq.Array(in.Sides), in.Deadline,
			in.DeadlineRule, in.DeadlineWording, in.NoDeadlineReason, in.ControllerID, me.PersonID, in.Now, pq.Array(nonNil(in.Likeness)), in.Official)
		if err != nil {
			return fmt.Errorf("new directive: %w", err)
		}
		if err := tx.once(ctx, me, in.FormKey, fmt.Sprintf("/directives/%d", id)); err != nil {
			return err
		}
		if err := tx.savePoints(ctx, "directive", id, in.Points); err != nil {
			return err
		}
		if err := tx.foldDirective(ctx, id); err != nil {
			return err
		}
		return tx.log(ctx, deed{Me: me, Act: "add", Now: in.Now}, entry{Subject: "directive", ID: id, New: in.told()})
	})
	return id, err
}

// sourceOf finds the meeting of a new directive and keeps the passage it rests
// on; a span that is not in the text is a Problem.
func (s *Store) sourceOf(ctx context.Context, me rules.Actor, in DirectiveInput) (*Meeting, *int64, error) {
	if in.DocumentID == 0 {
		m, err := s.Meeting(ctx, me, in.MeetingID)
		return m, nil, err
	}
	var length int
	var m *Meeting
	c, err := s.Document(ctx, me, in.DocumentID)
	if err != nil {
		return nil, nil, err
	}
	if m, err = s.Meeting(ctx, me, c.MeetingID); err != nil {
		return nil, nil, err
	}
	if length = len([]rune(c.Text)); in.Starts < 0 || in.Ends <= in.Starts || in.Ends > length {
		var p rules.Problems
		p.Add("words", "form.error.words")
		return nil, nil, p
	}
	id, err := s.id(ctx, `
		insert into passage (document_id, starts, ends) values ($1, $2, $3)
		on conflict (document_id, starts, ends) do update set starts = excluded.starts
		returning id`, in.DocumentID, in.Starts, in.Ends)
	if err != nil {
		return nil, nil, fmt.Errorf("passage of document %d: %w", in.DocumentID, err)
	}
	return m, &id, nil
}

// checkController makes sure that the person controls for the directive's
// sides: a controller or manager of one of them or of a joint agency.
func (s *Store) checkController(ctx context.Context, me rules.Actor, personID int64, sides []string) error {
	people, err := s.Controllers(ctx, me, sides)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p.ID == personID {
			return nil
		}
	}
	var p rules.Problems
	p.Add("controller", "form.error.controller")
	return p
}

// ChangeDirective changes a directive that me's register shows. The original
// deadline stays as first set. ErrStale means it changed meanwhile.
func (s *Store) ChangeDirective(ctx context.Context, me rules.Actor, in DirectiveInput) error {
	return s.InTx(ctx, func(tx *Store) error {
		was, err := tx.readDirective(ctx, me, in.ID, "for update of d")
		if err != nil {
			return err
		}
		if was.Version != in.Version {
			return fmt.Errorf("directive %d: %w", in.ID, ErrStale)
		}
		meeting, err := tx.Meeting(ctx, me, was.MeetingID)
		if err != nil {
			return err
		}
		if err := in.check(meeting.Sides, was.PassageID != nil); err != nil {
			return err
		}
		if err := tx.checkController(ctx, me, in.ControllerID, in.Sides); err != nil {
			return err
		}
		return tx.writeDirective(ctx, me, was, in)
	})
}

func (s *Store) writeDirective(ctx context.Context, me rules.Actor, was *Directive, in DirectiveInput) error {
	points, err := s.directivePoints(ctx, in.ID)
	if err != nil {
		return err
	}
	if err := s.resides(ctx, was, in); err != nil {
		return err
	}
	_, err = s.exec(ctx, `
		update directive set strength = $2, title = $3, sides = $4, deadline = $5,
			original_deadline = coalesce(original_deadline, $5), deadline_rule = $6, deadline_wording = $7,
			no_deadline_reason = $8, controller_id = $9, oral_by = $10, likeness = $11, official = $12, version = version + 1
		where id = $1`,
		in.ID, in.Strength, in.Title, pq.Array(in.Sides), in.Deadline, in.DeadlineRule, in.DeadlineWording,
		in.NoDeadlineReason, in.ControllerID, in.OralBy, pq.Array(nonNil(in.Likeness)), in.Official)
	if err != nil {
		return fmt.Errorf("directive %d: %w", in.ID, err)
	}
	if err := s.savePoints(ctx, "directive", in.ID, in.Points); err != nil {
		return err
	}
	if err := s.foldDirective(ctx, in.ID); err != nil {
		return err
	}
	old := DirectiveInput{Strength: rules.Strength(was.Strength), Title: was.Title, Points: points, Sides: was.Sides,
		Deadline: was.Deadline, DeadlineWording: was.DeadlineWording, NoDeadlineReason: was.NoDeadlineReason,
		ControllerID: deref(was.ControllerID), OralBy: was.OralBy, Official: was.Official}
	return s.log(ctx, deed{Me: me, Act: rules.ActEdit, Now: in.Now},
		entry{Subject: "directive", ID: in.ID, Old: old.told(), New: in.told()})
}
