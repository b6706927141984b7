package rules

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ImportKind is what a table that comes in holds.
type ImportKind string

// The kinds of tables.
const (
	ImportAgencies   ImportKind = "agencies"
	ImportDirectives ImportKind = "directives"
	ImportTasks      ImportKind = "tasks"
)

// ImportKinds lists every kind.
var ImportKinds = []ImportKind{ImportAgencies, ImportDirectives, ImportTasks}

// ImportField is a field that a column of a table can be.
type ImportField struct {
	Key    string
	Needed bool // a column must be it
}

// ImportFields are the fields of each kind, in the order they are offered.
var ImportFields = map[ImportKind][]ImportField{
	ImportAgencies: {{"code", true}, {"side", true}, {"kind", true}, {"parent", false}, {"name_en", true}, {"name_ru", false}, {"name_uz", false}, {"name_kk", false}, {"name_de", false},
		{"short_en", false}, {"short_ru", false}, {"short_uz", false}, {"short_kk", false}, {"aliases", false}, {"email", false}, {"locale", false}, {"time_zone", false}},
	ImportDirectives: {{"number", false}, {"meeting_date", true}, {"meeting", true}, {"meeting_place", false}, {"meeting_level", false}, {"directive", true}, {"official", false}, {"wording", false}, {"said_by", false},
		{"strength", false}, {"points", false}, {"sides", false}, {"deadline", false}, {"deadline_wording", false}, {"no_deadline_reason", false}, {"controller", true},
		{string(Restates), false}, {string(Replaces), false}, {string(PartOf), false}, {string(Merges), false}},
	ImportTasks: {{"number", false}, {"directive_number", false}, {"main_task", false}, {"task", true}, {"points", false}, {"lead", true}, {"focal", false}, {"co_executors", false}, {"period", false}, {"first_due", false}, {"deadline", false},
		{"original_deadline", false}, {"deadline_wording", false}, {"no_deadline_reason", false}, {"status", false}},
}

// importers are the roles that bring a kind in.
var importers = map[ImportKind]Role{ImportAgencies: Admin, ImportDirectives: Staff, ImportTasks: Staff}

// MayImport reports whether the actor brings tables of a kind in.
func MayImport(me Actor, kind ImportKind) bool {
	role, known := importers[kind]
	return known && me.Has(role)
}

// CheckColumns returns Problems with what the columns of a table lack: needed
// fields, and fields that two columns are.
func CheckColumns(kind ImportKind, columns []string) error {
	var p Problems
	known := map[string]bool{"": true}
	for _, f := range ImportFields[kind] {
		known[f.Key] = true
		if f.Needed && !slices.Contains(columns, f.Key) {
			p.Add(f.Key, "import.error.column_missing")
		}
	}
	seen := map[string]bool{}
	for _, c := range columns {
		if !known[c] {
			p.Add("columns", "form.error.choose")
		} else if c != "" && seen[c] {
			p.Add(c, "import.error.column_twice")
		}
		seen[c] = true
	}
	if kind == ImportTasks && !seen["number"] && !seen["directive_number"] {
		p.Add("directive_number", "import.error.column_missing")
	}
	return p.OrNil()
}

// ImportedStatus says which state a task that comes in with a state begins in.
// What rests on a report and a decision is not made by a table: ErrMove.
func ImportedStatus(s Status) (Status, error) {
	switch s {
	case "":
		return Draft, nil
	case Draft, Assigned, InProgress:
		return s, nil
	}
	return "", ErrMove
}

// MaxImportNumber is the highest running number that a table brings in: those
// given afterwards go on from it.
const MaxImportNumber = 999_999

var directiveRef = regexp.MustCompile(`^([0-9]{4})-([0-9]{1,9})$`)

// ParseDirectiveRef reads a directive's number as DirectiveRef writes it; ok is
// false where it is none.
func ParseDirectiveRef(ref string) (year, number int, ok bool) {
	m := directiveRef.FindStringSubmatch(strings.TrimSpace(ref))
	if m == nil {
		return 0, 0, false
	}
	year, _ = strconv.Atoi(m[1]) // digits only, and few
	number, _ = strconv.Atoi(m[2])
	return year, number, number > 0
}
