// Package mail builds messages and sends them over SMTP, one long-lived
// connection per client. It imports nothing of ours.
package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Message is one mail to one recipient, with text and HTML twins. MessageID
// comes without its angle brackets and is the same at every try.
type Message struct {
	From      string // address, or Name <address>
	ToName    string
	To        string
	Subject   string
	Text      string
	HTML      string
	MessageID string
	ListID    string // such as reminders.amal.example; "" sets none
	Thread    string // id of what it belongs under, without brackets; "" begins a thread of its own
	Help      string // address at which the recipient sets when mails come (List-Help); "" sets none
	Lang      string
	Date      time.Time
	Files     []File
}

// File is something that goes along with a message.
type File struct {
	Name, Type string // such as due.ics, text/calendar; charset=utf-8
	Bytes      []byte
}

// Sender sends a message and returns the mail server's last words.
type Sender interface {
	// Connect makes sure that there is a connection, before a message is claimed.
	Connect(ctx context.Context) error
	Send(ctx context.Context, m Message) (answer string, err error)
	Close() error
}

// ErrHeader says that a field has a line break, which would forge a header.
var ErrHeader = errors.New("line break in a header field")

// message builds what goes out: no automatic answers wanted (RFC 3834, and
// Exchange's own header), a stable Message-ID, both twins.
func (m Message) message() (*gomail.Msg, error) {
	for _, field := range []string{m.From, m.ToName, m.To, m.Subject, m.MessageID, m.ListID, m.Thread, m.Help, m.Lang} {
		if strings.ContainsAny(field, "\r\n\x00") {
			return nil, ErrHeader
		}
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.From(m.From); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	if err := msg.AddToFormat(m.ToName, m.To); err != nil {
		return nil, fmt.Errorf("recipient: %w", err)
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(m.Date)
	msg.SetMessageIDWithValue(m.MessageID)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	if m.Lang != "" {
		msg.SetGenHeader("Content-Language", m.Lang)
	}
	m.list(msg)
	msg.SetBodyString(gomail.TypeTextPlain, m.Text, gomail.WithPartEncoding(shorter(m.Text)))
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML, gomail.WithPartEncoding(shorter(m.HTML)))
	}
	for _, f := range m.Files {
		kind, encoding := gomail.ContentType(f.Type), shorter(string(f.Bytes))
		if err := msg.AttachReader(f.Name, bytes.NewReader(f.Bytes), gomail.WithFileContentType(kind), gomail.WithFileEncoding(encoding)); err != nil {
			return nil, fmt.Errorf("file %s: %w", f.Name, err)
		}
	}
	return msg, nil
}

// list sets what mail programs sort and thread by (RFC 2919, 2369, 5322). There
// is no List-Unsubscribe: what somebody owes can't be unsubscribed.
func (m Message) list(msg *gomail.Msg) {
	if m.ListID != "" {
		msg.SetGenHeader("List-Id", "<"+m.ListID+">")
	}
	if m.Help != "" {
		msg.SetGenHeader("List-Help", "<"+m.Help+">")
	}
	if m.Thread != "" {
		msg.SetGenHeader("In-Reply-To", "<"+m.Thread+">")
		msg.SetGenHeader("References", "<"+m.Thread+">")
	}
}

// shorter is the encoding in which a text is shorter: Cyrillic letters take six
// bytes as quoted-printable and less than three in base64.
func shorter(text string) gomail.Encoding {
	quoted := 0
	for _, b := range []byte(text) {
		if b >= 0x80 || b == '=' {
			quoted++
		}
	}
	if len(text)+2*quoted > len(text)*4/3 {
		return gomail.EncodingB64
	}
	return gomail.EncodingQP
}

// Size is how many bytes the message takes as it goes out, without a signature.
func (m Message) Size() (int, error) {
	msg, err := m.message()
	if err != nil {
		return 0, err
	}
	n, err := msg.WriteTo(io.Discard)
	return int(n), err
}

// SendError says why a message was not sent, and what to do about it.
type SendError struct {
	Text      string
	Temporary bool // try again later
	Refused   bool // the server refuses this recipient for good
	Later     bool // the server answers, and asks for another try later, as one that greylists does
	Unknown   bool // the connection broke after the text was sent: it may have gone out
	Setup     bool // TLS or password wrong: trying again at once is of no use
}

// Error is the server's answer or the connection's fault.
func (e *SendError) Error() string { return e.Text }

// Memory keeps messages instead of sending them: the one fake, for tests.
type Memory struct {
	Sent []Message
	Fail error
}

// Connect always succeeds.
func (m *Memory) Connect(context.Context) error { return nil }

// Send keeps the message, or fails as it was told to.
func (m *Memory) Send(_ context.Context, msg Message) (string, error) {
	if m.Fail != nil {
		return "", m.Fail
	}
	m.Sent = append(m.Sent, msg)
	return "250 kept", nil
}

// Close does nothing.
func (m *Memory) Close() error { return nil }
