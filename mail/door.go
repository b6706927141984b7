package mail

import (
	"context"
	"errors"
	"sync"
	"time"
)

// setupPause is how long a mail server is left alone that refused the password
// or the certificate: trying on would only lock the account.
const setupPause = 5 * time.Minute

// door is where all clients of a server connect, one after the other, so that a
// wrong password is tried once and not once by each.
type door struct {
	turn  chan struct{}
	state *doorState
}

type doorState struct {
	mu    sync.Mutex
	fault *SendError // of the last try, nil where it went well
	shut  bool       // for setupPause after a fault of the set-up
}

func newDoor() door { return door{make(chan struct{}, 1), &doorState{}} }

// enter connects when it is its turn; while the door is shut it answers with
// the fault that shut it.
func (d door) enter(ctx context.Context, connect func() error) error {
	select {
	case d.turn <- struct{}{}:
	case <-ctx.Done():
		return &SendError{Text: ctx.Err().Error(), Temporary: true}
	}
	defer func() { <-d.turn }()
	if fault, shut := d.state.last(); shut {
		return fault
	}
	err := connect()
	if ctx.Err() == nil {
		d.state.note(err)
	}
	return err
}

func (s *doorState) last() (fault *SendError, shut bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault, s.shut
}

func (s *doorState) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = nil
	if !errors.As(err, &s.fault) || !s.fault.Setup {
		return
	}
	s.shut = true
	time.AfterFunc(setupPause, func() {
		s.mu.Lock()
		s.shut = false
		s.mu.Unlock()
	})
}

// Fault is why the last connection to the server could not be made, nil where
// it could.
func (s *Server) Fault() *SendError {
	fault, _ := s.door.state.last()
	return fault
}
