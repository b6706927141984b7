package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// reminderRow is one planned notice.
type reminderRow struct {
	Rule       string
	Subject    string // "" for a task
	SubjectID  int64
	Occasion   string
	To         *Recipient
	AtOnce     bool
	PlannedFor time.Time
	LocalDay   time.Time
	StepOn     time.Time // the day that the ladder says; zero: LocalDay
	Late       bool
	Note       string
}

// planRows writes planned notices in one statement. What stands there already
// under the same key stays as it is: that is what keeps a restart, a second run
// or a second server from repeating it.
func (s *Store) planRows(ctx context.Context, rows []reminderRow, now time.Time) error {
	if len(rows) == 0 {
		return nil
	}
	n := len(rows)
	rule, subject, occasion, audience, note := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	planned, day, step := make([]string, n), make([]string, n), make([]string, n)
	of, person, agency := make([]int64, n), make([]int64, n), make([]int64, n)
	once, late := make([]bool, n), make([]bool, n)
	for i, r := range rows {
		rule[i], subject[i], occasion[i], audience[i], note[i] = r.Rule, cmp.Or(r.Subject, "task"), r.Occasion, r.To.Audience, r.Note
		planned[i], day[i] = r.PlannedFor.UTC().Format(time.RFC3339Nano), r.LocalDay.Format(time.DateOnly)
		of[i], person[i], agency[i] = r.SubjectID, deref(r.To.PersonID), deref(r.To.AgencyID)
		once[i], late[i] = r.AtOnce, r.Late
		if !r.StepOn.IsZero() {
			step[i] = r.StepOn.Format(time.DateOnly)
		}
	}
	_, err := s.exec(ctx, `
		insert into reminder (rule, subject, subject_id, occasion, person_id, agency_id, audience, at_once,
			planned_for, local_day, late, note, created_at, step_on)
		select rule, subject, subject_id, occasion, nullif(person, 0), nullif(agency, 0), audience, once, planned, day, late, note, $12, cast(nullif(step, '') as date)
		from unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::boolean[],
			$8::timestamptz[], $9::date[], $10::boolean[], $11::text[], $13::text[], $14::text[])
			as r (rule, subject_id, occasion, person, agency, audience, once, planned, day, late, note, subject, step)
		on conflict (rule, subject, subject_id, occasion, recipient) do nothing`,
		pq.Array(rule), pq.Array(of), pq.Array(occasion), pq.Array(person), pq.Array(agency), pq.Array(audience),
		pq.Array(once), pq.Array(planned), pq.Array(day), pq.Array(late), pq.Array(note), now, pq.Array(subject), pq.Array(step))
	if err != nil {
		return fmt.Errorf("plan %d reminders: %w", n, err)
	}
	return nil
}

// planBatch is how many tasks one transaction plans.
const planBatch = 500

// planAtOnce is how many transactions plan at a time, once one was not enough.
const planAtOnce = 2

// PlanReminders plans the lists of the days that have begun somewhere, and what
// the ladder says for the tasks whose next step has come; it returns how many
// tasks it looked at. It is safe to run twice, at
// the same time, or late: after an outage each deadline's latest step is told
// once, marked late. While mails are held it plans nothing.
func (s *Store) PlanReminders(ctx context.Context, now time.Time) (int, error) {
	s.forgetCalendars()
	lists := s.planLists(ctx, now)
	total, err := s.planTasksDue(ctx, now)
	return total, errors.Join(lists, err)
}

// planTasksDue plans the ladder's steps, in two transactions side by side once
// one was not enough.
func (s *Store) planTasksDue(ctx context.Context, now time.Time) (int, error) {
	total, err := s.planSome(ctx, now)
	if err != nil || total < planBatch {
		return total, err
	}
	if s.tx != nil { // one connection: one after the other
		n, err := s.planRest(ctx, now)
		return total + n, err
	}
	var counts [planAtOnce]int
	var failures [planAtOnce]error
	var planners sync.WaitGroup
	for i := range planAtOnce {
		planners.Go(func() { counts[i], failures[i] = s.planRest(ctx, now) })
	}
	planners.Wait()
	for _, n := range counts {
		total += n
	}
	return total, errors.Join(failures[:]...)
}

func (s *Store) planRest(ctx context.Context, now time.Time) (int, error) {
	for total := 0; ; {
		n, err := s.planSome(ctx, now)
		total += n
		if err != nil || n < planBatch {
			return total, err
		}
	}
}

// horizon is the latest date it is anywhere on earth at now.
func horizon(now time.Time) time.Time { return rules.Date(now.UTC().Add(14 * time.Hour)) }

func (s *Store) planSome(ctx context.Context, now time.Time) (n int, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		var tasks []*Task
		err := tx.all(ctx, &tasks, `
			select `+taskColumns+`
			from task t join directive d on d.id = t.directive_id join agency a on a.id = t.lead_id
			where t.next_step_on <= $1 and `+notHeld+`
			order by t.next_step_on, t.id
			limit $2
			for update of t skip locked`, horizon(now), planBatch)
		if err != nil {
			return fmt.Errorf("tasks to remind of: %w", err)
		}
		n = len(tasks)
		if n == 0 {
			return nil
		}
		return tx.planTasks(ctx, tasks, now)
	})
	return n, err
}

func (s *Store) planTasks(ctx context.Context, tasks []*Task, now time.Time) error {
	byTask, err := s.recipientsOf(ctx, tasks, rules.Audiences, now)
	if err != nil {
		return err
	}
	calendars, err := s.Calendars(ctx, now)
	if err != nil {
		return err
	}
	mornings, _, err := s.mornings(ctx, now)
	if err != nil {
		return err
	}
	var rows []reminderRow
	ids, next := make([]int64, len(tasks)), make([]string, len(tasks))
	for i, t := range tasks {
		zone, err := t.Zone()
		if err != nil {
			return err
		}
		facts := t.facts(zone)
		rows = append(rows, stepRows(t, facts, byTask[t.ID], calendars, now)...)
		ids[i] = t.ID
		if day, ok := rules.NextStepOn(facts, append(mornings[:len(mornings):len(mornings)], byTask[t.ID].paused(calendars)...), horizon(now)); ok {
			next[i] = day.Format(time.DateOnly)
		}
	}
	if err := s.planRows(ctx, rows, now); err != nil {
		return err
	}
	_, err = s.exec(ctx, `
		update task t set next_step_on = cast(nullif(u.day, '') as date)
		from unnest($1::bigint[], $2::text[]) as u (id, day)
		where t.id = u.id`, pq.Array(ids), pq.Array(next))
	if err != nil {
		return fmt.Errorf("next steps: %w", err)
	}
	return nil
}

// stepRows are the notices of one task that have come due, for each recipient
// on a morning of his own and at his own hour. What comes after the deadline is
// planned on its day, for the next morning of who takes no mail that day.
func stepRows(t *Task, f rules.TaskFacts, all recipients, calendars Calendars, now time.Time) []reminderRow {
	var rows []reminderRow
	lastLook := t.NextStepOn.AddDate(0, 0, -1)
	for _, r := range all {
		m := r.mornings(calendars)
		for _, step := range rules.Due(f, m, lastLook, horizon(now), func(rung rules.Rung) bool { return told(rung, all, r) }) {
			row := reminderRow{Rule: step.Rule, SubjectID: t.ID, Occasion: step.Occasion, To: r, LocalDay: step.Morning, StepOn: step.Day, PlannedFor: r.slotOn(step.Morning)}
			if step.Morning.Before(rules.Today(now, r.zone)) {
				row.LocalDay, row.PlannedFor = r.nextSlot(now, m)
				tell, late := step.Missed(f, row.LocalDay)
				if !tell {
					continue
				}
				row.Late = late
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// told reports whether a recipient is told of a rung: as one of its audiences,
// and only once where he is of several.
func told(rung rules.Rung, all recipients, r *Recipient) bool {
	at := slices.Index(rung.To, rules.Audience(r.Audience))
	if at < 0 {
		return false
	}
	met := false
	for _, other := range all {
		if other == r {
			met = true
		} else if other.same(r) {
			if o := slices.Index(rung.To, rules.Audience(other.Audience)); o >= 0 && (o < at || o == at && !met) {
				return false
			}
		}
	}
	return true
}

func ladderRules() any {
	var names []string
	for _, r := range rules.Ladder {
		names = append(names, r.Rule)
	}
	return pq.Array(names)
}
