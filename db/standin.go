package db

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// StandIn is somebody who does an absent person's work for some days, both the
// first and the last among them.
type StandIn struct {
	ID         int64
	PersonID   int64     `db:"person_id"`
	DeputyID   int64     `db:"deputy_id"`
	DeputyName string    `db:"deputy_name"`
	FromDay    time.Time `db:"from_day"`
	ToDay      time.Time `db:"to_day"`
}

// StandIns lists a person's stand-ins that have not ended by a day.
func (s *Store) StandIns(ctx context.Context, personID int64, today time.Time) ([]StandIn, error) {
	var rows []StandIn
	err := s.all(ctx, &rows, `
		select s.id, s.person_id, s.deputy_id, p.name as deputy_name, s.from_day, s.to_day
		from stand_in s join person p on p.id = s.deputy_id
		where s.person_id = $1 and s.to_day >= $2 and s.ended_at is null order by s.from_day, s.id`, personID, today)
	if err != nil {
		return nil, fmt.Errorf("stand-ins of person %d: %w", personID, err)
	}
	return rows, nil
}

// Colleagues lists who could stand in for me: active persons of his agencies.
func (s *Store) Colleagues(ctx context.Context, me rules.Actor) ([]PersonName, error) {
	var people []PersonName
	err := s.all(ctx, &people, `
		select distinct on (p.name, p.id) p.id, p.name, o.agency_id
		from member m join member o on o.agency_id = m.agency_id join person p on p.id = o.person_id
		where m.person_id = $1 and p.id <> $1 and p.disabled_at is null
		order by p.name, p.id, o.agency_id`, me.PersonID)
	if err != nil {
		return nil, fmt.Errorf("colleagues of person %d: %w", me.PersonID, err)
	}
	return people, nil
}

// StandInInput names who stands in for me, and when.
type StandInInput struct {
	DeputyID int64
	From, To time.Time
	Today    time.Time // where me is
	FormKey  string
	Now      time.Time
}

// AddStandIn lets a colleague stand in for me. Problems where he is none of
// them, or the days are none to come.
func (s *Store) AddStandIn(ctx context.Context, me rules.Actor, in StandInInput) error {
	return s.InTx(ctx, func(tx *Store) error {
		people, err := tx.Colleagues(ctx, me)
		if err != nil {
			return err
		}
		known := slices.ContainsFunc(people, func(p PersonName) bool { return p.ID == in.DeputyID })
		if err := rules.CheckStandIn(known, in.From, in.To, in.Today); err != nil {
			return err
		}
		if err := tx.once(ctx, me, in.FormKey, "/account"); err != nil {
			return err
		}
		_, err = tx.exec(ctx, `insert into stand_in (person_id, deputy_id, from_day, to_day, created_by, created_at) values ($1, $2, $3, $4, $1, $5)`,
			me.PersonID, in.DeputyID, in.From, in.To, in.Now)
		if err != nil {
			return fmt.Errorf("stand-in of person %d: %w", me.PersonID, err)
		}
		return tx.log(ctx, deed{Me: me, Act: "stand_in", Now: in.Now}, entry{Subject: "person", ID: me.PersonID,
			New: fields{"deputy": in.DeputyID, "from_day": dateWord(&in.From), "to_day": dateWord(&in.To)}})
	})
}

// EndStandIn ends one of me's stand-ins before its last day.
func (s *Store) EndStandIn(ctx context.Context, me rules.Actor, id int64, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		n, err := tx.exec(ctx, `update stand_in set ended_at = $3 where id = $1 and person_id = $2 and ended_at is null`, id, me.PersonID, now)
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("stand-in %d: %w", id, err)
		}
		return tx.log(ctx, deed{Me: me, Act: "stand_in_ended", Now: now}, entry{Subject: "person", ID: me.PersonID})
	})
}

// stillColleagues is the condition that the two of stand-in s still share an
// agency: who leaves loses what he had of the other at once.
const stillColleagues = `exists (
				select from member x join member y on y.agency_id = x.agency_id
				where x.person_id = s.deputy_id and y.person_id = s.person_id)`

// ActorAt is what a person is to rules at now: himself, and those for whom he
// stands in on that day of his first agency. An absent person's roles in the
// register and as focal point go over, those of administration do not.
func (s *Store) ActorAt(ctx context.Context, p *Person, now time.Time) (rules.Actor, error) {
	me := p.Actor()
	err := s.addStandIns(ctx, map[int64]*rules.Actor{p.ID: &me}, now)
	return me, err
}

// addStandIns gives actors what they have of those for whom they stand in.
func (s *Store) addStandIns(ctx context.Context, actors map[int64]*rules.Actor, now time.Time) error {
	today := wholeMinute(now)
	rows, err := same[struct {
		MemberRow
		DeputyID int64     `db:"deputy_id"`
		FromDay  time.Time `db:"from_day"`
		ToDay    time.Time `db:"to_day"`
		TimeZone string    `db:"time_zone"`
	}](ctx, s.steady(), `
		select s.deputy_id, m.person_id, m.agency_id, m.role, a.side, a.time_zone, s.from_day, s.to_day
		from stand_in s join person p on p.id = s.person_id join member m on m.person_id = s.person_id join agency a on a.id = m.agency_id
		where s.deputy_id = any($1) and s.to_day >= $2 and s.from_day <= $3 and s.ended_at is null and p.disabled_at is null
			and m.role in ('staff', 'focal', 'controller', 'manager', 'head') and `+stillColleagues+`
		order by m.person_id, m.agency_id`, pq.Array(slices.Collect(maps.Keys(actors))), today.AddDate(0, 0, -1), today.AddDate(0, 0, 1))
	if err != nil {
		return fmt.Errorf("stand-ins by %d people: %w", len(actors), err)
	}
	for _, r := range rows {
		zone, err := zoneNamed(r.TimeZone)
		if err != nil {
			return fmt.Errorf("zone of agency %d: %w", r.AgencyID, err)
		}
		if today := rules.Today(now, zone); today.Before(r.FromDay) || today.After(r.ToDay) {
			continue
		}
		me := actors[r.DeputyID]
		me.Members = append(me.Members, rules.Member{AgencyID: r.AgencyID, Side: rules.Side(r.Side), Role: rules.Role(r.Role)})
		if !slices.Contains(me.StandsFor, r.PersonID) {
			me.StandsFor = append(me.StandsFor, r.PersonID)
		}
	}
	return nil
}

// deputise puts who stands in in the place of absent recipients.
func (s *Store) deputise(ctx context.Context, rows []*Recipient, now time.Time) ([]*Recipient, error) {
	var deputies []deputy
	err := s.all(ctx, &deputies, `
		select s.person_id as absent, s.from_day, s.to_day, cast(0 as bigint) as task_id, '' as audience, `+personRecipient+`
		from stand_in s join person p on p.id = s.deputy_id `+homeOf+`
		where s.person_id = any($1) and s.to_day >= $2 and s.from_day <= $3 and s.ended_at is null and p.disabled_at is null and `+stillColleagues+`
		order by s.id`, pq.Array(recipients(rows).people()), now.AddDate(0, 0, -1), now.AddDate(0, 0, 1))
	if err != nil || len(deputies) == 0 {
		return rows, err
	}
	out := slices.Clone(rows)
	for i, r := range rows {
		at := slices.IndexFunc(deputies, func(d deputy) bool { return (&d).standsFor(r, now) })
		if at < 0 {
			continue
		}
		instead := deputies[at].Recipient
		instead.TaskID, instead.Audience, instead.For = r.TaskID, r.Audience, r.PersonID
		if err := instead.setZone(); err != nil {
			return nil, err
		}
		out[i] = &instead
	}
	return out, nil
}

// deputy is a recipient for some days in the place of an absent person.
type deputy struct {
	Recipient
	Absent  int64
	FromDay time.Time `db:"from_day"`
	ToDay   time.Time `db:"to_day"`
}

// standsFor tells whether the deputy takes a recipient's place at now, on the
// day that it is where the absent one is.
func (d *deputy) standsFor(r *Recipient, now time.Time) bool {
	today := rules.Today(now, r.zone)
	return r.PersonID != nil && d.Absent == *r.PersonID && !today.Before(d.FromDay) && !today.After(d.ToDay)
}

// HandOver gives all that a leaving person holds to another one: open tasks
// whose focal point he is (where the other answers for the same agency; else
// every focal point of it answers), and the directives he controls. It returns
// how many of each. Problems where the other can't control one of them, not
// even because he executes it; ErrNotFound where there is nobody to leave.
func (s *Store) HandOver(ctx context.Context, me rules.Actor, from, to int64, now time.Time) (tasks, directives int, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		if _, err := tx.lockPerson(ctx, from); err != nil {
			return err
		}
		other, err := tx.Person(ctx, to)
		if err != nil || to == from {
			return rules.Problems{{Field: "to", Key: "form.error.choose"}}
		}
		if directives, err = tx.handOverControl(ctx, me, from, other, now); err != nil {
			return err
		}
		if tasks, err = tx.handOverTasks(ctx, me, from, other, now); err != nil {
			return err
		}
		return tx.log(ctx, deed{Me: me, Act: "hand_over", Now: now}, entry{Subject: "person", ID: from, New: fields{"deputy": to, "tasks": tasks, "directives": directives}})
	})
	return tasks, directives, err
}

func (s *Store) handOverControl(ctx context.Context, me rules.Actor, from int64, to *Person, now time.Time) (int, error) {
	var held []struct {
		ID    int64
		Sides pq.StringArray
	}
	err := s.all(ctx, &held, `select id, sides from directive where controller_id = $1 order by id for update`, from)
	if err != nil {
		return 0, fmt.Errorf("directives of person %d: %w", from, err)
	}
	executes := false
	err = s.get(ctx, &executes, `
		select exists (select from task t join directive d on d.id = t.directive_id
			where d.controller_id = $1 and t.focal_id = $2 and t.status not in ('accepted', 'cancelled'))`, from, to.ID)
	if err != nil {
		return 0, fmt.Errorf("tasks of person %d: %w", to.ID, err)
	}
	for _, d := range held {
		if executes || s.checkController(ctx, me, to.ID, d.Sides) != nil {
			return 0, rules.Problems{{Field: "to", Key: "form.error.controller"}}
		}
		if _, err := s.exec(ctx, `update directive set controller_id = $2, version = version + 1 where id = $1`, d.ID, to.ID); err != nil {
			return 0, fmt.Errorf("directive %d: %w", d.ID, err)
		}
		err := s.log(ctx, deed{Me: me, Act: "hand_over", Now: now}, entry{Subject: "directive", ID: d.ID, Old: fields{"controller_id": from}, New: fields{"controller_id": to.ID}})
		if err != nil {
			return 0, err
		}
	}
	return len(held), nil
}

func (s *Store) handOverTasks(ctx context.Context, me rules.Actor, from int64, to *Person, now time.Time) (int, error) {
	var tasks []*Task
	err := s.all(ctx, &tasks, `
		select `+taskColumns+`
		from task t join directive d on d.id = t.directive_id left join agency a on a.id = t.lead_id
		where t.focal_id = $1 and t.status not in ('accepted', 'cancelled') order by t.id for update of t`, from)
	if err != nil {
		return 0, fmt.Errorf("tasks of person %d: %w", from, err)
	}
	answers := to.Actor().AgenciesAs(rules.Focal)
	for _, t := range tasks {
		was := *t
		t.FocalID = nil
		if slices.Contains(answers, deref(t.LeadID)) {
			t.FocalID = &to.ID
		}
		if err := s.saveTask(ctx, &was, t, deed{Me: me, Act: "hand_over", Now: now}); err != nil {
			return 0, err
		}
	}
	return len(tasks), nil
}
