package files

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// component is what a reader of RFC 5545 sees: properties with their
// parameters, and the components within.
type component struct {
	name     string
	values   map[string][]string // by name with parameters, unescaped
	children []*component
}

func (c *component) one(t *testing.T, name string) string {
	t.Helper()
	if len(c.values[name]) != 1 {
		t.Fatalf("%s has %d × %s", c.name, len(c.values[name]), name)
	}
	return c.values[name][0]
}

// parseCalendar reads a calendar strictly: CR LF and lines of 75 octets at
// most, whole code points, BEGIN and END that match.
func parseCalendar(t *testing.T, raw []byte) *component {
	t.Helper()
	text, ended := strings.CutSuffix(string(raw), "\r\n")
	if !ended || !utf8.ValidString(text) {
		t.Fatal("not ended by CR LF, or not UTF-8")
	}
	var lines []string
	for _, line := range strings.Split(text, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n\x00\v\f\u0085\u2028\u2029") {
			t.Fatalf("a line of %d octets: %q", len(line), line)
		}
		if more, folded := strings.CutPrefix(line, " "); folded && len(lines) > 0 {
			lines[len(lines)-1] += more
		} else {
			lines = append(lines, line)
		}
	}
	root := &component{name: "file"}
	stack := []*component{root}
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if !ok || name == "" || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-;=") != "" {
			t.Fatalf("no property: %q", line)
		}
		top := stack[len(stack)-1]
		switch name {
		case "BEGIN":
			c := &component{name: value, values: map[string][]string{}}
			top.children = append(top.children, c)
			stack = append(stack, c)
		case "END":
			if top.name != value {
				t.Fatalf("END:%s within %s", value, top.name)
			}
			stack = stack[:len(stack)-1]
		default:
			top.values[name] = append(top.values[name], unescaped(t, value))
		}
	}
	if len(stack) != 1 || len(root.children) != 1 || root.children[0].name != "VCALENDAR" {
		t.Fatal("not one whole calendar")
	}
	return root.children[0]
}

func unescaped(t *testing.T, value string) string {
	t.Helper()
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] != '\\' {
			b.WriteByte(value[i])
			continue
		}
		i++
		if i == len(value) {
			t.Fatalf("ends within an escape: %q", value)
		}
		switch value[i] {
		case 'n', 'N':
			b.WriteByte('\n')
		case '\\', ';', ',':
			b.WriteByte(value[i])
		default:
			t.Fatalf("escape \\%c", value[i])
		}
	}
	return b.String()
}

var changed = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)

func oneDay(d CalendarDay) Calendar {
	d.UID, d.Changed = "task-1@example.org", changed
	return Calendar{Name: "Amal: Мои сроки; все, да", Every: 4 * time.Hour, Days: []CalendarDay{d}}
}

func TestCalendarIsReadBack(t *testing.T) {
	t.Parallel()
	day := CalendarDay{Day: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC), Title: "2026-1.1 Разработать программу; промышленной, \\ кооперации", Text: strings.Repeat("Ўзбекистон ва Қозоғистон, ", 40) + "\nзадача",
		Place: "Astana, Independence Palace", URL: "https://amal.example.org/tasks/1", Revision: 7}
	c := parseCalendar(t, oneDay(day).Bytes())
	for name, want := range map[string]string{"VERSION": "2.0", "CALSCALE": "GREGORIAN", "NAME": "Amal: Мои сроки; все, да", "X-WR-CALNAME": "Amal: Мои сроки; все, да",
		"REFRESH-INTERVAL;VALUE=DURATION": "PT4H", "X-PUBLISHED-TTL": "PT4H"} {
		if got := c.one(t, name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if c.values["METHOD"] != nil || len(c.children) != 1 {
		t.Fatalf("METHOD %v, %d days", c.values["METHOD"], len(c.children))
	}
	for name, want := range map[string]string{"UID": "task-1@example.org", "DTSTAMP": "20260302T060000Z", "LAST-MODIFIED": "20260302T060000Z", "SEQUENCE": "7",
		"DTSTART;VALUE=DATE": "20261231", "DTEND;VALUE=DATE": "20270101", "SUMMARY": day.Title, "DESCRIPTION": day.Text, "LOCATION": day.Place, "URL": day.URL, "TRANSP": "TRANSPARENT"} {
		if got := c.children[0].one(t, name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// Each day of two years is itself and ends on the next, also where clocks
// change 18 months ahead: a date has no hour that could move it.
func TestEveryDayIsItself(t *testing.T) {
	t.Parallel()
	for d := changed.Truncate(24 * time.Hour); d.Before(changed.AddDate(2, 0, 0)); d = d.AddDate(0, 0, 1) {
		e := parseCalendar(t, oneDay(CalendarDay{Day: d, Title: "x"}).Bytes()).children[0]
		start, err := time.Parse("20060102", e.one(t, "DTSTART;VALUE=DATE"))
		if err != nil || !start.Equal(d) {
			t.Fatalf("%s became %s (%v)", d, start, err)
		}
		if end, err := time.Parse("20060102", e.one(t, "DTEND;VALUE=DATE")); err != nil || end.Sub(start) != 24*time.Hour {
			t.Fatalf("%s ends on %s (%v)", d, end, err)
		}
	}
}

// Words can't become lines, properties or components of their own.
func TestCalendarWordsStayWords(t *testing.T) {
	t.Parallel()
	const evil = "BEGIN:VALARM"
	for _, end := range []string{"\r\n", "\n", "\r", "\v", "\f", "\u0085", "\u2028", "\u2029"} {
		words := "Title" + end + evil + end + " folded\x00\x1b\x7f" + end + "END:VEVENT"
		e := parseCalendar(t, oneDay(CalendarDay{Day: changed, Title: words, Text: words, Place: words, URL: "https://example.org/\r\n" + evil}).Bytes()).children[0]
		want := "Title\n" + evil + "\n folded\nEND:VEVENT"
		for _, name := range []string{"SUMMARY", "DESCRIPTION", "LOCATION"} {
			if got := e.one(t, name); got != want {
				t.Errorf("%q: %s is %q", end, name, got)
			}
		}
		if got := e.one(t, "URL"); got != "https://example.org/"+evil || len(e.children) != 0 {
			t.Errorf("%q: URL %q, %d within", end, got, len(e.children))
		}
	}
	if got := parseCalendar(t, oneDay(CalendarDay{Day: changed, Title: "not\xffUTF-8"}).Bytes()).children[0].one(t, "SUMMARY"); got != "not\uFFFDUTF-8" {
		t.Errorf("%q", got)
	}
}

// Titles of any length and script fold at 75 octets and come back whole.
func TestCalendarLinesFold(t *testing.T) {
	t.Parallel()
	for _, letter := range []string{"a", "ў", "✓", "😀", `\`, ",", "\n"} {
		for n := 1; n < 170; n++ {
			title := fmt.Sprint("x", strings.Repeat(letter, n), "x")
			if got := parseCalendar(t, oneDay(CalendarDay{Day: changed, Title: title}).Bytes()).children[0].one(t, "SUMMARY"); got != title {
				t.Fatalf("%d × %q became %q", n, letter, got)
			}
		}
	}
}
