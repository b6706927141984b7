package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// oddValues are what somebody may put into an address by hand, oddFields the
// fields that pages read from it.
var (
	oddValues = []string{"-1", "99999999999", "9223372036854775808", "abc", "draft\x00draft", "draft\xff\xfedraft", "0000-01-01", "9999-12-31", "0000-01", "9999-12", "-0001-01-01", "2026-02-30",
		"0000-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999999-23:59"}
	oddFields = []string{"id", "before", "name", "day", "month", "since", "meeting", "round", "agency", "side", "directive", "age", "group", "order", "on", "from", "to", "period", "past",
		"task", "outcome", "fate", "until", "year", "deadline", "with", "line", "lead", "kind", "q", "lang", "state", "person", "mine", "value", "first", "second", "parent", "sentence", "part", "change"}
)

// Whatever stands in an address, the answer is a page or that there is none.
func TestOddAddressesAreAnswered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	manager, staff := s.as("manager"), s.as("staff")
	ask := func(path string, q url.Values) {
		b := manager
		if strings.HasPrefix(path, "/imports") || strings.HasSuffix(path, "/new") || strings.HasSuffix(path, "/edit") {
			b = staff
		}
		if a := b.get(path + "?" + q.Encode()); a.status >= http.StatusInternalServerError {
			t.Errorf("%s?%.80s: %d", path, q.Encode(), a.status)
		}
	}
	table := staff.post("/imports", url.Values{"kind": {"directives"}, "text": {"Meeting;Date\nTalks;2026-03-01"}})
	of := register{meeting: s.meeting, document: s.document, directive: s.directive, task: s.task, event: s.closed.event, indicator: s.closed.indicator, twin: s.twin}
	for _, r := range routes {
		if r.method != get || strings.Contains(r.path, ":token") || strings.HasPrefix(r.path, "/mailbox") {
			continue
		}
		path := of.at(r.path)
		if r.path == "/imports/:id" {
			path = table.location
		}
		for _, odd := range oddValues {
			all := url.Values{"after": {odd}}
			for _, name := range oddFields {
				all.Set(name, odd)
			}
			ask(path, all)
			ask(path, url.Values{"after": {odd}, "id": {"1"}, "name": {"1"}})
		}
		ask(path, url.Values{"format": {"unknown"}})
		for _, id := range []string{"-1", "9223372036854775807", "9223372036854775808", "abc", "%00", "%ff"} {
			if strings.Contains(r.path, ":id") {
				ask(strings.NewReplacer(":id", id, ":other", fmt.Sprint(s.twin)).Replace(r.path), nil)
			}
		}
	}
}

// What was typed into a field of a list and can't be used is said beside it, and
// what an address names that is not there leaves no empty button.
func TestWhatCannotBeUsedIsSaid(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("manager")
	pack := fmt.Sprintf("/events/%d/pack", s.event("Commission", "20.6.2026", "UZ", "KZ"))
	for path, typed := range map[string]string{pack + "?since=soon": "soon", pack + "?since=1.1.2099": "1.1.2099", "/stocktake/agencies?on=1.1.2099": "1.1.2099"} {
		a := b.get(path)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `value="`+typed+`"`) || !strings.Contains(words(a.body), "Write an earlier day") {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	if a := b.get(pack + "?since=1.1.2026"); a.status != http.StatusOK || !strings.Contains(a.body, `value="01.01.2026"`) {
		t.Errorf("since a day: %d", a.status)
	}
	page := b.get("/overdue?agency=99999")
	if text := words(page.body); !strings.Contains(text, "0 tasks have passed their deadline.") || strings.Contains(text, "comes first") || strings.Contains(text, "Without this filter") {
		t.Errorf("of no agency: %s", text)
	}
	if a := b.post("/overdue/undo", url.Values{"task": {fmt.Sprint(s.task)}}); a.status != http.StatusNotFound {
		t.Errorf("no decision is taken back with %d", a.status)
	}
}
