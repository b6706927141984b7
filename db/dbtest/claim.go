package dbtest

import (
	"context"
	"time"

	"amal/db"
)

// Claim takes the next waiting message as a sender does, one at a time.
// db.ErrNotFound means that nothing waits, or that mails are held.
func Claim(ctx context.Context, s *db.Store, lease string, now time.Time) (*db.Letter, error) {
	letters, err := s.ClaimSome(ctx, lease, 1, now)
	if err != nil {
		return nil, err
	}
	if len(letters) == 0 {
		return nil, db.ErrNotFound
	}
	return letters[0], nil
}
