package handlers

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/i18n"
)

// Where tasks are not all counted, every page writes it in one way.
func TestABoundedCountIsWrittenInOneWay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.query(fmt.Sprintf(`
		insert into task (directive_id, number, title, lead_id, status, deadline, original_deadline, overdue_at, assigned_at, created_by, created_at, changed_by, changed_at)
		select t.directive_id, n + 1, t.title, t.lead_id, t.status, t.deadline, t.original_deadline, t.overdue_at, t.assigned_at, t.created_by, t.created_at, t.changed_by, t.changed_at
		from task t, generate_series(1, 1100) n where t.id = %d`, s.task))
	id := s.event("Commission", "20.6.2026", "UZ", "KZ")
	b := s.as("manager")
	for _, path := range []string{"/events/%d/pack", "/events/%d/brief", "/events/%d/pack?second=ru"} {
		body := html.UnescapeString(b.get(fmt.Sprintf(path, id)).body)
		if !strings.Contains(body, "1,000+") || strings.Contains(body, "> 9,999") {
			t.Errorf("%s does not say 1,000+", path)
		}
	}
	if body := html.UnescapeString(b.get(fmt.Sprintf("/events/%d/pack", id)).body); !strings.Contains(body, "800+ more tasks") {
		t.Error("the pack does not say how many it leaves out")
	}
	if body := html.UnescapeString(b.get("/calendar?month=2026-02&all=1").body); !strings.Contains(body, "96+ more") || !strings.Contains(body, "99+ deadlines and events in this month") {
		t.Error("the calendar counts in another way")
	}
	tab := regexp.MustCompile(`href="/review">.*<span class="count">([^<]*)</span>`)
	for n, want := range map[int]string{100: "100", 101: "100+"} {
		s.query(fmt.Sprintf(`update task set status = case when number <= %d and directive_id = %d then 'submitted' else 'in_progress' end, submitted_at = '2026-03-01'`, n, s.directive))
		if got := tab.FindStringSubmatch(html.UnescapeString(b.get("/reports").body)); got == nil || got[1] != want {
			t.Errorf("with %d to review the tab says %q", n, got)
		}
	}
	for l, want := range map[i18n.Lang]string{i18n.En: "1,000+", i18n.Ru: "1\u00a0000+", i18n.De: "1.000+"} {
		if got := countWord(i18n.For(l), db.Count{N: 1000, More: true}); got != want {
			t.Errorf("%s: %q, want %q", l, got, want)
		}
	}
}

var doneCount = regexp.MustCompile(`id="h-done">Done <span class="count">(\d+)</span>`)

// The pack leads to the changes that count as many done tasks as it does.
func TestThePackLeadsToTheSameDoneTasks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx, controller := t.Context(), s.people["controller"]
	for range 3 {
		task := s.addTask(s.directive, s.uz, time.Date(2026, 4, 20, 0, 0, 0, 0, time.UTC))
		must(s, 0, s.Store.Report(ctx, s.people["focal"], db.ReportInput{TaskID: task, Signal: "finished", Done: "Sent", Answers: []string{"Sent"}, Links: []string{"https://example.org/x"}, Now: s.now()}))
		must(s, 0, s.Store.Accept(ctx, controller, db.ActInput{TaskID: task, Now: s.now()}))
	}
	id := s.event("Summit", "20.6.2026", "UZ", "KZ")
	s.later(time.Hour)
	b := s.as("manager")
	pack := b.get(fmt.Sprintf("/events/%d/pack", id)).body
	link := regexp.MustCompile(`href="(/changes\?[^"]*)#done"`).FindStringSubmatch(pack)
	if link == nil {
		t.Fatal("the pack leads to no changes")
	}
	changes := b.get(strings.ReplaceAll(link[1], "&amp;", "&")).body
	if got := doneCount.FindStringSubmatch(changes); got == nil || got[1] != "3" || !strings.Contains(pack, "Done since the last time</span></span></span><b>3</b>") {
		t.Errorf("the changes count %v, the pack %s", got, regexp.MustCompile(`(?s)Done since the last time.{0,80}`).FindString(pack))
	}
}
