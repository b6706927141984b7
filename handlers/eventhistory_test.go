package handlers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"amal/db"
)

// An event's history calls tasks by number and title, drafts too, to who may see
// them; nobody else reads a title.
func TestAnEventsHistoryNamesItsTasksToWhoMaySeeThem(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx, staff := t.Context(), s.people["staff"]
	id := s.event("Commission", "20.6.2026", "UZ", "KZ")
	due := time.Date(2026, 5, 20, 0, 0, 0, 0, time.UTC)
	draft, err := s.Store.AddTask(ctx, staff, db.TaskInput{DirectiveID: s.closed.directive, Title: "Secret draft", Points: []string{"Sent"}, LeadID: s.kz, Deadline: &due, Now: s.now()})
	must(s, draft, err)
	for _, task := range []int64{s.task, draft, s.closed.task} {
		must(s, 0, s.Store.Tie(ctx, staff, db.TieInput{EventID: id, TaskID: task, Now: s.now()}))
	}
	must(s, 0, s.Store.Tie(ctx, staff, db.TieInput{EventID: id, DirectiveID: s.closed.directive, Now: s.now()}))
	page := s.as("staff").get(fmt.Sprintf("/events/%d", id)).body
	for _, want := range []string{
		fmt.Sprintf(`Task: <a href="/tasks/%d">2026-1.1 Draft the programme</a>`, s.task),
		fmt.Sprintf(`Task: <a href="/tasks/%d">Secret draft</a>`, draft),
		fmt.Sprintf(`Task: <a href="/tasks/%d">2026-2.1 Draft the programme</a>`, s.closed.task),
		fmt.Sprintf(`Directive: <a href="/directives/%d">2026-2 Draw up a programme</a>`, s.closed.directive),
	} {
		if !strings.Contains(page, want) {
			t.Errorf("staff's history lacks %q", want)
		}
	}
	if strings.Contains(page, fmt.Sprintf("#%d<", draft)) {
		t.Error("a task is called by its row's number")
	}
	page = s.as("stranger.staff").get(fmt.Sprintf("/events/%d", id)).body
	if !strings.Contains(page, `2026-1.1 Draft the programme</a>`) || !strings.Contains(page, "Task: 2026-2.1<") || !strings.Contains(page, "Task: no longer there, or not for you to see") {
		t.Errorf("the other side's staff reads %s", page)
	}
	if strings.Contains(page, "Secret draft") || strings.Contains(page, fmt.Sprintf("/tasks/%d", s.closed.task)) {
		t.Error("the other side's staff reads a title or a link that are not for them")
	}
}
