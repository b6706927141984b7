package handlers

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"amal/db"
)

// The pack as a spreadsheet has a sheet for each part and the matrix, with the
// rows and numbers of the page.
func TestThePackAsASpreadsheet(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx := t.Context()
	done := s.addTask(s.directive, s.uz, time.Date(2026, 4, 20, 0, 0, 0, 0, time.UTC))
	must(s, 0, s.Store.Report(ctx, s.people["focal"], db.ReportInput{TaskID: done, Signal: "finished", Done: "Sent", Answers: []string{"Sent"}, Links: []string{"https://example.org/x"}, Now: s.now()}))
	must(s, 0, s.Store.Accept(ctx, s.people["controller"], db.ActInput{TaskID: done, Now: s.now()}))
	s.addTask(s.directive, s.kz, time.Date(2026, 5, 20, 0, 0, 0, 0, time.UTC))
	id := s.event("Summit", "20.6.2026", "UZ", "KZ")
	s.later(time.Hour)
	b := s.as("manager")
	path := fmt.Sprintf("/events/%d/pack", id)
	page := b.get(path).body
	if !strings.Contains(page, "format=xlsx") {
		t.Error("the page does not lead to the file")
	}
	file := b.get(path + "?format=xlsx&lang=en")
	book, err := excelize.OpenReader(bytes.NewReader([]byte(file.body)))
	if err != nil {
		t.Fatalf("%d: %v", file.status, err)
	}
	defer book.Close()
	want := map[string][]string{"Done since the last time": {"2026-1.2"}, "Overdue": {"2026-1.1"}, "In progress": nil, "No action yet": {"2026-1.3"}, "Bilateral matrix": {"2026-1"}}
	for sheet, refs := range want {
		rows, err := book.GetRows(sheet)
		if err != nil {
			t.Errorf("%v: %v", book.GetSheetList(), err)
			continue
		}
		var got []string
		for _, row := range rows[1:] {
			got = append(got, row[map[bool]int{true: 0, false: 1}[sheet == "Bilateral matrix"]])
		}
		if !slices.Equal(got, refs) {
			t.Errorf("%s: %v, want %v", sheet, got, refs)
		}
	}
	if notes, err := book.GetRows(book.GetSheetList()[len(want)]); err != nil || !slices.ContainsFunc(notes, func(r []string) bool { return len(r) > 0 && r[0] == "Overdue: 1" }) {
		t.Errorf("the notes: %v %v", notes, err)
	}
	if f := b.get(path + "?format=pdf"); !strings.HasPrefix(f.body, "%PDF") {
		t.Errorf("as pdf: %d", f.status)
	}
	if f := b.get(path + "?format=csv&second=ru"); strings.Count(f.body, "Draft the programme") != 3 || !strings.Contains(f.body, "Просрочен") {
		t.Errorf("as csv: %s", f.body)
	}
}

// A month of the calendar as a file has all its deadlines, events and days off,
// for the same eyes and under the same filter.
func TestAMonthAsAFile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for range 5 {
		s.addTask(s.directive, s.uz, time.Date(2026, 3, 17, 0, 0, 0, 0, time.UTC))
	}
	s.addTask(s.directive, s.kz, time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC))
	s.addTask(s.directive, s.kz, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)) // before today
	s.addTask(s.directive, s.kz, time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)) // of the next month's
	s.event("Council", "18.3.2026", "UZ", "KZ")
	s.event("Closed visit", "19.3.2026", "KZ")
	_, err := s.Store.SaveHolidays(t.Context(), s.people["admin"], []db.Holiday{{Country: "UZ", Day: time.Date(2026, 3, 21, 0, 0, 0, 0, time.UTC), Kind: "off", NameEn: "Navruz", Certainty: "official"}}, s.now())
	must(s, 0, err)
	b := s.as("manager")
	count := func(who *browser, query, word string) int {
		return strings.Count(who.get("/calendar?month=2026-03&format=csv"+query).body, word)
	}
	for query, want := range map[string]int{"": 6, "&all=1": 7, fmt.Sprintf("&agency=%d", s.kz): 1, "&side=UZ": 5} {
		if got := count(b, query, "Draft the programme"); got != want {
			t.Errorf("%q: %d deadlines, want %d", query, got, want)
		}
	}
	for _, word := range []string{"Council", "Closed visit", "Navruz"} {
		if count(b, "", word) != 1 {
			t.Errorf("the file lacks %s", word)
		}
	}
	if stranger := s.as("stranger.staff"); count(stranger, "", "Closed visit") != 0 || count(stranger, "", "Council") != 1 {
		t.Error("one country's secretariat reads the other's visit, or not what is of both")
	}
	for _, format := range []string{"xlsx", "pdf"} {
		if f := b.get("/calendar?month=2026-03&format=" + format); f.status != 200 || len(f.body) < 1000 {
			t.Errorf("as %s: %d", format, f.status)
		}
	}
	if page := b.get("/calendar?month=2026-03").body; !strings.Contains(page, "/calendar?format=csv&amp;month=2026-03") {
		t.Error("the page does not lead to the file")
	}
}
