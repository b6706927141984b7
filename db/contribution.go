package db

import (
	"context"
	"fmt"
	"time"

	"amal/rules"
)

// Contribution is what a co-executor gives for the lead's report.
type Contribution struct {
	AgencyID   int64 `db:"agency_id"`
	Text       string
	PersonName string `db:"person_name"`
	At         time.Time
}

// ContributionInput is what a co-executor writes; it replaces what its agency
// wrote before and the lead has not reported yet.
type ContributionInput struct {
	TaskID int64
	Text   string
	Now    time.Time
}

// ActContribute is a co-executor's word for the lead's report.
const actContribute rules.Act = "contribute"

// Contribute takes a co-executor's input to an open task and tells the lead.
// rules.ErrForbidden is for who does not contribute to it.
func (s *Store) Contribute(ctx context.Context, me rules.Actor, in ContributionInput) error {
	var p rules.Problems
	p.Text("contribution", in.Text, true, rules.MaxText)
	if err := p.OrNil(); err != nil {
		return err
	}
	return s.InTx(ctx, func(tx *Store) error {
		t, err := tx.lockTask(ctx, me, in.TaskID, 0)
		if err != nil {
			return err
		}
		agency := rules.ContributesAs(me, t.Scope())
		if agency == 0 {
			return fmt.Errorf("task %d: %w", t.ID, rules.ErrForbidden)
		}
		if !t.Status.Open() {
			return fmt.Errorf("task %d: %w", t.ID, rules.ErrMove)
		}
		_, err = tx.exec(ctx, `
			insert into contribution (task_id, agency_id, text, person_id, at) values ($1, $2, $3, $4, $5)
			on conflict (task_id, agency_id) where report_id is null do update set text = excluded.text, person_id = excluded.person_id, at = excluded.at`,
			t.ID, agency, in.Text, me.PersonID, in.Now)
		if err != nil {
			return fmt.Errorf("contribution to task %d: %w", t.ID, err)
		}
		was := *t
		if err := tx.saveTask(ctx, &was, t, deed{Me: me, Act: actContribute, Note: in.Text, Now: in.Now}); err != nil {
			return err
		}
		return tx.tell(ctx, notice{Rule: "contributed", Task: t, Occasion: versionOccasion(t), To: []rules.Audience{rules.Lead}, Except: me.PersonID, Now: in.Now})
	})
}

// gaveNothing is the condition that co-executor e of a task gave nothing since a
// report of it was last accepted; what a returned report holds was given.
const gaveNothing = `not exists (select from contribution c where c.task_id = e.task_id and c.agency_id = e.agency_id and c.report_id is null)
	and not exists (select from report g join contribution c on c.report_id = g.id where g.task_id = e.task_id and c.agency_id = e.agency_id
		and g.id > (select coalesce(max(x.id), 0) from report x where x.task_id = e.task_id and x.decision = 'accepted' and x.undone_at is null))`

// fillInputs reads what co-executors gave for a task's next report, and who gave
// nothing for it or for the one that waits for a decision.
func (s *Store) fillInputs(ctx context.Context, page *TaskPage) error {
	err := s.all(ctx, &page.Inputs, `
		select c.agency_id, c.text, p.name as person_name, c.at from contribution c join person p on p.id = c.person_id
		where c.task_id = $1 and c.report_id is null order by c.id`, page.ID)
	if err != nil {
		return fmt.Errorf("contributions to task %d: %w", page.ID, err)
	}
	err = s.all(ctx, &page.Missing, `select e.agency_id from co_executor e where e.task_id = $1 and `+gaveNothing+` order by e.agency_id`, page.ID)
	if err != nil {
		return fmt.Errorf("contributions to task %d: %w", page.ID, err)
	}
	for i := range page.Reports {
		if r := &page.Reports[i]; page.Status == rules.Submitted && r.Kind == "completion" && r.Submission == page.Submissions {
			r.Missing = page.Missing
		}
	}
	return nil
}

// fillReview reads what stands around a task's reports: review, files, inputs
// and the asker's draft.
func (s *Store) fillReview(ctx context.Context, me rules.Actor, page *TaskPage) (err error) {
	if page.Review, err = s.reviewOf(ctx, &page.Task); err != nil {
		return err
	}
	if page.Files, err = s.files(ctx, me, &page.Task, page.Hats); err != nil {
		return err
	}
	for i := range page.Reports {
		for _, f := range page.Files {
			if deref(f.ReportID) == page.Reports[i].ID {
				page.Reports[i].Files = append(page.Reports[i].Files, f)
			}
		}
	}
	if err := s.fillInputs(ctx, page); err != nil {
		return err
	}
	if page.Period != rules.Once {
		if page.Cycles, err = s.cycles(ctx, page.ID); err != nil {
			return err
		}
	}
	if page.MergedInto != nil {
		if other, _, err := s.Task(ctx, me, *page.MergedInto); err == nil {
			page.MergedRef = other.Ref()
		}
	}
	page.Draft, err = s.Draft(ctx, me, page.ID)
	return err
}

// maxDraft is how long a kept draft can be, in bytes (schema.sql).
const maxDraft = 1_000_000

// KeepDraft keeps what me has typed of a report, url-encoded, until it is sent.
func (s *Store) KeepDraft(ctx context.Context, me rules.Actor, taskID int64, typed string, now time.Time) error {
	t, _, err := s.Task(ctx, me, taskID)
	if err != nil {
		return err
	}
	if !rules.HatsFor(me, t.Scope()).Has(rules.HatLead) || !t.Status.Open() {
		return fmt.Errorf("draft for task %d: %w", taskID, rules.ErrForbidden)
	}
	if len(typed) > maxDraft {
		return rules.Problems{{Field: "done", Key: "form.error.too_long", Max: rules.MaxText}}
	}
	_, err = s.exec(ctx, `
		insert into report_draft (task_id, person_id, fields, at) values ($1, $2, $3, $4)
		on conflict (task_id, person_id) do update set fields = excluded.fields, at = excluded.at`, taskID, me.PersonID, typed, now)
	if err != nil {
		return fmt.Errorf("draft for task %d: %w", taskID, err)
	}
	return nil
}

// Draft returns what me has typed of a report and not sent, "" for nothing.
func (s *Store) Draft(ctx context.Context, me rules.Actor, taskID int64) (string, error) {
	var typed string
	err := s.get(ctx, &typed, `select coalesce((select fields from report_draft where task_id = $1 and person_id = $2), '')`, taskID, me.PersonID)
	if err != nil {
		return "", fmt.Errorf("draft for task %d: %w", taskID, err)
	}
	return typed, nil
}
