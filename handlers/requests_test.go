package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var judgePath = regexp.MustCompile(`action="(/tasks/\d+/requests/\d+)"`)

// More time is asked for on the task's page, decided from the review list, and
// both deadlines show; what is missing keeps the words typed.
func TestMoreTime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	focal, page := s.as("focal"), fmt.Sprintf("/tasks/%d", s.task)
	bad := focal.post(page+"/extension", url.Values{"wanted": {"soon"}, "reason": {"The partner is late"}})
	if bad.status != http.StatusUnprocessableEntity || !strings.Contains(bad.body, "The partner is late") || !strings.Contains(bad.body, `id="e-x-wanted"`) {
		t.Errorf("a wrong date: %d, or the words are lost", bad.status)
	}
	if a := focal.post(page+"/extension", url.Values{"wanted": {"30.6.2027"}, "reason": {"The partner is late"}}); a.status != http.StatusSeeOther {
		t.Fatalf("asking: %d", a.status)
	}
	if body := focal.get(page).body; !strings.Contains(body, "waits for a decision") {
		t.Error("the request does not show")
	}
	list := s.as("controller").get("/review")
	found := judgePath.FindStringSubmatch(list.body)
	if found == nil {
		t.Fatal("the request is not on the review list")
	}
	for _, who := range []string{"focal.kz", "auditor", "controller.kz"} {
		if a := s.as(who).post(found[1], url.Values{"verdict": {"grant"}}); a.status != http.StatusNotFound {
			t.Errorf("%s decides: %d", who, a.status)
		}
	}
	if a := s.as("controller").post(found[1], url.Values{"verdict": {"refuse"}}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a refusal without words: %d", a.status)
	}
	if a := s.as("controller").post(found[1], url.Values{"verdict": {"grant"}, "wanted": {"30.6.2027"}, "back": {"/review"}}); a.status != http.StatusSeeOther || a.location != "/review" {
		t.Fatalf("granting: %d %s", a.status, a.location)
	}
	body := focal.get(page).body
	for _, want := range []string{"moved once", "2027-06-30", "granted"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestTransferAndOwnMotion(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page := fmt.Sprintf("/tasks/%d", s.task)
	if a := s.as("focal").post(page+"/transfer", url.Values{"agency": {fmt.Sprint(s.kz)}, "reason": {"Not ours"}}); a.status != http.StatusSeeOther {
		t.Fatalf("asking for a transfer: %d", a.status)
	}
	if a := s.as("manager").post(page+"/deadline", url.Values{"wanted": {"1.7.2027"}, "reason": {"The summit was moved"}}); a.status != http.StatusSeeOther {
		t.Fatalf("moving: %d", a.status)
	}
	body := s.as("manager").get(page).body
	found := judgePath.FindStringSubmatch(body)
	if found == nil || !strings.Contains(body, "moved by the control office") {
		t.Fatal("the manager's page lacks the request or the move")
	}
	if a := s.as("focal").post(found[1]+"/withdraw", nil); a.status != http.StatusSeeOther {
		t.Errorf("withdrawing: %d", a.status)
	}
	if a := s.as("manager").post(found[1], url.Values{"verdict": {"grant"}}); a.status != http.StatusConflict {
		t.Errorf("deciding on a withdrawn one: %d", a.status)
	}
}
