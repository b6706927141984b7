package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// LetterList is one periodic list in a letter.
type LetterList struct {
	ReminderID int64 `db:"reminder_id"`
	MessageID  int64 `db:"message_id"`
	Rule       string
	Occasion   string // the day that it names, of a pack its event's
	Audience   string
	Late       bool
	SubjectID  int64     `db:"subject_id"` // agency, for a pack the event
	StepOn     time.Time `db:"step_on"`    // the day that it fell on

	Sections []ListSection `db:"-"`
	Event    *Event        `db:"-"` // of a pack
	Table    *AgencyTable  `db:"-"` // of the month: the agencies with most overdue first
}

// ListSection is a part of a list: what there is, and the first of it.
type ListSection struct {
	Key   string // late, week, ahead, still_late, decide, until_event
	Total int
	More  bool   // than Total: they were not all counted
	Told  int    // more of them, of which the mail tells by itself
	Tasks []Task // at most listShown, the longest overdue or soonest due first
}

// listShown is how many tasks a section of a mail shows.
const listShown = 10

// listScope is whose tasks a list tells of: a condition on $1 and the scope of
// the counts that equals it; and those that the mail tells of already.
type listScope struct {
	where string
	arg   any
	count string
	told  []int64
}

// readLists reads the lists of a message as they are at now. What has nothing
// to tell any more, or is no longer the recipient's, is dropped.
func (s *Store) readLists(ctx context.Context, l *Letter, lists []LetterList, now time.Time) error {
	if len(lists) == 0 {
		return nil
	}
	me, err := s.reader(ctx, l, now)
	if err != nil {
		return err
	}
	for i := range lists {
		reason := rules.SkippedNotTheir
		passed, err := s.passListOn(ctx, l, &lists[i], me, now)
		if err == nil && !passed {
			reason, err = s.readList(ctx, &lists[i], l, me, now)
		}
		if err != nil {
			return err
		}
		if lists[i].in(lists[i+1:]) { // gathered for one morning: the later one says the same
			reason = rules.SkippedEmpty
		}
		if reason == "" {
			l.Lists = append(l.Lists, lists[i])
		} else if err := s.dropLine(ctx, lists[i].ReminderID, reason); err != nil {
			return err
		}
	}
	return nil
}

// in reports whether the same list is among others. A register's is the same
// from whichever of his agencies its reader has it.
func (l *LetterList) in(others []LetterList) bool {
	register := l.Rule == rules.ListWeek || l.Rule == rules.ListMonth
	return slices.ContainsFunc(others, func(o LetterList) bool { return o.Rule == l.Rule && (register || o.SubjectID == l.SubjectID) })
}

// reader is what a letter's recipient is to rules; a mailbox is nobody.
func (s *Store) reader(ctx context.Context, l *Letter, now time.Time) (rules.Actor, error) {
	if l.PersonID == nil {
		return rules.Actor{}, nil
	}
	p, err := s.Person(ctx, *l.PersonID)
	if err != nil {
		return rules.Actor{}, err
	}
	return s.ActorAt(ctx, p, now)
}

// readList fills one list; a reason says why it is dropped.
func (s *Store) readList(ctx context.Context, list *LetterList, l *Letter, me rules.Actor, now time.Time) (reason string, err error) {
	today := rules.Today(now, l.To.zone)
	late := func(last time.Time) time.Time { return rules.OverdueAt(last, l.To.zone) }
	told := []int64{}
	for i := range l.Lines {
		told = append(told, l.Lines[i].ID)
	}
	agency := listScope{`t.lead_id = $1`, list.SubjectID, agencyScope(list.SubjectID), told}
	register := listScope{`d.sides && $1`, pq.Array(me.RegisterSides()), countScope(me, CountFilter{}), told}
	switch list.Rule {
	case rules.ListAhead, rules.ListStillLate:
		if l.PersonID == nil && *l.AgencyID != list.SubjectID || l.PersonID != nil && !slices.Contains(me.AgenciesAs(rules.Focal), list.SubjectID) {
			return rules.SkippedNotTheir, nil
		}
		if list.Rule == rules.ListAhead {
			err = s.section(ctx, list, "ahead", agency, now, late(rules.AheadUntil(today)))
		} else {
			err = s.section(ctx, list, "still_late", agency, time.Time{}, late(rules.StillLateUntil(today)))
		}
	case rules.ListWeek:
		err = s.readWeek(ctx, list, register, me, now, late(rules.WeekUntil(today)))
	case rules.ListMonth:
		return s.readMonth(ctx, list, me, today, now)
	case rules.ListPack:
		return s.readPack(ctx, list, register, me, today, late)
	}
	if err == nil && len(list.Sections) == 0 {
		reason = rules.SkippedEmpty
	}
	return reason, err
}

// readWeek fills the list of managers and staff.
func (s *Store) readWeek(ctx context.Context, list *LetterList, register listScope, me rules.Actor, now, week time.Time) error {
	if register.count == "" {
		return nil
	}
	err := errors.Join(s.section(ctx, list, "late", register, time.Time{}, now), s.section(ctx, list, "week", register, now, week))
	if err != nil {
		return err
	}
	tally, err := s.Tally(ctx, me, now)
	if err == nil && tally.Review > 0 {
		list.Sections = append(list.Sections, ListSection{Key: "decide", Total: tally.Review, More: tally.MoreReview})
	}
	return err
}

// readMonth fills the agencies' table of the month.
func (s *Store) readMonth(ctx context.Context, list *LetterList, me rules.Actor, today, now time.Time) (reason string, err error) {
	if !me.Has(rules.Manager) {
		return rules.SkippedNotTheir, nil
	}
	list.Table, err = s.AgencyTable(ctx, me, rules.MonthSpan(today), now)
	if err != nil {
		return "", err
	}
	if len(list.Table.Rows) == 0 {
		return rules.SkippedEmpty, nil
	}
	slices.SortStableFunc(list.Table.Rows, func(a, b AgencyFigures) int { return cmp.Compare(b.Lead.Overdue(), a.Lead.Overdue()) })
	return "", nil
}

// readPack fills the pack of an event: it is told of even where nothing is due
// until then, but not where the event is over or was moved to another day; of
// that one it is planned again.
func (s *Store) readPack(ctx context.Context, list *LetterList, register listScope, me rules.Actor, today time.Time, late func(time.Time) time.Time) (reason string, err error) {
	var e Event
	err = s.get(ctx, &e, `
		select `+eventColumns+eventFrom+`
		where e.id = $1 and e.starts_on is not null and e.cancelled_at is null and e.sides && $2`, list.SubjectID, pq.Array(me.SidesAs(rules.Staff)))
	if errors.Is(err, ErrNotFound) {
		return rules.SkippedMoved, nil
	}
	if err != nil {
		return "", fmt.Errorf("event %d: %w", list.SubjectID, err)
	}
	if e.StartsOn.Before(today) || e.StartsOn.Format(time.DateOnly) != list.Occasion {
		return rules.SkippedMoved, nil
	}
	list.Event = &e
	return "", s.section(ctx, list, "until_event", register, time.Time{}, late(*e.StartsOn))
}

// section adds what becomes overdue after one moment and until another, where
// there is any.
func (s *Store) section(ctx context.Context, list *LetterList, key string, of listScope, after, until time.Time) error {
	sec := ListSection{Key: key}
	err := s.all(ctx, &sec.Tasks, `
		select `+taskColumns+`
		from task t join directive d on d.id = t.directive_id join agency a on a.id = t.lead_id
		where `+of.where+` and t.status in ('assigned', 'in_progress', 'returned')
			and t.overdue_at > $2 and t.overdue_at <= $3 and coalesce(t.overdue_at, 'infinity') <= $3
			and t.id <> all($5)
		order by t.overdue_at, t.id
		limit $4`, of.arg, after, until, listShown, pq.Array(of.told))
	if err != nil {
		return fmt.Errorf("list %s: %w", key, err)
	}
	if sec.Total = len(sec.Tasks); sec.Total == 0 {
		return nil
	}
	var n struct{ All, Told int }
	err = s.get(ctx, &n, `
		select (select coalesce(sum(n), 0) from open_count
				where scope = $5 and state = 'open' and overdue_at > $2 and overdue_at <= $3) as all,
			(select count(*) from task t join directive d on d.id = t.directive_id
				where t.id = any($4) and `+of.where+` and t.status in ('assigned', 'in_progress', 'returned')
					and t.overdue_at > $2 and t.overdue_at <= $3) as told`, of.arg, after, until, pq.Array(of.told), of.count)
	if err != nil {
		return fmt.Errorf("count of list %s: %w", key, err)
	}
	if sec.Told = n.Told; sec.Total == listShown {
		sec.Total = n.All - n.Told
	}
	list.Sections = append(list.Sections, sec)
	return nil
}
