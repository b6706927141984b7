package db

import (
	"context"
	"fmt"
	"strings"

	"amal/rules"
)

// Actor returns what a person is to rules.
func (p *Person) Actor() rules.Actor {
	me := rules.Actor{PersonID: p.ID, Name: p.Name}
	for _, m := range p.Members {
		me.Members = append(me.Members, rules.Member{AgencyID: m.AgencyID, Side: rules.Side(m.Side), Role: rules.Role(m.Role)})
	}
	return me
}

// Person returns an active person with his roles. ErrNotFound also means a
// disabled one.
func (s *Store) Person(ctx context.Context, id int64) (*Person, error) {
	return s.activePerson(ctx, `p.id = $1`, id)
}

// PersonByEmail returns an active person by address, whatever its case.
func (s *Store) PersonByEmail(ctx context.Context, email string) (*Person, error) {
	return s.activePerson(ctx, `p.email = $1`, strings.ToLower(strings.TrimSpace(email)))
}

func (s *Store) activePerson(ctx context.Context, where string, arg any) (*Person, error) {
	rows, err := same[struct {
		Person
		AgencyID *int64 `db:"agency_id"`
		Role     *string
		Side     *string
	}](ctx, s.steady(), `
		select `+personColumns+`, m.agency_id, m.role, a.side
		from person p left join (member m join agency a on a.id = m.agency_id) on m.person_id = p.id
		where p.disabled_at is null and `+where+` order by m.agency_id`, arg)
	if err == nil && len(rows) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("person: %w", err)
	}
	p := rows[0].Person
	for _, r := range rows {
		if r.AgencyID != nil {
			p.Members = append(p.Members, MemberRow{PersonID: p.ID, AgencyID: *r.AgencyID, Role: *r.Role, Side: *r.Side})
		}
	}
	return &p, nil
}

func (s *Store) members(ctx context.Context, personID int64) ([]MemberRow, error) {
	var rows []MemberRow
	err := s.all(ctx, &rows, `
		select m.person_id, m.agency_id, m.role, a.side
		from member m join agency a on a.id = m.agency_id
		where m.person_id = $1
		order by m.agency_id`, personID)
	if err != nil {
		return nil, fmt.Errorf("roles of person %d: %w", personID, err)
	}
	return rows, nil
}
