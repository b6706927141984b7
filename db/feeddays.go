package db

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// OpenedFeed is what a feed shows its owner at a moment: dates only, of what he
// may see then.
type OpenedFeed struct {
	Feed
	Owner     *Person
	Tasks     []Task     // with a deadline: open ones, and done ones for a while
	Directive *Directive // of a directive's feed, else nil
	Done      bool       // all tasks of Directive are
	Events    []FeedEvent
}

// FeedEvent is a coming date with the moment it was noted.
type FeedEvent struct {
	Event
	CreatedAt time.Time `db:"created_at"`
}

const (
	feedKeeps = 60 * 24 * time.Hour // how long what is done or over stays in a feed
	feedLimit = 2000                // tasks of a feed, the nearest ones
)

// OpenFeed reads the feed of a secret as its owner sees it at now. ErrNotFound:
// unknown or revoked, or its owner is disabled or may no longer see its
// subject.
func (s *Store) OpenFeed(ctx context.Context, token string, now time.Time) (*OpenedFeed, error) {
	var o OpenedFeed
	err := s.get(ctx, &o.Feed, `
		select id, person_id, subject, agency_id, directive_id, created_at, renewed_at, read_at
		from calendar_feed
		where token_hash = $1 and revoked_at is null`, hashed(token))
	if err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	if o.Owner, err = s.Person(ctx, o.PersonID); err != nil {
		return nil, err
	}
	me, err := s.ActorAt(ctx, o.Owner, now)
	if err != nil {
		return nil, err
	}
	if err := s.mayRead(ctx, me, &o.Feed); err != nil {
		return nil, fmt.Errorf("feed %d: %w", o.ID, err)
	}
	if err := s.fillFeed(ctx, me, &o, now); err != nil {
		return nil, err
	}
	_, err = s.exec(ctx, `
		update calendar_feed set read_at = $2
		where id = $1 and (read_at is null or read_at < $3)`, o.ID, now, now.Add(-time.Hour))
	return &o, err
}

func (s *Store) fillFeed(ctx context.Context, me rules.Actor, o *OpenedFeed, now time.Time) (err error) {
	switch o.Subject {
	case rules.FeedOfDirective:
		err = s.feedDirective(ctx, me, o, now)
	case rules.FeedOfAgency:
		o.Tasks, err = s.feedTasks(ctx, me, []int64{*o.AgencyID}, nil, now)
	default:
		o.Tasks, err = s.feedTasks(ctx, me, me.AgenciesAs(rules.Focal), me.Selves(), now)
	}
	if err != nil {
		return err
	}
	slices.SortFunc(o.Tasks, func(a, b Task) int {
		return cmp.Or(a.Deadline.Compare(*b.Deadline), cmp.Compare(a.ID, b.ID))
	})
	o.Events, err = s.feedEvents(ctx, me, &o.Feed, now)
	return err
}

// feedDirective gathers a directive and its tasks, as its page shows them.
func (s *Store) feedDirective(ctx context.Context, me rules.Actor, o *OpenedFeed, now time.Time) (err error) {
	if o.Directive, err = s.Directive(ctx, me, *o.DirectiveID); err != nil {
		return err
	}
	tree, err := s.taskTree(ctx, me, *o.DirectiveID)
	if err != nil {
		return err
	}
	var marks []rules.Mark
	var last time.Time
	for _, t := range tree {
		marks = append(marks, t.Mark(now))
		if at := deref(t.DecidedAt); at.After(last) {
			last = at
		}
		if t.Deadline != nil && t.inFeed(now) {
			o.Tasks = append(o.Tasks, t.Task)
		}
	}
	o.Done = rules.Worst(marks) == rules.Mark(rules.Accepted)
	if o.Done && now.Sub(last) > feedKeeps {
		o.Directive.Deadline = nil
	}
	return nil
}

// inFeed tells whether a task is for a calendar: an open one, or one that was
// done lately. The statement in feedTasks says the same.
func (t *Task) inFeed(now time.Time) bool {
	return t.Status.Open() || t.Status == rules.Submitted || t.Status == rules.Accepted && now.Sub(deref(t.DecidedAt)) <= feedKeeps
}

// feedTasks finds the tasks that agencies lead or contribute to and those of
// the directives that people control, as far as me sees them, the nearest
// deadlines where there are too many. The done ones are asked for in the words
// of their index.
func (s *Store) feedTasks(ctx context.Context, me rules.Actor, agencies, controllers []int64, now time.Time) ([]Task, error) {
	const standing = `(t.status in ('assigned', 'in_progress', 'returned') or t.status = 'submitted'
		or t.status in ('accepted', 'cancelled') and t.status = 'accepted' and t.decided_at >= $3)`
	var rows []Task
	err := s.all(ctx, &rows, `
		select `+taskColumns+`
		from (
			select n.id from (
				(select t.id, t.deadline from task t where t.lead_id = any($1) and `+standing+`)
				union
				(select t.id, t.deadline from co_executor c join task t on t.id = c.task_id
				where c.agency_id = any($1) and `+standing+`)
				union
				(select t.id, t.deadline from directive d join task t on t.directive_id = d.id
				where d.controller_id = any($2) and `+standing+`)
			) n
			where n.deadline is not null
			order by abs(n.deadline - cast($4 as date)), n.id
			limit $5
		) near
		join task t on t.id = near.id
		join directive d on d.id = t.directive_id
		join agency a on a.id = t.lead_id`,
		pq.Array(agencies), pq.Array(controllers), now.Add(-feedKeeps), now, feedLimit)
	if err != nil {
		return nil, fmt.Errorf("tasks of a feed of person %d: %w", me.PersonID, err)
	}
	return slices.DeleteFunc(rows, func(t Task) bool { return rules.SightOf(me, t.Scope()) == rules.SeesNothing }), nil
}

// feedEvents lists the dated events that me's register shows: all of them, those
// of an agency's tasks, or those of a directive and its meeting.
func (s *Store) feedEvents(ctx context.Context, me rules.Actor, f *Feed, now time.Time) ([]FeedEvent, error) {
	var rows []FeedEvent
	err := s.all(ctx, &rows, `
		select `+eventColumns+`, e.created_at`+eventFrom+`
		where e.sides && $1 and e.cancelled_at is null and e.starts_on >= cast($2 as date)
			and (cast($3 as bigint) = 0 or exists (
				select from directive d join task t on t.directive_id = d.id
				where (d.meeting_id = m.id or d.event_id = e.id or t.event_id = e.id) and t.status <> 'draft' and (t.lead_id = $3 or exists (
					select from co_executor c where c.task_id = t.id and c.agency_id = $3))))
			and (cast($4 as bigint) = 0 or exists (select from directive d where d.id = $4 and (d.meeting_id = m.id or d.event_id = e.id)))
		order by e.starts_on, e.id
		limit 500`,
		pq.Array(me.RegisterSides()), now.Add(-feedKeeps), deref(f.AgencyID), deref(f.DirectiveID))
	if err != nil {
		return nil, fmt.Errorf("events of a feed of person %d: %w", me.PersonID, err)
	}
	return rows, nil
}
