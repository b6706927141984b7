package rules_test

import (
	"testing"

	"amal/rules"
)

// Neither side closes for the other: a country's controller and manager decide
// on what their own side or a joint agency leads; a joint secretariat on all.
func TestNeitherSideClosesForTheOther(t *testing.T) {
	for _, c := range []struct {
		name       string
		side, lead rules.Side
		role       rules.Role
		decides    bool
		sight      rules.Sight
	}{
		{"own side's manager", rules.UZ, rules.UZ, rules.Manager, true, rules.SeesAll},
		{"the other side's manager", rules.UZ, rules.KZ, rules.Manager, false, rules.SeesOutline},
		{"joint manager", rules.Joint, rules.KZ, rules.Manager, true, rules.SeesAll},
		{"a joint lead", rules.UZ, rules.Joint, rules.Manager, true, rules.SeesAll},
		{"own side's controller", rules.KZ, rules.KZ, rules.Controller, true, rules.SeesAll},
		{"the controller, lead of the other side", rules.UZ, rules.KZ, rules.Controller, false, rules.SeesAll},
	} {
		me := rules.Actor{PersonID: 7, Members: []rules.Member{{AgencyID: 1, Side: c.side, Role: c.role}}}
		scope := rules.TaskScope{Sides: []rules.Side{rules.UZ, rules.KZ}, LeadSide: c.lead, LeadID: 9, ControllerID: 7}
		if got := rules.May(rules.Submitted, rules.ActAccept, rules.HatsFor(me, scope)); got != c.decides {
			t.Errorf("%s decides: %v", c.name, got)
		}
		if got := rules.SightOf(me, scope); got != c.sight {
			t.Errorf("%s sees %v, want %v", c.name, got, c.sight)
		}
	}
}
