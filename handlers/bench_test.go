package handlers

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"amal/db"
	"amal/templates"
)

// BenchmarkPage renders main pages without a network: what Amal itself spends
// on them.
func BenchmarkPage(b *testing.B) {
	compare := templates.Rendered
	templates.Rendered = nil
	b.Cleanup(func() { templates.Rendered = compare })
	app := loadedSite(b, db.LoadPlan{Tasks: 5000, Agencies: 20, People: 60, Seed: 1})
	h := app.Handler()
	for _, page := range []struct{ who, path string }{{"manager", "/overdue"}, {"focal.uz", "/tasks"}, {"controller", "/review"}} {
		b.Run(strings.Trim(page.path, "/"), func(b *testing.B) {
			r := httptest.NewRequest("POST", "/signin", strings.NewReader(url.Values{"email": {page.who + "@load.example"}, "password": {password}}.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			cookies := w.Result().Cookies()
			for b.Loop() {
				r := httptest.NewRequest("GET", page.path, http.NoBody)
				r.Header.Set("Accept-Encoding", "gzip")
				for _, c := range cookies {
					r.AddCookie(c)
				}
				w := httptest.NewRecorder()
				w.Body = nil
				h.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatal(page.path, w.Code)
				}
				_, _ = io.Copy(io.Discard, r.Body)
			}
		})
	}
}
