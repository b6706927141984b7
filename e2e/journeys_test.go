package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const source = "Die Präsidenten kamen in Almaty zusammen.\nSie wiesen die Regierungen an, ein langfristiges Programm auszuarbeiten und Vorhaben zügiger umzusetzen.\nDie Gespräche waren freundlich."

// mode is how a journey is made: with or without script, in one language or another.
type mode struct {
	script bool
	lang   string
}

var modes = []mode{{true, "en"}, {false, "ru"}}

func (m mode) name() string { return fmt.Sprintf("script=%t %s", m.script, m.lang) }

func (m mode) tab(t *testing.T, who string) *tab {
	t.Helper()
	b := newTab(t)
	if !m.script {
		b.withoutScript()
	}
	b.signIn(who, m.lang)
	return b
}

// From the communiqué to an assigned task, to its report, its return, a second
// report and its acceptance: by four people.
func TestFromTheSentenceToTheDeed(t *testing.T) {
	for _, m := range modes {
		t.Run(m.name(), func(t *testing.T) {
			title := "Journey " + m.name()
			staff := m.tab(t, "staff")
			record(staff, title)
			taskPath := staff.path()
			focal := m.tab(t, "focal.uz")
			report(focal, taskPath, title)
			controller := m.tab(t, "controller")
			controller.open("/review")
			controller.sees(title)
			controller.open(taskPath)
			controller.fill("#f-note", "The annex is missing")
			controller.press(`form[action$="/return"] button`)
			focal.open("/tasks")
			focal.sees("The annex is missing")
			finishInTheList(focal, taskPath)
			controller.open(taskPath)
			controller.press(`form[action$="/accept"] button`)
			controller.open("/review")
			controller.lacks(title)
			focal.open("/tasks")
			focal.lacks(title)
		})
	}
}

// record is the secretariat's part: meeting, text, directive, task, assignment.
func record(b *tab, title string) {
	b.t.Helper()
	b.open("/meetings/new")
	b.fill("#f-title", title)
	b.fill("#f-held_on", "29.03.2025")
	b.fill("#f-place", "Almaty")
	b.press("main button.main")
	b.sees(title)
	b.press(`a[href$="/documents/new"]`)
	b.fill("#f-title", "Kommuniqué")
	b.fill("#f-dated_on", "29.03.2025")
	b.ask(fmt.Sprintf(`document.querySelector("#f-text").value = %q`, source))
	b.press("main button.main")
	b.sees("ein langfristiges Programm")
	b.fill("#f-sentence", "2")
	b.fill("#f-words", "ein langfristiges Programm auszuarbeiten")
	b.press("main form button.main")
	b.fill("#f-title", title)
	b.fill("#f-points", "The programme is agreed")
	b.fill("#f-deadline", time.Now().AddDate(0, 0, 40).Format("02.01.2006"))
	b.choose("#f-controller", "Controller")
	b.press("main form button.main")
	if got := b.ask(`document.querySelector("mark").innerText`); got != "ein langfristiges Programm auszuarbeiten" {
		b.t.Errorf("the passage is %q", got)
	}
	b.press(`a[href$="/tasks/new"]`)
	b.fill("#f-title", title)
	b.choose("#f-lead", industryUZ(b))
	b.press("main form button.main")
	if !strings.HasPrefix(b.path(), "/tasks/") {
		b.press(`main table a[href^="/tasks/"]`)
	}
	b.press(`form[action$="/assign"] button`)
	if got := b.ask(`document.querySelector("mark").innerText`); got != "ein langfristiges Programm auszuarbeiten" {
		b.t.Errorf("the task's passage is %q", got)
	}
}

// industryUZ is what the agency of focal.uz is called in the tab's language.
func industryUZ(b *tab) string {
	if b.ask(`document.documentElement.lang`) == "ru" {
		return "ведомство промышленности (УЗ)"
	}
	return "industry (UZ)"
}

// report says how it stands from the list, where the list offers it, then finishes.
func report(b *tab, taskPath, title string) {
	b.t.Helper()
	b.open("/tasks")
	b.sees(title)
	row := fmt.Sprintf(`form[action=%q]`, taskPath+"/report")
	b.click(`details:has(` + row + `) summary`)
	b.fill(row+` textarea[name=done]`, "The first draft is written")
	b.press(row + ` button.main`)
	if b.path() != "/tasks" {
		b.t.Errorf("the report left the list for %s", b.path())
	}
	b.open(taskPath)
	b.sees("The first draft is written")
	finish(b)
}

func finish(b *tab) {
	b.t.Helper()
	b.click(`input[name=signal][value=finished]`)
	b.fill(`textarea[name=done]`, "The programme is agreed and sent")
	b.fill("#f-answer_1", "Agreed by both sides")
	b.fill("#f-links", "https://example.org/programme")
	b.press(`form[action$="/report"] button.main`)
	b.sees("The programme is agreed and sent")
}

// finishInTheList reports completion without leaving "My tasks".
func finishInTheList(b *tab, taskPath string) {
	b.t.Helper()
	form := fmt.Sprintf(`form[action=%q]`, taskPath+"/report")
	if b.ask(fmt.Sprintf(`String(document.querySelector('details:has(%s)').open)`, form)) != "true" {
		b.click(`details:has(` + form + `) summary`)
	}
	b.click(form + ` input[value=finished]`)
	b.fill(form+` textarea[name=done]`, "The annex is added")
	b.fill(form+` textarea[name=answer]`, "Agreed, with the annex")
	b.fill(form+` textarea[name=links]`, "https://example.org/annex")
	b.press(form + ` button.main`)
	if b.path() != "/tasks" {
		b.t.Errorf("the report left the list for %s", b.path())
	}
}

func TestNoChangeIsOneClick(t *testing.T) {
	for i, m := range modes {
		t.Run(m.name(), func(t *testing.T) {
			b := m.tab(t, []string{"focal.uz", "focal.kz"}[i])
			b.open("/tasks")
			path := b.ask(`document.querySelector('form[action$="/no-change"]').action.replace(location.origin, "")`)
			b.press(fmt.Sprintf(`form[action=%q] button`, path))
			if b.path() != "/tasks" {
				t.Errorf("led to %s", b.path())
			}
			b.lacks("⟦")
		})
	}
}

// The manager picks by keyboard and reminds; what was reminded can be taken back.
func TestOverdueReviewByKeyboard(t *testing.T) {
	b := mode{true, "en"}.tab(t, "manager")
	b.open("/overdue")
	b.do("walk and pick", chromedp.Focus(chromedp.CSS("tr.pickable input")), chromedp.KeyEvent("x"), chromedp.KeyEvent("j"), chromedp.KeyEvent("x"))
	if n := b.ask(`String(document.querySelectorAll("td input[name=task]:checked").length)`); n != "2" {
		t.Fatalf("%s picked, want 2", n)
	}
	ctx := b.ctx
	_, err := chromedp.RunResponse(ctx, chromedp.KeyEvent("r"))
	b.check(err, "remind")
	if b.path() != "/overdue" || b.ask(`String(!!document.querySelector('form[action^="/overdue/undo"]'))`) != "true" {
		t.Errorf("no undo at %s", b.path())
	}
	b.press(`form[action^="/overdue/undo"] button`)
	b.open("/overdue?late=30")
	b.sees("over 90 days")
}

func TestOverdueReviewWithoutScript(t *testing.T) {
	b := mode{false, "ru"}.tab(t, "manager")
	b.open("/overdue")
	b.click("tr.pickable input")
	b.press(".bulk button.main")
	if b.path() != "/overdue" || b.ask(`String(!!document.querySelector('form[action^="/overdue/undo"]'))`) != "true" {
		t.Errorf("no undo at %s", b.path())
	}
}

// Filters bring a new list without leaving the page, and its keys work.
func TestFiltersKeepTheKeys(t *testing.T) {
	b := mode{true, "en"}.tab(t, "manager")
	b.open("/overdue")
	b.do("filter", chromedp.Evaluate[chromedp.Void](`{ const s = document.querySelector("form.filters select[name=side]"); s.value = "KZ"; s.dispatchEvent(new Event("change", {bubbles: true})) }`),
		chromedp.Sleep(time.Second), chromedp.Focus(chromedp.CSS("tr.pickable input")), chromedp.KeyEvent("x"))
	if q := b.ask(`location.search + document.querySelectorAll("td input[name=task]:checked").length`); !strings.Contains(q, "KZ") || !strings.HasSuffix(q, "1") {
		t.Errorf("after filtering: %s", q)
	}
}

func TestQuestionAndAnswer(t *testing.T) {
	for _, m := range modes {
		t.Run(m.name(), func(t *testing.T) {
			question := "Who signs it? " + m.name()
			focal := m.tab(t, "focal.uz")
			focal.open("/tasks/3")
			focal.fill("#f-text", question)
			focal.press(`form.card[action$="/notes"] button`)
			staff := m.tab(t, "controller")
			staff.open("/tasks/3")
			staff.sees(question)
			staff.ask(fmt.Sprintf(`{ [...document.querySelectorAll("#talk article")].find(a => a.innerText.includes(%q)).id = "this" }; ""`, question))
			staff.click("#this details summary")
			staff.fill("#this textarea", "The deputy minister, "+m.name())
			staff.press("#this form button")
			focal.open("/tasks/3")
			focal.sees("The deputy minister, " + m.name())
		})
	}
}

func TestTheAdministratorAddsAPerson(t *testing.T) {
	for i, m := range modes {
		t.Run(m.name(), func(t *testing.T) {
			b := m.tab(t, "admin")
			b.open("/people/new")
			b.fill("#f-name", "New Person")
			b.fill("#f-email", fmt.Sprintf("new%d@demo.example", i))
			b.choose("select[name=agency]", "(UZ)"[:1])
			b.ask(`{ const r = document.querySelector("select[name=role]"); r.value = "focal" }; ""`)
			b.press("main form button.main")
			b.sees("New Person")
			b.press(`form[action$="/link"] button`)
			link := b.ask(`document.documentElement.outerHTML.match(/http:[^"<\s]+\/link\/[^"<\s]+/)?.[0] ?? ""`)
			if link == "" {
				t.Fatal("no one-time link is shown")
			}
			guest := newTab(t)
			if !m.script {
				guest.withoutScript()
			}
			guest.open(strings.TrimPrefix(link, base))
			guest.fill("#f-password", "a long new password")
			guest.fill("#f-again", "a long new password")
			guest.press("main form button.main")
			if guest.path() != "/tasks" {
				t.Errorf("the new person begins at %s", guest.path())
			}
			again := newTab(t)
			again.open(strings.TrimPrefix(link, base))
			if again.ask(`String(!!document.querySelector("#f-password"))`) == "true" {
				t.Error("the link works a second time")
			}
		})
	}
}

func TestEveryRoleBeginsWhereItsWorkIs(t *testing.T) {
	for who, path := range map[string]string{"staff": "/meetings", "focal.kz": "/tasks", "controller": "/review", "manager": "/overdue", "head": "/stocktake", "admin": "/people", "auditor": "/reminders"} {
		b := mode{true, "de"}.tab(t, who)
		if b.path() != path {
			t.Errorf("%s begins at %s, want %s", who, b.path(), path)
		}
		b.do("skip link", chromedp.KeyEvent(kb.Tab))
		if b.ask(`document.activeElement.className`) != "skip" {
			t.Errorf("%s: the first stop of the keyboard is not the skip link", who)
		}
	}
}

func TestTheMailboxShowsBothTwins(t *testing.T) {
	b := newTab(t)
	b.open("/mailbox")
	b.press(`main a[href^="/mailbox/"]`)
	if text := b.ask(`document.querySelector(".mailtext").innerText`); !strings.Contains(text, base+"/tasks/") {
		t.Errorf("the mail leads nowhere:\n%s", text)
	}
	html := b.ask(`document.querySelector("iframe").getAttribute("src")`)
	b.open(html)
	b.sees("Amal")
}
