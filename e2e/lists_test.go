package e2e

import (
	"strings"
	"testing"
)

// A heading sorts, sorts the other way, and stays with the columns that were
// chosen, with scripts and without.
func TestAListIsSortedAndShowsChosenColumns(t *testing.T) {
	for _, m := range modes {
		t.Run(m.name(), func(t *testing.T) {
			b := m.tab(t, "admin")
			b.open("/people")
			names := func() string {
				return b.ask(`[...document.querySelectorAll("tbody th a")].map(a => a.textContent).join("|")`)
			}
			heads := func() string {
				return b.ask(`[...document.querySelectorAll("thead th")].map(h => h.getAttribute("aria-sort") ?? "-").join(" ")`)
			}
			up := strings.Split(names(), "|")
			b.press(`th[aria-sort=ascending] a`)
			down := strings.Split(names(), "|")
			if len(up) < 5 || up[0] != down[len(down)-1] || up[len(up)-1] != down[0] || heads() != "descending - - - - -" {
				t.Errorf("sorted the other way: %v, %v, %s", up, down, heads())
			}
			b.click(`main details summary`)
			b.shoot("columns-" + m.lang)
			b.click(`input[name=col][value=roles]`)
			b.press(`main details form button`)
			if h := heads(); h != "descending - - - -" || names() != strings.Join(down, "|") {
				t.Errorf("without the roles: %s, %s", h, names())
			}
			b.press(`thead th:nth-child(4) a`)
			if h := heads(); h != "- - - descending -" {
				t.Errorf("sorted by another column: %s", h)
			}
			b.fill("#f-find", "controller")
			b.press(".filters button")
			if h := heads(); h != "- - - descending -" || strings.Contains(names(), "|") {
				t.Errorf("filtered: %s, %s", h, names())
			}
		})
	}
}

// The row of filters does not break at the width of a common screen, whatever
// the language.
func TestTheOverdueFiltersStandInOneRow(t *testing.T) {
	b := newTab(t)
	b.signIn("manager", "en")
	for _, lang := range []string{"en", "ru", "uz", "kk", "de"} {
		b.open("/overdue?lang=" + lang)
		if rows := b.ask(`String(new Set([...document.querySelectorAll(".filters > :not([type=hidden])")].map(e => Math.round(e.getBoundingClientRect().bottom))).size)`); rows != "1" {
			t.Errorf("%s: the filters stand in %s rows", lang, rows)
			b.shoot("filters-" + lang)
		}
	}
}

// Keys go through every list, and "/" to its search.
func TestKeysGoThroughEveryList(t *testing.T) {
	for _, stop := range []struct{ who, path, field string }{{"admin", "/people", "f-find"}, {"admin", "/agencies", "f-find"}, {"auditor", "/reminders", "q"}, {"staff", "/meetings", "q"},
		{"staff", "/indicators", "q"}, {"staff", "/events", "q"}, {"head", "/reports/overdue", "q"}, {"head", "/reports", "q"}, {"manager", "/rounds", "q"}, {"manager", "/changes?since=01.01.2025", "q"},
		{"head", "/stocktake/agencies", "q"}, {"focal.uz", "/tasks", "q"}, {"staff", "/search?q=centre", "f-q"}, {"manager", "/overdue", "q"}} {
		t.Run(stop.path, func(t *testing.T) {
			b := newTab(t)
			b.signIn(stop.who, "en")
			b.open(stop.path)
			press := func(key string) {
				b.ask(`(document.activeElement.closest("[data-rows]") ? document.activeElement : document.querySelector("[data-rows] a, [data-rows] [tabindex], [data-rows]")).dispatchEvent(new KeyboardEvent("keydown", {key: "` + key + `", code: "` + map[string]string{"j": "KeyJ", "k": "KeyK", "/": "Slash"}[key] + `", bubbles: true})), ""`)
			}
			on := func() string {
				return b.ask(`String([...document.querySelector("[data-rows]").querySelectorAll(".pickable, .pick-row")].findIndex(r => r.classList.contains("on")))`)
			}
			press("j")
			if on() != "0" {
				t.Fatalf("j leads to row %s", on())
			}
			press("j")
			press("k")
			if on() != "0" {
				t.Errorf("j and k lead to row %s", on())
			}
			press("/")
			if at := b.ask(`document.activeElement.id`); at != stop.field {
				t.Errorf("/ leads to %q, want %q", at, stop.field)
			}
		})
	}
}
