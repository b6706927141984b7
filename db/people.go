package db

import (
	"context"
	"fmt"

	"github.com/lib/pq"
)

// peopleOrders are what people can be sorted by; of one kind by name.
var peopleOrders = orders{id: "p.id", own: "name", by: map[string]order{
	"name":   {keys: []key{byName}},
	"email":  {keys: []key{{"p.email", "text"}}},
	"roles":  {keys: []key{{"coalesce((select min(m.role) from member m where m.person_id = p.id), '')", "text"}, byName}},
	"locale": {keys: []key{{"coalesce(p.locale, '')", "text"}, byName}},
	"seen":   {keys: []key{{"coalesce(p.visited_at, '-infinity')", "timestamptz"}, byName}},
	"state":  {keys: []key{{"case when p.disabled_at is not null then 2 when p.email_refused_at is not null then 1 else 0 end", "bigint"}, byName}},
}}

var byName = key{"lower(p.name)", "text"}

// ListedPerson is a row of the list of people.
type ListedPerson struct {
	Person
	Marked
}

// People lists everybody, PageSize and one more where there are further ones;
// find is a part of name or address.
func (s *Store) People(ctx context.Context, find string, by Sort) ([]ListedPerson, error) {
	c := &clause{}
	c.add(`(? = '' or strpos(lower(p.name), lower(?)) > 0 or strpos(p.email, lower(?)) > 0)`, find, find, find)
	order := peopleOrders.page(c, by, false)
	var people []ListedPerson
	err := s.all(ctx, &people, `select `+personColumns+`, `+peopleOrders.mark(by)+` from person p where `+c.where()+order+` limit 51`, c.args...)
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	return people, s.addMembers(ctx, people)
}

// addMembers reads the roles of all of them at once.
func (s *Store) addMembers(ctx context.Context, people []ListedPerson) error {
	at := map[int64]int{}
	ids := make([]int64, len(people))
	for i, p := range people {
		ids[i], at[p.ID] = p.ID, i
	}
	var rows []MemberRow
	err := s.all(ctx, &rows, `
		select m.person_id, m.agency_id, m.role, a.side
		from member m join agency a on a.id = m.agency_id
		where m.person_id = any($1)
		order by m.agency_id`, pq.Array(ids))
	if err != nil {
		return fmt.Errorf("roles: %w", err)
	}
	for _, m := range rows {
		p := &people[at[m.PersonID]]
		p.Members = append(p.Members, m)
	}
	return nil
}
