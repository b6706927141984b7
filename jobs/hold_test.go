package jobs

import (
	"database/sql"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"amal/mail"
	"amal/rules"
)

// While mails are held nothing is planned, opened, claimed or sent, the head of
// the seals neither; and the time of the hold does not count as time of trying.
func TestHeldMailsWaitAndAreNotGivenUp(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	busy := true
	o.relay.Rcpt = func(string) error {
		if busy {
			return &smtp.SMTPError{Code: 450, Message: "busy"}
		}
		return nil
	}
	o.task("Draft", "2026-03-27")
	o.check(o.Plan(t.Context(), o.now())) // the assignment waits
	o.task("Held", "2026-03-27")          // this one is not opened any more
	owner, err := sql.Open("postgres", o.urls.Owner)
	o.check(err)
	defer owner.Close()
	_, err = owner.ExecContext(t.Context(), `insert into hold (held_at) values ($1)`, o.now())
	o.check(err)
	box := &mail.Memory{}
	o.HeadTo = "outside@example.org"
	relay := o.Senders
	o.until("2026-03-23 20:00", 6*time.Hour)
	o.set(at("2026-03-24 00:00"))
	o.check(o.seal(t.Context(), o.now()))
	o.Senders = func() mail.Sender { return box }
	o.check(o.mailHead(t.Context(), o.now()))
	var rows string
	o.check(owner.QueryRowContext(t.Context(), `select (select count(*) from reminder) || ' reminders, ' || (select count(*) from message) || ' messages, ' || (select sum(attempts) from message) || ' tries'`).Scan(&rows))
	if rows != "2 reminders, 1 messages, 0 tries" || len(o.relay.Got()) != 0 || len(box.Sent) != 0 {
		t.Errorf("while held: %s, %d mails, %d heads", rows, len(o.relay.Got()), len(box.Sent))
	}
	if n, err := o.Store.HeldMails(t.Context(), o.now()); err != nil || n < 3 {
		t.Errorf("%d held mails counted, want the two assignments and what caught up: %v", n, err)
	}
	o.Senders = relay
	_, err = o.Store.ReleaseHold(t.Context(), rules.Actor{}, nil, o.now())
	o.check(err)
	o.until("2026-03-24 02:00", 15*time.Minute) // 22 days after it was written, and refused for now
	busy = false
	o.until("2026-03-24 06:00", 15*time.Minute)
	o.check(owner.QueryRowContext(t.Context(), `select string_agg(distinct state, ' ') from message`).Scan(&rows))
	if rows != "sent" || len(o.relay.Got()) < 3 {
		t.Errorf("after the release the messages are %q, %d mails came", rows, len(o.relay.Got()))
	}
	o.Senders = func() mail.Sender { return box }
	o.check(o.mailHead(t.Context(), o.now()))
	if len(box.Sent) != 1 {
		t.Errorf("%d heads after the release", len(box.Sent))
	}
}
