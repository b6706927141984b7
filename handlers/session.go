package handlers

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/templates"
)

// newSessions makes the session manager over Postgres. The cookie is bound to
// this host where the site is served by https.
func (a *App) newSessions() *scs.SessionManager {
	m := scs.New()
	m.Store = db.Sessions{Store: a.Store}
	m.Codec = jsonCodec{}
	m.Lifetime = db.SessionFor
	m.Cookie.Name = a.cookieName("")
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Secure = a.base.Scheme == "https"
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		a.Log.Error("session", "error", err)
		w.Header().Set("Retry-After", "5")
		http.Error(w, "Service unavailable", http.StatusServiceUnavailable)
	}
	return m
}

// cookieName is amal, or __Host-amal where https protects it.
func (a *App) cookieName(part string) string {
	name := "amal"
	if a.base.Scheme == "https" {
		name = "__Host-amal"
	}
	if part != "" {
		name += "-" + part
	}
	return name
}

func (a *App) cookie(part, value string, keep time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: a.cookieName(part), Value: value, Path: "/", MaxAge: int(keep.Seconds()),
		HttpOnly: true, Secure: a.base.Scheme == "https", SameSite: http.SameSiteLaxMode,
	}
}

// jsonCodec writes sessions as JSON with the person apart, so that the store
// knows whose they are.
type jsonCodec struct{}

// Encode writes a session.
func (jsonCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	d := db.SessionData{Deadline: deadline, Values: values}
	d.Person, _ = values["person"].(int64)
	return json.Marshal(d)
}

// Decode reads a session.
func (jsonCodec) Decode(b []byte) (time.Time, map[string]any, error) {
	var d db.SessionData
	if err := json.Unmarshal(b, &d); err != nil {
		return time.Time{}, nil, err
	}
	if d.Values == nil {
		d.Values = map[string]any{}
	}
	d.Values["person"] = d.Person
	return d.Deadline, d.Values, nil
}

// enter signs a person in under a new session id.
func (a *App) enter(c echo.Context, p *db.Person) error {
	ctx := c.Request().Context()
	if err := a.sessions.RenewToken(ctx); err != nil {
		return err
	}
	a.sessions.Put(ctx, "person", p.ID)
	return nil
}

// flash keeps what the next page says of the act just done.
func (a *App) flash(c echo.Context, f templates.Flash) {
	text, err := json.Marshal(f)
	if err == nil {
		a.sessions.Put(c.Request().Context(), "flash", string(text))
	}
}

func (a *App) takeFlash(c echo.Context) *templates.Flash {
	text := a.sessions.PopString(c.Request().Context(), "flash")
	if text == "" {
		return nil
	}
	var f templates.Flash
	if json.Unmarshal([]byte(text), &f) != nil {
		return nil
	}
	return &f
}

// secret makes a random text for links, cookies and forms: 128 bits.
func secret() string { return rand.Text() }
