package handlers

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// The lead of a late task is asked by its mail's link, too, why it is late and
// what comes next; a reason without a plan is asked for again.
func TestAnAnswerFromTheMailAsksWhyItIsLate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, link := s.answering()
	b := s.visitor()
	if a := b.get(link); a.status != 200 || strings.Contains(a.body, "late_reason") {
		t.Errorf("asked before it is late: %d", a.status)
	}
	task := s.addTask(s.directive, s.uz, time.Date(2026, 2, 10, 0, 0, 0, 0, time.UTC))
	s.later(time.Minute)
	link = s.mailed("focal", task)
	if a := b.get(link); !strings.Contains(a.body, `name="late_reason"`) || !strings.Contains(a.body, "Say why it is late") {
		t.Fatalf("not asked: %d", a.status)
	}
	form := url.Values{"act": {"report"}, "version": {s.versionOf(task)}, "signal": {"under_way"}, "done": {"The survey goes on"}, "late_reason": {"The survey took longer"}}
	if a := b.post(link, form); a.status != 422 || !strings.Contains(a.body, `id="e-next"`) || !strings.Contains(a.body, ">The survey took longer</textarea>") {
		t.Errorf("a reason without a plan: %d", a.status)
	}
	form.Set("next", "It ends on Friday")
	if a := b.post(link, form); a.status != 303 {
		t.Fatalf("with a plan: %d %s", a.status, a.body)
	}
	got, _, err := s.Store.Task(t.Context(), s.people["staff"], task)
	must(s, got, err)
	if !got.Explained() || got.LateReason != "The survey took longer" || got.LatePlan != "It ends on Friday" {
		t.Errorf("kept as %q, %q", got.LateReason, got.LatePlan)
	}
	if list := s.as("manager").get("/overdue").body; !strings.Contains(list, "The survey took longer") {
		t.Error("the overdue list does not tell")
	}
}
