// Package faults runs the real binary over a real Postgres while its mail
// server, its database or itself fails, and counts what arrives. The short form
// runs with all tests; -long is the whole one (make faults).
package faults

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"text/tabwriter"
	"time"
)

var long = flag.Bool("long", false, "the whole form: minutes instead of seconds")

var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "amal-faults")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "amal")
	if out, err := exec.Command("go", "build", "-o", binary, "../..").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		return 1
	}
	// Most of the time is waiting, so more run side by side than there are cores.
	if err := flag.Set("test.parallel", pick("6", "5")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	table(os.Stdout)
	return code
}

// figures are what one fault came to.
type figures struct {
	fault                               string
	due, arrived, lost, copies, allowed int
	took                                time.Duration
	note                                string
}

var (
	mu      sync.Mutex
	results []figures
)

// is says whether the promise was kept, and keeps the figures for the table.
func (w *world) is(f figures) {
	w.t.Helper()
	if f.lost > 0 || f.copies > f.allowed {
		w.t.Errorf("%s: %d of %d lost, %d second copies where %d are allowed", f.fault, f.lost, f.due, f.copies, f.allowed)
	}
	for _, s := range w.servers {
		if w.t.Failed() {
			w.t.Log(s.said())
		}
	}
	mu.Lock()
	results = append(results, f)
	mu.Unlock()
}

func table(to io.Writer) {
	slices.SortFunc(results, func(a, b figures) int { return cmp.Compare(a.fault, b.fault) })
	out := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "fault\tdue\tarrived\tlost\tsecond copies\tallowed\tseconds\t")
	for _, f := range results {
		fmt.Fprintf(out, "%s\t%d\t%d\t%d\t%d\t%d\t%.1f\t%s\n", f.fault, f.due, f.arrived, f.lost, f.copies, f.allowed, f.took.Seconds(), f.note)
	}
	out.Flush()
}

// pick is the short form's number or the long one's.
func pick[T any](short, whole T) T {
	if *long {
		return whole
	}
	return short
}
