package handlers

import (
	"context"
	"fmt"
	"time"

	"github.com/labstack/echo/v4"

	"amal/communique"
	"amal/db"
	"amal/rules"
)

// matter is a proposal as it is compared with directives.
func (of *proposalsOf) matter(p *communique.Proposal) communique.Matter {
	m := communique.Matter{Terms: communique.TermsOf(p.Title + "\n" + of.words(p.Clause)), Kind: p.Kind, At: float64(p.Clause.Start) / float64(max(of.letters, 1))}
	if p.Deadline != nil && !p.Deadline.Date.IsZero() {
		m.Due = p.Deadline.Date.Format(time.DateOnly)
	}
	return m
}

// compare finds for the open proposals the directives that are the same in
// another language of the meeting's text, or that said the same at another
// meeting.
func (of *proposalsOf) compare(ctx context.Context, a *App, c echo.Context, me rules.Actor, lists ...[]proposalView) error {
	var views []*proposalView
	var matters []communique.Matter
	var pairs []string
	for _, list := range lists {
		for i := range list {
			if v := &list[i]; v.open && v.Directive {
				m := of.matter(v.source)
				views, matters = append(views, v), append(matters, m)
				pairs = append(pairs, m.Terms.Likeness()...)
			}
		}
	}
	if len(views) == 0 {
		return nil
	}
	twins, err := a.twinsOf(ctx, me, of, matters)
	if err != nil {
		return err
	}
	alike, err := a.Store.Alike(ctx, me, pairs, of.document.ID)
	if err != nil {
		return err
	}
	for i, v := range views {
		if twins[i] != nil {
			v.Twin = a.alikeView(c, twins[i])
		} else if earlier := mostAlike(matters[i].Terms, alike, of.document.MeetingID); earlier != nil {
			v.Earlier = a.alikeView(c, earlier)
		}
	}
	return nil
}

// main is what a proposal's first button does.
func (v *proposalView) main() string {
	switch {
	case v.Twin != nil:
		return fmt.Sprintf("%s %s %d", doLink, v.Key, v.Twin.ID)
	case v.Earlier != nil:
		return fmt.Sprintf("%s %s %d", doRestate, v.Key, v.Earlier.ID)
	}
	return doConfirm + " " + v.Key
}

// mostAlike is the directive of another meeting that says the same, the one
// nearest in words; of equals the latest.
func mostAlike(terms communique.Terms, candidates []db.Statement, meeting int64) *db.Statement {
	var found *db.Statement
	best := 0.0
	for i := range candidates {
		s := &candidates[i]
		other := communique.TermsOf(s.Title + "\n" + s.Words)
		if near := communique.Alike(terms, other); s.MeetingID != meeting && communique.SameMatter(terms, other) && near > best {
			found, best = s, near
		}
	}
	return found
}

// kindOf is what a reader calls a directive's strength.
var kindOf = map[string]communique.Kind{"instructed": communique.Instruction, "agreed": communique.Agreement, "stressed": communique.Intention, "noted": communique.Report}

// twinsOf finds for each matter of a document the directive that rests on
// another language of the same meeting's text, nil for none.
func (a *App) twinsOf(ctx context.Context, me rules.Actor, of *proposalsOf, matters []communique.Matter) ([]*db.Statement, error) {
	found, best := make([]*db.Statement, len(matters)), make([]float64, len(matters))
	rows, err := a.Store.Twins(ctx, me, of.document.MeetingID, of.document.ID)
	if err != nil {
		return nil, err
	}
	byDocument := map[int64][]*db.Statement{}
	for i := range rows {
		if r := &rows[i]; r.Language != of.document.Language && !of.restsHere(r.ID) {
			byDocument[*r.DocumentID] = append(byDocument[*r.DocumentID], r)
		}
	}
	for _, list := range byDocument {
		twins, near := communique.Align(matters, mattersOf(list))
		for i, j := range twins {
			if j >= 0 && (near[i] > best[i] || near[i] == best[i] && list[j].ID < found[i].ID) {
				found[i], best[i] = list[j], near[i]
			}
		}
	}
	return found, nil
}

// mattersOf are directives as they are compared with proposals.
func mattersOf(list []*db.Statement) []communique.Matter {
	matters := make([]communique.Matter, len(list))
	for i, r := range list {
		matters[i] = communique.Matter{Terms: communique.TermsOf(r.Title + "\n" + r.Words), Kind: kindOf[r.Strength], At: r.At}
		if r.Deadline != nil {
			matters[i].Due = r.Deadline.Format(time.DateOnly)
		}
	}
	return matters
}

// restsHere tells whether a directive rests on this document already.
func (of *proposalsOf) restsHere(directive int64) bool {
	for _, m := range of.document.Passages {
		if m.DirectiveID == directive {
			return true
		}
	}
	return false
}

func (a *App) alikeView(c echo.Context, s *db.Statement) *alikeView {
	return &alikeView{ID: s.ID, Ref: s.Ref(), Title: s.Title, Where: s.MeetingPlace, Words: s.Words, Lang: s.Language, Said: a.longDay(c, &s.HeldOn), Due: a.longDay(c, s.Deadline)}
}
