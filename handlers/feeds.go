package handlers

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// feedsView is the part of one's own page about calendars.
type feedsView struct {
	Rows []feedRow
	Of   []templates.Choice // what a new one can be of; empty for those who see no tasks
}

type feedRow struct {
	ID           int64
	Name         string
	Since, Read  string
	Unread, Lost bool // no program has asked yet; its owner no longer sees its subject
}

// feeds shows the asker's calendars and what he can have another one of.
func (a *App) feeds(c echo.Context, me rules.Actor, n names) (view feedsView, err error) {
	rows, err := a.Store.Feeds(c.Request().Context(), me)
	if err != nil {
		return view, err
	}
	for i := range rows {
		f := &rows[i]
		row := feedRow{ID: f.ID, Name: feedName(say(c), n, f), Since: a.moment(c, f.CreatedAt), Unread: f.ReadAt == nil, Lost: feedLost(me, n, f)}
		if f.RenewedAt != nil {
			row.Since = a.moment(c, *f.RenewedAt)
		}
		if f.ReadAt != nil {
			row.Read = a.moment(c, *f.ReadAt)
		}
		view.Rows = append(view.Rows, row)
	}
	if rules.Allowed(me, rules.SeeTasks) {
		view.Of = feedChoices(say(c), me, n)
	}
	return view, nil
}

// feedChoices offers the asker's own dates and those of his agencies; others
// are made on the pages of directives and agencies.
func feedChoices(p *i18n.Printer, me rules.Actor, n names) []templates.Choice {
	list := []templates.Choice{{Value: string(rules.FeedOfPerson), Label: p.T("feed.person"), Chosen: true}}
	var known []int64
	for _, m := range me.Members {
		if rules.MayFollow(me, m.AgencyID, m.Side) && !slices.Contains(known, m.AgencyID) {
			known = append(known, m.AgencyID)
			list = append(list, templates.Choice{Value: strconv.FormatInt(m.AgencyID, 10), Label: n.of(m.AgencyID)})
		}
	}
	return list
}

// feedName is what a feed is called; a directive for official use is named by
// its number only.
func feedName(p *i18n.Printer, n names, f *db.Feed) string {
	switch {
	case f.Subject == rules.FeedOfPerson:
		return p.T("feed.person")
	case f.AgencyID != nil:
		return n.of(*f.AgencyID)
	case f.DirectiveTitle == "":
		return p.T("directive.one")
	}
	return feedTitle(p, f.Ref(), f.DirectiveTitle, f.Official, false)
}

// feedLost tells whether a feed's address leads nowhere because its owner no
// longer sees what it is of.
func feedLost(me rules.Actor, n names, f *db.Feed) bool {
	switch {
	case !rules.Allowed(me, rules.SeeTasks):
		return true
	case f.AgencyID != nil:
		agency := n.all[*f.AgencyID]
		return agency != nil && !rules.MayFollow(me, agency.ID, rules.Side(agency.Side))
	}
	return f.DirectiveID != nil && f.DirectiveTitle == ""
}

// feedMadeView shows a feed's address, this once.
type feedMadeView struct {
	templates.Layout
	Crumbs  []templates.Crumb
	Address string
}

var feedMadePage = templates.New[feedMadeView]("feed.html")

func (a *App) addOwnFeed(c echo.Context, me rules.Actor) error {
	form, err := bind[struct {
		Of      string `form:"of"`
		FormKey string `form:"form_key"`
	}](c)
	if err != nil {
		return err
	}
	in := db.FeedInput{Subject: rules.FeedOfPerson, FormKey: form.FormKey}
	if form.Of != string(rules.FeedOfPerson) {
		in.Subject = rules.FeedOfAgency
		if in.SubjectID, err = strconv.ParseInt(form.Of, 10, 64); err != nil {
			return a.showAccount(c, me, accountTyped{}, rules.Problems{{Field: "of", Key: "form.error.choose"}})
		}
	}
	return a.addFeed(c, me, in)
}

func (a *App) addAgencyFeed(c echo.Context, me rules.Actor) error {
	return a.addFeedOf(c, me, rules.FeedOfAgency)
}

func (a *App) addDirectiveFeed(c echo.Context, me rules.Actor) error {
	return a.addFeedOf(c, me, rules.FeedOfDirective)
}

func (a *App) addFeedOf(c echo.Context, me rules.Actor, subject rules.FeedSubject) error {
	subjectID, err := id(c, "id")
	if err != nil {
		return err
	}
	form, err := bind[struct {
		FormKey string `form:"form_key"`
	}](c)
	if err != nil {
		return err
	}
	return a.addFeed(c, me, db.FeedInput{Subject: subject, SubjectID: subjectID, FormKey: form.FormKey})
}

func (a *App) addFeed(c echo.Context, me rules.Actor, in db.FeedInput) error {
	in.Token, in.Now = secret(), a.Now()
	if err := a.Store.AddFeed(c.Request().Context(), me, in); err != nil {
		if statusOf(err) == http.StatusUnprocessableEntity {
			return a.showAccount(c, me, accountTyped{}, err)
		}
		return err
	}
	return a.showFeedAddress(c, in.Token)
}

// showFeedAddress answers with the address itself instead of going on to a
// page: only this answer ever holds it.
func (a *App) showFeedAddress(c echo.Context, token string) error {
	p := say(c)
	return render(c, http.StatusOK, feedMadePage, feedMadeView{Layout: a.layout(c, p.T("feed.made.title")), Address: a.addressOf("/feeds/" + token + ".ics"),
		Crumbs: []templates.Crumb{{Href: "/account", Label: p.T("account.title")}, {Label: p.T("feed.made.title")}}})
}

func (a *App) renewFeed(c echo.Context, me rules.Actor) error {
	feedID, err := id(c, "id")
	if err != nil {
		return err
	}
	token := secret()
	if err := a.Store.RenewFeed(c.Request().Context(), me, feedID, token, a.Now()); err != nil {
		return err
	}
	return a.showFeedAddress(c, token)
}

func (a *App) revokeFeed(c echo.Context, me rules.Actor) error {
	feedID, err := id(c, "id")
	if err != nil {
		return err
	}
	if err := a.Store.RevokeFeed(c.Request().Context(), me, feedID, a.Now()); err != nil {
		return err
	}
	return a.seeOther(c, "/account", "feed.revoked")
}

// feedTitle is a thing's line in a calendar.
func feedTitle(p *i18n.Printer, ref, title string, official, done bool) string {
	return files.DayTitle(p, ref, title, official, done)
}

// feedLang is the language of a feed: its owner's, or as in his mails that of
// his first agency.
func feedLang(n names, owner *db.Person) i18n.Lang {
	code := ""
	if len(owner.Members) > 0 {
		if agency := n.all[owner.Members[0].AgencyID]; agency != nil {
			code = agency.Locale
		}
	}
	if owner.Locale != nil {
		code = *owner.Locale
	}
	l, _ := i18n.Parse(cmp.Or(code, string(i18n.En)))
	return l
}

// feedUID is a thing's identity in calendars, the same in every feed.
func (a *App) feedUID(kind string, id int64) string {
	return files.DayUID(kind, id, a.base.Hostname())
}
