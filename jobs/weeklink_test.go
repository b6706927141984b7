package jobs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/mail"
	"amal/rules"
)

// The weekly mail counts what is due in seven days as the page does that it
// leads to: also those of which it tells by itself.
func TestTheWeeksLinkLeadsToAsManyAsItSays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	manager := o.person("manager", o.joint, rules.Manager)
	d, err := o.Store.AddDirective(t.Context(), o.staff, db.DirectiveInput{MeetingID: 1, OralBy: "The chairman", Strength: rules.Instructed, Title: "Of the manager",
		Points: []string{"It is adopted"}, Sides: []string{"UZ", "KZ"}, NoDeadlineReason: "open", ControllerID: manager.PersonID, Now: o.now()})
	o.check(err)
	box := o.box()
	o.tick()
	for i := range 11 {
		o.task(fmt.Sprintf("Soon %d", i), "2026-03-13")
	}
	o.task("Sunday", "2026-03-15")
	o.task("Next week", "2026-03-16")
	o.task("Late", "2026-03-06")
	o.directive = d
	o.task("Told", "2026-03-12") // three working days before, its controller is told
	o.until("2026-03-09 02:15", 15*time.Minute)
	before := len(box.got)
	o.until("2026-03-09 03:00", 15*time.Minute)
	for _, who := range []rules.Actor{manager, o.staff} {
		name := map[int64]string{manager.PersonID: "manager", o.staff.PersonID: "staff"}[who.PersonID]
		i := slices.IndexFunc(box.got[before:], func(m mail.Message) bool {
			return m.To == name+"@example.org" && strings.Contains(m.Text, "due in the next seven days")
		})
		if i < 0 {
			t.Fatalf("%s has no list", name)
		}
		m := box.got[before+i]
		if name == "manager" && strings.Count(m.Text, "Told") != 1 {
			t.Errorf("the manager reads of it %d times", strings.Count(m.Text, "Told"))
		}
		until := at("2026-03-15 00:00")
		if !strings.Contains(m.Text, "/reports/due?until=2026-03-15") || !strings.Contains(m.HTML, "/reports/due?until=2026-03-15") {
			t.Errorf("%s is led elsewhere:\n%s", name, m.Text)
		}
		rows, err := o.Store.Register(t.Context(), who, db.RegisterFilter{Until: until, Now: o.now()})
		o.check(err)
		said := regexp.MustCompile(`(\d+) tasks due in the next seven days`).FindStringSubmatch(m.Text)
		if len(rows) != 13 || said == nil || said[1] != fmt.Sprint(len(rows)) {
			t.Errorf("%s: the page has %d, the mail says %v", name, len(rows), said)
		}
	}
}
