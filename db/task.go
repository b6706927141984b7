package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// Task is a task's row with what access and deadlines depend on: the sides and
// controller of its directive, and the lead agency's side, zone and calendar.
// Dates are at 00:00 UTC, moments in UTC.
type Task struct {
	ID          int64
	DirectiveID int64  `db:"directive_id"`
	ParentID    *int64 `db:"parent_id"`
	Number      *int
	Milestone   bool
	Title       string
	LeadID      *int64 `db:"lead_id"`
	FocalID     *int64 `db:"focal_id"`
	TaskState
	Version   int
	CreatedBy int64     `db:"created_by"`
	CreatedAt time.Time `db:"created_at"`
	ChangedBy int64     `db:"changed_by"`
	ChangedAt time.Time `db:"changed_at"`

	DirectiveTitle string         `db:"directive_title"`
	NumberYear     *int           `db:"number_year"`
	DirectiveNo    *int           `db:"directive_no"`
	Sides          pq.StringArray `db:"sides"`
	ControllerID   *int64         `db:"controller_id"`
	Official       bool           // for official use
	Ladder         rules.LadderName
	ReviewDays     int           `db:"review_days"` // to decide, while it is submitted
	LeadSide       string        `db:"lead_side"`
	LeadZone       string        `db:"lead_zone"`
	LeadCountry    string        `db:"lead_country"`
	CoExecutors    pq.Int64Array `db:"co_executors"`

	points []string  // of the expected result; read only where they change
	also   *standing // cycles that close, or open again, with this change
}

// TaskState is what acts change and undo restores.
type TaskState struct {
	Status           rules.Status
	Deadline         *time.Time
	OriginalDeadline *time.Time `db:"original_deadline"`
	DeadlineVersion  int        `db:"deadline_version"`
	DeadlineSetOn    *time.Time `db:"deadline_set_on"`
	DeadlineRule     string     `db:"deadline_rule"`
	DeadlineWording  string     `db:"deadline_wording"`
	NoDeadlineReason string     `db:"no_deadline_reason"`
	OverdueAt        *time.Time `db:"overdue_at"`
	AssignedAt       *time.Time `db:"assigned_at"`
	HeardAt          *time.Time `db:"heard_at"`
	Signal           string
	NoChanges        int        `db:"no_changes"`
	SubmittedAt      *time.Time `db:"submitted_at"`
	Submissions      int
	Returns          int
	DecidedAt        *time.Time `db:"decided_at"`
	CancelGround     string     `db:"cancel_ground"`
	NextStepOn       *time.Time `db:"next_step_on"`
	Moves            int        // how often the deadline was moved
	ReviewLevel      int        `db:"review_level"` // approvals of the submission that stands
	Result           rules.Result
	MergedInto       *int64       `db:"merged_into"` // task that took a cancelled one's place
	Period           rules.Period // Once: done with one report
	Anchor           *time.Time   // first due day of a periodic task
	Cycle            int          // which of its due days is the present one, from 0
	LateReason       string       `db:"late_reason"` // why it is late, as the lead says
	LatePlan         string       `db:"late_plan"`   // what the lead does next
	LateFor          int          `db:"late_for"`    // the deadline version that these two are about, 0 for none
	Delay            int          // working days from deadline to the last submission
}

// taskColumns are Task's columns, for queries that join d (directive) and a
// (lead agency).
const taskColumns = `
	t.id, t.directive_id, t.parent_id, t.number, t.milestone, t.title, t.lead_id, t.focal_id,
	t.status, t.deadline, t.original_deadline, t.deadline_version, t.deadline_set_on,
	t.deadline_rule, t.deadline_wording, t.no_deadline_reason, t.overdue_at, t.assigned_at,
	t.heard_at, t.signal, t.no_changes, t.submitted_at, t.submissions, t.returns, t.decided_at,
	t.cancel_ground, t.next_step_on, t.moves, t.review_level, t.result, t.merged_into, t.period, t.anchor, t.cycle, t.delay,
	t.late_reason, t.late_plan, t.late_for, t.version, t.created_by, t.created_at,
	t.changed_by, t.changed_at,
	d.title as directive_title, d.number_year, d.number as directive_no, d.sides, d.controller_id, d.official, d.ladder,
	case when t.status = 'submitted' then ` + reviewDays + ` else 0 end as review_days,
	coalesce(a.side, '') as lead_side, coalesce(a.time_zone, '') as lead_zone,
	coalesce(a.country, '') as lead_country,
	array(select c.agency_id from co_executor c where c.task_id = t.id) as co_executors`

// Scope returns what access to the task depends on.
func (t *Task) Scope() rules.TaskScope {
	return rules.TaskScope{
		Draft:        t.Status == rules.Draft,
		Sides:        sidesOf(t.Sides),
		LeadSide:     rules.Side(t.LeadSide),
		LeadID:       deref(t.LeadID),
		CoExecutors:  t.CoExecutors,
		ControllerID: deref(t.ControllerID),
	}
}

// Ref returns the number that people know the task by, such as 2025-17.2;
// "" for a draft.
func (t *Task) Ref() string {
	return rules.TaskRef(deref(t.NumberYear), deref(t.DirectiveNo), deref(t.Number))
}

// Above is the task that it is part of, 0 for none.
func (t *Task) Above() int64 { return deref(t.ParentID) }

// RefBeside is the number of another task of the same directive.
func (t *Task) RefBeside(number int) string {
	return rules.TaskRef(deref(t.NumberYear), deref(t.DirectiveNo), number)
}

// Mark returns the task's sign at now.
func (t *Task) Mark(now time.Time) rules.Mark {
	return rules.MarkOf(t.Status, deref(t.OverdueAt), now)
}

// Overdue reports whether the lead owes the task and its deadline has passed.
func (t *Task) Overdue(now time.Time) bool { return t.Mark(now) == rules.MarkLate }

// Zone returns the lead agency's time zone, in which the deadline's day ends.
func (t *Task) Zone() (*time.Location, error) {
	zone, err := zoneNamed(t.LeadZone)
	if err != nil {
		return nil, fmt.Errorf("time zone of the lead of task %d: %w", t.ID, err)
	}
	return zone, nil
}

// Task returns one task and how much of it me may see.
func (s *Store) Task(ctx context.Context, me rules.Actor, id int64) (*Task, rules.Sight, error) {
	return s.readTask(ctx, me, id, "")
}

func (s *Store) readTask(ctx context.Context, me rules.Actor, id int64, lock string) (*Task, rules.Sight, error) {
	var t Task
	err := s.get(ctx, &t, `
		select `+taskColumns+`
		from task t
		join directive d on d.id = t.directive_id
		left join agency a on a.id = t.lead_id
		where t.id = $1 `+lock, id)
	if err != nil {
		return nil, rules.SeesNothing, fmt.Errorf("task %d: %w", id, err)
	}
	sight := rules.SightOf(me, t.Scope())
	if sight == rules.SeesNothing {
		return nil, sight, fmt.Errorf("task %d, not for person %d: %w", id, me.PersonID, ErrNotFound)
	}
	return &t, sight, nil
}

// lockTask reads a task for a change. ErrNotFound where me does not see it,
// ErrStale where it is no longer the version that the form was made from;
// version 0 takes any.
func (s *Store) lockTask(ctx context.Context, me rules.Actor, id int64, version int) (*Task, error) {
	t, _, err := s.readTask(ctx, me, id, "for update of t")
	if err != nil {
		return nil, err
	}
	if version != 0 && t.Version != version {
		return nil, fmt.Errorf("task %d: %w", id, ErrStale)
	}
	return t, nil
}

// move changes the status by an act, as rules allow it to me.
func (t *Task) move(me rules.Actor, act rules.Act) error {
	to, err := rules.Move(t.Status, act, rules.HatsFor(me, t.Scope()))
	if err != nil {
		return fmt.Errorf("task %d, %s: %w", t.ID, act, err)
	}
	t.Status = to
	return nil
}

// setDeadline gives the task a deadline and what is computed from it. A nil
// date means none. The first deadline at assignment becomes the original one.
func (t *Task) setDeadline(day *time.Time, today time.Time) error {
	t.Deadline, t.OverdueAt = day, nil
	t.DeadlineSetOn = &today
	if day == nil || t.LeadID == nil {
		return nil
	}
	zone, err := t.Zone()
	if err != nil {
		return err
	}
	at := rules.OverdueAt(*day, zone)
	t.OverdueAt = &at
	return nil
}

func sidesOf(words []string) []rules.Side {
	sides := make([]rules.Side, len(words))
	for i, w := range words {
		sides[i] = rules.Side(w)
	}
	return sides
}

func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
