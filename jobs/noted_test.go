package jobs

import (
	"testing"
	"time"
)

// The same news are noted once in a while, a change at once, those of another
// job on their own, and a clock that was set back holds nothing up.
func TestTheSameNewsAreNotedOnceInAWhile(t *testing.T) {
	t.Parallel()
	var n noted
	at := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	for i, step := range []struct {
		what   string
		after  time.Duration
		failed bool
		want   bool
	}{
		{"seal", 0, false, true}, {"seal", 5 * time.Second, false, false}, {"export", 5 * time.Second, false, true}, {"seal", 10 * time.Second, true, true},
		{"seal", 15 * time.Second, true, false}, {"seal", 20 * time.Second, false, true}, {"seal", 40 * time.Second, false, true}, {"seal", -time.Hour, false, true},
	} {
		if got := n.worth(step.what, step.failed, ticksEvery, at.Add(step.after)); got != step.want {
			t.Errorf("step %d: %v", i, got)
		}
	}
}
