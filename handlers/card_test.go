package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// The control card says what the task's page says, on screen and as one page of
// PDF, to those who see the task fully.
func TestControlCard(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page := fmt.Sprintf("/tasks/%d/card", s.task)
	a := s.as("controller").get(page)
	for _, want := range []string{"Control card", "draw up a programme", "Head of the sealed history", "<svg"} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the card lacks %q", want)
		}
	}
	pdf := s.as("focal").get(page + ".pdf")
	if pdf.status != http.StatusOK || !strings.HasPrefix(pdf.body, "%PDF-") || pdf.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("the PDF: %d %s", pdf.status, pdf.header.Get("Content-Type"))
	}
	for _, who := range []string{"stranger.focal", "admin", "controller.kz"} {
		for _, path := range []string{page, page + ".pdf"} {
			if a := s.as(who).get(path); a.status != http.StatusNotFound {
				t.Errorf("%s: %s: %d", who, path, a.status)
			}
		}
	}
}

// Absence and hand-over by form: errors keep what was typed.
func TestAbsenceAndHandOver(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	controller := s.as("controller")
	deputy := fmt.Sprint(s.people["manager"].PersonID)
	bad := controller.post("/account/absence", url.Values{"deputy": {deputy}, "from": {"5.3.2026"}, "to": {"1.3.2026"}})
	if bad.status != http.StatusUnprocessableEntity || !strings.Contains(bad.body, `value="5.3.2026"`) {
		t.Errorf("a wrong absence: %d", bad.status)
	}
	if a := controller.post("/account/absence", url.Values{"deputy": {deputy}, "from": {"2.3.2026"}, "to": {"9.3.2026"}}); a.status != http.StatusSeeOther {
		t.Fatalf("absence: %d", a.status)
	}
	if body := s.as("manager").get("/account").body; !strings.Contains(body, "You stand in for") {
		t.Error("the deputy is not told")
	}
	path := fmt.Sprintf("/people/%d/hand-over", s.people["controller"].PersonID)
	if a := s.as("controller").post(path, url.Values{"to": {deputy}}); a.status != http.StatusNotFound {
		t.Errorf("a controller hands over: %d", a.status)
	}
	if a := s.as("admin").post(path, url.Values{"to": {fmt.Sprint(s.people["focal"].PersonID)}}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("to somebody who can't control: %d", a.status)
	}
	if a := s.as("admin").post(path, url.Values{"to": {deputy}}); a.status != http.StatusSeeOther {
		t.Errorf("handing over: %d", a.status)
	}
}

// What is for official use keeps its mark on the pages and out of mails.
func TestOfficialUse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff := s.as("staff")
	a := staff.post("/directives", url.Values{"meeting": {fmt.Sprint(s.meeting)}, "oral_by": {"The chairman"}, "title": {"Guard the border"}, "strength": {"instructed"}, "points": {"x"},
		"sides": {"UZ", "KZ"}, "no_deadline_reason": {"none"}, "controller": {fmt.Sprint(s.people["controller"].PersonID)}, "official": {"1"}})
	if a.status != http.StatusSeeOther {
		t.Fatalf("recording: %d", a.status)
	}
	if body := staff.get(a.location).body; !strings.Contains(body, "official use") {
		t.Error("the mark does not show")
	}
}

// Any sign that can be typed goes into the PDFs.
func TestSheetsTakeEverySign(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.query(`update task set title = title || ' 🎉'; update directive set title = title || ' 🎉'`)
	for _, path := range []string{fmt.Sprintf("/tasks/%d/card.pdf", s.task), fmt.Sprintf("/directives/%d/statements.pdf", s.directive)} {
		if a := s.as("controller").get(path); a.status != http.StatusOK || !strings.HasPrefix(a.body, "%PDF-") {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

// Long texts are shortened, so that the card holds every report, the newest
// first, and the history; what does not fit is counted.
func TestCardHoldsReportsAndHistory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	say := func(done string) {
		err := s.Store.Report(t.Context(), s.people["focal"], db.ReportInput{TaskID: s.task, Signal: rules.UnderWay, Done: done, Now: s.now()})
		must(s, 0, err)
		s.later(time.Hour)
	}
	say("Oldest report")
	say("Long report " + strings.Repeat("слово ", 2500))
	say("Newest report")
	text := pdfText(t, s.as("controller").get(fmt.Sprintf("/tasks/%d/card.pdf", s.task)).body)
	last := 0
	for _, want := range []string{"Newest report", "Long report", "…", "Oldest report", "History", "assigned: Number"} {
		at := strings.Index(text, want)
		if at < last {
			t.Fatalf("%q stands at %d, after %d: %s", want, at, last, text)
		}
		last = at
	}
	if strings.Contains(text, "more on the page") {
		t.Error("the card leaves something out")
	}
	s.query(fmt.Sprintf(`insert into task_point (task_id, number, text) select %d, n, repeat('word ', 300) from generate_series(2, 20) n`, s.task))
	if text := pdfText(t, s.as("controller").get(fmt.Sprintf("/tasks/%d/card.pdf", s.task)).body); !strings.Contains(text, "more on the page") {
		t.Errorf("the card does not tell that it leaves something out: %s", text)
	}
}

// pdfText is what stands in a PDF.
func pdfText(t *testing.T, pdf string) string {
	t.Helper()
	tool := exec.CommandContext(t.Context(), "pdftotext", "-layout", "-", "-")
	tool.Stdin = strings.NewReader(pdf)
	text, err := tool.Output()
	if err != nil {
		t.Fatalf("pdftotext, which make test installs: %v", err)
	}
	return string(text)
}

func TestHandOverOfNobody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if a := s.as("admin").post("/people/999999/hand-over", url.Values{"to": {fmt.Sprint(s.people["manager"].PersonID)}}); a.status != http.StatusNotFound {
		t.Errorf("%d", a.status)
	}
}
