package handlers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"amal/communique"
	"amal/db"
	"amal/rules"
	"amal/templates"
)

// besideView is one source in two languages, side by side.
type besideView struct {
	templates.Layout
	Crumbs []templates.Crumb
	Texts  [2]besideText
	Rows   []besideRow
	Record bool
	Cut    bool // the texts go on
}

// mostBeside is how many sentences of each text lie side by side.
const mostBeside = 400

// besideText is one of the two texts.
type besideText struct {
	ID          int64
	Title, Lang string
	Language    string
	Paragraphs  [][]sentenceView
}

// besideRow is a directive with the words it rests on in either language, or
// that the other language seems to have for it.
type besideRow struct {
	ID         int64
	Ref, Title string
	Words      [2]string
	Link       string // button that links the missing side; "" where none is found
	LinkIn     int    // the text that it is found in
	Number     int
}

var besidePage = templates.New[besideView]("beside.html")

// beside lists the other texts of a document's meeting, to lay beside it.
func (v *documentView) beside(c echo.Context, a *App, me rules.Actor, d *db.Document) error {
	others, err := a.Store.OtherDocuments(c.Request().Context(), me, d)
	for _, o := range others {
		if o.Language != d.Language {
			v.Others = append(v.Others, templates.Crumb{Href: fmt.Sprintf("/documents/%d/beside/%d", d.ID, o.ID), Label: o.Title + ", " + languageName(o.Language)})
		}
	}
	return err
}

// beside shows two texts of a meeting side by side, with their directives.
func (a *App) beside(c echo.Context, me rules.Actor) error {
	var texts [2]*db.Document
	for i, name := range []string{"id", "other"} {
		docID, err := id(c, name)
		if err != nil {
			return err
		}
		if texts[i], err = a.Store.Document(c.Request().Context(), me, docID); err != nil {
			return err
		}
	}
	if texts[0].MeetingID != texts[1].MeetingID || texts[0].ID == texts[1].ID {
		return db.ErrNotFound
	}
	p := say(c)
	view := besideView{Layout: a.layout(c, p.T("beside.title")), Record: rules.Allowed(me, rules.Record)}
	crumbs := a.documentCrumbs(c, me, texts[0])
	crumbs[len(crumbs)-1].Href = fmt.Sprintf("/documents/%d", texts[0].ID)
	view.Crumbs = append(crumbs, templates.Crumb{Label: p.T("beside.title")})
	view.rows(texts)
	if view.Record {
		for i := range texts {
			if err := a.missing(c, me, &view, texts, i); err != nil {
				return err
			}
		}
	}
	for i, d := range texts {
		view.Texts[i] = besideText{ID: d.ID, Title: d.Title, Lang: d.Language, Language: languageName(d.Language), Paragraphs: view.paragraphs(d)}
	}
	return render(c, 200, besidePage, view)
}

// rows gathers the directives of both texts, in the order of the first, then
// of the second.
func (v *besideView) rows(texts [2]*db.Document) {
	at := map[int64]int{}
	for i, d := range texts {
		r := []rune(d.Text)
		for _, m := range d.Passages {
			k, ok := at[m.DirectiveID]
			if !ok {
				k = len(v.Rows)
				at[m.DirectiveID] = k
				v.Rows = append(v.Rows, besideRow{ID: m.DirectiveID, Ref: rules.DirectiveRef(whole(m.NumberYear), whole(m.Number)), Title: m.Title, Number: k + 1})
			}
			v.Rows[k].Words[i] = strings.TrimPrefix(v.Rows[k].Words[i]+" … "+string(r[m.Starts:m.Ends]), " … ")
		}
	}
}

// missing offers, for directives that do not rest on text i yet, the words of
// it that seem to say the same.
func (a *App) missing(c echo.Context, me rules.Actor, v *besideView, texts [2]*db.Document, i int) error {
	if !slices.ContainsFunc(v.Rows, func(r besideRow) bool { return r.Words[i] == "" }) {
		return nil
	}
	of, _, err := a.loadProposals(c, texts[i], persistence)
	if err != nil || of == nil { // a very long text: its own page offers them
		return err
	}
	list, _ := of.view(a, c, 1, mostBeside)
	all := append(list.Proposals, list.Doubtful...)
	slices.SortFunc(all, func(x, y proposalView) int { return cmp.Compare(x.Number, y.Number) })
	if err := of.compare(c.Request().Context(), a, c, me, all); err != nil {
		return err
	}
	for _, p := range all {
		for k := range v.Rows {
			if r := &v.Rows[k]; r.Words[i] == "" && p.Twin != nil && p.Twin.ID == r.ID {
				r.Link, r.LinkIn = fmt.Sprintf("%s %s %d", doLink, p.Key, r.ID), i
				r.Words[i] = of.words(p.source.Clause)
			}
		}
	}
	return nil
}

// paragraphs marks in a text the directives of the rows, by their numbers.
func (v *besideView) paragraphs(d *db.Document) [][]sentenceView {
	var marks []textMark
	for _, m := range d.Passages {
		for _, r := range v.Rows {
			if r.ID == m.DirectiveID {
				marks = append(marks, textMark{m.Starts, m.Ends, fmt.Sprintf("#d%d", r.Number), r.Title})
			}
		}
	}
	text := documentView{ID: d.ID}
	sentences := communique.Sentences(d.Text)
	v.Cut = v.Cut || len(sentences) > mostBeside
	text.read(d, sentences[:min(len(sentences), mostBeside)], 0, [2]int{}, marks)
	return text.Paragraphs
}
