package commands

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"amal/db"
	"amal/handlers"
	"amal/i18n"
	"amal/jobs"
	"amal/mail"
)

// firstAdminFor is how long the link to make the first administrator works.
const firstAdminFor = time.Hour

func serve(ctx context.Context, c *call) error {
	if err := c.parse(0); err != nil {
		return err
	}
	if _, err := handlers.ParseBaseURL(c.settings.BaseURL); err != nil {
		return err // before a database is started for nothing
	}
	d, err := c.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	if c.settings.DatabaseURL != "" && c.settings.OwnerDatabaseURL == c.settings.DatabaseURL {
		c.settings.Log.Warn("one database role does both: the app could change its own history; set AMAL_OWNER_DATABASE_URL")
	}
	s := &server{call: c, store: d.Store}
	if c.settings.SMTP != nil {
		s.senders = func() mail.Sender { return mail.NewSMTP(c.settings.SMTP) }
	}
	offer, err := s.firstAdminOffer(ctx)
	if err != nil {
		return err
	}
	s.ready = func(address string) {
		c.settings.Log.Info("serving", "address", address, "base", c.settings.BaseURL)
		fmt.Fprint(c.out, offer)
	}
	return s.run(ctx)
}

// server is the web and the jobs over one store.
type server struct {
	*call
	store   *db.Store
	senders func() mail.Sender // nil: mails wait
	demo    bool
	ready   func(address string)
}

// firstAdminOffer makes a one-time link where nobody can administer yet, and
// returns what to print of it once the server answers; "" where somebody can.
func (s *server) firstAdminOffer(ctx context.Context) (string, error) {
	needs, err := s.store.NeedsFirstAdmin(ctx)
	if err != nil || !needs {
		return "", err
	}
	token, now := rand.Text(), time.Now()
	if err := s.store.AddLink(ctx, token, db.LinkFirstAdmin, 0, now, now.Add(firstAdminFor)); err != nil {
		return "", err
	}
	return fmt.Sprintf("Nobody can administer yet. Within an hour, open once: %s/link/%s\n", s.settings.BaseURL, token), nil
}

// jobs puts the clocked jobs together.
func (s *server) jobs() *jobs.Jobs {
	name, err := os.Hostname()
	if err != nil {
		name = "amal"
	}
	return &jobs.Jobs{Store: s.store, BaseURL: s.settings.BaseURL, From: s.settings.MailFrom, Server: fmt.Sprintf("%s-%d", name, os.Getpid()),
		HeadTo: s.settings.AuditMail, Log: s.settings.Log, Senders: s.senders, Clock: s.store.Clock}
}

// garbagePercent is how much garbage may pile up beside what is in use before it
// is collected, in percent; Go lets it be 100. It costs a page a twentieth more
// and saves a tenth of the memory under load. GOGC in the environment wins.
const garbagePercent = 75

// run serves until ctx ends, then lets requests and mails under way finish.
func (s *server) run(ctx context.Context) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	app, err := handlers.New(handlers.Config{
		Store: s.store, BaseURL: s.settings.BaseURL, TrustedProxies: s.settings.TrustedProxies, Demo: s.demo, MailOff: s.senders == nil,
		Version: s.Version, Now: time.Now, Log: s.settings.Log, SendLink: s.sendLink(), MailFault: s.mailFault, Clock: s.store.Clock,
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", s.settings.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	clock := s.jobs()
	clock.MakeExport, clock.RunImports = app.MakeExport, app.RunImports
	clock.Start(ctx)
	defer clock.Stop()
	web := handlers.Server(app.Handler())
	failed := make(chan error, 2)
	go func() { failed <- web.Serve(listener) }()
	if s.settings.MetricsListen != "" {
		figures := handlers.Server(app.MetricsHandler())
		figures.Addr = s.settings.MetricsListen
		go func() { failed <- figures.ListenAndServe() }()
		defer figures.Close()
	}
	s.ready(listener.Addr().String())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := web.Shutdown(drain); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// mailFault is why mails wait at the mail server's door, "" where they don't;
// setup where somebody has to mend it.
func (s *server) mailFault() (text string, setup bool) {
	if s.demo || s.settings.SMTP == nil {
		return "", false
	}
	if fault := s.settings.SMTP.Fault(); fault != nil {
		return fault.Text, fault.Setup
	}
	return "", false
}

// linkWithin is how long a sign-in link waits for a mail server that does not
// answer: whoever asked for it has asked again by then.
const linkWithin = time.Minute

// sendLink mails one-time sign-in links; nil without a mail server.
func (s *server) sendLink() func(ctx context.Context, to *db.Person, lang, link string) error {
	if s.senders == nil {
		return nil
	}
	return func(ctx context.Context, to *db.Person, lang, link string) error {
		ctx, cancel := context.WithTimeout(ctx, linkWithin)
		defer cancel()
		l, _ := i18n.Parse(lang)
		p := i18n.For(l)
		sender := s.senders()
		defer sender.Close()
		_, err := sender.Send(ctx, mail.Message{From: s.settings.MailFrom, ToName: to.Name, To: to.Email, Subject: p.T("signin.mail.subject"),
			Text: p.T("signin.mail.text") + "\n\n" + link + "\n", MessageID: rand.Text() + "@" + hostOf(s.settings.BaseURL), Lang: string(l), Date: time.Now()})
		return err
	}
}
