package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// actImport is how history calls what a table brought in.
const actImport rules.Act = "import"

// Apart runs do so that its failure undoes only what it did itself; the
// transaction goes on.
func (s *Store) Apart(ctx context.Context, do func() error) error {
	if s.tx == nil {
		return errors.New("apart: no transaction") // a programming error
	}
	if _, err := s.tx.ExecContext(ctx, `savepoint apart`); err != nil {
		return translate(err)
	}
	counted := 0
	if s.later != nil {
		counted = len(s.later.changes)
	}
	if failed := do(); failed != nil {
		if s.later != nil {
			s.later.changes = s.later.changes[:counted]
		}
		if _, err := s.tx.ExecContext(ctx, `rollback to savepoint apart`); err != nil {
			return errors.Join(failed, translate(err))
		}
		return failed
	}
	_, err := s.tx.ExecContext(ctx, `release savepoint apart`)
	return translate(err)
}

// EarlierLines tells in which line of an import each identity stood before.
func (s *Store) EarlierLines(ctx context.Context, importID int64, identities []string) (map[string]int, error) {
	var rows []struct {
		Identity string
		Line     int
	}
	err := s.all(ctx, &rows, `
		select identity, min(line) as line from import_row
		where import_id = $1 and identity = any($2) and identity <> '' group by identity`, importID, pq.Array(identities))
	if err != nil {
		return nil, fmt.Errorf("rows of import %d: %w", importID, err)
	}
	lines := make(map[string]int, len(rows))
	for _, r := range rows {
		lines[r.Identity] = r.Line
	}
	return lines, nil
}

// ImportHolds tells whether a column of an import holds a value in any row.
func (s *Store) ImportHolds(ctx context.Context, importID int64, column int, value string) (holds bool, err error) {
	err = s.get(ctx, &holds, `select exists (select from import_row where import_id = $1 and cells->>cast($2 as integer) = $3)`, importID, column, value)
	return holds, err
}

// MeetingsNamed lists the meetings of me's register of a day with a title.
func (s *Store) MeetingsNamed(ctx context.Context, me rules.Actor, day time.Time, title string) ([]Meeting, error) {
	var rows []Meeting
	err := s.all(ctx, &rows, `
		select m.id, m.title, m.held_on, m.place, m.level, m.sides, m.version, m.created_by, m.created_at
		from meeting m where m.held_on = $2 and lower(m.title) = lower($3) and `+seesMeeting+`
		order by m.id limit 2`, pq.Array(me.RegisterSides()), day, title)
	if err != nil {
		return nil, fmt.Errorf("meetings of %s: %w", day.Format(time.DateOnly), err)
	}
	return rows, nil
}

// NumberTaken tells whether a directive has a number, whoever may see it.
func (s *Store) NumberTaken(ctx context.Context, year, number int) (taken bool, err error) {
	err = s.get(ctx, &taken, `select exists (select from directive where number_year = $1 and number = $2)`, year, number)
	return taken, err
}

// DirectiveNamed finds the directive of a meeting with a title, or that rests on
// exactly these words; ErrNotFound where there is none.
func (s *Store) DirectiveNamed(ctx context.Context, me rules.Actor, meetingID int64, title, words string) (int64, error) {
	var id int64
	err := s.get(ctx, &id, `
		select d.id from directive d
		left join passage x on x.id = d.passage_id
		left join document c on c.id = x.document_id
		where d.meeting_id = $2 and d.sides && $1 and (lower(d.title) = lower($3) and ($4 = '' or x.id is null)
			or $4 <> '' and substr(c.text, x.starts + 1, x.ends - x.starts) = $4)
		order by lower(d.title) = lower($3) desc, d.id limit 1`, pq.Array(me.RegisterSides()), meetingID, title, words)
	if err != nil {
		return 0, fmt.Errorf("directive of meeting %d: %w", meetingID, err)
	}
	return id, nil
}

// TaskNamed finds the task of a directive with a title; ErrNotFound where there
// is none. Callers read the directive first.
func (s *Store) TaskNamed(ctx context.Context, directiveID int64, title string) (int64, error) {
	var id int64
	err := s.get(ctx, &id, `select id from task where directive_id = $1 and lower(title) = lower($2) order by id limit 1`, directiveID, title)
	if err != nil {
		return 0, fmt.Errorf("task of directive %d: %w", directiveID, err)
	}
	return id, nil
}

// PassageNamed finds words in the documents of a meeting; documentID 0 where
// they are in none. Callers read the meeting first.
func (s *Store) PassageNamed(ctx context.Context, meetingID int64, words string) (documentID int64, starts int, err error) {
	var at struct {
		ID int64
		At int
	}
	err = s.get(ctx, &at, `select id, strpos(text, $2) - 1 as at from document where meeting_id = $1 and strpos(text, $2) > 0 order by id limit 1`, meetingID, words)
	if errors.Is(err, ErrNotFound) {
		return 0, 0, nil
	}
	return at.ID, at.At, err
}

// ControllerNamed finds who may control a directive of the sides by address or
// name; ErrNotFound where nobody or several are called so.
func (s *Store) ControllerNamed(ctx context.Context, typed string, sides []string) (int64, error) {
	var ids []int64
	err := s.all(ctx, &ids, `
		select distinct p.id
		from member m join person p on p.id = m.person_id join agency a on a.id = m.agency_id
		where m.role in ('controller', 'manager') and p.disabled_at is null and (a.side = 'joint' or a.side = any($1))
			and (p.email = lower($2) or lower(p.name) = lower($2))
		limit 2`, pq.Array(sides), typed)
	if err == nil && len(ids) != 1 {
		err = ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("controller: %w", err)
	}
	return ids[0], nil
}

// FocalNamed finds the focal point of an agency by address or name; ErrNotFound
// where nobody or several are called so.
func (s *Store) FocalNamed(ctx context.Context, agencyID int64, typed string) (int64, error) {
	var ids []int64
	err := s.all(ctx, &ids, `
		select p.id from member m join person p on p.id = m.person_id
		where m.agency_id = $1 and m.role = 'focal' and p.disabled_at is null and (p.email = lower($2) or lower(p.name) = lower($2))
		limit 2`, agencyID, typed)
	if err == nil && len(ids) != 1 {
		err = ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("focal point: %w", err)
	}
	return ids[0], nil
}

// FocalEmails are the addresses of all focal points, for lists as files.
func (s *Store) FocalEmails(ctx context.Context) (map[int64]string, error) {
	var rows []struct {
		ID    int64
		Email string
	}
	if err := s.all(ctx, &rows, `select p.id, p.email from person p where exists (select from member m where m.person_id = p.id and m.role = 'focal')`); err != nil {
		return nil, fmt.Errorf("addresses of focal points: %w", err)
	}
	emails := make(map[int64]string, len(rows))
	for _, r := range rows {
		emails[r.ID] = r.Email
	}
	return emails, nil
}

// IsCalled tells whether a person has an address or name, whoever he is by now.
func (s *Store) IsCalled(ctx context.Context, id int64, typed string) (is bool, err error) {
	err = s.get(ctx, &is, `select exists (select from person p where p.id = $1 and (p.email = lower($2) or lower(p.name) = lower($2)))`, id, typed)
	return is, err
}

// DirectiveForm returns a directive as its form shows it.
func (s *Store) DirectiveForm(ctx context.Context, me rules.Actor, id int64) (*DirectiveInput, error) {
	d, err := s.Directive(ctx, me, id)
	if err != nil {
		return nil, err
	}
	points, err := s.directivePoints(ctx, id)
	if err != nil {
		return nil, err
	}
	return &DirectiveInput{ID: d.ID, Version: d.Version, MeetingID: d.MeetingID, OralBy: d.OralBy, Strength: rules.Strength(d.Strength), Title: d.Title, Points: points,
		Sides: d.Sides, Deadline: d.Deadline, DeadlineRule: d.DeadlineRule, DeadlineWording: d.DeadlineWording, NoDeadlineReason: d.NoDeadlineReason,
		ControllerID: deref(d.ControllerID), Official: d.Official}, nil
}

// TaskForm returns a task as its form shows it.
func (s *Store) TaskForm(ctx context.Context, me rules.Actor, id int64) (*Task, *TaskInput, error) {
	t, _, err := s.Task(ctx, me, id)
	if err != nil {
		return nil, nil, err
	}
	slices.Sort(t.CoExecutors)
	points, err := s.taskPoints(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	return t, &TaskInput{ID: t.ID, Version: t.Version, DirectiveID: t.DirectiveID, ParentID: deref(t.ParentID), Milestone: t.Milestone, Period: t.Period, Title: t.Title, Points: points,
		LeadID: deref(t.LeadID), FocalID: deref(t.FocalID), CoExecutors: t.CoExecutors, Deadline: t.Deadline, DeadlineRule: t.DeadlineRule,
		DeadlineWording: t.DeadlineWording, NoDeadlineReason: t.NoDeadlineReason}, nil
}

// ImportDirective records a directive out of a table, with its number where it
// has one (0: none). source names the table in its history.
func (s *Store) ImportDirective(ctx context.Context, me rules.Actor, in DirectiveInput, year, number int, source string) (id int64, err error) {
	err = s.InTx(ctx, func(tx *Store) (err error) {
		if id, err = tx.AddDirective(ctx, me, in); err != nil {
			return err
		}
		if number != 0 {
			if err := tx.keepNumber(ctx, id, year, number); err != nil {
				return err
			}
		}
		return tx.log(ctx, deed{Me: me, Act: actImport, Note: source, Now: in.Now}, entry{Subject: "directive", ID: id})
	})
	return id, err
}

// keepNumber gives a directive the number that it had elsewhere; the counter
// goes on behind it.
func (s *Store) keepNumber(ctx context.Context, id int64, year, number int) error {
	_, err := s.exec(ctx, `
		insert into counter (kind, year, last) values ('directive', $1, $2)
		on conflict (kind, year) do update set last = greatest(counter.last, excluded.last)`, year, number)
	if err != nil {
		return fmt.Errorf("counter of %d: %w", year, err)
	}
	if _, err := s.exec(ctx, `update directive set number_year = $2, number = $3 where id = $1`, id, year, number); err != nil {
		return fmt.Errorf("number of directive %d: %w", id, err)
	}
	return s.foldDirective(ctx, id)
}
