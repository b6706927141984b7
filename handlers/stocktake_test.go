package handlers

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"amal/db"
	"amal/rules"
)

// judged makes six tasks of the Uzbek ministry fall due: four done on time, one
// late, one still owed; one more waits for a decision.
func (s *site) judged() {
	s.t.Helper()
	ctx, begin := s.t.Context(), s.now()
	var tasks []int64
	for range 7 {
		tasks = append(tasks, s.addTask(s.directive, s.uz, time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)))
	}
	report := func(id int64, accept bool) {
		must(s, id, s.Store.Report(ctx, s.people["focal"], db.ReportInput{TaskID: id, Signal: rules.Finished, Done: "Sent", Answers: []string{"Yes"}, NoEvidenceReason: "Oral", Now: s.now()}))
		if accept {
			must(s, id, s.Store.Accept(ctx, s.people["controller"], db.ActInput{TaskID: id, Now: s.now()}))
		}
	}
	s.later(24 * time.Hour)
	for _, id := range tasks[:4] {
		report(id, true)
	}
	report(tasks[6], false)
	s.later(13 * 24 * time.Hour)
	report(tasks[4], true)
	s.later(24*time.Hour - s.now().Sub(begin)%(24*time.Hour))
}

func pageWords(page string) string {
	return html.UnescapeString(strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " ")), " "))
}

// The picture says what the rows say, in one sentence first, with the formula,
// the numbers and the moment beside each figure.
func TestStocktakePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.judged()
	page := s.as("head").get("/stocktake?period=2026-03")
	text := pageWords(page.body)
	for _, want := range []string{
		"March 2026: of 7 tasks whose deadline has passed, 4 were done on time. 1 is overdue, by 7 days. 1 report on them waits for a decision.",
		"67% 4 of 6", "By original deadlines: 67%, 4 of 6", "On time ÷ (on time + late + overdue)", "Sent back: 0%, 0 of 6", "UTC+05:00", "Decisions that wait",
	} {
		if !strings.Contains(strings.ReplaceAll(text, "\u00a0", " "), want) {
			t.Errorf("the page lacks %q: %s", want, text)
		}
	}
	if page.status != http.StatusOK || strings.Count(page.body, `class="formula"`) != 5 {
		t.Errorf("%d, %d formulas", page.status, strings.Count(page.body, `class="formula"`))
	}
	if first := s.as("head").get("/"); first.header.Get("Location") != "/stocktake" {
		t.Errorf("a head begins at %s", first.header.Get("Location"))
	}
}

// What stands on the screen stands in the files: the same rows, the same
// numbers, the same formulas.
func TestAgenciesTableIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.judged()
	head := s.as("head")
	page := head.get("/stocktake/agencies?period=2026-03")
	raw := head.get("/stocktake/agencies?period=2026-03&format=csv")
	reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(raw.body, "\uFEFF")))
	reader.Comma, reader.FieldsPerRecord = ';', -1
	lines, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	row := map[string]string{}
	for _, line := range lines[1:] {
		if len(line) > 2 && line[2] == "Agency uz-trade" && line[0] == "lead" {
			for i, cell := range line {
				row[lines[0][i]] = cell
			}
		}
	}
	text := strings.ReplaceAll(pageWords(page.body), "\u00a0", " ")
	percent, _ := strconv.Atoi(row["On time"])
	for _, want := range []string{
		fmt.Sprintf("Agency uz-trade %d%% %s of %s", percent, row["Done on time"], row["of"]),
		fmt.Sprintf("%s%% %s of %s %s %s", row["By original deadlines"], row["Done by original deadline"], row["of (original)"], row["Done late"], row["Overdue"]),
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q of the file: %s", want, text)
		}
	}
	if row["On time"] != "67" || row["Waiting for a decision"] != "1" || row["Place"] != "1" || row["Median delay"] != "4" {
		t.Errorf("the file has %v", row)
	}
	book, err := excelize.OpenReader(bytes.NewReader([]byte(head.get("/stocktake/agencies?period=2026-03&format=xlsx").body)))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	cells, _ := book.GetRows(book.GetSheetName(0))
	notes, _ := book.GetRows(book.GetSheetName(1))
	if !strings.Contains(fmt.Sprint(cells), "Agency uz-trade") || !strings.Contains(fmt.Sprint(notes), "On time ÷ (on time + late + overdue)") || !strings.Contains(fmt.Sprint(notes), "March") {
		t.Errorf("the spreadsheet: %v, notes %v", cells, notes)
	}
	if pdf := head.get("/stocktake/agencies?period=2026-03&format=pdf"); !strings.HasPrefix(pdf.body, "%PDF-") {
		t.Errorf("pdf: %d", pdf.status)
	}
	if figures := head.get("/stocktake?period=2026-03&format=csv"); !strings.Contains(figures.body, "On time;67;4;6;") {
		t.Errorf("figures: %s", figures.body)
	}
}

// A past day shows what was shown then; a wrong date is said beside its field.
func TestFiguresOfAPastDay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.judged()
	head := s.as("head")
	then := strings.ReplaceAll(pageWords(head.get("/stocktake/agencies?period=2026-03&on=2026-03-12").body), "\u00a0", " ")
	if !strings.Contains(then, "12 March 2026, 23:59 (UTC+05:00)") || !strings.Contains(then, "67% 4 of 6") || !strings.Contains(then, "4 of 6 67% 4 of 6 0 2") {
		t.Errorf("on 12 March two were overdue and none late: %s", then)
	}
	wrong := head.get("/stocktake/agencies?from=soon&to=2026-03-31")
	if wrong.status != http.StatusUnprocessableEntity || !strings.Contains(wrong.body, `value="soon"`) || !strings.Contains(wrong.body, `id="e-from"`) {
		t.Errorf("a wrong date: %d", wrong.status)
	}
	if round := head.get("/stocktake?from=2026-03-31&to=2026-03-01"); round.status != http.StatusUnprocessableEntity || !strings.Contains(round.body, `id="e-to"`) {
		t.Errorf("turned round: %d", round.status)
	}
}

// Focal points see the figures of their own agency, without a place among
// others they do not see; not the stocktake.
func TestFocalPointsSeeTheirOwnFigures(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.judged()
	focal := s.as("focal")
	if page := focal.get("/stocktake"); page.status != http.StatusNotFound {
		t.Errorf("the stocktake: %d", page.status)
	}
	own := focal.get("/stocktake/agencies?period=2026-03")
	if own.status != http.StatusOK || !strings.Contains(own.body, "Agency uz-trade") || strings.Contains(own.body, "Agency kz-trade") || !strings.Contains(pageWords(own.body), "– UZ Uzbekistan Agency uz-trade") {
		t.Errorf("its own: %d %s", own.status, pageWords(own.body))
	}
	if all := s.as("head").get("/stocktake/agencies?period=2026"); !strings.Contains(all.body, "Agency kz-trade") {
		t.Error("a head misses the other agency")
	}
}
