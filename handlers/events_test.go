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

func (s *site) event(title, on string, sides ...string) int64 {
	s.t.Helper()
	day := wantedDay(on)
	id, err := s.Store.AddEvent(s.t.Context(), s.people["staff"], db.Event{Title: title, Kind: rules.Commission, StartsOn: &day, Sides: sides}, "", s.now())
	return must(s, id, err)
}

func TestAnEventIsNotedChangedAndCancelled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff := s.as("staff")
	form := url.Values{"title": {"Commission"}, "kind": {"commission"}, "starts_on": {"31.02.2026"}, "from": {"25:00"}, "sides": {"UZ", "KZ"}, "place": {"Tashkent"}}
	if a := staff.post("/events", form); a.status != 422 || !strings.Contains(a.body, `id="e-starts_on"`) || !strings.Contains(a.body, `id="e-from"`) || !strings.Contains(a.body, `value="Tashkent"`) {
		t.Errorf("no such day and hour: %d", a.status)
	}
	form.Set("starts_on", "3.6.2026")
	form.Set("from", "9.30")
	form.Set("to", "11:00")
	a := staff.post("/events", form)
	if a.status != 303 {
		t.Fatalf("noted: %d %s", a.status, a.body)
	}
	page := staff.get(a.location)
	for _, want := range []string{"3\u00a0June\u00a02026", "09:30–11:00", "Tashkent", "in 93 days"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	form.Set("version", "1")
	form.Set("starts_on", "10.6.2026")
	if c := staff.post(a.location, form); c.status != 303 {
		t.Errorf("moved: %d", c.status)
	}
	if c := staff.post(a.location, form); c.status != 409 || !strings.Contains(c.body, "10.6.2026") {
		t.Errorf("an old form: %d", c.status)
	}
	if c := staff.get(a.location); !strings.Contains(c.body, "it was to be on 3\u00a0June\u00a02026") {
		t.Error("the page does not tell when it was to be")
	}
	if c := staff.post(a.location+"/cancel", url.Values{"version": {"2"}}); c.status != 422 {
		t.Errorf("cancelled without a reason: %d", c.status)
	}
	if c := staff.post(a.location+"/cancel", url.Values{"version": {"2"}, "note": {"The hosts asked for it"}}); c.status != 303 {
		t.Errorf("cancelled: %d", c.status)
	}
	if c := staff.get("/reports"); strings.Contains(c.body, a.location+"/pack") {
		t.Error("papers for an event that was called off")
	}
	if c := staff.get(a.location); !strings.Contains(c.body, "The hosts asked for it") {
		t.Error("the page does not tell why")
	}
	if c := staff.post(a.location+"/reinstate", url.Values{"version": {"3"}}); c.status != 303 {
		t.Errorf("planned again: %d", c.status)
	}
}

func TestDeadlinesMoveAlongFromTheEventsPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.event("Commission", "20.2.2026", "UZ", "KZ")
	path := fmt.Sprintf("/events/%d", id)
	staff, manager := s.as("staff"), s.as("manager")
	if a := staff.post(path+"/due", url.Values{"ref": {"2026-99"}}); a.status != 422 || !strings.Contains(a.body, `value="2026-99"`) {
		t.Errorf("a number that is not there: %d", a.status)
	}
	if a := staff.post(path+"/due", url.Values{"ref": {"2026-1.1"}}); a.status != 303 {
		t.Fatalf("tied: %d", a.status)
	}
	directive := fmt.Sprintf("/directives/%d", s.directive)
	for _, event := range []string{fmt.Sprint(id), "0"} {
		if a := staff.post(directive+"/event", url.Values{"event": {event}}); a.status != 303 {
			t.Errorf("due for %s: %d", event, a.status)
		}
		if linked := strings.Contains(staff.get(directive).body, `<dd><a href="`+path+`">`); linked != (event != "0") {
			t.Errorf("due for %s, linked %t", event, linked)
		}
	}
	task := fmt.Sprintf("/tasks/%d", s.task)
	if a := manager.get(task); !strings.Contains(a.body, path) {
		t.Error("the task does not tell what it is due for")
	}
	e, err := s.Store.Event(t.Context(), s.people["staff"], id)
	must(s, e, err)
	to := time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)
	e.StartsOn = &to
	if err := s.Store.ChangeEvent(t.Context(), s.people["staff"], *e, s.now()); err != nil {
		t.Fatal(err)
	}
	got, _, err := s.Store.Task(t.Context(), s.people["staff"], s.task)
	must(s, got, err)
	pick := fmt.Sprintf("%d.%d", s.task, got.Version)
	if a := manager.get(path); !strings.Contains(a.body, `value="`+pick+`" checked`) || !strings.Contains(a.body, `value="20.03.2026"`) {
		t.Error("the task due on the former day is not offered to move along")
	}
	if a := staff.get(path); strings.Contains(a.body, `name="task"`) {
		t.Error("who may not move deadlines is offered it")
	}
	form := url.Values{"version": {"2"}, "task": {pick}, "wanted": {"20.3.2026"}}
	if a := manager.post(path+"/move-along", form); a.status != 422 || !strings.Contains(a.body, `id="e-reason"`) {
		t.Errorf("without a reason: %d", a.status)
	}
	form.Set("reason", "The commission was moved")
	if a := staff.post(path+"/move-along", form); a.status != 404 {
		t.Errorf("staff: %d", a.status)
	}
	if a := manager.post(path+"/move-along", form); a.status != 303 {
		t.Errorf("moved along: %d", a.status)
	}
	if a := manager.post(path+"/move-along", form); a.status != 409 {
		t.Errorf("the same form again: %d", a.status)
	}
	if got, _, err = s.Store.Task(t.Context(), s.people["staff"], s.task); err != nil || !got.Deadline.Equal(to) || got.Moves != 1 {
		t.Errorf("due %v, moved %d times (%v)", got.Deadline, got.Moves, err)
	}
}

func TestTheCalendarShowsMoreThanFitsAsALink(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	due := time.Date(2026, 3, 17, 0, 0, 0, 0, time.UTC)
	for range 5 {
		s.addTask(s.directive, s.uz, due)
	}
	s.event("Council", "18.3.2026", "UZ", "KZ")
	s.event("Closed visit", "19.3.2026", "KZ")
	manager := s.as("manager")
	page := manager.get("/calendar?month=2026-03")
	for _, want := range []string{`href="/calendar?day=2026-03-17">2 more`, "Council", "Closed visit", `aria-current="date"`, "March\u00a02026"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the calendar lacks %q", want)
		}
	}
	if day := manager.get("/calendar?day=2026-03-17"); strings.Count(day.body, `class="pick-row"`) != 5 {
		t.Errorf("the day shows %d tasks", strings.Count(day.body, `class="pick-row"`))
	}
	if csv := manager.get("/calendar?day=2026-03-17&format=csv"); strings.Count(csv.body, "Draft the programme") != 5 {
		t.Errorf("the day's file: %s", csv.body)
	}
	if filtered := manager.get(fmt.Sprintf("/calendar?month=2026-03&agency=%d", s.kz)); strings.Contains(filtered.body, "2026-1.2") || !strings.Contains(filtered.body, fmt.Sprintf("agency=%d&amp;month=2026-04", s.kz)) {
		t.Error("the filter by agency does not hold, or is lost with the next month")
	}
	stranger := s.as("stranger.staff").get("/calendar?month=2026-03")
	if strings.Contains(stranger.body, "Closed visit") || !strings.Contains(stranger.body, "Council") {
		t.Error("one country's secretariat sees the other's visit, or not what is of both")
	}
	if focal := s.as("focal").get("/calendar?month=2026-03"); !strings.Contains(focal.body, ">2 more") {
		t.Error("the lead does not see its deadlines")
	}
	if other := s.as("stranger.focal").get("/calendar?month=2026-03"); strings.Contains(other.body, "Draft the programme") {
		t.Error("an agency sees what it has nothing to do with")
	}
	for bad, status := range map[string]int{"/calendar?month=x": 422, "/calendar?day=2026-02-31": 422, "/calendar?side=XX&agency=-1&mine=1": 200, "/calendar?month=9999-12": 422} {
		if a := manager.get(bad); a.status != status || !strings.Contains(a.body, "March\u00a02026") {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
}

func TestAPackComesInTwoLanguagesAndOnPaper(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.event("Commission", "20.4.2026", "UZ", "KZ")
	path := fmt.Sprintf("/events/%d", id)
	head := s.as("head")
	page := head.get(path + "/pack?first=en&second=ru")
	for _, want := range []string{"Overdue", "Просрочено", "Bilateral matrix", "Двусторонняя матрица", "10 days late", "просрочено на 10", "They gave instructions to draw up a programme this year."} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the pack lacks %q", want)
		}
	}
	if one := head.get(path + "/pack?first=de"); strings.Contains(one.body, "Просрочено") || !strings.Contains(one.body, "Bilaterale Übersicht") {
		t.Error("a pack in one language holds another one")
	}
	for _, file := range []string{"/pack.pdf?first=kk&second=uz", "/brief.pdf"} {
		if a := head.get(path + file); a.status != 200 || !strings.HasPrefix(a.body, "%PDF-") {
			t.Errorf("%s: %d", file, a.status)
		} else if pages := strings.Count(a.body, "/Type /Page\n"); file == "/brief.pdf" && pages != 1 {
			t.Errorf("the head's page has %d pages", pages)
		}
	}
	if a := s.as("focal").get(path + "/pack"); a.status != 404 {
		t.Errorf("an agency's focal point: %d", a.status)
	}
	kz := s.event("Closed visit", "20.4.2026", "KZ")
	if a := s.as("stranger.head").get(fmt.Sprintf("/events/%d/brief", kz)); a.status != 404 {
		t.Errorf("the other side's head: %d", a.status)
	}
}

func TestReportsToPrintAreOfWhatOneSees(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.later(20 * 24 * time.Hour)
	manager, stranger := s.as("manager"), s.as("stranger.manager")
	s.addTask(s.directive, s.kz, time.Date(2026, 4, 30, 0, 0, 0, 0, time.UTC))
	s.addTask(s.directive, s.kz, time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC))
	for _, c := range []struct {
		path            string
		manager, strang int // rows
	}{{"/reports/overdue", 2, 1}, {"/reports/due", 1, 1}, {fmt.Sprintf("/meetings/%d/open", s.meeting), 3, 3}, {"/reports/overdue?side=KZ", 1, 0}} {
		if got := strings.Count(manager.get(c.path).body, `class="pick-row"`); got != c.manager {
			t.Errorf("%s: %d tasks, want %d", c.path, got, c.manager)
		}
		if got := strings.Count(stranger.get(c.path).body, `class="pick-row"`); got != c.strang {
			t.Errorf("%s, one side: %d tasks, want %d", c.path, got, c.strang)
		}
		mark := "?"
		if strings.Contains(c.path, "?") {
			mark = "&"
		}
		if got := strings.Count(manager.get(c.path+mark+"format=csv").body, "Draft the programme"); got != c.manager {
			t.Errorf("%s as a file: %d tasks, want %d", c.path, got, c.manager)
		}
	}
	if csv := manager.get("/reports/matrix?format=csv"); !strings.Contains(csv.body, "2026-1;Draw up a programme;") || !strings.Contains(csv.body, "Agency uz-trade: 1 overdue") {
		t.Errorf("the matrix as a file: %s", csv.body)
	}
	if a := manager.get("/reports"); !strings.Contains(a.body, `href="/stocktake/agencies"`) {
		t.Error("no way to the agencies' table")
	}
	if a := manager.get(fmt.Sprintf("/meetings/%d/open", s.meeting)); !strings.Contains(a.body, "Open items of the meeting") {
		t.Error("no report of the meeting")
	}
}

func TestAFiguresValuesAreGivenCorrectedAndTakenAway(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff := s.as("staff")
	form := url.Values{"period": {"month"}, "ends_on": {"10.1.2026"}, "number": {"4,25 %"}, "source": {"Statistics"}}
	if a := staff.post("/indicators/1/values", form); a.status != 422 || !strings.Contains(a.body, `value="4,25 %"`) {
		t.Errorf("no number: %d", a.status)
	}
	form.Set("number", "4,25")
	for _, day := range []string{"10.1.2026", "10.2.2026"} {
		form.Set("ends_on", day)
		if a := staff.post("/indicators/1/values", form); a.status != 303 {
			t.Fatalf("given: %d %s", a.status, a.body)
		}
	}
	page := staff.get("/indicators/1")
	for _, want := range []string{"January\u00a02026", "4.25", `role="img"`, "±0"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	form.Set("version", "1")
	form.Set("number", "5")
	if a := staff.post("/indicators/1/values/2", form); a.status != 303 {
		t.Errorf("corrected: %d", a.status)
	}
	if a := staff.post("/indicators/1/values/2", form); a.status != 409 {
		t.Errorf("an old form: %d", a.status)
	}
	if a := staff.post("/indicators/1/values/2/remove", url.Values{"version": {"2"}}); a.status != 303 {
		t.Errorf("taken away: %d", a.status)
	}
	if a := staff.get("/indicators/1"); !strings.Contains(a.body, `action="/indicators/1/values/2/restore"`) || strings.Contains(a.body, "values/2/remove") {
		t.Error("nothing to put it back with, or it still shows")
	}
	s.later(5 * time.Second)
	if a := staff.post("/indicators/1/values/2/restore", nil); a.status != 303 {
		t.Errorf("put back: %d", a.status)
	}
	s.later(time.Minute)
	if a := staff.post("/indicators/1/values/2/restore", nil); a.status != 409 {
		t.Errorf("put back too late: %d", a.status)
	}
	if a := staff.post("/indicators/1", url.Values{"version": {"1"}, "title": {"Trade"}, "value": {"+14 %"}, "target": {"ten"}}); a.status != 422 {
		t.Errorf("a target that is no number: %d", a.status)
	}
	if a := staff.post("/indicators/1", url.Values{"version": {"1"}, "title": {"Trade"}, "value": {"+14 %"}, "target": {"10"}, "target_on": {"31.12.2026"}, "unit": {"%"}}); a.status != 303 {
		t.Errorf("a target: %d", a.status)
	}
	if a := s.as("head").get("/indicators/1"); !strings.Contains(a.body, "10\u00a0% by 31\u00a0December\u00a02026") || strings.Contains(a.body, `action="/indicators/1/values"`) {
		t.Error("a head sees no target, or may give values")
	}
	if a := s.as("stranger.head").get("/indicators/2"); a.status != 404 {
		t.Errorf("a figure of the other side: %d", a.status)
	}
}

// What is due until a day is a page of its own, which keeps the day.
func TestDueUntilADay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, day := range []int{2, 8, 9} {
		s.addTask(s.directive, s.uz, time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC))
	}
	b := s.as("manager")
	rows := func(path string) int { return strings.Count(b.get(path).body, `class="t" href="/tasks/`) }
	if got := []int{rows("/reports/due?until=2026-03-08"), rows("/reports/due"), rows("/reports/due?until=soon"), rows("/reports/due?until=2026-02-08")}; fmt.Sprint(got) != "[2 3 3 3]" {
		t.Errorf("until the 8th, next month, a wrong day, a past day: %v", got)
	}
	page := b.get("/reports/due?until=2026-03-08&side=UZ").body
	if !strings.Contains(page, `name="until" value="08.03.2026"`) || !strings.Contains(strings.ReplaceAll(page, "\u00a0", " "), "Due until Sunday, 8 March 2026") {
		t.Error("the page does not keep or name the day")
	}
	if file := b.get("/reports/due?until=2026-03-08&format=csv").body; strings.Count(file, "Draft the programme") != 2 {
		t.Errorf("as a file: %s", file)
	}
}
