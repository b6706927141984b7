package handlers

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
)

// policy lets pages load from this site only, and nothing inline.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; frame-src 'self'"

// secured sets what browsers need to know to protect the pages, and drops any
// Host header's say in addresses: only the base URL has one.
func (a *App) secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		if a.base.Scheme == "https" {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write counts as 200 without a status before.
func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController through.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// logged numbers each request, writes one line of log for it, and turns a panic
// into the page that says so. Queries stay out of the log: they may hold names.
func (a *App) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := a.Now()
		number := secret()[:12]
		w.Header().Set(echo.HeaderXRequestID, number)
		out := &statusWriter{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler {
				a.Log.Error("panic", "number", number, "path", pathForLog(r), "panic", p, "stack", string(debug.Stack()))
				if out.status == 0 {
					http.Error(out, "Internal error "+number, http.StatusInternalServerError)
				}
			}
			took := a.Now().Sub(start)
			a.metrics.observe(r, out.status, took)
			if !strings.HasPrefix(r.URL.Path, "/static/") && r.URL.Path != "/healthz" {
				a.Log.Info("request", "number", number, "method", r.Method, "path", pathForLog(r), "status", out.status, "ms", took.Milliseconds())
			}
		}()
		next.ServeHTTP(out, r)
	})
}

// pathForLog keeps the secrets of links and feeds out of the log.
func pathForLog(r *http.Request) string {
	for _, secret := range []string{"/link/", "/a/", "/feeds/"} {
		if strings.HasPrefix(r.URL.Path, secret) {
			return secret + "…"
		}
	}
	return r.URL.Path
}

// withVisitor tells the session store where a request comes from.
func (a *App) withVisitor(next http.Handler) http.Handler {
	extract := a.ipExtractor()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &db.Visitor{Address: extract(r), Agent: strings.ToValidUTF8(cut(r.UserAgent(), 200), ""), Look: r.Method == http.MethodGet || r.Method == http.MethodHead}
		next.ServeHTTP(w, r.WithContext(db.WithVisitor(r.Context(), v)))
	})
}

func cut(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

var errCrossOrigin = errors.New("sent from another site")

// denyCrossOrigin answers a form that another site sent.
func (a *App) denyCrossOrigin(w http.ResponseWriter, r *http.Request) {
	c := a.echo.NewContext(r, w)
	r.Body = io.NopCloser(strings.NewReader(""))
	a.fail(errCrossOrigin, c)
}

// addressOf builds a link to this site from the configured base, never from a
// request.
func (a *App) addressOf(path string) string {
	return (&url.URL{Scheme: a.base.Scheme, Host: a.base.Host, Path: path}).String()
}

var gzips = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
	return w
}}

// gzipWriter compresses an HTML or text answer; others pass as they are.
type gzipWriter struct {
	http.ResponseWriter
	gz      *gzip.Writer
	decided bool
}

func (w *gzipWriter) decide() {
	if w.decided {
		return
	}
	w.decided = true
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	if strings.HasPrefix(h.Get("Content-Type"), "text/") && h.Get("Content-Encoding") == "" {
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		w.gz = gzips.Get().(*gzip.Writer)
		w.gz.Reset(w.ResponseWriter)
	}
}

// WriteHeader decides whether to compress.
func (w *gzipWriter) WriteHeader(status int) {
	if status != http.StatusSeeOther && status != http.StatusNotModified && status != http.StatusNoContent {
		w.decide()
	}
	w.decided = true
	w.ResponseWriter.WriteHeader(status)
}

// Write writes the body, compressed or not.
func (w *gzipWriter) Write(b []byte) (int, error) {
	w.decide()
	if w.gz != nil {
		return w.gz.Write(b)
	}
	return w.ResponseWriter.Write(b)
}

// compress answers in gzip, at its fastest, where the browser takes it.
func compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		out := &gzipWriter{ResponseWriter: w}
		defer func() {
			if out.gz != nil {
				out.gz.Close()
				gzips.Put(out.gz)
			}
		}()
		next.ServeHTTP(out, r)
	})
}

// seconds writes a duration for a Retry-After header, at least one.
func seconds(d time.Duration) string { return strconv.Itoa(max(1, int(d.Seconds()))) }
