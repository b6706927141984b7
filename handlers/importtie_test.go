package handlers

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// The list of directives comes in again as it went out, whatever stands in it.
func TestTheListOfDirectivesComesBackTheSame(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx, staff := t.Context(), s.people["staff"]
	s.oral(s.meeting) // there are two meetings of this title and day, with a directive of this title each
	second, err := s.Store.AddDirective(ctx, staff, db.DirectiveInput{MeetingID: s.closed.meeting, OralBy: "X", Strength: rules.Agreed, Title: "Said", Points: []string{"x"}, Sides: []string{"KZ"},
		NoDeadlineReason: "none", ControllerID: s.people["controller"].PersonID, Now: s.now()})
	must(s, second, err)
	in := db.DirectiveInput{DocumentID: s.document, Starts: 20, Ends: 76, Strength: rules.Stressed, Title: "=Said with the same words", Points: []string{"one | and two", "three"}, Sides: []string{"KZ"},
		NoDeadlineReason: "none; yet", ControllerID: s.people["controller"].PersonID, Official: true, Now: s.now()}
	official, err := s.Store.AddDirective(ctx, staff, in)
	must(s, official, err)
	s.addTask(second, s.kz, s.now().AddDate(0, 1, 0))
	for _, kind := range []rules.Lineage{rules.PartOf, rules.Merges} {
		other := map[rules.Lineage]int64{rules.PartOf: s.directive, rules.Merges: second}[kind]
		if err := s.Store.Relate(ctx, staff, db.LineageInput{DirectiveID: official, OtherID: other, Kind: kind, Now: s.now()}); err != nil {
			t.Fatal(err)
		}
	}
	s.query(`update person set disabled_at = now() where email = 'controller.kz@example.org'`)
	b := s.as("staff")
	out := b.get("/directives?format=csv")
	if !strings.Contains(out.body, ";official use;") || !strings.Contains(out.body, "2026-1;") || strings.Count(out.body, ";official use;") != 1 {
		t.Errorf("%s", out.body)
	}
	for _, lang := range []string{"en", "kk", "de"} {
		for _, format := range []string{"csv", "xlsx"} {
			out := b.get("/directives?format=" + format + "&lang=" + lang)
			b.get("/imports?lang=en")
			if got := b.bring("directives", "directives."+format, out.body); got != "same 5" {
				t.Errorf("%s in %s comes back as %s", format, lang, got)
			}
		}
	}
}

// A table ties directives to each other in whatever order they stand, and says
// beside the cell what it can't tie.
func TestATableTiesDirectives(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("staff")
	table := "number;meeting_date;meeting;meeting_place;directive;no_deadline_reason;controller;official;restates;part_of\n" +
		"2025-9;01.09.2025;Second;Almaty;Said again;none;controller@example.org;yes;2025-7;\n" +
		"2025-8;01.09.2025;Second;Almaty;A part;none;controller@example.org;;;2025-9 | 2026-1\n" +
		"2025-7;01.02.2025;First;Almaty;Said first;none;controller@example.org;;;\n" +
		"2025-6;01.02.2025;First;Almaty;Of nothing;none;controller@example.org;;2031-1;\n" +
		"2025-5;01.02.2025;First;Almaty;Of itself;none;controller@example.org;;;2025-5\n" +
		"2025-1000000;01.02.2025;First;Almaty;Far away;none;controller@example.org;;;\n"
	if got := b.bring("directives", "ties.csv", table); got != "new 3, bad 3" {
		t.Errorf("first: %s", got)
	}
	var ties string
	s.ask(`select string_agg(d.number || ' ' || l.kind || ' ' || e.number, ', ' order by d.number, e.number) from lineage l join directive d on d.id = l.directive_id join directive e on e.id = l.earlier_id`, &ties)
	if ties != "8 part_of 1, 8 part_of 9, 9 restates 7" {
		t.Errorf("ties: %s", ties)
	}
	var waiting, official int
	s.ask(`select count(*) from import_row where not written and fate in ('new', 'changed')`, &waiting)
	s.ask(`select count(*) from directive where official`, &official)
	if waiting != 0 || official != 1 {
		t.Errorf("%d rows wait, %d are for official use", waiting, official)
	}
	if got := b.bring("directives", "ties.csv", table); got != "same 3, bad 3" {
		t.Errorf("the same again: %s", got)
	}
	other := "number;meeting_date;meeting;directive;controller;replaces\n2025-9;01.09.2025;Second;Said again;controller@example.org;2025-7\n"
	if got := b.bring("directives", "other.csv", other); got != "bad 1" {
		t.Errorf("tied in another way: %s", got)
	}
	var last int
	s.ask(`select last from counter where year = 2025`, &last)
	if last != 9 {
		t.Errorf("the counter stands at %d", last)
	}
	a := b.upload("directives", "far.csv", strings.Split(table, "\n")[0]+"\n2025-999999999;01.02.2025;First;Almaty;Far away;none;controller@example.org;;;\n")
	for lang, want := range map[string]string{"en": "at most six digits", "ru": "не больше шести цифр", "uz": "olti xona", "kk": "алты цифр", "de": "höchstens sechs Stellen"} {
		if page := b.get(a.location + "?lang=" + lang); !strings.Contains(page.body, want) {
			t.Errorf("%s: %s", lang, words(page.body))
		}
	}
}

// Periodic tasks come in where they stand in their row of due days, with their
// focal points, and go out as they came.
func TestPeriodicTasksComeIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, ctx := s.as("staff"), t.Context()
	table := "number;task;lead;focal;period;first_due;deadline;status\n" +
		"2026-1.2;Every month;uz-trade;focal@example.org;monthly;31.01.2026;30.04.2026;in_progress\n" +
		"2026-1.3;Every quarter;uz-trade;focal;ежеквартально;;15.04.2026;\n" +
		"2026-1.4;Once;uz-trade;;;31.01.2026;30.04.2026;\n" +
		"2026-1.5;Another day;uz-trade;;monthly;31.01.2026;12.04.2026;\n" +
		"2026-1.6;Another's;uz-trade;focal.kz@example.org;;;12.04.2026;\n" +
		"2026-1.7;Never;uz-trade;;weekly;;12.04.2026;\n" +
		"2026-1.1000000;Far away;uz-trade;;;;12.04.2026;\n"
	if got := b.bring("tasks", "периодические.csv", table); got != "new 2, bad 5" {
		a := b.upload("tasks", "t.csv", table)
		t.Fatalf("first: %s, %s", got, words(b.get(a.location+"?fate=bad").body))
	}
	id, err := s.Store.TaskByRef(ctx, s.people["staff"], 2026, 1, 2)
	must(s, id, err)
	task, _, err := s.Store.Task(ctx, s.people["staff"], id)
	must(s, id, err)
	if task.Period != rules.Monthly || task.Anchor.Format(time.DateOnly) != "2026-01-31" || task.Cycle != 3 || *task.FocalID != s.people["focal"].PersonID {
		t.Errorf("%+v", task.TaskState)
	}
	if got := b.bring("tasks", "again.csv", table); got != "same 2, bad 5" {
		t.Errorf("the same again: %s", got)
	}
	for _, path := range []string{fmt.Sprintf("/meetings/%d?format=", s.meeting), "/reports/due?format="} {
		for _, format := range []string{"csv", "xlsx"} {
			out := b.get(path + format)
			if format == "csv" && !strings.Contains(out.body, ";focal@example.org;;monthly;2026-01-31") {
				t.Errorf("%s", out.body)
			}
			if got := b.bring("tasks", "tasks."+format, out.body); !regexp.MustCompile(`^same \d+$`).MatchString(got) {
				t.Errorf("%s%s comes back as %s", path, format, got)
			}
		}
	}
	changed := "number;task;lead;first_due;deadline\n2026-1.2;Every month;uz-trade;01.01.2026;30.04.2026\n"
	if got := b.bring("tasks", "changed.csv", changed); got != "bad 1" {
		t.Errorf("another first day: %s", got)
	}
}
