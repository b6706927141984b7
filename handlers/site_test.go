package handlers

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"amal/db"
	"amal/db/dbtest"
	"amal/rules"
)

// site is Amal on a database of its own, with people of every role, a meeting
// of both sides and one of Kazakhstan alone.
type site struct {
	*App
	t                 *testing.T
	server            *httptest.Server
	urls              dbtest.URLs
	mu                sync.Mutex
	clock             time.Time
	uz, kz, joint     int64
	meeting, document int64
	twin              int64 // another language of document
	directive, task   int64
	people            map[string]rules.Actor
	closed            register // what strangers of Uzbekistan may not see
}

// register is a meeting with everything below it.
type register struct{ meeting, document, directive, task, event, indicator, twin int64 }

const password = "long enough to be one"

// cheap keeps the tests quick; the product's own cost is argon2id's default.
var cheap = sync.OnceValue(func() string {
	hash, err := argon2id.CreateHash(password, &argon2id.Params{Memory: 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		panic(err)
	}
	return hash
})

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, clock: time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC), people: map[string]rules.Actor{}}
	s.urls = dbtest.NewURLs(t)
	store, err := db.Open(t.Context(), db.Options{URL: s.urls.App})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	app, err := New(Config{Store: store, BaseURL: "http://127.0.0.1", Now: s.now, Log: slog.New(slog.NewTextHandler(s.t.Output(), &slog.HandlerOptions{Level: slog.LevelError})), Demo: true,
		SendLink: func(context.Context, *db.Person, string, string) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	s.App = app
	s.server = httptest.NewServer(app.Handler())
	t.Cleanup(s.server.Close)
	s.fill()
	return s
}

func (s *site) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock
}

func (s *site) later(d time.Duration) {
	s.mu.Lock()
	s.clock = s.clock.Add(d)
	s.mu.Unlock()
}

func (s *site) fill() {
	s.uz, s.kz, s.joint = s.agency("uz-trade", "UZ"), s.agency("kz-trade", "KZ"), s.agency("office", "joint")
	other, otherKZ := s.agency("uz-energy", "UZ"), s.agency("kz-energy", "KZ")
	for name, role := range map[string]rules.Role{"staff": rules.Staff, "controller": rules.Controller, "manager": rules.Manager,
		"head": rules.Head, "admin": rules.Admin, "auditor": rules.Auditor} {
		s.person(name, s.joint, role)
	}
	s.person("focal", s.uz, rules.Focal)
	s.person("focal.kz", s.kz, rules.Focal)
	for _, role := range []rules.Role{rules.Staff, rules.Focal, rules.Controller, rules.Manager, rules.Head} {
		s.person("stranger."+string(role), other, role)
	}
	kz := s.person("controller.kz", otherKZ, rules.Controller)
	both := s.register([]string{"UZ", "KZ"}, s.people["controller"], s.uz)
	s.meeting, s.document, s.directive, s.task, s.twin = both.meeting, both.document, both.directive, both.task, both.twin
	s.closed = s.register([]string{"KZ"}, kz, s.kz)
	round, err := s.Store.BeginRound(s.t.Context(), s.people["manager"], db.RoundInput{Now: s.now()})
	must(s, round, err)
}

func must[T any](s *site, v T, err error) T {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	return v
}

func (s *site) agency(code, side string) int64 {
	country, zone := "UZ", "Asia/Tashkent"
	if side == "KZ" {
		country, zone = "KZ", "Asia/Almaty"
	}
	id, err := s.Store.SaveAgency(s.t.Context(), rules.Actor{}, db.AgencyInput{Code: code, Side: side, Kind: "ministry", Names: map[string]string{"en": "Agency " + code},
		Email: code + "@example.org", Locale: "en", TimeZone: zone, Country: country, Now: s.now()})
	return must(s, id, err)
}

func (s *site) person(name string, agency int64, role rules.Role) rules.Actor {
	ctx := s.t.Context()
	id, err := s.Store.SavePerson(ctx, rules.Actor{}, db.PersonInput{Email: name + "@example.org", Name: name, Roles: map[int64]rules.Role{agency: role}, Now: s.now()})
	must(s, id, err)
	p, err := s.Store.Person(ctx, id)
	s.people[name] = must(s, p, err).Actor()
	if err := s.Store.SetPassword(ctx, s.people[name], cheap(), 0, s.now()); err != nil {
		s.t.Fatal(err)
	}
	return s.people[name]
}

const talks = "The presidents met.\nThey gave instructions to draw up a programme this year.\nThe talks were friendly."

func (s *site) register(sides []string, controller rules.Actor, lead int64) (r register) {
	ctx, staff, now := s.t.Context(), s.people["staff"], s.now()
	var err error
	r.meeting, err = s.Store.SaveMeeting(ctx, staff, db.MeetingInput{Title: "Meeting", HeldOn: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Place: "Almaty", Level: "heads_of_state", Sides: sides, Now: now})
	must(s, 0, err)
	r.document, err = s.Store.AddDocument(ctx, staff, db.DocumentInput{MeetingID: r.meeting, Kind: "communique", Title: "Communiqué", Language: "en",
		DatedOn: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Original: []byte(talks), Text: talks, Now: now})
	must(s, 0, err)
	r.twin, err = s.Store.AddDocument(ctx, staff, db.DocumentInput{MeetingID: r.meeting, Kind: "communique", Title: "Коммюнике", Language: "ru",
		DatedOn: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Original: []byte("Встреча."), Text: "Встреча.", Now: now})
	must(s, 0, err)
	due := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
	r.directive, err = s.Store.AddDirective(ctx, staff, db.DirectiveInput{DocumentID: r.document, Starts: 20, Ends: 76, Strength: rules.Instructed, Title: "Draw up a programme",
		Points: []string{"A programme is adopted"}, Sides: sides, Deadline: &due, DeadlineRule: "this_year", DeadlineWording: "this year", ControllerID: controller.PersonID, Now: now})
	must(s, 0, err)
	r.task = s.addTask(r.directive, lead, time.Date(2026, 2, 20, 0, 0, 0, 0, time.UTC))
	if _, err := s.Store.AddEvent(ctx, staff, db.Event{MeetingID: r.meeting, Title: "Summit", Wording: "soon"}, "", now); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.Store.AddIndicator(ctx, staff, db.Indicator{MeetingID: r.meeting, Title: "Trade", Value: "+14 %"}, "", now); err != nil {
		s.t.Fatal(err)
	}
	page, err := s.Store.MeetingPage(ctx, staff, r.meeting, now)
	must(s, page, err)
	r.event, r.indicator = page.Events[0].ID, page.Indicators[0].ID
	return r
}

func (s *site) addTask(directive, lead int64, due time.Time) int64 {
	ctx, staff := s.t.Context(), s.people["staff"]
	id, err := s.Store.AddTask(ctx, staff, db.TaskInput{DirectiveID: directive, Title: "Draft the programme", Points: []string{"A draft is sent"}, LeadID: lead, Deadline: &due, Now: s.now()})
	must(s, id, err)
	if err := s.Store.Assign(ctx, staff, db.ActInput{TaskID: id, Now: s.now()}); err != nil {
		s.t.Fatal(err)
	}
	return id
}

// browser is one visitor. It does not follow redirects.
type browser struct {
	*http.Client
	s *site
}

// answer is what came back.
type answer struct {
	status   int
	body     string
	location string
	header   http.Header
}

func (s *site) visitor() *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{&http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, s}
}

func (s *site) as(name string) *browser {
	s.t.Helper()
	b := s.visitor()
	if a := b.post("/signin", url.Values{"email": {name + "@example.org"}, "password": {password}}); a.status != http.StatusSeeOther {
		s.t.Fatalf("sign in as %s: %d", name, a.status)
	}
	return b
}

func (b *browser) do(method, path, kind, body string, header ...string) answer {
	b.s.t.Helper()
	req, err := http.NewRequestWithContext(b.s.t.Context(), method, b.s.server.URL+path, strings.NewReader(body))
	if err != nil {
		b.s.t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := b.Do(req)
	if err != nil {
		b.s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.s.t.Fatal(err)
	}
	return answer{resp.StatusCode, string(text), resp.Header.Get("Location"), resp.Header}
}

func (b *browser) get(path string) answer { b.s.t.Helper(); return b.do("GET", path, "", "") }

func (b *browser) post(path string, form url.Values) answer {
	b.s.t.Helper()
	return b.do("POST", path, "application/x-www-form-urlencoded", form.Encode(), "Sec-Fetch-Site", "same-origin")
}

// at fills an address's parameters from a register.
func (r register) at(path string) string {
	id := r.meeting
	for prefix, n := range map[string]int64{"/documents/": r.document, "/directives/": r.directive, "/tasks/": r.task, "/events/": r.event, "/indicators/": r.indicator} {
		if strings.HasPrefix(path, prefix) {
			id = n
		}
	}
	return strings.NewReplacer(":id", fmt.Sprint(id), ":other", fmt.Sprint(r.twin)).Replace(path)
}

// changing is what differs between two answers to the same question.
var changing = regexp.MustCompile(`(?:name="form_key" value=|href=|data-number=)"[^"]*"|[0-9a-f]{8,}|/[a-z]+/\d+[^"<]*`)

func (a answer) same() string { return fmt.Sprint(a.status, changing.ReplaceAllString(a.body, "")) }

// query changes the database behind Amal's back, as time or an accident would.
func (s *site) query(text string) {
	s.t.Helper()
	pool, err := sql.Open("postgres", s.urls.Owner)
	if err != nil {
		s.t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.ExecContext(s.t.Context(), text); err != nil {
		s.t.Fatal(err)
	}
}
