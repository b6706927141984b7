package handlers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// exportFormats are the forms of a list as a file, with their media types.
var exportFormats = map[string]string{
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"csv":  "text/csv; charset=utf-8",
	"pdf":  "application/pdf",
}

// longExport is how many rows come at once; longer lists are made by the jobs.
const longExport = 5000

// turning are the parameters that say where a page of a list begins, and what a
// file does not depend on.
var turning = []string{"after", "id", "name", "before", "lang", "format"}

// exportWanted is the form in which a list is asked for as a file, "" for a page.
func exportWanted(c echo.Context) string {
	format := c.QueryParam("format")
	if _, known := exportFormats[format]; !known || c.Request().Method == http.MethodPost {
		return ""
	}
	return format
}

// exportLinks leads to the present list as a file: all its pages, with the same
// filter.
func exportLinks(c echo.Context) *templates.Export {
	u := *c.Request().URL
	q := u.Query()
	for _, name := range turning {
		q.Del(name)
	}
	links := &templates.Export{}
	for _, format := range []struct {
		name string
		to   *string
	}{{"xlsx", &links.XLSX}, {"csv", &links.CSV}, {"pdf", &links.PDF}} {
		q.Set("format", format.name)
		*format.to = (&url.URL{Path: u.Path, RawQuery: q.Encode()}).String()
	}
	return links
}

// grid begins a list as a file: with its as-of time, and the filters that hold.
func (a *App) grid(c echo.Context, name, title string, notes ...string) files.Grid {
	p, zone := say(c), a.zone(c)
	asOf := p.T("export.as_of", "When", p.NumericDate(a.Now().In(zone))+", "+p.Clock(a.Now(), zone))
	notes = slices.DeleteFunc(notes, func(n string) bool { return n == "" })
	return files.Grid{Lang: seen(c).lang, Mark: p.T("official.mark"), Name: name + "-" + a.Now().In(zone).Format("2006-01-02"), Title: title, Zone: zone,
		Notes: append([]string{asOf}, notes...)}
}

// eachPage reads a list page by page on one state of the data. next returns the
// rows of the page after the last one (nil for the first) with one more where
// there are further ones; cells makes a row's.
func eachPage[T any](ctx context.Context, store *db.Store, next func(s *db.Store, last *T) ([]T, error), cells func(row *T) []any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		err := store.Snapshot(ctx, func(s *db.Store) error {
			var last *T
			for {
				rows, err := next(s, last)
				if err != nil {
					return err
				}
				page := rows[:min(len(rows), db.PageSize)]
				if !yieldAll(page, cells, yield) || len(rows) == len(page) {
					return nil
				}
				last = &page[len(page)-1]
			}
		})
		if err != nil {
			yield(nil, err)
		}
	}
}

func yieldAll[T any](page []T, cells func(row *T) []any, yield func([]any, error) bool) bool {
	for i := range page {
		if !yield(cells(&page[i]), nil) {
			return false
		}
	}
	return true
}

// rowsOf gives the rows of a list that is in memory.
func rowsOf[T any](list []T, cells func(row *T) []any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		yieldAll(list, cells, yield)
	}
}

// exportFrom answers with the list that build makes as a file.
func (a *App) exportFrom(c echo.Context, me rules.Actor, format string, build func(c echo.Context, me rules.Actor) (files.Grid, error)) error {
	grid, err := build(c, me)
	if err != nil {
		return err
	}
	return a.export(c, me, format, grid)
}

// export answers with a list as a file: a short one at once, a long one is made
// by the jobs while a page shows how far they are.
func (a *App) export(c echo.Context, me rules.Actor, format string, grid files.Grid) error {
	if run, ok := c.Request().Context().Value(exportRunKey{}).(*exportRun); ok {
		run.taken = true
		return run.write(format, grid)
	}
	var first [][]any
	for row, err := range grid.Rows {
		if err != nil {
			return err
		}
		if first = append(first, row); len(first) > a.long {
			return a.exportLater(c, me, format, grid.Title)
		}
	}
	grid.Rows = rowsOf(first, func(row *[]any) []any { return *row })
	var body bytes.Buffer
	if err := writeGrid(&body, format, grid); err != nil {
		return err
	}
	exportHeader(c, format, grid.Name+"."+format, int64(body.Len()))
	_, err := body.WriteTo(c.Response())
	return err
}

func exportHeader(c echo.Context, format, name string, size int64) {
	h := c.Response().Header()
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set(echo.HeaderContentType, exportFormats[format])
	h.Set(echo.HeaderContentLength, fmt.Sprint(size))
	h.Set(echo.HeaderCacheControl, "no-store")
	c.Response().WriteHeader(http.StatusOK)
}

func writeGrid(w io.Writer, format string, grid files.Grid) error {
	switch format {
	case "csv":
		return grid.CSV(w)
	case "pdf":
		return grid.PDF(w)
	}
	return grid.XLSX(w)
}

// longestAddress and longestTitle are how long the address and the heading of a
// list may be that is made later.
const (
	longestAddress = 2000
	longestTitle   = 500
)

// exportLater has the jobs make a file and leads to the page that shows how far
// they are.
func (a *App) exportLater(c echo.Context, me rules.Actor, format, title string) error {
	u := *c.Request().URL
	q := u.Query()
	q.Del("lang")
	u.RawQuery = q.Encode()
	if len(u.RequestURI()) > longestAddress {
		return errBadForm
	}
	id, err := a.Store.AddExport(c.Request().Context(), me, db.Export{Path: u.RequestURI(), Format: format, Locale: string(seen(c).lang), Title: firstLetters(title, longestTitle)}, a.Now())
	if errors.Is(err, db.ErrTooManyExports) {
		return a.seeOther(c, home(c.Request().URL.Path), "export.too_many")
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/exports/%d", id))
}

// firstLetters is the beginning of a text as the database takes it.
func firstLetters(text string, n int) string {
	runes := []rune(strings.ReplaceAll(text, "\x00", ""))
	return string(runes[:min(len(runes), n)])
}

// exportRun is a page read by the jobs, for the list it would show.
type exportRun struct {
	visit *visit
	write func(format string, grid files.Grid) error
	taken bool
}

type exportRunKey struct{}

// MakeExport makes the file of an export: it asks the page as its maker would
// now, with the same rights and filter, and writes the list to w. did is called
// with each row.
func (a *App) MakeExport(ctx context.Context, e *db.Export, w io.Writer, did func() error) (name string, err error) {
	person, err := a.Store.Person(ctx, e.PersonID)
	if err != nil {
		return "", err
	}
	me, err := a.Store.ActorAt(ctx, person, a.Now())
	if err != nil {
		return "", err
	}
	if _, err := a.Store.Export(ctx, me, e.ID); err != nil { // he is something else by now
		return "", err
	}
	lang, _ := i18n.Parse(e.Locale)
	run := &exportRun{visit: &visit{person: person, me: me, lang: lang}}
	run.write = func(format string, grid files.Grid) error {
		name = grid.Name + "." + format
		grid.Rows = counted(grid.Rows, did)
		return writeGrid(w, format, grid)
	}
	r, err := http.NewRequestWithContext(context.WithValue(ctx, exportRunKey{}, run), http.MethodGet, e.Path, http.NoBody)
	if err != nil {
		return "", err
	}
	c := a.echo.NewContext(r, discarded{http.Header{}})
	a.echo.Router().Find(http.MethodGet, r.URL.Path, c)
	if err := c.Handler()(c); err != nil {
		return "", err
	}
	if !run.taken {
		return "", db.ErrNotFound
	}
	return name, nil
}

// runExport asks a page for its list, as far as its maker may see it.
func (a *App) runExport(c echo.Context, r route, run *exportRun) error {
	c.Set(visitKey, run.visit)
	if !rules.Allowed(run.visit.me, r.permission) {
		return db.ErrNotFound
	}
	return r.action(a, c, run.visit.me)
}

// counted calls did with each row; its error ends the rows.
func counted(rows iter.Seq2[[]any, error], did func() error) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for row, err := range rows {
			if err == nil {
				err = did()
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// discarded is a response that nobody reads.
type discarded struct{ header http.Header }

// Header returns the header.
func (d discarded) Header() http.Header { return d.header }

// Write drops the bytes.
func (d discarded) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader drops the status.
func (d discarded) WriteHeader(int) {}

// withoutFormat is the address of the page whose list a file holds.
func withoutFormat(path string) string {
	u, err := url.Parse(path)
	if err != nil {
		return "/"
	}
	q := u.Query()
	q.Del("format")
	u.RawQuery = q.Encode()
	return home(u.String())
}
