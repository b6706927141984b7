package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

func (s *site) version() string {
	task, _, err := s.Store.Task(s.t.Context(), s.people["staff"], s.task)
	return fmt.Sprint(must(s, task, err).Version)
}

func TestAReportSentTwiceIsOneReport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("focal")
	body := url.Values{"version": {s.version()}, "signal": {"under_way"}, "done": {"Half is done"}, "form_key": {"0123456789abcdef0123456789abcdef"}}
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if a := b.post(fmt.Sprintf("/tasks/%d/report", s.task), body); a.status != http.StatusSeeOther {
				t.Errorf("sending: %d", a.status)
			}
		})
	}
	wg.Wait()
	if n := s.reports(); n != 1 {
		t.Errorf("%d reports, want 1", n)
	}
}

func TestTheSecondToSaveSeesBothVersions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	due := url.Values{"version": {s.version()}, "title": {"First new title"}, "points": {"A draft is sent"}, "lead": {fmt.Sprint(s.uz)}, "deadline": {"2026-12-01"}, "note": {"agreed"}}
	path := fmt.Sprintf("/tasks/%d", s.task)
	if a := s.as("staff").post(path, due); a.status != http.StatusSeeOther {
		t.Fatalf("first: %d %s", a.status, a.body)
	}
	due.Set("title", "Second new title")
	a := s.as("manager").post(path, due)
	if a.status != http.StatusConflict || !strings.Contains(a.body, "Second new title") || !strings.Contains(a.body, "First new title") {
		t.Errorf("second: %d; both titles should be shown\n%s", a.status, a.body)
	}
}

// What was typed stays, the message stands by its field, and nothing is a 5xx.
func TestBadInputKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff, focal := s.as("staff"), s.as("focal")
	meeting := fmt.Sprintf("/meetings/%d/documents", s.meeting)
	cases := []struct {
		name   string
		b      *browser
		path   string
		form   url.Values
		status int
		keeps  string
	}{
		{"no such day", staff, "/meetings", url.Values{"title": {"Typed title"}, "held_on": {"31.02.2026"}, "place": {"Almaty"}, "level": {"working"}, "sides": {"UZ"}}, 422, "Typed title"},
		{"empty meeting", staff, "/meetings", url.Values{}, 422, ""},
		{"level of nobody", staff, "/meetings", url.Values{"title": {"Typed title"}, "held_on": {"1.2.2026"}, "place": {"A"}, "level": {"emperors"}, "sides": {"UZ"}}, 422, "Typed title"},
		{"title too long", staff, "/meetings", url.Values{"title": {strings.Repeat("ў", 5000)}, "held_on": {"1.2.2026"}, "place": {"A"}, "level": {"working"}, "sides": {"UZ"}}, 422, "ўўў"},
		{"words not in the text", staff, "/directives", url.Values{"document": {fmt.Sprint(s.document)}, "sentence": {"2"}, "words": {"not there"}, "title": {"Typed title"}, "strength": {"instructed"}, "points": {"x"}, "sides": {"UZ"}, "deadline": {"2026-12-31"}, "controller": {fmt.Sprint(s.people["controller"].PersonID)}}, 422, "Typed title"},
		{"no points", staff, "/directives", url.Values{"meeting": {fmt.Sprint(s.meeting)}, "oral_by": {"The chairman"}, "title": {"Typed title"}, "strength": {"instructed"}, "points": {" \n "}, "sides": {"UZ"}, "deadline": {"2026-12-31"}, "controller": {fmt.Sprint(s.people["controller"].PersonID)}}, 422, "Typed title"},
		{"a number that is none", staff, "/directives", url.Values{"meeting": {fmt.Sprint(s.meeting)}, "oral_by": {"The chairman"}, "title": {"Typed title"}, "controller": {"x"}}, 422, "Typed title"},
		{"report without words", focal, fmt.Sprintf("/tasks/%d/report", s.task), url.Values{"version": {s.version()}, "signal": {"needs_help"}, "next": {"Typed next"}}, 422, "Typed next"},
		{"finished without evidence", focal, fmt.Sprintf("/tasks/%d/report", s.task), url.Values{"version": {s.version()}, "signal": {"finished"}, "done": {"Typed done"}, "answer": {"yes"}}, 422, "Typed done"},
		{"a link that runs", focal, fmt.Sprintf("/tasks/%d/report", s.task), url.Values{"version": {s.version()}, "signal": {"finished"}, "done": {"Typed done"}, "answer": {"yes"}, "links": {"javascript:alert(1)"}}, 422, "Typed done"},
		{"bytes that are no text", staff, "/meetings", url.Values{"title": {"Typed \xff\xfe title"}, "held_on": {"1.2.2026"}, "place": {"A"}, "level": {"working"}, "sides": {"UZ"}}, 422, "Typed"},
		{"a null byte", staff, "/meetings", url.Values{"title": {"Typed \x00title"}, "held_on": {"1.2.2026"}, "place": {"A"}, "level": {"working"}, "sides": {"UZ"}}, 422, "Typed"},
		{"a document without text", staff, meeting, url.Values{"title": {"Typed title"}, "kind": {"communique"}, "language": {"en"}, "dated_on": {"1.3.2026"}}, 422, "Typed title"},
		{"a question without words", focal, fmt.Sprintf("/tasks/%d/notes", s.task), url.Values{"text": {"  "}}, 422, ""},
		{"a move the table does not know", s.as("controller"), fmt.Sprintf("/tasks/%d/accept", s.task), url.Values{"version": {s.version()}}, 409, ""},
		{"an older form", focal, fmt.Sprintf("/tasks/%d/report", s.task), url.Values{"version": {"1"}, "signal": {"under_way"}, "done": {"Typed done"}}, 409, "Typed done"},
	}
	for _, c := range cases {
		a := c.b.post(c.path, c.form)
		if a.status != c.status || !strings.Contains(a.body, c.keeps) {
			t.Errorf("%s: %d, want %d with %q kept", c.name, a.status, c.status, c.keeps)
		}
		if !strings.Contains(a.body, "<h1") {
			t.Errorf("%s: no page came back", c.name)
		}
	}
}

func TestAPastDateIsAskedOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("staff")
	f := url.Values{"document": {fmt.Sprint(s.document)}, "sentence": {"2"}, "words": {"draw up a programme"}, "title": {"Past"}, "strength": {"instructed"}, "points": {"x"},
		"sides": {"UZ", "KZ"}, "deadline": {"30.6.2025"}, "controller": {fmt.Sprint(s.people["controller"].PersonID)}, "form_key": {"11111111111111111111111111111111"}}
	if a := b.post("/directives", f); a.status != 422 || !strings.Contains(a.body, `name="past"`) {
		t.Fatalf("a past date: %d, or no question", a.status)
	}
	f.Set("past", "1")
	a := b.post("/directives", f)
	if a.status != http.StatusSeeOther {
		t.Fatalf("asked once and sent again: %d", a.status)
	}
	if page := b.get(a.location); !strings.Contains(page.body, "<mark") || !strings.Contains(page.body, "2025-06-30") {
		t.Error("the passage or the date is not shown on the directive's page")
	}
	if page := b.get(fmt.Sprintf("/documents/%d", s.document)); !strings.Contains(page.body, "<mark") || !strings.Contains(page.body, a.location) {
		t.Error("the source does not lead to its directive")
	}
}

func TestAMegabyteIsTaken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("staff")
	f := url.Values{"title": {"Long"}, "kind": {"minutes"}, "language": {"en"}, "dated_on": {"1.3.2026"}, "text": {strings.Repeat("The ministry reports by 1 May. ", 1<<20/31)}}
	path := fmt.Sprintf("/meetings/%d/documents", s.meeting)
	a := b.post(path, f)
	if a.status != http.StatusSeeOther {
		t.Fatalf("1 MB: %d", a.status)
	}
	if page := b.get(a.location); page.status != http.StatusOK {
		t.Errorf("its page: %d", page.status)
	}
	f.Set("text", strings.Repeat("x", 11<<20))
	if a := b.post(path, f); a.status != http.StatusUnprocessableEntity {
		t.Errorf("11 MB: %d, want 422", a.status)
	}
	f.Set("text", strings.Repeat("x", 34<<20))
	if a := b.post(path, f); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("34 MB: %d, want 413", a.status)
	}
	if a := b.post(fmt.Sprintf("/tasks/%d/notes", s.task), url.Values{"text": {strings.Repeat("x", 2<<20)}}); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("2 MB in a form: %d, want 413", a.status)
	}
}

// No page asks the database for every row it shows: thirty more tasks cost no
// further query.
func TestQueriesDoNotGrowWithRows(t *testing.T) {
	s := newSite(t) // not parallel with itself only: the count is this store's own
	paths := map[string]string{"focal": "/tasks", "controller": "/review", "manager": "/overdue", "staff": "/meetings", "admin": "/people", "auditor": "/reminders", "head": fmt.Sprintf("/directives/%d", s.directive)}
	count := func() map[string]int64 {
		n := map[string]int64{}
		for who, path := range paths {
			b := s.as(who)
			b.get(path)
			if err := s.Store.SetSetting(t.Context(), "written", path); err != nil { // so that the page is read anew
				t.Fatal(err)
			}
			before := s.Store.Queries()
			if a := b.get(path); a.status != http.StatusOK {
				t.Fatalf("%s %s: %d", who, path, a.status)
			}
			n[path] = s.Store.Queries() - before
		}
		return n
	}
	few := count()
	for range 30 {
		s.addTask(s.directive, s.uz, time.Date(2026, 2, 10, 0, 0, 0, 0, time.UTC))
	}
	for path, n := range count() {
		t.Logf("%s: %d queries", path, n)
		if n > few[path] || n > 20 {
			t.Errorf("%s: %d queries with a few rows, %d with thirty more", path, few[path], n)
		}
	}
}

// Every page in every language: no text is missing.
func TestPagesInFiveLanguages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	both := register{s.meeting, s.document, s.directive, s.task, 1, 1, s.twin}
	for _, who := range []string{"staff", "focal", "controller", "manager", "head", "admin", "auditor"} {
		b := s.as(who)
		for _, r := range routes {
			if r.method != get || strings.Contains(r.path, "link") || r.path == "/directives/new" {
				continue
			}
			for _, lang := range []string{"en", "ru", "uz", "kk", "de"} {
				a := b.get(both.at(r.path) + "?lang=" + lang)
				if a.status == http.StatusOK && strings.HasPrefix(a.header.Get("Content-Type"), "text/html") && !strings.Contains(a.body, `lang="`+lang+`"`) {
					t.Errorf("%s %s: not in %s", who, r.path, lang)
				}
				if i := strings.Index(a.body, "⟦"); i >= 0 {
					t.Errorf("%s %s in %s: no text for %s", who, r.path, lang, a.body[i:min(len(a.body), i+60)])
				}
				if strings.Contains(a.body, "ZgotmplZ") {
					t.Errorf("%s %s in %s: an unsafe value", who, r.path, lang)
				}
			}
		}
	}
}
