package handlers

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// readiness asks /readyz.
func (s *site) readiness() (int, string) {
	a := s.visitor().get("/readyz")
	return a.status, a.body
}

// When ticks or mails are late, /readyz names the part and pages say what to do,
// to those who can do something.
func TestWhatIsLateIsSaid(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if status, body := s.readiness(); status != http.StatusServiceUnavailable || !strings.Contains(body, "reminders are late") {
		t.Errorf("before the first tick: %d %s", status, body)
	}
	tick := func() {
		if err := s.Store.Tick(t.Context(), "plan", "one", "", s.now()); err != nil {
			t.Fatal(err)
		}
	}
	tick()
	if status, body := s.readiness(); status != http.StatusOK || body != "ready\n" {
		t.Errorf("after a tick: %d %s", status, body)
	}
	says := func(who, words string, want bool) {
		t.Helper()
		path := map[string]string{"admin": "/people", "staff": "/meetings", "manager": "/overdue", "controller": "/review", "focal": "/tasks", "head": "/overdue", "auditor": "/reminders"}[who]
		if a := s.as(who).get(path + "?lang=en"); strings.Contains(a.body, words) != want || a.status != http.StatusOK {
			t.Errorf("%s on %s (%d): %q is %v", who, path, a.status, words, !want)
		}
	}
	const ticks, server, wait = "Reminders have not been planned since", "The mail server has not taken mails since", "Mails have waited since"
	says("staff", ticks, false)
	s.later(4 * time.Minute)
	for who, want := range map[string]bool{"admin": true, "staff": true, "manager": true, "controller": false, "focal": false, "head": false, "auditor": false} {
		says(who, ticks, want)
	}
	if status, body := s.readiness(); status != http.StatusServiceUnavailable || !strings.Contains(body, "reminders are late") || strings.ContainsAny(body, "0123456789") {
		t.Errorf("late ticks: %d %s", status, body)
	}
	tick()
	s.query(`insert into message (person_id, kind, local_day, send_after, header_id, created_at) select id, 'digest', '2026-03-02', '2026-03-02 06:00Z', 'x', '2026-03-02 06:00Z' from person where name = 'focal'`)
	if err := s.Store.NoteMail(t.Context(), "one", "535 wrong password", s.now()); err != nil {
		t.Fatal(err)
	}
	s.later(2 * time.Minute)
	tick()
	says("manager", server, true)
	says("manager", "535", false)
	says("focal", server, false)
	if status, body := s.readiness(); status != http.StatusServiceUnavailable || body != "mails are late: the mail server does not take them\n" {
		t.Errorf("mail server: %d %s", status, body)
	}
	if err := s.Store.NoteMail(t.Context(), "one", "", s.now()); err != nil {
		t.Fatal(err)
	}
	s.later(time.Minute)
	tick()
	says("staff", server, false)
	s.later(2 * time.Hour)
	tick()
	says("staff", wait, true)
	if status, body := s.readiness(); status != http.StatusServiceUnavailable || !strings.Contains(body, "waited too long") {
		t.Errorf("waiting: %d %s", status, body)
	}
	s.query(`insert into hold (held_at) values (now())`)
	s.later(time.Minute)
	tick()
	says("staff", wait, false) // they wait by intention
	if status, body := s.readiness(); status != http.StatusOK {
		t.Errorf("held: %d %s", status, body)
	}
	for _, lang := range []string{"ru", "uz", "kk", "de"} {
		s.later(5 * time.Minute)
		if a := s.as("admin").get("/people?lang=" + lang); strings.Contains(a.body, "⟦") || !strings.Contains(a.body, "amal serve") {
			t.Errorf("%s: no banner, or a text is missing", lang)
		}
	}
}
