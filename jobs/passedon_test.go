package jobs

import (
	"slices"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/mail"
	"amal/rules"
)

func (o *office) gives(task, to int64) {
	o.t.Helper()
	result, err := o.Store.Bulk(o.t.Context(), o.controller, []int64{task}, db.Ruling{Decision: rules.DecideReassign, Text: "Secret words", AgencyID: to, Now: o.now()})
	o.check(err)
	if len(result.Done) != 1 {
		o.t.Fatalf("given: %+v", result)
	}
}

// Who led a task is told once, in his language, that another agency does: by
// number, as the rest of it is not for him any more.
func TestTheFormerLeadIsToldOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.check(o.Store.SetLocale(t.Context(), o.focal, "ru", o.now()))
	o.person("energy", o.other, rules.Focal)
	box := o.box()
	o.tick()
	task := o.task("Open to one alone", "2026-04-20")
	o.until("2026-03-02 06:00", time.Minute*5)
	before := len(box.got)
	o.gives(task, o.other)
	o.until("2026-03-04 06:00", time.Minute*30)
	var told []mail.Message
	for _, m := range box.got[before:] {
		if m.To == "focal@example.org" {
			told = append(told, m)
		}
	}
	if len(told) != 1 {
		t.Fatalf("told %d times", len(told))
	}
	m := told[0]
	if !strings.Contains(m.Subject, "Передано другому ведомству: 2026-1.1") || !strings.Contains(m.Text, "отвечает другое ведомство") || m.Date.Sub(at("2026-03-02 06:00")) > time.Hour {
		t.Errorf("%s, %s\n%s", m.Date, m.Subject, m.Text)
	}
	if !strings.Contains(m.HTML, ">Открыть свои задачи</a>") || strings.Contains(m.Text+m.HTML, "ответить") {
		t.Errorf("the button does not lead to his tasks:\n%s", m.HTML)
	}
	for _, secret := range []string{"Open to one alone", "Secret words", "uz-energy", "/a/", "/tasks/1"} {
		if strings.Contains(m.Text+m.HTML, secret) {
			t.Errorf("he reads %q:\n%s", secret, m.Text)
		}
	}
	if lines := o.told(task); !slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, rules.RulePassedOn) }) {
		t.Errorf("the ledger has %v", lines)
	}
	if got := box.days("energy", "Open to one alone"); len(got) == 0 {
		t.Error("the new lead is not told")
	}
	before = len(box.got)
	o.gives(task, o.agency) // and back: now the other one is told
	o.until("2026-03-05 06:00", time.Minute*30)
	if !slices.ContainsFunc(box.got[before:], func(m mail.Message) bool {
		return m.To == "energy@example.org" && strings.Contains(m.Subject, "Given to another agency")
	}) {
		t.Error("the second former lead is not told")
	}
}

// Taken back within the ten seconds, nobody is told.
func TestATransferTakenBackLeavesNoMail(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	box := o.box()
	o.tick()
	task := o.task("Stays", "2026-04-20")
	o.until("2026-03-02 06:00", time.Minute*5)
	before := len(box.got)
	o.gives(task, o.other)
	o.set(o.now().Add(5 * time.Second))
	result, err := o.Store.UndoBulk(t.Context(), o.controller, []int64{task}, rules.DecideReassign, o.now())
	o.check(err)
	if len(result.Done) != 1 {
		t.Fatalf("undone: %+v", result)
	}
	o.until("2026-03-03 06:00", time.Minute*5)
	for _, m := range box.got[before:] {
		if strings.Contains(m.Subject, "Given") {
			t.Errorf("a mail to %s: %s", m.To, m.Subject)
		}
	}
}

// Whose agency goes on as a co-executor is told of that, and not that it owes
// nothing more.
func TestAFormerLeadThatContributesIsToldOfThat(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.person("energy", o.other, rules.Focal)
	box := o.box()
	o.tick()
	task := o.task("Now together", "2026-04-20")
	o.until("2026-03-02 06:00", time.Minute*5)
	before := len(box.got)
	now, in, err := o.Store.TaskForm(t.Context(), o.staff, task)
	o.check(err)
	in.ID, in.Version, in.LeadID, in.FocalID, in.CoExecutors, in.Now = task, now.Version, o.other, 0, []int64{o.agency}, o.now()
	o.check(o.Store.ChangeTask(t.Context(), o.staff, *in))
	o.until("2026-03-04 06:00", time.Minute*30)
	told := false
	for _, m := range box.got[before:] {
		if m.To != "focal@example.org" {
			continue
		}
		told = told || strings.Contains(m.Text, "Now together")
		if strings.Contains(m.Text, "owes nothing more") {
			t.Errorf("%s\n%s", m.Subject, m.Text)
		}
	}
	if !told {
		t.Error("he is not told that he contributes")
	}
}
