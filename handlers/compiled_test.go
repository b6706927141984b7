package handlers

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"
	"testing"

	"amal/templates"
)

// What compiled pages write is, on every page of every test here,
// what html/template writes.
func TestMain(m *testing.M) {
	var mu sync.Mutex
	seen, wrong := map[string]int{}, ""
	templates.Rendered = func(page string, html []byte, interpret func(io.Writer) error) {
		mu.Lock()
		seen[page]++
		often := seen[page] > 30 && seen[page]%50 != 0
		mu.Unlock()
		if often { // pages that a test reads over and over
			return
		}
		var want bytes.Buffer
		if err := interpret(&want); err == nil && bytes.Equal(html, want.Bytes()) {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		at := 0
		for at < min(len(html), want.Len()) && html[at] == want.Bytes()[at] {
			at++
		}
		wrong += fmt.Sprintf("%s differs from html/template at byte %d:\n got %.200s\nwant %.200s\n", page, at, html[max(0, at-40):], want.Bytes()[max(0, at-40):])
	}
	code := m.Run()
	if wrong != "" {
		fmt.Print("FAIL: compiled pages\n", wrong)
		code = 1
	}
	os.Exit(code)
}
