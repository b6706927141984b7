package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/mail"
	"amal/rules"
)

// A sender that claims several mails believes for a moment only what it read of
// them: what ends meanwhile is not told of.
func TestAClaimIsBelievedForAMoment(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first, second := o.task("First", "2026-06-26"), o.task("Second", "2026-06-26")
	o.check(o.Plan(t.Context(), o.now()))
	slow := true
	o.relay.Data = func() error {
		if slow {
			slow = false
			o.set(o.now().Add(believedFor + time.Millisecond))
			for _, id := range []int64{first, second} { // one is being sent, the other waits
				o.check(o.Store.Cancel(context.Background(), o.controller, db.ActInput{TaskID: id, Version: o.version(id), Ground: "revoked", Note: "Decree 1", Now: o.now()}))
			}
		}
		return nil
	}
	_, err := o.SendAll(t.Context())
	o.check(err)
	told := 0
	for _, m := range o.relay.Got() {
		if strings.Contains(m.Body, "First") || strings.Contains(m.Body, "Second") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("%d mails tell of what had ended, want the one that was under way", told)
	}
}

// dying is a mail server's connection that ends the program, or the server,
// with its second mail.
type dying struct {
	flaky
	end  func()
	lost bool
}

func (d *dying) Connect(context.Context) error {
	if d.lost {
		return errors.New("no route")
	}
	return nil
}

func (d *dying) Send(ctx context.Context, m mail.Message) (string, error) {
	if len(d.tried) == 1 {
		d.end()
	}
	return d.flaky.Send(ctx, m)
}

// What a sender has claimed and not begun when it stops, or when the server goes
// away, waits for the next one at once, untried.
func TestAnEndedClaimIsGivenBack(t *testing.T) {
	t.Parallel()
	for name, ends := range map[string]func(d *dying, cancel func()){
		"stopped":     func(d *dying, cancel func()) { d.end = cancel },
		"server lost": func(d *dying, _ func()) { d.end = func() { d.lost = true } },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			for i := range 6 {
				o.task(fmt.Sprintf("Task %d", i), "2026-06-26")
			}
			o.check(o.Plan(t.Context(), o.now()))
			ctx, cancel := context.WithCancel(t.Context())
			box := &dying{}
			ends(box, cancel)
			o.Senders = func() mail.Sender { return box }
			_, _ = o.SendAll(ctx)
			if len(box.tried) != 2 {
				t.Errorf("%d mails were begun, want 2", len(box.tried))
			}
			rest, err := o.Store.ClaimSome(t.Context(), "next", 10, o.now())
			o.check(err)
			if len(rest) != 4 {
				t.Fatalf("%d mails wait, want 4", len(rest))
			}
			for _, l := range rest {
				if l.Attempts != 1 {
					t.Errorf("message %d is at its try %d, want the first", l.ID, l.Attempts)
				}
			}
		})
	}
}

// Few recipients with many lines do not keep the day's mail of others waiting.
func TestADayOfManyLinesIsOpenedWhole(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.task("Draft", "2026-06-26")
	for i := range 30 {
		o.person(fmt.Sprintf("p%d", i), o.agency, rules.Focal)
	}
	owner, err := sql.Open("postgres", o.urls.Owner)
	o.check(err)
	defer owner.Close()
	_, err = owner.ExecContext(t.Context(), `
		insert into reminder (rule, subject, subject_id, occasion, person_id, audience, planned_for, local_day, created_at)
		select 'silent', 'task', $1, 'x' || n, p.id, 'lead', $2, '2026-03-02', $2 from person p, generate_series(1, 200) n where p.name like 'p%'`, id, o.now())
	o.check(err)
	n, err := o.Store.OpenMessages(t.Context(), "amal.example", o.now())
	o.check(err)
	if n != 30+1 { // and the assignment
		t.Errorf("%d mails opened, want 31", n)
	}
}
