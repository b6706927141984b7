package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func ticked(body string) string {
	var days []string
	for _, n := range []string{"1", "2", "3", "4", "5", "6", "7"} {
		if strings.Contains(body, `name="mail_day" value="`+n+`" checked`) {
			days = append(days, n)
		}
	}
	return strings.Join(days, "")
}

// Days of the week for mails are kept, or refused with what was ticked; the
// history of the person says them.
func TestOwnWeekdaysAreChosen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	focal := s.as("focal")
	if got := ticked(focal.get("/account").body); got != "1234567" {
		t.Errorf("at first %q are ticked, want all", got)
	}
	for _, days := range [][]string{nil, {"6", "7"}, {"0"}, {"2", "8"}, {"2", "noon"}} {
		a := focal.post("/account/mail", url.Values{"mail_minute": {"600"}, "mail_day": days})
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `value="600" selected`) {
			t.Errorf("days %v: %d", days, a.status)
		}
		if len(days) == 2 && days[0] == "6" && ticked(a.body) != "67" {
			t.Errorf("after a refusal %q are ticked, want what was", ticked(a.body))
		}
	}
	if a := focal.post("/account/mail", url.Values{"mail_day": {"2", "4"}}); a.status != http.StatusSeeOther {
		t.Fatalf("saving: %d", a.status)
	}
	if got := ticked(focal.get("/account").body); got != "24" {
		t.Errorf("%q are ticked, want Tuesday and Thursday", got)
	}
}

// A pause of mails is kept, shown and ended; wrong days are refused beside the
// field with what was typed.
func TestMailsArePaused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	focal := s.as("focal")
	if a := focal.post("/account/pause/end", nil); a.status != http.StatusNotFound {
		t.Errorf("ending none: %d", a.status)
	}
	today := s.now()
	day := func(n int) string { return today.AddDate(0, 0, n).Format("2.1.2006") }
	for name, form := range map[string]url.Values{
		"no day":    {"pause_from": {"soon"}, "pause_to": {day(3)}},
		"yesterday": {"pause_from": {day(-2)}, "pause_to": {day(3)}},
		"backwards": {"pause_from": {day(5)}, "pause_to": {day(3)}},
		"61 days":   {"pause_from": {day(1)}, "pause_to": {day(61)}},
		"nothing":   {},
	} {
		a := focal.post("/account/pause", form)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, form.Get("pause_to")) || !strings.Contains(a.body, `id="e-pause_`) {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	if a := focal.post("/account/pause", url.Values{"pause_from": {day(1)}, "pause_to": {day(60)}}); a.status != http.StatusSeeOther {
		t.Fatalf("pausing: %d", a.status)
	}
	if body := focal.get("/account").body; !strings.Contains(body, `action="/account/pause/end"`) || strings.Contains(body, `action="/account/pause"`) {
		t.Error("the pause does not show")
	}
	if a := focal.post("/account/pause/end", nil); a.status != http.StatusSeeOther {
		t.Errorf("ending: %d", a.status)
	}
	if body := focal.get("/account").body; !strings.Contains(body, `action="/account/pause"`) {
		t.Error("the pause is still set")
	}
}
