package commands

import (
	"fmt"

	"amal/db"
	"amal/rules"
)

// demoEarlier are tasks of an earlier working group that are done: with them
// the figures have something to compare, and the forecast a past. Days are from
// today; a task with more days was given three weeks more.
var demoEarlier = []struct {
	title, lead            string
	due, sent              int
	moved, returned, share bool
}{
	{"Contact points at six border posts", "uz-customs", -84, -85, false, false, false},
	{"Opening hours of the border posts", "uz-customs", -77, -79, false, false, true},
	{"Sample contracts for freight forwarders", "uz-transport", -76, -78, false, false, false},
	{"Rail tariffs for containers", "kz-transport", -74, -70, false, false, true},
	{"List of certificates both sides accept", "kz-industry", -70, -71, false, false, false},
	{"Weighing of trucks: one measurement for both sides", "uz-transport", -67, -60, false, true, false},
	{"Single form for road permits", "kz-transport", -63, -64, false, false, false},
	{"Training of customs officers, first group", "uz-customs", -60, -62, false, false, false},
	{"Register of companies with deferred payment", "uz-industry", -56, -57, false, false, true},
	{"Test run of the electronic waybill", "kz-transport", -53, -47, false, false, false},
	{"Laboratories whose results are recognised", "kz-industry", -49, -50, true, false, false},
	{"Signs and lanes at the busiest crossing", "uz-transport", -46, -46, false, false, false},
	{"Quarterly figures of transit", "kz-transport", -42, -43, false, false, false},
	{"Prices for electricity at the industrial zone", "uz-industry", -38, -36, false, true, false},
	{"Joint stand at the autumn fair", "kz-industry", -34, -35, false, false, false},
	{"Training of customs officers, second group", "uz-customs", -31, -24, true, false, false},
	{"Storage of perishable goods at the border", "kz-agriculture", -27, -28, false, false, false},
	{"Night trains for containers", "uz-transport", -22, -23, true, false, false},
	{"Electronic seals on transit trucks", "kz-transport", -18, -19, false, false, false},
	{"Fees for parking at the crossings", "uz-industry", -15, -16, false, false, false},
}

// loadEarlier lays that working group with one directive and its tasks.
func (l *loader) loadEarlier() error {
	staff, held := l.people["staff"], l.today.AddDate(0, 0, -97)
	meeting, err := l.SaveMeeting(l.ctx, staff, db.MeetingInput{Title: "Sample working group on easier trade", HeldOn: held, Place: "Tashkent", Level: "working", Sides: []string{"UZ", "KZ"}, Now: l.ago(97)})
	if err != nil {
		return err
	}
	directive, err := l.AddDirective(l.ctx, staff, db.DirectiveInput{MeetingID: meeting, OralBy: "The chairmen of the working group", Strength: rules.Agreed, Title: "Make trade across the border easier, step by step",
		Points: []string{"Each step is taken by its date"}, Sides: []string{"UZ", "KZ"}, NoDeadlineReason: "Each step has its own date.", ControllerID: l.people["controller"].PersonID, Now: l.ago(96)})
	if err != nil {
		return err
	}
	for _, e := range demoEarlier {
		t := demoTask{title: e.title, lead: e.lead, due: e.due, given: -e.due + 8, points: []string{"The step is taken"}, steps: []demoStep{{-e.due + 7, "receive", "", ""}}}
		if e.share {
			t.others = []string{"uz-trade"}
		}
		if e.moved { // the date it was first given; three weeks more are granted
			t.due, t.given = e.due-21, -e.due+28
			t.steps = []demoStep{{t.given, "receive", "", ""}, {t.given - 1, "more", "The offer came later than promised.", ""}, {t.given - 2, "grant", "Granted.", ""}}
		}
		if e.returned {
			t.steps = append(t.steps, demoStep{-e.sent + 3, "finish", "Most of it is done.", ""}, demoStep{-e.sent + 2, "return", "The last part is missing.", ""})
		}
		t.steps = append(t.steps, demoStep{-e.sent, "finish", "The step is taken.", ""}, demoStep{-e.sent - 2, "accept", "", ""})
		if err := l.loadTask(directive, t); err != nil {
			return fmt.Errorf("%s: %w", t.title, err)
		}
	}
	return nil
}
