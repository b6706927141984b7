// Package rules is the law of Amal: statuses and their moves, access,
// deadlines, working days and the reminder ladder, as tables and pure
// functions over values. It does no I/O and reads no clock; the present moment
// is always an argument. A date is a time.Time at 00:00 UTC, a moment any
// other time.Time.
package rules

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Status is the stored state of a task. All that depends on the clock (overdue,
// due soon, silent) is computed, never stored.
type Status string

// The states of a task, in the order of its life (docs/glossary.md).
const (
	Draft      Status = "draft"
	Assigned   Status = "assigned"
	InProgress Status = "in_progress"
	Submitted  Status = "submitted"
	Returned   Status = "returned"
	Accepted   Status = "accepted"
	Cancelled  Status = "cancelled"
)

// Statuses lists every stored state in the order of a task's life.
var Statuses = []Status{Draft, Assigned, InProgress, Submitted, Returned, Accepted, Cancelled}

// Open reports whether the lead still owes work: such a task can be overdue.
func (s Status) Open() bool { return s == Assigned || s == InProgress || s == Returned }

// Strength is how binding the leaders' wording is.
type Strength string

// The strengths, the most binding first.
const (
	Instructed Strength = "instructed"
	Agreed     Strength = "agreed"
	Stressed   Strength = "stressed"
	Noted      Strength = "noted"
)

// Strengths lists every strength, the most binding first.
var Strengths = []Strength{Instructed, Agreed, Stressed, Noted}

// Signal is what the lead says about the way a task goes.
type Signal string

// The signals of a progress report. NoChange is the one-click answer.
const (
	UnderWay  Signal = "under_way"
	NeedsHelp Signal = "needs_help"
	Finished  Signal = "finished"
	NoChange  Signal = "no_change"
)

// Signals lists every signal a report can carry.
var Signals = []Signal{UnderWay, NeedsHelp, Finished, NoChange}

// Side is a country that takes part. Joint marks agencies of all sides; a
// directive never has it.
type Side string

// The sides of this register.
const (
	UZ    Side = "UZ"
	KZ    Side = "KZ"
	Joint Side = "joint"
)

// Sides lists the countries that take part in meetings and directives.
var Sides = []Side{UZ, KZ}

// Countries lists the working calendars that the register keeps.
var Countries = []string{"UZ", "KZ"}

// AgencyKinds lists what an agency can be; the import file uses these words.
var AgencyKinds = []string{"office", "ministry", "agency", "committee", "commission", "region", "company", "other"}

// DocumentKinds lists the kinds of source text.
var DocumentKinds = []string{"communique", "minutes", "decree", "other"}

// MeetingLevels lists who met.
var MeetingLevels = []string{"heads_of_state", "heads_of_government", "deputy_heads", "ministers", "working"}

// Locales lists the languages of accounts, agencies and documents' pages.
var Locales = []string{"en", "ru", "uz", "kk", "de"}

// CancelGrounds lists why an open task may be cancelled.
var CancelGrounds = []string{"revoked", "replaced", "merged", "outdated"}

// Invalid says that a value typed by a person can't be taken. Field is the
// form field, Key the text key of the message (form.error.*), Max the limit
// where the message names one.
type Invalid struct {
	Field string
	Key   string
	Max   int
}

// Error names the field and the message's key, for logs.
func (e *Invalid) Error() string { return fmt.Sprintf("field %s: %s", e.Field, e.Key) }

// Problems is what was wrong with a form, in the order of its fields.
type Problems []*Invalid

// Error joins the problems, for logs.
func (p Problems) Error() string {
	var parts []string
	for _, e := range p {
		parts = append(parts, e.Error())
	}
	return strings.Join(parts, "; ")
}

// OrNil returns the problems as an error, nil if there are none.
func (p Problems) OrNil() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// Add notes one more problem.
func (p *Problems) Add(field, key string) { *p = append(*p, &Invalid{Field: field, Key: key}) }

// Text checks a typed text: valid UTF-8 without NUL, at most limit code points,
// not blank if required.
func (p *Problems) Text(field, value string, required bool, limit int) {
	switch {
	case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
		p.Add(field, "form.error.not_utf8")
	case required && strings.TrimSpace(value) == "":
		p.Add(field, "form.error.required")
	case utf8.RuneCountInString(value) > limit:
		*p = append(*p, &Invalid{Field: field, Key: "form.error.too_long", Max: limit})
	}
}

// OneOf checks a value chosen from a list.
func OneOf[T ~string](p *Problems, field string, value T, list []T) {
	for _, v := range list {
		if v == value {
			return
		}
	}
	p.Add(field, "form.error.choose")
}

// Lengths of typed texts, in code points. The schema checks the same figures.
const (
	MaxName  = 200
	MaxTitle = 500
	MaxText  = 20_000
)

// MaxDocument is the largest source text taken, in bytes.
const MaxDocument = 10 << 20

// ErrForbidden means that the asker may see the thing but not do this to it.
var ErrForbidden = errors.New("not allowed to this role")
