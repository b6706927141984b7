package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const form = "application/x-www-form-urlencoded"

func TestFormsFromOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("focal")
	path := fmt.Sprintf("/tasks/%d/report", s.task)
	body := url.Values{"version": {"1"}, "signal": {"under_way"}, "done": {"x"}}.Encode()
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://elsewhere.example"}} {
		if a := b.do("POST", path, form, body, header...); a.status != http.StatusForbidden {
			t.Errorf("%v: %d, want 403", header, a.status)
		}
	}
}

func TestSignInLeadsOnlyInside(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for next, want := range map[string]string{
		"/account":                   "/account",
		"//elsewhere.example":        "/tasks", // the start page of the role
		"https://elsewhere.ex":       "/tasks",
		`/\elsewhere.example`:        "/tasks",
		"javascript:alert(1)":        "/tasks",
		"/account\r\nSet-Cookie: a=": "/tasks",
	} {
		a := s.visitor().post("/signin", url.Values{"email": {"focal@example.org"}, "password": {password}, "next": {next}})
		if a.status != http.StatusSeeOther || a.location != want {
			t.Errorf("next %q: %d to %q, want %q", next, a.status, a.location, want)
		}
	}
}

func TestSignInMakesANewSession(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.visitor()
	b.get("/signin")
	home, _ := url.Parse(s.server.URL)
	planted := &http.Cookie{Name: "amal", Value: "planted-by-somebody-else-0123456789abcdef00"}
	b.Jar.SetCookies(home, []*http.Cookie{planted})
	b.post("/signin", url.Values{"email": {"focal@example.org"}, "password": {password}})
	if a := b.get("/tasks"); a.status != http.StatusOK {
		t.Fatalf("signed in: %d", a.status)
	}
	thief := s.visitor()
	thief.Jar.SetCookies(home, []*http.Cookie{planted})
	if a := thief.get("/tasks"); a.status != http.StatusSeeOther {
		t.Errorf("the planted cookie opens a session: %d", a.status)
	}
	b.post("/signout", nil)
	if a := b.get("/tasks"); a.status != http.StatusSeeOther {
		t.Errorf("after signing out: %d", a.status)
	}
}

// Known and unknown names get the same answer; after a few wrong passwords
// comes a wait, which passes, and which a restart does not forget.
func TestWrongPasswords(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	try := func(email, password string) answer {
		return s.visitor().post("/signin", url.Values{"email": {email}, "password": {password}})
	}
	known, unknown := try("focal@example.org", "wrong"), try("nobody@example.org", "wrong")
	if known.status != http.StatusUnprocessableEntity || strings.ReplaceAll(known.same(), "focal@", "") != strings.ReplaceAll(unknown.same(), "nobody@", "") {
		t.Errorf("known %d, unknown %d, or their pages differ", known.status, unknown.status)
	}
	status := 0
	for range 10 {
		if status = try("manager@example.org", "wrong").status; status == http.StatusTooManyRequests {
			break
		}
	}
	if status != http.StatusTooManyRequests {
		t.Fatalf("ten wrong passwords: %d, want 429", status)
	}
	if a := try("manager@example.org", password); a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" {
		t.Errorf("the right one at once: %d, want 429 with Retry-After", a.status)
	}
	s.later(16 * time.Minute)
	if a := try("manager@example.org", password); a.status != http.StatusSeeOther {
		t.Errorf("after the wait: %d, want 303", a.status)
	}
	link := func(email string) answer {
		return s.visitor().post("/signin/link", url.Values{"email": {email}})
	}
	if a, b := link("focal@example.org"), link("nobody@example.org"); a.status != b.status || a.location != b.location {
		t.Errorf("links: known %d %s, unknown %d %s", a.status, a.location, b.status, b.location)
	}
}

func TestAFormOutlivesItsSession(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("focal")
	const typed = "Fourteen companies have answered"
	home, _ := url.Parse(s.server.URL)
	session := b.Jar.Cookies(home)
	s.query(`update session set seen_at = now() - interval '13 hours'`)
	a := b.post(fmt.Sprintf("/tasks/%d/report", s.task), url.Values{"version": {"2"}, "signal": {"under_way"}, "done": {typed}})
	if a.status != http.StatusSeeOther || a.location != "/signin?next=/kept" {
		t.Fatalf("a form without a session: %d to %q", a.status, a.location)
	}
	other := s.visitor()
	other.Jar.SetCookies(home, append(b.Jar.Cookies(home), session...))
	other.post("/signin", url.Values{"email": {"controller@example.org"}, "password": {password}})
	if a := other.get("/kept"); strings.Contains(a.body, typed) {
		t.Error("another person got the form")
	}
	b.post("/signin", url.Values{"email": {"focal@example.org"}, "password": {password}, "next": {"/kept"}})
	if a := b.get("/kept"); a.status != http.StatusOK || !strings.Contains(a.body, typed) {
		t.Errorf("the form is not given back: %d", a.status)
	}
	if n := s.reports(); n != 0 {
		t.Errorf("the form sent itself: %d reports", n)
	}
}

func (s *site) reports() int {
	page, err := s.Store.TaskPage(s.t.Context(), s.people["controller"], s.task, s.now())
	return len(must(s, page, err).Reports)
}

func TestPagesChangeNothingWhenRead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("controller")
	page := func() string {
		p, err := s.Store.TaskPage(t.Context(), s.people["staff"], s.task, s.now())
		must(s, p, err)
		return fmt.Sprint(p.Task.Version, p.Task.Status, len(p.History), len(p.Reports), len(p.Notes))
	}
	was := page()
	for _, r := range routes {
		b.get(register{s.meeting, s.document, s.directive, s.task, 1, 1, s.twin}.at(r.path)) // also where only a form belongs
	}
	if now := page(); now != was {
		t.Errorf("reading changed the task: %s, now %s", was, now)
	}
}

func TestEveryAnswerIsGuardedByHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{"/signin", "/nowhere", "/help"} {
		h := s.visitor().get(path).header
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: policy %q lacks %s", path, csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
			t.Errorf("%s: policy %q is not strict", path, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") == "" {
			t.Errorf("%s: %v", path, h)
		}
	}
}
