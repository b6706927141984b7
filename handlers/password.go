package handlers

import (
	"context"
	"errors"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/alexedwards/argon2id"
)

// errBusy says that too many sign-ins wait already.
var errBusy = errors.New("too many sign-ins at once")

// Hashing a password takes 19 MB and tens of milliseconds on purpose: a few at
// a time, a few more waiting, the rest are asked to try again.
const (
	hashersAtOnce  = 2
	hashersWaiting = 32
	hashWait       = 10 * time.Second
)

type hasher struct {
	places  chan struct{}
	waiting atomic.Int32
}

func newHasher() *hasher { return &hasher{places: make(chan struct{}, hashersAtOnce)} }

func (h *hasher) run(ctx context.Context, work func() error) error {
	if h.waiting.Add(1) > hashersWaiting {
		h.waiting.Add(-1)
		return errBusy
	}
	ctx, cancel := context.WithTimeout(ctx, hashWait)
	defer cancel()
	select {
	case h.places <- struct{}{}:
		h.waiting.Add(-1)
		defer func() { <-h.places }()
		defer debug.FreeOSMemory() // the next one may be hours away
		return work()
	case <-ctx.Done():
		h.waiting.Add(-1)
		return errBusy
	}
}

// hashing is what a password's hash costs: of the settings that OWASP's
// "Password Storage Cheat Sheet" holds equal, one that leaves a small server its
// memory.
var hashing = argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// HashPassword returns the argon2id hash of a password (RFC 9106).
func HashPassword(password string) (string, error) {
	return argon2id.CreateHash(password, &hashing)
}

func (h *hasher) hash(ctx context.Context, password string) (hash string, err error) {
	err = h.run(ctx, func() error {
		hash, err = HashPassword(password)
		return err
	})
	return hash, err
}

// nobodysHash is compared where there is no such account, so that both answers
// take as long.
const nobodysHash = "$argon2id$v=19$m=19456,t=2,p=1$7Ri9Wu3fv1b05OnX77DhsA$xqYGgy0IiZZGjLgH8DYT6HIX/56oFxjWN7tlut6F2hM"

// matches compares a password with a hash; nil is nobody's.
func (h *hasher) matches(ctx context.Context, password string, hash *string) (ok bool, err error) {
	against := nobodysHash
	if hash != nil {
		against = *hash
	}
	err = h.run(ctx, func() error {
		ok, err = argon2id.ComparePasswordAndHash(password, against)
		return err
	})
	return ok && hash != nil, err
}
