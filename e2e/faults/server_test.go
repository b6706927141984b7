package faults

import (
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"amal/db/dbtest"
	"amal/mail/mailtest"
)

// firsts tells whether something is seen for the first time.
type firsts struct{ sync.Map }

func (f *firsts) of(key string) bool {
	_, seen := f.LoadOrStore(key, true)
	return !seen
}

func says(code int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 0, 0}, Message: text}
}

// Each way in which a mail server can put a mail off, or lose its tongue: none
// is lost, and none comes twice but where the server may have taken it.
func TestTheMailServerFails(t *testing.T) {
	t.Parallel()
	n := pick(60, 500)
	for _, c := range []struct {
		fault   string
		script  func(r *mailtest.Relay, first *firsts)
		tries   int // of each mail
		copies  int // allowed
		unknown bool
	}{
		{"450 then ok", func(r *mailtest.Relay, first *firsts) {
			r.Rcpt = func(to string) error {
				if first.of(to) {
					return says(450, "busy")
				}
				return nil
			}
		}, 2, 0, false},
		{"421 then ok", func(r *mailtest.Relay, first *firsts) {
			r.Rcpt = func(to string) error {
				if first.of(to) {
					return says(421, "closing")
				}
				return nil
			}
		}, 2, 0, false},
		{"every 3rd DATA 451", func(r *mailtest.Relay, first *firsts) {
			var mu sync.Mutex
			k := 0
			r.Data = func() error {
				mu.Lock()
				defer mu.Unlock()
				if k++; k%3 == 0 {
					return says(451, "later")
				}
				return nil
			}
		}, 0, 0, false},
		{"closed after DATA, not taken", func(r *mailtest.Relay, first *firsts) {
			r.Body = func(m mailtest.Mail) error {
				if first.of(idOf(m)) {
					return mailtest.ErrHangUp
				}
				return nil
			}
		}, 2, 0, true},
		{"closed after DATA, taken", func(r *mailtest.Relay, first *firsts) {
			r.Body = func(m mailtest.Mail) error {
				if first.of(idOf(m)) {
					return mailtest.ErrTakenHangUp
				}
				return nil
			}
		}, 2, n, true},
		{"closed after its 250", func(r *mailtest.Relay, _ *firsts) {
			r.Taken = func(mailtest.Mail) error { return mailtest.ErrHangUp }
		}, 1, 0, false},
		{"250 in another encoding", func(r *mailtest.Relay, _ *firsts) {
			r.Taken = func(mailtest.Mail) error { return says(250, "\xef\xf0\xe8\xed\xff\xf2\xee") }
		}, 1, 0, false},
		{"550 for one of them", func(r *mailtest.Relay, _ *firsts) {
			r.Rcpt = func(to string) error {
				if to == "focal7@example.org" {
					return says(550, "no such mailbox")
				}
				return nil
			}
		}, 1, 0, false},
	} {
		t.Run(c.fault, func(t *testing.T) {
			t.Parallel()
			people := 60
			if strings.HasPrefix(c.fault, "550") {
				people = n
			}
			w := newWorld(t, dbtest.NewURLs(t), nil, people)
			c.script(w.Relay, &firsts{})
			s := w.serve()
			w.due(n)
			w.until(4*time.Minute, "each tried", func() bool {
				return w.number(`select count(*) from message where attempts = 0 or leased_until > now()`) == 0
			})
			if c.unknown {
				if told := w.number(`select count(*) from message where answer = 'unknown'`); told != n {
					t.Errorf("the ledger says of %d mails that they may have gone out, want %d", told, n)
				}
			}
			for w.waiting() > 0 && time.Since(w.began) < 5*time.Minute {
				w.hurry()
				time.Sleep(200 * time.Millisecond)
			}
			w.finished(time.Second)
			if tries := w.number(`select max(attempts) from message`); c.tries > 0 && tries != c.tries {
				t.Errorf("tried up to %d times, want %d", tries, c.tries)
			}
			f := w.count(c.fault, c.copies, "")
			if strings.HasPrefix(c.fault, "550") {
				f.note = "the one is marked, 1 try"
				if f.due != n-1 || w.number(`select count(*) from person where email_refused_at is not null`) != 1 ||
					w.number(`select count(*) from message where state = 'refused' and attempts = 1`) != 1 {
					t.Errorf("%d others due, want %d; or the refused address is not marked", f.due, n-1)
				}
			}
			w.is(f)
			if s.goroutines() > 100 {
				t.Errorf("%d goroutines", s.goroutines())
			}
		})
	}
}

// A server that is down holds nothing: no mail is tried, and all go when it is
// there again.
func TestNobodyListens(t *testing.T) {
	t.Parallel()
	n := pick(60, 500)
	w := newWorld(t, dbtest.NewURLs(t), &mailtest.Relay{}, 20)
	w.Address = w.free()
	w.serve()
	w.due(n)
	time.Sleep(pick(6*time.Second, time.Minute))
	if tried := w.number(`select count(*) from message where attempts > 0 or leased_until is not null`); tried != 0 {
		t.Errorf("%d mails are tried while nobody listens", tried)
	}
	w.Relay = mailtest.NewAt(t, w.Address)
	back := time.Now()
	w.until(15*time.Second, "a mail after it is back", func() bool { return len(w.Got()) > 0 })
	again := time.Since(back)
	w.finished(time.Minute)
	w.is(w.count("connection refused", 0, "sends again after %.1f s", again.Seconds()))
}

// A relay that is started again loses its connections while they are idle:
// nobody's mail pays for that.
func TestTheRelayStartsAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.NewURLs(t), nil, 20)
	w.serve()
	w.due(40)
	w.finished(30 * time.Second)
	before := w.Got()
	w.Close()
	time.Sleep(6 * time.Second)
	first := w.Relay
	w.Relay = mailtest.NewAt(t, first.Address)
	w.due(40)
	w.finished(30 * time.Second)
	if tries := w.number(`select max(attempts) from message`); tries != 1 {
		t.Errorf("a mail was tried %d times because of a connection that had ended before", tries)
	}
	if n := len(w.Got()); n != 40 || len(before) != 40 {
		t.Errorf("%d mails before and %d after, want 40 each", len(before), n)
	}
	f := w.count("relay started again", 0, "no try lost")
	f.lost, f.arrived = f.lost-len(before), f.arrived+len(before)
	w.is(f)
}

// What does not mend itself is tried once in five minutes, never in clear, and
// administrators see it on each page.
func TestASettingIsWrong(t *testing.T) {
	t.Parallel()
	own := httptest.NewUnstartedServer(nil)
	own.StartTLS()
	t.Cleanup(own.Close)
	for _, c := range []struct {
		fault, url string
		relay      func(t *testing.T) *mailtest.Relay
	}{
		{"TLS certificate wrong", "smtp://amal:right@", func(t *testing.T) *mailtest.Relay { return mailtest.NewTLS(t, own.TLS.Certificates[0]) }},
		{"no TLS offered", "smtp://amal:right@", mailtestNew},
		{"wrong password", "smtp://amal:wrong@", mailtestNew},
	} {
		t.Run(c.fault, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.NewURLs(t), c.relay(t), 20)
			w.Password = "right"
			address, right := c.url+w.Address, "smtp://amal:right@"+w.Address+"?tls=none"
			if c.fault == "wrong password" {
				address += "?tls=none"
			}
			s := w.serve("AMAL_SMTP_URL=" + address)
			w.due(40)
			watch := pick(8*time.Second, 5*time.Minute+20*time.Second)
			time.Sleep(watch)
			passwords, connections, want := w.Passwords(), w.Connections(), pick(1, 2)
			if connections != want || c.fault != "wrong password" && passwords != 0 {
				t.Errorf("in %v %d connections and %d passwords, want %d", watch, connections, passwords, want)
			}
			if page := s.page(s.administrator(), s.base+"/people"); !strings.Contains(page, "The mail server") {
				t.Errorf("administrators see no alarm:\n%s\n%s", page, s.said())
			}
			if n := len(w.Got()); n != 0 {
				t.Errorf("%d mails went out", n)
			}
			s.end(sigterm)
			w.serve("AMAL_SMTP_URL=" + right)
			w.finished(30 * time.Second)
			w.is(w.count(c.fault, 0, "%d tries in %v, banner", connections, watch))
		})
	}
}

func mailtestNew(t *testing.T) *mailtest.Relay { return mailtest.New(t) }

// A server that speaks slowly holds only the workers that talk to it, and where
// it is all of them, mails go at its pace.
func TestASlowServer(t *testing.T) {
	t.Parallel()
	wait := pick(time.Second, 5*time.Second)
	for _, c := range []struct {
		fault   string
		slow, n int
	}{
		{"tarpit on 2 of 4 connections", 2, pick(60, 1000)},
		{"tarpit on all connections", 1000, pick(8, 40)},
	} {
		t.Run(c.fault, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.NewURLs(t), nil, 20)
			var mu sync.Mutex
			k := 0
			w.Wrap(func(conn net.Conn) net.Conn {
				mu.Lock()
				defer mu.Unlock()
				if k++; k <= c.slow {
					return mailtest.Slow(conn, wait)
				}
				return conn
			})
			s := w.serve()
			w.due(c.n)
			most := 0
			w.until(7*time.Minute, "everything sent", func() bool {
				most = max(most, s.goroutines())
				time.Sleep(100 * time.Millisecond)
				return w.waiting() == 0
			})
			if most > 60 {
				t.Errorf("%d goroutines", most)
			}
			w.is(w.count(c.fault, 0, "%v a reply; at most %d goroutines", wait, most))
		})
	}
}

// A server that never speaks is waited for, and the pages go on.
func TestASilentServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.NewURLs(t), nil, 20)
	var mu sync.Mutex
	quiet := true
	w.Wrap(func(c net.Conn) net.Conn {
		mu.Lock()
		defer mu.Unlock()
		if quiet {
			return mailtest.Silent(c)
		}
		return c
	})
	s := w.serve()
	w.due(pick(60, 500))
	began := time.Now()
	admin, slowest, most := s.administrator(), time.Duration(0), 0
	for time.Since(began) < pick(6*time.Second, 2*time.Minute) {
		asked := time.Now()
		if s.page(admin, s.base+"/reminders") == "" {
			t.Error("the pages do not answer")
		}
		slowest, most = max(slowest, time.Since(asked)), max(most, s.goroutines())
		time.Sleep(200 * time.Millisecond)
	}
	mu.Lock()
	quiet = false
	mu.Unlock()
	if !*long {
		s.end(sigterm) // else it would wait for the end of its 40 seconds
		w.serve()
	}
	w.finished(pick(20*time.Second, 2*time.Minute))
	if most > 80 || w.number(`select max(attempts) from message`) != 1 {
		t.Errorf("%d goroutines, or mails were tried in vain", most)
	}
	w.is(w.count("silent server", 0, "slowest page %d ms; at most %d goroutines; %d connections", slowest.Milliseconds(), most, w.Connections()))
}
