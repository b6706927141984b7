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
			b.click(`main details:not(.phone) summary`)
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

// On a phone one control of one line holds every order, with scripts and
// without; on a wide screen headings sort, and it is not there.
func TestAPhoneSortsByOneControl(t *testing.T) {
	lists := []struct{ who, path string }{{"head", "/stocktake/agencies"}, {"manager", "/overdue"}, {"controller", "/directives"}, {"staff", "/meetings"}, {"staff", "/events"}, {"staff", "/indicators"},
		{"auditor", "/reminders"}, {"head", "/reports/overdue"}, {"admin", "/people"}, {"admin", "/agencies"}, {"focal.uz", "/tasks"}, {"controller", "/review"}}
	shown := `String([...document.querySelectorAll("main .sort")].filter(a => a.checkVisibility()).length)`
	for _, m := range modes {
		t.Run(m.name(), func(t *testing.T) {
			for _, l := range lists {
				b := m.tab(t, l.who)
				b.open(l.path)
				if wide := b.ask(shown); wide == "0" || b.ask(`String(document.querySelector("details.phone").checkVisibility())`) != "false" {
					t.Errorf("%s: a wide screen shows %s headings that sort, or the phone's control", l.path, wide)
				}
				b.view(390, "light")
				if b.ask(shown) != "0" {
					t.Errorf("%s shows its orders before they are asked for", l.path)
				}
				if high := b.ask(`String(document.querySelector("details.phone summary").offsetHeight <= 40)`); high != "true" {
					t.Errorf("%s: the control is more than a line high", l.path)
				}
				b.click(`details.phone summary`)
				if n := b.ask(shown); n == "0" {
					t.Errorf("%s: the control is empty", l.path)
				}
				b.press(`details.phone div:last-child > .sort`)
				if b.ask(`new URLSearchParams(location.search).get("sort") ?? ""`) == "" || b.ask(`document.querySelector("details.phone div:last-child > .sort").ariaCurrent`) != "true" {
					t.Errorf("%s is not sorted by what was chosen", l.path)
				}
			}
		})
	}
}

// The arrow of a heading stands on the line of its last word, and where the
// table is wider than the window it scrolls in its card, not the page.
func TestArrowsStayWithTheirHeadings(t *testing.T) {
	b := newTab(t)
	b.signIn("head", "en")
	for _, lang := range []string{"en", "ru", "uz", "kk", "de"} {
		for _, width := range []int64{820, 1024, 1366} {
			b.view(width, "light")
			b.open("/stocktake/agencies?lang=" + lang)
			if alone := b.ask(`[...document.querySelectorAll("th .arrow")].filter(a => { const r = document.createRange(); r.selectNodeContents(a.previousSibling); const l = [...r.getClientRects()].pop(); return l.bottom < a.getBoundingClientRect().top }).map(a => a.closest("a").textContent).join("|")`); alone != "" {
				t.Errorf("%s at %d: the arrow stands alone below %s", lang, width, alone)
			}
			for _, path := range []string{"/stocktake/agencies", "/directives"} {
				b.open(path + "?lang=" + lang)
				if over := b.ask(`String(document.documentElement.scrollWidth - innerWidth)`); over != "0" && over[0] != '-' {
					t.Errorf("%s in %s at %d: %s px too wide", path, lang, width, over)
				}
			}
		}
	}
}

// On a phone no text runs out of its cell over the one beside it, whatever the
// language.
func TestTextStaysInItsCell(t *testing.T) {
	for who, paths := range map[string][]string{"manager": {"/changes", "/rounds", "/overdue?group=directive"}, "head": {"/stocktake", "/directives", "/events", "/indicators", "/reports", "/reports/overdue", "/calendar?all=1"}} {
		b := newTab(t)
		b.signIn(who, "en")
		b.view(390, "light")
		for _, path := range paths {
			for _, lang := range []string{"en", "ru", "uz", "kk", "de"} {
				mark := "?"
				if strings.Contains(path, "?") {
					mark = "&"
				}
				b.open(path + mark + "lang=" + lang)
				if over := b.ask(`[...document.querySelectorAll("main :is(td, th, .when, .months, .kpi)")].filter(c => c.checkVisibility() && c.scrollWidth > c.clientWidth + 2).map(c => c.textContent.trim().slice(0, 40)).join("|")`); over != "" {
					t.Errorf("%s in %s: too wide for their cells: %s", path, lang, over)
				}
			}
		}
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
