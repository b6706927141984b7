package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

var feedAddress = regexp.MustCompile(`http://127\.0\.0\.1(/feeds/[A-Z2-7]{26}\.ics)`)

// follow makes a calendar by a form and returns its address.
func (b *browser) follow(path string, form url.Values) string {
	b.s.t.Helper()
	a := b.post(path, form)
	found := feedAddress.FindStringSubmatch(a.body)
	if a.status != http.StatusOK || found == nil {
		b.s.t.Fatalf("%s: %d, no address", path, a.status)
	}
	return found[1]
}

// dayEntries reads a calendar's days as a program does: by UID, unfolded.
func dayEntries(t *testing.T, a answer) map[string]map[string]string {
	t.Helper()
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "text/calendar; charset=utf-8" {
		t.Fatalf("no calendar: %d %s", a.status, a.header.Get("Content-Type"))
	}
	days := map[string]map[string]string{}
	for _, part := range strings.Split(strings.ReplaceAll(a.body, "\r\n ", ""), "BEGIN:VEVENT\r\n")[1:] {
		day := map[string]string{}
		for _, line := range strings.Split(part, "\r\n") {
			name, value, _ := strings.Cut(line, ":")
			day[name] = value
		}
		days[day["UID"]] = day
	}
	return days
}

// A calendar needs no session, says the same in the same bytes, and only while
// nothing has changed.
func TestCalendarAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	focal := s.as("focal")
	address := focal.follow("/account/calendars", url.Values{"of": {"person"}})
	a := s.visitor().get(address)
	day := dayEntries(t, a)[fmt.Sprintf("task-%d@127.0.0.1", s.task)]
	for name, want := range map[string]string{
		"DTSTART;VALUE=DATE": "20260220", "DTEND;VALUE=DATE": "20260221", "SUMMARY": "2026-1.1 Draft the programme", "URL": fmt.Sprintf("http://127.0.0.1/tasks/%d", s.task),
		"DESCRIPTION": `Status: Not started\nLead executor: Agency uz-trade\nDirective: 2026-1 Draw up a programme`,
	} {
		if day[name] != want {
			t.Errorf("%s is %q, want %q", name, day[name], want)
		}
	}
	if !strings.Contains(a.body, "X-WR-CALNAME:Amal: My deadlines\r\n") || strings.Contains(a.body, "METHOD") {
		t.Errorf("the calendar's own lines:\n%s", a.body)
	}
	if cookies := a.header.Values("Set-Cookie"); len(cookies) > 0 {
		t.Errorf("cookies: %v", cookies)
	}
	tag := a.header.Get("ETag")
	s.later(24 * time.Hour)
	for _, known := range []string{tag, `"other", ` + strings.TrimPrefix(tag, "W/"), "*"} {
		if a := s.visitor().do("GET", address, "", "", "If-None-Match", known); a.status != http.StatusNotModified || a.body != "" || a.header.Get("ETag") != tag {
			t.Errorf("%s, unchanged: %d", known, a.status)
		}
	}
	if a := s.visitor().do("HEAD", address, "", ""); a.status != http.StatusOK || a.header.Get("ETag") != tag {
		t.Errorf("HEAD: %d", a.status)
	}
	if a := focal.post(fmt.Sprintf("/tasks/%d/receive", s.task), url.Values{"version": {"2"}}); a.status != http.StatusSeeOther {
		t.Fatalf("receiving: %d", a.status)
	}
	if a := s.visitor().do("GET", address, "", "", "If-None-Match", tag); a.status != http.StatusOK || !strings.Contains(a.body, "In progress") {
		t.Errorf("changed: %d", a.status)
	}
}

// A calendar speaks its owner's language, whatever the program asks for.
func TestCalendarSpeaksItsOwnersLanguage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if err := s.Store.SetLocale(t.Context(), s.people["focal"], "ru", s.now()); err != nil {
		t.Fatal(err)
	}
	address := s.as("focal").follow("/account/calendars", url.Values{"of": {"person"}})
	if a := s.visitor().do("GET", address, "", "", "Accept-Language", "de"); !strings.Contains(a.body, "X-WR-CALNAME:Amal: Мои сроки\r\n") || !strings.Contains(a.body, "Не начато") {
		t.Errorf("not in Russian:\n%s", a.body)
	}
}

// The address shows once, on the page that made it; the list can renew and
// revoke it, and only its owner's.
func TestCalendarsOnTheAccountsPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	focal := s.as("focal")
	form := url.Values{"of": {fmt.Sprint(s.uz)}, "form_key": {"made once"}}
	first := focal.follow("/account/calendars", form)
	if a := focal.post("/account/calendars", form); a.status != http.StatusSeeOther || a.location != "/account" {
		t.Errorf("sent twice: %d to %s", a.status, a.location)
	}
	page := focal.get("/account").body
	if strings.Contains(page, "/feeds/") || !strings.Contains(page, "not read yet") || !strings.Contains(page, "Agency uz-trade") {
		t.Error("the list shows the address, or not the calendar")
	}
	dayEntries(t, s.visitor().get(first))
	if !strings.Contains(focal.get("/account").body, "Last read") {
		t.Error("the list does not tell that it was read")
	}
	row := regexp.MustCompile(`/account/calendars/(\d+)/renew`).FindStringSubmatch(page)
	if row == nil {
		t.Fatal("nothing to renew")
	}
	for _, act := range []string{"renew", "revoke"} {
		if a := s.as("focal.kz").post("/account/calendars/"+row[1]+"/"+act, nil); a.status != http.StatusNotFound {
			t.Errorf("%s by somebody else: %d", act, a.status)
		}
	}
	second := focal.follow("/account/calendars/"+row[1]+"/renew", nil)
	if a := s.visitor().get(first); a.status != http.StatusNotFound {
		t.Errorf("the old address: %d", a.status)
	}
	dayEntries(t, s.visitor().get(second))
	if a := focal.post("/account/calendars/"+row[1]+"/revoke", nil); a.status != http.StatusSeeOther {
		t.Errorf("revoking: %d", a.status)
	}
	if a := s.visitor().get(second); a.status != http.StatusNotFound {
		t.Errorf("revoked: %d", a.status)
	}
	for of, want := range map[string]int{"": 422, "x": 422, fmt.Sprint(s.kz): 404} {
		if a := focal.post("/account/calendars", url.Values{"of": {of}}); a.status != want {
			t.Errorf("of %q: %d, want %d", of, a.status, want)
		}
	}
}

// Directives and agencies have their calendars for those who see them, with the
// coming events for the register.
func TestCalendarsOfDirectivesAndAgencies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	starts := time.Date(2027, 9, 1, 0, 0, 0, 0, time.UTC) // 18 months ahead
	if _, err := s.Store.AddEvent(t.Context(), s.people["staff"], db.Event{MeetingID: s.meeting, Title: "Second summit", StartsOn: &starts, Place: "Tashkent"}, "", s.now()); err != nil {
		t.Fatal(err)
	}
	directive := fmt.Sprintf("/directives/%d/calendar", s.directive)
	days := dayEntries(t, s.visitor().get(s.as("staff").follow(directive, nil)))
	event := map[string]string{}
	for uid, day := range days {
		if strings.HasPrefix(uid, "event-") {
			event = day
		}
	}
	if len(days) != 3 || event["DTSTART;VALUE=DATE"] != "20270901" || event["LOCATION"] != "Tashkent" || days[fmt.Sprintf("directive-%d@127.0.0.1", s.directive)]["SUMMARY"] != "2026-1 Draw up a programme" {
		t.Errorf("the directive, for the secretariat: %v", days)
	}
	if days := dayEntries(t, s.visitor().get(s.as("focal").follow(directive, nil))); len(days) != 2 {
		t.Errorf("the directive, for its lead: %v", days)
	}
	if days := dayEntries(t, s.visitor().get(s.as("head").follow(fmt.Sprintf("/agencies/%d/calendar", s.uz), nil))); len(days) != 2 {
		t.Errorf("the agency, for a head: %v", days)
	}
	for _, who := range []string{"stranger.staff", "stranger.focal", "stranger.head", "admin"} {
		for _, path := range []string{s.closed.at("/directives/:id/calendar"), fmt.Sprintf("/agencies/%d/calendar", s.kz)} {
			if a := s.as(who).post(path, nil); a.status != http.StatusNotFound {
				t.Errorf("%s: %s: %d", who, path, a.status)
			}
		}
	}
	if body := s.as("stranger.staff").get("/agencies").body; !strings.Contains(body, fmt.Sprintf("/agencies/%d/calendar", s.uz)) || strings.Contains(body, fmt.Sprintf("/agencies/%d/calendar", s.kz)) {
		t.Error("the list of agencies offers the other side's calendar, or not the own side's")
	}
}

// What is for official use shows as reserved: number and date, no words.
func TestCalendarOfWhatIsForOfficialUse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.query(fmt.Sprintf(`update directive set official = true where id = %d`, s.directive))
	for _, path := range []string{"/account/calendars", fmt.Sprintf("/directives/%d/calendar", s.directive), fmt.Sprintf("/agencies/%d/calendar", s.uz)} {
		a := s.visitor().get(s.as("focal").follow(path, url.Values{"of": {"person"}}))
		day := dayEntries(t, a)[fmt.Sprintf("task-%d@127.0.0.1", s.task)]
		if day["SUMMARY"] != "2026-1.1 Reserved (official use)" || day["DESCRIPTION"] != "For official use: open it in Amal" || day["DTSTART;VALUE=DATE"] != "20260220" {
			t.Errorf("%s: %v", path, day)
		}
		for _, words := range []string{"programme", "Draft", "Draw"} {
			if strings.Contains(strings.ReplaceAll(a.body, "\r\n ", ""), words) {
				t.Errorf("%s tells %q", path, words)
			}
		}
	}
}

// Whoever is disabled or leaves loses his calendars at once, with the answer of
// an address that was never there; guessing is slowed down.
func TestCalendarsEndWithTheAccount(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	address := s.as("focal").follow("/account/calendars", url.Values{"of": {fmt.Sprint(s.uz)}})
	save := func(roles map[int64]rules.Role, disabled bool) {
		p, _, err := s.Store.AnyPerson(t.Context(), s.people["focal"].PersonID)
		must(s, p, err)
		_, err = s.Store.SavePerson(t.Context(), s.people["admin"], db.PersonInput{ID: p.ID, Version: p.Version, Email: p.Email, Name: p.Name, Roles: roles, Disabled: disabled, Now: s.now()})
		must(s, 0, err)
	}
	dayEntries(t, s.visitor().get(address))
	unknown := "/feeds/AAAAAAAAAAAAAAAAAAAAAAAAAA.ics"
	save(map[int64]rules.Role{s.uz: rules.Focal}, true)
	a, b := s.visitor().get(address), s.visitor().get(unknown)
	if a.status != http.StatusNotFound || a.same() != strings.ReplaceAll(b.same(), unknown, address) {
		t.Errorf("disabled: %d, unknown: %d", a.status, b.status)
	}
	save(map[int64]rules.Role{s.kz: rules.Focal}, false)
	if a := s.visitor().get(address); a.status != http.StatusNotFound {
		t.Errorf("left the agency: %d", a.status)
	}
	save(map[int64]rules.Role{s.uz: rules.Focal}, false)
	dayEntries(t, s.visitor().get(address))
	for _, path := range []string{"/feeds/", "/feeds/x", "/feeds/x.ics", strings.TrimSuffix(address, ".ics")} {
		if a := s.visitor().get(path); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	for range 10 {
		a = s.visitor().get(unknown)
	}
	if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" {
		t.Errorf("guessing: %d", a.status)
	}
}

// Secrets of addresses stay out of the log.
func TestSecretsStayOutOfTheLog(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"/feeds/SECRET.ics": "/feeds/…", "/link/SECRET": "/link/…", "/tasks/1": "/tasks/1"} {
		if got := pathForLog(&http.Request{URL: &url.URL{Path: path}}); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}
