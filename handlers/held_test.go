package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// After a restore every administrator's page says that mails are held; on the
// ledger he releases them, others see how many wait.
func TestHeldMailsAreReleasedOnTheLedger(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, auditor := s.as("admin"), s.as("auditor")
	const button, banner = `action="/reminders/release"`, "Mails have been held"
	if a := admin.get("/reminders"); strings.Contains(a.body, button) || strings.Contains(a.body, banner) {
		t.Fatal("nothing is held, and yet it says so")
	}
	s.query(`insert into hold (held_at, state_at) values ('2026-03-02 05:00Z', '2026-03-01 22:00Z')`)
	if a := admin.get("/people"); !strings.Contains(a.body, banner) || !strings.Contains(a.body, `href="/reminders"`) {
		t.Error("no banner for the administrator")
	}
	if a := auditor.get("/reminders"); strings.Contains(a.body, button) || !strings.Contains(a.body, "An administrator can release them") {
		t.Error("the auditor's page")
	}
	a := admin.get("/reminders")
	if !strings.Contains(a.body, button) || !strings.Contains(a.body, " mails wait.") || strings.Contains(a.body, banner) {
		t.Errorf("the ledger of the administrator: %s", a.body)
	}
	for _, lang := range []string{"ru", "uz", "kk", "de"} {
		if a := s.as("admin").get("/reminders?lang=" + lang); !strings.Contains(a.body, button) || strings.Contains(a.body, "⟦") {
			t.Errorf("%s: a text is missing", lang)
		}
	}
	for typed, want := range map[string]string{"yesterday": "Choose a date and an hour", "2026-03-02T12:00": "still to come"} {
		if a := admin.post("/reminders/release", url.Values{"sent_until": {typed}}); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, want) || !strings.Contains(a.body, typed) {
			t.Errorf("%s: %d", typed, a.status)
		}
	}
	if hold, err := s.Store.Held(t.Context()); err != nil || hold == nil {
		t.Fatalf("a refused release let mails go: %v", err)
	}
	// 10:30 in Tashkent is 05:30 UTC
	if a := admin.post("/reminders/release", url.Values{"sent_until": {"2026-03-02T10:30"}}); a.status != http.StatusSeeOther || a.location != "/reminders" {
		t.Fatalf("release: %d to %s", a.status, a.location)
	}
	if a := admin.get("/reminders"); !strings.Contains(a.body, "Released.") || strings.Contains(a.body, button) {
		t.Error("after the release")
	}
	if a := admin.post("/reminders/release", nil); a.status != http.StatusSeeOther {
		t.Errorf("pressed again: %d", a.status)
	}
	// fails where who released it, and until when mails had gone, is not kept
	s.query(`do $$ begin
		assert exists (select from hold where sent_until = '2026-03-02 05:30Z' and released_by = (select id from person where name = 'admin'));
	end $$`)
}
