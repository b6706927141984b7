package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// gathered is what claimed letters are filled from, read for all of them at
// once.
type gathered struct {
	to     map[string]*Recipient  // by Recipient.Key; nobody: no longer active
	lines  map[int64][]LetterLine // by message
	lists  map[int64][]LetterList // by message
	byTask map[int64]recipients   // who is to be told of each task now
	now    time.Time
}

// recipient is the Key of whom a letter is for.
func (l *Letter) recipient() string {
	return (&Recipient{PersonID: l.PersonID, AgencyID: l.AgencyID}).Key()
}

func (s *Store) gatherFor(ctx context.Context, letters []*Letter, now time.Time) (*gathered, error) {
	g := &gathered{to: map[string]*Recipient{}, lines: map[int64][]LetterLine{}, now: now}
	if err := s.gatherAddressees(ctx, letters, g); err != nil {
		return nil, err
	}
	lines, err := s.linesOf(ctx, letters)
	if err != nil {
		return nil, err
	}
	if g.lists, err = s.listsOf(ctx, letters); err != nil {
		return nil, err
	}
	var tasks []*Task
	var of []rules.Audience
	for i := range lines {
		line := &lines[i]
		tasks, of = append(tasks, &line.Task), append(of, rules.Audience(line.Audience))
		g.lines[line.MessageID] = append(g.lines[line.MessageID], *line)
	}
	g.byTask, err = s.recipientsOf(ctx, tasks, of, now)
	return g, err
}

func (s *Store) gatherAddressees(ctx context.Context, letters []*Letter, g *gathered) error {
	var people, agencies []int64
	for _, l := range letters {
		if l.PersonID != nil {
			people = append(people, *l.PersonID)
		} else {
			agencies = append(agencies, deref(l.AgencyID))
		}
	}
	var all []*Recipient
	if len(people) > 0 {
		err := s.all(ctx, &all, `select `+personRecipient+` from person p `+homeOf+` where p.id = any($1) and p.disabled_at is null`, pq.Array(people))
		if err != nil {
			return fmt.Errorf("recipients of %d messages: %w", len(people), err)
		}
	}
	if len(agencies) > 0 {
		var boxes []*Recipient
		if err := s.all(ctx, &boxes, `select `+mailboxRecipient+` from agency a where a.id = any($1)`, pq.Array(agencies)); err != nil {
			return fmt.Errorf("mailboxes of %d messages: %w", len(agencies), err)
		}
		all = append(all, boxes...)
	}
	for _, r := range all {
		if err := r.setZone(); err != nil {
			return err
		}
		g.to[r.Key()] = r
	}
	return nil
}

func idsOf(letters []*Letter) []int64 {
	ids := make([]int64, len(letters))
	for i, l := range letters {
		ids[i] = l.ID
	}
	return ids
}

// listsOf reads which lists are in the letters, by message.
func (s *Store) listsOf(ctx context.Context, letters []*Letter) (map[int64][]LetterList, error) {
	var lists []LetterList
	err := s.all(ctx, &lists, `
		select id as reminder_id, message_id, rule, occasion, audience, late, subject_id, coalesce(step_on, local_day) as step_on
		from reminder
		where message_id = any($1) and state = 'taken' and subject in ('agency', 'event')
		order by local_day, coalesce(step_on, local_day), id`, pq.Array(idsOf(letters)))
	if err != nil {
		return nil, fmt.Errorf("lists of %d messages: %w", len(letters), err)
	}
	by := map[int64][]LetterList{}
	for i := range lists {
		by[lists[i].MessageID] = append(by[lists[i].MessageID], lists[i])
	}
	return by, nil
}

// linesOf reads the lines of letters, worst first in each.
func (s *Store) linesOf(ctx context.Context, letters []*Letter) ([]LetterLine, error) {
	var lines []LetterLine
	err := s.all(ctx, &lines, `
		select r.id as reminder_id, r.message_id, r.rule, r.occasion, r.audience, r.late, r.note, coalesce(r.step_on, r.local_day) as step_on,
			coalesce(substr(c.text, x.starts + 1, least(x.ends - x.starts, 1000)), '') as words,
			m.place, m.held_on, array(select text from task_point where task_id = t.id order by number) as points,
			`+taskColumns+`
		from reminder r
		join task t on t.id = r.subject_id and r.subject = 'task'
		join directive d on d.id = t.directive_id
		join meeting m on m.id = d.meeting_id
		left join agency a on a.id = t.lead_id
		left join passage x on x.id = d.passage_id
		left join document c on c.id = x.document_id
		where r.message_id = any($1) and r.state = 'taken'
		order by t.overdue_at nulls last, t.id, r.id`, pq.Array(idsOf(letters)))
	if err != nil {
		return nil, fmt.Errorf("lines of %d messages: %w", len(letters), err)
	}
	return lines, nil
}
