package mail

import (
	"context"
	"errors"
	"net"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-smtp"

	"amal/mail/mailtest"
)

func client(t *testing.T, r *mailtest.Relay) *SMTP {
	t.Helper()
	s, err := ParseURL("smtp://" + r.Address + "?tls=none")
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
	r := mailtest.New(t)
	c := client(t, r)
	for range 3 {
		answer, err := c.Send(t.Context(), sample())
		if err != nil || !strings.HasPrefix(answer, "250") && !strings.Contains(answer, "OK") {
			t.Fatalf("got %q, %v", answer, err)
		}
	}
	for _, want := range []string{"Message-ID: <p1-2026-03-02@amal.example>", "Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All",
		"List-Id: <reminders.amal.example>", "multipart/alternative", "text/plain", "text/html", "Content-Language: ru"} {
		if !strings.Contains(strings.ToLower(r.Got()[0].Body), strings.ToLower(want)) {
			t.Errorf("no %q in %s", want, r.Got()[0].Body)
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
		r := mailtest.New(t)
		r.Rcpt = func(string) error { return &smtp.SMTPError{Code: tc.code, Message: name} }
		_, err := client(t, r).Send(t.Context(), sample())
		var e *SendError
		if !errors.As(err, &e) || !tc.want(e) || !strings.Contains(e.Text, name) {
			t.Errorf("%s: got %+v", name, err)
		}
	}
}

func TestGoesOnAfterAnError(t *testing.T) {
	t.Parallel()
	r := mailtest.New(t)
	fail := true
	r.Data = func() error {
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
	r := mailtest.New(t) // offers no STARTTLS
	s, err := ParseURL("smtp://" + r.Address)
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewSMTP(s).Send(t.Context(), sample())
	var e *SendError
	if !errors.As(err, &e) || !e.Setup || len(r.Got()) != 0 {
		t.Errorf("got %+v, %d mails", err, len(r.Got()))
	}
}

func TestNoFieldForgesAHeader(t *testing.T) {
	t.Parallel()
	r := mailtest.New(t)
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
	if len(r.Got()) != 0 {
		t.Errorf("%d mails went out", len(r.Got()))
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

func TestAWrongCertificateIsASettingToMend(t *testing.T) {
	t.Parallel()
	own := httptest.NewUnstartedServer(nil)
	own.StartTLS()
	defer own.Close()
	r := mailtest.NewTLS(t, own.TLS.Certificates[0])
	s, err := ParseURL("smtp://" + r.Address)
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewSMTP(s).Send(t.Context(), sample())
	var e *SendError
	if !errors.As(err, &e) || !e.Setup || len(r.Got()) != 0 {
		t.Errorf("got %+v, %d mails", err, len(r.Got()))
	}
}

func TestAWrongPasswordIsASettingToMend(t *testing.T) {
	t.Parallel()
	r := mailtest.New(t)
	r.Password = "right"
	for password, fits := range map[string]bool{"right": true, "wrong": false} {
		s, err := ParseURL("smtp://amal:" + password + "@" + r.Address + "?tls=none")
		if err != nil {
			t.Fatal(err)
		}
		_, err = NewSMTP(s).Send(t.Context(), sample())
		var e *SendError
		if fits != (err == nil) || !fits && (!errors.As(err, &e) || !e.Setup) {
			t.Errorf("password %s: %+v", password, err)
		}
	}
	if n := len(r.Got()); n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
}

// Nobody knows whether a mail went out whose answer never came: it is tried
// again, with the same Message-ID.
func TestALineCutAfterTheBodyIsTemporary(t *testing.T) {
	t.Parallel()
	r := mailtest.New(t)
	r.Data = func() error { return mailtest.ErrHangUp }
	_, err := client(t, r).Send(t.Context(), sample())
	var e *SendError
	if !errors.As(err, &e) || e.Refused || e.Setup {
		t.Errorf("got %+v", err)
	}
}

// However many clients there are, a password that is wrong is tried once, and
// what the server said is known to whoever asks.
func TestAWrongPasswordIsTriedOnceByAll(t *testing.T) {
	t.Parallel()
	r := mailtest.New(t)
	r.Password = "right"
	s, err := ParseURL("smtp://amal:wrong@" + r.Address + "?tls=none")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 3 {
				var e *SendError
				if err := NewSMTP(s).Connect(t.Context()); !errors.As(err, &e) || !e.Setup {
					t.Errorf("got %+v", err)
				}
			}
		})
	}
	wg.Wait()
	if r.Passwords() != 1 || r.Connections() != 1 || s.Fault() == nil || !s.Fault().Setup {
		t.Errorf("%d passwords on %d connections, known fault: %v", r.Passwords(), r.Connections(), s.Fault())
	}
}

// A name or a port that looks like a code is no fault of the set-up.
func TestARefusedConnectionIsNoFaultOfTheSetUp(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	s, err := ParseURL("smtp://auth535.invalid:" + strconv.Itoa(l.Addr().(*net.TCPAddr).Port) + "?tls=opportunistic")
	if err != nil {
		t.Fatal(err)
	}
	var e *SendError
	if err := NewSMTP(s).Connect(t.Context()); !errors.As(err, &e) || e.Setup {
		t.Errorf("got %+v", err)
	}
	if s.Fault() == nil {
		t.Error("the fault is not known")
	}
}

// What the server took is sent, though it hangs up before the next command, and
// whatever it says.
func TestTakenIsTaken(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]error{"hangs up": mailtest.ErrHangUp,
		"in another encoding": &smtp.SMTPError{Code: 250, EnhancedCode: smtp.EnhancedCode{2, 0, 0}, Message: "\xef\xf0\xe8\xed\xff\xf2\xee \x00"}} {
		r := mailtest.New(t)
		r.Taken = func(mailtest.Mail) error { return answer }
		said, err := client(t, r).Send(t.Context(), sample())
		if err != nil || said == "" || !utf8.ValidString(said) || strings.Contains(said, "\x00") || len(r.Got()) != 1 {
			t.Errorf("%s: %q, %v, %d mails", name, said, err, len(r.Got()))
		}
	}
}

// A connection that ended while nobody used it is made anew before a message
// asks for it.
func TestAConnectionThatEndedWhileIdle(t *testing.T) {
	t.Parallel()
	first := mailtest.New(t)
	c := client(t, first)
	if _, err := c.Send(t.Context(), sample()); err != nil {
		t.Fatal(err)
	}
	first.Close()
	second := mailtest.NewAt(t, first.Address)
	c.conn.until(time.Now().Add(sendWithin - 2*quietFor)) // as if the last message were a while ago
	if err := c.Connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(t.Context(), sample()); err != nil || len(second.Got()) != 1 {
		t.Errorf("%v, %d mails", err, len(second.Got()))
	}
}
