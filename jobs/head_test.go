package jobs

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"amal/db/dbtest"
	"amal/mail"
	"amal/rules"

	"amal/db"
)

// The head of the seals goes outside once a day, whichever server is first.
func TestTheHeadIsMailedOnceADay(t *testing.T) {
	t.Parallel()
	store := dbtest.New(t)
	now := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	if _, err := store.SaveAgency(t.Context(), rules.Actor{}, db.AgencyInput{Code: "office", Side: "joint", Kind: "office", Names: map[string]string{"en": "Office"}, Locale: "en", TimeZone: "Asia/Tashkent", Country: "UZ", Now: now}); err != nil {
		t.Fatal(err)
	}
	box := &mail.Memory{}
	server := func() *Jobs {
		return &Jobs{Store: store, BaseURL: "https://amal.example.org", From: "amal@example.org", HeadTo: "outside@example.org", Log: slog.Default(), Senders: func() mail.Sender { return box }}
	}
	one, two := server(), server()
	if err := one.seal(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	for _, j := range []*Jobs{one, two, one} {
		if err := j.mailHead(t.Context(), now); err != nil {
			t.Fatal(err)
		}
	}
	if err := two.mailHead(t.Context(), now.AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	head, err := store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sent := box.Sent
	if len(sent) != 2 || !strings.Contains(sent[0].Text, head) || sent[0].To != "outside@example.org" {
		t.Errorf("%d mails, the first says %q", len(sent), sent)
	}
}
