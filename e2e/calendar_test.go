package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// fetch reads an address of Amal without a browser, as a calendar program does.
func fetch(t *testing.T, address string) (status int, body string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+u.Path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// A calendar's address is made, read by a program, renewed and revoked; its
// pages have nothing for axe to find, at desktop and phone, light and dark.
func TestACalendarIsMadeAndRevoked(t *testing.T) {
	for _, v := range []struct {
		who, lang, scheme string
		width             int64
	}{{"controller", "en", "light", 1366}, {"focal.uz", "ru", "dark", 390}} {
		t.Run(fmt.Sprintf("%s %d %s", v.who, v.width, v.lang), func(t *testing.T) {
			b := mode{true, v.lang}.tab(t, v.who)
			b.view(v.width, v.scheme)
			address := func(selector string) string {
				b.press(selector)
				for _, found := range b.axe() {
					t.Errorf("%s: %s", b.path(), found)
				}
				if over := b.ask(`String(document.documentElement.scrollWidth - innerWidth)`); over != "0" && over[0] != '-' {
					t.Errorf("%s: %s px too wide", b.path(), over)
				}
				b.shoot(fmt.Sprintf("calendar-%s-%d", v.who, v.width))
				return b.ask(`document.querySelector("main input[readonly]").value`)
			}
			b.open("/account")
			first := address(`form[action="/account/calendars"] button`)
			if status, body := fetch(t, first); status != http.StatusOK || !strings.Contains(body, "BEGIN:VEVENT") {
				t.Errorf("reading: %d\n%s", status, body)
			}
			b.open("/account")
			second := address(`form[action$="/renew"] button`)
			if status, _ := fetch(t, first); status != http.StatusNotFound {
				t.Errorf("the old address: %d", status)
			}
			if status, _ := fetch(t, second); status != http.StatusOK {
				t.Errorf("the new address: %d", status)
			}
			b.open("/account")
			for _, found := range b.axe() {
				t.Errorf("/account with a calendar: %s", found)
			}
			b.shoot(fmt.Sprintf("calendars-%s-%d", v.who, v.width))
			b.press(`form[action$="/revoke"] button`)
			if status, _ := fetch(t, second); status != http.StatusNotFound {
				t.Errorf("revoked: %d", status)
			}
		})
	}
}
