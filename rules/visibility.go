package rules

// Visibility says who sees a note or a file besides the author's own side.
type Visibility string

// The visibilities.
const (
	OwnSide    Visibility = "own"
	BothSides  Visibility = "both"
	PublicSide Visibility = "public"
)

// Visibilities are all of them, in the order forms offer them.
var Visibilities = []Visibility{BothSides, OwnSide, PublicSide}
