package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// tab is one person's browser window, with cookies of its own.
type tab struct {
	ctx context.Context
	t   *testing.T
}

func newTab(t *testing.T) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	ctx, stop := context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(stop)
	b := &tab{ctx, t}
	b.check(chromedp.Do(ctx), "open a tab") // its own run: a tab ends with the context that opened it
	b.view(1366, "light")
	return b
}

func (b *tab) check(err error, doing string) {
	b.t.Helper()
	if err == nil {
		return
	}
	where, _ := chromedp.Run(b.ctx, chromedp.Location())
	text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.querySelector("main")?.innerText.slice(0, 900) ?? ""`))
	b.t.Fatalf("%s at %s: %v\n%s", doing, where, err, text)
}

func (b *tab) do(doing string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	b.check(chromedp.Do(ctx, steps...), doing)
}

func (b *tab) open(path string) { b.t.Helper(); b.do("open "+path, chromedp.Navigate(base+path)) }

func (b *tab) fill(selector, text string) {
	b.t.Helper()
	b.ask(fmt.Sprintf(`document.querySelector(%q).value = ""`, selector))
	b.do("fill "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// choose picks the first option that contains text.
func (b *tab) choose(selector, text string) {
	b.t.Helper()
	value := b.ask(fmt.Sprintf(`[...document.querySelector(%q).options].find(o => o.text.includes(%q))?.value ?? ""`, selector, text))
	if value == "" {
		b.t.Fatalf("%s has no option %q", selector, text)
	}
	b.ask(fmt.Sprintf(`document.querySelector(%q).value = %q`, selector, value))
}

func (b *tab) click(selector string) {
	b.t.Helper()
	b.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// press clicks what leads to another page, and waits for it.
func (b *tab) press(selector string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	resp, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector)))
	b.check(err, "press "+selector)
	if resp != nil && resp.Status >= 500 {
		b.t.Fatalf("press %s: status %d", selector, resp.Status)
	}
}

// ask evaluates an expression that gives a text.
func (b *tab) ask(expression string) string {
	b.t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](expression))
	b.check(err, expression)
	return text
}

// sees fails unless the page shows the text.
func (b *tab) sees(want ...string) {
	b.t.Helper()
	text := b.ask(`document.body.innerText`)
	for _, w := range want {
		if !strings.Contains(text, w) {
			b.t.Errorf("%s does not show %q:\n%s", b.path(), w, text)
		}
	}
}

func (b *tab) lacks(unwanted string) {
	b.t.Helper()
	if strings.Contains(b.ask(`document.querySelector("main").innerText`), unwanted) {
		b.t.Errorf("%s shows %q", b.path(), unwanted)
	}
}

func (b *tab) path() string { return b.ask(`location.pathname`) }

// signIn comes in by the door, in a language.
func (b *tab) signIn(who, lang string) {
	b.t.Helper()
	b.open("/signin?lang=" + lang)
	b.fill("#f-email", who+"@demo.example")
	b.fill("#f-password", "amal-demo")
	b.press("main button.main")
	if p := b.path(); p == "/signin" {
		b.t.Fatalf("%s can't sign in", who)
	}
}

func (b *tab) withoutScript() {
	b.t.Helper()
	b.do("switch scripts off", func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return chromedp.Void{}, err
	})
}

// view sets the window's width in pixels and the colour scheme.
func (b *tab) view(width int64, scheme string) {
	b.t.Helper()
	b.do("set the view", chromedp.EmulateViewport(width, 900), func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return chromedp.Void{}, err
	})
}

// axe is what axe-core finds wrong with the present page.
func (b *tab) axe() []string {
	b.t.Helper()
	script, err := os.ReadFile("vendor/axe.min.js")
	b.check(err, "read axe")
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](string(script)+`;axe.run(document, {runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]})
		.then(r => JSON.stringify(r.violations.map(v => v.id + " " + v.nodes[0].html.slice(0, 200) + " " + v.nodes[0].failureSummary)))`, chromedp.EvalAwaitPromise))
	b.check(err, "axe")
	var list []string
	b.check(json.Unmarshal([]byte(found), &list), "axe's answer")
	return list
}

// shoot keeps a picture of the whole page where -shots asks for it.
func (b *tab) shoot(name string) {
	if *shots == "" {
		return
	}
	b.t.Helper()
	b.do("picture", func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		whole := true
		res, err := cdp.Call(ctx, t, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &whole})
		if err != nil {
			return chromedp.Void{}, err
		}
		return chromedp.Void{}, os.WriteFile(filepath.Join(*shots, name+".png"), res.Data, 0o644)
	})
}
