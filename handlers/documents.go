package handlers

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"amal/communique"
	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// documentView is the reader: a source text with numbered sentences, the
// passages that directives rest on, and the form to make one of a sentence.
type documentView struct {
	templates.Layout
	ID         int64
	Crumbs     []templates.Crumb
	Kind, Lang string
	About      string
	Origin     string
	Paragraphs [][]sentenceView
	Directives []passageRow
	Record     bool
	Chosen     int    // number of the chosen sentence, 0 for none
	ChosenText string // its words
	Words      string // typed
	Reading    readingView
}

// sentenceView is a sentence cut into plain and marked pieces.
type sentenceView struct {
	Number   int
	Headline bool
	Chosen   bool
	Pieces   []piece
	Choose   string
}

// piece is a run of text; marked ones lead to their directive.
type piece struct {
	Text, Href, Label string
	On                bool
}

type passageRow struct {
	ID         int64
	Ref, Title string
}

var documentPage = templates.New[documentView]("document.html")

func (a *App) document(c echo.Context, me rules.Actor) error {
	sentence, _ := strconv.Atoi(c.QueryParam("sentence"))
	return a.showDocument(c, me, sentence, "", nil)
}

func (a *App) showDocument(c echo.Context, me rules.Actor, sentence int, words string, failed error) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	d, err := a.Store.Document(c.Request().Context(), me, id)
	if err != nil {
		return err
	}
	p := say(c)
	crumbs := []templates.Crumb{{Href: "/meetings", Label: p.T("nav.meetings")}, {Href: fmt.Sprintf("/meetings/%d", d.MeetingID), Label: d.Meeting.Place + ", " + p.Date(d.Meeting.HeldOn)}, {Label: p.T("document.kind." + d.Kind)}}
	if len(me.RegisterSides()) == 0 { // a focal point has no register to go back to
		crumbs = []templates.Crumb{{Label: d.Meeting.Place + ", " + p.Date(d.Meeting.HeldOn)}, {Label: p.T("document.kind." + d.Kind)}}
	}
	view := documentView{Layout: a.layout(c, d.Title), ID: d.ID, Crumbs: crumbs, Kind: p.T("document.kind." + d.Kind), Lang: d.Language,
		About: a.aboutDocument(c, d.ListedDocument), Origin: d.Origin, Record: rules.Allowed(me, rules.Record), Words: words}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	from, _ := strconv.Atoi(c.QueryParam("from"))
	to, _ := strconv.Atoi(c.QueryParam("to"))
	marks := passageMarks(d.Passages)
	if view.Record {
		var proposed []textMark
		if view.Reading, proposed, err = a.readProposals(c, d, sentence); err != nil {
			return err
		}
		marks = append(marks, proposed...)
	}
	view.read(d, sentence, [2]int{from, to}, marks)
	for _, m := range d.Passages {
		view.Directives = append(view.Directives, passageRow{ID: m.DirectiveID, Ref: rules.DirectiveRef(whole(m.NumberYear), whole(m.Number)), Title: m.Title})
	}
	return render(c, status, documentPage, view)
}

func whole(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// read cuts the text into paragraphs of sentences and marks the passages.
func (v *documentView) read(d *db.Document, chosen int, on [2]int, marks []textMark) {
	runes := []rune(d.Text)
	ended := -1 // where the sentence before ends
	for _, s := range communique.Sentences(d.Text) {
		sv := sentenceView{Number: s.Number, Headline: s.Headline, Chosen: s.Number == chosen,
			Choose: fmt.Sprintf("/documents/%d?sentence=%d#make", d.ID, s.Number), Pieces: pieces(runes, s, marks, on)}
		if s.Number == chosen {
			v.Chosen, v.ChosenText = chosen, string(runes[s.Start:s.End])
		}
		if ended < 0 || slices.Contains(runes[ended:s.Start], '\n') {
			v.Paragraphs = append(v.Paragraphs, nil)
		}
		ended = s.End
		last := len(v.Paragraphs) - 1
		v.Paragraphs[last] = append(v.Paragraphs[last], sv)
	}
	if v.Words == "" {
		v.Words = v.ChosenText
	}
}

// textMark is a span of the text that leads somewhere, in code points.
type textMark struct {
	from, to    int
	href, label string
}

func passageMarks(passages []db.MarkedPassage) []textMark {
	var marks []textMark
	for _, m := range passages {
		marks = append(marks, textMark{m.Starts, m.Ends, fmt.Sprintf("/directives/%d", m.DirectiveID), m.Title})
	}
	return marks
}

// pieces cuts a sentence at the ends of the marks in it. Overlapping marks
// share a piece; it leads to the first.
func pieces(r []rune, s communique.Sentence, marks []textMark, on [2]int) []piece {
	var out []piece
	add := func(p piece) {
		if n := len(out); n > 0 && out[n-1].Href == p.Href && out[n-1].On == p.On {
			out[n-1].Text += p.Text
			return
		}
		out = append(out, p)
	}
	for i := s.Start; i < s.End; i++ {
		p := piece{Text: string(r[i])}
		for _, m := range marks {
			if i >= m.from && i < m.to {
				p.Href, p.Label = m.href, m.label
				p.On = m.from == on[0] && m.to == on[1]
				break
			}
		}
		add(p)
	}
	return out
}

// ownSentence keeps of the text around a passage what belongs to its own
// sentence.
func ownSentence(before, words, after string) (string, string) {
	text := before + words + after
	from, to := len([]rune(before)), len([]rune(before))+len([]rune(words))
	r := []rune(text)
	start, end := from, to
	for _, s := range communique.Sentences(text) {
		if s.End > from && s.Start <= from {
			start = min(start, s.Start)
		}
		if s.Start < to && s.End >= to {
			end = max(end, s.End)
		}
	}
	return string(r[start:from]), string(r[to:end])
}

// languageName is what a language calls itself, its code where Amal does not
// speak it.
func languageName(code string) string {
	if l, ok := i18n.Parse(code); ok {
		return l.Name()
	}
	return code
}

// originalEnding is the ending of a file's name by what the file is.
func originalEnding(body []byte) string {
	switch {
	case bytes.HasPrefix(body, []byte("PK\x03\x04")):
		return ".docx"
	case bytes.HasPrefix(body, []byte("%PDF-")):
		return ".pdf"
	}
	return ".txt"
}

// original sends the bytes of a document as they came, to keep, not to open.
func (a *App) original(c echo.Context, me rules.Actor) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	d, body, err := a.Store.Original(c.Request().Context(), me, id)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="document-%d%s"`, d.ID, originalEnding(body)))
	h.Set(echo.HeaderCacheControl, "no-store")
	return c.Blob(http.StatusOK, "application/octet-stream", body)
}
