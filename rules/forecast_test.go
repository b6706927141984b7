package rules

import (
	"slices"
	"testing"
)

func TestForecast(t *testing.T) {
	t.Parallel()
	even := slices.Repeat([]int{4}, 20)
	for _, c := range []struct {
		name      string
		facts     ForecastFacts
		low, high int
	}{
		{"an even pace goes on", ForecastFacts{Weeks: even, Done: 80, Total: 200, WeeksLeft: 5}, 100, 100},
		{"never more than there are", ForecastFacts{Weeks: even, Done: 80, Total: 90, WeeksLeft: 5}, 90, 90},
		{"weeks before the first task do not slow it", ForecastFacts{Weeks: append(make([]int, 30), even...), Done: 80, Total: 200, WeeksLeft: 5}, 100, 100},
	} {
		fc, ok := Foresee(c.facts)
		if !ok || fc.Low != c.low || fc.High != c.high {
			t.Errorf("%s: %d to %d, %v, want %d to %d", c.name, fc.Low, fc.High, ok, c.low, c.high)
		}
		if fc.Held != fc.Tried || fc.Tried == 0 {
			t.Errorf("%s: an even pace was foretold %d of %d times", c.name, fc.Held, fc.Tried)
		}
	}
	moved, ok := Foresee(ForecastFacts{Weeks: even, Done: 80, Total: 90, WeeksLeft: 50, Extended: Share{3, 10}})
	if !ok || moved.Low >= moved.High || moved.High > 90 || moved.Low < 82 {
		t.Errorf("moved deadlines: %+v, %v", moved, ok)
	}
	for _, f := range []ForecastFacts{{Weeks: even[:5], Total: 50, WeeksLeft: 5}, {Weeks: make([]int, 30), Total: 50, WeeksLeft: 5}, {Weeks: even, Done: 50, Total: 50, WeeksLeft: 5}, {Weeks: even, Total: 50}} {
		if fc, ok := Foresee(f); ok {
			t.Errorf("%+v gives %+v", f, fc)
		}
	}
}

// A pace that breaks off is found out by the check against the past.
func TestForecastTellsWhenItWouldHaveFailed(t *testing.T) {
	t.Parallel()
	f := ForecastFacts{Weeks: append(slices.Repeat([]int{30, 31, 29}, 5), make([]int, 10)...), Total: 5000, WeeksLeft: 6}
	fc, ok := Foresee(f)
	if !ok || fc.Held*2 > fc.Tried || fc.Tried < 10 {
		t.Errorf("held %d of %d, %v", fc.Held, fc.Tried, ok)
	}
	again, _ := Foresee(f)
	if again != fc {
		t.Errorf("the same facts gave %+v and %+v", fc, again)
	}
}
