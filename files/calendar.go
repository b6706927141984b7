package files

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"amal/i18n"
)

// Calendar is a list of days for calendar programs (RFC 5545). One that is
// fetched has no METHOD; one that comes with a mail is PUBLISH (RFC 5546).
type Calendar struct {
	Method string
	Name   string        // as programs show it
	Every  time.Duration // how often programs should ask again, in whole hours
	Days   []CalendarDay
}

// CalendarDay is what takes a whole day. It has a date and no time of day, so
// that it is the same day in every zone, whatever clocks do until then.
type CalendarDay struct {
	UID      string // stays, whatever else changes
	Day      time.Time
	Title    string
	Text     string
	Place    string
	URL      string
	Changed  time.Time // DTSTAMP and LAST-MODIFIED, so that the same days are the same bytes
	Revision int       // SEQUENCE
}

// DayUID is a thing's identity in calendars: the same in every feed and mail, so
// that no program shows it twice.
func DayUID(kind string, id int64, host string) string {
	return fmt.Sprintf("%s-%d@%s", kind, id, host)
}

// DayTitle is a thing's line in a calendar: its number and title, of one for
// official use that it is reserved; what is done has a tick in front.
func DayTitle(p *i18n.Printer, ref, title string, official, done bool) string {
	if official {
		title = p.T("feed.reserved")
	}
	if done {
		ref = strings.TrimSpace("✓ " + ref)
	}
	return strings.TrimSpace(ref + " " + title)
}

// product names the program that wrote a calendar.
const product = "-//Amal//Amal//EN"

// Bytes writes the calendar in UTF-8.
func (c Calendar) Bytes() []byte {
	var w calendarWriter
	w.line("BEGIN", "VCALENDAR")
	w.line("VERSION", "2.0")
	w.line("PRODID", product)
	w.line("CALSCALE", "GREGORIAN")
	w.text("METHOD", c.Method)
	w.text("NAME", c.Name) // RFC 7986; the X- ones are for older programs
	w.text("X-WR-CALNAME", c.Name)
	if c.Every > 0 {
		every := fmt.Sprintf("PT%dH", max(1, int(c.Every/time.Hour)))
		w.line("REFRESH-INTERVAL;VALUE=DURATION", every)
		w.line("X-PUBLISHED-TTL", every)
	}
	for _, d := range c.Days {
		w.day(d)
	}
	w.line("END", "VCALENDAR")
	return []byte(w.b.String())
}

type calendarWriter struct{ b strings.Builder }

func (w *calendarWriter) day(d CalendarDay) {
	changed := d.Changed.UTC().Format("20060102T150405Z")
	w.line("BEGIN", "VEVENT")
	w.text("UID", d.UID)
	w.line("DTSTAMP", changed)
	w.line("LAST-MODIFIED", changed)
	w.line("SEQUENCE", strconv.Itoa(d.Revision))
	w.line("DTSTART;VALUE=DATE", d.Day.Format("20060102"))
	w.line("DTEND;VALUE=DATE", d.Day.AddDate(0, 0, 1).Format("20060102")) // the end is not part of it (3.6.1)
	w.text("SUMMARY", d.Title)
	w.text("DESCRIPTION", d.Text)
	w.text("LOCATION", d.Place)
	if d.URL != "" {
		w.line("URL", printable(d.URL))
	}
	w.line("TRANSP", "TRANSPARENT") // a date due keeps nobody busy
	w.line("END", "VEVENT")
}

// text writes a property of free words; none without words.
func (w *calendarWriter) text(name, words string) {
	if words != "" {
		w.line(name, escape(words))
	}
}

// longestLine is how many octets a line has at most, without its end (3.1).
const longestLine = 75

// line writes a property, folded between code points: a line that goes on
// begins with a space, which counts.
func (w *calendarWriter) line(name, value string) {
	rest, room := name+":"+value, longestLine
	for len(rest) > room {
		cut := room
		for !utf8.RuneStart(rest[cut]) {
			cut--
		}
		w.b.WriteString(rest[:cut] + "\r\n ")
		rest, room = rest[cut:], longestLine-1
	}
	w.b.WriteString(rest + "\r\n")
}

// lineEnds are what some programs take for the end of a line.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// specials are what words must not hold as they are (3.3.11).
var specials = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`)

// escape makes words safe as a value: nothing in them begins a line of its own.
func escape(words string) string {
	return specials.Replace(strings.Map(visible, lineEnds.Replace(strings.ToValidUTF8(words, "\uFFFD"))))
}

// visible drops control characters but the end of a line and the tab.
func visible(r rune) rune {
	if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 {
		return -1
	}
	return r
}

// printable drops whatever an address can't hold.
func printable(address string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f {
			return -1
		}
		return r
	}, address)
}
