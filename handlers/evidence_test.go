package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// shared adds a task that two agencies of both sides work on.
func (s *site) shared() int64 {
	s.t.Helper()
	ctx, due := s.t.Context(), time.Date(2026, 4, 30, 0, 0, 0, 0, time.UTC)
	id, err := s.Store.AddTask(ctx, s.people["staff"], db.TaskInput{DirectiveID: s.directive, Title: "Open the border", Points: []string{"A post is open"}, LeadID: s.uz,
		CoExecutors: []int64{s.kz}, Deadline: &due, Now: s.now()})
	must(s, id, err)
	must(s, 0, s.Store.Assign(ctx, s.people["staff"], db.ActInput{TaskID: id, Now: s.now()}))
	return id
}

// Who reviews is told which co-executors gave nothing, wherever the report
// stands; what went into a returned report is not missing.
func TestMissingInputsShow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx, task, controller := t.Context(), s.shared(), s.as("controller")
	pages := []string{fmt.Sprintf("/tasks/%d", task), "/review", fmt.Sprintf("/tasks/%d/card", task)}
	finish := func() {
		t.Helper()
		must(s, 0, s.Store.Report(ctx, s.people["focal"], db.ReportInput{TaskID: task, Signal: rules.Finished, Done: "Opened", Answers: []string{"Yes"}, Links: []string{"https://example.org"}, Now: s.now()}))
	}
	missing := func(when string, want bool, pages ...string) {
		t.Helper()
		for _, page := range pages {
			if a := controller.get(page); a.status != http.StatusOK || strings.Contains(a.body, "missing: Agency kz-trade") != want {
				t.Errorf("%s, %s: %d, missing shows %v", when, page, a.status, !want)
			}
		}
	}
	finish()
	missing("submitted", true, pages...)
	must(s, 0, s.Store.Return(ctx, s.people["controller"], db.ActInput{TaskID: task, Note: "Where is Kazakhstan?", Now: s.now()}))
	missing("returned", true, pages[0])
	must(s, 0, s.Store.Contribute(ctx, s.people["focal.kz"], db.ContributionInput{TaskID: task, Text: "Ours is open", Now: s.now()}))
	finish()
	missing("with its input", false, pages...)
	if body := controller.get(pages[2]).body; !strings.Contains(body, "Ours is open") {
		t.Error("the card lacks the input")
	}
	must(s, 0, s.Store.Return(ctx, s.people["controller"], db.ActInput{TaskID: task, Note: "A photo", Now: s.now()}))
	missing("returned with its input", false, pages...)
}

// History tells how a task's points and co-executors changed, by their names.
func TestHistoryHoldsPointsAndCoExecutors(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx, id := t.Context(), s.shared()
	change := func(points []string, others ...int64) {
		t.Helper()
		task, _, err := s.Store.Task(ctx, s.people["staff"], id)
		must(s, 0, err)
		must(s, 0, s.Store.ChangeTask(ctx, s.people["staff"], db.TaskInput{ID: id, Version: task.Version, Title: task.Title, Points: points, LeadID: s.uz, CoExecutors: others, Note: "As agreed", Now: s.now()}))
	}
	history := func() string {
		t.Helper()
		page, err := s.Store.TaskPage(ctx, s.people["staff"], id, s.now())
		return string(must(s, page, err).History[0].Changes)
	}
	change([]string{"A post is open", "Two lanes"}, s.kz)
	if got := history(); strings.Contains(got, "co_executors") {
		t.Errorf("the same co-executors are a change: %s", got)
	}
	change([]string{"A post is open", "Two lanes"})
	if got := history(); strings.Contains(got, "points") {
		t.Errorf("the same points are a change: %s", got)
	}
	body := s.as("staff").get(fmt.Sprintf("/tasks/%d", id)).body
	for _, want := range []string{"Expected result: A post is open → A post is open; Two lanes", "Co-executors: Agency kz-trade →"} {
		if !strings.Contains(body, want) {
			t.Errorf("history lacks %q", want)
		}
	}
}

// Of the other side's task, seen in outline only, there is no form.
func TestAnOutlineIsNotEdited(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.person("staff.kz", s.kz, rules.Staff)
	page := fmt.Sprintf("/tasks/%d", s.task)
	if a := s.as("staff.kz").get(page); a.status != http.StatusOK {
		t.Fatalf("the outline: %d", a.status)
	}
	if a := s.as("staff.kz").get(page + "/edit"); a.status != http.StatusNotFound {
		t.Errorf("its form: %d", a.status)
	}
}
