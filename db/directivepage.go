package db

import (
	"context"
	"fmt"
	"slices"

	"github.com/lib/pq"

	"amal/rules"
)

// DirectivePage is a directive with all that its page shows to me.
type DirectivePage struct {
	Directive
	Passage *Passage // nil: oral
	Points  []string
	Tree    []TreeTask
	Latest  []DirectiveReport // of the tasks that me sees fully, the newest first
	History []HistoryLine     // for the register only
	Chain   []Statement       // who said the same before and after, by date
	Related []Related
}

// DirectiveReport is a report in a directive's list.
type DirectiveReport struct {
	TaskReport
	TaskID    int64
	TaskRef   string
	TaskTitle string
}

// latestReports is how many reports a directive's page shows.
const latestReports = 20

// DirectivePage reads a directive's page. ErrNotFound where me may not see it.
func (s *Store) DirectivePage(ctx context.Context, me rules.Actor, id int64) (*DirectivePage, error) {
	d, err := s.Directive(ctx, me, id)
	if err != nil {
		return nil, err
	}
	page := &DirectivePage{Directive: *d}
	if d.PassageID != nil {
		if page.Passage, err = s.passage(ctx, *d.PassageID); err != nil {
			return nil, err
		}
	}
	if page.Points, err = s.directivePoints(ctx, id); err != nil {
		return nil, err
	}
	if page.Tree, err = s.taskTree(ctx, me, id); err != nil {
		return nil, err
	}
	if page.Latest, err = s.directiveReports(ctx, me, page.Tree); err != nil {
		return nil, err
	}
	if page.Chain, err = s.chain(ctx, me, id); err != nil {
		return nil, err
	}
	if page.Related, err = s.related(ctx, me, id); err != nil {
		return nil, err
	}
	if len(me.RegisterSides()) > 0 {
		page.History, err = s.history(ctx, "directive", id, 100)
	}
	return page, err
}

// directiveReports lists the latest reports of the tasks that me sees fully.
func (s *Store) directiveReports(ctx context.Context, me rules.Actor, tree []TreeTask) ([]DirectiveReport, error) {
	tasks := map[int64]*TreeTask{}
	ids := []int64{}
	for i := range tree {
		if t := &tree[i]; rules.SightOf(me, t.Scope()) == rules.SeesAll {
			tasks[t.ID] = t
			ids = append(ids, t.ID)
		}
	}
	var rows []struct {
		TaskReport
		TaskID int64 `db:"task_id"`
	}
	err := s.all(ctx, &rows, `select r.task_id, `+reportColumns+`
		where r.task_id = any($1) and r.undone_at is null
		order by r.id desc limit $2`, pq.Array(ids), latestReports)
	if err != nil {
		return nil, fmt.Errorf("reports of a directive: %w", err)
	}
	var latest []DirectiveReport
	for _, r := range rows {
		t := tasks[r.TaskID]
		latest = append(latest, DirectiveReport{TaskReport: r.TaskReport, TaskID: t.ID, TaskRef: t.Ref(), TaskTitle: t.Title})
	}
	return latest, nil
}

// resides keeps open_count true when the sides of a directive change: its tasks
// count under their directive's sides.
func (s *Store) resides(ctx context.Context, was *Directive, in DirectiveInput) error {
	if slices.Equal([]string(was.Sides), in.Sides) {
		return nil
	}
	var tasks []Task
	err := s.all(ctx, &tasks, `
		select `+taskColumns+`
		from task t join directive d on d.id = t.directive_id left join agency a on a.id = t.lead_id
		where t.directive_id = $1
		order by t.id
		for update of t`, was.ID)
	if err != nil {
		return fmt.Errorf("tasks of directive %d: %w", was.ID, err)
	}
	return s.CountedTogether(ctx, func(tx *Store) error {
		for _, t := range tasks {
			now := t
			now.Sides = in.Sides
			if err := tx.recount(ctx, &t, &now); err != nil {
				return err
			}
		}
		return nil
	})
}

// PersonName is somebody to choose from.
type PersonName struct {
	ID       int64
	Name     string
	AgencyID int64 `db:"agency_id"`
}

// Controllers lists who can control a directive of the sides: controllers and
// managers of one of them or of a joint agency, active ones, by name.
func (s *Store) Controllers(ctx context.Context, me rules.Actor, sides []string) ([]PersonName, error) {
	var people []PersonName
	err := s.all(ctx, &people, `
		select distinct on (p.name, p.id) p.id, p.name, m.agency_id
		from member m join person p on p.id = m.person_id join agency a on a.id = m.agency_id
		where m.role in ('controller', 'manager') and p.disabled_at is null and (a.side = 'joint' or a.side = any($1))
		order by p.name, p.id`, pq.Array(sides))
	if err != nil {
		return nil, fmt.Errorf("controllers for person %d: %w", me.PersonID, err)
	}
	return people, nil
}

// LatestController returns who controls the latest directive of a meeting, 0
// where it has none. Callers check before that the asker may see the meeting.
func (s *Store) LatestController(ctx context.Context, meetingID int64) (int64, error) {
	var id int64
	err := s.get(ctx, &id, `select coalesce((select controller_id from directive where meeting_id = $1 order by id desc limit 1), 0)`, meetingID)
	if err != nil {
		return 0, fmt.Errorf("controller of meeting %d: %w", meetingID, err)
	}
	return id, nil
}

// ActivePeople lists everybody who is not disabled, by name, for choosing one;
// for administrators.
func (s *Store) ActivePeople(ctx context.Context) ([]PersonName, error) {
	var people []PersonName
	err := s.all(ctx, &people, `select id, name, cast(0 as bigint) as agency_id from person where disabled_at is null order by name, id limit 2000`)
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	return people, nil
}

// FocalPoints lists the active focal points by agency, for choosing one.
func (s *Store) FocalPoints(ctx context.Context) ([]PersonName, error) {
	var people []PersonName
	err := s.all(ctx, &people, `
		select p.id, p.name, m.agency_id
		from member m join person p on p.id = m.person_id
		where m.role = 'focal' and p.disabled_at is null
		order by p.name, p.id`)
	if err != nil {
		return nil, fmt.Errorf("focal points: %w", err)
	}
	return people, nil
}

// StandingReports returns the completion report that waits for a decision, by
// task. Callers check before that the asker reviews these tasks.
func (s *Store) StandingReports(ctx context.Context, me rules.Actor, taskIDs []int64) (map[int64]*TaskReport, error) {
	rows, err := same[struct {
		TaskReport
		TaskID int64 `db:"task_id"`
	}](ctx, s.steady(), `select r.task_id, `+reviewDays+` as review_days,
			array(select e.agency_id from co_executor e where e.task_id = r.task_id and `+gaveNothing+` order by e.agency_id) as missing, `+reportColumns+`
		join task t on t.id = r.task_id and t.submissions = r.submission
		join directive d on d.id = t.directive_id
		where r.task_id = any($1) and r.kind = 'completion' and r.undone_at is null`, pq.Array(taskIDs))
	if err != nil {
		return nil, fmt.Errorf("reports that wait: %w", err)
	}
	byTask, ids := make(map[int64]*TaskReport, len(rows)), make([]int64, len(rows))
	for i := range rows {
		byTask[rows[i].TaskID], ids[i] = &rows[i].TaskReport, rows[i].ID
	}
	return byTask, s.reportFiles(ctx, me, byTask, ids)
}
