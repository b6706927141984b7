package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Days of the week for mails and a pause of them: refused in place, kept, shown
// and ended, with and without script.
func TestDaysAndPauseOfMails(t *testing.T) {
	for _, v := range []struct {
		script       bool
		lang, scheme string
		width        int64
	}{{true, "en", "light", 1366}, {true, "ru", "dark", 390}, {true, "uz", "dark", 1366}, {true, "kk", "light", 390}, {false, "de", "light", 390}} {
		t.Run(fmt.Sprintf("%s %d script %t", v.lang, v.width, v.script), func(t *testing.T) {
			b := mode{v.script, v.lang}.tab(t, "auditor")
			b.view(v.width, v.scheme)
			look := func(name string) {
				b.shoot(fmt.Sprintf("account-%s-%s-%d", name, v.lang, v.width))
				if !v.script {
					return
				}
				for _, found := range b.axe() {
					t.Errorf("%s: %s", name, found)
				}
				if over := b.ask(`String(document.documentElement.scrollWidth - innerWidth)`); over != "0" && over[0] != '-' {
					t.Errorf("%s: %s px too wide", name, over)
				}
			}
			day := func(n int) string { return time.Now().AddDate(0, 0, n).Format("2.1.2006") }
			pause := `form[action="/account/pause"] button`
			b.open("/account")
			b.fill("#f-pause_from", day(9))
			b.fill("#f-pause_to", day(2))
			b.press(pause)
			look("refused")
			if got := b.ask(`document.querySelector("#f-pause_to").value + document.querySelectorAll("#e-pause_to").length`); got != day(2)+"1" {
				t.Errorf("refused with %q beside the field", got)
			}
			b.fill("#f-pause_to", day(20))
			b.press(pause)
			b.click(`#f-mail_day label:last-child input`)
			b.press(`form[action="/account/mail"] button`)
			look("paused")
			if got := b.ask(`String(document.querySelectorAll("#f-mail_day input:checked").length)`); got != "6" {
				t.Errorf("%s days are ticked, want 6", got)
			}
			b.press(`form[action="/account/pause/end"] button`)
			b.click(`#f-mail_day label:last-child input`)
			b.press(`form[action="/account/mail"] button`)
			if !strings.HasPrefix(b.path(), "/account") || b.ask(`String(document.querySelectorAll("`+strings.ReplaceAll(pause, `"`, `'`)+`").length)`) != "1" {
				t.Error("the pause is not ended")
			}
		})
	}
}
