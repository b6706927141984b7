package handlers

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// field is the value of a page's hidden field.
func field(body, name string) string {
	_, after, _ := strings.Cut(body, `name="`+name+`" value="`)
	value, _, _ := strings.Cut(after, `"`)
	return value
}

// A decision on picked tasks is carried out on each that it can be, the others
// say why not, and within ten seconds it is taken back.
func TestBulkDecisions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("manager")
	second := s.addTask(s.directive, s.uz, time.Date(2026, 2, 10, 0, 0, 0, 0, time.UTC))
	done := s.addTask(s.directive, s.uz, time.Date(2026, 2, 11, 0, 0, 0, 0, time.UTC))
	err := s.Store.Cancel(s.t.Context(), s.people["manager"], db.ActInput{TaskID: done, Ground: "revoked", Note: "Decree", Now: s.now()})
	must(s, 0, err)
	picked := []string{fmt.Sprint(s.task), fmt.Sprint(second), fmt.Sprint(done)}
	a := b.post("/overdue/extend?age=30", url.Values{"task": picked, "by": {"7"}})
	if a.status != 422 || !strings.Contains(a.body, `id="f-reason_extend"`) || strings.Count(a.body, "checked><span") != 2 {
		t.Errorf("without a reason: %d", a.status)
	}
	a = b.post("/overdue/extend?age=30", url.Values{"task": picked, "by": {"7"}, "reason_extend": {"The partner is late"}})
	if a.status != 303 || a.location != "/overdue?age=30" {
		t.Fatalf("extend: %d %s", a.status, a.location)
	}
	page := b.get(a.location).body
	if !strings.Contains(page, "2 deadlines moved.") || !strings.Contains(page, "where it stands now this cannot be done") {
		t.Error("the answer does not say what was done and what not")
	}
	a = b.post("/overdue/undo?do=extend", url.Values{"task": picked[:2]})
	task, _, err := s.Store.Task(s.t.Context(), s.people["manager"], s.task)
	if must(s, task, err).Moves != 0 {
		t.Errorf("undone: %d, still moved", a.status)
	}
	for path, form := range map[string]url.Values{"/overdue/escalate": {"reason_escalate": {"Now"}}, "/overdue/reassign": {"agency": {"KZ-Energy"}, "reason_reassign": {"Theirs"}},
		"/overdue/remind": {"enter": {"1"}, "until": {"1.6.2026"}, "reason_extend": {"By the Enter key"}}} {
		form["task"] = picked[1:2]
		if a := b.post(path, form); a.status != 303 {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	task, _, err = s.Store.Task(s.t.Context(), s.people["manager"], second)
	if must(s, task, err); task.LeadSide != "KZ" || task.Deadline.Month() != 6 {
		t.Errorf("leads %s until %v", task.LeadSide, task.Deadline)
	}
	s.later(11 * time.Second)
	if a := b.post("/overdue/undo?do=reassign", url.Values{"task": picked[1:2]}); a.status != 409 {
		t.Errorf("undone too late: %d", a.status)
	}
}

// From the list into a round, task by task, to minutes that are kept.
func TestARoundFromBeginToMinutes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.addTask(s.directive, s.uz, time.Date(2026, 2, 10, 0, 0, 0, 0, time.UTC))
	b := s.as("manager")
	begin := url.Values{"query": {"side=UZ&why=none"}, "title": {"Weekly"}, "form_key": {"begin"}}
	a := b.post("/rounds", begin)
	if again := b.post("/rounds", begin); again.location != a.location {
		t.Errorf("begun twice: %d %s", again.status, again.location)
	}
	if a.status != 303 || !strings.HasSuffix(a.location, "/walk") {
		t.Fatalf("begin: %d %s", a.status, a.location)
	}
	round := strings.TrimSuffix(a.location, "/walk")
	page := b.get(a.location)
	if !strings.Contains(page.body, "2 overdue in the list") || strings.Contains(page.body, "kz-trade</span>") {
		t.Errorf("the first task: %d", page.status)
	}
	form := func(body string, more url.Values) url.Values {
		for _, name := range []string{"task", "next", "version", "form_key"} {
			more.Set(name, field(body, name))
		}
		return more
	}
	a = b.post(round+"/outcomes", form(page.body, url.Values{"decision": {"extend"}, "by": {"14"}, "text": {""}}))
	if a.status != 422 || !strings.Contains(a.body, `value="extend" data-key="e" checked`) {
		t.Errorf("an extension without a reason: %d", a.status)
	}
	first := form(page.body, url.Values{"decision": {"extend"}, "by": {"14"}, "text": {"The partner is late"}})
	a = b.post(round+"/outcomes", first)
	if a.status != 303 || !strings.Contains(a.location, "/walk?task=") {
		t.Fatalf("decide: %d %s", a.status, a.location)
	}
	if again := b.post(round+"/outcomes", first); again.location != a.location {
		t.Errorf("sent twice: %d %s", again.status, again.location)
	}
	page = b.get(a.location)
	a = b.post(round+"/outcomes", form(page.body, url.Values{"decision": {"noted"}, "text": {"Reports on Monday"}}))
	if a.location != round {
		t.Errorf("after the last task: %d %s", a.status, a.location)
	}
	if a = b.post(round+"/close", nil); a.location != round {
		t.Errorf("close: %d %s", a.status, a.location)
	}
	minutes := b.get(round).body
	for _, words := range []string{"2 decisions", "The partner is late", "Reports on Monday", "Weekly", "Chair"} {
		if !strings.Contains(minutes, words) {
			t.Errorf("the minutes lack %q", words)
		}
	}
	for _, format := range []string{"csv", "xlsx", "pdf"} {
		if f := b.get(round + "?format=" + format); f.status != 200 || format == "csv" && !strings.Contains(f.body, "Reports on Monday") {
			t.Errorf("minutes as %s: %d", format, f.status)
		}
	}
	if a := b.get(round + "/walk"); a.location != round {
		t.Errorf("walk through a closed round: %d %s", a.status, a.location)
	}
	if a := s.as("stranger.manager").get(round); a.status != 404 {
		t.Errorf("one side reads minutes of both: %d", a.status)
	}
	if list := b.get("/rounds?format=csv"); list.status != 200 || !strings.Contains(list.body, "Weekly") {
		t.Errorf("the rounds as a file: %d", list.status)
	}
}

// The changes look back to a day, a meeting or a round; a wrong day is asked
// for again, and everybody gets them as a file.
func TestChangesLookBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("manager")
	for path, want := range map[string]string{"/changes": "23 February 2026", "/changes?since=1.3.2026": "1 March 2026", fmt.Sprintf("/changes?meeting=%d", s.meeting): "Since the meeting"} {
		if a := b.get(path); a.status != 200 || !strings.Contains(a.body, "Draft the programme") || !strings.Contains(strings.ReplaceAll(a.body, "\u00a0", " "), want) {
			t.Errorf("%s: %d, want %q", path, a.status, want)
		}
	}
	if a := b.get("/changes?since=2.3.2027"); a.status != 422 || !strings.Contains(a.body, `value="2.3.2027"`) {
		t.Errorf("a day to come: %d", a.status)
	}
	if a := b.get("/changes?since=1.3.2026&format=csv"); a.status != 200 || !strings.Contains(a.body, "Draft the programme") {
		t.Errorf("as a file: %d", a.status)
	}
	if a := s.as("stranger.manager").get(fmt.Sprintf("/changes?meeting=%d", s.closed.meeting)); a.status != 404 {
		t.Errorf("since a foreign meeting: %d", a.status)
	}
	if a := s.as("stranger.manager").get("/changes?format=csv"); strings.Contains(a.body, "kz-trade") {
		t.Error("a stranger reads of the other side's own tasks")
	}
	if a := b.get("/changes"); !strings.Contains(a.body, `href="/overdue" aria-current="page"`) {
		t.Error("the navigation does not say where one is")
	}
	if a := b.get("/directives"); !strings.Contains(a.body, `href="/meetings" aria-current="page"`) {
		t.Error("the navigation does not say that the directives are below the meetings")
	}
	if a := s.as("focal").get("/changes"); a.status != 404 {
		t.Errorf("a focal point: %d", a.status)
	}
}

// The lead of a late task is asked why; what he says stands in the list.
func TestTheLeadIsAskedWhy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	focal, manager := s.as("focal"), s.as("manager")
	if page := manager.get("/overdue"); !strings.Contains(page.body, "The lead has not said why") {
		t.Error("the list does not say that no reason was given")
	}
	path := fmt.Sprintf("/tasks/%d", s.task)
	page := focal.get(path).body
	if !strings.Contains(page, "Say why it is late") {
		t.Fatal("the lead is not asked")
	}
	if a := focal.post(path+"/late", url.Values{"version": {field(page, "version")}, "late_reason": {"The survey"}}); a.status != 422 || !strings.Contains(a.body, ">The survey</textarea>") {
		t.Errorf("without a plan: %d", a.status)
	}
	if a := focal.post(path+"/late", url.Values{"version": {field(page, "version")}, "late_reason": {"The survey"}, "late_plan": {"It ends on Friday"}}); a.status != 303 {
		t.Errorf("with a plan: %d", a.status)
	}
	list := manager.get("/overdue").body
	if !strings.Contains(list, "The survey") || !strings.Contains(list, "It ends on Friday") {
		t.Error("the list does not tell the reason and the plan")
	}
	if a := focal.get("/tasks"); !strings.Contains(a.body, `name="late_reason"`) {
		t.Error("the report's form does not ask")
	}
	if a := s.as("stranger.manager").get("/overdue"); !strings.Contains(a.body, "The survey") { // of the same side
		t.Error("the own side does not read it")
	}
	s.person("staff.kz", s.kz, rules.Staff)
	if a := s.as("staff.kz").get("/overdue"); strings.Contains(a.body, "The survey") || !strings.Contains(a.body, "Draft the programme") {
		t.Error("the other side reads the lead's words, or does not see the task")
	}
}

// The list's address is its state; a saved view is an address under a name.
func TestSavedViewsAreAddresses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("manager")
	a := b.post("/views", url.Values{"path": {"/overdue"}, "query": {"group=meeting&side=UZ&why=none&order=newest"}, "name": {"Without a reason"}, "agency": {fmt.Sprint(s.joint)}})
	if a.status != 303 || a.location != "/overdue?group=meeting&order=newest&side=UZ&why=none" {
		t.Fatalf("save: %d %s", a.status, a.location)
	}
	page := b.get(a.location).body
	for _, want := range []string{`<option value="meeting" selected>`, `<option value="UZ" selected>`, `value="none" checked`, ">Without a reason</a>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if other := s.as("controller").get("/overdue").body; !strings.Contains(other, ">Without a reason</a>") || !strings.Contains(other, "by manager") {
		t.Error("who shares the agency does not see the view")
	}
	if a := s.as("controller").post("/views/1/remove", nil); a.status != 404 {
		t.Errorf("somebody else removes it: %d", a.status)
	}
	if a := b.post("/views", url.Values{"path": {"/people"}, "query": {""}, "name": {"x"}}); a.status < 400 {
		t.Errorf("a view of another page: %d", a.status)
	}
	if a := b.post("/views/1/remove", nil); a.location != "/overdue" {
		t.Errorf("remove: %d", a.status)
	}
}
