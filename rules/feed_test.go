package rules

import "testing"

func TestWhoFollowsAnAgency(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		member Member
		agency int64
		side   Side
		want   bool
	}{
		{"its focal point", Member{AgencyID: 1, Side: UZ, Role: Focal}, 1, UZ, true},
		{"another's focal point", Member{AgencyID: 1, Side: UZ, Role: Focal}, 2, UZ, false},
		{"its side's secretariat", Member{AgencyID: 3, Side: UZ, Role: Staff}, 1, UZ, true},
		{"the other side's secretariat", Member{AgencyID: 3, Side: KZ, Role: Staff}, 1, UZ, false},
		{"the joint secretariat", Member{AgencyID: 3, Side: Joint, Role: Staff}, 1, UZ, true},
		{"a joint agency, by one side", Member{AgencyID: 3, Side: KZ, Role: Head}, 4, Joint, true},
		{"a joint agency, by a focal point", Member{AgencyID: 1, Side: UZ, Role: Focal}, 4, Joint, false},
		{"an auditor", Member{AgencyID: 3, Side: KZ, Role: Auditor}, 1, UZ, true},
		{"an administrator", Member{AgencyID: 1, Side: UZ, Role: Admin}, 1, UZ, false},
	} {
		if got := MayFollow(Actor{PersonID: 1, Members: []Member{c.member}}, c.agency, c.side); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}
