package jobs

import (
	"sync"
	"time"
)

// How often the same news are noted in the database: of a job, and of the mail
// server. A note is a write, after which every page is read anew.
const (
	ticksEvery = 20 * time.Second
	mailEvery  = time.Minute
)

// noted is what this process last noted of each job and of the mail server.
type noted struct {
	mu   sync.Mutex
	last map[string]note
}

type note struct {
	at     time.Time
	failed bool
}

// worth reports whether how something goes is to be noted, and takes it for
// noted: the first time, at each change, and every so often.
func (n *noted) worth(what string, failed bool, every time.Duration, now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if last, ok := n.last[what]; ok && last.failed == failed && now.Sub(last.at).Abs() < every {
		return false
	}
	if n.last == nil {
		n.last = map[string]note{}
	}
	n.last[what] = note{now, failed}
	return true
}
