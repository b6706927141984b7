package jobs

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/db/dbtest"
	"amal/mail"
	"amal/rules"
)

var answerLink = regexp.MustCompile(`https://amal\.example/a/([A-Z2-7]{26})`)

// flaky keeps what it is given and fails as often as it is told.
type flaky struct {
	fails int
	tried []mail.Message
}

// Connect always succeeds.
func (*flaky) Connect(context.Context) error { return nil }

// Close does nothing.
func (*flaky) Close() error { return nil }

// Send keeps the mail, and fails first.
func (f *flaky) Send(_ context.Context, m mail.Message) (string, error) {
	f.tried = append(f.tried, m)
	if len(f.tried) <= f.fails {
		return "", errors.New("connection lost")
	}
	return "250 ok", nil
}

// to are the mails that somebody was to get.
// to are the mails to an address that name tasks to answer, not lists only.
func (f *flaky) to(address string) []mail.Message {
	var got []mail.Message
	for _, m := range f.tried {
		if m.To == address && !strings.HasPrefix(m.Subject, "Due to the end of next month") {
			got = append(got, m)
		}
	}
	return got
}

func (o *office) through(f *flaky) { o.Senders = func() mail.Sender { return f } }

// The lead's focal point gets a link of his own in both twins, the controller
// and the official mailbox get none.
func TestWhoGetsAnAnswerLink(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	box := &flaky{}
	o.through(box)
	second := o.person("second", o.agency, rules.Focal)
	o.task("Draft", "2026-03-27")
	o.until("2026-03-31 12:00", 6*time.Hour)
	seen := map[string]bool{}
	for _, m := range box.to("focal@example.org") {
		plain, html := answerLink.FindStringSubmatch(m.Text), answerLink.FindStringSubmatch(m.HTML)
		if plain == nil || html == nil || plain[1] != html[1] || seen[plain[1]] {
			t.Errorf("%s: links %v and %v, or one of an earlier mail", m.Subject, plain, html)
			continue
		}
		seen[plain[1]] = true
		if !strings.Contains(m.HTML, "Answer without signing in") || !strings.Contains(m.Text, "for you only") {
			t.Error("the link is without words")
		}
		if a, err := o.Store.Answer(t.Context(), plain[1], o.now()); err != nil || a.Me.PersonID != o.focal.PersonID {
			t.Errorf("the link answers for %+v, %v", a, err)
		}
	}
	if len(seen) < 4 {
		t.Errorf("%d mails to the focal point", len(seen))
	}
	for _, m := range box.to("second@example.org") {
		if found := answerLink.FindStringSubmatch(m.Text); found == nil || seen[found[1]] {
			t.Errorf("%s has the link %v", second.Name, found)
		}
	}
	for _, address := range []string{"controller@example.org", "uz-trade@example.org"} {
		got := box.to(address)
		if len(got) == 0 {
			t.Errorf("no mail to %s", address)
		}
		for _, m := range got {
			if strings.Contains(m.Text+m.HTML, "/a/") || strings.Contains(m.Text, "for you only") {
				t.Errorf("%s gets a link", address)
			}
		}
	}
}

// Words for official use and what is decided are for the page behind the
// sign-in; what is open beside them has its link.
func TestNoAnswerLinkForOfficialUse(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	box := &flaky{}
	o.through(box)
	meeting, err := o.Store.SaveMeeting(t.Context(), o.staff, db.MeetingInput{Title: "Closed", HeldOn: at("2026-03-01 00:00"), Place: "Almaty", Level: "working", Sides: []string{"UZ"}, Now: o.now()})
	o.check(err)
	open := o.directive
	o.directive, err = o.Store.AddDirective(t.Context(), o.staff, db.DirectiveInput{MeetingID: meeting, OralBy: "The chairman", Strength: rules.Instructed, Title: "Secret", Official: true,
		Points: []string{"It is adopted"}, Sides: []string{"UZ"}, NoDeadlineReason: "open", ControllerID: o.controller.PersonID, Now: o.now()})
	o.check(err)
	o.task("Marked", "2026-03-27")
	o.directive = open
	o.task("Unmarked", "2026-03-27")
	o.until("2026-03-27 12:00", 6*time.Hour)
	both := 0
	for _, m := range box.to("focal@example.org") {
		links := len(answerLink.FindAllString(m.Text, -1))
		marked := strings.Contains(m.Text, "official use")
		unmarked := strings.Contains(m.Text, "Unmarked")
		if marked && unmarked {
			both++
		}
		if want := map[bool]int{true: 1, false: 0}[unmarked]; links != want {
			t.Errorf("%q: %d links, want %d", m.Subject, links, want)
		}
	}
	if both == 0 {
		t.Error("no mail names both")
	}
}

// A further try of the same mail is the same mail, with the same link.
func TestARetryCarriesTheSameLink(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	box := &flaky{fails: 2}
	o.through(box)
	o.task("Draft", "2026-06-26")
	o.check(o.Plan(t.Context(), o.now()))
	var keys [][]byte
	for range 3 {
		letter, err := dbtest.Claim(t.Context(), o.Store, "test", o.now())
		o.check(err)
		keys = append(keys, letter.Key)
		w := worker{Sender: box, name: "test"}
		_, _ = o.deliverAll(t.Context(), t.Context(), &w, []*db.Letter{letter}, o.now()) // the first tries fail
		o.set(o.now().Add(10 * time.Minute))
	}
	got := box.to("focal@example.org")
	if len(got) != 3 || string(keys[0]) != string(keys[2]) || len(keys[0]) != 32 {
		t.Fatalf("%d tries with keys %x", len(got), keys)
	}
	for _, m := range got[1:] {
		if m.Text != got[0].Text || m.HTML != got[0].HTML || m.MessageID != got[0].MessageID {
			t.Errorf("a further try differs:\n%s\n%s", got[0].Text, m.Text)
		}
	}
	token := answerLink.FindStringSubmatch(got[0].Text)[1]
	if _, err := o.Store.Answer(t.Context(), token, o.now()); err != nil {
		t.Errorf("the link: %v", err)
	}
}
