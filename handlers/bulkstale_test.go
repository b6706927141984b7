package handlers

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"amal/db"
)

var pick = regexp.MustCompile(`name="task" value="(\d+\.\d+)"`)

// A task that changed since the list was shown is not decided on unseen: it says
// what changed, the others go on, and shown again it can be decided on.
func TestAPickedTaskThatChangedIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx, manager := t.Context(), s.people["manager"]
	moved := s.addTask(s.directive, s.uz, time.Date(2026, 2, 10, 0, 0, 0, 0, time.UTC))
	given := s.addTask(s.directive, s.uz, time.Date(2026, 2, 11, 0, 0, 0, 0, time.UTC))
	done := s.addTask(s.directive, s.uz, time.Date(2026, 2, 12, 0, 0, 0, 0, time.UTC))
	b := s.as("manager")
	picks := func() (all []string) {
		for _, m := range pick.FindAllStringSubmatch(b.get("/overdue?agency="+fmt.Sprint(s.uz)).body, -1) {
			all = append(all, m[1])
		}
		return all
	}
	shown := picks()
	if len(shown) != 4 {
		t.Fatalf("shown %v", shown)
	}
	must(s, 0, s.Store.MoveDeadline(ctx, manager, db.MoveInput{TaskID: moved, To: time.Date(2026, 2, 25, 0, 0, 0, 0, time.UTC), Reason: "Agreed", Now: s.now()}))
	result, err := s.Store.Bulk(ctx, manager, []int64{given}, db.Ruling{Decision: "reassign", AgencyID: s.kz, Text: "Theirs", Now: s.now()})
	must(s, result, err)
	must(s, 0, s.Store.Report(ctx, s.people["focal"], db.ReportInput{TaskID: done, Signal: "finished", Done: "Sent", Answers: []string{"Sent"}, Links: []string{"https://example.org/x"}, Now: s.now()}))
	form := url.Values{"task": shown, "by": {"7"}, "reason_extend": {""}}
	if a := b.post("/overdue/extend", form); a.status != 422 || strings.Count(a.body, `checked><span class="sr"`) != 3 { // the reported one is not in the list any more
		t.Errorf("typed again: %d, %d picked", a.status, strings.Count(a.body, `checked><span class="sr"`))
	}
	form.Set("reason_extend", "The partner is late")
	if a := b.post("/overdue/extend", form); a.status != 303 {
		t.Fatalf("extend: %d", a.status)
	}
	page := b.get("/overdue").body
	for _, want := range []string{"1 deadline moved.", "changed meanwhile: deadline moved; look at it again", "changed meanwhile: transferred; look at it again", "changed meanwhile: report sent for review"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q: %s", want, regexp.MustCompile(`(?s)changed meanwhile[^<]*`).FindAllString(page, -1))
		}
	}
	for _, id := range []int64{moved, given, done} {
		task, _, err := s.Store.Task(ctx, manager, id)
		must(s, task, err)
		if task.Moves != map[int64]int{moved: 1}[id] {
			t.Errorf("task %d was decided on unseen: moved %d times", id, task.Moves)
		}
	}
	again := picks()
	if a := b.post("/overdue/extend", url.Values{"task": again, "by": {"7"}, "reason_extend": {"Seen"}}); a.status != 303 {
		t.Errorf("again: %d", a.status)
	}
	if task, _, err := s.Store.Task(ctx, manager, moved); must(s, task, err).Moves != 2 {
		t.Errorf("seen again it is not moved: %d", task.Moves)
	}
}
