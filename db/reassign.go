package db

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// reassignOne gives a task to another lead agency on the asker's own motion; it
// shows like a request that was granted at once. rules.ErrMove means that the
// lead's own request waits for a decision, or that the task is closed.
func (s *Store) reassignOne(ctx context.Context, me rules.Actor, t *Task, agencyID int64, reason string, now time.Time) error {
	if !t.Status.Open() {
		return fmt.Errorf("task %d: %w", t.ID, rules.ErrMove)
	}
	if !rules.MayDecide(rules.Transfer, t.Status, t.Moves, rules.HatsFor(me, t.Scope())) {
		return fmt.Errorf("task %d: %w", t.ID, rules.ErrForbidden)
	}
	err := rules.CheckRequest(rules.RequestDraft{Kind: rules.Transfer, Reason: reason, AgencyID: agencyID, LeadID: deref(t.LeadID)})
	if err != nil {
		return err
	}
	r := &Request{TaskID: t.ID, Kind: rules.Transfer, AgencyID: &agencyID}
	err = s.get(ctx, &r.ID, `
		insert into request (task_id, kind, reason, deadline, agency_id, own_motion, asked_by, asked_at, state)
		values ($1, 'transfer', $2, $3, $4, true, $5, $6, 'pending')
		on conflict (task_id, kind) where state = 'pending' do nothing returning id`, t.ID, reason, t.Deadline, agencyID, me.PersonID, now)
	if err != nil {
		return fmt.Errorf("transfer of task %d: a request waits: %w", t.ID, rules.ErrMove)
	}
	if err := s.grantTransfer(ctx, me, t, r, VerdictInput{Note: reason, Now: now}); err != nil {
		return err
	}
	_, err = s.exec(ctx, `update request set note = '' where id = $1`, r.ID) // its reason says it
	return err
}

// undoTransfer gives a task back to the lead that it was taken from, with the
// focal point and the co-executors of then.
func (s *Store) undoTransfer(ctx context.Context, t *Task, last *lastAct) error {
	var was struct {
		Lead  []int64   `json:"lead"`
		Focal []*int64  `json:"focal_point"`
		Co    [][]int64 `json:"co_executors"`
	}
	var changes json.RawMessage
	if err := s.get(ctx, &changes, `select changes from history where id = $1`, last.ID); err != nil {
		return fmt.Errorf("act %d: %w", last.ID, err)
	}
	if err := json.Unmarshal(changes, &was); err != nil || len(was.Lead) == 0 {
		return fmt.Errorf("act %d: %w", last.ID, rules.ErrMove)
	}
	var lead Agency
	if err := s.get(ctx, &lead, `select `+agencyColumns+` from agency where id = $1`, was.Lead[0]); err != nil {
		return fmt.Errorf("agency %d: %w", was.Lead[0], err)
	}
	t.LeadID, t.LeadSide, t.LeadZone, t.LeadCountry = &lead.ID, lead.Side, lead.TimeZone, lead.Country
	if len(was.Focal) > 0 {
		t.FocalID = was.Focal[0]
	}
	if len(was.Co) == 0 {
		return nil
	}
	t.CoExecutors = was.Co[0]
	_, err := s.exec(ctx, `
		insert into co_executor (task_id, agency_id) select $1, c from unnest($2::bigint[]) as u (c)
		on conflict do nothing`, t.ID, pq.Array(was.Co[0]))
	if err != nil {
		return fmt.Errorf("co-executors of task %d: %w", t.ID, err)
	}
	return nil
}
