package handlers

import (
	"fmt"
	"strings"
	"testing"
)

// A side finds its own directives in the list, in its filters and in its files,
// and nothing of one that it takes no part in.
func TestTheListOfDirectivesIsForItsSides(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	own, closed := fmt.Sprintf("/directives/%d\"", s.directive), fmt.Sprintf("/directives/%d\"", s.closed.directive)
	for _, query := range []string{"", "?side=KZ", "?state=open", "?q=programme", "?sort=next_deadline&way=asc", "?sort=meeting_date&way=desc"} {
		if page := s.as("controller.kz").get("/directives" + query); page.status != 200 || !strings.Contains(page.body, closed) || !strings.Contains(page.body, own) {
			t.Errorf("who takes part in both, %q: %d", query, page.status)
		}
		page := s.as("stranger.controller").get("/directives" + query)
		if page.status != 200 || strings.Contains(page.body, closed) || !strings.Contains(page.body, own) {
			t.Errorf("who takes part in one, %q: %d", query, page.status)
		}
	}
	for _, format := range []string{"csv", "xlsx", "pdf"} {
		all, some := s.as("controller").get("/directives?format="+format), s.as("stranger.controller").get("/directives?format="+format)
		if all.status != 200 || some.status != 200 || len(some.body) >= len(all.body) {
			t.Errorf("%s: %d with %d bytes, of one side %d with %d", format, all.status, len(all.body), some.status, len(some.body))
		}
	}
	if rows := strings.Count(s.as("stranger.controller").get("/directives?format=csv").body, "\r\n"); rows != 2 {
		t.Errorf("the file of one side has %d lines", rows)
	}
	stranger := s.as("stranger.controller")
	for _, path := range []string{fmt.Sprintf("/directives?meeting=%d", s.closed.meeting), fmt.Sprintf("/directives?format=csv&meeting=%d", s.closed.meeting), "/directives?meeting=99999"} {
		if a := stranger.get(path); a.status != 404 {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	if a := s.as("focal").get("/directives"); a.status != 404 && a.status != 403 {
		t.Errorf("a focal point: %d", a.status)
	}
}

// The page says what a directive's tasks sum up to, keeps its filters in its
// links, and what to do where it is empty.
func TestTheListOfDirectives(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("manager")
	page := b.get("/directives?state=overdue")
	if text := words(page.body); !strings.Contains(text, "1 overdue") || !strings.Contains(text, "They gave instructions") || !strings.Contains(text, "Agency uz-trade") || !strings.Contains(text, "2026-1") {
		t.Errorf("%s", text)
	}
	for _, want := range []string{`href="/directives?sort=meeting_date&amp;state=overdue&amp;way=desc"`, `href="/directives?format=xlsx&amp;state=overdue"`, `<option value="overdue" selected>`, "data-rows", `class="pick-row"`, `href="/meetings"`} {
		if !strings.Contains(page.body, want) {
			t.Errorf("no %s", want)
		}
	}
	if page := b.get("/directives?cols=sides"); strings.Contains(page.body, `data-l="Next deadline"`) || !strings.Contains(page.body, `class="side"`) {
		t.Error("columns are not chosen")
	}
	one := b.get(fmt.Sprintf("/directives?meeting=%d", s.meeting))
	if strings.Contains(one.body, fmt.Sprintf("/directives/%d\"", s.closed.directive)) || !strings.Contains(one.body, fmt.Sprintf(`name="meeting" value="%d"`, s.meeting)) || !strings.Contains(one.body, "</span> Meeting, 1") {
		t.Errorf("of one meeting: %s", words(one.body))
	}
	if empty := words(b.get("/directives?q=nowhere").body); !strings.Contains(empty, "No directive fits these filters. Clear filters") {
		t.Errorf("nothing found: %s", empty)
	}
	if empty := words(s.as("admin").get("/directives").body); strings.Contains(empty, "programme") {
		t.Errorf("an administrator reads %s", empty)
	}
	if page := b.get("/meetings"); !strings.Contains(page.body, `href="/directives"`) || !strings.Contains(page.body, fmt.Sprintf(`href="/directives?meeting=%d"`, s.meeting)) {
		t.Error("the meetings do not lead there")
	}
	if found := b.get("/search?q=programme"); !strings.Contains(found.body, `href="/directives?q=programme"`) {
		t.Error("the search does not lead there")
	}
}
