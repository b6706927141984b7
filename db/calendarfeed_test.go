package db_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// feed makes a feed and returns its secret.
func (w *world) feed(t *testing.T, me rules.Actor, subject rules.FeedSubject, id int64) string {
	t.Helper()
	token := fmt.Sprintf("%s-%d-%d", subject, id, me.PersonID)
	check(t, w.AddFeed(w.ctx, me, db.FeedInput{Subject: subject, SubjectID: id, Token: token, Now: w.now}))
	return token
}

// tasksOf are the tasks that a feed shows.
func (w *world) tasksOf(t *testing.T, token string) []int64 {
	t.Helper()
	o, err := w.OpenFeed(w.ctx, token, w.now)
	check(t, err)
	ids := []int64{}
	for i := range o.Tasks {
		ids = append(ids, o.Tasks[i].ID)
	}
	return ids
}

func TestFeedsShowWhatTheirOwnersSee(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	directive := w.directive(t)
	late, later := w.task(t, directive, "2026-02-20"), w.task(t, directive, "2027-09-01")
	day := day("2026-08-15")
	_, err := w.AddEvent(w.ctx, w.staff, db.Event{MeetingID: w.meeting, Title: "Summit", StartsOn: &day, Place: "Tashkent"}, "", w.now)
	check(t, err)
	_, err = w.AddEvent(w.ctx, w.staff, db.Event{MeetingID: w.meeting, Title: "Some day", Wording: "soon"}, "", w.now)
	check(t, err)
	both := []int64{late, later}
	for _, c := range []struct {
		name    string
		me      rules.Actor
		subject rules.FeedSubject
		id      int64
		tasks   []int64
		events  int
	}{
		{"the lead's focal point", w.focalUZ, rules.FeedOfPerson, 0, both, 0},
		{"the co-executor's", w.focalKZ, rules.FeedOfPerson, 0, both, 0},
		{"another's", w.otherUZ, rules.FeedOfPerson, 0, nil, 0},
		{"the controller", w.controller, rules.FeedOfPerson, 0, both, 1},
		{"the secretariat", w.staff, rules.FeedOfPerson, 0, nil, 1},
		{"the agency, for its own", w.focalUZ, rules.FeedOfAgency, w.uz, both, 0},
		{"the co-executor, for the secretariat", w.staff, rules.FeedOfAgency, w.kz, both, 1},
		{"an agency without tasks", w.staff, rules.FeedOfAgency, w.other, nil, 0},
		{"the directive", w.focalKZ, rules.FeedOfDirective, directive, both, 0},
		{"the directive, for a manager", w.manager, rules.FeedOfDirective, directive, both, 1},
	} {
		token := w.feed(t, c.me, c.subject, c.id)
		o, err := w.OpenFeed(w.ctx, token, w.now)
		check(t, err)
		if got := w.tasksOf(t, token); !slices.Equal(got, append([]int64{}, c.tasks...)) || len(o.Events) != c.events {
			t.Errorf("%s: tasks %v, want %v; %d events, want %d", c.name, got, c.tasks, len(o.Events), c.events)
		}
	}
	for _, c := range []struct {
		me      rules.Actor
		subject rules.FeedSubject
		id      int64
	}{
		{w.focalUZ, rules.FeedOfAgency, w.kz}, {w.otherUZ, rules.FeedOfDirective, directive}, {w.otherUZ, rules.FeedOfAgency, w.uz},
		{w.staff, rules.FeedOfAgency, 999}, {w.staff, rules.FeedOfDirective, 999}, {w.staff, "everything", 1},
		{rules.Actor{PersonID: w.staff.PersonID}, rules.FeedOfPerson, 0},
	} {
		err := w.AddFeed(w.ctx, c.me, db.FeedInput{Subject: c.subject, SubjectID: c.id, Token: "secret", Now: w.now})
		if !errors.Is(err, db.ErrNotFound) {
			t.Errorf("%s %d: %v", c.subject, c.id, err)
		}
	}
}

// What is done stays for a while with its tick, what is cancelled goes at once.
func TestClosedTasksLeaveFeeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	directive := w.directive(t)
	done, cancelled := w.task(t, directive, "2026-03-20"), w.task(t, directive, "2026-03-21")
	token := w.feed(t, w.focalUZ, rules.FeedOfPerson, 0)
	whole := w.feed(t, w.manager, rules.FeedOfDirective, directive)
	check(t, w.finish(t, done, w.focalUZ))
	if got := w.tasksOf(t, token); !slices.Equal(got, []int64{done, cancelled}) {
		t.Fatalf("in review: %v", got)
	}
	check(t, w.Accept(w.ctx, w.controller, db.ActInput{TaskID: done, Version: w.version(t, done), Result: rules.ResultDone, Now: w.now}))
	check(t, w.Cancel(w.ctx, w.controller, db.ActInput{TaskID: cancelled, Version: w.version(t, cancelled), Ground: "revoked", Note: "Decree 7", Now: w.now}))
	for _, token := range []string{token, whole} {
		if got := w.tasksOf(t, token); !slices.Equal(got, []int64{done}) {
			t.Errorf("closed: %v", got)
		}
	}
	o, err := w.OpenFeed(w.ctx, whole, w.now)
	check(t, err)
	if !o.Done || o.Directive.Deadline == nil {
		t.Errorf("the directive: done %t, due %v", o.Done, o.Directive.Deadline)
	}
	w.now = w.now.Add(61 * 24 * time.Hour)
	for _, token := range []string{token, whole} {
		if got := w.tasksOf(t, token); len(got) != 0 {
			t.Errorf("two months later: %v", got)
		}
	}
	if o, err := w.OpenFeed(w.ctx, whole, w.now); err != nil || o.Directive.Deadline != nil {
		t.Errorf("the directive, two months later: %v", err)
	}
}

// A feed ends with what it rests on: the account, the role, its own secret.
func TestFeedsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	directive := w.directive(t)
	w.task(t, directive, "2026-03-20")
	tokens := []string{w.feed(t, w.focalUZ, rules.FeedOfPerson, 0), w.feed(t, w.focalUZ, rules.FeedOfAgency, w.uz), w.feed(t, w.focalUZ, rules.FeedOfDirective, directive)}
	gone := func(why string, tokens ...string) {
		t.Helper()
		for _, token := range tokens {
			if _, err := w.OpenFeed(w.ctx, token, w.now); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("%s: %s: %v", why, token, err)
			}
		}
	}
	gone("unknown", "nobody's")
	save := func(roles map[int64]rules.Role, disabled bool) {
		t.Helper()
		p, _, err := w.AnyPerson(w.ctx, w.focalUZ.PersonID)
		check(t, err)
		_, err = w.SavePerson(w.ctx, w.manager, db.PersonInput{ID: p.ID, Version: p.Version, Email: p.Email, Name: p.Name, Roles: roles, Disabled: disabled, Now: w.now})
		check(t, err)
	}
	save(map[int64]rules.Role{w.uz: rules.Focal}, true)
	gone("disabled", tokens...)
	save(map[int64]rules.Role{w.other: rules.Focal}, false)
	gone("in another agency", tokens[1:]...)
	if got := w.tasksOf(t, tokens[0]); len(got) != 0 {
		t.Errorf("his own, in another agency: %v", got)
	}
	save(map[int64]rules.Role{w.uz: rules.Admin}, false)
	gone("an administrator now", tokens...)
	save(map[int64]rules.Role{w.uz: rules.Focal}, false)
	for _, token := range tokens {
		if got := w.tasksOf(t, token); len(got) != 1 {
			t.Errorf("back again: %s: %v", token, got)
		}
	}
	feeds, err := w.Feeds(w.ctx, w.focalUZ)
	check(t, err)
	newest := feeds[0] // of the directive
	if len(feeds) != 3 || newest.DirectiveTitle != "Draw up a programme" || newest.ReadAt == nil {
		t.Fatalf("%+v", feeds)
	}
	for _, err := range []error{w.RenewFeed(w.ctx, w.otherUZ, newest.ID, "stolen", w.now), w.RevokeFeed(w.ctx, w.otherUZ, newest.ID, w.now)} {
		if !errors.Is(err, db.ErrNotFound) {
			t.Errorf("by somebody else: %v", err)
		}
	}
	check(t, w.RenewFeed(w.ctx, w.focalUZ, newest.ID, "renewed", w.now))
	gone("renewed", tokens[2])
	if got := w.tasksOf(t, "renewed"); len(got) != 1 {
		t.Errorf("renewed: %v", got)
	}
	check(t, w.RevokeFeed(w.ctx, w.focalUZ, newest.ID, w.now))
	gone("revoked", "renewed")
	if err := w.RenewFeed(w.ctx, w.focalUZ, newest.ID, "again", w.now); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("renewing a revoked one: %v", err)
	}
	_, history, err := w.AnyPerson(w.ctx, w.focalUZ.PersonID)
	check(t, err)
	if history[0].Act != "revoke_feed" || history[1].Act != "renew_feed" {
		t.Errorf("history: %s, %s", history[0].Act, history[1].Act)
	}
}

// A directive without a number can be taken back; its feeds go with it.
func TestAFeedKeepsNoDirective(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	directive := w.directive(t)
	token := w.feed(t, w.staff, rules.FeedOfDirective, directive)
	o, err := w.OpenFeed(w.ctx, token, w.now)
	check(t, err)
	if o.Directive.Deadline == nil || o.Done {
		t.Errorf("without tasks: due %v, done %t", o.Directive.Deadline, o.Done)
	}
	execute(t, w.urls.App, fmt.Sprintf(`
		delete from directive_point where directive_id = %[1]d;
		delete from directive where id = %[1]d`, directive))
	if _, err := w.OpenFeed(w.ctx, token, w.now); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("taken back: %v", err)
	}
}

// A stand-in has the absent one's dates in his own feed while he stands in.
func TestFeedOfAStandIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.task(t, w.directive(t), "2026-03-20")
	deputy := w.person(t, "deputy", w.uz, rules.Head)
	token := w.feed(t, deputy, rules.FeedOfPerson, 0)
	if got := w.tasksOf(t, token); len(got) != 0 {
		t.Errorf("before: %v", got)
	}
	check(t, w.AddStandIn(w.ctx, w.focalUZ, db.StandInInput{DeputyID: deputy.PersonID, From: day("2026-03-02"), To: day("2026-03-06"), Today: day("2026-03-02"), Now: w.now}))
	if got := w.tasksOf(t, token); !slices.Equal(got, []int64{id}) {
		t.Errorf("meanwhile: %v", got)
	}
	w.now = w.now.Add(7 * 24 * time.Hour)
	if got := w.tasksOf(t, token); len(got) != 0 {
		t.Errorf("afterwards: %v", got)
	}
}

func TestFeedsOfOnePersonAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	add := func(i int, key string) error {
		return w.AddFeed(w.ctx, w.focalUZ, db.FeedInput{Subject: rules.FeedOfPerson, Token: fmt.Sprint("secret ", i), FormKey: key, Now: w.now})
	}
	for i := range rules.MaxFeeds {
		check(t, add(i, fmt.Sprint("key ", i)))
	}
	var again *db.RepeatedError
	if err := add(100, "key 0"); !errors.As(err, &again) {
		t.Errorf("a form sent twice: %v", err)
	}
	var wrong rules.Problems
	if err := add(101, ""); !errors.As(err, &wrong) || wrong[0].Field != "of" {
		t.Errorf("one too many: %v", err)
	}
}
