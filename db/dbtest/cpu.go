package dbtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of /proc/PID/stat, as Linux has it on every machine we know.
const tick = 10 * time.Millisecond

// CPU is the processor time that the shared Postgres has used so far, for
// measuring beside a clock that neighbours disturb; 0 where /proc does not say.
func CPU() time.Duration {
	return CPUOf(Postmaster(filepath.Join(os.TempDir(), fmt.Sprintf("amal-test-%d", os.Geteuid()))))
}

// Postmaster is the process that leads the private Postgres of a folder; ""
// where none does.
func Postmaster(dir string) string {
	text, err := os.ReadFile(filepath.Join(dir, "pg", "postmaster.pid"))
	if err != nil {
		return ""
	}
	return strings.SplitN(string(text), "\n", 2)[0]
}

// CPUOf is the processor time that a process and its children have used.
func CPUOf(pid string) time.Duration {
	ticks := 0
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		_, after, _ := strings.Cut(string(text), ") ")
		f := strings.Fields(after) // from the state on: man 5 proc
		own := filepath.Base(filepath.Dir(name)) == pid
		if len(f) < 16 || !own && f[1] != pid {
			continue
		}
		last := 13
		if own {
			last = 15 // and the children that have ended
		}
		for _, field := range f[11:last] {
			n, _ := strconv.Atoi(field)
			ticks += n
		}
	}
	return time.Duration(ticks) * tick
}
