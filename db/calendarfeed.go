package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// Feed is an address at which calendar programs read dates, as its owner sees
// it in his list. The address itself is not kept.
type Feed struct {
	ID             int64
	PersonID       int64 `db:"person_id"`
	Subject        rules.FeedSubject
	AgencyID       *int64     `db:"agency_id"`
	DirectiveID    *int64     `db:"directive_id"`
	CreatedAt      time.Time  `db:"created_at"`
	RenewedAt      *time.Time `db:"renewed_at"`
	ReadAt         *time.Time `db:"read_at"`         // last time by a program, to the hour
	DirectiveTitle string     `db:"directive_title"` // "" where its owner no longer sees the directive
	NumberYear     *int       `db:"number_year"`
	Number         *int
	Official       bool
}

// Ref returns the number of a directive's feed, "" without one.
func (f *Feed) Ref() string { return rules.DirectiveRef(deref(f.NumberYear), deref(f.Number)) }

// Feeds lists me's own feeds, the newest first.
func (s *Store) Feeds(ctx context.Context, me rules.Actor) ([]Feed, error) {
	var rows []Feed
	err := s.all(ctx, &rows, `
		select f.id, f.person_id, f.subject, f.agency_id, f.directive_id, f.created_at, f.renewed_at, f.read_at,
			coalesce(d.title, '') as directive_title, d.number_year, d.number, coalesce(d.official, false) as official
		from calendar_feed f
		left join directive d on d.id = f.directive_id and `+seesDirective+`
		where f.person_id = $3 and f.revoked_at is null
		order by f.id desc`,
		pq.Array(me.RegisterSides()), pq.Array(me.AgenciesAs(rules.Focal)), me.PersonID)
	if err != nil {
		return nil, fmt.Errorf("feeds of person %d: %w", me.PersonID, err)
	}
	return rows, nil
}

// FeedInput asks for a feed. SubjectID is an agency's or a directive's; of a
// person it is me himself. Token is the secret of its address.
type FeedInput struct {
	Subject   rules.FeedSubject
	SubjectID int64
	Token     string
	FormKey   string
	Now       time.Time
}

// AddFeed makes a feed of what me sees. ErrNotFound: not for me's eyes;
// Problems: he has too many.
func (s *Store) AddFeed(ctx context.Context, me rules.Actor, in FeedInput) error {
	return s.InTx(ctx, func(tx *Store) error {
		f := Feed{Subject: in.Subject}
		switch in.Subject {
		case rules.FeedOfAgency:
			f.AgencyID = &in.SubjectID
		case rules.FeedOfDirective:
			f.DirectiveID = &in.SubjectID
		}
		if err := tx.mayRead(ctx, me, &f); err != nil {
			return err
		}
		if err := tx.once(ctx, me, in.FormKey, "/account"); err != nil {
			return err
		}
		if err := tx.feedsLeft(ctx, me); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `
			insert into calendar_feed (token_hash, person_id, subject, agency_id, directive_id, created_at)
			values ($1, $2, $3, $4, $5, $6)`,
			hashed(in.Token), me.PersonID, in.Subject, f.AgencyID, f.DirectiveID, in.Now)
		if err != nil {
			return fmt.Errorf("new feed of person %d: %w", me.PersonID, err)
		}
		return tx.logFeed(ctx, me, rules.ActAddFeed, in.Now)
	})
}

// feedsLeft returns Problems where me has as many feeds as he can have. His row
// is locked, so that two at once count each other.
func (s *Store) feedsLeft(ctx context.Context, me rules.Actor) error {
	if _, err := s.lockPerson(ctx, me.PersonID); err != nil {
		return err
	}
	var n int
	err := s.get(ctx, &n, `select count(*) from calendar_feed where person_id = $1 and revoked_at is null`, me.PersonID)
	if err != nil {
		return fmt.Errorf("feeds of person %d: %w", me.PersonID, err)
	}
	if n >= rules.MaxFeeds {
		return rules.Problems{{Field: "of", Key: "form.error.feeds", Max: rules.MaxFeeds}}
	}
	return nil
}

// logFeed keeps that me made, renewed or revoked a feed.
func (s *Store) logFeed(ctx context.Context, me rules.Actor, act rules.Act, now time.Time) error {
	return s.log(ctx, deed{Me: me, Act: act, Now: now}, entry{Subject: "person", ID: me.PersonID})
}

// RenewFeed gives one of me's feeds another secret; the address it had leads
// nowhere from now on.
func (s *Store) RenewFeed(ctx context.Context, me rules.Actor, id int64, token string, now time.Time) error {
	return s.changeFeed(ctx, me, id, rules.ActRenewFeed, now, `
		update calendar_feed set token_hash = $4, renewed_at = $3, read_at = null
		where id = $1 and person_id = $2 and revoked_at is null`, hashed(token))
}

// RevokeFeed ends one of me's feeds for ever.
func (s *Store) RevokeFeed(ctx context.Context, me rules.Actor, id int64, now time.Time) error {
	return s.changeFeed(ctx, me, id, rules.ActRevokeFeed, now, `
		update calendar_feed set revoked_at = $3
		where id = $1 and person_id = $2 and revoked_at is null`)
}

func (s *Store) changeFeed(ctx context.Context, me rules.Actor, id int64, act rules.Act, now time.Time, query string, args ...any) error {
	return s.InTx(ctx, func(tx *Store) error {
		n, err := tx.exec(ctx, query, append([]any{id, me.PersonID, now}, args...)...)
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("feed %d: %w", id, err)
		}
		return tx.logFeed(ctx, me, act, now)
	})
}

// mayRead returns ErrNotFound where me may not see what a feed shows.
func (s *Store) mayRead(ctx context.Context, me rules.Actor, f *Feed) error {
	if !rules.Allowed(me, rules.SeeTasks) {
		return ErrNotFound
	}
	switch f.Subject {
	case rules.FeedOfPerson:
		return nil
	case rules.FeedOfDirective:
		_, err := s.Directive(ctx, me, deref(f.DirectiveID))
		return err
	case rules.FeedOfAgency:
		var side rules.Side
		err := s.get(ctx, &side, `select side from agency where id = $1`, deref(f.AgencyID))
		if err == nil && !rules.MayFollow(me, deref(f.AgencyID), side) {
			err = ErrNotFound
		}
		return err
	}
	return ErrNotFound
}
