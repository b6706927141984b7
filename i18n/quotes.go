package i18n

import (
	"regexp"
	"strings"
)

// marks are quotation marks: opening and closing, and those of a quotation
// within one.
type marks struct{ open, close, innerOpen, innerClose string }

var quotation = map[Lang]marks{
	En: {"“", "”", "‘", "’"},
	Ru: {"«", "»", "„", "“"},
	Uz: {"“", "”", "«", "»"},
	Kk: {"«", "»", "„", "“"},
	De: {"„", "“", "‚", "‘"},
}

// Quote puts a text into the language's quotation marks, and quotations within
// it into the inner ones. Nothing stays nothing.
func (p *Printer) Quote(text string) string {
	if text == "" {
		return ""
	}
	m := quotation[p.lang]
	return m.open + m.within(text) + m.close
}

// within writes the quotations of a text with the marks that they have inside of
// another; a text whose marks have no partner stays as it is.
func (m marks) within(text string) string {
	if !strings.ContainsAny(text, `«»„“”"`) {
		return text
	}
	var out strings.Builder
	var opened []rune
	for _, r := range text {
		switch {
		case opens(r, opened):
			out.WriteString(m.level(len(opened), m.innerOpen, m.open))
			opened = append(opened, r)
		case len(opened) > 0 && strings.ContainsRune(closers[opened[len(opened)-1]], r):
			opened = opened[:len(opened)-1]
			out.WriteString(m.level(len(opened), m.innerClose, m.close))
		case strings.ContainsRune(`»”`, r):
			return text
		default:
			out.WriteRune(r)
		}
	}
	if len(opened) > 0 {
		return text
	}
	return out.String()
}

// level is a mark of a quotation in a quotation, or of one in that, and so on.
func (marks) level(depth int, inner, outer string) string {
	if depth%2 == 0 {
		return inner
	}
	return outer
}

// closers are the marks that end what each mark begins, in the languages of the
// texts.
var closers = map[rune]string{'«': "»", '„': "“”", '“': "”", '"': `"`}

func opens(r rune, opened []rune) bool {
	last := rune(0)
	if len(opened) > 0 {
		last = opened[len(opened)-1]
	}
	switch r {
	case '«', '„':
		return true
	case '“':
		return last != '„'
	case '"':
		return last != '"'
	}
	return false
}

var inQuotes = regexp.MustCompile(`[«“„]\{\{\.(\w+)\}\}[»”“]`)

// quotedNames are the placeholders of a message that stand in quotation marks.
func quotedNames(message any) (names []string) {
	switch m := message.(type) {
	case string:
		for _, found := range inQuotes.FindAllStringSubmatch(m, -1) {
			names = append(names, found[1])
		}
	case map[string]any:
		for _, form := range m {
			names = append(names, quotedNames(form)...)
		}
	}
	return names
}
