package rules

import "slices"

// ViewPaths are the lists whose filters can be saved, as the schema has them.
var ViewPaths = []string{"/overdue", "/changes"}

// maxQuery is how long the query of a saved list may be.
const maxQuery = 2000

// CheckView returns Problems with a view that somebody saves: it needs a name,
// and is shared with an agency of his own only (0: with none).
func CheckView(me Actor, path, name, query string, agency int64) error {
	var p Problems
	OneOf(&p, "path", path, ViewPaths)
	p.Text("name", name, true, MaxName)
	p.Text("query", query, false, maxQuery)
	if agency != 0 && !slices.Contains(me.Agencies(), agency) {
		p.Add("agency", "form.error.choose")
	}
	return p.OrNil()
}

// Agencies are those in which the actor holds a role.
func (me Actor) Agencies() []int64 {
	ids := []int64{}
	for _, m := range me.Members {
		if !slices.Contains(ids, m.AgencyID) {
			ids = append(ids, m.AgencyID)
		}
	}
	return ids
}

// MayRemoveView reports whether me may take a saved view away: his own, as long
// as he is in the agency that it is shared with (0: none); one whose owner has
// left the agency stays there, for its manager, head or controller to remove.
func MayRemoveView(me Actor, owner, agency int64, left bool) bool {
	switch {
	case agency == 0:
		return owner == me.PersonID
	case left:
		return slices.ContainsFunc([]Role{Manager, Head, Controller}, func(r Role) bool { return slices.Contains(me.AgenciesAs(r), agency) })
	}
	return owner == me.PersonID
}
