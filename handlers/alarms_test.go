package handlers

import (
	"context"
	"strings"
	"testing"
	"time"
)

// What keeps mails from going out, and a clock that is wrong, is on each page of
// an administrator, and on nobody else's.
func TestAlarms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	text, setup, apart := "", false, 30*time.Second
	s.MailFault = func() (string, bool) { return text, setup }
	s.Clock = func(context.Context) (time.Time, error) { return s.now().Add(apart), nil }
	admin, staff := s.as("admin"), s.as("staff")
	for _, c := range []struct {
		text  string
		setup bool
		apart time.Duration
		want  string
	}{
		{"", false, 30 * time.Second, ""},
		{"535 wrong password", true, 0, "cannot be used as it is set: 535 wrong password"},
		{"connection refused", false, 0, "does not answer as it should: connection refused"},
		{"", false, -90 * time.Second, "1m30s apart"},
	} {
		text, setup, apart = c.text, c.setup, c.apart
		page := admin.get("/people").body
		if c.want == "" && strings.Contains(page, "mail server") || !strings.Contains(page, c.want) || strings.Contains(page, "⟦") {
			t.Errorf("want %q in\n%s", c.want, page)
		}
		if c.want != "" && strings.Contains(staff.get("/meetings").body, c.want) {
			t.Errorf("%q is shown to somebody who can't mend it", c.want)
		}
	}
	for _, lang := range []string{"ru", "uz", "kk", "de"} {
		for _, text = range []string{"535 wrong password", "connection refused"} {
			setup, apart = strings.HasPrefix(text, "535"), time.Hour
			page := admin.get("/people?lang=" + lang).body
			if !strings.Contains(page, text) || !strings.Contains(page, "1h0m0s") || strings.Contains(page, "⟦") {
				t.Errorf("%s: an alarm is missing", lang)
			}
		}
	}
}

// A mail whose answer was cut off says so on the ledger.
func TestTheLedgerSaysUnknown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.query(`
		with m as (
			insert into message (person_id, kind, local_day, send_after, header_id, created_at, answer)
			select id, 'digest', '2026-03-02', '2026-03-02 06:01Z', 'x@y', '2026-03-02 05:00Z', 'unknown' from person where name = 'focal'
			returning id, person_id
		)
		insert into reminder (rule, subject, subject_id, occasion, person_id, audience, planned_for, local_day, state, message_id, created_at)
		select 'due_0', 'task', (select min(id) from task), 'x', m.person_id, 'lead', '2026-03-02 05:00Z', '2026-03-02', 'taken', m.id, '2026-03-02 05:00Z' from m`)
	if page := s.as("admin").get("/reminders").body; !strings.Contains(page, "it may have gone out") {
		t.Errorf("the ledger does not say that it may have gone out:\n%s", page)
	}
}
