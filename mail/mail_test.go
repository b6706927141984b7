package mail

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// relay is a real SMTP server whose answers are scripted.
type relay struct {
	mu      sync.Mutex
	got     []string
	rcpt    func(to string) error
	data    func() error
	address string
}

func newRelay(t *testing.T) *relay {
	t.Helper()
	r := &relay{}
	server := smtp.NewServer(r)
	server.AllowInsecureAuth = true
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.address = l.Addr().String()
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return r
}

func (r *relay) NewSession(*smtp.Conn) (smtp.Session, error) { return &conversation{r}, nil }

type conversation struct{ *relay }

func (c *conversation) Mail(string, *smtp.MailOptions) error { return nil }
func (c *conversation) Rcpt(to string, _ *smtp.RcptOptions) error {
	if c.rcpt != nil {
		return c.rcpt(to)
	}
	return nil
}
func (c *conversation) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if c.data != nil {
		if err := c.data(); err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got = append(c.got, string(body))
	return nil
}
func (c *conversation) Reset()        {}
func (c *conversation) Logout() error { return nil }

func client(t *testing.T, r *relay) *SMTP {
	t.Helper()
	s, err := ParseURL("smtp://" + r.address + "?tls=none")
	if err != nil {
		t.Fatal(err)
	}
	c := NewSMTP(s)
	t.Cleanup(func() { c.Close() })
	return c
}

func sample() Message {
	return Message{From: "Amal <amal@example.org>", ToName: "Министерство", To: "trade@example.org", Subject: "Мерзімі өткен – 2 tasks",
		Text: "Plain", HTML: "<p>Rich</p>", MessageID: "p1-2026-03-02@amal.example", ListID: "reminders.amal.example", Lang: "ru", Date: time.Unix(1e9, 0)}
}

func TestSendsTwinsWithStableIDAndAnswersOnOneConnection(t *testing.T) {
	t.Parallel()
	r := newRelay(t)
	c := client(t, r)
	for range 3 {
		answer, err := c.Send(t.Context(), sample())
		if err != nil || !strings.HasPrefix(answer, "250") && !strings.Contains(answer, "OK") {
			t.Fatalf("got %q, %v", answer, err)
		}
	}
	for _, want := range []string{"Message-ID: <p1-2026-03-02@amal.example>", "Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All",
		"List-Id: <reminders.amal.example>", "multipart/alternative", "text/plain", "text/html", "Content-Language: ru"} {
		if !strings.Contains(strings.ToLower(r.got[0]), strings.ToLower(want)) {
			t.Errorf("no %q in %s", want, r.got[0])
		}
	}
}

func TestSortsTheServersRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		code int
		want func(*SendError) bool
	}{
		"no such mailbox": {550, func(e *SendError) bool { return e.Refused && !e.Temporary }},
		"greylisted":      {451, func(e *SendError) bool { return e.Temporary && !e.Refused }},
		"closing":         {421, func(e *SendError) bool { return e.Temporary }},
	} {
		r := newRelay(t)
		r.rcpt = func(string) error { return &smtp.SMTPError{Code: tc.code, Message: name} }
		_, err := client(t, r).Send(t.Context(), sample())
		var e *SendError
		if !errors.As(err, &e) || !tc.want(e) || !strings.Contains(e.Text, name) {
			t.Errorf("%s: got %+v", name, err)
		}
	}
}

func TestGoesOnAfterAnError(t *testing.T) {
	t.Parallel()
	r := newRelay(t)
	fail := true
	r.data = func() error {
		if fail {
			return &smtp.SMTPError{Code: 451, Message: "later"}
		}
		return nil
	}
	c := client(t, r)
	if _, err := c.Send(t.Context(), sample()); err == nil {
		t.Fatal("no error")
	}
	fail = false
	if _, err := c.Send(t.Context(), sample()); err != nil {
		t.Fatal(err)
	}
}

func TestUnreachableServerIsTemporary(t *testing.T) {
	t.Parallel()
	s, err := ParseURL("smtp://127.0.0.1:1?tls=none")
	if err != nil {
		t.Fatal(err)
	}
	err = NewSMTP(s).Connect(context.Background())
	var e *SendError
	if !errors.As(err, &e) || !e.Temporary || e.Setup {
		t.Errorf("got %+v", err)
	}
}

func TestRefusesToSendInClear(t *testing.T) {
	t.Parallel()
	r := newRelay(t) // offers no STARTTLS
	s, err := ParseURL("smtp://" + r.address)
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewSMTP(s).Send(t.Context(), sample())
	var e *SendError
	if !errors.As(err, &e) || !e.Setup || len(r.got) != 0 {
		t.Errorf("got %+v, %d mails", err, len(r.got))
	}
}

func TestNoFieldForgesAHeader(t *testing.T) {
	t.Parallel()
	r := newRelay(t)
	c := client(t, r)
	for name, change := range map[string]func(*Message){
		"from": func(m *Message) { m.From += "\r\nBcc: x@example.org" }, "to": func(m *Message) { m.To += "\nBcc: x@example.org" },
		"name": func(m *Message) { m.ToName = "A\r\nBcc: x@example.org" }, "subject": func(m *Message) { m.Subject += "\r\n\r\nbody" },
		"id": func(m *Message) { m.MessageID += "\r\nX: 1" }, "list": func(m *Message) { m.ListID += "\nX: 1" },
	} {
		m := sample()
		change(&m)
		if _, err := c.Send(t.Context(), m); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if len(r.got) != 0 {
		t.Errorf("%d mails went out", len(r.got))
	}
}

func TestAddressesOfMailServers(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"smtp://u:p@mail.example.org:2525": "mandatory", "smtps://u:p@mail.example.org": "implicit", "smtp://127.0.0.1:25?tls=none": "none",
		"smtp://mail.example.org?tls=none": "", "http://x": "", "smtp://h?tls=often": "", "": "",
	} {
		s, err := ParseURL(address)
		if (err == nil) != (want != "") || err == nil && s.TLS != want {
			t.Errorf("%q: got %+v, %v", address, s, err)
		}
	}
}
