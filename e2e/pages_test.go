package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// tour is every page, by somebody who may see it.
var tour = []struct{ who, path string }{
	{"", "/signin"}, {"", "/help"}, {"", "/mailbox"}, {"", "/mailbox/1"}, {"", "/nowhere"}, {"", "/a/"}, {"", "/a/unknown"},
	{"staff", "/meetings"}, {"controller", "/directives"}, {"controller", "/directives?state=overdue&sort=next_deadline&way=asc"}, {"head", "/directives?q=nothing-like-it"}, {"staff", "/meetings/new"}, {"staff", "/meetings/1"}, {"staff", "/meetings/1/edit"}, {"staff", "/meetings/1/documents/new"},
	{"staff", "/documents/1"}, {"staff", "/documents/1?sentence=7"}, {"staff", "/directives/new?document=1&sentence=7"}, {"staff", "/directives/1"}, {"staff", "/directives/1/edit"},
	{"staff", "/documents/10"}, {"staff", "/documents/10?change=133-242-intention"}, {"staff", "/documents/3"}, {"staff", "/documents/1/beside/3"}, {"staff", "/directives/3"}, {"staff", "/search?q=centre"}, {"focal.uz", "/search?q=nothing-like-it"},
	{"staff", "/calendar"}, {"focal.uz", "/calendar"}, {"staff", "/calendar?month=soon&day=2026-02-30"}, {"controller", "/calendar?mine=1"}, {"manager", "/calendar?all=1&side=UZ"}, {"staff", "/events"}, {"staff", "/events/new"}, {"staff", "/events/3"}, {"staff", "/events/3/edit"}, {"manager", "/events/3"}, {"focal.kz", "/events/3"}, {"staff", "/events/5"},
	{"staff", "/events/3/pack"}, {"staff", "/events/1/pack?first=en&second=ru"}, {"head", "/events/3/brief"}, {"head", "/reports"}, {"head", "/reports/overdue"}, {"head", "/reports/due"}, {"head", "/reports/due?until=2099-12-31"}, {"head", "/reports/due?until=soon"}, {"head", "/reports/matrix?first=de&second=en"}, {"staff", "/meetings/1/open"},
	{"staff", "/indicators"}, {"staff", "/indicators/1"}, {"head", "/indicators/2"},
	{"staff", "/directives/1/tasks/new"}, {"focal.uz", "/tasks"}, {"focal.uz", "/tasks/3"}, {"focal.kz", "/tasks"},
	{"controller", "/review"}, {"controller", "/tasks/3"}, {"controller", "/tasks/3/card"}, {"controller", "/account"}, {"manager", "/overdue"}, {"manager", "/overdue?late=30"}, {"manager", "/overdue?group=meeting&why=none&order=newest"}, {"manager", "/overdue?sort=heard&cols=deadline,heard"}, {"manager", "/changes"}, {"manager", "/rounds"}, {"manager", "/rounds/1"}, {"head", "/overdue"}, {"head", "/agencies"},
	{"head", "/stocktake"}, {"head", "/stocktake?period=2025"}, {"head", "/stocktake/agencies"}, {"head", "/stocktake/agencies?from=x&to=2026-01-01"}, {"focal.uz", "/stocktake/agencies"},
	{"admin", "/people"}, {"admin", "/people/new"}, {"admin", "/people/1"}, {"admin", "/agencies"}, {"admin", "/agencies/new"}, {"admin", "/agencies/1"}, {"admin", "/holidays"}, {"auditor", "/reminders"}, {"staff", "/imports"},
}

// Nothing for axe to find, nothing wider than its window, no text missing: at
// desktop and phone, light and dark.
func TestEveryPageIsAccessible(t *testing.T) {
	views := []struct {
		width  int64
		scheme string
		lang   string
	}{{1366, "light", "en"}, {390, "light", "ru"}, {1366, "dark", "kk"}, {390, "dark", "de"}}
	for _, v := range views {
		t.Run(fmt.Sprintf("%d %s %s", v.width, v.scheme, v.lang), func(t *testing.T) {
			tabs := map[string]*tab{}
			for _, stop := range tour {
				b := tabs[stop.who]
				if b == nil {
					b = newTab(t)
					tabs[stop.who] = b
					b.view(v.width, v.scheme)
					if stop.who != "" {
						b.signIn(stop.who, v.lang)
					}
				}
				path, mark := stop.path, "?"
				if path == "/a/" { // each mail has one of its own
					path = answerLink(t, "report")
				}
				if strings.Contains(path, "?") {
					mark = "&"
				}
				b.open(path + mark + "lang=" + v.lang)
				for _, found := range b.axe() {
					t.Errorf("%s %s: %s", stop.who, stop.path, found)
				}
				if over := b.ask(`String(document.documentElement.scrollWidth - innerWidth)`); over != "0" && over[0] != '-' {
					t.Errorf("%s %s: %s px too wide", stop.who, stop.path, over)
				}
				if b.ask(`document.body.innerText.match(/⟦[^⟧]*⟧/)?.[0] ?? ""`) != "" {
					t.Errorf("%s %s: a text is missing", stop.who, stop.path)
				}
				b.shoot(fmt.Sprintf("%s%s-%d-%s", stop.who, strings.NewReplacer("/", "-", "?", "-", "=", "-", "&", "-").Replace(stop.path), v.width, v.scheme))
			}
		})
	}
}
