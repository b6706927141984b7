package handlers

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"amal/db"
	"amal/db/dbtest"
	"amal/rules"
)

// answering is a task of Uzbekistan's lead that is due in June, and the link in
// the mail that told its focal point.
func (s *site) answering() (task int64, link string) {
	s.t.Helper()
	task = s.addTask(s.directive, s.uz, time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC))
	s.later(time.Minute) // until then the assignment can be taken back
	return task, s.mailed("focal", task)
}

// mailed sends what waits and returns the link of somebody's mail about a task.
func (s *site) mailed(to string, task int64) (link string) {
	s.t.Helper()
	ctx, now := s.t.Context(), s.now()
	n, err := s.Store.OpenMessages(ctx, "amal.example", now)
	must(s, n, err)
	for {
		l, err := dbtest.Claim(ctx, s.Store, "test", now)
		if errors.Is(err, db.ErrNotFound) {
			return link
		}
		must(s, l, err)
		must(s, l, s.Store.AddAnswerLinks(ctx, now, l))
		if token := l.Answers[task]; token != "" && l.To.Email == to+"@example.org" {
			link = "/a/" + token
		}
		must(s, l, s.Store.RecordSent(ctx, l, "250 ok", now))
	}
}

// state is all of a task that an answer could change, and the uses of links.
func (s *site) state(task int64) string {
	s.t.Helper()
	var uses, visits, throttled int
	s.ask(`select (select count(*) from answer_use), (select count(*) from visit), (select count(*) from throttle)`, &uses, &visits, &throttled)
	page, err := s.Store.TaskPage(s.t.Context(), s.people["auditor"], task, s.now())
	must(s, page, err)
	s.query(fmt.Sprintf(`delete from visit where person_id = %d`, s.people["auditor"].PersonID))
	return fmt.Sprint(page.Version, page.Status, page.Signal, len(page.Reports), len(page.Requests), len(page.History), uses, visits, throttled)
}

// ask reads one row behind Amal's back.
func (s *site) ask(query string, into ...any) {
	s.t.Helper()
	pool, err := sql.Open("postgres", s.urls.Owner)
	must(s, pool, err)
	defer pool.Close()
	if err := pool.QueryRowContext(s.t.Context(), query).Scan(into...); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) versionOf(task int64) string {
	t, _, err := s.Store.Task(s.t.Context(), s.people["staff"], task)
	return fmt.Sprint(must(s, t, err).Version)
}

// Mail scanners open links: that changes nothing, however often.
func TestOpeningAnAnswerChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	task, link := s.answering()
	was, b := s.state(task), s.visitor()
	for range 20 {
		a := b.get(link)
		if a.status != http.StatusOK || !strings.Contains(a.body, "Draft the programme") || !strings.Contains(a.body, "draw up a programme") || !strings.Contains(a.body, `value="receive"`) {
			t.Fatalf("opening: %d\n%s", a.status, a.body)
		}
		for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"} {
			if a.header.Get(name) != want {
				t.Errorf("%s: %q, want %q", name, a.header.Get(name), want)
			}
		}
		if a.header.Get("Set-Cookie") != "" {
			t.Error("a cookie is set")
		}
		if a := b.do("HEAD", link, "", ""); a.status != http.StatusOK {
			t.Errorf("HEAD: %d", a.status)
		}
	}
	if now := s.state(task); now != was {
		t.Errorf("opening changed %s to %s", was, now)
	}
}

// Each act works without a session, once, in the person's name; the link then
// says what was done and when.
func TestAnswersWithoutSigningIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	task, link := s.answering()
	b := s.visitor()
	for _, c := range []struct {
		form url.Values
		says string
	}{
		{url.Values{"act": {"receive"}}, "You confirmed that you received it"},
		{url.Values{"act": {"no_change"}}, "You answered “No change”"},
		{url.Values{"act": {"report"}, "signal": {"needs_help"}, "done": {"Half is done"}, "next": {"The other half"}}, "You sent a report"},
		{url.Values{"act": {"ask_more"}, "wanted": {"30.9.2026"}, "reason": {"The partner is late"}}, "You asked for more time"},
	} {
		c.form.Set("version", s.versionOf(task))
		if a := b.post(link, c.form); a.status != http.StatusSeeOther || a.location != link {
			t.Fatalf("%v: %d to %s\n%s", c.form["act"], a.status, a.location, a.body)
		}
		if a := b.get(link); !strings.Contains(a.body, c.says) || strings.Contains(a.body, `value="`+c.form.Get("act")+`"`) || !strings.Contains(a.body, "11:01") {
			t.Errorf("%v does not show, or can be done again\n%s", c.form["act"], a.body)
		}
		was := s.state(task)
		if a := b.post(link, c.form); a.status != http.StatusSeeOther || s.state(task) != was {
			t.Errorf("%v a second time: %d, %s was %s", c.form["act"], a.status, s.state(task), was)
		}
	}
	page, err := s.Store.TaskPage(t.Context(), s.people["controller"], task, s.now())
	must(s, page, err)
	if page.Status != rules.InProgress || len(page.Reports) != 2 || page.Reports[0].Done != "Half is done" || page.Reports[0].PersonName != "focal" || len(page.Requests) != 1 {
		t.Errorf("the task is %s with reports %v, requests %v", page.Status, page.Reports, page.Requests)
	}
	if a := b.get(fmt.Sprintf("/tasks/%d", task)); a.status != http.StatusSeeOther || !strings.HasPrefix(a.location, "/signin") {
		t.Errorf("the link signed somebody in: %d to %s", a.status, a.location)
	}
	for _, lang := range []string{"en", "ru", "uz", "kk", "de"} {
		if a := s.visitor().get(link + "?lang=" + lang); !strings.Contains(a.body, `lang="`+lang+`"`) || strings.Contains(a.body, "⟦") {
			t.Errorf("%s: not in this language, or a text is missing", lang)
		}
	}
}

func TestAnAnswerSentTwiceIsOneAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	task, link := s.answering()
	form := url.Values{"act": {"report"}, "version": {s.versionOf(task)}, "signal": {"under_way"}, "done": {"Half is done"}}
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if a := s.visitor().post(link, form); a.status != http.StatusSeeOther {
				t.Errorf("sending: %d", a.status)
			}
		})
	}
	wg.Wait()
	page, err := s.Store.TaskPage(t.Context(), s.people["controller"], task, s.now())
	if must(s, page, err); len(page.Reports) != 1 {
		t.Errorf("%d reports, want 1", len(page.Reports))
	}
}

// What can't be taken says why and keeps what was typed, and leaves the link
// usable.
func TestAnswersThatCannotBeTaken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	task, link := s.answering()
	b, typed := s.visitor(), "Fourteen companies have answered"
	for _, c := range []struct {
		form   url.Values
		status int
		says   string
	}{
		{url.Values{"act": {"report"}, "signal": {"under_way"}, "next": {typed}}, 422, `id="e-done"`},
		{url.Values{"act": {"ask_more"}, "wanted": {"1.5.2026"}, "reason": {typed}}, 422, `id="e-wanted"`},
		{url.Values{"act": {"report"}, "signal": {"under_way"}, "done": {typed}, "version": {"1"}}, 409, "The task has changed"},
	} {
		if c.form.Get("version") == "" {
			c.form.Set("version", s.versionOf(task))
		}
		if a := b.post(link, c.form); a.status != c.status || !strings.Contains(a.body, c.says) || !strings.Contains(a.body, typed) {
			t.Errorf("%v: %d without %q or what was typed\n%s", c.form, a.status, c.says, a.body)
		}
	}
	for _, form := range []url.Values{{"act": {"accept"}}, {"act": {"report"}, "signal": {"finished"}, "done": {"x"}}, {}} {
		if a := b.post(link, form); a.status != http.StatusBadRequest {
			t.Errorf("%v: %d, want 400", form, a.status)
		}
	}
	s.query(fmt.Sprintf(`update task set no_changes = 2 where id = %d`, task))
	if a := b.post(link, url.Values{"act": {"no_change"}}); a.status != 422 || !strings.Contains(a.body, "not enough here") {
		t.Errorf("no change a third time running: %d", a.status)
	}
	err := s.Store.Report(t.Context(), s.people["focal"], db.ReportInput{TaskID: task, Signal: rules.Finished, Done: "Done", Answers: []string{"Yes"}, Links: []string{"https://example.org/a"}, Now: s.now()})
	must(s, 0, err)
	a := b.post(link, url.Values{"act": {"report"}, "signal": {"under_way"}, "done": {typed}})
	if a.status != http.StatusConflict || !strings.Contains(a.body, "no longer possible") || !strings.Contains(a.body, typed) || strings.Contains(a.body, `name="act"`) {
		t.Errorf("a report on a submitted task: %d\n%s", a.status, a.body)
	}
}

// A link dies with what it rests on, and then tells nothing of its task.
func TestLinksThatDoNotAnswer(t *testing.T) {
	t.Parallel()
	person := func(change func(s *site, in *db.PersonInput)) func(s *site, task int64) {
		return func(s *site, _ int64) {
			p, _, err := s.Store.AnyPerson(s.t.Context(), s.people["focal"].PersonID)
			must(s, p, err)
			in := db.PersonInput{ID: p.ID, Version: p.Version, Email: p.Email, Name: p.Name, Roles: map[int64]rules.Role{s.uz: rules.Focal}, Now: s.now()}
			change(s, &in)
			id, err := s.Store.SavePerson(s.t.Context(), s.people["admin"], in)
			must(s, id, err)
		}
	}
	for name, c := range map[string]struct {
		change func(s *site, task int64)
		status int
		says   string
	}{
		"disabled":     {person(func(_ *site, in *db.PersonInput) { in.Disabled = true }), 404, "does not work"},
		"new address":  {person(func(_ *site, in *db.PersonInput) { in.Email = "new@example.org" }), 404, "does not work"},
		"other agency": {person(func(s *site, in *db.PersonInput) { in.Roles = map[int64]rules.Role{s.kz: rules.Focal} }), 404, "does not work"},
		"other role":   {person(func(s *site, in *db.PersonInput) { in.Roles = map[int64]rules.Role{s.uz: rules.Head} }), 404, "does not work"},
		"another lead": {func(s *site, task int64) {
			s.query(fmt.Sprintf(`update task set lead_id = %d where id = %d`, s.kz, task))
		}, 404, "does not work"},
		"a draft again": {func(s *site, task int64) {
			s.query(fmt.Sprintf(`update task set status = 'draft' where id = %d`, task))
		}, 404, "does not work"},
		"run out":         {func(s *site, _ int64) { s.later(rules.AnswerFor) }, 410, "has expired"},
		"official use":    {func(s *site, _ int64) { s.query(`update directive set official = true`) }, 403, "for official use"},
		"another's token": {func(s *site, _ int64) { s.query(`update answer_link set token_hash = sha256(token_hash)`) }, 404, "does not work"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			task, link := s.answering()
			version := s.versionOf(task)
			c.change(s, task)
			was := s.version()
			b := s.visitor()
			posted := b.post(link, url.Values{"act": {"report"}, "version": {version}, "signal": {"under_way"}, "done": {"What I typed"}})
			for _, a := range []answer{b.get(link), b.do("GET", link, "", "", "Accept-Language", "en"), posted} {
				if a.status != c.status || !strings.Contains(a.body, c.says) {
					t.Errorf("%d, want %d with %q\n%s", a.status, c.status, c.says, a.body)
				}
				for _, secret := range []string{"Draft the programme", "draw up", "Agency uz-trade", "A draft is sent"} {
					if strings.Contains(a.body, secret) {
						t.Errorf("it tells %q", secret)
					}
				}
			}
			if !strings.Contains(posted.body, "What I typed") {
				t.Error("what was typed is lost")
			}
			var uses int
			s.ask(`select count(*) from answer_use`, &uses)
			if uses != 0 || s.version() != was {
				t.Error("it answered all the same")
			}
		})
	}
}

// Another site can't answer; a browser that hides its origin because these
// pages give no referrer can.
func TestAnswersFromOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	task, link := s.answering()
	body := url.Values{"act": {"receive"}, "version": {s.versionOf(task)}}.Encode()
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://elsewhere.example"}, {"Sec-Fetch-Site", "cross-site", "Origin", "null"}} {
		if a := s.visitor().do("POST", link, form, body, header...); a.status != http.StatusForbidden {
			t.Errorf("%v: %d, want 403", header, a.status)
		}
	}
	if a := s.as("focal").do("POST", fmt.Sprintf("/tasks/%d/receive", task), form, body, "Origin", "null"); a.status != http.StatusForbidden {
		t.Errorf("a hidden origin elsewhere: %d, want 403", a.status)
	}
	if a := s.visitor().do("POST", link, form, body, "Origin", "null"); a.status != http.StatusSeeOther {
		t.Errorf("a hidden origin: %d, want 303", a.status)
	}
}

// Whoever is signed in beside the link neither shows nor answers.
func TestAnAnswerIsItsPersonsWhoeverIsSignedIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	task, link := s.answering()
	b := s.as("manager")
	if a := b.get(link); a.status != http.StatusOK || strings.Contains(a.body, "/signout") || !strings.Contains(a.body, "You answer as focal") {
		t.Errorf("signed in as manager: %d\n%s", a.status, a.body)
	}
	if a := b.post(link, url.Values{"act": {"receive"}, "version": {s.versionOf(task)}}); a.status != http.StatusSeeOther {
		t.Fatalf("receiving: %d", a.status)
	}
	page, err := s.Store.TaskPage(t.Context(), s.people["auditor"], task, s.now())
	if must(s, page, err); page.History[0].PersonName != "focal" {
		t.Errorf("history names %s", page.History[0].PersonName)
	}
}

func TestAnswerTokensAreInNoLog(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var log bytes.Buffer
	var mu sync.Mutex
	s.Log = slog.New(slog.NewTextHandler(locked{&mu, &log}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	task, link := s.answering()
	b := s.visitor()
	b.get(link)
	b.get(link + "?lang=ru")
	b.get(link + "/further")
	b.post(link, url.Values{"act": {"receive"}, "version": {s.versionOf(task)}})
	b.post(link, url.Values{})
	b.do("POST", link, form, "act=receive", "Sec-Fetch-Site", "cross-site")
	s.query(`alter table answer_use rename to answer_gone`) // a fault of ours
	if a := b.get(link); a.status != http.StatusInternalServerError {
		t.Errorf("a fault: %d", a.status)
	}
	mu.Lock()
	defer mu.Unlock()
	if !strings.Contains(log.String(), "/a/…") || !strings.Contains(log.String(), "status=500") {
		t.Error("the requests are not logged")
	}
	if strings.Contains(log.String(), strings.TrimPrefix(link, "/a/")) {
		t.Errorf("the token is in the log:\n%s", log.String())
	}
}

// locked lets the server's goroutines write to one buffer.
type locked struct {
	mu *sync.Mutex
	to *bytes.Buffer
}

// Write appends.
func (l locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(b)
}

func TestGuessingLinksIsSlowedDown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, link := s.answering()
	b := s.visitor()
	for i := range 49 {
		if a := b.get(fmt.Sprintf("/a/GUESS%d", i)); a.status != http.StatusNotFound {
			t.Fatalf("guess %d: %d", i, a.status)
		}
	}
	if a := b.get(link); a.status != http.StatusOK {
		t.Fatalf("the right one among guesses: %d", a.status)
	}
	for i := range 3 {
		b.get(fmt.Sprintf("/a/MORE%d", i))
	}
	a := b.get(link)
	if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" {
		t.Errorf("after too many guesses: %d", a.status)
	}
	s.later(time.Hour)
	if a := b.get(link); a.status != http.StatusOK {
		t.Errorf("an hour later: %d", a.status)
	}
}
