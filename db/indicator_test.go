package db_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

func TestACorrectedValueKeepsWhatItWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	target := 10.0
	id, err := w.AddIndicator(w.ctx, w.staff, db.Indicator{MeetingID: w.meeting, Title: "Trade", Value: "+14 %", Unit: "bn US$", Target: &target}, "", w.now)
	check(t, err)
	value := func(number, on string) db.ValueInput {
		return db.ValueInput{IndicatorID: id, ValueDraft: rules.ValueDraft{Period: rules.OfQuarter, Day: day(on), Number: number, Source: "Statistics", Today: day("2026-03-02")}, Now: w.now}
	}
	check(t, w.SaveValue(w.ctx, w.staff, value("4.25", "2025-11-02")))
	var wrong rules.Problems
	if err := w.SaveValue(w.ctx, w.staff, value("5", "2025-12-24")); !errors.As(err, &wrong) || wrong[0].Field != "ends_on" {
		t.Errorf("two values of one quarter: %v", err)
	}
	if err := w.SaveValue(w.ctx, w.staff, value("5", "2026-03-03")); !errors.As(err, &wrong) {
		t.Errorf("a value of tomorrow: %v", err)
	}
	page := func() *db.IndicatorPage {
		p, err := w.IndicatorPage(w.ctx, w.staff, id)
		check(t, err)
		return p
	}
	v := page().Values[0]
	if v.Value != 4.25 || v.EndsOn.Format(time.DateOnly) != "2025-12-31" || v.Who != "staff" {
		t.Errorf("kept %+v", v)
	}
	fix := value("4.5", "2025-12-31")
	fix.ID, fix.Version = v.ID, v.Version
	check(t, w.SaveValue(w.ctx, w.staff, fix))
	if err := w.SaveValue(w.ctx, w.staff, fix); !errors.Is(err, db.ErrStale) {
		t.Errorf("corrected by an old form: %v", err)
	}
	if h := page().History[0]; h.Act != string(rules.ActCorrect) || !strings.Contains(string(h.Changes), "4.25") || !strings.Contains(string(h.Changes), "4.5") {
		t.Errorf("history: %s %s", h.Act, h.Changes)
	}
	uz := w.sideStaff(t, "staff.kz", "KZ")
	if err := w.TakeOffValue(w.ctx, w.staff, id, v.ID, v.Version, w.now); !errors.Is(err, db.ErrStale) {
		t.Errorf("taken away by an old form: %v", err)
	}
	check(t, w.TakeOffValue(w.ctx, w.staff, id, v.ID, v.Version+1, w.now))
	if len(page().Values) != 0 {
		t.Error("a value taken away still shows")
	}
	if err := w.PutBackValue(w.ctx, uz, id, v.ID, w.now); !errors.Is(err, rules.ErrMove) {
		t.Errorf("put back by somebody else: %v", err)
	}
	if err := w.PutBackValue(w.ctx, w.staff, id, v.ID, w.now.Add(rules.UndoFor+time.Second)); !errors.Is(err, rules.ErrMove) {
		t.Errorf("put back too late: %v", err)
	}
	check(t, w.PutBackValue(w.ctx, w.staff, id, v.ID, w.now.Add(time.Second)))
	if len(page().Values) != 1 {
		t.Error("a value put back does not show")
	}
	list, err := w.Indicators(w.ctx, w.staff, db.Sort{})
	check(t, err)
	if len(list) != 1 || *list[0].Last != 4.5 || list[0].Values != 1 || *list[0].Target != 10 {
		t.Errorf("listed %+v", list)
	}
}
