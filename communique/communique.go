package communique

import "time"

// Doc is what the reader is given.
type Doc struct {
	Text     string    // decoded, NFC
	Date     time.Time // day of the document; terms count from it, so it is required
	Lang     string    // "de", "ru", "en", "uz" ("uz-Latn", "uz-Cyrl"), "kk"; "" = by the letters
	Agencies []Agency  // bodies the caller knows; may be empty
}

// Agency is a body or office of the caller's register.
type Agency struct {
	ID    string
	Side  string   // country code, such as "UZ" or "KZ"; "" = joint
	Names []string // names and aliases in all languages; Uzbek and Kazakh ones are stems
}

// Kind says what a sentence does.
type Kind string

// The kinds, as the labelled texts call them.
const (
	Instruction Kind = "instruction" // someone with authority orders
	Agreement   Kind = "agreement"   // agreed, decided, signed, undertaken
	Intention   Kind = "intention"   // stressed, planned, a readiness
	Report      Kind = "report"      // heard, informed, taken note of
	Event       Kind = "event"       // a coming meeting or visit
	Indicator   Kind = "indicator"   // a measured figure
)

// Strength is the strength of a directive that the kind stands for:
// "instructed", "agreed", "stressed" or "noted"; "" for events and indicators,
// which have lists of their own.
func (k Kind) Strength() string {
	switch k {
	case Instruction:
		return "instructed"
	case Agreement:
		return "agreed"
	case Intention:
		return "stressed"
	case Report:
		return "noted"
	}
	return ""
}

// Confidence says how much the wording carries.
type Confidence string

// Sure from weight 8, likely from 5, possible below.
const (
	Sure     Confidence = "sure"
	Likely   Confidence = "likely"
	Possible Confidence = "possible"
)

// Precision says what sort of term a wording names.
type Precision string

// Exact is a named day, Period a span taken through its end, Relative a count
// from the document's date. The last three carry no date: Vague ("soon"),
// Recurring ("monthly") and AtEvent ("before the next summit").
const (
	Exact     Precision = "exact"
	Period    Precision = "period"
	Relative  Precision = "relative"
	Vague     Precision = "vague"
	Recurring Precision = "recurring"
	AtEvent   Precision = "event"
)

// Span is a stretch of the text in code points, half-open.
type Span struct{ Start, End int }

// Deadline is a wording of time and the day it means.
type Deadline struct {
	Date      time.Time // 00:00 UTC; zero where the wording names no day
	Span      Span
	Text      string
	Precision Precision
}

// Role of an owner.
type Role string

// Lead answers for the work, With contributes.
const (
	Lead Role = "lead"
	With Role = "with"
)

// Owner is a body the text names as doer.
type Owner struct {
	Span       Span
	Text       string // as it stands, with its ending
	AgencyID   string // "" where no agency of the caller fits, or several do
	Candidates []string
	Both       bool   // the wording means all candidates: a plural, "both sides"
	Side       string // country named in the phrase, "" if none
	Role       Role
}

// Cue is a reason: the rule and the words it found.
type Cue struct {
	Rule   string
	Span   Span
	Weight float64
	Note   string
}

// Proposal is something the reader would register; a person confirms it.
type Proposal struct {
	Start, End int  // the sentence
	Clause     Span // the part of it that says this
	Sentence   int  // Sentence.Number
	Kind       Kind
	Title      string // at most 80 code points
	Deadline   *Deadline
	Owners     []Owner
	Confidence Confidence
	Why        []Cue // at least one
	Earlier    bool  // the sentence retells an order given before
	Duplicate  int   // number of an earlier sentence that says the same, 0 if none
}

// Rejected is a sentence that looked like something and was left out.
type Rejected struct {
	Sentence   int
	Start, End int
	Reason     string // "headline", "courtesy", "background", "lead-in", "no cue", "field"
	Cues       []Cue
}

// Warning is something the caller should show.
type Warning struct {
	Code string // "no-date", "unsupported", "weekday", "mixed-languages"
	Span Span
	Note string
}

// Result is what the reader makes of a text.
type Result struct {
	Lang, Script string
	Date         time.Time
	Sentences    []Sentence
	Proposals    []Proposal
	Rejected     []Rejected
	Warnings     []Warning
}
