package handlers

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"amal/db"
	"amal/files"
	"amal/rules"
)

// Every list of directives and tasks says as a file what is for official use.
func TestFilesSayWhatIsForOfficialUse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("manager")
	s.addTask(s.directive, s.uz, s.now().AddDate(0, 0, 10))
	paths := []string{"/directives", "/overdue", fmt.Sprintf("/meetings/%d", s.meeting), "/reports/overdue", "/reports/due", "/reports/matrix", "/search?q=programme", "/reminders", "/calendar?day=2026-02-20", "/calendar?month=2026-02", "/changes?since=2026-03-01", s.minutes(), s.pack()}
	for _, path := range paths {
		mark := map[bool]string{false: "?", true: "&"}[strings.Contains(path, "?")]
		if out := b.get(path + mark + "format=csv"); out.status != 200 || strings.Contains(out.body, ";official use") {
			t.Errorf("%s: %d, and nothing is for official use", path, out.status)
		}
	}
	s.query(fmt.Sprintf(`do $$ begin update directive set official = true where id = %d; end $$`, s.directive))
	for _, path := range paths {
		mark := map[bool]string{false: "?", true: "&"}[strings.Contains(path, "?")]
		if path == "/reminders" && !strings.Contains(b.get(path+"?format=csv").body, "2026-1.1") {
			continue // nothing of it in the ledger
		}
		if out := b.get(path + mark + "format=csv"); !strings.Contains(out.body, ";official use") {
			t.Errorf("%s does not say it: %s", path, out.body)
		}
	}
}

// minutes is the address of a closed round's minutes, in which the site's task
// was spoken of while it was open to all.
func (s *site) minutes() string {
	ctx, manager := s.t.Context(), s.people["manager"]
	round, err := s.Store.BeginRound(ctx, manager, db.RoundInput{Title: "Weekly", Now: s.now()})
	must(s, round, err)
	_, err = s.Store.Minute(ctx, manager, db.OutcomeInput{RoundID: round, TaskID: s.task, Ruling: db.Ruling{Decision: rules.DecideNote, Text: "Monday", Now: s.now()}})
	must(s, round, err)
	must(s, round, s.Store.CloseRound(ctx, manager, round, s.now()))
	return fmt.Sprintf("/rounds/%d", round)
}

// pack is the address of the pack for a coming event.
func (s *site) pack() string {
	return fmt.Sprintf("/events/%d/pack", s.event("Summit", "20.6.2026", "UZ", "KZ"))
}

// Minutes and lists of changes say in every form what is for official use:
// tables in the row, paper on top of the page; minutes also of what was so when
// they were kept and is no more.
func TestMinutesAndChangesSayWhatIsForOfficialUse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	official := func(is bool) {
		s.query(fmt.Sprintf(`do $$ begin update directive set official = %t where id = %d; end $$`, is, s.directive))
	}
	official(true)
	kept := s.minutes()
	open, err := s.Store.BeginRound(t.Context(), s.people["manager"], db.RoundInput{Title: "Next", Since: s.now().Add(-24 * time.Hour), Now: s.now()})
	must(s, open, err)
	b := s.as("manager")
	paths := []string{kept + "?", fmt.Sprintf("/rounds/%d?", open), "/changes?since=2026-03-01&", s.pack() + "?"}
	for _, path := range paths {
		paper, err := files.Text(t.Context(), []byte(b.get(path+"format=pdf&lang=en").body))
		if err != nil || !strings.Contains(strings.ToLower(paper), "official use") {
			t.Errorf("%s on paper: %v %s", path, err, paper)
		}
		book, err := excelize.OpenReader(bytes.NewReader([]byte(b.get(path + "format=xlsx&lang=en").body)))
		if err != nil {
			t.Fatal(err)
		}
		marks := 0
		for _, sheet := range book.GetSheetList() {
			cells, err := book.SearchSheet(sheet, "official use")
			must(s, cells, err)
			marks += len(cells)
		}
		if marks == 0 {
			t.Errorf("%s as a spreadsheet does not say it", path)
		}
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	}
	official(false)
	if file := b.get(kept + "?format=csv&lang=en").body; !strings.Contains(file, ";official use") {
		t.Errorf("the minutes forgot what was for official use then: %s", file)
	}
	if file := b.get("/changes?since=2026-03-01&format=csv&lang=en").body; strings.Contains(file, ";official use") {
		t.Errorf("nothing is for official use any more: %s", file)
	}
}
