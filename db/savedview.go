package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// SavedView is a list with its filters under a name. AgencyID shares it with
// the people of an agency of its owner; each of them sees there what he may. It
// stays there when its owner has left.
type SavedView struct {
	ID       int64
	PersonID int64 `db:"person_id"`
	Owner    string
	AgencyID *int64 `db:"agency_id"`
	Path     string
	Query    string
	Name     string
	Left     bool // its owner is not in that agency any more
}

// mostViews is how many views of one list a person may keep, and is shown of
// others.
const mostViews = 50

// viewLeft is whether the owner of view v has left the agency it is shared with.
const viewLeft = `(v.agency_id is not null and not exists (
	select from member m join person q on q.id = m.person_id
	where m.person_id = v.person_id and m.agency_id = v.agency_id and q.disabled_at is null))`

// ownView is the condition that view v is person $1's to change: what he shared
// with an agency that he has left is not.
const ownView = `(v.person_id = $1 and not ` + viewLeft + `)`

// SavedViews lists what me saved of a list, then what is shared with his
// agencies, by name.
func (s *Store) SavedViews(ctx context.Context, me rules.Actor, path string) ([]SavedView, error) {
	views, err := same[SavedView](ctx, s.steady(), `
		select v.id, v.person_id, p.name as owner, v.agency_id, v.path, v.query, v.name, `+viewLeft+` as left
		from saved_view v join person p on p.id = v.person_id
		where v.path = $2 and (`+ownView+` or v.agency_id = any($3))
		order by v.person_id <> $1, lower(v.name), v.id limit $4`, me.PersonID, path, pq.Array(me.Agencies()), 2*mostViews)
	if err != nil {
		return nil, fmt.Errorf("views of %s: %w", path, err)
	}
	return views, nil
}

// SaveView keeps a list's filters under a name. Shared says for which of me's
// agencies, 0 for none. A name that me has given before is given anew. Problems:
// he keeps as many as he may.
func (s *Store) SaveView(ctx context.Context, me rules.Actor, v SavedView, now time.Time) error {
	if err := rules.CheckView(me, v.Path, v.Name, v.Query, deref(v.AgencyID)); err != nil {
		return err
	}
	return s.InTx(ctx, func(tx *Store) error {
		_, err := tx.exec(ctx, `delete from saved_view v where `+ownView+` and v.path = $2 and lower(v.name) = lower($3)`, me.PersonID, v.Path, v.Name)
		if err != nil {
			return fmt.Errorf("view %q: %w", v.Name, err)
		}
		n, err := tx.exec(ctx, `
			insert into saved_view (person_id, agency_id, path, query, name, created_at)
			select $1, $2, $3, $4, $5, $6 where (select count(*) from saved_view v where `+ownView+` and v.path = $3) < $7`,
			me.PersonID, v.AgencyID, v.Path, v.Query, v.Name, now, mostViews)
		if err != nil {
			return fmt.Errorf("view %q: %w", v.Name, err)
		}
		if n == 0 {
			return rules.Problems{{Field: "name", Key: "form.error.views", Max: mostViews}}
		}
		return nil
	})
}

// RemoveView forgets a view as far as rules.MayRemoveView lets me; else
// ErrNotFound.
func (s *Store) RemoveView(ctx context.Context, me rules.Actor, id int64) (path string, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		var v SavedView
		err := tx.get(ctx, &v, `select v.id, v.person_id, v.agency_id, v.path, `+viewLeft+` as left from saved_view v where v.id = $1 for update of v`, id)
		if err != nil {
			return err
		}
		if path = v.Path; !rules.MayRemoveView(me, v.PersonID, deref(v.AgencyID), v.Left) {
			return ErrNotFound
		}
		_, err = tx.exec(ctx, `delete from saved_view where id = $1`, id)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("view %d: %w", id, err)
	}
	return path, nil
}

// MeetingTitles returns the titles of those of the meetings that me may see.
func (s *Store) MeetingTitles(ctx context.Context, me rules.Actor, ids []int64) (map[int64]string, error) {
	titles := map[int64]string{}
	if len(ids) == 1 && ids[0] == 0 {
		return titles, nil
	}
	var rows []struct {
		ID    int64
		Title string
	}
	err := s.all(ctx, &rows, `select id, title from meeting where id = any($1) and sides && $2`, pq.Array(ids), pq.Array(me.RegisterSides()))
	if err != nil {
		return nil, fmt.Errorf("titles of meetings: %w", err)
	}
	for _, r := range rows {
		titles[r.ID] = r.Title
	}
	return titles, nil
}
