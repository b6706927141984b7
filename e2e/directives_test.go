package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// A controller goes from the meetings to all directives, picks those with overdue
// tasks, the most pressing first, and opens one; by keys where there is script.
func TestAllDirectivesAreLookedOver(t *testing.T) {
	for _, m := range modes {
		t.Run(m.name(), func(t *testing.T) {
			b := m.tab(t, "controller")
			b.open("/meetings")
			b.press(`a[href="/directives"]`)
			all := b.ask(`String(document.querySelectorAll("tr.pick-row").length)`)
			b.choose("#f-state", b.ask(`document.querySelector("#f-state option[value=overdue]").text`))
			b.press("form.filters button")
			b.press(`th a.sort[href*="sort=next_deadline"]`)
			if q := b.ask(`location.search`); !strings.Contains(q, "state=overdue") || !strings.Contains(q, "sort=next_deadline") || !strings.Contains(q, "way=asc") {
				t.Errorf("the address says %s", q)
			}
			if late := b.ask(`String(document.querySelectorAll("tr.pick-row .st.late").length)`); late == "0" || late == all || late != b.ask(`String(document.querySelectorAll("tr.pick-row").length)`) {
				t.Errorf("%s late of %s", late, all)
			}
			days := b.ask(`[...document.querySelectorAll("tr.pick-row td.nw time")].map(t => t.dateTime).join(" ")`)
			if days != b.ask(`[...document.querySelectorAll("tr.pick-row td.nw time")].map(t => t.dateTime).sort().join(" ")`) {
				t.Errorf("not by deadline: %s", days)
			}
			if m.script {
				b.do("walk", chromedp.Focus(chromedp.CSS("tr.pick-row a.t")), chromedp.KeyEvent("j"))
				if at := b.ask(`String([...document.querySelectorAll("tr.pick-row")].findIndex(r => r.classList.contains("on")))`); at != "1" {
					t.Errorf("j leads to row %s", at)
				}
				b.do("find", chromedp.KeyEvent("/"))
				if id := b.ask(`document.activeElement.id`); id != "f-q" {
					t.Errorf("/ leads to %s", id)
				}
			}
			b.press("tr.pick-row a.t")
			if !strings.HasPrefix(b.path(), "/directives/") {
				t.Errorf("opened %s", b.path())
			}
		})
	}
}
