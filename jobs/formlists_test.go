package jobs

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/i18n"
	"amal/rules"
)

// listed is a letter's list of one section, with ten of n tasks.
func listed(lang i18n.Lang, rule, key string, n int) db.LetterList {
	return db.LetterList{Rule: rule, SubjectID: 7, StepOn: formNow.Truncate(24 * time.Hour),
		Sections: []db.ListSection{{Key: key, Total: n, Tasks: tasksOf(letterTo(lang, "due_7", min(n, 10), 500))}}}
}

func tasksOf(l *db.Letter) []db.Task {
	var tasks []db.Task
	for i := range l.Lines {
		tasks = append(tasks, l.Lines[i].Task)
	}
	return tasks
}

// packed is the pack of an event, with ten of n tasks.
func packed(lang i18n.Lang, id int64, n int) db.LetterList {
	on := formNow.AddDate(0, 0, 12)
	list := listed(lang, rules.ListPack, "until_event", n)
	list.SubjectID, list.Event = id, &db.Event{ID: id, Title: wordy(lang, 200), StartsOn: &on}
	if n == 0 {
		list.Sections = nil
	}
	return list
}

// A mail is below 20 KB also with lists, beside many tasks or on their own, and
// each list is still named.
func TestAMailWithListsStaysSmall(t *testing.T) {
	t.Parallel()
	for _, lang := range i18n.Langs {
		for _, tc := range []struct{ lines, packs int }{{0, 0}, {1, 6}, {0, 12}, {90, 0}, {90, 6}} {
			l := letterTo(lang, "due_7", tc.lines, 2000)
			l.Lists = []db.LetterList{listed(lang, rules.ListAhead, "ahead", 25), listed(lang, rules.ListWeek, "late", 40)}
			for i := range tc.packs {
				l.Lists = append(l.Lists, packed(lang, int64(i+1), 12))
			}
			m := composed(t, l)
			if size, err := m.Size(); err != nil || size > largest {
				t.Errorf("%s, %d tasks, %d packs: %d bytes, %v", lang, tc.lines, tc.packs, size, err)
			}
			for _, title := range []string{"rule.ahead", "rule.week"} {
				if title = i18n.For(lang).T(title); !strings.Contains(m.Text, title) || !strings.Contains(m.HTML, title) {
					t.Errorf("%s, %d tasks, %d packs: no %q", lang, tc.lines, tc.packs, title)
				}
			}
			if got := strings.Count(m.Text, "/pack"); got != tc.packs {
				t.Errorf("%s: %d of %d packs", lang, got, tc.packs)
			}
		}
	}
}

// Beside the subject stands what lists tell of, and a mail of packs for which
// nothing is due does not count no tasks.
func TestAMailOfListsAloneSaysWhatItIs(t *testing.T) {
	t.Parallel()
	for _, lang := range i18n.Langs {
		p := i18n.For(lang)
		l := letterTo(lang, "due_7", 0, 0)
		l.Lists = []db.LetterList{listed(lang, rules.ListAhead, "ahead", 25), listed(lang, rules.ListStillLate, "still_late", 3)}
		if got := composed(t, l).HTML; !strings.Contains(got, fmt.Sprintf("mso-hide:all\">%s: %s · %s", p.T("rule.ahead"), p.N("mail.list.ahead", 25), p.T("rule.still_late"))) {
			t.Errorf("%s: no preview in %q", lang, got[:min(800, len(got))])
		}
		l.Lists = []db.LetterList{packed(lang, 1, 0), packed(lang, 2, 0)}
		if got := composed(t, l).Subject; got == p.N("mail.subject.all", 0) {
			t.Errorf("%s: the subject is %q", lang, got)
		}
	}
}

// A message that can't be written stays one message's trouble.
func TestAPanicWhileWritingIsAnError(t *testing.T) {
	t.Parallel()
	j := &Jobs{BaseURL: "https://amal.example", From: "Amal <amal@example.org>", Now: func() time.Time { return at("2026-03-02 04:00") }}
	l := &db.Letter{Lists: []db.LetterList{{Rule: rules.ListPack, Event: &db.Event{Title: "Summit"}}}} // an event without a day
	l.To.Email = "focal@example.org"
	if _, err := j.composeSafely(l, nil); err == nil || !strings.Contains(err.Error(), "panic") {
		t.Errorf("got %v", err)
	}
}
