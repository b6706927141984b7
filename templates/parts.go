package templates

import (
	"time"

	"amal/i18n"
)

// Layout is what every page shows around its own content. Each page's view
// embeds it.
type Layout struct {
	Lang    i18n.Lang
	Title   string
	Path    string     // of this page, with its query, for coming back
	Langs   []LangLink // the same page in the other languages
	Me      *Me        // nil: not signed in
	Nav     []NavLink
	Search  bool // there is something for this person to search
	Flash   *Flash
	Banners []Banner
	Demo    bool
	Today   time.Time // date
	Errors  []FieldError
	FormKey string            // makes a form one of its kind
	Error   map[string]string // message by field, of Errors
	Export  *Export           // the list as a file; nil where the page has none
}

// LangLink leads to the page in another language.
type LangLink struct {
	Code, Name, Href string
	Current          bool
}

// Me is who is signed in.
type Me struct{ Name, Role string }

// NavLink is one of the places of the main navigation.
type NavLink struct {
	Href, Label, Icon string
	Count             string // "" shows none
	Late              bool
	Current           bool
}

// Flash says what was just done, with a way back where there is one.
type Flash struct {
	Text string
	Undo string // address to post to, "" for none
	IDs  []int64
	// Lines are what could not be done, one each.
	Lines []string
}

// Banner is a notice of the installation, for those who can do something.
type Banner struct{ Text, Href, Link string }

// FieldError is one entry of the error summary.
type FieldError struct{ Field, Text string }

// Status is a task's sign: the key of its shape and the word beside it.
type Status struct{ Key, Word string }

// Side is a country by its code, with its name for screen readers.
type Side struct{ Code, Name string }

// Choice is one entry of a list to choose from.
type Choice struct {
	Value, Label string
	Hint         string
	Chosen       bool
}

// Crumb is one step of the way to a page; the last has no address.
type Crumb struct{ Href, Label string }

// Pager leads to the next page of a list, and back to the first.
type Pager struct{ First, Next string }

// Empty says why a list is empty and what to do next.
type Empty struct{ Text, Href, Link string }

// Day is a date as people read it.
type Day struct{ ISO, Text string }

// Words is a passage in its surroundings, as the source says it.
type Words struct {
	Before, Words, After string
	Lang                 string
	Href, Source         string // the document, and where in it
}

// Line is one change of a thing's history, in words.
type Line struct {
	When, Who, What string
	Details         []string
	Links           []Labelled
	Note            string
	Undone          bool
}

// Labelled is a value under its label; without an address it leads nowhere.
type Labelled struct {
	Label string
	To    Crumb
}

// Export leads to a list as a file in each form.
type Export struct{ XLSX, CSV, PDF string }

// List is how a list's columns are shown: the headings of those that were
// chosen, which of them there are, and all that can be chosen.
type List struct {
	Heads   []Head
	Show    map[string]bool // by the column's key
	Span    int             // how many are shown
	Choices []Choice        // all but the first, which always stays
	Some    bool            // not all are shown
	Path    string
	Rest    []Rest // of the address, which the choice of columns keeps
	Keep    []Rest // order and columns, which a form of filters keeps
	By      string // what it is sorted by, in words
	Sorts   bool   // by other columns too
}

// Head is the heading of a column. Where the list can be sorted by it, Href leads
// there, or turns the way; Sorted is "ascending" or "descending" where it is.
// Last is the label's last word, which its arrow stays with, and First what is
// before it.
type Head struct{ Key, Label, First, Last, Class, Href, Sorted string }

// Rest is a part of an address that a form keeps.
type Rest struct{ Name, Value string }
