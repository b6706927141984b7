package handlers

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"amal/communique"
	"amal/db"
	"amal/rules"
	"amal/templates"
)

// proposalForm is what is sent from the list of proposals: which button, and
// the fields of the one proposal that is open for changes.
type proposalForm struct {
	Do         string  `form:"do"`   // what, on which proposal, and of which directive: "restates 12-40-agreement 17"
	Open       string  `form:"open"` // the proposal whose fields are sent
	Part       int     `form:"part"`
	Controller int64   `form:"controller"`
	Title      string  `form:"title"`
	As         string  `form:"as"`
	Typed      string  `form:"deadline"`
	Points     string  `form:"points"`
	Leads      []int64 `form:"lead"`
	FormKey    string  `form:"form_key"`
}

// verbs of the buttons in the list of proposals.
const (
	doConfirm  = "confirm"
	doRestate  = "restates"
	doLink     = "link"
	doDecline  = "decline"
	doTakeBack = "back"
	doNothing  = "" // the button that Enter presses where no proposal is open
)

// button is what a pressed button asks for.
type button struct {
	verb, key string
	other     int64
}

func (f *proposalForm) button() button {
	parts := append(strings.Fields(f.Do), "", "", "")
	other, _ := strconv.ParseInt(parts[2], 10, 64)
	return button{parts[0], parts[1], other}
}

// onceKey makes each decision of a page one that is taken once; "" for a form
// without a key.
func (f *proposalForm) onceKey() string {
	if f.FormKey == "" {
		return ""
	}
	return f.FormKey + " " + f.Do
}

// as is what a proposal can be recorded as: a strength, or one of these.
const (
	asEvent     = "event"
	asIndicator = "indicator"
)

// proposalEdit is a proposal's fields, open for changes.
type proposalEdit struct {
	Title, Deadline, Hint, Points string
	As                            []templates.Choice
	Leads                         []leadChoice
}

// leadChoice is the choice of one side's lead agency.
type leadChoice struct {
	Side    templates.Side
	Choices []templates.Choice
}

// decide carries out what was pressed in the list of proposals, and leads on to
// the next one that is open.
func (a *App) decide(c echo.Context, me rules.Actor) error {
	form, err := bind[proposalForm](c)
	if form == nil {
		return err
	}
	id, idErr := id(c, "id")
	if idErr != nil {
		return idErr
	}
	d, docErr := a.Store.Document(c.Request().Context(), me, id)
	if docErr != nil {
		return docErr
	}
	of, _, readErr := a.loadProposals(c, d, persistence)
	if readErr != nil {
		return readErr
	}
	if of == nil { // a very long text is being read anew
		return db.ErrUnavailable
	}
	b := form.button()
	if b.verb == doNothing {
		return a.seeOther(c, of.page(form.Part), "")
	}
	if err == nil {
		err = a.press(c, me, of, form, b)
	}
	var wrong rules.Problems
	switch {
	case errors.As(err, &wrong):
		return a.showDocument(c, me, documentState{form: form, open: b.key, part: form.Part}, err)
	case errors.Is(err, rules.ErrMove):
		return a.seeOther(c, of.page(form.Part), "reader.has_number")
	case err != nil:
		return err
	case form.Open != "" && form.Open != b.key && of.touched(form): // the words typed in another one stay
		return a.showDocument(c, me, documentState{form: form, open: form.Open, part: form.Part}, nil)
	}
	return a.seeOther(c, of.next(b, form.Part), "reader.did."+b.verb)
}

// page is the address of a part of the document.
func (of *proposalsOf) page(part int) string {
	if part > 1 {
		return fmt.Sprintf("/documents/%d?part=%d", of.document.ID, part)
	}
	return fmt.Sprintf("/documents/%d", of.document.ID)
}

// touched tells whether the open proposal's fields were changed.
func (of *proposalsOf) touched(f *proposalForm) bool {
	p := of.find(f.Open)
	return p != nil && of.changed(f, of.fields(p))
}

// next is the place where the first open proposal after the pressed one stands;
// the pressed one itself where none is.
func (of *proposalsOf) next(b button, part int) string {
	found := 0
	for i := range of.result.Proposals {
		p := &of.result.Proposals[i]
		key := proposalKey(p)
		if b.verb == doTakeBack && fmt.Sprint(of.decisions[key].ID) == b.key {
			found = i + 1
			break
		}
		if key == b.key {
			found = i + 1
			continue
		}
		if _, done := of.decisions[key]; found > 0 && !done && of.byHand(p) == 0 && p.Confidence != communique.Possible {
			found, part = i+1, of.partOf(p)
			break
		}
	}
	return fmt.Sprintf("%s#p%d", of.page(part), found)
}

// partOf is the part of the text that a proposal stands in.
func (of *proposalsOf) partOf(p *communique.Proposal) int {
	at, _ := slices.BinarySearchFunc(of.result.Sentences, p.Start, func(s communique.Reading, start int) int { return s.End - start - 1 })
	return at/sentencesOfPart + 1
}

func (a *App) press(c echo.Context, me rules.Actor, of *proposalsOf, f *proposalForm, b button) error {
	ctx := c.Request().Context()
	if b.verb == doTakeBack {
		decision, _ := strconv.ParseInt(b.key, 10, 64)
		return a.Store.TakeBack(ctx, me, of.document.ID, decision, a.Now())
	}
	p := of.find(b.key)
	if p == nil {
		return db.ErrNotFound
	}
	in := db.ProposalInput{DocumentID: of.document.ID, Starts: p.Clause.Start, Ends: p.Clause.End, Kind: string(p.Kind), RuleSet: communique.RuleSet,
		Proposed: of.proposed(p), FormKey: f.onceKey(), Back: of.page(f.Part), Now: a.Now()}
	if (b.verb == doLink || b.verb == doRestate) == (b.other == 0) { // a link needs a directive, nothing else takes one
		return errBadForm
	}
	switch b.verb {
	case doDecline:
		in.Decision = rules.Declined
	case doLink:
		in.Decision, in.LinkTo = rules.Linked, b.other
	case doConfirm, doRestate:
		in.Earlier = b.other
		if err := a.take(c, of, p, f, &in); err != nil {
			return err
		}
	default:
		return errBadForm
	}
	return a.Store.Decide(ctx, me, in)
}

func (of *proposalsOf) find(key string) *communique.Proposal {
	for i := range of.result.Proposals {
		if proposalKey(&of.result.Proposals[i]) == key {
			return &of.result.Proposals[i]
		}
	}
	return nil
}
