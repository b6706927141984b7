// Package embedded runs a private Postgres in a folder of its own, over the
// programs installed on the machine: reached by a unix socket in a folder only
// its user can enter, shared by every process that opens the same folder, and
// stopped by the last of them. It imports nothing of ours.
package embedded

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Options says where the private Postgres lives. Log gets a line for each
// thing a person should know; nil drops them. Fast gives up safety against a
// crash of the machine; it is for tests.
type Options struct {
	Dir    string
	BinDir string // AMAL_PG_BIN; "" looks in PATH and the usual folders
	Log    io.Writer
	Fast   bool
}

// Server is one opening of a private Postgres.
type Server struct {
	dir, data, socket string
	bin               string
	as                *account
	log               io.Writer
	fast              bool
	users             *os.File // locked shared while the server is in use
}

// startWithin is how long a start may take, recovery after a crash included.
const startWithin = 2 * time.Minute

// Open joins the private Postgres of a folder, or makes and starts it. Several
// processes may open the same folder at once.
func Open(ctx context.Context, o Options) (*Server, error) {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	s := &Server{log: o.Log, fast: o.Fast}
	var major int
	var err error
	if s.bin, major, err = findBinaries(ctx, o.BinDir); err != nil {
		return nil, err
	}
	if s.as, err = serverAccount(); err != nil {
		return nil, err
	}
	if err := s.place(ctx, o.Dir); err != nil {
		return nil, err
	}
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	if s.users, err = flock(filepath.Join(s.dir, "users.lock"), syscall.LOCK_SH); err != nil {
		return nil, err
	}
	if err := s.ensure(ctx, major); err != nil {
		s.users.Close()
		return nil, err
	}
	return s, nil
}

// ensure makes the data folder if there is none and starts the postmaster if it
// does not run.
func (s *Server) ensure(ctx context.Context, major int) error {
	if err := s.initialise(ctx); err != nil {
		return err
	}
	if err := checkVersion(s.data, major); err != nil {
		return err
	}
	if !s.answers(ctx) {
		if err := s.start(ctx); err != nil {
			return err
		}
	}
	return s.bootstrap(ctx)
}

// Close ends this use of the server; the last one stops it.
func (s *Server) Close() error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	// Unlocked, not only closed: a program started at this moment holds a copy
	// of the file until it runs.
	if err := syscall.Flock(int(s.users.Fd()), syscall.LOCK_UN); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	s.users.Close()
	last, err := flock(filepath.Join(s.dir, "users.lock"), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil { // somebody else still uses it
		return nil
	}
	defer last.Close()
	return s.stop()
}

// AppDSN is the address of the app's role, for lib/pq.
func (s *Server) AppDSN() string { return s.DSN("amal_app", "amal") }

// OwnerDSN is the address of the role that owns the schema.
func (s *Server) OwnerDSN() string { return s.DSN("amal_owner", "amal") }

// DSN is the address of any role and database; "postgres" is the superuser.
func (s *Server) DSN(role, database string) string {
	return fmt.Sprintf("host=%s user=%s dbname=%s sslmode=disable", s.socket, role, database)
}

// lock holds starts and stops of one folder apart.
func (s *Server) lock() (unlock func(), err error) {
	f, err := flock(filepath.Join(s.dir, "start.lock"), syscall.LOCK_EX)
	if err != nil {
		return nil, err
	}
	return func() { f.Close() }, nil
}

// flock opens a file and locks it; closing it, or dying, lets go.
func flock(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return f, nil
}

func (s *Server) note(format string, args ...any) {
	if s.log != nil {
		fmt.Fprintf(s.log, "private Postgres: "+format+"\n", args...)
	}
}
