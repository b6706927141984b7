// Package mailtest is a real SMTP server on loopback whose answers a test
// scripts. It is for tests only.
package mailtest

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Relay takes mails. The functions script its answers and may be nil; they are
// set before the first mail comes.
type Relay struct {
	Address  string                // host:port it listens on
	Rcpt     func(to string) error // answer to each recipient
	Data     func() error          // answer to each body
	Body     func(m Mail) error    // the same, where whose it is matters; ErrHangUp and ErrTakenHangUp hang up
	Taken    func(m Mail) error    // after a mail was taken: an answer with code 250, or ErrHangUp at the next RSET
	Password string                // asked for where set; the name does not matter
	wrap     func(net.Conn) net.Conn
	mu       sync.Mutex
	got      []Mail
	server   *smtp.Server
	conns    atomic.Int64
	asked    atomic.Int64
}

// Mail is one message as it arrived.
type Mail struct{ To, Body string }

// New starts a relay that ends with the test.
func New(t testing.TB) *Relay { return start(t, nil, "127.0.0.1:0") }

// NewAt starts a relay on an address, as one that comes back.
func NewAt(t testing.TB, address string) *Relay { return start(t, nil, address) }

// NewTLS starts a relay that offers STARTTLS with a certificate.
func NewTLS(t testing.TB, certificate tls.Certificate) *Relay {
	return start(t, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}, "127.0.0.1:0")
}

func start(t testing.TB, secure *tls.Config, address string) *Relay {
	t.Helper()
	r := &Relay{}
	r.server = smtp.NewServer(r)
	r.server.AllowInsecureAuth = true
	r.server.ErrorLog = log.New(io.Discard, "", 0) // killed clients are what it is for
	r.server.TLSConfig = secure
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	r.Address = l.Addr().String()
	go func() { _ = r.server.Serve(door{l, r}) }()
	t.Cleanup(func() { r.server.Close() })
	return r
}

// Close hangs up on everybody and takes no connections any more.
func (r *Relay) Close() { r.server.Close() }

// Connections tells how many there have been.
func (r *Relay) Connections() int { return int(r.conns.Load()) }

// Passwords tells how many times one was given.
func (r *Relay) Passwords() int { return int(r.asked.Load()) }

// door lets connections in, wrapped as the script says.
type door struct {
	net.Listener
	r *Relay
}

// Accept is for go-smtp.
func (d door) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	if err != nil {
		return nil, err
	}
	d.r.conns.Add(1)
	d.r.mu.Lock()
	wrap := d.r.wrap
	d.r.mu.Unlock()
	if wrap != nil {
		c = wrap(c)
	}
	return c, nil
}

// Wrap lets a script stand between the relay and each connection to come.
func (r *Relay) Wrap(wrap func(net.Conn) net.Conn) {
	r.mu.Lock()
	r.wrap = wrap
	r.mu.Unlock()
}

// Slow wraps a connection so that each reply comes after a wait, of several
// lines too.
func Slow(c net.Conn, wait time.Duration) net.Conn { return &slow{Conn: c, wait: wait, asked: true} }

type slow struct {
	net.Conn
	wait  time.Duration
	asked bool
}

// Read notes that a reply will be due.
func (s *slow) Read(b []byte) (int, error) {
	n, err := s.Conn.Read(b)
	s.asked = true
	return n, err
}

// Write waits before the first line of a reply.
func (s *slow) Write(b []byte) (int, error) {
	if s.asked {
		time.Sleep(s.wait)
		s.asked = false
	}
	return s.Conn.Write(b)
}

// Silent wraps a connection so that nothing ever comes back.
func Silent(c net.Conn) net.Conn { return silent{c} }

type silent struct{ net.Conn }

// Write drops what would be said.
func (silent) Write(b []byte) (int, error) { return len(b), nil }

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
	bye  bool // hang up at the next command
}

// ErrHangUp is what Data gives to close the connection without an answer,
// ErrTakenHangUp the same although the mail was taken.
var (
	ErrHangUp      = errors.New("hang up")
	ErrTakenHangUp = errors.New("hang up, but take it")
)

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
		c.asked.Add(1)
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
	m := Mail{c.to, string(body)}
	err = c.answer(m)
	if err == nil || errors.Is(err, ErrTakenHangUp) {
		c.mu.Lock()
		c.got = append(c.got, m)
		c.mu.Unlock()
	}
	if errors.Is(err, ErrHangUp) || errors.Is(err, ErrTakenHangUp) {
		return c.conn.Conn().Close()
	}
	if err == nil && c.Taken != nil {
		if err = c.Taken(m); errors.Is(err, ErrHangUp) {
			c.bye, err = true, nil
		}
	}
	return err
}

func (c *conversation) answer(m Mail) error {
	if c.Relay.Data != nil {
		if err := c.Relay.Data(); err != nil {
			return err
		}
	}
	if c.Body != nil {
		return c.Body(m)
	}
	return nil
}

// Reset is for go-smtp; it comes after each body and at RSET.
func (c *conversation) Reset() {
	if c.bye {
		c.conn.Conn().Close()
	}
}

// Logout is for go-smtp.
func (c *conversation) Logout() error { return nil }
