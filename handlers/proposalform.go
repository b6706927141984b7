package handlers

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/labstack/echo/v4"

	"amal/communique"
	"amal/db"
	"amal/rules"
	"amal/templates"
)

// proposed are the fields of a proposal as the reader has them, for the record.
func (of *proposalsOf) proposed(p *communique.Proposal) map[string]any {
	f := of.fields(p)
	cues := []string{}
	for _, cue := range p.Why {
		cues = append(cues, cue.Rule)
	}
	return map[string]any{"title": f.Title, "as": f.As, "deadline": f.Typed, "points": f.Points, "leads": f.Leads, "cues": cues, "confidence": string(p.Confidence)}
}

// fields are a proposal's form as it opens.
func (of *proposalsOf) fields(p *communique.Proposal) *proposalForm {
	f := &proposalForm{Open: proposalKey(p), Title: p.Title, As: p.Kind.Strength(), Points: p.Title, Leads: of.leads(p)}
	if f.As == "" {
		f.As = string(p.Kind)
	}
	if p.Deadline != nil && !p.Deadline.Date.IsZero() && (p.Kind != communique.Event || p.Deadline.Precision == communique.Exact) {
		f.Typed = dayWord(&p.Deadline.Date)
	}
	return f
}

// leads are the agencies that a proposal clearly names as leads, of the
// meeting's sides or joint ones.
func (of *proposalsOf) leads(p *communique.Proposal) []int64 {
	return of.agencies(p, communique.Lead)
}

func (of *proposalsOf) agencies(p *communique.Proposal, role communique.Role) []int64 {
	found := []int64{}
	for _, o := range p.Owners {
		if o.Role != role || len(o.Agencies) != 1 && !o.Plural {
			continue
		}
		for _, code := range o.Agencies {
			id, err := strconv.ParseInt(code, 10, 64) // the reader knows agencies by their ids
			if err == nil && of.offers(id, of.document.Meeting.Sides) && !slices.Contains(found, id) {
				found = append(found, id)
			}
		}
	}
	return found
}

// offers tells whether an agency can be given tasks of the sides.
func (of *proposalsOf) offers(id int64, sides []string) bool {
	g := of.names.all[id]
	return g != nil && g.RetiredAt == nil && (g.Side == string(rules.Joint) || slices.Contains(sides, g.Side))
}

// take fills in what a confirmed proposal records: as proposed, or as its open
// fields say.
func (a *App) take(c echo.Context, of *proposalsOf, p *communique.Proposal, f *proposalForm, in *db.ProposalInput) error {
	filled := of.fields(p)
	in.Decision = rules.Confirmed
	if f.Open == filled.Open {
		if of.changed(f, filled) {
			in.Decision = rules.Changed
		}
		filled.Title, filled.As, filled.Typed, filled.Points, filled.Leads = f.Title, f.As, f.Typed, f.Points, leadsOf(f)
		if slices.ContainsFunc(filled.Leads, func(id int64) bool { return !of.offers(id, of.document.Meeting.Sides) }) {
			return rules.Problems{{Field: "lead", Key: "form.error.lead"}}
		}
	}
	if in.Earlier != 0 && (filled.As == asEvent || filled.As == asIndicator) {
		return rules.Problems{{Field: "strength", Key: "form.error.choose"}}
	}
	filled.Controller = f.Controller
	if in.Decision == rules.Changed {
		in.Taken = map[string]any{"title": filled.Title, "as": filled.As, "deadline": filled.Typed, "points": filled.Points, "leads": filled.Leads}
	}
	due := deadlineForm{Deadline: filled.Typed, PastTwice: true} // a past date is marked as such beside the button
	day, err := due.read(of.document.DatedOn, of.today, rules.Calendar{})
	if err != nil {
		return err
	}
	wording := ""
	if p.Deadline != nil {
		wording = atMost(of.words(p.Deadline.Text), rules.MaxTitle)
	}
	meeting := of.document.MeetingID
	switch filled.As {
	case asEvent:
		if wording == "" && day.Day == nil {
			wording = atMost(of.words(p.Clause), rules.MaxTitle)
		}
		in.Event = &db.Event{MeetingID: meeting, Title: filled.Title, StartsOn: day.Day, Wording: wording}
	case asIndicator:
		in.Indicator = &db.Indicator{MeetingID: meeting, Title: filled.Title, Value: of.figure(p)}
	default:
		of.directive(c, p, filled, day.Day, wording, in)
	}
	return nil
}

// changed tells whether the sent fields differ from the proposed ones.
func (of *proposalsOf) changed(f, filled *proposalForm) bool {
	sent, proposed := leadsOf(f), slices.Clone(filled.Leads)
	slices.Sort(sent)
	slices.Sort(proposed)
	return f.Title != filled.Title || f.As != filled.As || f.Typed != filled.Typed || f.Points != filled.Points || !slices.Equal(sent, proposed)
}

// leadsOf are the chosen leads, each once.
func leadsOf(f *proposalForm) []int64 {
	leads := []int64{}
	for _, id := range f.Leads {
		if id != 0 && !slices.Contains(leads, id) {
			leads = append(leads, id)
		}
	}
	return leads
}

// directive fills in the directive and its draft tasks.
func (of *proposalsOf) directive(c echo.Context, p *communique.Proposal, f *proposalForm, day *time.Time, wording string, in *db.ProposalInput) {
	reason := ""
	if day == nil {
		reason = say(c).T("reader.no_date")
		if wording != "" {
			reason = say(c).T("reader.no_date_but", "Words", wording)
		}
	}
	points := lines(f.Points)
	in.Directive = &db.DirectiveInput{DocumentID: of.document.ID, Starts: p.Clause.Start, Ends: p.Clause.End, Strength: rules.Strength(f.As), Title: f.Title,
		Points: points, Sides: of.document.Meeting.Sides, Deadline: day, DeadlineWording: wording, NoDeadlineReason: reason,
		ControllerID: f.Controller, Likeness: communique.Likeness(f.Title, of.words(p.Clause)), Now: in.Now}
	for _, lead := range f.Leads {
		with := slices.DeleteFunc(of.agencies(p, communique.With), func(id int64) bool { return slices.Contains(f.Leads, id) })
		in.Tasks = append(in.Tasks, db.TaskInput{Title: f.Title, Points: points, LeadID: lead, CoExecutors: with,
			Deadline: day, DeadlineWording: wording, NoDeadlineReason: reason, Now: in.Now})
	}
}

// figure is the value that an indicator names: the words of the cue that has a
// number, else the clause.
func (of *proposalsOf) figure(p *communique.Proposal) string {
	best := ""
	for _, cue := range p.Why {
		if w := of.words(cue.Span); strings.ContainsFunc(w, unicode.IsDigit) && len(w) > len(best) {
			best = w
		}
	}
	if best == "" {
		best = of.words(p.Clause)
	}
	return atMost(best, rules.MaxName)
}

// atMost shortens a text to n letters.
func atMost(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return strings.TrimSpace(string(r[:n-1])) + "…"
	}
	return text
}

// edit opens a proposal's fields: as proposed, or as typed before.
func (of *proposalsOf) edit(a *App, c echo.Context, v *proposalView, typed *proposalForm) error {
	f := of.fields(v.source)
	if typed != nil && typed.Open == v.Key {
		f = typed
	}
	p := say(c)
	e := &proposalEdit{Title: f.Title, Deadline: f.Typed, Points: f.Points, As: choices(p, "strength.", rules.Strengths, f.As)}
	for _, as := range []string{asEvent, asIndicator} {
		e.As = append(e.As, templates.Choice{Value: as, Label: p.T("reader.kind." + as), Chosen: f.As == as})
	}
	if v.DueWords != "" {
		e.Hint = p.T("reader.read_from", "Words", v.DueWords)
	}
	for _, side := range append(slices.Clone(of.document.Meeting.Sides), string(rules.Joint)) {
		chosen := of.ofSide(f.Leads, side)
		if len(chosen) == 0 {
			chosen = []int64{0}
		}
		for _, lead := range chosen { // each named one has a field of its own
			list, err := a.agencyChoices(c, func(g *db.Agency) bool { return g.Side == side }, lead)
			if err != nil {
				return err
			}
			if len(list) > 0 {
				e.Leads = append(e.Leads, leadChoice{Side: sideView(p, side), Choices: append([]templates.Choice{{Label: p.T("reader.no_lead")}}, list...)})
			}
		}
	}
	v.Edit = e
	return nil
}

// ofSide keeps of agencies those of a side.
func (of *proposalsOf) ofSide(ids []int64, side string) []int64 {
	var kept []int64
	for _, id := range ids {
		if g := of.names.all[id]; g != nil && g.Side == side {
			kept = append(kept, id)
		}
	}
	return kept
}
