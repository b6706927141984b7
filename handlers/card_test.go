package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// The control card says what the task's page says, on screen and as one page of
// PDF, to those who see the task fully.
func TestControlCard(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page := fmt.Sprintf("/tasks/%d/card", s.task)
	a := s.as("controller").get(page)
	for _, want := range []string{"Control card", "draw up a programme", "Head of the sealed history", "<svg"} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the card lacks %q", want)
		}
	}
	pdf := s.as("focal").get(page + ".pdf")
	if pdf.status != http.StatusOK || !strings.HasPrefix(pdf.body, "%PDF-") || pdf.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("the PDF: %d %s", pdf.status, pdf.header.Get("Content-Type"))
	}
	for _, who := range []string{"stranger.focal", "admin", "controller.kz"} {
		for _, path := range []string{page, page + ".pdf"} {
			if a := s.as(who).get(path); a.status != http.StatusNotFound {
				t.Errorf("%s: %s: %d", who, path, a.status)
			}
		}
	}
}

// Absence and hand-over by form: errors keep what was typed.
func TestAbsenceAndHandOver(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	controller := s.as("controller")
	deputy := fmt.Sprint(s.people["manager"].PersonID)
	bad := controller.post("/account/absence", url.Values{"deputy": {deputy}, "from": {"5.3.2026"}, "to": {"1.3.2026"}})
	if bad.status != http.StatusUnprocessableEntity || !strings.Contains(bad.body, `value="5.3.2026"`) {
		t.Errorf("a wrong absence: %d", bad.status)
	}
	if a := controller.post("/account/absence", url.Values{"deputy": {deputy}, "from": {"2.3.2026"}, "to": {"9.3.2026"}}); a.status != http.StatusSeeOther {
		t.Fatalf("absence: %d", a.status)
	}
	if body := s.as("manager").get("/account").body; !strings.Contains(body, "You stand in for") {
		t.Error("the deputy is not told")
	}
	path := fmt.Sprintf("/people/%d/hand-over", s.people["controller"].PersonID)
	if a := s.as("controller").post(path, url.Values{"to": {deputy}}); a.status != http.StatusNotFound {
		t.Errorf("a controller hands over: %d", a.status)
	}
	if a := s.as("admin").post(path, url.Values{"to": {fmt.Sprint(s.people["focal"].PersonID)}}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("to somebody who can't control: %d", a.status)
	}
	if a := s.as("admin").post(path, url.Values{"to": {deputy}}); a.status != http.StatusSeeOther {
		t.Errorf("handing over: %d", a.status)
	}
}

// What is for official use keeps its mark on the pages and out of mails.
func TestOfficialUse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff := s.as("staff")
	a := staff.post("/directives", url.Values{"meeting": {fmt.Sprint(s.meeting)}, "oral_by": {"The chairman"}, "title": {"Guard the border"}, "strength": {"instructed"}, "points": {"x"},
		"sides": {"UZ", "KZ"}, "no_deadline_reason": {"none"}, "controller": {fmt.Sprint(s.people["controller"].PersonID)}, "official": {"1"}})
	if a.status != http.StatusSeeOther {
		t.Fatalf("recording: %d", a.status)
	}
	if body := staff.get(a.location).body; !strings.Contains(body, "official use") {
		t.Error("the mark does not show")
	}
}
