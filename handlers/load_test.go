package handlers

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"amal/communique"
	"amal/db"
	"amal/db/dbtest"
)

// loadedSite is Amal on a database that a plan has filled; its accounts are
// those of db.LoadAccounts.
func loadedSite(t testing.TB, plan db.LoadPlan) *App {
	t.Helper()
	urls := dbtest.NewURLs(t)
	plan.Now, plan.PasswordHash, plan.Likeness = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC), cheap(), communique.Likeness
	if err := db.Load(t.Context(), urls.Owner, plan); err != nil {
		t.Fatal(err)
	}
	store, err := db.Open(t.Context(), db.Options{URL: urls.App})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	app, err := New(Config{Store: store, BaseURL: "http://127.0.0.1", Now: func() time.Time { return plan.Now }, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))})
	if err != nil {
		t.Fatal(err)
	}
	return app
}

// Every page that its reader has opens over what was loaded.
func TestEveryPageOpensOverLoadedData(t *testing.T) {
	t.Parallel()
	app := loadedSite(t, db.LoadPlan{Tasks: 1200, Agencies: 9, People: 40, Seed: 1})
	s := &site{App: app, t: t, server: httptest.NewServer(app.Handler())}
	t.Cleanup(s.server.Close)
	ids := register{meeting: 2, document: 2, directive: 9, task: 70, twin: 3}
	opened := 0
	for _, account := range db.LoadAccounts {
		b := s.visitor()
		if a := b.post("/signin", map[string][]string{"email": {account + "@load.example"}, "password": {password}}); a.status != http.StatusSeeOther {
			t.Fatalf("%s: %d", account, a.status)
		}
		for _, r := range routes {
			if r.method != get || strings.Contains(r.path, "token") || strings.HasPrefix(r.path, "/files/") || strings.HasPrefix(r.path, "/mailbox") {
				continue
			}
			switch a := b.get(ids.at(r.path)); a.status {
			case http.StatusOK:
				opened++
			case http.StatusSeeOther, http.StatusNotFound, http.StatusForbidden, http.StatusUnprocessableEntity:
				// elsewhere, not for this role, not in this state, or without a question
			default:
				t.Errorf("%s, %s: %d", account, ids.at(r.path), a.status)
			}
		}
	}
	if opened < 100 {
		t.Errorf("only %d pages opened", opened)
	}
	for _, list := range []struct{ who, page, row string }{
		{"manager", "/overdue", `href="/tasks/`}, {"controller", "/review", `href="/tasks/`}, {"manager", "/meetings", `href="/meetings/`},
		{"focal.uz", "/tasks", `href="/tasks/`}, {"auditor", "/reminders", `<tr`}, {"admin", "/people", `href="/people/`}, {"staff", "/search?q=transport", `href="/tasks/`},
	} {
		b := s.visitor()
		b.post("/signin", map[string][]string{"email": {list.who + "@load.example"}, "password": {password}})
		if rows := strings.Count(b.get(list.page).body, list.row); rows < 5 {
			t.Errorf("%s shows %s of %d rows", list.page, list.who, rows)
		}
	}
}
