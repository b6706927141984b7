package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// run runs one of the Postgres programs as the server's account and returns
// what it printed as the error's text when it fails.
func (s *Server) run(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...)
	cmd.Dir = "/"
	cmd.Env = []string{"LC_ALL=C.UTF-8", "PATH=" + s.bin + ":/usr/bin:/bin", "TZ=UTC"}
	cmd.SysProcAttr = s.as.attributes()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(string(out)))
	}
	return string(out), nil
}

// initialise makes the data folder in a side folder and renames it, so that a
// start killed half-way leaves nothing half-made.
func (s *Server) initialise(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(s.data, "PG_VERSION")); err == nil {
		return nil
	}
	side := s.data + ".new"
	if err := os.RemoveAll(side); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	if err := s.own(side); err != nil {
		return err
	}
	// Trust is safe here: the only way in is a socket in a folder that nobody
	// but the server's account and root can enter.
	_, err := s.run(ctx, "initdb", "-D", side, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
	if err != nil {
		return err
	}
	if err := os.Rename(side, s.data); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return nil
}

// settings are what the private server needs beside the defaults.
func (s *Server) settings() []string {
	settings := []string{
		"listen_addresses=", "unix_socket_directories=" + s.socket, "unix_socket_permissions=0700",
		"shared_buffers=128MB", "max_connections=200", "jit=off", "timezone=UTC", "log_timezone=UTC",
		"max_wal_size=2GB", "random_page_cost=1.1", "logging_collector=off",
	}
	if s.fast {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	return settings
}

func (s *Server) start(ctx context.Context) error {
	if err := s.clearStale(ctx); err != nil {
		return err
	}
	var options []string
	for _, set := range s.settings() {
		options = append(options, "-c", "'"+set+"'")
	}
	log := filepath.Join(s.data, "server.log")
	_, err := s.run(ctx, "pg_ctl", "start", "-D", s.data, "-w", "-t", "110", "-s", "-l", log, "-o", strings.Join(options, " "))
	if err != nil {
		return fmt.Errorf("start: %w: %s", err, lastLines(log))
	}
	return nil
}

func lastLines(path string) string {
	text, _ := os.ReadFile(path)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], "; ")
}

func (s *Server) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if !s.running() {
		return nil
	}
	_, err := s.run(ctx, "pg_ctl", "stop", "-D", s.data, "-m", "fast", "-w", "-t", "25", "-s")
	return err
}

// running reports whether the postmaster named in the data folder lives and is
// one of this folder. A dead one can stay a zombie, and its number can belong
// to another process by now.
func (s *Server) running() bool {
	pid := s.postmaster()
	return pid != 0 && alive(pid) && s.worksHere(pid)
}

func (s *Server) postmaster() int {
	text, err := os.ReadFile(filepath.Join(s.data, "postmaster.pid"))
	if err != nil {
		return 0
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(strings.SplitN(string(text), "\n", 2)[0]))
	return pid
}

// alive reports whether a process runs; a zombie does not. Where there is no
// /proc, a signal tells.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		if _, noProc := os.Stat("/proc/self/stat"); noProc == nil {
			return false
		}
		return signalReaches(pid)
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return after != "" && after[0] != 'Z' && after[0] != 'X'
}

func signalReaches(pid int) bool {
	p, err := os.FindProcess(pid)
	return err == nil && p.Signal(nil) == nil
}

// worksHere reports whether a process was started on the data folder, as its
// command line tells everybody.
func (s *Server) worksHere(pid int) bool {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err != nil && !errors.Is(err, os.ErrNotExist) || strings.Contains(string(line), s.data)
}

// answers waits until a running postmaster takes connections; false means that
// it died meanwhile.
func (s *Server) answers(ctx context.Context) bool {
	for s.running() && ctx.Err() == nil {
		if s.psql(ctx, "postgres", "select 1") == nil {
			return true
		}
		time.Sleep(50 * time.Millisecond)
	}
	return false
}

// clearStale removes what a killed postmaster left: it waits until its children
// have noticed and gone, then takes its files away: the programs believe the
// number of a zombie.
func (s *Server) clearStale(ctx context.Context) error {
	for len(s.orphans()) > 0 {
		select {
		case <-ctx.Done():
			return fmt.Errorf("processes of a killed Postgres are still at work in %s: %w", s.data, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
	left := []string{
		filepath.Join(s.data, "postmaster.pid"),
		filepath.Join(s.socket, ".s.PGSQL.5432"), filepath.Join(s.socket, ".s.PGSQL.5432.lock"),
	}
	for _, path := range left {
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("%w: %w", ErrFolder, err)
		}
	}
	return nil
}

func (s *Server) orphans() []int {
	folders, _ := filepath.Glob("/proc/[0-9]*")
	var pids []int
	for _, f := range folders {
		pid, _ := strconv.Atoi(filepath.Base(f))
		if cwd, err := os.Readlink(f + "/cwd"); err == nil && cwd == s.data && alive(pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// bootstrap makes the two roles and the database, once. The extension needs the
// superuser, the owner does the rest.
func (s *Server) bootstrap(ctx context.Context) error {
	done := filepath.Join(s.data, "amal.ready")
	if _, err := os.Stat(done); err == nil {
		return nil
	}
	steps := []struct{ database, sql string }{
		{"postgres", `do $$ begin
			if not exists (select from pg_roles where rolname = 'amal_owner') then create role amal_owner login; end if;
			if not exists (select from pg_roles where rolname = 'amal_app') then create role amal_app login; end if;
		end $$`},
		{"postgres", `select 'create database amal owner amal_owner' where not exists (select from pg_database where datname = 'amal') \gexec`},
		{"amal", `create extension if not exists pg_trgm`},
	}
	for _, step := range steps {
		if err := s.psql(ctx, step.database, step.sql); err != nil {
			return fmt.Errorf("first setup: %w", err)
		}
	}
	return os.WriteFile(done, nil, 0o600)
}

// psql runs one statement as the superuser.
func (s *Server) psql(ctx context.Context, database, sql string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", s.socket, "-U", "postgres", "-d", database)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + s.bin + ":/usr/bin:/bin"}
	cmd.Stdin = strings.NewReader(sql)
	cmd.SysProcAttr = s.as.attributes()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}
