package communique

import (
	"strings"
	"unicode"
)

// maxTitle is the longest title, in letters.
const maxTitle = 80

// title makes a short title of a clause: its words without the time, cut at a
// word's end.
func (u *unit) title(c Span, without *Deadline) string {
	text := u.r.text[c.Start:c.End]
	s := string(text)
	if without != nil && without.Text.Start >= c.Start && without.Text.End <= c.End && !without.Text.Empty() {
		s = string(text[:without.Text.Start-c.Start]) + " " + string(text[without.Text.End-c.Start:])
	}
	s = strings.Join(strings.Fields(s), " ")
	s = strings.NewReplacer(" ,", ",", " .", ".", " ;", ";").Replace(s)
	s = strings.Trim(s, " ,;:.-–—")
	switch u.lex.lang {
	case "de":
		s = germanTitle(s)
	case "en":
		s = strings.TrimPrefix(s, "to ")
	}
	return capital(shorten(s))
}

// germanTitle turns "… zu erstellen" into "… erstellen" and "auszuweiten"
// into "ausweiten".
func germanTitle(s string) string {
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return s
	}
	head, verb := s[:i], s[i+1:]
	if rest, ok := strings.CutSuffix(head, " zu"); ok {
		return rest + " " + verb
	}
	if k := strings.Index(verb, "zu"); k > 1 && k+5 <= len(verb) && strings.HasSuffix(verb, "n") && lexicons()["de"].has("prefixes", verb[:k]) {
		return head + " " + verb[:k] + verb[k+2:]
	}
	return s
}

func shorten(s string) string {
	r := []rune(s)
	if len(r) <= maxTitle {
		return s
	}
	cut := maxTitle - 1
	for cut > maxTitle/2 && r[cut] != ' ' {
		cut--
	}
	return strings.TrimRight(string(r[:cut]), " ,;:-–—") + "…"
}

func capital(s string) string {
	r := []rune(s)
	if len(r) > 0 {
		r[0] = unicode.ToUpper(r[0])
	}
	return string(r)
}
