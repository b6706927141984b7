package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// TaskPage is a task with all that its page shows to me. Of an outline
// (Sight rules.SeesOutline) only Task, Directive, Passage and Tree are filled.
type TaskPage struct {
	Task
	Sight     rules.Sight
	Hats      rules.Hats
	Voice     bool   // may ask and answer
	Undo      string // the act that me can still take back, "" for none
	Directive TaskDirective
	Passage   *Passage // nil: oral
	Points    []string
	Reports   []TaskReport
	Notes     []Note
	Requests  []Request
	Ahead     []rules.Step // of the reminder ladder, not planned yet, each on the Morning of its mail
	Review    ReviewOf
	Files     []File
	Cycles    []Cycle        // due days of a periodic task that are over
	MergedRef string         // number of the task that took its place
	Inputs    []Contribution // of co-executors, that wait for the lead's report
	Missing   []int64        // co-executors that gave nothing for the next report, or the one that waits
	Draft     string         // url-encoded fields of me's unsent report, "" for none
	History   []HistoryLine
	Tree      []TreeTask // every task of the directive that me may know of
	FocalName string     // of the focal point named, ""
	SeenAt    time.Time  // me's last look before this one, zero for none
}

// TaskDirective is what a task's page tells of the directive above it.
type TaskDirective struct {
	ID             int64
	Title          string
	Strength       string
	OralBy         string    `db:"oral_by"`
	PassageID      *int64    `db:"passage_id"`
	MeetingID      int64     `db:"meeting_id"`
	MeetingTitle   string    `db:"meeting_title"`
	MeetingPlace   string    `db:"meeting_place"`
	HeldOn         time.Time `db:"held_on"`
	ControllerName string    `db:"controller_name"`
}

// TreeTask is a task in the tree of its directive: title, lead, status, dates.
type TreeTask struct {
	Task
	Depth int
}

// TaskReport is a report with its answers and evidence.
type TaskReport struct {
	ID               int64
	Kind             string
	Submission       int
	Signal           string
	Done             string
	Next             string
	NoEvidenceReason string `db:"no_evidence_reason"`
	AgencyID         int64  `db:"agency_id"`
	PersonName       string `db:"person_name"`
	At               time.Time
	Decision         string
	DecisionNote     string         `db:"decision_note"`
	DecidedBy        string         `db:"decided_by"`
	DecidedAt        *time.Time     `db:"decided_at"`
	Expected         pq.StringArray `db:"expected"`
	Answers          pq.StringArray `db:"answers"`
	Links            pq.StringArray `db:"links"`
	States           pq.StringArray `db:"states"`
	Inputs           pq.StringArray `db:"inputs"` // of co-executors, with their agency's id before a tab
	Missing          pq.Int64Array  // co-executors that gave nothing; only reports that wait know it
	Files            []File         `db:"-"`
	ReviewDays       int            `db:"review_days"` // only reports that wait know it
}

// TaskPage reads a task's page. ErrNotFound where me may not see the task.
func (s *Store) TaskPage(ctx context.Context, me rules.Actor, id int64, now time.Time) (*TaskPage, error) {
	t, sight, err := s.Task(ctx, me, id)
	if err != nil {
		return nil, err
	}
	page := &TaskPage{Task: *t, Sight: sight, Hats: rules.HatsFor(me, t.Scope())}
	_, page.Voice = rules.VoiceOf(me, t.Scope())
	page.Voice = page.Voice && sight == rules.SeesAll && t.Status != rules.Draft
	if err := s.fillOutline(ctx, me, page); err != nil {
		return nil, err
	}
	if sight == rules.SeesOutline { // of the other side: what it shares
		page.Notes, err = s.notes(ctx, me, t.ID)
		return page, err
	}
	return page, s.fillTaskPage(ctx, me, page, now)
}

func (s *Store) fillOutline(ctx context.Context, me rules.Actor, page *TaskPage) (err error) {
	if err := s.get(ctx, &page.Directive, `
		select d.id, d.title, d.strength, d.oral_by, d.passage_id, d.meeting_id,
			m.title as meeting_title, m.place as meeting_place, m.held_on, coalesce(p.name, '') as controller_name
		from directive d
		join meeting m on m.id = d.meeting_id
		left join person p on p.id = d.controller_id
		where d.id = $1`, page.DirectiveID); err != nil {
		return fmt.Errorf("directive of task %d: %w", page.ID, err)
	}
	if id := page.Directive.PassageID; id != nil {
		if page.Passage, err = s.passage(ctx, *id); err != nil {
			return err
		}
	}
	page.Tree, err = s.taskTree(ctx, me, page.DirectiveID)
	return err
}

func (s *Store) fillTaskPage(ctx context.Context, me rules.Actor, page *TaskPage, now time.Time) (err error) {
	if page.Points, err = s.taskPoints(ctx, page.ID); err != nil {
		return err
	}
	if page.Reports, err = s.reports(ctx, page.ID); err != nil {
		return err
	}
	if page.Notes, err = s.notes(ctx, me, page.ID); err != nil {
		return err
	}
	if page.Requests, err = s.requests(ctx, page.ID); err != nil {
		return err
	}
	if page.Ahead, err = s.ahead(ctx, &page.Task, now); err != nil {
		return err
	}
	if err := s.fillReview(ctx, me, page); err != nil {
		return err
	}
	if page.History, err = s.history(ctx, "task", page.ID, 200); err != nil {
		return err
	}
	if page.FocalID != nil {
		if err := s.get(ctx, &page.FocalName, `select name from person where id = $1`, *page.FocalID); err != nil {
			return err
		}
	}
	if last, err := s.lastAct(ctx, page.ID); err == nil && last.mayUndo(me, now) == nil {
		page.Undo = last.Act
	}
	page.SeenAt, err = s.look(ctx, me, page.ID, now)
	return err
}

// look notes that me looks at a task now and returns when he last did.
func (s *Store) look(ctx context.Context, me rules.Actor, taskID int64, now time.Time) (time.Time, error) {
	var before time.Time
	err := s.get(ctx, &before, `
		with earlier as (select at from visit where person_id = $1 and task_id = $2),
		now as (
			insert into visit (person_id, task_id, at) values ($1, $2, $3)
			on conflict (person_id, task_id) do update set at = excluded.at
		)
		select coalesce((select at from earlier), 'epoch')`, me.PersonID, taskID, now)
	if err != nil {
		return before, fmt.Errorf("visit of task %d: %w", taskID, err)
	}
	return before, nil
}

// reportColumns are TaskReport's columns and where they come from.
const reportColumns = `
	r.id, r.kind, r.submission, r.signal, r.done, r.next, r.no_evidence_reason, r.agency_id,
	p.name as person_name, r.at, r.decision, r.decision_note, coalesce(b.name, '') as decided_by, r.decided_at,
	array(select expected from report_point where report_id = r.id order by number) as expected,
	array(select answer from report_point where report_id = r.id order by number) as answers,
	array(select url from evidence where report_id = r.id order by id) as links,
	array(select state from report_point where report_id = r.id order by number) as states,
	array(select c.agency_id || E'\t' || c.text from contribution c where c.report_id = r.id order by c.id) as inputs
	from report r
	join person p on p.id = r.person_id
	left join person b on b.id = r.decided_by`

// reports lists a task's reports with answers and evidence, the newest first.
func (s *Store) reports(ctx context.Context, taskID int64) ([]TaskReport, error) {
	var reports []TaskReport
	err := s.all(ctx, &reports, `
		select `+reportColumns+`
		where r.task_id = $1 and r.undone_at is null
		order by r.id desc
		limit 200`, taskID)
	if err != nil {
		return nil, fmt.Errorf("reports on task %d: %w", taskID, err)
	}
	return reports, nil
}

// taskTree lists a directive's tasks as a tree in reading order. Somebody who
// sees one task of it knows title, lead, status and dates of the others; drafts
// are for the register only.
func (s *Store) taskTree(ctx context.Context, me rules.Actor, directiveID int64) ([]TreeTask, error) {
	var tasks []TreeTask
	err := s.all(ctx, &tasks, `
		with recursive tree as (
			select t.id, 0 as depth, array[coalesce(t.number, 2147483647), t.id] as path
			from task t where t.directive_id = $1 and t.parent_id is null
			union all
			select t.id, tree.depth + 1, tree.path || array[coalesce(t.number, 2147483647), t.id]
			from task t join tree on t.parent_id = tree.id
		)
		select `+taskColumns+`, tree.depth
		from tree
		join task t on t.id = tree.id
		join directive d on d.id = t.directive_id
		left join agency a on a.id = t.lead_id
		where t.status <> 'draft' or $2
		order by tree.path`, directiveID, len(me.RegisterSides()) > 0)
	if err != nil {
		return nil, fmt.Errorf("tasks of directive %d: %w", directiveID, err)
	}
	return tasks, nil
}
