package rules

import "slices"

// FeedSubject is whose dates a feed shows.
type FeedSubject string

// The subjects of feeds.
const (
	FeedOfPerson    FeedSubject = "person" // its owner: what he answers for, controls and may know of
	FeedOfAgency    FeedSubject = "agency"
	FeedOfDirective FeedSubject = "directive"
)

// FeedSubjects are all of them.
var FeedSubjects = []FeedSubject{FeedOfPerson, FeedOfAgency, FeedOfDirective}

// The acts of feeds; they stand in their owner's history.
const (
	ActAddFeed    Act = "add_feed"
	ActRenewFeed  Act = "renew_feed"
	ActRevokeFeed Act = "revoke_feed"
)

// MaxFeeds is how many feeds somebody can have at a time.
const MaxFeeds = 30

// MayFollow reports whether me may have the dates of an agency in a calendar:
// its own focal points, and those who see the register of its side; a joint
// agency is of every side. Which of its tasks show is SightOf's matter.
func MayFollow(me Actor, agencyID int64, side Side) bool {
	sides := me.RegisterSides()
	return slices.Contains(me.AgenciesAs(Focal), agencyID) || slices.Contains(sides, side) || side == Joint && len(sides) > 0
}
