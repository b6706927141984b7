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

// documentView is a source text with numbered sentences and the passages that
// directives rest on; for who records, with what the reader proposes of it and
// the form to make a directive of any sentence.
type documentView struct {
	templates.Layout
	ID         int64
	Crumbs     []templates.Crumb
	Kind, Lang string
	About      string
	Origin     string
	Paragraphs [][]sentenceView
	Directives []passageRow
	Others     []templates.Crumb // other texts of the meeting, to lay beside
	Parts      []templates.Choice
	Part       int
	Record     bool
	Chosen     int    // number of the chosen sentence, 0 for none
	ChosenText string // its words
	Words      string // typed
	Waiting    bool   // the reader is still at it
	Percent    int
	Default    string // what Enter does: confirms the proposal that is open
	Reading    readingView
}

// sentenceView is a sentence cut into plain and marked pieces.
type sentenceView struct {
	Number   int
	Headline bool
	Chosen   bool
	Pieces   []piece
	Choose   string
	WhyNot   string
}

// piece is a run of text; marked ones lead to their directive or proposal.
type piece struct {
	Text, Href, Label string
	On                bool
}

type passageRow struct {
	ID         int64
	Ref, Title string
}

// documentState is how a document's page is to be shown: what was chosen or
// typed on it.
type documentState struct {
	sentence int    // chosen
	words    string // typed
	open     string // key of the proposal whose fields are open
	part     int
	form     *proposalForm
}

var documentPage = templates.New[documentView]("document.html")

func (a *App) document(c echo.Context, me rules.Actor) error {
	sentence, _ := strconv.Atoi(c.QueryParam("sentence"))
	part, _ := strconv.Atoi(c.QueryParam("part"))
	return a.showDocument(c, me, documentState{sentence: sentence, open: c.QueryParam("change"), part: part}, nil)
}

func (a *App) showDocument(c echo.Context, me rules.Actor, state documentState, failed error) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	d, err := a.Store.Document(c.Request().Context(), me, id)
	if err != nil {
		return err
	}
	p := say(c)
	view := documentView{Layout: a.layout(c, d.Title), ID: d.ID, Crumbs: a.documentCrumbs(c, me, d), Kind: p.T("document.kind." + d.Kind), Lang: d.Language,
		About: a.aboutDocument(c, d.ListedDocument), Origin: d.Origin, Record: rules.Allowed(me, rules.Record), Words: state.words}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	for _, m := range d.Passages {
		view.Directives = append(view.Directives, passageRow{ID: m.DirectiveID, Ref: rules.DirectiveRef(whole(m.NumberYear), whole(m.Number)), Title: m.Title})
	}
	if err := view.beside(c, a, me, d); err != nil {
		return err
	}
	of, k, err := a.loadIf(c, view.Record, d)
	if err != nil {
		return err
	}
	if of == nil && k != nil {
		view.Waiting, view.Percent = true, int(k.percent.Load())
		c.Response().Header().Set("Refresh", "1")
		return render(c, status, documentPage, view)
	}
	sentences := sentencesOf(d, of)
	from, _ := strconv.Atoi(c.QueryParam("from"))
	to, _ := strconv.Atoi(c.QueryParam("to"))
	first, last := view.cutPart(sentences, state, from)
	marks := passageMarks(d.Passages)
	if of != nil {
		proposed, err := a.propose(c, me, &view, of, state, first, last)
		if err != nil {
			return err
		}
		marks = append(marks, proposed...)
	}
	view.read(d, sentences[first:last], state.sentence, [2]int{from, to}, marks)
	return render(c, status, documentPage, view)
}

// sentencesOf are the sentences of a document, as the reader cut them where it
// has.
func sentencesOf(d *db.Document, of *proposalsOf) []communique.Sentence {
	if of == nil || !of.result.Supported {
		return communique.Sentences(d.Text)
	}
	sentences := make([]communique.Sentence, len(of.result.Sentences))
	for i, s := range of.result.Sentences {
		sentences[i] = s.Sentence
	}
	return sentences
}

// loadIf reads the document for who may record.
func (a *App) loadIf(c echo.Context, record bool, d *db.Document) (*proposalsOf, *reading, error) {
	if !record {
		return nil, nil, nil
	}
	return a.loadProposals(c, d, patience)
}

// propose shows what the reader proposes of the part on screen and returns the
// marks that it leaves in the text.
func (a *App) propose(c echo.Context, me rules.Actor, v *documentView, of *proposalsOf, state documentState, first, last int) ([]textMark, error) {
	ctx := c.Request().Context()
	var marks []textMark
	v.Reading, marks = of.view(a, c, first+1, last)
	lists := [][]proposalView{v.Reading.Proposals, v.Reading.Doubtful}
	if err := of.compare(ctx, a, c, me, lists...); err != nil {
		return nil, err
	}
	for _, list := range lists {
		for i := range list {
			list[i].Change = fmt.Sprintf("/documents/%d?part=%d&change=%s#p%d", v.ID, v.Part, list[i].Key, list[i].Number)
			if list[i].open && list[i].Key == state.open {
				list[i].Error, v.Default = v.Error, list[i].main()
				if err := of.edit(a, c, &list[i], state.form); err != nil {
					return nil, err
				}
			}
		}
	}
	v.Reading.Reason = v.Reading.Reasons[state.sentence]
	chosen := int64(0)
	if state.form != nil {
		chosen = state.form.Controller
	}
	var err error
	v.Reading.Controllers, err = a.controllerChoices(c, me, of.document, chosen)
	return marks, err
}

// controllerChoices offers who controls what is confirmed: as chosen before, as
// for the latest directive of the meeting, or the asker himself.
func (a *App) controllerChoices(c echo.Context, me rules.Actor, d *db.Document, chosen int64) ([]templates.Choice, error) {
	people, err := a.Store.Controllers(c.Request().Context(), me, d.Meeting.Sides)
	if err != nil {
		return nil, err
	}
	if chosen == 0 {
		if chosen, err = a.Store.LatestController(c.Request().Context(), d.MeetingID); err != nil {
			return nil, err
		}
	}
	if chosen == 0 {
		chosen = me.PersonID
	}
	n, err := a.names(c)
	var list []templates.Choice
	for _, person := range people {
		list = append(list, templates.Choice{Value: fmt.Sprint(person.ID), Label: person.Name + ", " + n.of(person.AgencyID), Chosen: person.ID == chosen})
	}
	return list, err
}

func (a *App) documentCrumbs(c echo.Context, me rules.Actor, d *db.Document) []templates.Crumb {
	p := say(c)
	meeting := templates.Crumb{Label: d.Meeting.Place + ", " + p.Date(d.Meeting.HeldOn)}
	if len(me.RegisterSides()) == 0 { // a focal point has no register to go back to
		return []templates.Crumb{meeting, {Label: p.T("document.kind." + d.Kind)}}
	}
	meeting.Href = fmt.Sprintf("/meetings/%d", d.MeetingID)
	return []templates.Crumb{{Href: "/meetings", Label: p.T("nav.meetings")}, meeting, {Label: p.T("document.kind." + d.Kind)}}
}

// sentencesOfPart is how many sentences a page shows of a long text.
const sentencesOfPart = 400

// cutPart finds the part of the text to show, as indexes of its sentences: the
// asked one, or that of the chosen sentence or of the passage that begins at from.
func (v *documentView) cutPart(sentences []communique.Sentence, state documentState, from int) (first, last int) {
	parts := max(1, (len(sentences)+sentencesOfPart-1)/sentencesOfPart)
	part := state.part
	if state.sentence > 0 {
		part = (state.sentence-1)/sentencesOfPart + 1
	} else if from > 0 {
		at, _ := slices.BinarySearchFunc(sentences, from, func(s communique.Sentence, from int) int { return s.End - from - 1 })
		part = at/sentencesOfPart + 1
	}
	v.Part = min(max(part, 1), parts)
	for i := 1; i <= parts && parts > 1; i++ {
		v.Parts = append(v.Parts, templates.Choice{Value: fmt.Sprintf("/documents/%d?part=%d", v.ID, i), Label: strconv.Itoa(i), Chosen: i == v.Part})
	}
	first = (v.Part - 1) * sentencesOfPart
	return first, min(first+sentencesOfPart, len(sentences))
}

func whole(n *int) int {
	if n == nil {
		return 0
	}
	return *n
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
