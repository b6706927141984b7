package rules

import "slices"

// Role is what a person is in an agency.
type Role string

// The roles of domain.md.
const (
	Staff      Role = "staff"
	Focal      Role = "focal"
	Controller Role = "controller"
	Manager    Role = "manager"
	Head       Role = "head"
	Admin      Role = "admin"
	Auditor    Role = "auditor"
)

// Roles lists every role, the one that decides the start page first.
var Roles = []Role{Manager, Controller, Staff, Focal, Head, Admin, Auditor}

// Member is one role of a person in one agency.
type Member struct {
	AgencyID int64
	Side     Side
	Role     Role
}

// Actor is whoever asks. A zero Actor is a visitor who has not signed in.
type Actor struct {
	PersonID int64
	Name     string
	Members  []Member
	// StandsFor are the absent persons whose work the actor does now; Members
	// holds their roles too.
	StandsFor []int64
}

// Is reports whether the actor is a person or stands in for him.
func (me Actor) Is(person int64) bool {
	return person != 0 && (me.PersonID == person || slices.Contains(me.StandsFor, person))
}

// Selves are the actor and those for whom he stands in.
func (me Actor) Selves() []int64 { return append([]int64{me.PersonID}, me.StandsFor...) }

// Controls are those of them who may control directives, nobody where the role
// was taken away.
func (me Actor) Controls() []int64 {
	if me.Has(Controller) {
		return me.Selves()
	}
	return []int64{}
}

// Has reports whether the actor holds the role anywhere.
func (me Actor) Has(r Role) bool {
	return slices.ContainsFunc(me.Members, func(m Member) bool { return m.Role == r })
}

// Main returns the role that decides the start page, "" without any.
func (me Actor) Main() Role {
	for _, r := range Roles {
		if me.Has(r) {
			return r
		}
	}
	return ""
}

// registerRoles see the whole register of their side.
var registerRoles = []Role{Staff, Controller, Manager, Head}

// RegisterSides returns the sides whose meetings, directives and tasks the
// actor sees because of a role in the register. A joint agency counts for all
// sides; an auditor sees all.
func (me Actor) RegisterSides() []Side {
	var sides []Side
	for _, s := range Sides {
		if me.seesRegisterOf(s) {
			sides = append(sides, s)
		}
	}
	return sides
}

func (me Actor) seesRegisterOf(s Side) bool {
	return slices.ContainsFunc(me.Members, func(m Member) bool {
		return m.Role == Auditor || slices.Contains(registerRoles, m.Role) && (m.Side == s || m.Side == Joint)
	})
}

// AgenciesAs returns the agencies in which the actor holds the role.
func (me Actor) AgenciesAs(r Role) []int64 {
	ids := []int64{}
	for _, m := range me.Members {
		if m.Role == r {
			ids = append(ids, m.AgencyID)
		}
	}
	return ids
}

// SidesAs returns the sides for which the actor holds the role; a joint agency
// counts for all.
func (me Actor) SidesAs(r Role) []Side {
	sides := []Side{}
	for _, s := range Sides {
		if slices.ContainsFunc(me.Members, func(m Member) bool { return m.Role == r && (m.Side == s || m.Side == Joint) }) {
			sides = append(sides, s)
		}
	}
	return sides
}
