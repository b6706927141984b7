package rules

// Lineage says what a directive has to do with an earlier one.
type Lineage string

// The relations between directives, as people name them.
const (
	Restates Lineage = "restates" // leaders said the same again
	Replaces Lineage = "replaces"
	PartOf   Lineage = "part_of"
	Merges   Lineage = "merges"
)

// Lineages are all relations, in the order forms offer them.
var Lineages = []Lineage{Restates, Replaces, PartOf, Merges}

// ProposalDecision is what a person decided on what the reader proposed.
type ProposalDecision string

// The decisions.
const (
	Confirmed ProposalDecision = "confirmed" // recorded as proposed
	Changed   ProposalDecision = "changed"   // recorded after a correction
	Linked    ProposalDecision = "linked"    // another language of a directive that is recorded
	Declined  ProposalDecision = "declined"
)

// ProposalDecisions are all of them.
var ProposalDecisions = []ProposalDecision{Confirmed, Changed, Linked, Declined}
