package db

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// Sessions keeps signed-in browsers in Postgres, as the store of the session
// library. Only the hash of a token is kept, with the person, the address and
// the browser it came from, so that people can see and end their own.
type Sessions struct{ Store *Store }

// SessionFor is how long a session lives, SessionIdle how long without a visit.
const (
	SessionFor  = 7 * 24 * time.Hour
	SessionIdle = 12 * time.Hour
	touchAfter  = time.Minute // between two notes that a session was seen
)

type visitorKey struct{}

// Visitor is where a request comes from, and whether it comes to Look, not to
// write. Stale is noted when its session is found: it was last noted as seen a
// minute ago or more.
type Visitor struct {
	Address, Agent string
	Look           bool
	Stale          bool
	first          string      // which server, and what of it the request saw when its session was found
	wrote          atomic.Bool // since then
}

// sight is which transactions a request sees that only looks: what it reads is
// what was there when its session was found, or later. "" where it reads all
// anew, what it wrote itself included.
func (v *Visitor) sight() string {
	if !v.Look || v.wrote.Load() {
		return ""
	}
	return v.first
}

// WithVisitor tells the session store where a request comes from.
func WithVisitor(ctx context.Context, v *Visitor) context.Context {
	return context.WithValue(ctx, visitorKey{}, v)
}

func visitorOf(ctx context.Context) *Visitor {
	if v, ok := ctx.Value(visitorKey{}).(*Visitor); ok {
		return v
	}
	return &Visitor{Stale: true}
}

// SessionData is what a session holds.
type SessionData struct {
	Deadline time.Time      `json:"deadline"`
	Values   map[string]any `json:"values"`
	Person   int64          `json:"person"`
}

func hashed(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// FindCtx returns the data of a live session.
func (s Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var kept struct {
		Data   []byte
		SeenAt time.Time `db:"seen_at"`
		Now    time.Time
		Sight  string
	}
	err := s.Store.steady().get(ctx, &kept, `
		select data, seen_at, now() as now, pg_postmaster_start_time() || ' ' || pg_current_snapshot() as sight from session
		where token_hash = $1 and expires_at > now() and seen_at > now() - cast($2 as interval)`,
		hashed(token), SessionIdle.String())
	if errors.Is(err, ErrNotFound) {
		return nil, false, nil
	}
	v := visitorOf(ctx)
	v.Stale, v.first = kept.Now.Sub(kept.SeenAt) >= touchAfter, kept.Sight
	return kept.Data, err == nil, err
}

// CommitCtx keeps the data of a session.
func (s Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	var d SessionData
	if err := json.Unmarshal(data, &d); err != nil {
		return fmt.Errorf("session data: %w", err)
	}
	v := visitorOf(ctx)
	_, err := s.Store.exec(ctx, `
		insert into session (token_hash, person_id, data, address, agent, created_at, seen_at, expires_at)
		values ($1, $2, $3, $4, $5, now(), now(), $6)
		on conflict (token_hash) do update set data = excluded.data, person_id = excluded.person_id`,
		hashed(token), nullID(d.Person), data, v.Address, v.Agent, expiry)
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	return nil
}

// DeleteCtx ends a session.
func (s Sessions) DeleteCtx(ctx context.Context, token string) error {
	_, err := s.Store.exec(ctx, `delete from session where token_hash = $1`, hashed(token))
	return err
}

// Find is FindCtx without a context.
func (s Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context.
func (s Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// EndedSession returns whose session a token was that ended less than an hour
// ago, 0 if nobody's: his typed form is kept for him.
func (s *Store) EndedSession(ctx context.Context, token string) (personID int64, err error) {
	err = s.get(ctx, &personID, `
		select person_id from session
		where token_hash = $1 and person_id is not null and expires_at > now() - interval '1 hour'`, hashed(token))
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	return personID, err
}

// Touch notes a visit of a session and its person, at most once a minute.
func (s *Store) Touch(ctx context.Context, token string, personID int64, now time.Time) error {
	if !visitorOf(ctx).Stale {
		return nil
	}
	n, err := s.exec(ctx, `
		update session set seen_at = $2
		where token_hash = $1 and seen_at < $3`, hashed(token), now, now.Add(-touchAfter))
	if err != nil || n == 0 {
		return err
	}
	_, err = s.exec(ctx, `update person set visited_at = $2 where id = $1`, personID, now)
	return err
}

// OwnSession is a signed-in browser of one's own.
type OwnSession struct {
	ID        int64
	Address   string
	Agent     string
	CreatedAt time.Time `db:"created_at"`
	SeenAt    time.Time `db:"seen_at"`
	Current   bool
}

// OwnSessions lists a person's live sessions; token is the current one's.
func (s *Store) OwnSessions(ctx context.Context, personID int64, token string) ([]OwnSession, error) {
	var rows []OwnSession
	err := s.all(ctx, &rows, `
		select id, address, agent, created_at, seen_at, token_hash = $2 as current
		from session
		where person_id = $1 and expires_at > now() and seen_at > now() - cast($3 as interval)
		order by seen_at desc`, personID, hashed(token), SessionIdle.String())
	if err != nil {
		return nil, fmt.Errorf("sessions of person %d: %w", personID, err)
	}
	return rows, nil
}

// EndSession ends one of a person's own sessions.
func (s *Store) EndSession(ctx context.Context, personID, id int64) error {
	n, err := s.exec(ctx, `delete from session where id = $2 and person_id = $1`, personID, id)
	if err == nil && n == 0 {
		err = fmt.Errorf("session %d: %w", id, ErrNotFound)
	}
	return err
}

// EndSessions ends all sessions of a person but keep (0 ends all).
func (s *Store) EndSessions(ctx context.Context, personID, keep int64) error {
	_, err := s.exec(ctx, `delete from session where person_id = $1 and id <> $2`, personID, keep)
	if err != nil {
		return fmt.Errorf("sessions of person %d: %w", personID, err)
	}
	return nil
}
