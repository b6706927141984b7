package db

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// TaskInput is what somebody types of a task. ID 0 is a new draft under
// DirectiveID. DeadlineRule is ” for a typed date.
type TaskInput struct {
	ID               int64
	Version          int
	DirectiveID      int64
	ParentID         int64
	Milestone        bool
	Period           rules.Period
	Title            string
	Points           []string
	LeadID           int64
	FocalID          int64
	CoExecutors      []int64
	Deadline         *time.Time
	DeadlineRule     string
	DeadlineWording  string
	NoDeadlineReason string
	Note             string // why an assigned task is changed
	FormKey          string
	Now              time.Time
}

func (in TaskInput) check(d *Directive, lead *Agency) error {
	draft := rules.TaskDraft{
		Title: in.Title, Points: in.Points, DirectiveSides: sidesOf(d.Sides), CoExecutors: in.CoExecutors,
		HasDeadline: in.Deadline != nil, DeadlineRule: in.DeadlineRule, DeadlineWording: in.DeadlineWording,
		NoDeadlineReason: in.NoDeadlineReason, ControllerID: deref(d.ControllerID), FocalID: in.FocalID, Period: in.Period,
	}
	if lead != nil {
		draft.LeadID, draft.LeadSide = lead.ID, rules.Side(lead.Side)
	}
	return rules.CheckTask(draft)
}

// AddTask writes a draft task under a directive of me's register and returns
// its id.
func (s *Store) AddTask(ctx context.Context, me rules.Actor, in TaskInput) (id int64, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		d, err := tx.readDirective(ctx, me, in.DirectiveID, "for update of d")
		if err != nil {
			return err
		}
		if _, err := tx.checkTaskInput(ctx, d, in); err != nil {
			return err
		}
		id, err = tx.id(ctx, `
			insert into task (directive_id, parent_id, milestone, title, lead_id, focal_id, status, deadline,
				deadline_rule, deadline_wording, no_deadline_reason, created_by, created_at, changed_by, changed_at, folded, period)
			values ($1, $2, $3, $4, $5, $6, 'draft', $7, $8, $9, $10, $11, $12, $11, $12, $13, $14) returning id`,
			d.ID, nullID(in.ParentID), in.Milestone, in.Title, nullID(in.LeadID), nullID(in.FocalID), in.Deadline,
			in.DeadlineRule, in.DeadlineWording, in.NoDeadlineReason, me.PersonID, in.Now, rules.Fold(in.Title), string(in.Period))
		if err != nil {
			return fmt.Errorf("new task: %w", err)
		}
		if err := tx.once(ctx, me, in.FormKey, fmt.Sprintf("/directives/%d", d.ID)); err != nil {
			return err
		}
		if err := tx.addPoints(ctx, "task", id, in.Points); err != nil {
			return err
		}
		if err := tx.addCoExecutors(ctx, id, in); err != nil {
			return err
		}
		return tx.log(ctx, deed{Me: me, Act: "add", Now: in.Now},
			entry{Subject: "task", ID: id, New: fields{"title": in.Title, "lead": nullID(in.LeadID), "deadline": dateWord(in.Deadline)}})
	})
	return id, err
}

// checkTaskInput asks rules about a task form, and checks that its parent is a
// task of the same directive and not below it, and that the focal point is of
// the lead agency. It returns the lead.
func (s *Store) checkTaskInput(ctx context.Context, d *Directive, in TaskInput) (*Agency, error) {
	var lead *Agency
	if in.LeadID != 0 {
		lead = &Agency{}
		if err := s.get(ctx, lead, `select `+agencyColumns+` from agency where id = $1`, in.LeadID); err != nil {
			return nil, fmt.Errorf("lead %d: %w", in.LeadID, err)
		}
	}
	if err := in.check(d, lead); err != nil {
		return nil, err
	}
	var p rules.Problems
	ok, err := s.goodParent(ctx, d.ID, in)
	if err != nil {
		return nil, err
	}
	if !ok {
		p.Add("parent", "form.error.choose")
	}
	if ok, err = s.goodPeople(ctx, in); err != nil {
		return nil, err
	}
	if !ok {
		p.Add("focal", "form.error.focal")
	}
	return lead, p.OrNil()
}

// goodParent reports whether the parent is a task of the directive and not the
// task itself or one below it.
func (s *Store) goodParent(ctx context.Context, directiveID int64, in TaskInput) (ok bool, err error) {
	if in.ParentID == 0 {
		return true, nil
	}
	err = s.get(ctx, &ok, `
		with recursive below as (
			select id from task where id = $3
			union
			select t.id from task t join below on t.parent_id = below.id
		)
		select exists (select from task where id = $1 and directive_id = $2) and $1 not in (select id from below)`,
		in.ParentID, directiveID, in.ID)
	return ok, err
}

// goodPeople reports whether the focal point is an active one of the lead and
// every co-executor is an agency.
func (s *Store) goodPeople(ctx context.Context, in TaskInput) (ok bool, err error) {
	if in.FocalID == 0 && len(in.CoExecutors) == 0 {
		return true, nil
	}
	err = s.get(ctx, &ok, `
		select (cast($1 as bigint) = 0 or exists (
				select from member m join person p on p.id = m.person_id
				where m.person_id = $1 and m.agency_id = $2 and m.role = 'focal' and p.disabled_at is null))
			and (select count(*) from agency where id = any($3)) = coalesce(cardinality($3::bigint[]), 0)`,
		in.FocalID, in.LeadID, pq.Array(in.CoExecutors))
	return ok, err
}

// saveTaskParts replaces a task's points and co-executors.
func (s *Store) saveTaskParts(ctx context.Context, id int64, in TaskInput) error {
	if err := s.savePoints(ctx, "task", id, in.Points); err != nil {
		return err
	}
	if _, err := s.exec(ctx, `delete from co_executor where task_id = $1`, id); err != nil {
		return err
	}
	return s.addCoExecutors(ctx, id, in)
}

func (s *Store) addCoExecutors(ctx context.Context, id int64, in TaskInput) error {
	if len(in.CoExecutors) == 0 {
		return nil
	}
	_, err := s.exec(ctx, `
		insert into co_executor (task_id, agency_id) select $1, c from unnest($2::bigint[]) as u (c)
		on conflict do nothing`, id, pq.Array(in.CoExecutors))
	if err != nil {
		return fmt.Errorf("co-executors of task %d: %w", id, err)
	}
	return nil
}

// ChangeTask changes a task's text, people and place in the tree; of a draft
// also its deadline. The deadline of an assigned task is not changed here.
// ErrStale means it changed after the form was opened, rules.ErrForbidden that
// me does not write tasks.
func (s *Store) ChangeTask(ctx context.Context, me rules.Actor, in TaskInput) error {
	return s.InTx(ctx, func(tx *Store) error {
		t, err := tx.lockTask(ctx, me, in.ID, in.Version)
		if err != nil {
			return err
		}
		if !rules.MayEdit(t.Status, rules.HatsFor(me, t.Scope())) {
			return fmt.Errorf("task %d: %w", t.ID, rules.ErrForbidden)
		}
		d, err := tx.readDirective(ctx, me, t.DirectiveID, "")
		if err != nil {
			return err
		}
		if t.Status != rules.Draft {
			in.Deadline, in.DeadlineRule = t.Deadline, t.DeadlineRule
			in.DeadlineWording, in.NoDeadlineReason = t.DeadlineWording, t.NoDeadlineReason
		}
		lead, err := tx.checkTaskInput(ctx, d, in)
		if err != nil {
			return err
		}
		return tx.writeTask(ctx, me, t, in, lead)
	})
}

func (s *Store) writeTask(ctx context.Context, me rules.Actor, t *Task, in TaskInput, lead *Agency) (err error) {
	if t.points, err = s.taskPoints(ctx, t.ID); err != nil {
		return err
	}
	was := *t
	t.Title, t.Milestone, t.Period = in.Title, in.Milestone, in.Period
	if t.Anchor = nil; t.Period != rules.Once {
		t.Anchor = anchorOf(&was, in)
	}
	t.ParentID, t.FocalID = nullID(in.ParentID), nullID(in.FocalID)
	t.LeadID, t.LeadSide, t.LeadZone, t.LeadCountry = &lead.ID, lead.Side, lead.TimeZone, lead.Country
	t.DeadlineRule, t.DeadlineWording, t.NoDeadlineReason = in.DeadlineRule, in.DeadlineWording, in.NoDeadlineReason
	t.CoExecutors, t.points = in.CoExecutors, in.Points
	zone, err := t.Zone()
	if err != nil {
		return err
	}
	setOn := t.DeadlineSetOn
	if err := t.setDeadline(in.Deadline, rules.Today(in.Now, zone)); err != nil {
		return err
	}
	if t.Status == rules.Draft {
		t.OverdueAt = nil
	} else {
		t.DeadlineSetOn = setOn
	}
	if err := s.saveTaskParts(ctx, t.ID, in); err != nil {
		return err
	}
	if err := s.saveTask(ctx, &was, t, deed{Me: me, Act: rules.ActEdit, Note: in.Note, Now: in.Now}); err != nil {
		return err
	}
	return s.tellNewPeople(ctx, me, &was, t, in.Now)
}

// anchorOf is where a periodic task's cycles count from: where they did, else
// the present deadline.
func anchorOf(was *Task, in TaskInput) *time.Time {
	if was.Period == in.Period && was.Anchor != nil {
		return was.Anchor
	}
	return in.Deadline
}

// tellNewPeople tells those to whom an assigned task came by a change, and who
// led it before that he does no more; what else was planned for those who lost
// it is dropped when it comes to be sent.
func (s *Store) tellNewPeople(ctx context.Context, me rules.Actor, was, t *Task, now time.Time) error {
	same := deref(was.LeadID) == deref(t.LeadID) && deref(was.FocalID) == deref(t.FocalID) &&
		slices.Equal(was.CoExecutors, t.CoExecutors)
	if same || !t.Status.Open() {
		return nil
	}
	if was.LeadID != nil && deref(was.LeadID) != deref(t.LeadID) {
		err := s.tell(ctx, notice{Rule: rules.RulePassedOn, Task: t, Occasion: versionOccasion(t), To: []rules.Audience{rules.FormerLead}, AtOnce: true, Except: me.PersonID, Now: now})
		if err != nil {
			return err
		}
	}
	return s.tell(ctx, notice{
		Rule: "assigned", Task: t, Occasion: versionOccasion(t), To: []rules.Audience{rules.Lead, rules.CoExecutor},
		AtOnce: true, Except: me.PersonID, Now: now,
	})
}
