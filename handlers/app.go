// Package handlers is the web: a table of routes with the permission beside
// each, the guard, forms, views, and what becomes of errors. It decides
// nothing: rules and db do. Only this package knows echo.
package handlers

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"amal/db"
	"amal/static"
)

// Config is what an App needs. Now is the clock; SendLink mails a one-time
// sign-in link and may be nil where no mail server is set.
type Config struct {
	Store          *db.Store
	BaseURL        string // all links come from it
	TrustedProxies []*net.IPNet
	Demo           bool
	MailOff        bool // no mail server: reminders wait
	Version        string
	Now            func() time.Time
	Log            *slog.Logger
	SendLink       func(ctx context.Context, to *db.Person, lang, link string) error
	MailFault      func() (text string, setup bool)             // why the mail server can't be used, "" where it can; nil: not known
	Clock          func(ctx context.Context) (time.Time, error) // the database's; nil: not compared
}

// App answers requests.
type App struct {
	Config
	base     *url.URL
	sessions *scs.SessionManager
	hasher   *hasher
	metrics  *metrics
	echo     *echo.Echo
	readings readings
	long     int // rows of a list that come at once as a file
	lately   lately
}

// ParseBaseURL reads the address that people use. It refuses one that would
// send sessions in clear: plain http is for loopback only.
func ParseBaseURL(address string) (*url.URL, error) {
	base, err := url.Parse(address)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("AMAL_BASE_URL %q is not an http or https address", address)
	}
	if base.Scheme == "http" && !loopback(base.Hostname()) {
		return nil, fmt.Errorf("AMAL_BASE_URL %q: plain http is for this machine only; use https", address)
	}
	return base, nil
}

// New makes an App. Its error is ParseBaseURL's.
func New(c Config) (*App, error) {
	base, err := ParseBaseURL(c.BaseURL)
	if err != nil {
		return nil, err
	}
	a := &App{Config: c, base: base, hasher: newHasher(), metrics: newMetrics(c.Store), long: longExport}
	a.sessions = a.newSessions()
	a.echo = a.newEcho()
	return a, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (a *App) newEcho() *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = a.fail
	e.IPExtractor = a.ipExtractor()
	for _, r := range routes {
		e.Add(r.method, r.path, a.guard(r))
		if r.method == http.MethodGet {
			e.Add(http.MethodHead, r.path, a.guard(r))
		}
	}
	e.RouteNotFound("/*", a.guard(route{action: (*App).absent, permission: "anyone"}))
	return e
}

func (a *App) ipExtractor() echo.IPExtractor {
	if len(a.TrustedProxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, n := range a.TrustedProxies {
		trust = append(trust, echo.TrustIPRange(n))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}

// Handler returns what answers every request: assets, signs of life and pages.
func (a *App) Handler() http.Handler {
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(a.denyCrossOrigin))
	pages := a.sessions.LoadAndSave(withoutNullOrigin(crossOrigin.Handler(a.echo)))
	mux := http.NewServeMux()
	mux.Handle("/static/", static.Handler())
	mux.HandleFunc("/healthz", a.healthz)
	mux.HandleFunc("/readyz", a.readyz)
	mux.Handle("/", compress(a.withVisitor(pages)))
	return a.logged(a.secured(mux))
}

// Server returns an http server with limits on slow and large requests.
func Server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}

// MetricsHandler serves Prometheus figures, for a listener of its own.
func (a *App) MetricsHandler() http.Handler { return a.metrics.handler() }

// Registry is where further figures can be registered.
func (a *App) Registry() *prometheus.Registry { return a.metrics.registry }
