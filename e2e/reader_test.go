package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const minutes = "Minutes\n\nThe governments were instructed to draw up a roadmap for textiles by 1 December 2027. The parties agreed to open a seed laboratory. Trade grew by 9 per cent. Views were exchanged on the region."

// unread adds a text to a new meeting and leads to its page.
func unread(b *tab, title string) string {
	b.t.Helper()
	b.open("/meetings/new")
	b.fill("#f-title", title)
	b.fill("#f-held_on", "29.03.2026")
	b.fill("#f-place", "Samarkand")
	b.press("main button.main")
	b.press(`a[href$="/documents/new"]`)
	b.fill("#f-title", title)
	b.fill("#f-dated_on", "29.03.2026")
	b.ask(fmt.Sprintf(`document.querySelector("#f-text").value = %q`, minutes))
	b.press("main button.main")
	return b.path()
}

// Proposals are confirmed, changed, declined and put back; nothing is recorded
// before.
func TestReadingADocument(t *testing.T) {
	for _, m := range modes {
		t.Run(m.name(), func(t *testing.T) {
			b := m.tab(t, "staff")
			page := unread(b, "Reading "+m.name())
			if n := b.ask(`String(document.querySelectorAll("article.prop").length)`); n != "3" {
				t.Fatalf("%s proposals", n)
			}
			if n := b.ask(`String(document.querySelectorAll("article .st").length)`); n != "0" {
				t.Errorf("%s decisions before anybody decided", n)
			}
			b.press(`#p1 button[value^="confirm"]`)
			b.press(`#p2 a[data-key=e]`)
			b.fill("#f-title", "A better name")
			b.press(`#p2 button[value^="confirm"]`)
			b.press(`#p3 button[value^="decline"]`)
			if v := b.ask(`document.querySelector("#pg").value + " " + document.querySelector("#pg").max`); v != "3 3" {
				t.Errorf("progress %s", v)
			}
			b.press(`#p3 button[value^="back"]`)
			if v := b.ask(`String(document.querySelector("#pg").value)`); v != "2" {
				t.Errorf("progress after putting back: %s", v)
			}
			b.press(`#p2 h3 a`)
			b.sees("A better name", "open a seed laboratory")
			b.open(page)
			b.press(`#p1 h3 a`)
			b.sees("roadmap for textiles")
		})
	}
}

// The list of proposals is gone through by keys alone.
func TestReadingByKeys(t *testing.T) {
	b := mode{true, "en"}.tab(t, "staff")
	page := unread(b, "Keys")
	b.do("into the list", chromedp.Focus(chromedp.CSS("#p1 .tag")), chromedp.KeyEvent("j"), chromedp.KeyEvent("k"))
	if on := b.ask(`document.querySelector("article.prop.on").id`); on != "p1" {
		t.Errorf("j and k lead to %s", on)
	}
	b.do("confirm", chromedp.KeyEvent("c"), chromedp.Sleep(time.Second))
	if at := b.ask(`document.activeElement.closest("article")?.id ?? "nowhere"`); at != "p2" {
		t.Errorf("after confirming the keyboard stands at %s", at)
	}
	b.do("decline", chromedp.KeyEvent("d"), chromedp.Sleep(time.Second))
	b.open(page)
	if v := b.ask(`String(document.querySelector("#pg").value)`); v != "2" {
		t.Errorf("progress %s", v)
	}
}
