package rules

import "slices"

// Voice is in whose name somebody speaks on a task, and who hears it.
type Voice struct {
	AgencyID int64
	Hearers  []Audience
}

// VoiceOf returns the voice me has on a task: the lead's and co-executors'
// focal points speak to the controller, everybody of the register who may
// speak to the lead. ok is false for those who only read.
func VoiceOf(me Actor, t TaskScope) (v Voice, ok bool) {
	hats := HatsFor(me, t)
	for _, m := range me.Members {
		if m.Role == Focal && (m.AgencyID == t.LeadID || slices.Contains(t.CoExecutors, m.AgencyID)) {
			return Voice{AgencyID: m.AgencyID, Hearers: []Audience{ByController}}, true
		}
	}
	if !hats.Has(HatController) && !hats.Has(HatManager) && !hats.Has(HatStaff) {
		return Voice{}, false
	}
	for _, m := range me.Members {
		if m.Role == Controller || m.Role == Manager || m.Role == Staff {
			return Voice{AgencyID: m.AgencyID, Hearers: []Audience{Lead}}, true
		}
	}
	return Voice{}, false
}
