package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// answerView is the page behind a link in a mail: one task, and what its person
// may answer without signing in. Opening it does nothing: mail scanners open
// links.
type answerView struct {
	templates.Layout
	Closed  string // why the link does not answer; "" where it does
	Failed  string // why what was sent could not be taken
	Href    string // the task behind the sign-in
	Token   string
	Who     string
	Ref     string
	Lead    string
	Version int
	Status  templates.Status
	Due     templates.Day
	Words   *templates.Words
	OralBy  string
	Meeting string
	Points  []string
	May     map[string]bool
	Open    bool // there is something to answer
	Late    bool // why it is late is asked with the report
	Form    answerForm
	Signals []templates.Choice
	Waiting []requestRow // for more time
	Did     []answerLine // by this link
	Kept    []keptField  // typed, where its form is not offered any more
}

// answerLine is what was done by a link, and when.
type answerLine struct{ What, When string }

// answerForm is what is typed on a link's page.
type answerForm struct {
	Act     string `form:"act"`
	Version int    `form:"version"`
	Signal  string `form:"signal"`
	Done    string `form:"done"`
	Next    string `form:"next"`
	Why     string `form:"late_reason"`
	Wanted  string `form:"wanted"`
	Reason  string `form:"reason"`
}

var answerSheet = templates.New[answerView]("answer.html")

// errTries says that an address guessed at too many links.
var errTries = errors.New("too many unknown links")

// withoutNullOrigin takes the origin "null" from forms of answer pages. Browsers
// that know no Sec-Fetch-Site send it because these pages give no referrer. It
// protects nothing here: another site lacks the secret in the address.
func withoutNullOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if pathForLog(r) == "/a/…" && r.Header.Get("Origin") == "null" {
			r.Header.Del("Origin")
		}
		next.ServeHTTP(w, r)
	})
}

// openAnswer looks at the link of a request and lets its person's language and
// zone speak; whoever is signed in in this browser does not matter. Unknown
// links count as guesses.
func (a *App) openAnswer(c echo.Context) (*db.AnswerPage, error) {
	h := c.Response().Header()
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set(echo.HeaderCacheControl, "no-store")
	c.Set(visitKey, &visit{lang: seen(c).lang})
	ctx, keys := c.Request().Context(), throttleKeys(c, "answer", c.Param("token"))
	wait, err := a.mustWait(c, keys)
	if err != nil {
		return nil, err
	}
	if wait {
		return nil, errTries
	}
	page, err := a.Store.AnswerPage(ctx, c.Param("token"), a.Now())
	if page != nil {
		c.Set(visitKey, &visit{me: page.Me, lang: a.language(c, page.Person)})
	}
	if errors.Is(err, db.ErrNotFound) && !errors.Is(err, db.ErrAnswerEnded) {
		if err := a.Store.CountTry(ctx, a.Now(), keys...); err != nil {
			return nil, err
		}
	}
	return page, err
}

func (a *App) answerPage(c echo.Context, _ rules.Actor) error {
	page, err := a.openAnswer(c)
	if err != nil {
		return a.closedAnswer(c, page, &answerForm{}, err)
	}
	return a.showAnswer(c, page, &answerForm{}, nil)
}

// answer does what a button of the page says. What can't be taken comes back
// with what was typed; what was done before only shows.
func (a *App) answer(c echo.Context, _ rules.Actor) error {
	form, err := bind[answerForm](c)
	if form == nil {
		return err
	}
	page, closed := a.openAnswer(c)
	if closed == nil && err == nil {
		err = a.doAnswer(c, form)
		if err == nil || errors.Is(err, db.ErrAnswered) {
			return c.Redirect(http.StatusSeeOther, "/a/"+c.Param("token"))
		}
		page, closed = a.openAnswer(c)
	}
	if closed != nil {
		return a.closedAnswer(c, page, form, closed)
	}
	return a.showAnswer(c, page, form, err)
}

// doAnswer does one act in the person's name, as his own page would.
func (a *App) doAnswer(c echo.Context, f *answerForm) error {
	ctx, now, act := c.Request().Context(), a.Now(), rules.Act(f.Act)
	if !slices.Contains(rules.AnswerActs, act) {
		return errBadForm
	}
	return a.Store.UseAnswer(ctx, c.Param("token"), act, now, func(tx *db.Store, l *db.Answer) error {
		in := db.ActInput{TaskID: l.Task.ID, Version: f.Version, Now: now}
		switch act {
		case rules.ActReceive:
			return tx.Receive(ctx, l.Me, in)
		case rules.ActNoChange:
			return tx.SayNoChange(ctx, l.Me, in)
		case rules.ActReport:
			if !slices.Contains(answerSignals, rules.Signal(f.Signal)) {
				return errBadForm
			}
			return tx.Report(ctx, l.Me, db.ReportInput{TaskID: in.TaskID, Version: in.Version, Signal: rules.Signal(f.Signal), Done: f.Done, Next: f.Next, LateReason: f.Why, Now: now})
		}
		return tx.Ask(ctx, l.Me, db.RequestInput{TaskID: in.TaskID, Version: in.Version, Kind: rules.Extension, Wanted: wantedDay(f.Wanted), Reason: f.Reason, Now: now})
	})
}

// answerSignals are those of a progress report; "finished" takes evidence and
// signing in.
var answerSignals = []rules.Signal{rules.UnderWay, rules.NeedsHelp}

// closedAnswer says why a link does not answer, and nothing of its task.
func (a *App) closedAnswer(c echo.Context, page *db.AnswerPage, form *answerForm, err error) error {
	key, status := "", 0
	switch {
	case errors.Is(err, errTries):
		key, status = "wait", http.StatusTooManyRequests
	case errors.Is(err, db.ErrNotFound):
		key, status = "unknown", http.StatusNotFound
	case errors.Is(err, db.ErrAnswerExpired):
		key, status = "expired", http.StatusGone
	case errors.Is(err, db.ErrAnswerOfficial):
		key, status = "official", http.StatusForbidden
	default:
		return err
	}
	p := say(c)
	view := answerView{Layout: a.answerLayout(c, p.T("answer."+key+".title")), Closed: p.T("answer." + key + ".text"), Href: "/tasks", Kept: form.kept(c)}
	if page != nil {
		view.Href = fmt.Sprintf("/tasks/%d", page.Task.ID)
	}
	return render(c, status, answerSheet, view)
}

// answerLayout shows nothing of whoever is signed in.
func (a *App) answerLayout(c echo.Context, title string) templates.Layout {
	l := a.bareLayout(c, title)
	for i := range l.Langs { // also after a form: back to the link's own page
		l.Langs[i].Href = "/a/" + c.Param("token") + "?lang=" + l.Langs[i].Code
	}
	return l
}
