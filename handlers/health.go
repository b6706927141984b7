package handlers

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"amal/db"
	"amal/rules"
)

// healthz says that the process answers.
func (a *App) healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, "ok")
}

// readyz says whether this server can do its work: the database answers, its
// schema is this program's, some server ticked lately, and mails go. It names
// what is late, without figures, for anybody may ask.
func (a *App) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if reason := a.unready(ctx); reason != "" {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, reason)
		return
	}
	fmt.Fprintln(w, "ready")
}

func (a *App) unready(ctx context.Context) string {
	if err := a.Store.Ping(ctx); err != nil {
		return "database does not answer"
	}
	if ok, err := a.Store.SchemaUpToDate(ctx); err != nil || !ok {
		return "schema is not up to date"
	}
	h, err := a.Store.Health(ctx, a.Now())
	if err != nil {
		return "database does not answer"
	}
	if !h.Ticked() {
		return lateParts[rules.TicksLate]
	}
	var late []string
	for _, t := range rules.Troubles(h, a.MailOff, a.Now()) {
		if t.Late() {
			late = append(late, lateParts[t.Cause])
		}
	}
	return strings.Join(late, "\n")
}

// lateParts are the words of readyz for what is late.
var lateParts = map[rules.Cause]string{
	rules.TicksLate:  "reminders are late: no server has planned them for some minutes",
	rules.JobFails:   "reminders or seals are late: a background job fails",
	rules.MailServer: "mails are late: the mail server does not take them",
	rules.MailsWait:  "mails are late: they have waited too long",
}

// metrics are the figures for Prometheus.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func newMetrics(store *db.Store) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "amal_request_seconds", Help: "Time to answer, by method and status.",
			Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"method", "status"}),
	}
	m.registry.MustRegister(m.requests, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "amal_queries_total", Help: "Statements run."},
			func() float64 { return float64(store.Queries()) }))
	return m
}

func (m *metrics) observe(r *http.Request, status int, took time.Duration) {
	m.requests.WithLabelValues(r.Method, strconv.Itoa(status)).Observe(took.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
