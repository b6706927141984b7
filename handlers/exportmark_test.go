package handlers

import (
	"fmt"
	"strings"
	"testing"
)

// Every list of directives and tasks says as a file what is for official use.
func TestFilesSayWhatIsForOfficialUse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("manager")
	s.addTask(s.directive, s.uz, s.now().AddDate(0, 0, 10))
	paths := []string{"/directives", "/overdue", fmt.Sprintf("/meetings/%d", s.meeting), "/reports/overdue", "/reports/due", "/reports/matrix", "/search?q=programme", "/reminders", "/calendar?day=2026-02-20"}
	for _, path := range paths {
		mark := map[bool]string{false: "?", true: "&"}[strings.Contains(path, "?")]
		if out := b.get(path + mark + "format=csv"); out.status != 200 || strings.Contains(out.body, ";official use") {
			t.Errorf("%s: %d, and nothing is for official use", path, out.status)
		}
	}
	s.query(fmt.Sprintf(`do $$ begin update directive set official = true where id = %d; end $$`, s.directive))
	for _, path := range paths {
		mark := map[bool]string{false: "?", true: "&"}[strings.Contains(path, "?")]
		if path == "/reminders" && !strings.Contains(b.get(path+"?format=csv").body, "2026-1.1") {
			continue // nothing of it in the ledger
		}
		if out := b.get(path + mark + "format=csv"); !strings.Contains(out.body, ";official use") {
			t.Errorf("%s does not say it: %s", path, out.body)
		}
	}
}
