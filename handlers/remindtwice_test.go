package handlers

import (
	"database/sql"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"amal/rules"
)

// hands counts what a reminder by hand left: lines of history and mails.
func hands(s *site, task int64) (lines, mails int) {
	s.t.Helper()
	owner, err := sql.Open("postgres", s.urls.Owner)
	must(s, owner, err)
	defer owner.Close()
	err = owner.QueryRowContext(s.t.Context(), `
		select (select count(*) from history where subject = 'task' and subject_id = $1 and act = 'remind'),
			(select count(*) from reminder where subject = 'task' and subject_id = $1 and rule = 'by_hand' and person_id is not null)`, task).Scan(&lines, &mails)
	return must(s, lines, err), mails
}

// Two quick clicks remind once, and the second is answered as the first was;
// another button of the same page, and the page opened anew, are other matters.
func TestTwoClicksRemindOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("manager")
	key := field(b.get("/overdue").body, "form_key")
	if key == "" {
		t.Fatal("the list's form has no key")
	}
	form := url.Values{"task": {fmt.Sprint(s.task)}, "note": {"Soon, please"}, "form_key": {key}}
	first := b.post("/overdue/remind?age=7", form)
	said := b.get(first.location).body
	second := b.post("/overdue/remind?age=7", form)
	if first.status != 303 || second.status != first.status || second.location != first.location {
		t.Fatalf("answered %d %s, then %d %s", first.status, first.location, second.status, second.location)
	}
	for _, page := range []string{said, b.get(second.location).body} {
		if !strings.Contains(page, "/overdue/undo?do=remind") || !strings.Contains(page, `name="task" value="`+fmt.Sprint(s.task)+`"`) {
			t.Error("an answer does not say that it was reminded, or offers no way back")
		}
	}
	if lines, mails := hands(s, s.task); lines != 1 || mails != 1 {
		t.Errorf("%d lines of history, %d mails", lines, mails)
	}
	up := url.Values{"task": form["task"], "reason_escalate": {"It waits"}, "form_key": {key}}
	if a := b.post("/overdue/escalate", up); a.status != 303 || !strings.Contains(b.get(a.location).body, "do=escalate") {
		t.Errorf("another button of the same form: %d", a.status)
	}
	form.Set("form_key", field(b.get("/overdue").body, "form_key"))
	b.post("/overdue/remind", form)
	if lines, mails := hands(s, s.task); lines != 2 || mails != 1 {
		t.Errorf("from the page opened anew: %d lines of history, %d mails", lines, mails)
	}
}

// At the same moment, too.
func TestClicksAtOnceRemindOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("manager")
	form := url.Values{"task": {fmt.Sprint(s.task)}, "form_key": {field(b.get("/overdue").body, "form_key")}}
	var all sync.WaitGroup
	answers := make([]answer, 4)
	for i := range answers {
		all.Go(func() { answers[i] = b.post("/overdue/remind", form) })
	}
	all.Wait()
	for _, a := range answers {
		if a.status != 303 || a.location != answers[0].location {
			t.Errorf("answered %d %s", a.status, a.location)
		}
	}
	if lines, mails := hands(s, s.task); lines != 1 || mails != 1 {
		t.Errorf("%d lines of history, %d mails", lines, mails)
	}
}

// In a round, too.
func TestTwoClicksInARoundRemindOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("manager")
	begun := b.post("/rounds", url.Values{"form_key": {"begin"}})
	body := b.get(begun.location).body
	form := url.Values{"decision": {string(rules.DecideRemind)}}
	for _, name := range []string{"task", "next", "version", "form_key"} {
		_, at, _ := strings.Cut(body, `class="drawer"`)
		form.Set(name, field(at, name))
	}
	path := strings.Replace(begun.location, "/walk", "/outcomes", 1)
	first, second := b.post(path, form), b.post(path, form)
	if first.status != 303 || second.status != first.status || second.location != first.location {
		t.Fatalf("answered %d %s, then %d %s", first.status, first.location, second.status, second.location)
	}
	if !strings.Contains(b.get(second.location).body, "/undo?outcome=") {
		t.Error("the second answer offers no way back")
	}
	task, err := strconv.ParseInt(form.Get("task"), 10, 64)
	if lines, mails := hands(s, must(s, task, err)); lines != 1 || mails != 1 {
		t.Errorf("%d lines of history, %d mails", lines, mails)
	}
}
