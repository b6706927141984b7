package rules

import "strings"

// AssignFacts is what a draft task has when somebody wants to assign it.
type AssignFacts struct {
	HasLead          bool
	Points           int // of the expected result
	HasDeadline      bool
	NoDeadlineReason string
	ControllerID     int64 // person, of the directive
	FocalID          int64 // person, of the lead
}

// CheckAssign returns Problems with what the draft still lacks (domain.md,
// draft → assigned).
func CheckAssign(f AssignFacts) error {
	var p Problems
	if !f.HasLead {
		p.Add("lead", "form.error.lead")
	}
	if f.Points == 0 {
		p.Add("points", "form.error.points")
	}
	if !f.HasDeadline && strings.TrimSpace(f.NoDeadlineReason) == "" {
		p.Add("deadline", "form.error.deadline")
	}
	switch f.ControllerID {
	case 0:
		p.Add("controller", "form.error.controller")
	case f.FocalID:
		p.Add("controller", "form.error.own_controller")
	}
	return p.OrNil()
}
