package embedded

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary be a second process that opens a folder.
func TestMain(m *testing.M) {
	if dir := os.Getenv("AMAL_TEST_OPEN"); dir != "" {
		s, err := Open(context.Background(), Options{Dir: dir, Fast: true, Log: os.Stderr})
		if err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Stdout.WriteString("open\n")
		if os.Getenv("AMAL_TEST_STAY") != "" {
			time.Sleep(time.Minute)
		}
		s.Close()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// folder is a place that the server's account can enter.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "amal-embedded-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func open(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Open(t.Context(), Options{Dir: dir, Fast: true})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func answers(t *testing.T, s *Server) {
	t.Helper()
	if err := s.psql(t.Context(), "amal", "select 1"); err != nil {
		t.Fatalf("does not answer: %v", err)
	}
}

func TestStartsJoinsAndLastOneStops(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	first, second := open(t, dir), open(t, dir)
	answers(t, second)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	answers(t, second)
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	if second.running() {
		t.Error("still runs after the last Close")
	}
	again := open(t, dir)
	defer again.Close()
	answers(t, again)
}

func TestTwoStartsAtOnce(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "AMAL_TEST_OPEN="+dir)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("second process: %v: %s", err, out)
			}
		})
	}
	s := open(t, dir)
	answers(t, s)
	wg.Wait()
	answers(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestSurvivesKilledPostmaster(t *testing.T) {
	t.Parallel()
	s := open(t, folder(t))
	syscall.Kill(s.postmaster(), syscall.SIGKILL)
	again := open(t, s.dir)
	answers(t, again)
	s.Close()
	answers(t, again)
	again.Close()
}

func TestSurvivesKilledUser(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "AMAL_TEST_OPEN="+dir, "AMAL_TEST_STAY=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out.Read(make([]byte, 5))
	cmd.Process.Kill()
	cmd.Wait()
	s := open(t, dir)
	answers(t, s)
	pid := s.postmaster()
	s.Close()
	if alive(pid) {
		t.Error("the killed user still counts: the server was not stopped")
	}
}

func TestBelievesNoForeignProcess(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	open(t, dir).Close()
	pid := filepath.Join(dir, "pg", "postmaster.pid")
	text := "1\n" + filepath.Join(dir, "pg") + "\n"
	if err := os.WriteFile(pid, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	answers(t, s)
	s.Close()
}

func TestFolderTheServerCannotEnter(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		return // only root has folders that the server's account can't enter
	}
	dir := filepath.Join(folder(t), "closed")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	s, err := Open(t.Context(), Options{Dir: dir, Fast: true, Log: &log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(filepath.Dir(s.data)) })
	answers(t, s)
	s.Close()
	if !strings.Contains(log.String(), "data is kept in") {
		t.Errorf("nothing said about the other folder: %q", log.String())
	}
}

func TestTooLongPathPutsSocketElsewhere(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), strings.Repeat("long-", 20))
	s := open(t, dir)
	t.Cleanup(func() { os.RemoveAll(s.socket) })
	answers(t, s)
	s.Close()
	if len(s.socket) > maxSocketFolder {
		t.Errorf("socket folder has %d bytes", len(s.socket))
	}
}

func TestClearRefusals(t *testing.T) {
	t.Parallel()
	_, err := Open(t.Context(), Options{Dir: folder(t), BinDir: "/nonexistent"})
	if !errors.Is(err, ErrNoBinaries) {
		t.Errorf("no programs: got %v", err)
	}
	dir := folder(t)
	open(t, dir).Close()
	if err := os.WriteFile(filepath.Join(dir, "pg", "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = Open(t.Context(), Options{Dir: dir}); !errors.Is(err, ErrVersion) {
		t.Errorf("other version: got %v", err)
	}
	file := filepath.Join(dir, "file")
	os.WriteFile(file, nil, 0o600)
	if _, err = Open(t.Context(), Options{Dir: filepath.Join(file, "below")}); !errors.Is(err, ErrFolder) {
		t.Errorf("unusable folder: got %v", err)
	}
}
