package db

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// notice is what an act has to tell, and to whom. Persons are told besides the
// audiences; Except, who acted, is not told of his own deed.
type notice struct {
	Rule     string
	Task     *Task
	Occasion string
	To       []rules.Audience
	AtOnce   bool
	Note     string
	Except   int64
	// OwnSideOf is an agency beyond whose side nobody is told, 0 for none.
	OwnSideOf int64
	Now       time.Time
}

// tell plans a notice for each recipient, in the transaction of the act: at
// once, after the seconds in which it can be undone, or with the recipient's
// next daily mail, as everything of who pauses his mails. What is already planned under the same key stays.
func (s *Store) tell(ctx context.Context, n notice) error {
	recipients, err := s.recipientsOf(ctx, []*Task{n.Task}, n.To, n.Now)
	if err != nil {
		return err
	}
	calendars, err := s.Calendars(ctx, n.Now)
	if err != nil {
		return err
	}
	told, err := s.onSideOf(ctx, n.OwnSideOf, recipients[n.Task.ID].of(n.To))
	if err != nil {
		return err
	}
	var rows []reminderRow
	for _, r := range told {
		if r.PersonID != nil && *r.PersonID == n.Except {
			continue
		}
		today := rules.Today(n.Now, r.zone)
		row := reminderRow{Rule: n.Rule, SubjectID: n.Task.ID, Occasion: n.Occasion, To: r, AtOnce: n.AtOnce && !r.Pause().Covers(today), StepOn: today, Note: n.Note}
		if row.AtOnce {
			row.PlannedFor = n.Now.Add(rules.UndoFor)
			row.LocalDay = rules.Today(row.PlannedFor, r.zone)
		} else {
			row.LocalDay, row.PlannedFor = r.nextSlot(n.Now, r.mornings(calendars))
		}
		rows = append(rows, row)
	}
	return s.planRows(ctx, rows, n.Now)
}

// untell drops the notices that an act planned, as long as they wait.
func (s *Store) untell(ctx context.Context, taskID int64, since time.Time) error {
	_, err := s.exec(ctx, `
		update reminder set state = 'skipped', reason = $3
		where subject = 'task' and subject_id = $1 and created_at >= $2 and state = 'planned'
			and rule not in (select unnest($4::text[]))`,
		taskID, since, rules.SkippedUndone, ladderRules())
	if err != nil {
		return fmt.Errorf("notices of task %d: %w", taskID, err)
	}
	return nil
}

// onSideOf leaves the people of an agency's side and of joint agencies; all
// where there is none.
func (s *Store) onSideOf(ctx context.Context, agencyID int64, all recipients) (recipients, error) {
	if agencyID == 0 {
		return all, nil
	}
	var people []int64
	err := s.all(ctx, &people, `
		select distinct m.person_id
		from member m join agency g on g.id = m.agency_id join agency own on own.id = $1
		where m.person_id = any($2) and (g.side in (own.side, 'joint') or own.side = 'joint')`, agencyID, pq.Array(all.people()))
	if err != nil {
		return nil, fmt.Errorf("people on the side of agency %d: %w", agencyID, err)
	}
	return slices.DeleteFunc(all, func(r *Recipient) bool { return !slices.Contains(people, deref(r.PersonID)) }), nil
}

// people are the ids of those recipients who are persons.
func (rs recipients) people() []int64 {
	ids := []int64{}
	for _, r := range rs {
		if r.PersonID != nil && !slices.Contains(ids, *r.PersonID) {
			ids = append(ids, *r.PersonID)
		}
	}
	return ids
}
