package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// pdfTime is how long pdftotext may work on one file; a communiqué takes it a
// few hundredths of a second.
const pdfTime = 2 * time.Second

// pdfText reads a .pdf with the machine's pdftotext and joins the lines that
// the page broke.
func pdfText(ctx context.Context, raw []byte) (string, error) {
	program, err := exec.LookPath("pdftotext")
	if err != nil {
		return "", ErrNoPDF
	}
	ctx, cancel := context.WithTimeout(ctx, pdfTime)
	defer cancel()
	// #nosec G204 -- a program of the machine, with fixed arguments
	cmd := exec.CommandContext(ctx, program, "-q", "-enc", "UTF-8", "-l", "1000", "-", "-")
	cmd.Stdin = bytes.NewReader(raw)
	cmd.WaitDelay = 100 * time.Millisecond
	out := limited{left: MaxText}
	cmd.Stdout = &out
	err = cmd.Run()
	switch {
	case out.left < 0 || ctx.Err() != nil:
		return "", ErrTooMuch
	case err != nil:
		return "", fmt.Errorf("%w: %w", ErrBroken, err)
	case !utf8.Valid(out.Bytes()):
		return "", ErrBroken
	}
	return joinLines(strings.ReplaceAll(out.String(), "\f", "\n\n")), nil
}

// limited is a buffer that refuses to grow past what is left.
type limited struct {
	bytes.Buffer
	left int
}

var errLimit = errors.New("more than a document holds")

// Write keeps p, or fails where that is more than a document holds.
func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, errLimit
	}
	return l.Buffer.Write(p)
}

// joinLines undoes the line breaks of a page: a line that is nearly as wide as
// the widest and does not end a sentence goes on in the next, and a word cut by
// a hyphen is whole again.
func joinLines(text string) string {
	lines := strings.Split(text, "\n")
	widest := 0
	for _, l := range lines {
		widest = max(widest, utf8.RuneCountInString(l))
	}
	var b strings.Builder
	for i, l := range lines {
		l = strings.TrimRight(l, " ")
		switch {
		case i+1 == len(lines) || !goesOn(l, lines[i+1], widest):
			b.WriteString(l + "\n")
		case strings.HasSuffix(l, "-") && unicode.IsLower(firstRune(lines[i+1])):
			b.WriteString(strings.TrimSuffix(l, "-"))
		default:
			b.WriteString(l + " ")
		}
	}
	return b.String()
}

// goesOn tells whether a line is continued by the next.
func goesOn(line, next string, widest int) bool {
	next = strings.TrimSpace(next)
	if line == "" || next == "" || strings.ContainsRune(".!?:;", lastRune(line)) {
		return false
	}
	return unicode.IsLower(firstRune(next)) || utf8.RuneCountInString(line)*4 > widest*3
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}
