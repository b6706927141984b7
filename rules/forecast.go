package rules

import (
	"math"
	"math/rand/v2"
	"slices"
)

// ForecastFacts are what a forecast of a year's tasks rests on.
type ForecastFacts struct {
	Weeks     []int // tasks of the running year done in each full week, the last one last
	Done      int   // of the year's tasks, so far
	Total     int   // the year's tasks
	WeeksLeft int   // to the end of the year, begun ones among them
	Extended  Share // tasks whose deadline was moved, of those due
}

// Forecast is the range in which the number of tasks done at the end of the
// year lies in eight of ten draws.
type Forecast struct {
	Low, High int
	Weeks     int // of history that the draws came from
	Held      int // of Tried: how many earlier forecasts held what then came
	Tried     int
	Ahead     int // weeks that those looked ahead
}

// What a forecast needs and how it is made.
const (
	leastWeeks = 6    // of history
	mostWeeks  = 26   // that draws come from
	draws      = 1000 // of the weeks to come
	backAhead  = 6    // weeks that a check against the past looks ahead, at most
)

// Foresee draws the weeks to come from the weeks that were, a thousand times
// over with a fixed seed, and takes the middle eight tenths. As often as before,
// a deadline is moved: such a task is taken as not done in the year. The same
// drawing from each earlier week's past says how well it would have told what
// came. ok is false where the past is too short or nothing is left to foresee.
func Foresee(f ForecastFacts) (fc Forecast, ok bool) {
	weeks := trimmed(f.Weeks)
	left := f.Total - f.Done
	if len(weeks) < leastWeeks || left <= 0 || f.WeeksLeft <= 0 {
		return fc, false
	}
	seed := rand.New(rand.NewPCG(1, 2))
	recent := weeks[max(0, len(weeks)-mostWeeks):]
	moved := 0.0
	if f.Extended.Of > 0 {
		moved = float64(f.Extended.Part) / float64(f.Extended.Of)
	}
	sums := make([]int, draws)
	for i := range sums {
		can := left - spread(seed, left, moved)
		sums[i] = f.Done + min(sumOf(seed, recent, f.WeeksLeft), can)
	}
	fc.Low, fc.High = middle(sums)
	fc.Weeks = len(recent)
	fc.Ahead = min(f.WeeksLeft, backAhead, max(1, (len(weeks)-leastWeeks)/2)) // a short past is tried more than once
	fc.Held, fc.Tried = lookBack(seed, weeks, fc.Ahead)
	return fc, true
}

// trimmed leaves out the weeks before the first in which anything was done.
func trimmed(weeks []int) []int {
	for i, n := range weeks {
		if n > 0 {
			return weeks[i:]
		}
	}
	return nil
}

// sumOf adds up as many weeks, each drawn from the past.
func sumOf(seed *rand.Rand, past []int, weeks int) (sum int) {
	for range weeks {
		sum += past[seed.IntN(len(past))]
	}
	return sum
}

// spread draws how many of n tasks meet with something of this likelihood, by
// the normal approximation.
func spread(seed *rand.Rand, n int, likelihood float64) int {
	mean := float64(n) * likelihood
	drawn := mean + seed.NormFloat64()*math.Sqrt(mean*(1-likelihood))
	return min(max(int(math.Round(drawn)), 0), n)
}

// middle returns the ends of the middle eight tenths.
func middle(sums []int) (low, high int) {
	slices.Sort(sums)
	return sums[len(sums)/10], sums[len(sums)-1-len(sums)/10]
}

// lookBack makes the forecast of each earlier week, from its own past, of how
// many tasks would be done in the weeks ahead of it, and counts those that held.
func lookBack(seed *rand.Rand, weeks []int, ahead int) (held, tried int) {
	for at := max(leastWeeks, len(weeks)-ahead-mostWeeks); at+ahead <= len(weeks); at++ {
		past := weeks[max(0, at-mostWeeks):at]
		sums := make([]int, draws)
		for i := range sums {
			sums[i] = sumOf(seed, past, ahead)
		}
		low, high := middle(sums)
		came := 0
		for _, n := range weeks[at : at+ahead] {
			came += n
		}
		if tried++; low <= came && came <= high {
			held++
		}
	}
	return held, tried
}
