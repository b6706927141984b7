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
