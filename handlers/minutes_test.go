package handlers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// Minutes say what was decided under its name, on the page and as a file, in
// each language.
func TestMinutesNameWhatWasDecided(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx, manager := t.Context(), s.people["manager"]
	round, err := s.Store.BeginRound(ctx, manager, db.RoundInput{Now: s.now(), Title: "Weekly"})
	must(s, round, err)
	tasks := []int64{s.task, s.addTask(s.directive, s.uz, time.Date(2026, 2, 10, 0, 0, 0, 0, time.UTC)), s.addTask(s.directive, s.uz, time.Date(2026, 2, 11, 0, 0, 0, 0, time.UTC))}
	to := time.Date(2026, 4, 30, 0, 0, 0, 0, time.UTC)
	for i, r := range []db.Ruling{{Decision: rules.DecideExtend, Text: "The partner is late", To: &to}, {Decision: rules.DecideReassign, Text: "Their trade", AgencyID: s.kz},
		{Decision: rules.DecideNote, Text: "Reports on Monday"}} {
		r.Now = s.now()
		_, err := s.Store.Minute(ctx, manager, db.OutcomeInput{RoundID: round, TaskID: tasks[i], Ruling: r})
		must(s, 0, err)
	}
	must(s, 0, s.Store.CloseRound(ctx, manager, round, s.now()))
	path := fmt.Sprintf("/rounds/%d", round)
	b := s.as("manager")
	for lang, want := range map[string][]string{
		"en": {"Deadline extended", "New deadline: 30 April 2026", "Reason: The partner is late", "Given to another agency", "Given to: Agency kz-trade", "Reason: Their trade", "Taken note of", "Note: Reports on Monday"},
		"ru": {"Срок продлён", "Новый срок: 30 апреля 2026", "Основание: The partner is late", "Кому передано: Agency kz-trade", "Примечание: Reports on Monday"},
		"kk": {"Жаңа мерзім: ", "Негізі: The partner is late"},
	} {
		for _, format := range []string{"", "&format=csv"} {
			body := strings.ReplaceAll(b.get(path+"?lang="+lang+format).body, "\u00a0", " ")
			for _, w := range want {
				if !strings.Contains(body, w) {
					t.Errorf("%s%s lacks %q", lang, format, w)
				}
			}
		}
	}
	if file := b.get(path + "?lang=en&format=csv").body; !strings.Contains(strings.ReplaceAll(file, "\u00a0", " "), "New deadline: 30 April 2026; Reason: The partner is late") {
		t.Errorf("what was decided is not one cell:\n%s", file)
	}
}
