package handlers

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"amal/db"
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

// The address of a controller is for those of his side as well; others have his
// name, by which the file comes in again unchanged, also where two have it.
func TestFilesNameControllersToTheirSideOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx := t.Context()
	s.person("controller.uz", s.uz, rules.Controller)
	for name, agency := range map[string]int64{"staff.uz": s.uz, "staff.kz": s.kz} {
		s.person(name, agency, rules.Staff)
	}
	for _, controller := range []string{"controller.uz", "controller.kz"} {
		d, err := s.Store.AddDirective(ctx, s.people["staff"], db.DirectiveInput{MeetingID: s.meeting, OralBy: "X", Strength: rules.Agreed, Title: "Said of " + controller, Points: []string{"x"},
			Sides: []string{"UZ", "KZ"}, NoDeadlineReason: "none", ControllerID: s.people[controller].PersonID, Now: s.now()})
		must(s, d, err)
	}
	s.query(`update person set name = 'Namesake' where email in ('controller.uz@example.org', 'controller.kz@example.org')`)
	s.query(`update person set disabled_at = now() where email = 'controller.kz@example.org'`)
	for who, told := range map[string][3]bool{"staff": {true, true, true}, "staff.uz": {true, true, false}, "staff.kz": {true, false, true}, "auditor": {true, true, true}} {
		b := s.as(who)
		for _, format := range []string{"csv", "xlsx"} {
			out := b.get("/directives?format=" + format + "&lang=en")
			text := out.body
			if format == "xlsx" {
				text = sheetText(t, out.body)
			}
			for i, address := range []string{"controller@example.org", "controller.uz@example.org", "controller.kz@example.org"} {
				if strings.Contains(text, address) != told[i] {
					t.Errorf("%s, %s: told %s is %v", who, format, address, !told[i])
				}
			}
			if !strings.HasPrefix(who, "staff") {
				continue
			}
			if got := b.bring("directives", "directives."+format, out.body); !regexp.MustCompile(`^same \d+$`).MatchString(got) {
				t.Errorf("%s: what went out comes back as %s", who, got)
			}
		}
	}
}

// sheetText are all cells of a spreadsheet.
func sheetText(t *testing.T, body string) string {
	t.Helper()
	book, err := excelize.OpenReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	var all []string
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			all = append(all, strings.Join(row, "\t"))
		}
	}
	return strings.Join(all, "\n")
}
