package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// A day, month, year or period in an address that is none is said beside its
// field, with what was typed still in it, on the page as it is without; also
// where a file was asked for.
func TestDatesThatAreNoneAreSaidBesideTheField(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	pack := s.pack()
	for _, x := range []struct{ who, path, field, typed, said string }{
		{"manager", "/reports/due?side=UZ&until=", "until", "garbage", "today or a later day"},
		{"manager", "/reports/due?until=", "until", "2026-02-30", "today or a later day"},
		{"manager", "/reports/due?until=", "until", "1.2.2026", "today or a later day"},
		{"manager", "/calendar?side=KZ&day=", "day", "2026-02-30", "a date such as"},
		{"manager", "/calendar?month=", "month", "2026-13", "a month as year and month"},
		{"manager", "/calendar?month=", "month", "9999-12", "a month as year and month"},
		{"manager", "/calendar?month=", "month", "2026-Q1", "a month as year and month"},
		{"head", "/stocktake?period=", "period", "2026-13", "one from the list"},
		{"head", "/stocktake/agencies?period=", "period", "someday", "one from the list"},
		{"head", "/stocktake?to=2026-03-31&from=", "from", "yesterday", "a date such as"},
		{"head", "/stocktake/agencies?on=", "on", "yesterday", "a date such as"},
		{"head", "/stocktake/agencies?from=2026-03-31&to=2026-03-01&on=", "on", "yesterday", "a date such as"},
		{"manager", "/changes?since=", "since", "soon", "an earlier day"},
		{"staff", pack + "?since=", "since", "soon", "an earlier day"},
		{"staff", pack + ".pdf?since=", "since", "soon", "an earlier day"},
		{"admin", "/holidays?country=KZ&year=", "year", "MMXXVI", "one from the list"},
		{"staff", fmt.Sprintf("/directives/new?meeting=%d&deadline=", s.meeting), "deadline", "whenever", "a date such as"},
	} {
		b := s.as(x.who)
		a := b.get(x.path + x.typed + "&lang=en")
		if a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s%s: %d", x.path, x.typed, a.status)
			continue
		}
		_, rest, found := strings.Cut(a.body, `id="e-`+x.field+`"`)
		message, _, _ := strings.Cut(rest, "</p>")
		if !found || !strings.Contains(message, x.said) || !strings.Contains(a.body, `aria-describedby="`) || !strings.Contains(a.body, `href="#f-`+x.field+`"`) || !strings.Contains(a.body, `id="f-`+x.field+`"`) {
			t.Errorf("%s%s says %s", x.path, x.typed, words(message))
		}
		if x.said != "one from the list" && !strings.Contains(a.body, `value="`+x.typed+`"`) {
			t.Errorf("%s%s: what was typed is lost", x.path, x.typed)
		}
		if file := b.get(x.path + x.typed + "&format=csv"); file.status != http.StatusUnprocessableEntity || file.header.Get("Content-Disposition") != "" {
			t.Errorf("%s%s as a file: %d", x.path, x.typed, file.status)
		}
	}
	b := s.as("manager")
	if a := b.get("/reports/due?side=UZ&until=garbage&lang=en"); !strings.Contains(a.body, `value="UZ" selected`) || !strings.Contains(strings.ReplaceAll(a.body, "\u00a0", " "), "30 April 2026") {
		t.Errorf("the rest of the filter is lost: %s", words(a.body))
	}
	for path, want := range map[string]string{"/reports/due?until=": "Due to the end of next month", "/reports/due?until=31.12.2026": `value="31.12.2026"`, "/calendar?day=20.2.2026": "20 February 2026",
		"/calendar?day=&month=": "March 2026", "/stocktake?period=2026-Q1": "2026-Q1"} {
		if a := b.get(path + "&lang=en"); a.status != http.StatusOK || !strings.Contains(strings.ReplaceAll(a.body, "\u00a0", " "), want) {
			t.Errorf("%s: %d without %q", path, a.status, want)
		}
	}
	for lang, want := range map[string]string{"ru": "более поздний день", "uz": "keyingi kunni", "kk": "кейінгі күнді", "de": "einen späteren Tag"} {
		if a := b.get("/reports/due?until=x&lang=" + lang); !strings.Contains(a.body, want) {
			t.Errorf("%s lacks %q", lang, want)
		}
	}
}
