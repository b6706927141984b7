package communique

import (
	"strings"
	"unicode"
)

// word is one word or number of a text, as the tables see it.
type word struct {
	start, end int    // code points
	key        string // folded, without apostrophes; Uzbek always in Latin letters
	sep        string // signs between the word before and this one, blanks left out
	blank      bool   // a blank stands before it
	number     int    // value of a number in digits, -1 for a word
	upper      bool   // begins with a capital letter
	caps       bool   // all capitals, two or more
	masked     bool   // part of a background phrase
}

// splitWords cuts text[start:end] into words: runs of letters with their inner
// apostrophes, and runs of digits. "Q4" gives two words, "1-июля" too.
func splitWords(text, folded []rune, start, end int, d dialect) []word {
	words := make([]word, 0, (end-start)/6+1)
	last := start
	for i := start; i < end; {
		switch {
		case isDigit(folded[i]):
			from := i
			for i < end && isDigit(folded[i]) {
				i++
			}
			words = append(words, word{start: from, end: i, key: string(folded[from:i]), number: digits(folded[from:i]),
				sep: between(folded[last:from]), blank: hasBlank(folded[last:from])})
			last = i
		case isLetter(folded[i]):
			from := i
			for i < end && (isLetter(folded[i]) || isApostrophe(folded[i]) && i+1 < end && isLetter(folded[i+1]) && d.lang != "de") {
				i++
			}
			words = append(words, newWord(text, folded, last, from, i, d))
			last = i
		default:
			i++
		}
	}
	return words
}

func newWord(text, folded []rune, last, from, to int, d dialect) word {
	w := word{start: from, end: to, number: -1, upper: unicode.IsUpper(text[from])}
	w.key = wordKey(text[from:to], folded[from:to], d)
	w.sep, w.blank = between(folded[last:from]), hasBlank(folded[last:from])
	w.caps = w.upper && to-from > 1
	for _, r := range text[from:to] {
		if unicode.IsLower(r) {
			w.caps = false
			break
		}
	}
	return w
}

// digits is the value of a run of digits, bounded so that it cannot overflow.
func digits(s []rune) int {
	n := 0
	for _, r := range s {
		if n < 1_000_000 {
			n = n*10 + int(r-'0')
		}
	}
	return n
}

func between(s []rune) string {
	if len(s) == 0 || len(s) == 1 && s[0] == ' ' {
		return ""
	}
	var b strings.Builder
	for _, r := range s {
		if !isBlank(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func hasBlank(s []rune) bool {
	for _, r := range s {
		if isBlank(r) {
			return true
		}
	}
	return false
}

// wordKey is what a word is compared by.
func wordKey(text, s []rune, d dialect) string {
	if d.lang == "uz" && d.script == "Cyrl" {
		return latinUzbek(text, s)
	}
	var b strings.Builder
	b.Grow(len(s) * 2)
	for i, r := range s {
		if isApostrophe(r) {
			if d.lang == "en" && i >= len(s)-2 {
				break
			}
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// uzbekLetters are the Latin letters for the Cyrillic ones, without apostrophes.
var uzbekLetters = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ж': "j", 'з': "z", 'и': "i", 'й': "y",
	'к': "k", 'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u",
	'ф': "f", 'х': "x", 'ч': "ch", 'ш': "sh", 'щ': "sh", 'ъ': "", 'ы': "i", 'ь': "", 'э': "e",
	'ю': "yu", 'я': "ya", 'ў': "o", 'қ': "q", 'ғ': "g", 'ҳ': "h",
}

// latinUzbek writes an Uzbek word of Cyrillic letters in Latin ones, so that
// one table serves both scripts.
func latinUzbek(text, s []rune) string {
	var b strings.Builder
	for i, r := range s {
		vowelBefore := i > 0 && strings.ContainsRune("аеиоуўэюяы", s[i-1])
		switch {
		case text[i] == 'ё' || text[i] == 'Ё':
			b.WriteString("yo") // folding took its dots
		case r == 'е' && (i == 0 || vowelBefore):
			b.WriteString("ye")
		case r == 'ц' && vowelBefore:
			b.WriteString("ts")
		case r == 'ц':
			b.WriteString("s")
		default:
			if l, ok := uzbekLetters[r]; ok {
				b.WriteString(l)
			} else if !isApostrophe(r) {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}
