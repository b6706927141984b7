package handlers

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var proposalForm = regexp.MustCompile(`href="(/directives/new\?[^"]+)"`)

// A proposal leads to the directive's form with its words, strength and
// deadline; once a directive rests on the words, they are proposed no more.
func TestProposalsOfADocument(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("staff")
	a := b.post(fmt.Sprintf("/meetings/%d/documents", s.meeting), url.Values{"title": {"Minutes"}, "kind": {"minutes"}, "dated_on": {"1.3.2026"},
		"text": {"Minutes of the meeting\n\nThe governments were instructed to draw up a roadmap by 1 December 2026. Views were exchanged on the region."}})
	if a.status != http.StatusSeeOther {
		t.Fatalf("adding the text: %d", a.status)
	}
	page := b.get(a.location)
	found := proposalForm.FindStringSubmatch(page.body)
	if found == nil || !strings.Contains(page.body, `href="#p1"`) {
		t.Fatal("nothing is proposed, or the text has no mark")
	}
	form := b.get(html.UnescapeString(found[1]))
	for _, want := range []string{"01.12.2026", "by 1 December 2026", "draw up a roadmap"} {
		if !strings.Contains(form.body, want) {
			t.Errorf("the form lacks %q", want)
		}
	}
	if other := b.get(a.location + "?sentence=3"); !strings.Contains(other.body, "courtesy") {
		t.Error("nothing says why a sentence is not proposed")
	}
	document := a.location[strings.LastIndex(a.location, "/")+1:]
	saved := b.post("/directives", url.Values{"document": {document}, "sentence": {"2"}, "words": {"draw up a roadmap by 1 December 2026"}, "title": {"Roadmap"},
		"strength": {"instructed"}, "points": {"x"}, "sides": {"UZ", "KZ"}, "deadline": {"1.12.2026"}, "past": {"1"},
		"controller": {fmt.Sprint(s.people["controller"].PersonID)}, "form_key": {"22222222222222222222222222222222"}})
	if saved.status != http.StatusSeeOther {
		t.Fatalf("saving: %d %.300s", saved.status, saved.body)
	}
	if again := b.get(a.location); proposalForm.MatchString(again.body) {
		t.Error("what a directive rests on is proposed again")
	}
}
