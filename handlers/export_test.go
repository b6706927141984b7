package handlers

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"amal/db"
)

// The file holds what the page holds, in each form, for the same eyes.
func TestAListComesAsAFile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	manager := s.as("manager")
	page := manager.get("/overdue?side=UZ")
	for _, link := range []string{`href="/overdue?format=xlsx&amp;side=UZ"`, `href="/overdue?format=csv&amp;side=UZ"`, `href="/overdue?format=pdf&amp;side=UZ"`} {
		if !strings.Contains(page.body, link) {
			t.Errorf("the page lacks %s", link)
		}
	}
	csv := manager.get("/overdue?format=csv&side=UZ")
	if csv.status != 200 || !strings.HasPrefix(csv.body, "\uFEFF") || !strings.Contains(csv.body, "2026-1.1;Draft the programme;Draw up a programme;Uzbekistan;Agency uz-trade;") || strings.Contains(csv.body, "kz-trade") {
		t.Errorf("csv: %d %s", csv.status, csv.body)
	}
	if d := csv.header.Get("Content-Disposition"); d != "attachment; filename=overdue-2026-03-02.csv" {
		t.Errorf("the file is called %q", d)
	}
	if all := manager.get("/overdue?format=csv"); !strings.Contains(all.body, "kz-trade") {
		t.Error("without a filter a side is missing")
	}
	xlsx := manager.get("/overdue?format=xlsx")
	book, err := excelize.OpenReader(bytes.NewReader([]byte(xlsx.body)))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil || len(rows) != 3 || rows[1][7] != "20/02/2026" {
		t.Errorf("%d rows: %v, %v", len(rows), rows, err)
	}
	if notes, err := book.GetRows(book.GetSheetName(1)); err != nil || !strings.Contains(fmt.Sprint(notes), "As of 02/03/2026, 11:00") {
		t.Errorf("the notes are %v, %v", notes, err)
	}
	if pdf := manager.get("/overdue?format=pdf"); pdf.status != 200 || !strings.HasPrefix(pdf.body, "%PDF-") {
		t.Errorf("pdf: %d", pdf.status)
	}
	if stranger := s.as("stranger.manager").get("/overdue?format=csv"); strings.Contains(stranger.body, "kz-trade") != strings.Contains(s.as("stranger.manager").get("/overdue").body, "kz-trade") {
		t.Error("the file shows a stranger something else than the page")
	}
	if focal := s.as("focal").get("/overdue?format=csv"); focal.status != 404 {
		t.Errorf("who may not see the page gets %d for its file", focal.status)
	}
}

func (s *site) makeExport(lease string) (*db.Export, error) {
	s.t.Helper()
	e, err := s.Store.ClaimExport(s.t.Context(), lease, s.now())
	if err != nil || e == nil {
		s.t.Fatalf("nothing to make: %v", err)
	}
	var body bytes.Buffer
	rows := int64(0)
	name, err := s.MakeExport(s.t.Context(), e, &body, func() error { rows++; return nil })
	if err != nil {
		return e, err
	}
	return e, s.Store.FinishExport(s.t.Context(), e.ID, lease, name, rows, &body, s.now())
}

// A long list is made by the jobs; only its maker sees it, as long as he is what
// he was.
func TestALongListIsMadeByTheJobs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.long = 1
	manager := s.as("manager")
	first := manager.get("/overdue?format=csv&lang=ru")
	if first.status != 303 || !strings.HasPrefix(first.location, "/exports/") {
		t.Fatalf("%d to %s", first.status, first.location)
	}
	if again := manager.get("/overdue?format=csv"); again.location != first.location {
		t.Errorf("the same list is made twice: %s", again.location)
	}
	if early := manager.get(first.location + "/file"); early.status != 303 || early.location != first.location {
		t.Errorf("a file that is not there: %d", early.status)
	}
	if waiting := manager.get(first.location); waiting.status != 200 || !strings.Contains(waiting.body, "в очереди") {
		t.Errorf("waiting: %d", waiting.status)
	}
	if _, err := s.makeExport("one"); err != nil {
		t.Fatal(err)
	}
	if done := manager.get(first.location); !strings.Contains(done.body, first.location+"/file") || !strings.Contains(done.body, "готово 2 строки") {
		t.Errorf("done: %s", done.body)
	}
	file := manager.get(first.location + "/file")
	if file.status != 200 || !strings.Contains(file.body, "Узбекистан;Agency uz-trade") || !strings.Contains(file.body, "kz-trade") {
		t.Errorf("the file: %d %s", file.status, file.body)
	}
	for _, who := range []string{"head", "admin", "focal"} {
		if other := s.as(who).get(first.location + "/file"); other.status != 404 {
			t.Errorf("%s gets %d for another's file", who, other.status)
		}
	}
	s.query(fmt.Sprintf("update member set role = 'head' where person_id = %d", s.people["manager"].PersonID))
	if gone := manager.get(first.location + "/file"); gone.status != 404 {
		t.Errorf("who is something else by now gets %d", gone.status)
	}
	if err := s.Store.Tidy(t.Context(), s.now().Add(8*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if e, err := s.Store.Export(t.Context(), s.people["manager"], 1); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("after a week: %v, %v", e, err)
	}
}

// A long question has a long address and heading; neither may break the file.
func TestALongQuestionComesAsAFile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.addTask(s.directive, s.uz, time.Date(2026, 2, 20, 0, 0, 0, 0, time.UTC))
	s.long = 1
	manager := s.as("manager")
	if a := manager.get("/search?format=csv&q=draft%00" + strings.Repeat("+", 600)); a.status != 303 {
		t.Errorf("a long question: %d", a.status)
	}
	if a := manager.get("/overdue?format=csv&x=" + strings.Repeat("x", 3000)); a.status != 400 {
		t.Errorf("a far too long address: %d", a.status)
	}
}

// Who is something else by now gets no file of what he was, nor is one made of
// what he is.
func TestAnExportIsOfWhatItsMakerWas(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.long = 1
	s.as("manager").get("/overdue?format=csv")
	s.query(fmt.Sprintf("update member set role = 'auditor' where person_id = %d", s.people["manager"].PersonID))
	if e, err := s.makeExport("one"); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("made for who is something else: %+v, %v", e, err)
	}
}

// An export whose server died is made by another; one that lost it can't keep
// its file; who lost the right meanwhile gets none.
func TestAnExportSurvivesItsServer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.long = 1
	manager := s.as("manager")
	at := manager.get("/overdue?format=xlsx").location
	dead, err := s.Store.ClaimExport(t.Context(), "dead", s.now())
	if err != nil || dead == nil {
		t.Fatal(err)
	}
	if e, err := s.Store.ClaimExport(t.Context(), "other", s.now()); e != nil || err != nil {
		t.Fatalf("taken twice: %v, %v", e, err)
	}
	s.later(3 * time.Minute)
	if _, err := s.makeExport("other"); err != nil {
		t.Fatal(err)
	}
	if err := s.Store.FinishExport(t.Context(), dead.ID, "dead", "late.xlsx", 1, strings.NewReader("late"), s.now()); !errors.Is(err, db.ErrLeaseLost) {
		t.Errorf("the dead server's file: %v", err)
	}
	if file := manager.get(at + "/file"); !strings.HasPrefix(file.body, "PK") {
		t.Errorf("the file is not the other server's: %d", file.status)
	}
	manager.get("/overdue?format=pdf")
	s.query(fmt.Sprintf("update member set role = 'focal' where person_id = %d", s.people["manager"].PersonID))
	if e, err := s.makeExport("third"); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("made for who may no longer: %+v, %v", e, err)
	}
}
