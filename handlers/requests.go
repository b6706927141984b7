package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// requestForm is what is typed to ask for more time or a transfer, to decide on
// it, or to move a deadline oneself.
type requestForm struct {
	Version int    `form:"version"`
	Wanted  string `form:"wanted"`
	Agency  int64  `form:"agency"`
	Reason  string `form:"reason"`
	Note    string `form:"note"`
	Verdict string `form:"verdict"` // grant or refuse
	Back    string `form:"back"`
	FormKey string `form:"form_key"`
	Open    string `form:"-"` // which of the page's forms failed
}

// requestRow is a request as people read it.
type requestRow struct {
	ID, TaskID       int64
	Ref, Title       string
	Kind             string
	Extension        bool
	Reason, Who      string
	When             string
	From, To         templates.Day
	Agency           string
	Late, OwnMotion  bool
	Status           templates.Status
	Note, DecidedBy  string
	Decide, TakeBack bool
	Typed            string // date offered
}

var requestShapes = map[rules.RequestState]string{rules.Pending: "soon", rules.Granted: "done", rules.GrantedAs: "done", rules.Refused: "stop", rules.TakenBack: "stop"}

func (a *App) requestRow(c echo.Context, n names, r *db.Request) requestRow {
	p := say(c)
	row := requestRow{ID: r.ID, TaskID: r.TaskID, Ref: r.Ref, Title: r.Title, Kind: p.T("request." + string(r.Kind)), Extension: r.Kind == rules.Extension,
		Reason: r.Reason, Who: r.AskedBy, When: a.moment(c, r.AskedAt), Late: r.Late, OwnMotion: r.OwnMotion, Note: r.Note, DecidedBy: r.DecidedBy,
		Status: templates.Status{Key: requestShapes[r.State], Word: p.T("request.state." + string(r.State))}}
	if row.Extension {
		to := r.Wanted
		if r.Granted != nil {
			to = r.Granted
		}
		row.From, row.To, row.Typed = a.longDay(c, r.Deadline), a.longDay(c, to), dayWord(r.Wanted)
	} else {
		row.Agency = n.of(deref(r.AgencyID))
	}
	return row
}

// fillRequests shows what was asked about a task, and what may be asked or
// decided now.
func (a *App) fillRequests(c echo.Context, n names, t *db.TaskPage, view *taskView) error {
	pending := map[rules.RequestKind]bool{}
	for i := range t.Requests {
		r := &t.Requests[i]
		row := a.requestRow(c, n, r)
		if r.State == rules.Pending {
			pending[r.Kind] = true
			row.Decide = rules.MayDecide(r.Kind, t.Status, t.Moves, t.Hats)
			row.TakeBack = rules.MayAsk(t.Status, t.Hats)
		}
		view.Requests = append(view.Requests, row)
	}
	may := rules.MayAsk(t.Status, t.Hats)
	view.May["ask_more"] = may && t.Deadline != nil && !pending[rules.Extension]
	view.May["ask_transfer"] = may && !pending[rules.Transfer]
	view.May["move_deadline"] = rules.MayDecide(rules.Extension, t.Status, t.Moves, t.Hats)
	if t.Moves > 0 {
		p := say(c)
		view.Moved = p.N("deadline.moved", t.Moves)
		if by := rules.MovedBy(t.OriginalDeadline, t.Deadline); by != 0 {
			view.Moved += ", " + shift(p, *t.OriginalDeadline, *t.Deadline)
		}
		view.Original = a.longDay(c, t.OriginalDeadline)
	}
	if !view.May["ask_transfer"] {
		return nil
	}
	others, err := a.agencyChoices(c, func(g *db.Agency) bool {
		return g.ID != deref(t.LeadID) && (g.Side == string(rules.Joint) || slices.Contains(t.Sides, g.Side))
	}, view.Request.Agency)
	view.Agencies = append([]templates.Choice{{Label: "–"}}, others...)
	return err
}

// request binds a form about a task's requests, does it and leads on; what is
// missing is asked for on the task's page.
func (a *App) request(c echo.Context, me rules.Actor, open, key string, do func(taskID int64, form *requestForm) error) error {
	form, err := bind[requestForm](c)
	if form == nil {
		return err
	}
	taskID, idErr := id(c, "id")
	if idErr != nil {
		return idErr
	}
	if err == nil {
		err = do(taskID, form)
	}
	if err != nil {
		if statusOf(err) != http.StatusUnprocessableEntity {
			return err
		}
		form.Open = open
		return a.showTask(c, me, &taskState{request: form}, err)
	}
	return a.done(c, taskID, backTo(form.Back, taskID), key)
}

func wantedDay(typed string) time.Time {
	day, err := rules.ParseDate(typed)
	if err != nil {
		return time.Time{}
	}
	return day
}

func (a *App) askMore(c echo.Context, me rules.Actor) error {
	return a.request(c, me, "extension", "request.asked", func(taskID int64, f *requestForm) error {
		return a.Store.Ask(c.Request().Context(), me, db.RequestInput{TaskID: taskID, Version: f.Version, Kind: rules.Extension, Wanted: wantedDay(f.Wanted), Reason: f.Reason, FormKey: f.FormKey, Now: a.Now()})
	})
}

func (a *App) askTransfer(c echo.Context, me rules.Actor) error {
	return a.request(c, me, "transfer", "request.asked", func(taskID int64, f *requestForm) error {
		return a.Store.Ask(c.Request().Context(), me, db.RequestInput{TaskID: taskID, Version: f.Version, Kind: rules.Transfer, AgencyID: f.Agency, Reason: f.Reason, FormKey: f.FormKey, Now: a.Now()})
	})
}

func (a *App) moveDeadline(c echo.Context, me rules.Actor) error {
	return a.request(c, me, "move", "request.moved", func(taskID int64, f *requestForm) error {
		return a.Store.MoveDeadline(c.Request().Context(), me, db.MoveInput{TaskID: taskID, Version: f.Version, To: wantedDay(f.Wanted), Reason: f.Reason, FormKey: f.FormKey, Now: a.Now()})
	})
}

func (a *App) judge(c echo.Context, me rules.Actor) error {
	requestID, err := id(c, "request")
	if err != nil {
		return err
	}
	return a.request(c, me, fmt.Sprintf("judge-%d", requestID), "request.decided", func(taskID int64, f *requestForm) error {
		in := db.VerdictInput{TaskID: taskID, RequestID: requestID, Grant: f.Verdict == "grant", Note: f.Note, Now: a.Now()}
		if in.Grant && f.Wanted != "" {
			day := wantedDay(f.Wanted)
			in.Date = &day
		}
		if !in.Grant && f.Verdict != "refuse" {
			return errBadForm
		}
		return a.Store.Judge(c.Request().Context(), me, in)
	})
}

func (a *App) takeBackRequest(c echo.Context, me rules.Actor) error {
	requestID, err := id(c, "request")
	if err != nil {
		return err
	}
	return a.request(c, me, "", "request.taken_back", func(taskID int64, _ *requestForm) error {
		return a.Store.TakeBackRequest(c.Request().Context(), me, taskID, requestID, a.Now())
	})
}
