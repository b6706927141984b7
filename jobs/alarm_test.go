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
	"amal/i18n"
	"amal/mail"
	"amal/rules"
)

// moody is a mail server that takes nothing while it is down, and no mail to
// the addresses it refuses.
type moody struct {
	mail.Memory
	down    bool
	refuses string
}

// Connect fails while the server is down.
func (m *moody) Connect(context.Context) error {
	if m.down {
		return &mail.SendError{Text: "535 wrong password", Temporary: true, Setup: true}
	}
	return nil
}

// Send keeps the mail.
func (m *moody) Send(ctx context.Context, msg mail.Message) (string, error) {
	if m.refuses != "" && msg.To == m.refuses {
		return "", &mail.SendError{Text: "550 no such mailbox", Refused: true}
	}
	return m.Memory.Send(ctx, msg)
}

// alarms are the subjects that somebody got which are no reminders.
func (m *moody) alarms(to string) []string {
	var got []string
	for _, msg := range m.Sent {
		if msg.To == to && (strings.HasPrefix(msg.Subject, "Amal needs") || strings.HasPrefix(msg.Subject, "Over:")) {
			got = append(got, msg.Subject)
		}
	}
	return got
}

// watched is an office with two administrators and a moody mail server; minutes
// pass by run.
func watched(t *testing.T) (*office, *moody) {
	o, box := newOffice(t), &moody{}
	joint := o.addAgency("control")
	o.person("admin", joint, rules.Admin)
	o.person("second", joint, rules.Admin)
	o.Senders = func() mail.Sender { return box }
	return o, box
}

// run lets the clock do what it does each minute, but in longer steps, on two
// servers, until a moment.
func (o *office) run(end string, step time.Duration) {
	o.t.Helper()
	other := &Jobs{Store: o.Store, BaseURL: o.BaseURL, From: o.From, Server: "two", Log: o.Log, Now: o.now, Senders: o.Senders}
	for ; !o.now().After(at(end)); o.set(o.now().Add(step)) {
		for _, j := range []*Jobs{o.Jobs, other} {
			for _, row := range table {
				if row.name == "plan" || row.name == "watch" {
					j.tick(o.t.Context(), row)
				}
			}
			if _, err := j.SendAll(o.t.Context()); err != nil {
				var fault *mail.SendError
				if !errors.As(err, &fault) {
					o.t.Fatal(err)
				}
			}
		}
	}
}

// While mail itself is down one mail waits for each administrator; when it goes
// it says that it is over and how long it lasted, once.
func TestADeadMailServerIsToldOfWhenItAnswers(t *testing.T) {
	t.Parallel()
	o, box := watched(t)
	box.down = true
	o.task("Draft", "2026-06-26")
	o.run("2026-03-02 04:04", time.Minute)
	if n := o.number(`select count(*) from alarm`); n != 0 {
		t.Errorf("%d alarms after four minutes", n)
	}
	o.run("2026-03-04 10:00", 10*time.Minute)
	if n := o.number(`select count(*) from message where kind = 'alarm'`); n != 2 {
		t.Errorf("%d mails wait for two administrators", n)
	}
	box.down = false
	o.run("2026-03-06 10:00", 10*time.Minute)
	for _, who := range []string{"admin@example.org", "second@example.org"} {
		if got := box.alarms(who); len(got) != 1 || got[0] != "Over: the mail server does not take our mails" {
			t.Errorf("%s got %q", who, got)
		}
	}
	for _, m := range box.Sent {
		if strings.HasPrefix(m.Subject, "Over") && !strings.Contains(m.Text, "2 days") {
			t.Errorf("how long? %s", m.Text)
		}
	}
	if got := box.alarms("focal@example.org"); len(got) != 0 {
		t.Errorf("the focal point got %q", got)
	}
}

// What lasts is told once a day to each administrator, and once when it is over,
// however many servers look.
func TestWhatLastsIsToldOnceADay(t *testing.T) {
	t.Parallel()
	o, box := watched(t)
	box.refuses = "focal@example.org"
	o.task("Draft", "2026-06-26")
	o.run("2026-03-04 15:00", 15*time.Minute)
	want := "Amal needs you: addresses are refused"
	if got := box.alarms("admin@example.org"); len(got) != 3 || got[0] != want || got[2] != want {
		t.Errorf("on three days %q", got)
	}
	lines, err := o.Store.Ledger(t.Context(), o.staff, db.LedgerFilter{State: "refused"})
	o.check(err)
	if len(lines) == 0 {
		t.Fatal("nothing was refused")
	}
	box.refuses = ""
	o.check(o.Store.SendAgain(t.Context(), o.staff, lines[0].ID, "", o.now()))
	o.run("2026-03-06 15:00", 15*time.Minute)
	for _, who := range []string{"admin@example.org", "second@example.org"} {
		got := box.alarms(who)
		if len(got) != 4 || got[3] != "Over: addresses are refused" {
			t.Errorf("%s got %q", who, got)
		}
	}
}

// An administrator whose own address is refused is told nothing, and that he
// can't be is told to the other; no mail makes further ones.
func TestAnAlarmAboutAnAdministratorIsForTheOther(t *testing.T) {
	t.Parallel()
	o, box := watched(t)
	box.refuses = "admin@example.org"
	box.down = true
	o.task("Draft", "2026-06-26")
	o.run("2026-03-02 05:00", 10*time.Minute)
	box.down = false
	o.run("2026-03-04 15:00", 15*time.Minute)
	if got := box.alarms("admin@example.org"); len(got) != 0 {
		t.Errorf("refused, and yet %q", got)
	}
	if got := box.alarms("second@example.org"); len(got) < 3 || len(got) > 5 {
		t.Errorf("the other got %q", got)
	}
	if n := o.number(`select count(*) from message where kind = 'alarm' and state in ('waiting', 'failed')`); n != 0 {
		t.Errorf("%d alarm mails hang", n)
	}
}

// That nobody looked for hours is told afterwards, once; a short restart is not.
func TestATimeWithoutTicksIsToldAfterwards(t *testing.T) {
	t.Parallel()
	o, box := watched(t)
	o.run("2026-03-02 05:00", 5*time.Minute)
	o.set(at("2026-03-02 05:12"))
	o.run("2026-03-02 06:00", 5*time.Minute)
	if got := box.alarms("admin@example.org"); len(got) != 0 {
		t.Errorf("after a short restart %q", got)
	}
	o.set(at("2026-03-02 09:00"))
	o.run("2026-03-03 12:00", 5*time.Minute)
	got := box.alarms("admin@example.org")
	if len(got) != 1 || got[0] != "Over: reminders were not planned" {
		t.Fatalf("after three hours %q", got)
	}
	for _, m := range box.Sent {
		if m.To == "admin@example.org" && !strings.Contains(m.Text, "3 hours") && !strings.Contains(m.Text, "minutes") {
			t.Errorf("how long? %s", m.Text)
		}
	}
}

// What comes and goes makes no more mails than what stays: two a day.
func TestWhatComesAndGoesIsToldTwiceADayAtMost(t *testing.T) {
	t.Parallel()
	o, box := watched(t)
	o.run("2026-03-02 04:10", 5*time.Minute)
	for range 12 {
		box.down = true
		o.task("Draft", "2026-06-26")
		o.run(o.now().Add(30*time.Minute).Format("2006-01-02 15:04"), 10*time.Minute)
		box.down = false
		o.run(o.now().Add(15*time.Minute).Format("2006-01-02 15:04"), 10*time.Minute)
	}
	o.run("2026-03-03 04:00", time.Hour)                                       // each hour a gap
	if got := box.alarms("admin@example.org"); len(got) == 0 || len(got) > 8 { // two causes over two local days
		t.Errorf("%d mails: %q", len(got), got)
	}
}

// While mails are held after a restore nobody is told of anything.
func TestNoAlarmWhileMailsAreHeld(t *testing.T) {
	t.Parallel()
	o, box := watched(t)
	box.down = true
	o.task("Draft", "2026-06-26")
	o.run("2026-03-02 06:00", 10*time.Minute)
	planned := o.number(`select count(*) from message where kind = 'alarm'`)
	o.exec(`insert into hold (held_at) values (now())`)
	box.down = false
	o.set(at("2026-03-03 06:00"))
	o.run("2026-03-04 06:00", 15*time.Minute)
	if n := o.number(`select count(*) from message where kind = 'alarm'`); n != planned || planned == 0 || len(box.Sent) != 0 {
		t.Errorf("while held: %d alarm mails, before %d, %d sent", n, planned, len(box.Sent))
	}
	_, err := o.Store.ReleaseHold(t.Context(), rules.Actor{}, nil, o.now())
	o.check(err)
	o.run("2026-03-04 08:00", 10*time.Minute)
	if got := box.alarms("admin@example.org"); len(got) != 1 {
		t.Errorf("after the release %q", got)
	}
}

// Every alarm is whole in every language, lasting and over.
func TestAlarmsAreMailsLikeOthers(t *testing.T) {
	t.Parallel()
	j := &Jobs{BaseURL: "https://amal.example", From: "Amal <amal@example.org>"}
	for _, lang := range i18n.Langs {
		for _, cause := range rules.Causes {
			l := letterTo(lang, "due_7", 0, 0)
			over := formNow.Add(50 * time.Hour)
			for _, at := range []*time.Time{nil, &over} {
				l.Alarm = &db.Alarm{ID: 3, Cause: cause, Since: formNow.Add(-time.Hour), OverAt: at, N: 5, Detail: "535 <wrong> password"}
				m, err := j.compose(l, nil, formNow)
				if err != nil {
					t.Fatal(err)
				}
				keepShot(t, fmt.Sprintf("alarm-%s-%s-%v", lang, cause, at != nil), m)
				checkForm(t, m)
				if strings.Contains(m.Subject, "⟦") || m.Thread != "alarm-3-p12@amal.example" || strings.Contains(m.HTML, "<wrong>") {
					t.Errorf("%s %s: %q in %q", lang, cause, m.Subject, m.Thread)
				}
				if size, err := m.Size(); err != nil || size > largest {
					t.Errorf("%s %s: %d bytes, %v", lang, cause, size, err)
				}
			}
		}
	}
}

// number is what a query counts.
func (o *office) number(query string) (n int) {
	o.t.Helper()
	owner, err := sql.Open("postgres", o.urls.Owner)
	o.check(err)
	defer owner.Close()
	o.check(owner.QueryRowContext(o.t.Context(), query).Scan(&n))
	return n
}

func (o *office) exec(query string) {
	o.t.Helper()
	owner, err := sql.Open("postgres", o.urls.Owner)
	o.check(err)
	defer owner.Close()
	_, err = owner.ExecContext(o.t.Context(), query)
	o.check(err)
}
