package rules

import "slices"

// Hat is what an actor is to one task or directive.
type Hat int

// The hats of the status table.
const (
	HatStaff Hat = iota
	HatLead
	HatCoExecutor
	HatController
	HatManager
	HatWatcher // controls the directive, but the lead is of another side
)

// Hats is the set that one actor wears for one task.
type Hats []Hat

// Has reports whether h is among them.
func (hs Hats) Has(h Hat) bool { return slices.Contains(hs, h) }

func (hs Hats) any(want []Hat) bool { return slices.ContainsFunc(want, hs.Has) }

// TaskScope is what access to a task depends on. A directive without a task
// has no lead and no co-executors.
type TaskScope struct {
	Draft        bool   // not assigned yet: for the register only
	Sides        []Side // of the directive
	LeadSide     Side
	LeadID       int64
	CoExecutors  []int64
	ControllerID int64 // person
}

// HatsFor returns what me is to the task. A controller or manager who is also
// of the lead agency does not decide on his own agency's work as its lead's
// focal point: nobody closes his own task. Neither side closes for the other: a
// controller or manager of a country decides on what its own agencies or joint
// ones lead.
func HatsFor(me Actor, t TaskScope) Hats {
	var hats Hats
	if slices.Contains(me.AgenciesAs(Focal), t.LeadID) {
		hats = append(hats, HatLead)
	}
	if slices.ContainsFunc(me.AgenciesAs(Focal), func(id int64) bool { return slices.Contains(t.CoExecutors, id) }) {
		hats = append(hats, HatCoExecutor)
	}
	for _, m := range me.Members {
		if m.Side != Joint && !slices.Contains(t.Sides, m.Side) {
			continue
		}
		switch {
		case m.Role == Staff:
			hats = append(hats, HatStaff)
		case hats.Has(HatLead):
		case m.Role == Controller && me.Is(t.ControllerID) && !m.decidesFor(t.LeadSide):
			hats = append(hats, HatWatcher)
		case !m.decidesFor(t.LeadSide):
		case m.Role == Manager:
			hats = append(hats, HatManager)
		case m.Role == Controller && me.Is(t.ControllerID):
			hats = append(hats, HatController)
		}
	}
	return hats
}

// ContributesAs returns the agency for which me contributes to the task, 0 for
// none.
func ContributesAs(me Actor, t TaskScope) int64 {
	for _, id := range me.AgenciesAs(Focal) {
		if slices.Contains(t.CoExecutors, id) {
			return id
		}
	}
	return 0
}

// decidesFor reports whether a role of one side decides on tasks that a side
// leads; a task without a lead is everybody's of the directive's sides.
func (m Member) decidesFor(lead Side) bool {
	return m.Side == Joint || lead == Joint || lead == "" || m.Side == lead
}

// DecidingSides are the sides of the agencies in which the actor controls or
// manages.
func (me Actor) DecidingSides() []Side {
	sides := []Side{}
	for _, m := range me.Members {
		if (m.Role == Controller || m.Role == Manager) && !slices.Contains(sides, m.Side) {
			sides = append(sides, m.Side)
		}
	}
	return sides
}

// Sight is how much of a task somebody sees.
type Sight int

// From nothing to everything. Outline is title, lead, status and dates.
const (
	SeesNothing Sight = iota
	SeesOutline
	SeesAll
)

// SightOf returns how much of a task me sees (domain.md, "who sees what"):
// everything of the own side, of one's own agency's tasks and of the tasks one
// controls; of the other side the outline.
func SightOf(me Actor, t TaskScope) Sight {
	hats := HatsFor(me, t)
	if t.Draft {
		hats = slices.DeleteFunc(hats, func(h Hat) bool { return h == HatLead || h == HatCoExecutor })
	}
	if me.Has(Auditor) || hats.Has(HatLead) || hats.Has(HatCoExecutor) || hats.Has(HatController) || hats.Has(HatWatcher) {
		return SeesAll
	}
	best := SeesNothing
	for _, s := range me.RegisterSides() {
		switch {
		case s == t.LeadSide || t.LeadSide == Joint && slices.Contains(t.Sides, s):
			return SeesAll
		case slices.Contains(t.Sides, s):
			best = SeesOutline
		}
	}
	return best
}

// Permission is what a page asks of its visitor. Whether he may see this very
// task is decided below, in the query.
type Permission string

// The permissions of the route table.
const (
	Anyone      Permission = "anyone"
	SignedIn    Permission = "signed in"
	SeeTasks    Permission = "see tasks"
	SeeRegister Permission = "see the register"
	SeeOverdue  Permission = "see overdue tasks"
	Report      Permission = "report"
	Ask         Permission = "ask and answer"
	Record      Permission = "record"
	Assign      Permission = "assign"
	Review      Permission = "review"
	Remind      Permission = "remind"
	Reopen      Permission = "reopen"
	SeeLedger   Permission = "see the ledger"
	SendAgain   Permission = "send a mail again"
	SeeTroubles Permission = "see what is late"
	SeeAgencies Permission = "see agencies"
	Administer  Permission = "administer"
	BringIn     Permission = "bring tables in"
)

// granted is the table role × permission. Anyone and SignedIn need no row.
var granted = map[Permission][]Role{
	SeeTasks:    {Staff, Focal, Controller, Manager, Head, Auditor},
	SeeRegister: {Staff, Controller, Manager, Head, Auditor},
	SeeOverdue:  {Staff, Controller, Manager, Head, Auditor},
	Report:      {Focal},
	Ask:         {Focal, Controller, Manager, Staff},
	Record:      {Staff},
	Assign:      {Staff, Controller, Manager},
	Review:      {Controller, Manager},
	Remind:      {Staff, Controller, Manager},
	Reopen:      {Manager},
	SeeLedger:   {Staff, Focal, Controller, Manager, Admin, Auditor},
	SendAgain:   {Staff, Controller, Manager, Admin},
	SeeTroubles: {Staff, Manager, Admin},
	SeeAgencies: {Staff, Controller, Manager, Head, Admin, Auditor},
	Administer:  {Admin},
	BringIn:     {Staff, Admin},
}

// Allowed reports whether the actor holds a role that the permission is
// granted to.
func Allowed(me Actor, p Permission) bool {
	switch p {
	case Anyone:
		return true
	case SignedIn:
		return me.PersonID != 0
	}
	return slices.ContainsFunc(granted[p], me.Has)
}

// startPages is where each role begins (domain.md).
var startPages = map[Role]string{
	Staff: "/meetings", Focal: "/tasks", Controller: "/review", Manager: "/overdue",
	Head: "/stocktake", Admin: "/people", Auditor: "/reminders",
}

// StartPage returns the address a person begins at after signing in.
func StartPage(me Actor) string {
	if p, ok := startPages[me.Main()]; ok {
		return p
	}
	return "/account"
}
