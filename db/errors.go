package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/lib/pq"
)

// Errors that callers branch on.
var (
	// ErrNotFound: not there, or not for the asker's eyes.
	ErrNotFound = errors.New("not found")
	// ErrStale: the thing changed after the form was opened.
	ErrStale = errors.New("changed meanwhile")
	// ErrValue: a value is not one that the schema takes.
	ErrValue = errors.New("value refused")
	// ErrUnavailable: the database can't be reached or is shutting down; the
	// same may succeed in a moment.
	ErrUnavailable = errors.New("database unavailable")
)

// RepeatedError says that a form was already taken; Target is the address its
// first sending answered with.
type RepeatedError struct{ Target string }

// Error says so, for logs.
func (e *RepeatedError) Error() string { return "form sent again, first answer: " + e.Target }

// TakenError says that a value which must be unique is already in use.
type TakenError struct{ Constraint string }

// Error names the constraint, for logs.
func (e *TakenError) Error() string { return "already taken: " + e.Constraint }

// translate turns what the driver says into the errors above; the rest passes.
// Codes: appendix A of the Postgres manual.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	var state *pq.Error
	if errors.As(err, &state) {
		return translateState(err, state)
	}
	var network *net.OpError
	if errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

func translateState(err error, state *pq.Error) error {
	code := string(state.Code)
	switch {
	case code == "23505": // unique_violation
		return &TakenError{Constraint: state.Constraint}
	case code == "40P01", code == "40001": // deadlock_detected, serialization_failure: somebody else came first
		return fmt.Errorf("%w: %w", ErrStale, err)
	case code == "57014": // query_canceled, by our context
		return fmt.Errorf("%w: %w", context.Canceled, err)
	case code == "23514", strings.HasPrefix(code, "22"): // check_violation, data exception
		return fmt.Errorf("%w: %w", ErrValue, err)
	case strings.HasPrefix(code, "57P"), strings.HasPrefix(code, "08"), code == "53300":
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}
