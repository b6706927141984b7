package handlers

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
)

// cursor reads where a page of a list begins from its address.
func cursor(c echo.Context) db.Cursor {
	id, err := strconv.ParseInt(c.QueryParam("id"), 10, 64)
	at, atErr := time.Parse(time.RFC3339Nano, c.QueryParam("after"))
	if year := at.UTC().Year(); err != nil || atErr != nil || year < 1 || year > 9999 { // no row has such a day
		return db.Cursor{}
	}
	return db.Cursor{At: at, ID: id}
}

// pageAfter is the address of the page that begins after a row; filters stay.
func pageAfter(c echo.Context, after db.Cursor) string {
	q := c.Request().URL.Query()
	q.Set("after", after.At.UTC().Format(time.RFC3339Nano))
	q.Set("id", strconv.FormatInt(after.ID, 10))
	return (&url.URL{Path: c.Request().URL.Path, RawQuery: q.Encode()}).String()
}

// firstPage is the address of the list's first page, "" on it.
func firstPage(c echo.Context) string {
	q := c.Request().URL.Query()
	if q.Get("id") == "" && q.Get("before") == "" {
		return ""
	}
	for _, name := range []string{"after", "id", "before", "name"} {
		q.Del(name)
	}
	u := url.URL{Path: c.Request().URL.Path, RawQuery: q.Encode()}
	return u.String()
}

// staleAgainst makes of a stale edit a conflict that shows what stands there
// now; other errors pass.
func staleAgainst(err error, theirs map[string]string) error {
	if errors.Is(err, db.ErrStale) {
		return &conflict{err: err, theirs: theirs}
	}
	return err
}

// factForm is a coming date or a figure of a meeting.
type factForm struct {
	Title    string `form:"title"`
	StartsOn string `form:"starts_on"`
	Wording  string `form:"wording"`
	Place    string `form:"place"`
	Value    string `form:"value"`
	FormKey  string `form:"form_key"`
	Kind     string `form:"-"` // which of the two forms failed
}

func (a *App) addEvent(c echo.Context, me rules.Actor) error {
	return a.addFact(c, me, "event", func(id int64, form *factForm) (int64, error) {
		e := db.Event{MeetingID: id, Title: form.Title, Wording: form.Wording, Place: form.Place}
		if form.StartsOn != "" {
			day, err := rules.ParseDate(form.StartsOn)
			if err != nil {
				return 0, rules.Problems{{Field: "starts_on", Key: "form.error.not_a_date"}}
			}
			e.StartsOn = &day
		}
		return a.Store.AddEvent(c.Request().Context(), me, e, form.FormKey, a.Now())
	})
}

func (a *App) addIndicator(c echo.Context, me rules.Actor) error {
	return a.addFact(c, me, "indicator", func(id int64, form *factForm) (int64, error) {
		return a.Store.AddIndicator(c.Request().Context(), me, db.Indicator{MeetingID: id, Title: form.Title, Value: form.Value}, form.FormKey, a.Now())
	})
}

func (a *App) addFact(c echo.Context, me rules.Actor, kind string, add func(id int64, form *factForm) (int64, error)) error {
	form, err := bind[factForm](c)
	if err != nil {
		return err
	}
	meetingID, err := id(c, "id")
	if err != nil {
		return err
	}
	form.Kind = kind
	if _, err := add(meetingID, form); err != nil {
		var wrong rules.Problems
		if errors.As(err, &wrong) {
			for _, e := range wrong {
				e.Field = kind + "_" + e.Field
			}
		}
		return a.showMeeting(c, me, form, err)
	}
	return a.seeOther(c, fmt.Sprintf("/meetings/%d", meetingID), "saved")
}

func (a *App) removeEvent(c echo.Context, me rules.Actor) error { return a.removeFact(c, me, "event") }

func (a *App) removeIndicator(c echo.Context, me rules.Actor) error {
	return a.removeFact(c, me, "indicator")
}

func (a *App) removeFact(c echo.Context, me rules.Actor, kind string) error {
	factID, err := id(c, "id")
	if err != nil {
		return err
	}
	meetingID, err := a.Store.DropFact(c.Request().Context(), me, kind, factID, a.Now())
	if err != nil {
		return err
	}
	if meetingID == 0 {
		return a.seeOther(c, "/events", "removed")
	}
	return a.seeOther(c, fmt.Sprintf("/meetings/%d", meetingID), "removed")
}
