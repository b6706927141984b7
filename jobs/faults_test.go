package jobs

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"amal/db"
	"amal/db/dbtest"
	"amal/mail"
)

// owner is the database as its owner, to look at rows.
func (o *office) owner() *sql.DB {
	owner, err := sql.Open("postgres", o.urls.Owner)
	o.check(err)
	o.t.Cleanup(func() { owner.Close() })
	return owner
}

// down is a mail server that nobody answers at.
func (o *office) down() mail.Sender {
	s, err := mail.ParseURL("smtp://127.0.0.1:1?tls=none")
	o.check(err)
	return mail.NewSMTP(s)
}

var headerID = regexp.MustCompile(`(?mi)^Message-ID: *<([^>]+)>`)

// ids counts the mails that came by Message-ID.
func (o *office) ids() map[string]int {
	n := map[string]int{}
	for _, m := range o.relay.Got() {
		n[headerID.FindStringSubmatch(m.Body)[1]]++
	}
	return n
}

// A server that greylists for five minutes has the mail at the second try, and
// once.
func TestGreylisted(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.person("second", o.agency, "focal")
	first := map[string]time.Time{}
	o.relay.Rcpt = func(to string) error {
		if _, known := first[to]; !known {
			first[to] = o.now()
		}
		if o.now().Sub(first[to]) < 300*time.Second {
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted"}
		}
		return nil
	}
	o.task("Draft", "2026-06-26")
	o.until("2026-03-02 05:00", 20*time.Second)
	var most, sent int
	o.check(o.owner().QueryRowContext(t.Context(), `select max(attempts), count(*) filter (where state = 'sent') from message`).Scan(&most, &sent))
	if n := len(o.relay.Got()); most != 2 || sent != 2 || n != 2 {
		t.Errorf("%d mails arrived and %d are sent after up to %d tries, want 2, 2 and 2", n, sent, most)
	}
}

// While the mail server is away for days, mails wait untried and become one for
// each person when it is back, marked late; one put off at that moment is not
// given up, however long it waited.
func TestTheMailServerIsAwayForDays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, due := range []string{"2026-03-16", "2026-03-17", "2026-03-18", "2026-03-19", "2026-03-20"} {
		o.task("Task "+due, due)
	}
	o.until("2026-03-15 20:00", time.Hour)
	before := len(o.relay.Got())
	working := o.Senders
	o.Senders = o.down
	o.task("At once", "2026-06-26")
	for o.now().Before(at("2026-03-20 05:00")) {
		o.check(o.Plan(t.Context(), o.now()))
		if _, err := o.SendAll(t.Context()); err == nil && o.now().After(at("2026-03-16 05:00")) {
			t.Fatal("a server that is down is not reported")
		}
		o.set(o.now().Add(time.Hour))
	}
	o.Senders = working
	busy := map[string]bool{}
	o.relay.Rcpt = func(to string) error {
		if !busy[to] {
			busy[to] = true
			return &smtp.SMTPError{Code: 451, Message: "later"}
		}
		return nil
	}
	o.until("2026-03-20 12:00", 10*time.Minute)
	to, atOnce := map[string][]string{}, 0
	for _, m := range o.relay.Got()[before:] {
		if strings.Contains(headerID.FindString(m.Body), "<r") {
			atOnce++
			continue
		}
		to[m.To] = append(to[m.To], m.Body)
	}
	if atOnce == 0 {
		t.Error("what was to go at once never went")
	}
	if len(to) < 2 {
		t.Fatalf("mails to %d people: the test shows nothing", len(to))
	}
	for who, bodies := range to {
		if len(bodies) != 1 {
			t.Errorf("%s got %d mails after the outage, want 1", who, len(bodies))
		}
	}
	for _, due := range []string{"2026-03-16", "2026-03-17", "2026-03-18", "2026-03-19", "2026-03-20"} {
		if bodies := to["focal@example.org"]; len(bodies) == 1 && !strings.Contains(bodies[0], "Task "+due) {
			t.Errorf("the one mail does not name the task due on %s", due)
		}
	}
	var late, lost int
	o.check(o.owner().QueryRowContext(t.Context(), `
		select count(*) filter (where r.late), count(*) filter (where m.state not in ('sent'))
		from reminder r join message m on m.id = r.message_id where r.state = 'taken' and m.local_day >= '2026-03-16'`).Scan(&late, &lost))
	if late == 0 || lost > 0 {
		t.Errorf("%d lines are marked late, %d are not sent", late, lost)
	}
}

// A clock that jumps plans and sends nothing while it is wrong, nor does it
// leave anything behind that shows afterwards; one that is a little off does.
// Its twin never jumped.
func TestTheClockJumps(t *testing.T) {
	t.Parallel()
	walk := func(t *testing.T, jump time.Duration) (during int, told []string, ids map[string]int) {
		o := newOffice(t)
		wrong := time.Duration(0)
		o.Clock = func(context.Context) (time.Time, error) { return o.now().Add(-wrong), nil }
		for _, due := range []string{"2026-03-12", "2026-03-16", "2026-03-27", "2026-06-30", "2027-01-15"} {
			o.task("Task "+due, due)
		}
		step := func(end string) {
			for !o.now().Add(-wrong).After(at(end)) {
				o.Jobs.tick(t.Context(), table[0])
				if o.rightClock(t.Context()) == nil {
					_, err := o.SendAll(t.Context())
					o.check(err)
				}
				o.set(o.now().Add(30 * time.Minute))
			}
		}
		step("2026-03-11 12:00")
		before := len(o.relay.Got())
		wrong = jump
		o.set(o.now().Add(jump))
		step("2026-03-11 18:00") // nothing is due in these hours
		during = len(o.relay.Got()) - before
		o.set(o.now().Add(-jump))
		wrong = 0
		step("2026-03-31 12:00")
		rows, err := o.owner().QueryContext(t.Context(), `
			select format('%s %s %s %s %s', r.rule, r.subject_id, r.occasion, r.recipient, m.local_day) from reminder r join message m on m.id = r.message_id where m.state = 'sent'`)
		o.check(err)
		defer rows.Close()
		for rows.Next() {
			var line string
			o.check(rows.Scan(&line))
			told = append(told, line)
		}
		o.check(rows.Err())
		slices.Sort(told)
		return during, told, o.ids()
	}
	_, want, _ := walk(t, 0)
	if len(want) < 15 {
		t.Fatalf("%d lines told: the test shows nothing", len(want))
	}
	for name, jump := range map[string]time.Duration{"+5 min": 5 * time.Minute, "+1 h": time.Hour, "-1 d": -24 * time.Hour, "+1 y": 365 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			during, told, ids := walk(t, jump)
			if during != 0 {
				t.Errorf("%d mails while the clock was wrong", during)
			}
			if !slices.Equal(told, want) {
				t.Errorf("told %d lines, without the jump %d:\n%s", len(told), len(want), strings.Join(told, "\n"))
			}
			for id, n := range ids {
				if n != 1 {
					t.Errorf("%d copies of %s", n, id)
				}
			}
		})
	}
}

// A mail under way stays its sender's when the clock of another server is ahead
// of this one's.
func TestALeaseDoesNotGoByTheServersClock(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.task("Draft", "2026-06-26")
	o.check(o.Plan(t.Context(), o.now()))
	_, err := dbtest.Claim(t.Context(), o.Store, "one", o.now())
	o.check(err)
	for _, apart := range []time.Duration{-time.Hour, time.Hour, 365 * 24 * time.Hour} {
		if _, err := dbtest.Claim(t.Context(), o.Store, "other", o.now().Add(apart)); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("claimed twice by a server whose clock is %v apart: %v", apart, err)
		}
	}
}
