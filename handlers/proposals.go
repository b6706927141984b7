package handlers

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"amal/communique"
	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// proposalView is what the reader proposes of a clause, and what was decided on
// it. Nothing is recorded before a person confirms it.
type proposalView struct {
	Number     int
	Sentence   int
	Key        string // names it in the form
	Kind       string
	Confidence string
	Doubtful   bool
	Title      string
	Due        templates.Day
	Past       bool
	DueWords   string
	Shared     string // wording of a deadline in another clause
	Owners     []string
	Why        []string // the words it rests on
	Status     templates.Status
	Href       string     // what was recorded
	Back       int64      // the decision that can be taken back
	Twin       *alikeView // the same directive in another language
	Earlier    *alikeView // a directive that it seems to repeat
	Edit       *proposalEdit
	Change     string // address that opens its fields
	Directive  bool   // becomes one
	Error      map[string]string
	open       bool
	source     *communique.Proposal
}

// alikeView is a directive laid beside a proposal.
type alikeView struct {
	ID                       int64
	Ref, Title, Where, Words string
	Lang                     string
	Said, Due                templates.Day
}

// readingView is the reader's side of a document's page.
type readingView struct {
	Supported   bool
	Proposals   []proposalView
	Doubtful    []proposalView // shown collapsed
	Done, All   int
	Controllers []templates.Choice
	Reason      string         // why nothing is proposed of the chosen sentence
	Reasons     map[int]string // why nothing is proposed, by sentence
}

// proposalsOf is a document with what the reader proposes of it.
type proposalsOf struct {
	*reading
	document  *db.Document
	decisions map[string]db.Decision
	names     names
	today     time.Time
}

// keyOf names a proposal of a document in forms and decisions.
func keyOf(starts, ends int, kind string) string { return fmt.Sprintf("%d-%d-%s", starts, ends, kind) }

func proposalKey(p *communique.Proposal) string {
	return keyOf(p.Clause.Start, p.Clause.End, string(p.Kind))
}

// loadProposals reads a document; nil where the reader is still at it after a
// while.
func (a *App) loadProposals(c echo.Context, d *db.Document, within time.Duration) (*proposalsOf, *reading, error) {
	n, err := a.names(c)
	if err != nil {
		return nil, nil, err
	}
	k := a.readings.of(d, n.all)
	if !k.ready(c.Request().Context(), within) {
		return nil, k, nil
	}
	decided, err := a.Store.Decisions(c.Request().Context(), d.ID)
	if err != nil {
		return nil, nil, err
	}
	of := &proposalsOf{reading: k, document: d, decisions: map[string]db.Decision{}, names: n, today: a.today(c)}
	for _, x := range decided {
		of.decisions[keyOf(x.Starts, x.Ends, x.Kind)] = x
	}
	return of, k, nil
}

// view shows the proposals of the sentences from first to last, the marks they
// leave in the text, and the count of all.
func (of *proposalsOf) view(a *App, c echo.Context, first, last int) (readingView, []textMark) {
	p := say(c)
	view, marks := readingView{Supported: of.result.Supported, Reasons: of.reasons(p, first, last)}, []textMark(nil)
	sentences := of.result.Sentences
	for i, at := 0, 0; i < len(of.result.Proposals); i++ {
		proposal := &of.result.Proposals[i]
		for at < len(sentences) && sentences[at].End <= proposal.Start {
			at++
		}
		v := of.one(a, c, p, proposal)
		v.Number = i + 1
		view.All++
		if !v.open {
			view.Done++
		}
		if at == len(sentences) || sentences[at].Number < first || sentences[at].Number > last {
			continue
		}
		v.Sentence = sentences[at].Number
		if v.Doubtful {
			view.Doubtful = append(view.Doubtful, v)
			continue
		}
		view.Proposals = append(view.Proposals, v)
		if v.open {
			marks = append(marks, textMark{proposal.Clause.Start, proposal.Clause.End, fmt.Sprintf("#p%d", v.Number), v.Title})
		}
	}
	return view, marks
}

// reasons says of the sentences from first to last that nothing is proposed of
// why.
func (of *proposalsOf) reasons(p *i18n.Printer, first, last int) map[int]string {
	reasons := map[int]string{}
	for _, s := range of.result.Sentences {
		if s.Number >= first && s.Number <= last && !s.Proposed {
			reasons[s.Number] = p.T("reader.reason." + strings.ReplaceAll(s.Reason, " ", "_"))
		}
	}
	return reasons
}

func (of *proposalsOf) one(a *App, c echo.Context, p *i18n.Printer, proposal *communique.Proposal) proposalView {
	v := proposalView{Key: proposalKey(proposal), Kind: p.T("reader.kind." + string(proposal.Kind)), Confidence: p.T("reader." + string(proposal.Confidence)),
		Title: proposal.Title, source: proposal,
		Directive: becomesDirective(proposal.Kind)}
	if due := proposal.Deadline; due != nil {
		v.DueWords = of.words(due.Text)
		if !due.Date.IsZero() {
			v.Due, v.Past = a.longDay(c, &due.Date), due.Date.Before(of.today)
		}
	}
	if proposal.Shared != nil {
		v.Shared = of.words(proposal.Shared.Text)
	}
	for _, o := range proposal.Owners {
		v.Owners = append(v.Owners, ownerName(of.names, o, of.words(o.Span)))
	}
	for _, cue := range proposal.Why {
		v.Why = append(v.Why, of.words(cue.Span))
	}
	of.decided(p, &v)
	v.Doubtful = v.open && proposal.Confidence == communique.Possible
	return v
}

// decided says what became of a proposal: a decision on it, or a directive that
// somebody made of its words by hand.
func (of *proposalsOf) decided(p *i18n.Printer, v *proposalView) {
	v.open = true
	if d, ok := of.decisions[v.Key]; ok {
		v.open = false
		if !d.Numbered {
			v.Back = d.ID
		}
		v.Status = templates.Status{Key: "done", Word: p.T("reader.decision." + string(d.Decision))}
		switch {
		case d.Decision == rules.Declined:
			v.Status.Key = "stop"
		case d.DirectiveID != nil:
			v.Href = fmt.Sprintf("/directives/%d", *d.DirectiveID)
		case d.EventID != nil || d.IndicatorID != nil:
			v.Href = fmt.Sprintf("/meetings/%d", of.document.MeetingID)
		}
		return
	}
	if directive := of.byHand(v.source); directive != 0 {
		v.open, v.Href = false, fmt.Sprintf("/directives/%d", directive)
		v.Status = templates.Status{Key: "done", Word: p.T("reader.decision.recorded")}
	}
}

// byHand is a directive that somebody made of a proposal's words without the
// reader, 0 for none.
func (of *proposalsOf) byHand(p *communique.Proposal) int64 {
	if !becomesDirective(p.Kind) {
		return 0
	}
	for _, m := range of.document.Passages {
		if p.Clause.Overlaps(communique.Span{Start: m.Starts, End: m.Ends}) {
			return m.DirectiveID
		}
	}
	return 0
}

// becomesDirective tells whether proposals of a kind are recorded as
// directives, reports as noted ones.
func becomesDirective(k communique.Kind) bool { return k.Directive() || k == communique.Report }

// ownerName is the register's name where it is clear, the text's own words
// where it is not.
func ownerName(n names, o communique.Owner, words string) string {
	if len(o.Agencies) != 1 {
		return words
	}
	id, err := strconv.ParseInt(o.Agencies[0], 10, 64)
	if name := n.of(id); err == nil && name != "" {
		return name
	}
	return words
}
