package e2e

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var (
	caughtMail = regexp.MustCompile(`href="(/mailbox/\d+)"`)
	mailedLink = regexp.MustCompile(`https?://[^\s"<]+?(/a/[A-Z2-7]{26})`)
)

// answerLink is the address in the newest of the demonstration's mails that
// offers an act without signing in.
func answerLink(t *testing.T, act string) string {
	t.Helper()
	for _, mail := range caughtMail.FindAllStringSubmatch(scan(t, "/mailbox"), -1) {
		for _, link := range mailedLink.FindAllStringSubmatch(scan(t, mail[1]), -1) {
			if strings.Contains(scan(t, link[1]), `value="`+act+`"`) {
				return link[1]
			}
		}
	}
	t.Fatalf("no mail offers %s without signing in", act)
	return ""
}

// scan reads an address as a mail scanner would.
func scan(t *testing.T, path string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, nil)
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
	return string(text)
}

// From the mail to the report without a password, on a phone.
func TestAnswerFromTheMail(t *testing.T) {
	for _, m := range modes {
		t.Run(m.name(), func(t *testing.T) {
			link := answerLink(t, "report")
			b := newTab(t)
			b.view(390, "light")
			if !m.script {
				b.withoutScript()
			}
			b.open(link + "?lang=" + m.lang)
			b.press(`form:has(#f-done) button.main`)
			if b.ask(`String(!!document.querySelector("#e-done"))`) != "true" {
				t.Error("a report without words is taken")
			}
			b.fill("#f-done", "Fourteen companies have answered")
			b.press(`form:has(#f-done) button.main`)
			for range 2 {
				if b.path() != link || b.ask(`document.querySelector(".note.ok")?.innerText ?? ""`) == "" || b.ask(`String(!!document.querySelector("#f-done"))`) != "false" {
					t.Errorf("%s does not say what was done", b.path())
				}
				b.open(link)
			}
			b.open("/tasks")
			if b.path() != "/signin" {
				t.Errorf("the link signed somebody in: %s", b.path())
			}
		})
	}
}
