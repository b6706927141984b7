package db_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/db/dbtest"
	"amal/rules"
)

// letter claims what waits until it finds somebody's mail.
func (w *world) letter(t *testing.T, to rules.Actor) *db.Letter {
	t.Helper()
	for {
		l, err := dbtest.Claim(w.ctx, w.Store, "test", w.now)
		check(t, err)
		if l.PersonID != nil && *l.PersonID == to.PersonID {
			check(t, w.AddAnswerLinks(w.ctx, w.now, l))
			return l
		}
	}
}

// Nothing in the database gives a sent link away: its hash is kept, what it was
// made from is not.
func TestAnswerLinksAreKeptHashed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-06-30")
	w.now = w.now.Add(time.Minute)
	_, err := w.OpenMessages(w.ctx, "amal.example", w.now)
	check(t, err)
	l := w.letter(t, w.focalUZ)
	token := l.Answers[task]
	if len(token) != 26 || len(l.Answers) != 1 {
		t.Fatalf("links %v", l.Answers)
	}
	key := fmt.Sprintf(`\x%x`, l.Key)
	if kept := linesOf(t, w.urls.Owner, `select answer_key::text from message where answer_key is not null`); !slices.Contains(kept, key) {
		t.Errorf("a waiting message has no key: %v", kept)
	}
	check(t, w.RecordSent(w.ctx, l, "250 ok", w.now))
	for _, row := range linesOf(t, w.urls.Owner, `select to_jsonb(m)::text from message m union all select to_jsonb(a)::text from answer_link a union all select to_jsonb(r)::text from reminder r`) {
		if strings.Contains(row, token) || strings.Contains(row, key[2:]) {
			t.Errorf("it is in %s", row)
		}
	}
	a, err := w.Answer(w.ctx, token, w.now)
	check(t, err)
	if a.Me.PersonID != w.focalUZ.PersonID || a.Task.ID != task {
		t.Errorf("it answers for %+v", a)
	}
	w.now = w.now.Add(rules.AnswerFor)
	if _, err := w.Answer(w.ctx, token, w.now); !errors.Is(err, db.ErrAnswerExpired) {
		t.Errorf("after its time: %v", err)
	}
	check(t, w.Tidy(w.ctx, w.now.AddDate(0, 0, 89)))
	if _, err := w.Answer(w.ctx, token, w.now); !errors.Is(err, db.ErrAnswerExpired) {
		t.Errorf("three months after: %v", err)
	}
	check(t, w.Tidy(w.ctx, w.now.AddDate(0, 0, 91)))
	if _, err := w.Answer(w.ctx, token, w.now); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("after it was tidied away: %v", err)
	}
}

// What is refused leaves the link as it was; an act done by another link is
// still one act of this one.
func TestAnAnswerCountsOnlyWhenItIsTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-06-30")
	w.now = w.now.Add(time.Minute)
	_, err := w.OpenMessages(w.ctx, "amal.example", w.now)
	check(t, err)
	token := w.letter(t, w.focalUZ).Answers[task]
	receive := func(version int) error {
		return w.UseAnswer(w.ctx, token, rules.ActReceive, w.now, func(tx *db.Store, a *db.Answer) error {
			return tx.Receive(w.ctx, a.Me, db.ActInput{TaskID: a.Task.ID, Version: version, Now: w.now})
		})
	}
	if err := receive(1); !errors.Is(err, db.ErrStale) {
		t.Errorf("an old form: %v", err)
	}
	check(t, receive(0))
	if err := receive(0); !errors.Is(err, db.ErrAnswered) {
		t.Errorf("a second time: %v", err)
	}
	page, err := w.AnswerPage(w.ctx, token, w.now)
	check(t, err)
	if len(page.Uses) != 1 || page.Uses[0].Act != rules.ActReceive || !page.Uses[0].UsedAt.Equal(w.now) {
		t.Errorf("used for %v", page.Uses)
	}
}

// Whoever stands in answers by the link in his own mail as long as he stands in.
func TestAStandInsAnswerEndsWithHim(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	deputy := w.person(t, "deputy", w.uz, rules.Head)
	check(t, w.AddStandIn(w.ctx, w.focalUZ, db.StandInInput{DeputyID: deputy.PersonID, From: day("2026-03-02"), To: day("2026-03-06"), Today: day("2026-03-02"), Now: w.now}))
	task := w.task(t, w.directive(t), "2026-06-30")
	w.now = w.now.Add(time.Minute)
	_, err := w.OpenMessages(w.ctx, "amal.example", w.now)
	check(t, err)
	token := w.letter(t, deputy).Answers[task]
	a, err := w.Answer(w.ctx, token, w.now)
	check(t, err)
	if a.Me.PersonID != deputy.PersonID || !slices.Contains(a.Me.StandsFor, w.focalUZ.PersonID) {
		t.Errorf("it answers for %+v", a.Me)
	}
	if _, err := w.Answer(w.ctx, token, w.now.AddDate(0, 0, 5)); !errors.Is(err, db.ErrAnswerEnded) {
		t.Errorf("after his days: %v", err)
	}
}
