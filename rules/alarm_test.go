package rules

import (
	"testing"
	"time"
)

// What is told, by what is known.
func TestTroublesOfAnInstallation(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) *time.Time { at := now.Add(-d); return &at }
	fresh := Health{PlanAt: now, WatchAt: now, SentAt: now}
	for name, tc := range map[string]struct {
		change func(h *Health)
		off    bool
		want   Cause
	}{
		"all is well":                      {func(*Health) {}, false, ""},
		"nobody looked yet":                {func(h *Health) { h.PlanAt = time.Unix(0, 0).UTC() }, false, ""},
		"three minutes are in time":        {func(h *Health) { h.PlanAt = *ago(3 * time.Minute) }, false, ""},
		"four minutes are late":            {func(h *Health) { h.PlanAt = *ago(4 * time.Minute) }, false, TicksLate},
		"a job fails":                      {func(h *Health) { h.JobError = "plan: disk full" }, false, JobFails},
		"a server refuses, nothing waits":  {func(h *Health) { h.MailError = "535" }, false, ""},
		"a server refuses for two minutes": {func(h *Health) { h.MailError, h.Oldest = "535", ago(2*time.Minute) }, false, ""},
		"a server refuses":                 {func(h *Health) { h.MailError, h.Oldest = "535", ago(6*time.Minute) }, false, MailServer},
		"a mail waits while others go":     {func(h *Health) { h.Oldest = ago(5 * time.Hour) }, false, ""},
		"mails wait":                       {func(h *Health) { h.Oldest, h.SentAt = ago(2*time.Hour), *ago(time.Hour) }, false, MailsWait},
		"mails wait by intention":          {func(h *Health) { h.Oldest, h.SentAt, h.MailError = ago(2*time.Hour), *ago(time.Hour), "x" }, true, ""},
		"an address is refused":            {func(h *Health) { h.RefusedAt, h.Refused = ago(time.Hour), 1 }, false, Addresses},
		"mails were given up":              {func(h *Health) { h.FailedAt, h.Failed = ago(time.Hour), 1 }, false, MailsFailed},
	} {
		h := fresh
		tc.change(&h)
		list := Troubles(&h, tc.off, now)
		if tc.want == "" && len(list) != 0 || tc.want != "" && (len(list) != 1 || list[0].Cause != tc.want) {
			t.Errorf("%s: %+v", name, list)
		}
	}
	for minutes, want := range map[int]bool{1: false, 15: false, 16: true} {
		h := fresh
		h.WatchAt = *ago(time.Duration(minutes) * time.Minute)
		if _, ok := Gap(&h, now); ok != want {
			t.Errorf("a gap of %d minutes: %v", minutes, ok)
		}
	}
}
