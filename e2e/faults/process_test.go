package faults

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"amal/db"
	"amal/db/dbtest"
	"amal/db/embedded"
	"amal/mail/mailtest"
)

const (
	sigterm = syscall.SIGTERM
	sigkill = syscall.SIGKILL
)

// Killed again and again at random moments while it sends: nothing is lost, a
// worker that died between the server's answer and its note of it sends a copy
// later, and what was stuck goes within a minute.
func TestKilled(t *testing.T) {
	t.Parallel()
	n, kills := pick(300, 10_000), pick(5, 100)
	w := newWorld(t, dbtest.NewURLs(t), nil, pick(20, 100))
	var mu sync.Mutex
	at := map[string]time.Time{} // last arrival
	w.Body = func(m mailtest.Mail) error {
		time.Sleep(10 * time.Millisecond) // a server's usual
		mu.Lock()
		defer mu.Unlock()
		at[idOf(m)] = time.Now()
		return nil
	}
	w.due(n)
	stuck := map[string]time.Time{}
	for range kills {
		at := len(w.Got()) + rand.IntN(n/kills)
		s := w.serve()
		w.until(90*time.Second, "it sends", func() bool { return len(w.Got()) > at || w.waiting() == 0 })
		time.Sleep(rand.N(30 * time.Millisecond))
		s.end(sigkill)
		for _, id := range w.leased() {
			stuck[id] = time.Now()
		}
	}
	left := w.waiting()
	w.serve()
	w.finished(pick(90*time.Second, 5*time.Minute))
	worst := time.Duration(0)
	for id, since := range stuck {
		worst = max(worst, at[id].Sub(since))
	}
	if worst > time.Minute {
		t.Errorf("a mail stuck by a kill went out after %v", worst)
	}
	if len(stuck) == 0 {
		t.Error("no kill hit a mail under way: the test shows nothing")
	}
	w.is(w.count("kill -9", kills*workers, "%d kills, %d left after the last, %d stuck, went within %.1f s", kills, left, len(stuck), worst.Seconds()))
}

// leased are the mails under way.
func (w *world) leased() (ids []string) {
	rows, err := w.owner.QueryContext(w.t.Context(), `select header_id from message where state = 'waiting' and leased_until is not null`)
	w.check(err)
	defer rows.Close()
	for rows.Next() {
		var id string
		w.check(rows.Scan(&id))
		ids = append(ids, id)
	}
	w.check(rows.Err())
	return ids
}

// Told to end, it ends what is under way.
func TestToldToEnd(t *testing.T) {
	t.Parallel()
	n := pick(200, 3000)
	w := newWorld(t, dbtest.NewURLs(t), nil, 20)
	w.Body = func(mailtest.Mail) error { time.Sleep(20 * time.Millisecond); return nil }
	w.due(n)
	longest := time.Duration(0)
	ends := pick(4, 20)
	for i := range ends {
		s := w.serve()
		w.until(30*time.Second, "it sends", func() bool { return len(w.Got()) > i*n/(ends+1) })
		asked := time.Now()
		s.end(sigterm)
		longest = max(longest, time.Since(asked))
		if under := w.leased(); len(under) > 0 {
			t.Errorf("left %v behind", under)
		}
	}
	w.serve()
	w.finished(time.Minute)
	if longest > 10*time.Second {
		t.Errorf("ends only after %v", longest)
	}
	w.is(w.count("SIGTERM", 0, "%d times, longest end %.1f s", ends, longest.Seconds()))
}

// Three servers on one database send each mail once.
func TestThreeServers(t *testing.T) {
	t.Parallel()
	n := pick(300, 5000)
	w := newWorld(t, dbtest.NewURLs(t), nil, 50)
	for range 3 {
		w.serve()
	}
	w.due(n)
	w.finished(3 * time.Minute)
	w.is(w.count("three servers", 0, "%.0f mails a second", float64(n)/time.Since(w.began).Seconds()))
}

// A server that freezes in mid-send beyond its lease, and then goes on, finds
// that its mails are another's.
func TestFrozen(t *testing.T) {
	t.Parallel()
	n := pick(100, 2000)
	w := newWorld(t, dbtest.NewURLs(t), nil, 20)
	var held atomic.Int64
	freeze := make(chan bool)
	w.Body = func(mailtest.Mail) error { // the first answers come when their asker is frozen
		held.Add(1)
		<-freeze
		return nil
	}
	frozen := w.serve()
	w.due(n)
	w.until(20*time.Second, "each worker with something to send is in mid-send", func() bool { return held.Load() >= int64(min(workers, n/claimed)) })
	w.check(frozen.Process.Signal(syscall.SIGSTOP))
	w.until(20*time.Second, "it is frozen", func() bool { return stopped(frozen.Process.Pid) })
	time.Sleep(200 * time.Millisecond) // what was under way to the mail server has come
	holding := int(held.Load())
	close(freeze)
	w.serve()
	w.until(time.Minute, "the other sends", func() bool { return len(w.Got()) >= n })
	if *long {
		time.Sleep(time.Until(w.began.Add(db.Lease + 20*time.Second)))
	} else {
		w.exec(fmt.Sprintf(`update message set leased_until = now() - interval '1 second' where leased_by like '%%-%d/%%'`, frozen.Process.Pid)) // not the other's
	}
	w.finished(30 * time.Second)
	w.check(frozen.Process.Signal(syscall.SIGCONT))
	w.until(20*time.Second, "the late results are refused", func() bool {
		return strings.Count(frozen.said(), "belongs to another sender by now") == holding
	})
	w.due(40) // it goes on working
	w.finished(30 * time.Second)
	w.is(w.count("frozen by SIGSTOP", holding, "%d late results refused", holding))
}

// stopped reports whether every thread of a process has stopped: on a busy
// machine one may run on for a moment after the signal.
func stopped(pid int) bool {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(threads) == 0 {
		return false
	}
	for _, path := range threads {
		stat, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(stat), ") T ") {
			return false
		}
	}
	return true
}

// private is a Postgres of its own, to be killed.
type private struct {
	t   *testing.T
	dir string
}

func newPrivate(t *testing.T) (*private, dbtest.URLs) {
	t.Helper()
	dir, err := os.MkdirTemp("", "amal-pg-") // t.TempDir is closed to the server's account
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	p := &private{t, dir}
	s := p.start()
	if err := db.Migrate(t.Context(), s.OwnerDSN(), dbtest.Schema(t)); err != nil {
		t.Fatal(err)
	}
	return p, dbtest.URLs{App: s.AppDSN(), Owner: s.OwnerDSN()}
}

// start starts it, where it does not run.
func (p *private) start() *embedded.Server {
	p.t.Helper()
	s, err := embedded.Open(p.t.Context(), embedded.Options{Dir: p.dir, BinDir: os.Getenv("AMAL_PG_BIN")})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { s.Close() })
	return s
}

// stop ends it by a signal and waits until it is gone.
func (p *private) stop(how syscall.Signal) {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, "pg", "postmaster.pid"))
	if err != nil {
		p.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.Fields(string(text))[0])
	if err != nil {
		p.t.Fatal(err)
	}
	_ = syscall.Kill(pid, how)
	for range 200 {
		if stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat"); err != nil || strings.Contains(string(stat), ") Z") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.t.Fatal("Postgres does not end")
}

// The database goes away in mid-send, stopped or killed, shorter and longer than
// a lease: what the mail server took is written down when it is back, so that
// nothing goes twice, and the app sends on by itself.
func TestPostgresGoesAway(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault string
		how   syscall.Signal
		away  time.Duration
		long  bool
	}{
		{"Postgres restart", syscall.SIGINT, 0, false},
		{"Postgres kill -9", sigkill, 0, false},
		{"Postgres away for 65 s, two servers", sigkill, 65 * time.Second, true},
	} {
		if c.long && !*long {
			continue
		}
		t.Run(c.fault, func(t *testing.T) {
			t.Parallel()
			p, urls := newPrivate(t)
			w := newWorld(t, urls, nil, 20)
			w.Body = func(mailtest.Mail) error { time.Sleep(20 * time.Millisecond); return nil }
			s := w.serve()
			if c.long {
				w.serve() // which might take over what the first one has not yet written down
			}
			n := pick(400, 2000)
			w.due(n)
			longest, rounds := time.Duration(0), pick(1, 3)
			for i := range rounds {
				w.until(time.Minute, "it sends", func() bool { return len(w.Got()) > (i+1)*n/(rounds+2) })
				p.stop(c.how)
				time.Sleep(c.away)
				before := len(w.Got())
				p.start()
				back := time.Now()
				w.until(20*time.Second, "it sends again", func() bool { return len(w.Got()) > before })
				longest = max(longest, time.Since(back))
			}
			w.finished(2 * time.Minute)
			if longest > 5*time.Second {
				t.Errorf("sends again only %v after the database is back", longest)
			}
			if s.page(s.administrator(), s.base+"/people") == "" {
				t.Error("the pages do not answer")
			}
			w.is(w.count(c.fault, 0, "%d times, sends again within %.1f s", rounds, longest.Seconds()))
		})
	}
}
