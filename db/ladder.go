package db

import (
	"context"
	"fmt"
	"slices"
	"time"

	"amal/rules"
)

// actLadder is how history calls the choice of another ladder.
const actLadder rules.Act = "ladder"

// SetLadder chooses the reminder ladder of a directive. What is planned already
// stays; the steps to come are planned anew. rules.ErrForbidden is for who does
// not control the directive.
func (s *Store) SetLadder(ctx context.Context, me rules.Actor, directiveID int64, ladder rules.LadderName, now time.Time) error {
	var p rules.Problems
	rules.OneOf(&p, "ladder", ladder, rules.LadderNames)
	if err := p.OrNil(); err != nil {
		return err
	}
	return s.InTx(ctx, func(tx *Store) error {
		d, err := tx.readDirective(ctx, me, directiveID, "for update of d")
		if err != nil {
			return err
		}
		if !rules.MaySetLadder(me, d.Scope()) {
			return fmt.Errorf("ladder of directive %d: %w", d.ID, rules.ErrForbidden)
		}
		if d.Ladder == ladder {
			return nil
		}
		if _, err := tx.exec(ctx, `update directive set ladder = $2, version = version + 1 where id = $1`, d.ID, string(ladder)); err != nil {
			return fmt.Errorf("ladder of directive %d: %w", d.ID, err)
		}
		err = tx.log(ctx, deed{Me: me, Act: actLadder, Now: now},
			entry{Subject: "directive", ID: d.ID, Old: fields{"ladder": string(d.Ladder)}, New: fields{"ladder": string(ladder)}})
		if err != nil {
			return err
		}
		return tx.planAgain(ctx, `directive_id = $2`, now, d.ID)
	})
}

// planAgain lets the planner look anew at open tasks and at those in review
// that meet a condition on $2 and further parameters; what is planned already
// keeps its key and is not repeated.
func (s *Store) planAgain(ctx context.Context, which string, now time.Time, args ...any) error {
	_, err := s.exec(ctx, `
		update task set next_step_on = $1
		where status in ('assigned', 'in_progress', 'submitted', 'returned') and (next_step_on is null or next_step_on > $1) and `+which,
		append([]any{rules.Date(now.UTC())}, args...)...)
	if err != nil {
		return fmt.Errorf("plan again: %w", err)
	}
	return nil
}

// aheadAtMost is how many coming steps a task's page shows, aheadFor how many
// days after the next one it looks.
const (
	aheadAtMost = 8
	aheadFor    = 120
)

// ahead lists what is still to be planned about a task, if nothing changes
// until then: the steps of its ladder, and the next of each list that names it.
func (s *Store) ahead(ctx context.Context, t *Task, now time.Time) ([]rules.Step, error) {
	calendars, err := s.Calendars(ctx, now)
	if err != nil {
		return nil, err
	}
	zone, err := t.Zone()
	if err != nil {
		return nil, err
	}
	facts := t.facts(zone)
	coming, err := s.stepsAhead(ctx, t, facts, calendars, now)
	coming = append(coming[:min(len(coming), aheadAtMost)], rules.ListSteps(facts, calendars[t.LeadCountry], horizon(now))...)
	slices.SortStableFunc(coming, func(a, b rules.Step) int { return a.Morning.Compare(b.Morning) })
	return coming, err
}

// stepsAhead are the steps of the ladder: on the lead's calendar, or, as soon as
// anybody has days of his own for mails, on the mornings of those whom they tell.
func (s *Store) stepsAhead(ctx context.Context, t *Task, facts rules.TaskFacts, calendars Calendars, now time.Time) ([]rules.Step, error) {
	if t.NextStepOn == nil {
		return nil, nil
	}
	all, paused, err := s.mornings(ctx, now)
	if err != nil {
		return nil, err
	}
	until := t.NextStepOn.AddDate(0, 0, aheadFor)
	if t.Deadline != nil && t.Deadline.After(until) {
		until = *t.Deadline
	}
	if paused || len(all) > len(calendars) {
		return s.aheadOfEach(ctx, t, facts, until, now)
	}
	return rules.Coming(facts, rules.Mornings{Calendar: calendars[t.LeadCountry]}, *t.NextStepOn, until, func(rules.Rung) bool { return true }), nil
}

// aheadOfEach lists the steps to come by the mornings on which they will be
// told, and to which audiences.
func (s *Store) aheadOfEach(ctx context.Context, t *Task, f rules.TaskFacts, until, now time.Time) ([]rules.Step, error) {
	byTask, err := s.recipientsOf(ctx, []*Task{t}, rules.Audiences, now)
	if err != nil {
		return nil, err
	}
	calendars, err := s.Calendars(ctx, now)
	if err != nil {
		return nil, err
	}
	var coming []rules.Step
	for _, r := range byTask[t.ID] {
		for _, step := range rules.Coming(f, r.mornings(calendars), *t.NextStepOn, until, func(rung rules.Rung) bool { return told(rung, byTask[t.ID], r) }) {
			to := rules.Audience(r.Audience)
			at := slices.IndexFunc(coming, func(c rules.Step) bool {
				return c.Rule == step.Rule && c.Occasion == step.Occasion && c.Morning.Equal(step.Morning)
			})
			if at < 0 {
				step.To = []rules.Audience{to}
				coming = append(coming, step)
			} else if !slices.Contains(coming[at].To, to) {
				coming[at].To = append(coming[at].To, to)
			}
		}
	}
	slices.SortStableFunc(coming, func(a, b rules.Step) int { return a.Morning.Compare(b.Morning) })
	return coming, nil
}
