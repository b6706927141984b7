// Package mailtest is a real SMTP server on loopback whose answers a test
// scripts. It is for tests only.
package mailtest

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Relay takes mails. The functions script its answers and may be nil; they are
// set before the first mail comes.
type Relay struct {
	Address  string                // host:port it listens on
	Rcpt     func(to string) error // answer to each recipient
	Data     func() error          // answer to each body
	Password string                // asked for where set; the name does not matter
	mu       sync.Mutex
	got      []Mail
	server   *smtp.Server
}

// Mail is one message as it arrived.
type Mail struct{ To, Body string }

// New starts a relay that ends with the test.
func New(t testing.TB) *Relay { return start(t, nil) }

// NewTLS starts a relay that offers STARTTLS with a certificate.
func NewTLS(t testing.TB, certificate tls.Certificate) *Relay {
	return start(t, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
}

func start(t testing.TB, secure *tls.Config) *Relay {
	t.Helper()
	r := &Relay{}
	r.server = smtp.NewServer(r)
	r.server.AllowInsecureAuth = true
	r.server.TLSConfig = secure
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.Address = l.Addr().String()
	go func() { _ = r.server.Serve(l) }()
	t.Cleanup(func() { r.server.Close() })
	return r
}

// Got returns the mails that arrived so far.
func (r *Relay) Got() []Mail {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Mail(nil), r.got...)
}

// NewSession is for go-smtp.
func (r *Relay) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &conversation{Relay: r, conn: c}, nil
}

// conversation is one connection of a client.
type conversation struct {
	*Relay
	conn *smtp.Conn
	to   string
}

// ErrHangUp is what Data gives to close the connection without an answer.
var ErrHangUp = errors.New("hang up")

// AuthMechanisms is for go-smtp.
func (c *conversation) AuthMechanisms() []string {
	if c.Password == "" {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth is for go-smtp.
func (c *conversation) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, _, password string) error {
		if password != c.Password {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "wrong password"}
		}
		return nil
	}), nil
}

// Mail is for go-smtp.
func (c *conversation) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt is for go-smtp.
func (c *conversation) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.to = to
	if c.Relay.Rcpt != nil {
		return c.Relay.Rcpt(to)
	}
	return nil
}

// Data is for go-smtp.
func (c *conversation) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if c.Relay.Data != nil {
		err := c.Relay.Data()
		if errors.Is(err, ErrHangUp) {
			return c.conn.Conn().Close()
		}
		if err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got = append(c.got, Mail{c.to, string(body)})
	return nil
}

// Reset is for go-smtp.
func (c *conversation) Reset() {}

// Logout is for go-smtp.
func (c *conversation) Logout() error { return nil }
