package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"amal/rules"
)

// Purposes of a one-time link.
const (
	LinkPassword   = "password"    // set a password
	LinkSignIn     = "sign_in"     // sign in once
	LinkFirstAdmin = "first_admin" // make the first administrator
)

// AddLink keeps a one-time link for a person (0: the first administrator) until
// expires. Only the token's hash is kept.
func (s *Store) AddLink(ctx context.Context, token, purpose string, personID int64, now, expires time.Time) error {
	_, err := s.exec(ctx, `
		insert into one_time_link (token_hash, person_id, purpose, created_at, expires_at)
		values ($1, $2, $3, $4, $5)`, hashed(token), nullID(personID), purpose, now, expires)
	if err != nil {
		return fmt.Errorf("one-time link: %w", err)
	}
	return nil
}

// Link is a one-time link that can still be used.
type Link struct {
	PersonID *int64 `db:"person_id"`
	Purpose  string
}

// Link looks at a link without using it, so that a mail scanner's visit does
// nothing. ErrNotFound: unknown, used or expired.
func (s *Store) Link(ctx context.Context, token string, now time.Time) (*Link, error) {
	var l Link
	err := s.get(ctx, &l, `
		select person_id, purpose from one_time_link
		where token_hash = $1 and used_at is null and expires_at > $2`, hashed(token), now)
	if err != nil {
		return nil, fmt.Errorf("one-time link: %w", err)
	}
	return &l, nil
}

// UseLink uses a link up.
func (s *Store) UseLink(ctx context.Context, token string, now time.Time) (*Link, error) {
	var l Link
	err := s.get(ctx, &l, `
		update one_time_link set used_at = $2
		where token_hash = $1 and used_at is null and expires_at > $2
		returning person_id, purpose`, hashed(token), now)
	if err != nil {
		return nil, fmt.Errorf("one-time link: %w", err)
	}
	return &l, nil
}

// NeedsFirstAdmin reports whether nobody can administer yet.
func (s *Store) NeedsFirstAdmin(ctx context.Context) (needs bool, err error) {
	err = s.get(ctx, &needs, `
		select not exists (
			select from member m join person p on p.id = m.person_id
			where m.role = 'admin' and p.disabled_at is null)`)
	return needs, err
}

// FirstAdmin is what the first administrator types: his agency, himself and a
// hashed password.
type FirstAdmin struct {
	Token       string
	Agency      AgencyInput
	Email, Name string
	Hash        string
	Now         time.Time
}

// MakeFirstAdmin uses the one-time link up and makes the first agency and its
// administrator. ErrNotFound: the link is used or expired, or there is an
// administrator by now.
func (s *Store) MakeFirstAdmin(ctx context.Context, in FirstAdmin) (personID int64, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		if needs, err := tx.NeedsFirstAdmin(ctx); err != nil || !needs {
			return errors.Join(err, ErrNotFound)
		}
		if l, err := tx.UseLink(ctx, in.Token, in.Now); err != nil || l.Purpose != LinkFirstAdmin {
			return errors.Join(err, ErrNotFound)
		}
		in.Agency.Now = in.Now
		agencyID, err := tx.SaveAgency(ctx, rules.Actor{}, in.Agency)
		if err != nil {
			return err
		}
		personID, err = tx.SavePerson(ctx, rules.Actor{}, PersonInput{
			Email: in.Email, Name: in.Name, Roles: map[int64]rules.Role{agencyID: rules.Admin}, Now: in.Now})
		if err != nil {
			return err
		}
		return tx.SetPassword(ctx, rules.Actor{PersonID: personID}, in.Hash, 0, in.Now)
	})
	return personID, err
}

// throttleFree is how many tries go without a wait; then the wait doubles from
// a second to throttleMax.
const (
	throttleFree        = 5  // tries of an account before a wait
	throttleFreeAddress = 50 // of a network address: a whole office may share one
	throttleMax         = 15 * time.Minute
)

// Throttled reports until when no further try is taken for any of the keys;
// the zero time means now.
func (s *Store) Throttled(ctx context.Context, now time.Time, keys ...string) (until time.Time, err error) {
	err = s.get(ctx, &until, `
		select coalesce(max(until), 'epoch') from throttle where key in ($1, $2) and until > $3`,
		keys[0], keys[len(keys)-1], now)
	return until, err
}

// CountTry notes a failed try for each key: the account first, then the address. The wait grows, and is forgotten a
// quarter of an hour after the last try, so that nobody is locked out for ever.
func (s *Store) CountTry(ctx context.Context, now time.Time, keys ...string) error {
	free := throttleFree
	for _, key := range keys {
		_, err := s.exec(ctx, `
			insert into throttle (key, tries, first_at, until) values ($1, 1, $2, $2)
			on conflict (key) do update set
				tries = case when throttle.until < $2 - cast($3 as interval) then 1 else throttle.tries + 1 end,
				until = $2 + case when throttle.tries + 1 < $4 or throttle.until < $2 - cast($3 as interval) then interval '0'
					else least(cast($3 as interval), interval '1 second' * power(2, least(throttle.tries + 1 - $4, 12))) end`,
			key, now, throttleMax.String(), free)
		if err != nil {
			return fmt.Errorf("throttle: %w", err)
		}
		free = throttleFreeAddress
	}
	return nil
}

// ForgetTries clears an account's count after it signed in.
func (s *Store) ForgetTries(ctx context.Context, key string) error {
	_, err := s.exec(ctx, `delete from throttle where key = $1`, key)
	return err
}

// KeepForm keeps a typed form for the person whose session had ended.
func (s *Store) KeepForm(ctx context.Context, token string, personID int64, path string, form []byte, expires time.Time) error {
	_, err := s.exec(ctx, `
		insert into kept_form (token_hash, person_id, path, fields, expires_at) values ($1, $2, $3, $4, $5)`,
		hashed(token), personID, path, form, expires)
	if err != nil {
		return fmt.Errorf("kept form: %w", err)
	}
	return nil
}

// KeptForm is a form given back after signing in.
type KeptForm struct {
	Path   string
	Fields []byte
}

// TakeKeptForm gives a kept form back to the person who typed it, once.
func (s *Store) TakeKeptForm(ctx context.Context, token string, personID int64, now time.Time) (*KeptForm, error) {
	var f KeptForm
	err := s.get(ctx, &f, `
		delete from kept_form where token_hash = $1 and person_id = $2 and expires_at > $3
		returning path, fields`, hashed(token), personID, now)
	if err != nil {
		return nil, fmt.Errorf("kept form: %w", err)
	}
	return &f, nil
}
