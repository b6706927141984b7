package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// layLate records a directive with tasks of several agencies that are late, as
// the secretariat would, and returns its id. It is done by requests: the
// journey is what comes after.
func layLate(t *testing.T, title string, tasks int) string {
	t.Helper()
	b := mode{true, "en"}.tab(t, "staff")
	b.open("/directives/new?document=1&sentence=7")
	b.fill("#f-title", title)
	b.fill("#f-points", "It is done")
	b.fill("#f-no_deadline_reason", "Each task has its own")
	b.choose("#f-controller", "Controller")
	b.press("main form button.main")
	directive := strings.TrimPrefix(b.path(), "/directives/")
	b.open("/directives/" + directive + "/tasks/new")
	leads := strings.Split(b.ask(`[...document.querySelectorAll("#f-lead option")].filter(o => /\((UZ|KZ)\)/.test(o.text)).map(o => o.value).slice(0, 6).join(" ")`), " ")
	if len(leads) != 6 {
		t.Fatalf("%d agencies to lead, want 6", len(leads))
	}
	for i := range tasks {
		due := time.Now().AddDate(0, 0, -2-i).Format("02.01.2006")
		answer := b.fetch(fmt.Sprintf(`fetch("/directives/%s/tasks", {method: "POST", body: new URLSearchParams({title: "Late %d", points: "Done", lead: %q, deadline: %q, past: "1", deadline_rule: ""})}).then(r => String(r.status))`,
			directive, i+1, leads[i%6], due))
		if answer != "200" {
			t.Fatalf("task %d: %s", i+1, answer)
		}
	}
	b.open("/directives/" + directive)
	if answer := b.fetch(fmt.Sprintf(`fetch("/directives/%s/assign", {method: "POST", body: new URLSearchParams({sure: "1"})}).then(r => String(r.status))`, directive)); answer != "200" {
		t.Fatalf("assign: %s", answer)
	}
	return directive
}

// Twenty tasks of six agencies are gone through in a minute, by keyboard alone:
// each is looked at and decided on, and the minutes hold them all.
func TestTwentyTasksReviewedInAMinute(t *testing.T) {
	const tasks = 20
	directive := layLate(t, "Review by keyboard", tasks)
	b := mode{true, "en"}.tab(t, "manager")
	b.open("/overdue?directive=" + directive)
	if n := b.ask(`String(document.querySelectorAll("tr.pickable").length)`); n != fmt.Sprint(tasks) {
		t.Fatalf("%s late tasks, want %d", n, tasks)
	}
	began := time.Now()
	b.press(`form[action="/rounds"] button`)
	round := strings.TrimSuffix(b.path(), "/walk")
	for _, v := range []struct {
		width  int64
		scheme string
	}{{390, "dark"}, {1366, "light"}} {
		b.view(v.width, v.scheme)
		for _, found := range b.axe() {
			t.Errorf("one task of a round: %s", found)
		}
		b.shoot(fmt.Sprintf("manager-walk-%d-%s", v.width, v.scheme))
	}
	b.do("to the task", chromedp.Focus(chromedp.CSS("[data-walk]")))
	keys := []string{"n", "r", "e", "n", "r"}
	for i := range tasks {
		key := keys[i%len(keys)]
		words := "Seen"
		if key == "e" {
			words = "The partner is late"
		}
		if i == 2 { // forward and back before deciding
			title := b.ask(`document.querySelector("h1").innerText`)
			b.listens()
			b.turn("j")
			b.listens()
			b.turn("k")
			if back := b.ask(`document.querySelector("h1").innerText`); back != title {
				t.Errorf("forward and back leads from %q to %q", title, back)
			}
		}
		b.listens()
		b.do("decide", chromedp.KeyEvent(key), chromedp.KeyEvent(words))
		_, err := chromedp.RunResponse(b.ctx, chromedp.KeyEvent(kb.Enter))
		b.check(err, fmt.Sprintf("decision %d", i+1))
	}
	took := time.Since(began)
	t.Logf("%d tasks in %s", tasks, took.Round(100*time.Millisecond))
	if took > time.Minute {
		t.Errorf("%d tasks took %s, more than a minute", tasks, took)
	}
	if b.path() != round {
		t.Errorf("after the last task at %s, want %s", b.path(), round)
	}
	b.sees(fmt.Sprintf("%d decisions", tasks))
	b.press(fmt.Sprintf(`form[action="%s/close"] button`, round))
	b.sees("Chair", "The partner is late")
	b.open("/overdue?directive=" + directive)
	if n := b.ask(`String(document.querySelectorAll("tr.pickable").length)`); n != fmt.Sprint(tasks-tasks/5) {
		t.Errorf("%s are still late, want all but the extended ones", n)
	}
}

// listens waits until the task of a round has the focus and takes keys.
func (b *tab) listens() {
	b.t.Helper()
	for range 100 {
		if b.ask(`String(!!document.activeElement?.matches("[data-walk][data-keyed]"))`) == "true" {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.t.Fatalf("no keys are taken at %s", b.path())
}

// fetch evaluates a promise of a text.
func (b *tab) fetch(expression string) string {
	b.t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
	b.check(err, expression)
	return text
}

// turn presses a key that leads to another page.
func (b *tab) turn(key string) {
	b.t.Helper()
	_, err := chromedp.RunResponse(b.ctx, chromedp.KeyEvent(key))
	b.check(err, "key "+key)
}

// The dialogs of the list work without script, and Enter in one of them is not
// the button beside the list.
func TestExtendFromTheListWithoutScript(t *testing.T) {
	directive := layLate(t, "Extend from the list", 2)
	b := mode{false, "en"}.tab(t, "manager")
	b.open("/overdue?directive=" + directive)
	b.click("tr.pickable input")
	b.click(`button[popovertarget="pop-extend"]`)
	b.fill("#f-until", time.Now().AddDate(0, 0, 9).Format("02.01.2006"))
	_, err := chromedp.RunResponse(b.ctx, chromedp.KeyEvent(kb.Enter))
	b.check(err, "Enter in the dialog")
	b.sees("Please fill this in")
	b.fill("#f-reason_extend", "The partner is late")
	b.press(`section button.main[formaction^="/overdue/extend"]`)
	b.sees("1 deadline moved")
	b.press(`form[action^="/overdue/undo"] button`)
	b.sees("taken back")
}
