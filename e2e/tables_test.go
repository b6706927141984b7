package e2e

import (
	"fmt"
	"testing"
)

// A pasted table is checked before it is written, with the reason beside the
// cell that can't come in; the same again changes nothing.
func TestATableComesIn(t *testing.T) {
	for i, m := range modes {
		t.Run(m.name(), func(t *testing.T) {
			staff := m.tab(t, "staff")
			table := fmt.Sprintf("meeting_date;meeting;meeting_place;directive;deadline;controller\n"+
				"29.03.2025;Table %d;Almaty;Directive %d;31.12.2027;controller@demo.example\n29.03.2025;Table %d;Almaty;Nobody controls;31.12.2027;nobody@demo.example\n", i, i, i)
			for again := range 2 {
				staff.open("/imports")
				staff.shoot(fmt.Sprintf("imports-%d", again))
				staff.fill("#f-text", table)
				staff.press(`form[action="/imports"] button`)
				staff.sees("nobody@demo.example")
				for _, width := range []int64{1366, 390} {
					staff.view(width, "light")
					if m.script {
						for _, found := range staff.axe() {
							t.Errorf("the check: %s", found)
						}
						staff.shoot(fmt.Sprintf("import-%d-%d", again, width))
					}
				}
				if again == 0 {
					staff.press(`form[action$="/write"] button`)
				}
			}
			if staff.ask(`String(document.querySelectorAll("form[action$=\"/write\"]").length)`) != "0" {
				t.Error("the same table again would be written")
			}
			staff.open("/meetings")
			staff.sees(fmt.Sprintf("Table %d", i))
		})
	}
}
