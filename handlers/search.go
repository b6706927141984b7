package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// searchView is what a question found, by kind.
type searchView struct {
	templates.Layout
	Question string
	Groups   []searchGroup
	Empty    string // why nothing is shown
}

// searchGroup is what was found of one kind.
type searchGroup struct {
	Key, Title, Count string
	Rows              []searchRow
	More              string
	List              string // where they can be sorted and filtered, "" nowhere
}

type searchRow struct{ Href, Title, Ref, Beside string }

var searchPage = templates.New[searchView]("search.html")

// search looks for a question's words in all that the asker may see.
func (a *App) search(c echo.Context, me rules.Actor) error {
	p := say(c)
	question := c.QueryParam("q")
	view := searchView{Layout: a.layout(c, p.T("search.title")), Question: question}
	words := rules.SearchWords(question)
	if len(words) == 0 {
		view.Empty = p.T("search.ask")
		return render(c, http.StatusOK, searchPage, view)
	}
	if format := exportWanted(c); format != "" {
		return a.exportFrom(c, me, format, a.searchGrid)
	}
	only := c.QueryParam("kind")
	before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	for _, kind := range db.SearchKinds {
		if only != "" && kind != only {
			continue
		}
		found, count, err := a.Store.Search(c.Request().Context(), me, kind, words, max(before, 0))
		if err != nil {
			return err
		}
		if len(found) > 0 {
			view.Groups = append(view.Groups, a.searchGroup(c, kind, question, found, count))
		}
	}
	view.Export = exportLinks(c)
	if len(view.Groups) == 0 {
		view.Empty = p.T("search.nothing", "Words", question)
	}
	return render(c, http.StatusOK, searchPage, view)
}

func (a *App) searchGroup(c echo.Context, kind, question string, found []db.Found, count int) searchGroup {
	p := say(c)
	g := searchGroup{Key: kind, Title: p.T("search." + kind), Count: countWord(p, db.Count{N: min(count, db.CountLimit), More: count > db.CountLimit})}
	if len(found) > db.SearchLimit {
		found = found[:db.SearchLimit]
		g.More = "/search?" + url.Values{"q": {question}, "kind": {kind}, "before": {fmt.Sprint(found[len(found)-1].ID)}}.Encode()
	}
	if kind == "directive" && rules.Allowed(seen(c).me, rules.SeeRegister) {
		g.List = "/directives?" + url.Values{"q": {question}}.Encode()
	}
	for i := range found {
		g.Rows = append(g.Rows, a.foundRow(c, kind, &found[i]))
	}
	return g
}

// foundRow is one thing that was found, with the page it is on.
func (a *App) foundRow(c echo.Context, kind string, f *db.Found) searchRow {
	href := map[string]string{"directive": "/directives/", "agency": "/agencies/", "file": "/tasks/", "report": "/tasks/", "task": "/tasks/"}[kind]
	row := searchRow{Href: fmt.Sprintf("%s%d", href, f.On), Title: f.Title, Ref: f.Ref, Beside: f.Beside}
	if kind == "agency" && !rules.Allowed(seen(c).me, rules.Administer) {
		row.Href = "/agencies"
	}
	if row.Title == "" {
		row.Title = f.Beside
	}
	return row
}
