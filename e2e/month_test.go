package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// The calendar turns by keys, also after a filter has brought another one, and
// by links where scripts are off.
func TestTheCalendarTurnsByKeysAndLinks(t *testing.T) {
	b := newTab(t)
	b.signIn("controller", "en")
	b.open("/calendar?month=2026-05")
	turn := func(key, want string) {
		t.Helper()
		b.do("focus", chromedp.Focus(chromedp.CSS(`a[data-key="t"]`)))
		ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
		defer cancel()
		_, err := chromedp.RunResponse(ctx, chromedp.KeyEvent(key))
		b.check(err, "press "+key)
		if got := b.ask(`document.querySelector("h1").textContent.replace(/\s/, " ")`); got != want {
			t.Errorf("after %s it shows %s, want %s", key, got, want)
		}
	}
	turn("n", "June 2026")
	turn("p", "May 2026")
	b.do("mine only", chromedp.Click(chromedp.CSS(`input[name=mine]`)), chromedp.Sleep(time.Second))
	turn("n", "June 2026")
	if got := b.ask(`new URLSearchParams(location.search).get("mine") ?? ""`); got != "1" {
		t.Error("the filter is lost with the next month")
	}
	plain := newTab(t)
	plain.signIn("focal.uz", "en")
	plain.withoutScript()
	plain.open("/calendar?month=2026-05")
	plain.press(`a[rel=next]`)
	if p := plain.ask(`document.querySelector("h1").textContent.replace(/\s/, " ")`); p != "June 2026" {
		t.Errorf("without scripts: %s", p)
	}
}
