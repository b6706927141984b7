package handlers

import (
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A date or an hour that is put into a sentence can't be declined: Kazakh words
// that ask for a case stand after "day" or "time", Uzbek endings stand at the
// date itself.
func TestWordsAfterDatesAreDeclined(t *testing.T) {
	t.Parallel()
	for lang, wrong := range map[string]*regexp.Regexp{
		"kk": regexp.MustCompile(`.*\{\{\.(When|Day|From|To)\}\} (бастап|дейін|бері|кейін|бұрын).*`),
		"uz": regexp.MustCompile(`.*\{\{\.(When|Day|From|To)\}\} (dan|gacha|da)\b.*`),
	} {
		texts, err := os.ReadFile("../i18n/locales/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range wrong.FindAllString(string(texts), -1) {
			t.Errorf("%s: %s", lang, text)
		}
	}
}

// A round without a title is called by the day that it was where it began.
func TestARoundIsCalledByItsLocalDay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.later(14*time.Hour + 30*time.Minute) // 20:30 in Greenwich, after midnight in Tashkent
	b := s.as("manager")
	path := strings.TrimSuffix(b.post("/rounds", url.Values{"form_key": {"late"}}).location, "/walk")
	for _, address := range []string{path, "/rounds"} {
		if body := b.get(address).body; !strings.Contains(body, "Review of 3\u00a0March\u00a02026") {
			t.Errorf("%s names it by another day", address)
		}
	}
}
