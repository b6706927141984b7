package handlers

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"amal/db"
)

// tree is each task with its main task, of the site's directive.
func (s *site) tree() (lines string) {
	s.t.Helper()
	s.ask(fmt.Sprintf(`select coalesce(string_agg(t.title || ' < ' || p.title, ', ' order by t.title), '') from task t join task p on p.id = t.parent_id where t.directive_id = %d`, s.directive), &lines)
	return lines
}

// Subtasks come in under their main tasks, in whatever order the rows stand, and
// what can't be is said before anything is written.
func TestATablePutsTasksUnderTheirMainTasks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("staff")
	other := s.oral(s.meeting)
	s.addTask(other, s.uz, s.now().AddDate(0, 1, 0))
	table := "number;main_task;task;lead;deadline\n" +
		"2026-1.5;2026-1.4;Leaf;uz-trade;30.04.2026\n" +
		"2026-1.4;2026-1.3;Twig;uz-trade;30.04.2026\n" +
		"2026-1.3;2026-1.1;Branch;uz-trade;30.04.2026\n" +
		"2026-1.6; 2026-1.3 ;Other twig;uz-trade;30.04.2026\n" +
		"2026-1.7;2026-1.77;Of nothing;uz-trade;30.04.2026\n" +
		"2026-1.8;2026-2.1;Of another directive's;uz-trade;30.04.2026\n" +
		"2026-1.9;2026-1.9;Of itself;uz-trade;30.04.2026\n" +
		"2026-1.10;2026-1.11;One of two;uz-trade;30.04.2026\n" +
		"2026-1.11;2026-1.10;The other one;uz-trade;30.04.2026\n" +
		"2026-1.12;2026-1.11;Below a circle;uz-trade;30.04.2026\n" +
		"2026-1.13;2026-1.14;Below what can't be;uz-trade;30.04.2026\n" +
		"2026-1.14;2026-1.15;Below it as well;uz-trade;30.04.2026\n" +
		"2026-1.15;;Can't be;no such agency;30.04.2026\n" +
		"2026-1.16;Branch;Not a number;uz-trade;30.04.2026\n"
	a := b.upload("tasks", "tree.csv", table)
	if got := fates(b.get(a.location)); got != "new 4, bad 10" {
		t.Errorf("first: %s", got)
	}
	page := words(b.get(a.location + "?fate=bad&lang=en").body)
	for said, times := range map[string]int{"There is no such task": 4, "belongs to another directive": 1, "can’t be part of itself": 3, "No agency": 1, "Write a number such as 2025-17.2": 1} {
		if strings.Count(page, said) != times {
			t.Errorf("%q %d times, want %d: %s", said, strings.Count(page, said), times, page)
		}
	}
	if got := s.tree(); got != "" {
		t.Errorf("looking at it wrote %s", got)
	}
	for lang, said := range map[string]string{"ru": "Задача не может входить", "uz": "tarkibida boʻla olmaydi", "kk": "құрамында бола алмайды", "de": "nicht Teil ihrer selbst"} {
		if bad := b.get(a.location + "?fate=bad&lang=" + lang); strings.Count(bad.body, said) != 3 {
			t.Errorf("%s: %s", lang, words(bad.body))
		}
	}
	b.get("/imports?lang=en")
	if got := b.bring("tasks", "tree.csv", table); got != "new 4, bad 10" {
		t.Errorf("written: %s", got)
	}
	const tree = "Branch < Draft the programme, Leaf < Twig, Other twig < Branch, Twig < Branch"
	if got := s.tree(); got != tree {
		t.Errorf("the tasks are %s", got)
	}
	if got := b.bring("tasks", "tree.csv", table); got != "same 4, bad 10" {
		t.Errorf("the same again: %s", got)
	}
	for _, path := range []string{fmt.Sprintf("/meetings/%d?format=", s.meeting), "/reports/due?format=", "/reports/overdue?format=", "/overdue?format="} {
		for _, lang := range []string{"en", "ru", "uz", "kk", "de"} {
			for _, format := range []string{"csv", "xlsx"} {
				out := b.get(path + format + "&lang=" + lang)
				b.get("/imports?lang=en")
				if got := b.bring("tasks", "tasks."+format, out.body); !regexp.MustCompile(`^same \d+$`).MatchString(got) {
					t.Errorf("%s%s in %s comes back as %s", path, format, lang, got)
				}
			}
		}
	}
	if out := b.get("/reports/due?format=csv&lang=en").body; strings.Count(out, ";2026-1.3\r\n") != 2 || !strings.Contains(out, ";2026-1.1\r\n") || !strings.Contains(out, "Main task (number)") {
		t.Errorf("what goes out: %s", out)
	}
	if got := s.tree(); got != tree {
		t.Errorf("what went out and came in made %s", got)
	}
	if got := b.bring("tasks", "moved.csv", "number;main_task;task;lead\n2026-1.5;2026-1.3;Leaf;uz-trade\n"); got != "bad 1" {
		t.Errorf("an assigned task under another one: %s", got)
	}
}

// A draft goes under a task that comes with it, unless that would be a circle. A
// task whose main task stands further down keeps what somebody does to it by hand
// meanwhile, also the place that it was given.
func TestTasksKeepThePlaceGivenByHand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, ctx, staff := s.as("staff"), t.Context(), s.people["staff"]
	due := time.Date(2026, 4, 30, 0, 0, 0, 0, time.UTC)
	draft := func(title string) int64 {
		id, err := s.Store.AddTask(ctx, staff, db.TaskInput{DirectiveID: s.directive, Title: title, Points: []string{"x"}, LeadID: s.uz, Deadline: &due, Now: s.now()})
		return must(s, id, err)
	}
	draft("Draft")
	table := "number;directive_number;main_task;task;lead;deadline\n" +
		";2026-1;2026-1.8;Draft;uz-trade;30.04.2026\n" +
		"2026-1.5;;2026-1.8;Given away;uz-trade;30.04.2026\n" +
		"2026-1.6;;2026-1.8;Renamed;uz-trade;30.04.2026\n" +
		"2026-1.7;;2026-1.8;Left alone;uz-trade;30.04.2026\n" +
		"2026-1.9;;2026-1.8;Cancelled;uz-trade;30.04.2026\n" +
		"2026-1.8;;;Main;uz-trade;30.04.2026\n"
	path, goOn := b.halfway("tasks", table)
	change := func(title string, do func(in *db.TaskInput)) {
		var id int64
		s.ask(fmt.Sprintf("select id from task where title = '%s'", title), &id)
		_, in, err := s.Store.TaskForm(ctx, staff, id)
		must(s, in, err)
		in.Now, in.Note = s.now(), "By hand"
		do(in)
		must(s, 0, s.Store.ChangeTask(ctx, staff, *in))
	}
	change("Given away", func(in *db.TaskInput) { in.ParentID = s.task })
	change("Renamed", func(in *db.TaskInput) { in.Title = "Renamed by hand" })
	var cancelled int64
	s.ask(`select id from task where title = 'Cancelled'`, &cancelled)
	must(s, 0, s.Store.Cancel(ctx, s.people["controller"], db.ActInput{TaskID: cancelled, Ground: "revoked", Note: "Decree 5", Now: s.now()}))
	goOn()
	if got := s.tree(); got != "Draft < Main, Given away < Draft the programme, Left alone < Main, Renamed by hand < Main" {
		t.Errorf("the tasks are %s", got)
	}
	page := b.get(path + "?fate=bad&lang=en")
	if got, text := fates(page), words(page.body); got != "new 2, changed 1, bad 3" || strings.Count(text, "changed this by hand") != 3 || strings.Count(text, "another main task meanwhile") != 1 || strings.Count(text, " partly ") != 3 {
		t.Errorf("the rows say %s: %s", got, text)
	}
	holder := draft("Holder")
	change("Left alone", func(in *db.TaskInput) { in.ParentID = holder })
	a := b.upload("tasks", "circle.csv", "number;directive_number;main_task;task;lead\n;2026-1;2026-1.7;Holder;uz-trade\n")
	if page := b.get(a.location + "?lang=en"); fates(page) != "bad 1" || !strings.Contains(page.body, "can’t be part of itself") {
		t.Errorf("below its own part: %s", words(page.body))
	}
}
