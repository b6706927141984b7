package communique

import "time"

// Kind is what a sentence says was done or will be.
type Kind string

// The kinds, in the order of their force. Strengths follow from them:
// instruction – instructed, agreement – agreed, intention – stressed,
// report – noted.
const (
	Instruction Kind = "instruction"
	Agreement   Kind = "agreement"
	Intention   Kind = "intention"
	Report      Kind = "report"
	Event       Kind = "event"
	Indicator   Kind = "indicator"
)

var kindOrder = map[Kind]int{Instruction: 1, Agreement: 2, Report: 3, Intention: 4, Event: 5, Indicator: 6}

func (k Kind) known() bool { return kindOrder[k] > 0 }

// Directive tells whether proposals of the kind become directives; events go
// to the list of events, indicators to the list of facts.
func (k Kind) Directive() bool { return k == Instruction || k == Agreement || k == Intention }

// Strength is the word the register keeps for the kind, empty for events and
// indicators.
func (k Kind) Strength() string {
	return map[Kind]string{Instruction: "instructed", Agreement: "agreed", Intention: "stressed", Report: "noted"}[k]
}

// Precision says how exactly a deadline is named.
type Precision string

// The precisions. Only exact, period and relative ones have a date.
const (
	Exact     Precision = "exact"     // a named day
	Period    Precision = "period"    // a month, quarter or year: its last day
	Relative  Precision = "relative"  // counted from the document's date
	Vague     Precision = "vague"     // "as soon as possible"
	Recurring Precision = "recurring" // "monthly"
	AtEvent   Precision = "event"     // "before the next summit"
)

// Confidence is how sure the reader is, by the weight of the heaviest cue.
type Confidence string

// The confidences; possible ones are shown collapsed.
const (
	Sure     Confidence = "sure"
	Likely   Confidence = "likely"
	Possible Confidence = "possible"
)

// Role is a body's part in a directive.
type Role string

// The roles of an owner.
const (
	Lead Role = "lead"
	With Role = "with"
)

// Span is a piece of the text in code points, half-open.
type Span struct{ Start, End int }

// Empty tells whether the span has no letter.
func (s Span) Empty() bool { return s.End <= s.Start }

// Overlaps tells whether two spans share a letter.
func (s Span) Overlaps(o Span) bool { return s.Start < o.End && o.Start < s.End }

// Cue is a wording that a proposal or a refusal rests on.
type Cue struct {
	Rule   string // language and wording in the table, as "de: angewiesen"
	Kind   Kind   // what it points to; empty for a veto
	Weight int    // 9 certain … 4 weak; 0 for a veto
	Span   Span
}

// Deadline is a time named in a directive. Date is midnight UTC of the last
// day, zero where the wording gives none.
type Deadline struct {
	Date      time.Time
	Text      Span
	Precision Precision
	Rule      string // meaning in the table: "month-end"
	Every     string // for recurring ones: "week", "month", "quarter", "year"
}

// Owner is a body named as the doer. Agencies are the codes of the register
// that it may stand for: one when it is clear, several when a person has to
// choose, none when the register does not know it.
type Owner struct {
	Span     Span
	Agencies []string
	Plural   bool // several bodies are meant: all of Agencies, not one of them
	Role     Role
}

// Proposal is one directive, event or fact that the text seems to name.
type Proposal struct {
	Start, End int // the sentence, point or row
	Clause     Span
	Kind       Kind
	Title      string
	Deadline   *Deadline
	// Shared is a deadline that stands in another clause of the sentence and
	// may be meant for this one too: offered as a question, never filled in.
	Shared     *Deadline
	Owners     []Owner
	Confidence Confidence
	Why        []Cue
}

// Doc is what the reader is given: the text in NFC, the date it was given,
// its language ("" to find it out) and the register of agencies (nil for none).
type Doc struct {
	Text     string
	Date     time.Time
	Lang     string
	Agencies *Register
	// Progress, unless nil, is told now and then how many of the letters are read.
	Progress func(read, letters int)
}

// Reading is what the reader made of one sentence, so that a person can ask
// "why not?".
type Reading struct {
	Sentence
	Proposed bool
	Reason   string // "headline", "veto", "background", "heading", "field", "no cue"; empty when proposed
	Cues     []Cue  // what spoke for or against it
}

// Result is the reader's answer. Lang is "de", "en", "ru", "uz-Latn",
// "uz-Cyrl", "kk", or what the reader recognised but cannot read; Supported
// says which.
type Result struct {
	Lang      string
	Script    string
	Supported bool
	Sentences []Reading
	Proposals []Proposal
}

// enough is how much of a text tells its language, in code points; each line
// is asked again when it is read.
const enough = 20_000

// Propose reads a text. It never fails: a text in a language it has no tables
// for comes back with Supported false and nothing proposed.
func Propose(doc Doc) Result {
	text := []rune(doc.Text)
	folded := fold(text)
	d := detect(folded[:min(len(folded), enough)])
	if doc.Lang != "" {
		d = given(doc.Lang, d)
	}
	result := Result{Lang: d.String(), Script: d.script, Supported: d.supported()}
	if !result.Supported {
		return result
	}
	day := doc.Date.UTC()
	r := reader{text: text, folded: folded, dialect: d, register: doc.Agencies,
		date: time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC), progress: doc.Progress}
	r.read()
	result.Sentences, result.Proposals = r.readings, r.proposals
	return result
}

// given is the dialect for a language that the caller names, in the script
// of the text.
func given(lang string, found dialect) dialect {
	switch lang {
	case "uz-Latn", "uz-Cyrl":
		return dialect{"uz", lang[3:]}
	case "uz":
		return dialect{"uz", found.script}
	case "ru", "kk":
		return dialect{lang, "Cyrl"}
	case "de", "en":
		return dialect{lang, "Latn"}
	}
	return dialect{lang, found.script}
}
