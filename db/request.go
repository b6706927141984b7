package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// Request is what an agency asked about a task, and what became of it.
type Request struct {
	ID         int64
	TaskID     int64 `db:"task_id"`
	Kind       rules.RequestKind
	Reason     string
	Deadline   *time.Time // when it was asked
	Wanted     *time.Time
	AgencyID   *int64 `db:"agency_id"`
	Late       bool
	OwnMotion  bool `db:"own_motion"`
	State      rules.RequestState
	Granted    *time.Time
	Note       string
	AskedBy    string     `db:"asked_by_name"`
	AskedAt    time.Time  `db:"asked_at"`
	DecidedBy  string     `db:"decided_by_name"`
	DecidedAt  *time.Time `db:"decided_at"`
	Ref, Title string     // of the task; only lists over tasks fill them
}

const requestColumns = `
	r.id, r.task_id, r.kind, r.reason, r.deadline, r.wanted, r.agency_id, r.late, r.own_motion, r.state, r.granted, r.note,
	p.name as asked_by_name, r.asked_at, coalesce(b.name, '') as decided_by_name, r.decided_at
	from request r
	join person p on p.id = r.asked_by
	left join person b on b.id = r.decided_by`

// requests lists what was asked about a task, the newest first. Callers check
// before that the asker sees the task fully.
func (s *Store) requests(ctx context.Context, taskID int64) ([]Request, error) {
	var rows []Request
	err := s.all(ctx, &rows, `select `+requestColumns+` where r.task_id = $1 order by r.id desc limit 100`, taskID)
	if err != nil {
		return nil, fmt.Errorf("requests about task %d: %w", taskID, err)
	}
	return rows, nil
}

// waitingAtMost is how many waiting requests a list shows.
const waitingAtMost = 50

// WaitingRequests lists the requests that wait for me as controller, or as a
// manager of their side, the oldest first.
func (s *Store) WaitingRequests(ctx context.Context, me rules.Actor) ([]Request, error) {
	rows, err := same[struct {
		Request
		NumberYear  *int `db:"number_year"`
		DirectiveNo *int `db:"directive_no"`
		TaskNo      *int `db:"task_no"`
	}](ctx, s, `
		select t.title, d.number_year, d.number as directive_no, t.number as task_no, `+requestColumns+`
		join task t on t.id = r.task_id
		join directive d on d.id = t.directive_id
		join agency a on a.id = t.lead_id
		where r.state = 'pending' and `+decides(4)+` and t.status in ('assigned', 'in_progress', 'returned')
			and (d.controller_id = any($1) and (t.moves = 0 or r.kind = 'transfer') or d.sides && $2)
		order by r.asked_at, r.id limit $3`,
		pq.Array(me.Selves()), pq.Array(me.SidesAs(rules.Manager)), waitingAtMost, pq.Array(me.DecidingSides()))
	if err != nil {
		return nil, fmt.Errorf("waiting requests: %w", err)
	}
	requests := make([]Request, len(rows))
	for i, r := range rows {
		requests[i] = r.Request
		requests[i].Ref = rules.TaskRef(deref(r.NumberYear), deref(r.DirectiveNo), deref(r.TaskNo))
	}
	return requests, nil
}

// RequestInput is what the lead asks: more time until Wanted, or that AgencyID
// takes the task.
type RequestInput struct {
	TaskID   int64
	Version  int
	Kind     rules.RequestKind
	Wanted   time.Time
	AgencyID int64
	Reason   string
	FormKey  string
	Now      time.Time
}

var askActs = map[rules.RequestKind]rules.Act{rules.Extension: rules.ActAsk, rules.Transfer: rules.ActPass}

// Ask puts a request to the controller. The clock runs on. rules.ErrForbidden
// is for who does not lead the task, rules.ErrMove where one waits already.
func (s *Store) Ask(ctx context.Context, me rules.Actor, in RequestInput) error {
	return s.InTx(ctx, func(tx *Store) error {
		t, err := tx.lockTask(ctx, me, in.TaskID, in.Version)
		if err != nil {
			return err
		}
		if !rules.MayAsk(t.Status, rules.HatsFor(me, t.Scope())) {
			return fmt.Errorf("request on task %d: %w", t.ID, rules.ErrForbidden)
		}
		zone, err := t.Zone()
		if err != nil {
			return err
		}
		today := rules.Today(in.Now, zone)
		err = rules.CheckRequest(rules.RequestDraft{Kind: in.Kind, Reason: in.Reason, Deadline: t.Deadline, Wanted: in.Wanted, Today: today, AgencyID: in.AgencyID, LeadID: deref(t.LeadID)})
		if err != nil {
			return err
		}
		if err := tx.once(ctx, me, in.FormKey, fmt.Sprintf("/tasks/%d", t.ID)); err != nil {
			return err
		}
		if err := tx.insertRequest(ctx, me, t, in, today); err != nil {
			return err
		}
		was := *t
		t.HeardAt = &in.Now
		if err := tx.saveTask(ctx, &was, t, deed{Me: me, Act: askActs[in.Kind], Note: in.Reason, Now: in.Now}); err != nil {
			return err
		}
		return tx.tell(ctx, notice{Rule: "asked", Task: t, Occasion: versionOccasion(t), To: []rules.Audience{rules.ByController}, Except: me.PersonID, Note: in.Reason, Now: in.Now})
	})
}

func (s *Store) insertRequest(ctx context.Context, me rules.Actor, t *Task, in RequestInput, today time.Time) error {
	var wanted *time.Time
	late := false
	if in.Kind == rules.Extension {
		calendars, err := s.Calendars(ctx, in.Now)
		if err != nil {
			return err
		}
		wanted, late = &in.Wanted, rules.WindowClosed(*t.Deadline, today, calendars[t.LeadCountry])
	}
	if in.Kind == rules.Transfer {
		if err := s.canLead(ctx, t, in.AgencyID); err != nil {
			return err
		}
	}
	n, err := s.exec(ctx, `
		insert into request (task_id, kind, reason, deadline, wanted, agency_id, late, asked_by, asked_at, state)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending')
		on conflict (task_id, kind) where state = 'pending' do nothing`,
		t.ID, string(in.Kind), in.Reason, t.Deadline, wanted, nullID(in.AgencyID), late, me.PersonID, in.Now)
	if err != nil {
		return fmt.Errorf("request on task %d: %w", t.ID, err)
	}
	if n == 0 {
		return fmt.Errorf("request on task %d: one waits already: %w", t.ID, rules.ErrMove)
	}
	return nil
}

// canLead makes sure that an agency may lead a task: of a side of its directive
// or joint, and not retired.
func (s *Store) canLead(ctx context.Context, t *Task, agencyID int64) error {
	var ok bool
	err := s.get(ctx, &ok, `
		select exists (select from agency where id = $1 and retired_at is null and (side = 'joint' or side = any($2)))`, agencyID, pq.Array([]string(t.Sides)))
	if err == nil && !ok {
		err = rules.Problems{{Field: "agency", Key: "form.error.lead_side"}}
	}
	return err
}
