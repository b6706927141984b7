package handlers

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"amal/rules"
)

// The address of a focal point is for those who see his task whole, not for the
// other side.
func TestFilesNameFocalPointsToTheirSideOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.person("manager.uz", s.uz, rules.Manager)
	s.person("manager.kz", s.kz, rules.Manager)
	s.query(fmt.Sprintf(`do $$ begin update task set focal_id = %d where id = %d; end $$`, s.people["focal"].PersonID, s.task))
	s.later(400 * 24 * 3600 * 1e9)
	for who, told := range map[string]bool{"manager": true, "manager.uz": true, "manager.kz": false} {
		for _, path := range []string{"/overdue", "/reports/overdue", fmt.Sprintf("/meetings/%d", s.meeting)} {
			out := s.as(who).get(path + "?" + url.Values{"format": {"csv"}}.Encode())
			if !strings.Contains(out.body, "/tasks/") && !strings.Contains(out.body, "2026-1.1") {
				t.Errorf("%s, %s: %d without the task: %s", who, path, out.status, out.body)
			}
			if strings.Contains(out.body, "focal@") != told {
				t.Errorf("%s, %s: told is %v: %s", who, path, !told, out.body)
			}
		}
	}
}
