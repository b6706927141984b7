package handlers

import (
	"cmp"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"amal/rules"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestTheTableIsWhatIsMounted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	mounted := map[string]bool{}
	for _, r := range s.echo.Routes() {
		mounted[r.Method+" "+r.Path] = true
	}
	for _, r := range routes {
		if !mounted[r.method+" "+r.path] {
			t.Errorf("%s %s is not mounted", r.method, r.path)
		}
		delete(mounted, r.method+" "+r.path)
		if r.method == get {
			delete(mounted, "HEAD "+r.path)
		}
	}
	for rest := range mounted {
		if !strings.HasSuffix(rest, "/*") {
			t.Errorf("%s is mounted without a row in the table", rest)
		}
	}
}

// TestGoldenRoutesByRole holds who may use which address: a change of a
// permission shows as a changed line.
func TestGoldenRoutesByRole(t *testing.T) {
	t.Parallel()
	roles := append([]rules.Role{""}, rules.Roles...)
	var b strings.Builder
	fmt.Fprintf(&b, "%-4s %-32s", "", "")
	for _, r := range roles {
		fmt.Fprintf(&b, " %-10s", cmp.Or(string(r), "visitor"))
	}
	b.WriteString("\n")
	for _, r := range routes {
		fmt.Fprintf(&b, "%-4s %-32s", r.method, r.path)
		for _, role := range roles {
			me := rules.Actor{}
			if role != "" {
				me = rules.Actor{PersonID: 1, Members: []rules.Member{{AgencyID: 1, Side: rules.Joint, Role: role}}}
			}
			fmt.Fprintf(&b, " %-10s", map[bool]string{true: "yes", false: "-"}[rules.Allowed(me, r.permission)])
		}
		b.WriteString("\n")
	}
	var lines []string
	for line := range strings.Lines(b.String()) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	got := strings.Join(lines, "\n") + "\n"
	const name = "testdata/routes.golden"
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("routes by role differ from %s; if that is meant, run make golden\n%s", name, got)
	}
}

// What a role may not use is not there; what it may use is.
func TestEveryRouteByRoleOverHTTP(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	both := register{s.meeting, s.document, s.directive, s.task, 1, 1, s.twin}
	absent := s.as("admin").get("/nowhere/at/all")
	if absent.status != http.StatusNotFound {
		t.Fatalf("absent: %d", absent.status)
	}
	for _, role := range rules.Roles {
		me := s.people[string(role)]
		b := s.as(string(role))
		for _, r := range routes {
			path := both.at(r.path)
			allowed := rules.Allowed(me, r.permission)
			switch {
			case !allowed:
				if a := b.do(r.method, path, "application/x-www-form-urlencoded", "", "Sec-Fetch-Site", "same-origin"); a.status != http.StatusNotFound {
					t.Errorf("%s: %s %s: %d, want 404", role, r.method, path, a.status)
				}
			case r.method == get && !strings.Contains(r.path, ":token") && !strings.HasPrefix(r.path, "/mailbox/") && r.path != "/files/:id" && !strings.HasPrefix(r.path, "/exports/") && r.path != "/imports/:id" && !strings.Contains(r.path, "/letter") && r.path != "/directives/new": // new needs a source, a letter a task long overdue
				a := b.get(path)
				// A form that needs more to be shown says so (422); a page may not be this role's (404) where the task is not.
				if !slices.Contains([]int{200, 303, 422}, a.status) {
					t.Errorf("%s: GET %s: %d", role, path, a.status)
				}
			}
		}
	}
	for _, r := range routes {
		a := s.visitor().do(r.method, both.at(r.path), "application/x-www-form-urlencoded", "", "Sec-Fetch-Site", "same-origin")
		if r.permission != rules.Anyone && a.location == "" && a.status != http.StatusUnauthorized {
			t.Errorf("visitor: %s %s: %d", r.method, r.path, a.status)
		}
	}
}

// Somebody of one side with every role asks, with every address, for what
// belongs to the other side alone: the answer is that of an id that is not there.
func TestForeignIDsAreAbsent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	absent := register{999001, 999002, 999003, 999004, 999005, 999006, 999_999}
	for _, role := range []rules.Role{rules.Staff, rules.Focal, rules.Controller, rules.Manager, rules.Head} {
		b := s.as("stranger." + string(role))
		me := s.people["stranger."+string(role)]
		for _, r := range routes {
			if !strings.Contains(r.path, ":id") || r.permission == rules.Administer || r.permission == rules.Anyone || !rules.Allowed(me, r.permission) {
				continue
			}
			form := url.Values{"version": {"1"}, "signal": {"under_way"}, "done": {"x"}, "note": {"x"}, "text": {"x"}, "ground": {"revoked"}, "title": {"x"}}.Encode()
			foreign := b.do(r.method, s.closed.at(r.path), "application/x-www-form-urlencoded", form, "Sec-Fetch-Site", "same-origin")
			missing := b.do(r.method, absent.at(r.path), "application/x-www-form-urlencoded", form, "Sec-Fetch-Site", "same-origin")
			if foreign.status != http.StatusNotFound || foreign.same() != missing.same() {
				t.Errorf("%s: %s %s: foreign %d, absent %d", role, r.method, r.path, foreign.status, missing.status)
			}
		}
	}
	// The positive twin: who belongs there sees it.
	if a := s.as("controller.kz").get(s.closed.at("/tasks/:id")); a.status != http.StatusOK {
		t.Errorf("its own controller: %d", a.status)
	}
}

// Ids also come in forms: a document's, a meeting's, a task's, a person's.
func TestForeignIDsInForms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("stranger.staff")
	for _, path := range []string{
		fmt.Sprintf("/directives/new?document=%d&sentence=2", s.closed.document),
		fmt.Sprintf("/directives/new?meeting=%d", s.closed.meeting),
	} {
		if a := b.get(path); a.status != http.StatusNotFound {
			t.Errorf("GET %s: %d, want 404", path, a.status)
		}
	}
	before := s.reminders(s.closed.task)
	a := b.post("/overdue/remind", url.Values{"task": {fmt.Sprint(s.closed.task)}})
	if after := s.reminders(s.closed.task); after != before {
		t.Errorf("a stranger's reminder: %d, %d reminders more", a.status, after-before)
	}
}

func (s *site) reminders(task int64) int {
	lines, err := s.Store.TaskReminders(s.t.Context(), task)
	return len(must(s, lines, err))
}
