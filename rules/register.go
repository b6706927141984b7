package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// MeetingDraft is what somebody typed of a meeting.
type MeetingDraft struct {
	Title  string
	HeldOn time.Time // zero: not a date
	Place  string
	Level  string
	Sides  []Side
}

// CheckMeeting returns Problems with what a meeting still lacks.
func CheckMeeting(m MeetingDraft) error {
	var p Problems
	p.Text("title", m.Title, true, MaxTitle)
	p.date("held_on", m.HeldOn)
	p.Text("place", m.Place, true, MaxName)
	OneOf(&p, "level", m.Level, MeetingLevels)
	p.sides(m.Sides)
	return p.OrNil()
}

// DocumentDraft is a source text as it came, before it is kept. Text is the
// decoded one, Size the number of original bytes.
type DocumentDraft struct {
	Kind, Title, Language, Origin, FileName string
	DatedOn                                 time.Time
	Text                                    string
	Size                                    int
}

// CheckDocument returns Problems with what a document still lacks.
func CheckDocument(d DocumentDraft) error {
	var p Problems
	OneOf(&p, "kind", d.Kind, DocumentKinds)
	p.Text("title", d.Title, true, MaxTitle)
	p.date("dated_on", d.DatedOn)
	p.Text("origin", d.Origin, false, MaxTitle)
	p.Text("file_name", d.FileName, false, MaxName)
	if len(d.Language) < 2 || len(d.Language) > 12 {
		p.Add("language", "form.error.choose")
	}
	switch {
	case d.Size > MaxDocument:
		p.Add("text", "form.error.too_big")
	case strings.TrimSpace(d.Text) == "":
		p.Add("text", "form.error.required")
	}
	return p.OrNil()
}

// DirectiveDraft is what somebody typed of a directive. Passage tells whether
// it rests on one; otherwise OralBy says who spoke.
type DirectiveDraft struct {
	Passage          bool
	OralBy           string
	Strength         Strength
	Title            string
	Points           []string
	Sides            []Side
	MeetingSides     []Side
	HasDeadline      bool
	DeadlineRule     string
	DeadlineWording  string
	NoDeadlineReason string
	ControllerID     int64
}

// MaxPoints is how many points an expected result may have.
const MaxPoints = 50

// MaxPoint is the longest point, in code points.
const MaxPoint = 2000

// CheckDirective returns Problems with what a directive still lacks.
func CheckDirective(d DirectiveDraft) error {
	var p Problems
	p.Text("oral_by", d.OralBy, !d.Passage, MaxName)
	OneOf(&p, "strength", d.Strength, Strengths)
	p.Text("title", d.Title, true, MaxTitle)
	p.points(d.Points)
	p.sides(d.Sides)
	if slices.ContainsFunc(d.Sides, func(s Side) bool { return !slices.Contains(d.MeetingSides, s) }) {
		p.Add("sides", "form.error.sides_of_meeting")
	}
	p.deadline(d.HasDeadline, d.DeadlineRule, d.DeadlineWording, d.NoDeadlineReason)
	if d.ControllerID == 0 {
		p.Add("controller", "form.error.controller")
	}
	return p.OrNil()
}

// TaskDraft is what somebody typed of a task.
type TaskDraft struct {
	Title            string
	Points           []string
	LeadID           int64
	LeadSide         Side
	DirectiveSides   []Side
	CoExecutors      []int64
	HasDeadline      bool
	DeadlineRule     string
	DeadlineWording  string
	NoDeadlineReason string
	ControllerID     int64 // of the directive
	FocalID          int64
	Period           Period
}

// CheckTask returns Problems with what a draft task still lacks. The lead
// belongs to a side of the directive or to a joint body, and does not also
// contribute.
func CheckTask(t TaskDraft) error {
	var p Problems
	p.Text("title", t.Title, true, MaxTitle)
	p.points(t.Points)
	switch {
	case t.LeadID == 0:
		p.Add("lead", "form.error.lead")
	case t.LeadSide != Joint && !slices.Contains(t.DirectiveSides, t.LeadSide):
		p.Add("lead", "form.error.lead_side")
	case slices.Contains(t.CoExecutors, t.LeadID):
		p.Add("co_executors", "form.error.lead_contributes")
	}
	if t.FocalID != 0 && t.FocalID == t.ControllerID {
		p.Add("focal", "form.error.own_controller")
	}
	p.deadline(t.HasDeadline, t.DeadlineRule, t.DeadlineWording, t.NoDeadlineReason)
	OneOf(&p, "period", t.Period, Periods)
	if t.Period != Once && !t.HasDeadline {
		p.Add("period", "form.error.period")
	}
	return p.OrNil()
}

func (p *Problems) date(field string, day time.Time) {
	if day.IsZero() {
		p.Add(field, "form.error.not_a_date")
	}
}

func (p *Problems) sides(sides []Side) {
	if len(sides) == 0 {
		p.Add("sides", "form.error.sides")
	}
	for _, s := range sides {
		OneOf(p, "sides", s, Sides)
	}
}

// points checks the expected result: at least one point, none blank.
func (p *Problems) points(points []string) {
	switch {
	case len(points) == 0:
		p.Add("points", "form.error.points")
	case len(points) > MaxPoints:
		*p = append(*p, &Invalid{Field: "points", Key: "form.error.too_many", Max: MaxPoints})
	}
	for i, point := range points {
		before := len(*p)
		p.Text("points", point, true, MaxPoint)
		if len(*p) > before {
			(*p)[before].Field = fmt.Sprintf("points_%d", i+1)
		}
	}
}

// deadline checks a date or the reason for none; a rule must be a known one.
func (p *Problems) deadline(has bool, rule, wording, noReason string) {
	p.Text("deadline_wording", wording, false, MaxTitle)
	p.Text("no_deadline_reason", noReason, false, MaxTitle)
	if !has && strings.TrimSpace(noReason) == "" {
		p.Add("deadline", "form.error.deadline")
	}
	if rule != "" && !KnownRule(rule) {
		p.Add("deadline_rule", "form.error.choose")
	}
}
