package db

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// ReportInput is what the lead says of a task. Answers follow the points of
// the expected result and are needed only with rules.Finished, as is at least
// one link or a reason for none.
type ReportInput struct {
	TaskID           int64
	Version          int
	Signal           rules.Signal
	Done, Next       string
	Answers          []string
	Links            []string
	NoEvidenceReason string
	States           []rules.PointState // of the answers
	LateReason       string             // why it is late; then Next is the new plan
	FormKey          string
	Now              time.Time
}

// Report takes the lead's report: progress, or with rules.Finished the
// completion report that goes to the controller. A report on a task not yet
// received receives it first. ErrStale means the task changed after the form
// was opened, rules.Problems what is missing.
func (s *Store) Report(ctx context.Context, me rules.Actor, in ReportInput) error {
	return s.InTx(ctx, func(tx *Store) error {
		if err := tx.once(ctx, me, in.FormKey, fmt.Sprintf("/tasks/%d", in.TaskID)); err != nil {
			return err
		}
		t, err := tx.lockTask(ctx, me, in.TaskID, in.Version)
		if err != nil {
			return err
		}
		points, err := tx.taskPoints(ctx, t.ID)
		if err != nil {
			return err
		}
		draft := in.draft()
		if err := tx.get(ctx, &draft.Files, `select count(*) from file where task_id = $1 and agency_id = $2 and report_id is null`, t.ID, t.LeadID); err != nil {
			return err
		}
		if err := rules.CheckReport(draft, points); err != nil {
			return err
		}
		return tx.takeReport(ctx, me, t, in, points)
	})
}

func (in ReportInput) draft() rules.ReportDraft {
	return rules.ReportDraft{Signal: in.Signal, Done: in.Done, Next: in.Next, Answers: in.Answers,
		Links: in.Links, NoEvidenceReason: in.NoEvidenceReason, States: in.States, LateReason: in.LateReason}
}

// stateWords are the states of all points; those not given are done.
func (in ReportInput) stateWords(n int) []string {
	words := make([]string, n)
	for i := range words {
		words[i] = string(rules.PointDone)
		if i < len(in.States) && in.States[i] != "" {
			words[i] = string(in.States[i])
		}
	}
	return words
}

// SayNoChange is the one-click answer. rules.ErrNoChange means that words are
// needed by now.
func (s *Store) SayNoChange(ctx context.Context, me rules.Actor, in ActInput) error {
	return s.InTx(ctx, func(tx *Store) error {
		t, err := tx.lockTask(ctx, me, in.TaskID, in.Version)
		if err != nil {
			return err
		}
		if err := rules.CanSayNoChange(t.Status, t.NoChanges, t.Overdue(in.Now)); err != nil {
			return err
		}
		return tx.takeReport(ctx, me, t, ReportInput{TaskID: t.ID, Signal: rules.NoChange, Now: in.Now}, nil)
	})
}

var actOfSignal = map[rules.Signal]rules.Act{
	rules.UnderWay:  rules.ActReport,
	rules.NeedsHelp: rules.ActReport,
	rules.NoChange:  rules.ActNoChange,
	rules.Finished:  rules.ActSubmit,
}

// takeReport moves the task, writes the report and tells the controller.
func (s *Store) takeReport(ctx context.Context, me rules.Actor, t *Task, in ReportInput, points []string) error {
	was, act := *t, actOfSignal[in.Signal]
	if t.Status == rules.Assigned {
		if err := s.receiveFirst(ctx, me, t, in.Now); err != nil {
			return err
		}
		was = *t
	}
	if err := t.move(me, act); err != nil {
		return err
	}
	if in.LateReason != "" && was.Overdue(in.Now) {
		t.explain(in.LateReason, in.Next)
	}
	t.HeardAt, t.Signal = &in.Now, string(in.Signal)
	t.NoChanges++
	if in.Signal != rules.NoChange {
		t.NoChanges = 0
	}
	if in.Signal == rules.Finished {
		t.Submissions++
		t.SubmittedAt = &in.Now
		if err := s.setDelay(ctx, t, in.Now); err != nil {
			return err
		}
	}
	if err := s.saveReport(ctx, me, t, in, points); err != nil {
		return err
	}
	if err := s.saveTask(ctx, &was, t, deed{Me: me, Act: act, Note: in.Done, Now: in.Now}); err != nil {
		return err
	}
	return s.tellReport(ctx, me, t, in)
}

// setDelay counts the working days from the deadline to a submission, by the
// calendar as it is known now.
func (s *Store) setDelay(ctx context.Context, t *Task, now time.Time) error {
	if t.Delay = 0; t.Deadline == nil {
		return nil
	}
	calendars, err := s.Calendars(ctx, now)
	if err != nil {
		return err
	}
	zone, err := t.Zone()
	if err != nil {
		return err
	}
	t.Delay = calendars[t.LeadCountry].WorkingDaysLate(*t.Deadline, rules.Today(now, zone))
	return nil
}

// receiveFirst is the receipt that a report on an assigned task implies.
func (s *Store) receiveFirst(ctx context.Context, me rules.Actor, t *Task, now time.Time) error {
	was := *t
	if err := t.move(me, rules.ActReceive); err != nil {
		return err
	}
	t.HeardAt = &now
	return s.saveTask(ctx, &was, t, deed{Me: me, Act: rules.ActReceive, Now: now})
}

// tellReport lets the controller know of a completion report or a call for help
// in the next digest.
func (s *Store) tellReport(ctx context.Context, me rules.Actor, t *Task, in ReportInput) error {
	rule := map[rules.Signal]string{rules.Finished: "submitted", rules.NeedsHelp: "needs_help"}[in.Signal]
	if rule == "" {
		return nil
	}
	return s.tell(ctx, notice{
		Rule: rule, Task: t, Occasion: versionOccasion(t), To: []rules.Audience{rules.ByController},
		Except: me.PersonID, Now: in.Now,
	})
}

// versionOccasion makes each change of a task an occasion of its own.
func versionOccasion(t *Task) string { return fmt.Sprintf("v%d", t.Version) }

func (s *Store) saveReport(ctx context.Context, me rules.Actor, t *Task, in ReportInput, points []string) error {
	kind, submission := "progress", 0
	if in.Signal == rules.Finished {
		kind, submission = "completion", t.Submissions
	}
	id, err := s.id(ctx, `
		insert into report (task_id, kind, submission, signal, done, next, no_evidence_reason, agency_id, person_id, at, folded)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id`,
		t.ID, kind, submission, in.Signal, in.Done, in.Next, in.NoEvidenceReason, t.LeadID, me.PersonID, in.Now,
		rules.Fold(strings.Join(append([]string{in.Done, in.Next}, in.Answers...), " ")))
	if err != nil {
		return fmt.Errorf("report on task %d: %w", t.ID, err)
	}
	if in.Signal == rules.Finished {
		_, err = s.exec(ctx, `
			insert into report_point (report_id, number, expected, answer, state)
			select $1, n, e, a, s from unnest($2::text[], $3::text[], $4::text[]) with ordinality as p (e, a, s, n)`,
			id, pq.Array(points), pq.Array(in.Answers), pq.Array(in.stateWords(len(points))))
		if err != nil {
			return fmt.Errorf("points of report %d: %w", id, err)
		}
	}
	if err := s.gather(ctx, me, t, id, kind); err != nil {
		return err
	}
	_, err = s.exec(ctx, `
		insert into evidence (report_id, url) select $1, u from unnest($2::text[]) as l (u)`,
		id, pq.Array(in.Links))
	if err != nil {
		return fmt.Errorf("evidence of report %d: %w", id, err)
	}
	return nil
}

// gather takes the files that waited into a report, and into a completion
// report the co-executors' inputs; what was typed of it is no draft any more.
func (s *Store) gather(ctx context.Context, me rules.Actor, t *Task, reportID int64, kind string) error {
	queries := []string{
		`update file set report_id = $2 where task_id = $1 and agency_id = $4 and report_id is null and $3 > 0`,
		`delete from report_draft where task_id = $1 and person_id = $3 and $2 > 0 and $4 > 0`,
	}
	if kind == "completion" {
		queries = append(queries, `update contribution set report_id = $2 where task_id = $1 and report_id is null and $3 > 0 and $4 > 0`)
	}
	for _, query := range queries {
		if _, err := s.exec(ctx, query, t.ID, reportID, me.PersonID, *t.LeadID); err != nil {
			return fmt.Errorf("report %d: %w", reportID, err)
		}
	}
	return nil
}

// taskPoints returns the expected result of a task, point by point.
func (s *Store) taskPoints(ctx context.Context, taskID int64) ([]string, error) {
	var points []string
	err := s.all(ctx, &points, `select text from task_point where task_id = $1 order by number`, taskID)
	if err != nil {
		return nil, fmt.Errorf("points of task %d: %w", taskID, err)
	}
	return points, nil
}
