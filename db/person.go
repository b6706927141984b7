package db

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"amal/rules"
)

// Person is somebody who signs in or gets mail, with his roles.
type Person struct {
	ID             int64
	Email          string
	Name           string
	Locale         *string    // nil: as the browser says
	PasswordHash   *string    `db:"password_hash"`
	EmailRefusedAt *time.Time `db:"email_refused_at"`
	MailMinute     *int       `db:"mail_minute"` // of the day, for the daily mail; nil: by role
	TimeZone       *string    `db:"time_zone"`   // nil: the agency's
	OwnDays
	DisabledAt *time.Time `db:"disabled_at"`
	VisitedAt  *time.Time `db:"visited_at"`
	Version    int
	CreatedAt  time.Time   `db:"created_at"`
	Members    []MemberRow `db:"-"`
}

// MemberRow is one role of a person in one agency.
type MemberRow struct {
	PersonID int64 `db:"person_id"`
	AgencyID int64 `db:"agency_id"`
	Role     string
	Side     string // of the agency
}

const personColumns = `p.id, p.email, p.name, p.locale, p.password_hash, p.email_refused_at, p.disabled_at,
	p.visited_at, p.version, p.created_at, p.mail_minute, p.time_zone, p.mail_days, p.pause_from, p.pause_to`

// PersonInput is what an administrator types of a person. ID 0 is a new one.
// Roles is role by agency.
type PersonInput struct {
	ID       int64
	Version  int
	Email    string
	Name     string
	Locale   string // "" = as the browser says
	Roles    map[int64]rules.Role
	Disabled bool
	FormKey  string
	Now      time.Time
}

// SavePerson adds a person or changes one, and returns his id. A changed role
// or address, and disabling, end his sessions; the latter two his answer links. TakenError means that the
// address belongs to somebody else.
func (s *Store) SavePerson(ctx context.Context, me rules.Actor, in PersonInput) (id int64, err error) {
	in.Email = strings.ToLower(strings.TrimSpace(in.Email))
	if err := rules.CheckPerson(in.Email, in.Name, in.Locale, in.Roles); err != nil {
		return 0, err
	}
	err = s.InTx(ctx, func(tx *Store) error {
		if in.ID == 0 {
			id, err = tx.addPerson(ctx, me, in)
			return err
		}
		id = in.ID
		return tx.changePerson(ctx, me, in)
	})
	return id, err
}

func (s *Store) addPerson(ctx context.Context, me rules.Actor, in PersonInput) (int64, error) {
	id, err := s.id(ctx, `
		insert into person (email, name, locale, created_at) values ($1, $2, nullif($3, ''), $4) returning id`,
		in.Email, in.Name, in.Locale, in.Now)
	if err != nil {
		return 0, fmt.Errorf("new person: %w", err)
	}
	if me.PersonID != 0 {
		if err := s.once(ctx, me, in.FormKey, fmt.Sprintf("/people/%d", id)); err != nil {
			return 0, err
		}
	}
	if err := s.saveRoles(ctx, id, in.Roles); err != nil {
		return 0, err
	}
	return id, s.log(ctx, deed{Me: me, Act: "add", Now: in.Now}, entry{Subject: "person", ID: id, New: in.told()})
}

func (in PersonInput) told() fields {
	return fields{"email": in.Email, "name": in.Name, "locale": in.Locale, "roles": roleWords(in.Roles), "disabled": in.Disabled}
}

func roleWords(roles map[int64]rules.Role) string {
	var words []string
	for id, role := range roles {
		words = append(words, fmt.Sprintf("%d %s", id, role))
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

func (s *Store) changePerson(ctx context.Context, me rules.Actor, in PersonInput) error {
	was, err := s.lockPerson(ctx, in.ID)
	if err != nil {
		return err
	}
	if was.Version != in.Version {
		return fmt.Errorf("person %d: %w", in.ID, ErrStale)
	}
	old := PersonInput{Email: was.Email, Name: was.Name, Locale: deref(was.Locale), Roles: was.roles(), Disabled: was.DisabledAt != nil}
	_, err = s.exec(ctx, `
		update person set email = $2, name = $3, locale = nullif($4, ''), version = version + 1,
			email_refused_at = case when email = $2 then email_refused_at end,
			disabled_at = case when not $5 then null else coalesce(disabled_at, $6) end
		where id = $1`, in.ID, in.Email, in.Name, in.Locale, in.Disabled, in.Now)
	if err != nil {
		return fmt.Errorf("person %d: %w", in.ID, err)
	}
	if err := s.changeRoles(ctx, was, in); err != nil {
		return err
	}
	if in.Disabled || roleWords(old.Roles) != roleWords(in.Roles) || old.Email != in.Email {
		if err := s.EndSessions(ctx, in.ID, 0); err != nil {
			return err
		}
	}
	if in.Disabled || old.Email != in.Email { // what lies in the old mailbox answers for him no longer
		if err := s.endAnswerLinks(ctx, in.ID); err != nil {
			return err
		}
	}
	return s.log(ctx, deed{Me: me, Act: rules.ActEdit, Now: in.Now}, entry{Subject: "person", ID: in.ID, Old: old.told(), New: in.told()})
}

func (p *Person) roles() map[int64]rules.Role {
	roles := map[int64]rules.Role{}
	for _, m := range p.Members {
		roles[m.AgencyID] = rules.Role(m.Role)
	}
	return roles
}

// lockPerson reads a person, also a disabled one, for a change.
func (s *Store) lockPerson(ctx context.Context, id int64) (*Person, error) {
	var p Person
	if err := s.get(ctx, &p, `select `+personColumns+` from person p where p.id = $1 for update`, id); err != nil {
		return nil, fmt.Errorf("person %d: %w", id, err)
	}
	var err error
	p.Members, err = s.members(ctx, id)
	return &p, err
}

// changeRoles lets the planner look at the tasks that concern somebody by his
// new roles, where he has days of his own for mails.
func (s *Store) changeRoles(ctx context.Context, was *Person, in PersonInput) error {
	if err := s.saveRoles(ctx, in.ID, in.Roles); err != nil || was.MailDays == nil && was.PauseTo == nil {
		return err
	}
	return s.planAgain(ctx, theirTasks, in.Now, in.ID)
}

func (s *Store) saveRoles(ctx context.Context, personID int64, roles map[int64]rules.Role) error {
	if _, err := s.exec(ctx, `delete from member where person_id = $1`, personID); err != nil {
		return err
	}
	for agencyID, role := range roles {
		_, err := s.exec(ctx, `insert into member (person_id, agency_id, role) values ($1, $2, $3)`, personID, agencyID, string(role))
		if err != nil {
			return fmt.Errorf("role of person %d: %w", personID, err)
		}
	}
	return nil
}

// AnyPerson returns a person for an administrator's eyes, also a disabled one,
// with his history.
func (s *Store) AnyPerson(ctx context.Context, id int64) (*Person, []HistoryLine, error) {
	p, err := s.lockPerson(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	lines, err := s.history(ctx, "person", id, 50)
	return p, lines, err
}

// SetPassword keeps the hash of a new password and ends all sessions but keep
// (0 ends all).
func (s *Store) SetPassword(ctx context.Context, me rules.Actor, hash string, keep int64, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		if _, err := tx.exec(ctx, `update person set password_hash = $2 where id = $1`, me.PersonID, hash); err != nil {
			return fmt.Errorf("password of person %d: %w", me.PersonID, err)
		}
		if err := tx.EndSessions(ctx, me.PersonID, keep); err != nil {
			return err
		}
		return tx.log(ctx, deed{Me: me, Act: "password", Now: now}, entry{Subject: "person", ID: me.PersonID})
	})
}
