package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Server is a mail server's address as AMAL_SMTP_URL gives it.
type Server struct {
	Host, User, Password string
	Port                 int
	TLS                  string // mandatory, opportunistic, none, or implicit (smtps)
	DKIM                 *DKIM  // signs what goes out; nil: nothing does
	config               *tls.Config
	door                 door
}

// ParseURL reads smtp://user:pass@host:587?tls=… and smtps://…:465. TLS is
// mandatory unless the address says otherwise; none is for loopback only.
func ParseURL(address string) (*Server, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, errors.New("AMAL_SMTP_URL must look like smtp://user:password@host:587 or smtps://user:password@host:465")
	}
	s := &Server{Host: u.Hostname(), User: u.User.Username(), Port: 587, TLS: "mandatory", door: newDoor()}
	s.Password, _ = u.User.Password()
	if u.Scheme == "smtps" {
		s.Port, s.TLS = 465, "implicit"
	}
	if port := u.Port(); port != "" {
		if s.Port, err = strconv.Atoi(port); err != nil {
			return nil, fmt.Errorf("AMAL_SMTP_URL: port %q is no number", port)
		}
	}
	if policy := u.Query().Get("tls"); policy != "" && u.Scheme == "smtp" {
		s.TLS = policy
	}
	switch s.TLS {
	case "mandatory", "opportunistic", "implicit":
	case "none":
		if ip := net.ParseIP(s.Host); s.Host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return nil, errors.New("AMAL_SMTP_URL: tls=none is for a mail server on this machine only")
		}
	default:
		return nil, fmt.Errorf("AMAL_SMTP_URL: tls=%s is none of mandatory, opportunistic, none", s.TLS)
	}
	return s, nil
}

// sendWithin is how long one message may take, from the connection to the
// server's last answer. It must be shorter than the lease of a message.
const sendWithin = 40 * time.Second

// SMTP is a client with one connection that is kept between messages. It is not
// safe for several goroutines.
type SMTP struct {
	server *Server
	client *gomail.Client
	conn   *limited
}

// NewSMTP returns a client of a mail server; it connects when it is used.
func NewSMTP(s *Server) *SMTP { return &SMTP{server: s} }

// Connect dials, greets, secures and signs in, unless that stands already. A
// connection that was quiet for a while is asked for a sign of life first.
func (c *SMTP) Connect(ctx context.Context) error {
	if c.client != nil && c.alive(ctx) {
		return nil
	}
	c.drop()
	return c.server.door.enter(ctx, func() error { return c.connect(ctx) })
}

func (c *SMTP) connect(ctx context.Context) error {
	client, err := gomail.NewClient(c.server.Host, c.options()...)
	if err != nil {
		return &SendError{Text: err.Error(), Setup: true}
	}
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	if err := client.DialWithContext(ctx); err != nil {
		c.drop()
		return connectError(err)
	}
	c.client = client
	return nil
}

// quietFor is after how long without a message a connection may have ended
// unseen, and aliveWithin how long its sign of life may take.
const (
	quietFor    = 3 * time.Second
	aliveWithin = 10 * time.Second
)

func (c *SMTP) alive(ctx context.Context) bool {
	if !c.conn.quiet() {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, aliveWithin)
	defer cancel()
	c.conn.until(within(ctx))
	return c.client.Reset() == nil
}

func (c *SMTP) options() []gomail.Option {
	s := c.server
	options := []gomail.Option{
		gomail.WithPort(s.Port), gomail.WithTimeout(sendWithin), gomail.WithoutNoop(),
		gomail.WithDialContextFunc(c.dial),
	}
	if s.config != nil {
		options = append(options, gomail.WithTLSConfig(s.config))
	}
	switch s.TLS {
	case "implicit":
		options = append(options, gomail.WithSSL())
	case "mandatory":
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case "opportunistic":
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.User != "" {
		auth := gomail.SMTPAuthAutoDiscover
		if s.TLS == "none" {
			auth = gomail.SMTPAuthPlainNoEnc
		}
		options = append(options, gomail.WithSMTPAuth(auth), gomail.WithUsername(s.User), gomail.WithPassword(s.Password))
	}
	return options
}

func (c *SMTP) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c.conn = &limited{Conn: conn}
	c.conn.until(within(ctx))
	if c.server.TLS == "implicit" {
		config := c.server.config.Clone()
		if config == nil {
			config = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		config.ServerName = c.server.Host
		return tls.Client(c.conn, config), nil
	}
	return c.conn, nil
}

// within is the moment by which what begins now must be over.
func within(ctx context.Context) time.Time {
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	at, _ := ctx.Deadline()
	return at
}

// limited is a connection whose deadlines never go beyond one absolute moment,
// so that a server that answers a little at a time can't hold a message.
type limited struct {
	net.Conn
	mu    sync.Mutex
	limit time.Time
}

func (l *limited) until(t time.Time) {
	l.mu.Lock()
	l.limit = t
	l.mu.Unlock()
	_ = l.Conn.SetDeadline(t) // a closed connection says so at the next read
}

// quiet reports whether the last message began a while ago.
func (l *limited) quiet() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Until(l.limit) < sendWithin-quietFor
}

func (l *limited) capped(t time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.IsZero() || t.After(l.limit) {
		return l.limit
	}
	return t
}

// SetDeadline sets a deadline within the limit.
func (l *limited) SetDeadline(t time.Time) error { return l.Conn.SetDeadline(l.capped(t)) }

// SetReadDeadline sets a deadline for reading within the limit.
func (l *limited) SetReadDeadline(t time.Time) error { return l.Conn.SetReadDeadline(l.capped(t)) }

// SetWriteDeadline sets a deadline for writing within the limit.
func (l *limited) SetWriteDeadline(t time.Time) error { return l.Conn.SetWriteDeadline(l.capped(t)) }

// Send sends one message and returns the server's final answer. After any error
// the connection is dropped and made anew.
func (c *SMTP) Send(ctx context.Context, m Message) (string, error) {
	msg, err := m.message()
	if err != nil {
		return "", &SendError{Text: err.Error(), Refused: true}
	}
	if c.server.DKIM != nil {
		if err := c.server.DKIM.sign(msg); err != nil {
			return "", &SendError{Text: err.Error(), Temporary: true}
		}
	}
	if err := c.Connect(ctx); err != nil {
		return "", err
	}
	c.conn.until(within(ctx))
	if err := c.client.Send(msg); err != nil {
		c.drop()
		if msg.IsDelivered() { // the connection was lost at RSET, after the server took the message
			return tidy(msg.ServerResponse()), nil
		}
		return "", sendError(err)
	}
	return tidy(msg.ServerResponse()), nil
}

// Close says goodbye.
func (c *SMTP) Close() error {
	if c.client == nil {
		return nil
	}
	err := c.client.Close()
	c.drop()
	return err
}

func (c *SMTP) drop() {
	if c.conn != nil {
		c.conn.Close()
	}
	c.client, c.conn = nil, nil
}

// longestAnswer is how much is kept of what a mail server says, in bytes.
const longestAnswer = 1000

// tidy makes one line that the database takes of what a mail server says, in
// whatever encoding.
func tidy(answer string) string {
	answer = answer[:min(len(answer), longestAnswer)]
	answer = strings.ToValidUTF8(strings.ReplaceAll(answer, "\x00", " "), "\uFFFD")
	return strings.Join(strings.Fields(answer), " ")
}

// connectError tells a fault of the set-up, which does not go away by itself,
// from a server that is down.
func connectError(err error) error {
	text := strings.ToLower(err.Error())
	var certificate *tls.CertificateVerificationError
	setup := strings.Contains(text, "starttls") || strings.Contains(text, "auth") || strings.Contains(text, "535")
	var network *net.OpError // its text has names and ports, which may look like any of these
	setup = errors.As(err, &certificate) || setup && !errors.As(err, &network)
	return &SendError{Text: tidy(err.Error()), Temporary: true, Setup: setup}
}

// sendError sorts what went wrong in the conversation.
func sendError(err error) error {
	out := &SendError{Text: tidy(err.Error()), Temporary: true}
	var cause *gomail.SendError
	if !errors.As(err, &cause) {
		return out
	}
	code := cause.ErrorCode()
	out.Refused = code >= 500 && code < 600 && !cause.IsTemp() &&
		(cause.Reason == gomail.ErrSMTPRcptTo || cause.Reason == gomail.ErrSMTPDataClose || cause.Reason == gomail.ErrSMTPData)
	out.Temporary = !out.Refused
	out.Unknown = cause.Reason == gomail.ErrSMTPDataClose && code == 0
	out.Later = code >= 400 && code < 500 && code != 421
	return out
}
