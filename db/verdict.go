package db

import (
	"context"
	"fmt"
	"slices"
	"time"

	"amal/rules"
)

// VerdictInput is a decision on a request. A Date other than the wanted one
// grants an extension with that date.
type VerdictInput struct {
	TaskID    int64
	RequestID int64
	Grant     bool
	Date      *time.Time // nil: as wanted
	Note      string
	Now       time.Time
}

// Judge grants or refuses a request of a task. ErrStale means that it was
// decided or withdrawn meanwhile, rules.ErrForbidden that me may not decide it:
// from the second extension on a manager does.
func (s *Store) Judge(ctx context.Context, me rules.Actor, in VerdictInput) error {
	return s.InTx(ctx, func(tx *Store) error {
		t, r, err := tx.lockRequest(ctx, me, in.TaskID, in.RequestID)
		if err != nil {
			return err
		}
		if !rules.MayDecide(r.Kind, t.Status, t.Moves, rules.HatsFor(me, t.Scope())) {
			return fmt.Errorf("request %d: %w", r.ID, rules.ErrForbidden)
		}
		if !in.Grant {
			if err := rules.CheckRefusal(in.Note); err != nil {
				return err
			}
			return tx.closeRequest(ctx, me, t, r, rules.Refused, rules.ActRefuse, in)
		}
		if r.Kind == rules.Transfer {
			return tx.grantTransfer(ctx, me, t, r, in)
		}
		return tx.grantExtension(ctx, me, t, r, in)
	})
}

// TakeBackRequest withdraws a request before it is decided.
func (s *Store) TakeBackRequest(ctx context.Context, me rules.Actor, taskID, requestID int64, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		t, r, err := tx.lockRequest(ctx, me, taskID, requestID)
		if err != nil {
			return err
		}
		if !rules.HatsFor(me, t.Scope()).Has(rules.HatLead) {
			return fmt.Errorf("request %d: %w", r.ID, rules.ErrForbidden)
		}
		return tx.closeRequest(ctx, me, t, r, rules.TakenBack, rules.ActTakeBack, VerdictInput{Now: now})
	})
}

func (s *Store) lockRequest(ctx context.Context, me rules.Actor, taskID, requestID int64) (*Task, *Request, error) {
	t, sight, err := s.readTask(ctx, me, taskID, "for update of t")
	if err != nil {
		return nil, nil, err
	}
	if sight != rules.SeesAll {
		return nil, nil, fmt.Errorf("request %d: %w", requestID, ErrNotFound)
	}
	var r Request
	err = s.get(ctx, &r, `select `+requestColumns+` where r.id = $1 and r.task_id = $2`, requestID, taskID)
	if err == nil && r.State != rules.Pending {
		err = ErrStale
	}
	if err != nil {
		return nil, nil, fmt.Errorf("request %d: %w", requestID, err)
	}
	return t, &r, nil
}

// closeRequest writes the end of a request, the act in the task's history, and
// tells the lead.
func (s *Store) closeRequest(ctx context.Context, me rules.Actor, t *Task, r *Request, state rules.RequestState, act rules.Act, in VerdictInput) error {
	was := *t
	return s.endRequest(ctx, me, &was, t, r, state, act, in)
}

func (s *Store) endRequest(ctx context.Context, me rules.Actor, was, t *Task, r *Request, state rules.RequestState, act rules.Act, in VerdictInput) error {
	_, err := s.exec(ctx, `
		update request set state = $2, granted = $3, note = $4, decided_by = $5, decided_at = $6
		where id = $1`, r.ID, string(state), r.Granted, in.Note, me.PersonID, in.Now)
	if err != nil {
		return fmt.Errorf("request %d: %w", r.ID, err)
	}
	if err := s.saveTask(ctx, was, t, deed{Me: me, Act: act, Note: in.Note, Now: in.Now}); err != nil {
		return err
	}
	if state == rules.TakenBack {
		return nil
	}
	return s.tell(ctx, notice{Rule: "answered", Task: t, Occasion: versionOccasion(t), To: []rules.Audience{rules.Lead, rules.CoExecutor},
		AtOnce: true, Note: in.Note, Except: me.PersonID, Now: in.Now})
}

func (s *Store) grantExtension(ctx context.Context, me rules.Actor, t *Task, r *Request, in VerdictInput) error {
	state, day := rules.Granted, *r.Wanted
	if in.Date != nil && !in.Date.Equal(day) {
		state, day = rules.GrantedAs, *in.Date
	}
	zone, err := t.Zone()
	if err != nil {
		return err
	}
	if err := rules.CheckGrant(t.Deadline, day, rules.Today(in.Now, zone)); err != nil {
		return err
	}
	was := *t
	r.Granted = &day
	if err := t.moveDeadline(day, in.Now); err != nil {
		return err
	}
	return s.endRequest(ctx, me, &was, t, r, state, rules.ActGrant, in)
}

// moveDeadline gives an assigned task another deadline: a new occasion for all
// reminders; the original one stays.
func (t *Task) moveDeadline(day, now time.Time) error {
	zone, err := t.Zone()
	if err != nil {
		return err
	}
	t.DeadlineVersion++
	t.Moves++
	t.DeadlineRule = ""
	if t.OriginalDeadline == nil {
		t.OriginalDeadline = &day
	}
	return t.setDeadline(&day, rules.Today(now, zone))
}

func (s *Store) grantTransfer(ctx context.Context, me rules.Actor, t *Task, r *Request, in VerdictInput) error {
	was := *t
	if err := s.canLead(ctx, t, *r.AgencyID); err != nil {
		return err
	}
	var lead Agency
	if err := s.get(ctx, &lead, `select `+agencyColumns+` from agency where id = $1`, *r.AgencyID); err != nil {
		return fmt.Errorf("agency %d: %w", *r.AgencyID, err)
	}
	t.LeadID, t.LeadSide, t.LeadZone, t.LeadCountry, t.FocalID = &lead.ID, lead.Side, lead.TimeZone, lead.Country, nil
	setOn := t.DeadlineSetOn
	zone, err := t.Zone()
	if err != nil {
		return err
	}
	if err := t.setDeadline(t.Deadline, rules.Today(in.Now, zone)); err != nil {
		return err
	}
	t.DeadlineSetOn = setOn
	if _, err := s.exec(ctx, `delete from co_executor where task_id = $1 and agency_id = $2`, t.ID, lead.ID); err != nil {
		return err
	}
	t.CoExecutors = slices.DeleteFunc(slices.Clone(t.CoExecutors), func(id int64) bool { return id == lead.ID })
	if err := s.endRequest(ctx, me, &was, t, r, rules.Granted, rules.ActTransfer, in); err != nil {
		return err
	}
	return s.tellNewPeople(ctx, me, &was, t, in.Now)
}

// MoveInput is a deadline that a controller or manager moves himself.
type MoveInput struct {
	TaskID  int64
	Version int
	To      time.Time
	Reason  string
	FormKey string
	Now     time.Time
}

// MoveDeadline moves a deadline on the asker's own motion; it counts and shows
// like any other extension.
func (s *Store) MoveDeadline(ctx context.Context, me rules.Actor, in MoveInput) error {
	return s.InTx(ctx, func(tx *Store) error {
		t, err := tx.lockTask(ctx, me, in.TaskID, in.Version)
		if err != nil {
			return err
		}
		if !rules.MayDecide(rules.Extension, t.Status, t.Moves, rules.HatsFor(me, t.Scope())) {
			return fmt.Errorf("deadline of task %d: %w", t.ID, rules.ErrForbidden)
		}
		if err := rules.CheckMove(in.Reason, t.Deadline, in.To); err != nil {
			return err
		}
		if err := tx.once(ctx, me, in.FormKey, fmt.Sprintf("/tasks/%d", t.ID)); err != nil {
			return err
		}
		return tx.writeMove(ctx, me, t, in)
	})
}

func (s *Store) writeMove(ctx context.Context, me rules.Actor, t *Task, in MoveInput) error {
	_, err := s.exec(ctx, `
		insert into request (task_id, kind, reason, deadline, wanted, own_motion, asked_by, asked_at, state, granted, decided_by, decided_at)
		values ($1, 'extension', $2, $3, $4, true, $5, $6, 'granted', $4, $5, $6)`,
		t.ID, in.Reason, t.Deadline, in.To, me.PersonID, in.Now)
	if err != nil {
		return fmt.Errorf("deadline of task %d: %w", t.ID, err)
	}
	was := *t
	if err := t.moveDeadline(in.To, in.Now); err != nil {
		return err
	}
	if err := s.saveTask(ctx, &was, t, deed{Me: me, Act: rules.ActMove, Note: in.Reason, Now: in.Now}); err != nil {
		return err
	}
	return s.tell(ctx, notice{Rule: "answered", Task: t, Occasion: versionOccasion(t), To: []rules.Audience{rules.Lead, rules.CoExecutor},
		AtOnce: true, Note: in.Reason, Except: me.PersonID, Now: in.Now})
}

// undoRequest takes back what an act did to a request.
func (s *Store) undoRequest(ctx context.Context, taskID int64, last *lastAct) error {
	state, ok := rules.UndoneState(rules.Act(last.Act))
	if !ok {
		return nil
	}
	query := `update request set state = 'pending', granted = null, note = '', decided_by = null, decided_at = null
		where task_id = $1 and decided_at = $2 and not own_motion`
	if state == rules.TakenBack {
		query = `update request set state = 'withdrawn', decided_by = asked_by, decided_at = asked_at where task_id = $1 and asked_at = $2`
	}
	if _, err := s.exec(ctx, query, taskID, last.At); err != nil {
		return fmt.Errorf("request of act %d: %w", last.ID, err)
	}
	return nil
}
