package handlers

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"amal/communique"
	"amal/db"
	"amal/i18n"
	"amal/templates"
)

// proposalView is what the reader proposes of a sentence. Form leads to the
// directive's form with all of it filled in; nothing is kept before a person
// saves that.
type proposalView struct {
	Number     int
	Sentence   int
	Kind       string
	Confidence string
	Title      string
	Due        templates.Day
	DueWords   string
	Shared     string // wording of a deadline in another clause
	Owners     []string
	Why        []string // the words it rests on
	Form       string
}

// readingView is the reader's side of a document's page.
type readingView struct {
	Supported bool
	Proposals []proposalView // directives
	Facts     []proposalView // reports, events, figures
	Reason    string         // why nothing is proposed of the chosen sentence
}

// readProposals reads a document with the register of agencies. A clause on
// which a directive rests already is not proposed again.
func (a *App) readProposals(c echo.Context, d *db.Document, chosen int) (readingView, []textMark, error) {
	n, err := a.names(c)
	if err != nil {
		return readingView{}, nil, err
	}
	result := communique.Propose(communique.Doc{Text: d.Text, Date: d.DatedOn, Lang: d.Language, Agencies: a.register.get(n.all)})
	view, p, text := readingView{Supported: result.Supported}, say(c), []rune(d.Text)
	var marks []textMark
	for _, proposal := range result.Proposals {
		if taken(proposal.Clause, d.Passages) {
			continue
		}
		v := a.proposalView(c, p, n, text, proposal, sentenceOf(result.Sentences, proposal.Start))
		v.Number = len(view.Proposals) + len(view.Facts) + 1
		if !proposal.Kind.Directive() {
			view.Facts = append(view.Facts, v)
			continue
		}
		v.Form = directiveAddress(d.ID, v, string(text[proposal.Clause.Start:proposal.Clause.End]), proposal.Kind.Strength())
		view.Proposals = append(view.Proposals, v)
		marks = append(marks, textMark{proposal.Clause.Start, proposal.Clause.End, fmt.Sprintf("#p%d", v.Number), v.Title})
	}
	for _, s := range result.Sentences {
		if s.Number == chosen && !s.Proposed {
			view.Reason = p.T("reader.reason." + strings.ReplaceAll(s.Reason, " ", "_"))
		}
	}
	return view, marks, nil
}

func (a *App) proposalView(c echo.Context, p *i18n.Printer, n names, text []rune, proposal communique.Proposal, sentence int) proposalView {
	quote := func(s communique.Span) string { return string(text[s.Start:s.End]) }
	v := proposalView{Sentence: sentence, Kind: p.T("reader.kind." + string(proposal.Kind)), Confidence: p.T("reader." + string(proposal.Confidence)), Title: proposal.Title}
	if due := proposal.Deadline; due != nil {
		v.DueWords = quote(due.Text)
		if !due.Date.IsZero() {
			v.Due = a.longDay(c, &due.Date)
		}
	}
	if proposal.Shared != nil {
		v.Shared = quote(proposal.Shared.Text)
	}
	for _, o := range proposal.Owners {
		v.Owners = append(v.Owners, ownerName(n, o, quote(o.Span)))
	}
	for _, cue := range proposal.Why {
		v.Why = append(v.Why, quote(cue.Span))
	}
	return v
}

// ownerName is the register's name where it is clear, the text's own words
// where it is not.
func ownerName(n names, o communique.Owner, words string) string {
	if len(o.Agencies) != 1 {
		return words
	}
	id, err := strconv.ParseInt(o.Agencies[0], 10, 64)
	if err != nil {
		return words
	}
	return n.of(id)
}

// readerRegister keeps the register of agencies as the reader matches it, by
// their ids: making it takes many times longer than reading a text.
type readerRegister struct {
	mu    sync.Mutex
	of    map[int64]*db.Agency
	built *communique.Register
}

// get returns the register of a directory, made anew when the directory was
// read anew.
func (r *readerRegister) get(all map[int64]*db.Agency) *communique.Register {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.built != nil && maps.Equal(r.of, all) {
		return r.built
	}
	agencies := make([]communique.Agency, 0, len(all))
	for _, id := range slices.Sorted(maps.Keys(all)) {
		g := all[id]
		agencies = append(agencies, communique.Agency{Code: fmt.Sprint(id), Names: append([]string{g.NameEn, g.NameRu, g.NameUz, g.NameKk, g.NameDe}, g.Aliases...),
			Short: []string{g.ShortEn, g.ShortRu, g.ShortUz, g.ShortKk}})
	}
	r.of, r.built = all, communique.NewRegister(agencies)
	return r.built
}

func taken(clause communique.Span, passages []db.MarkedPassage) bool {
	for _, m := range passages {
		if clause.Overlaps(communique.Span{Start: m.Starts, End: m.Ends}) {
			return true
		}
	}
	return false
}

func sentenceOf(sentences []communique.Reading, start int) int {
	for _, s := range sentences {
		if s.Start <= start && start < s.End {
			return s.Number
		}
	}
	return 0
}

// directiveAddress is the directive's form with a proposal filled in.
func directiveAddress(document int64, v proposalView, words, strength string) string {
	q := url.Values{"document": {fmt.Sprint(document)}, "words": {words}, "strength": {strength}, "title": {v.Title}, "wording": {v.DueWords}}
	if v.Due.ISO != "" {
		q.Set("deadline", v.Due.ISO)
	}
	return "/directives/new?" + q.Encode()
}
