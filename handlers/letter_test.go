package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// A month after its deadline there is a letter about a task, for those who
// remind.
func TestLetterToTheHead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page := fmt.Sprintf("/tasks/%d/letter", s.task)
	if a := s.as("controller").get(page); a.status != http.StatusNotFound {
		t.Errorf("before its time: %d", a.status)
	}
	task, _, err := s.Store.Task(t.Context(), s.people["controller"], s.task)
	if err != nil {
		t.Fatal(err)
	}
	late := task.Deadline.AddDate(0, 0, 32)
	s.later(late.Sub(s.now()) + 6*time.Hour)
	a := s.as("controller").get(page)
	for _, want := range []string{"32 days", "Draft the programme", "Signature", "<svg"} {
		if a.status != http.StatusOK || !strings.Contains(a.body, want) {
			t.Errorf("%d, the letter lacks %q", a.status, want)
		}
	}
	if pdf := s.as("manager").get(page + ".pdf"); !strings.HasPrefix(pdf.body, "%PDF-") {
		t.Errorf("the PDF: %d", pdf.status)
	}
	for _, who := range []string{"focal", "stranger.focal", "admin", "controller.kz"} {
		if a := s.as(who).get(page); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", who, a.status)
		}
	}
}

// A directive's reminders are chosen by its controller; one's own hour is kept
// or refused with what was typed.
func TestRemindersAreChosen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page := fmt.Sprintf("/directives/%d", s.directive)
	if a := s.as("focal").post(page+"/ladder", url.Values{"ladder": {"quiet"}}); a.status != http.StatusForbidden && a.status != http.StatusNotFound {
		t.Errorf("a focal point chooses: %d", a.status)
	}
	if a := s.as("controller").post(page+"/ladder", url.Values{"ladder": {"never"}}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown ladder: %d", a.status)
	}
	if a := s.as("controller").post(page+"/ladder", url.Values{"ladder": {"quiet"}}); a.status != http.StatusSeeOther {
		t.Errorf("choosing: %d", a.status)
	}
	if body := s.as("controller").get(page).body; !strings.Contains(body, `value="quiet" selected`) {
		t.Error("the choice does not show")
	}
	focal := s.as("focal")
	bad := focal.post("/account/mail", url.Values{"mail_minute": {"600"}, "time_zone": {"Asia/Nowhere"}, "mail_day": {"2", "4"}})
	if bad.status != http.StatusUnprocessableEntity || !strings.Contains(bad.body, "Asia/Nowhere") || !strings.Contains(bad.body, `value="600" selected`) {
		t.Errorf("a wrong zone: %d", bad.status)
	}
	for _, minute := range []string{"-15", "7", "1440", "noon"} {
		if a := focal.post("/account/mail", url.Values{"mail_minute": {minute}}); a.status != http.StatusUnprocessableEntity {
			t.Errorf("minute %s: %d", minute, a.status)
		}
	}
	if a := focal.post("/account/mail", url.Values{"mail_minute": {"600"}, "time_zone": {"Europe/Berlin"}, "mail_day": {"1", "2", "3", "4", "5", "6", "7"}}); a.status != http.StatusSeeOther {
		t.Errorf("saving: %d", a.status)
	}
	if body := focal.get("/account").body; !strings.Contains(body, `value="600" selected`) || !strings.Contains(body, "Europe/Berlin") {
		t.Error("the hour does not show")
	}
}
