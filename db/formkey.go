package db

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"amal/rules"
)

// longestKey is the longest form key that is kept as it came.
const longestKey = 200

// once marks a form as taken. A form sent twice, by a double click or a
// resend, ends the second transaction with a RepeatedError that names where
// the first one answered. An empty key is not checked.
func (s *Store) once(ctx context.Context, me rules.Actor, key, target string) error {
	if key == "" {
		return nil
	}
	if len(key) > longestKey {
		key = fmt.Sprintf("%x", sha256.Sum256([]byte(key)))
	}
	n, err := s.exec(ctx, `
		insert into form_key (key, person_id, target, at) values ($1, $2, $3, now())
		on conflict (key) do nothing`, key, me.PersonID, target)
	if err != nil {
		return fmt.Errorf("form key: %w", err)
	}
	if n == 1 {
		return nil
	}
	var first string
	err = s.get(ctx, &first, `select target from form_key where key = $1 and person_id = $2`, key, me.PersonID)
	if err != nil {
		return fmt.Errorf("form key: %w", err)
	}
	return &RepeatedError{Target: first}
}

// formKeyFor is how long a form counts as the same one.
const formKeyFor = 24 * time.Hour

// Tidy removes what has run out: sessions an hour after their end (their forms
// are kept as long), links, kept forms, throttles and old form keys.
func (s *Store) Tidy(ctx context.Context, now time.Time) error {
	for _, sweep := range []struct {
		query string
		than  time.Time
	}{
		{`delete from session where expires_at < $1`, now.Add(-time.Hour)},
		{`delete from one_time_link where expires_at < $1`, now.Add(-24 * time.Hour)},
		{`delete from answer_link where expires_at < $1`, now.Add(-expiredSaidFor)},
		{`delete from kept_form where expires_at < $1`, now},
		{`delete from throttle where until < $1`, now.Add(-24 * time.Hour)},
		{`delete from form_key where at < $1`, now.Add(-formKeyFor)},
		{`delete from export where created_at < $1`, now.Add(-ExportKept)},
		{`delete from import where created_at < $1`, now.Add(-ImportKept)},
		{`delete from open_span where n = 0 and starts_at < $1`, now.AddDate(-1, 0, 0)},
		{`delete from open_count where n = 0 and overdue_at < $1`, now.AddDate(0, 0, -1)},
	} {
		if _, err := s.exec(ctx, sweep.query, sweep.than); err != nil {
			return fmt.Errorf("tidy: %w", err)
		}
	}
	return nil
}
