package db_test

import (
	"os"
	"testing"

	"amal/db"
	"amal/rules"
)

func (w *world) found(t *testing.T, me rules.Actor, kind, question string) int {
	t.Helper()
	rows, count, err := w.Search(w.ctx, me, kind, rules.SearchWords(question), 0)
	check(t, err)
	if len(rows) != count {
		t.Errorf("%s %q: %d rows, counted %d", kind, question, len(rows), count)
	}
	return count
}

// Everything is found in any script by who may see it, signs as they are, and
// nothing is even counted for others.
func TestSearch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	directive := w.directive(t)
	task := w.task(t, directive, "2026-03-31")
	title := "Qoʻshma sanoat dasturi 100% a_b \"izoh\""
	d := day("2026-04-30")
	_, err := w.AddTask(w.ctx, w.staff, db.TaskInput{DirectiveID: directive, Title: title, Points: []string{"x"}, LeadID: w.kz, Deadline: &d, Now: w.now})
	check(t, err)
	check(t, w.addFile(w.focalUZ, task, "Ҳисобот.pdf", []byte("x"), rules.OwnSide))
	check(t, w.finish(t, task, w.focalUZ))
	for question, want := range map[string]int{"қўшма САНОАТ": 1, "qo'shma": 1, "100%": 1, "a_b": 1, "axb": 0, "100x": 0, `"izoh"`: 1, "2026-1.1": 1, "programme": 1, "zzz": 0, "%": 0} {
		if got := w.found(t, w.staff, "task", question); got != want {
			t.Errorf("%q: %d tasks, want %d", question, got, want)
		}
	}
	for _, c := range []struct {
		who  string
		me   rules.Actor
		kind string
		q    string
		want int
	}{
		{"focal of the lead", w.focalUZ, "task", "programme", 1}, {"a foreign focal", w.otherUZ, "task", "programme", 0}, {"focal, a draft of another", w.focalUZ, "task", "qoshma", 0},
		{"staff", w.staff, "directive", "programme", 1}, {"a foreign focal", w.otherUZ, "directive", "programme", 0},
		{"controller", w.controller, "report", "monday", 1}, {"a foreign focal", w.otherUZ, "report", "monday", 0},
		{"controller", w.controller, "file", "hisobot", 1}, {"the other side", w.focalKZ, "file", "hisobot", 0}, {"the lead", w.focalUZ, "file", "ҳисобот", 1},
		{"staff", w.staff, "agency", "uz-trade", 1}, {"focal", w.focalUZ, "agency", "uz-trade", 0}, {"nobody", rules.Actor{}, "task", "programme", 0},
	} {
		if got := w.found(t, c.me, c.kind, c.q); got != c.want {
			t.Errorf("%s, %s %q: found %d, want %d", c.who, c.kind, c.q, got, c.want)
		}
	}
}

// A draft that doubles an open task is shown before it gets its number.
func TestLookAlikes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	directive := w.directive(t)
	w.task(t, directive, "2026-03-31")
	d := day("2026-04-30")
	same, err := w.AddTask(w.ctx, w.staff, db.TaskInput{DirectiveID: directive, Title: "Draft of the programme", Points: []string{"x"}, LeadID: w.kz, Deadline: &d, Now: w.now})
	check(t, err)
	other, err := w.AddTask(w.ctx, w.staff, db.TaskInput{DirectiveID: directive, Title: "Modernise the border", Points: []string{"x"}, LeadID: w.kz, Deadline: &d, Now: w.now})
	check(t, err)
	for id, want := range map[int64]int{same: 1, other: 0} {
		found, err := w.LookAlikes(w.ctx, w.staff, id)
		check(t, err)
		if len(found) != want {
			t.Errorf("task %d: %d look-alikes, want %d: %+v", id, len(found), want, found)
		}
	}
}

// Rows to be folded anew are found again, of every kind.
func TestFoldRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-31")
	check(t, w.addFile(w.focalUZ, task, "Ҳисобот.pdf", []byte("x"), rules.BothSides))
	check(t, w.finish(t, task, w.focalUZ))
	questions := map[string]string{"task": "programme", "directive": "programme", "report": "monday", "agency": "uz-trade", "file": "hisobot"}
	migration, err := os.ReadFile("migrations/00008_refold.sql")
	check(t, err)
	execute(t, w.urls.Owner, string(migration))
	for kind, question := range questions {
		if n := w.found(t, w.staff, kind, question); n != 0 {
			t.Errorf("%s: found %d that are to be folded anew", kind, n)
		}
	}
	for n := 1; n > 0; {
		n, err = w.FoldRest(w.ctx)
		check(t, err)
	}
	for kind, question := range questions {
		if n := w.found(t, w.staff, kind, question); n != 1 {
			t.Errorf("%s: found %d after folding", kind, n)
		}
	}
}
