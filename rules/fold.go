package rules

import (
	"strings"
	"unicode"
)

// latinOf writes Cyrillic letters of Russian, Uzbek and Kazakh in Latin ones,
// so that a word is found in whichever script it was typed.
var latinOf = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "e", 'ж': "j", 'з': "z", 'и': "i", 'й': "y", 'к': "k",
	'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "x", 'ц': "ts",
	'ч': "ch", 'ш': "sh", 'щ': "sh", 'ъ': "", 'ы': "i", 'ь': "", 'э': "e", 'ю': "yu", 'я': "ya",
	'ў': "o", 'қ': "q", 'ғ': "g", 'ҳ': "h", 'ә': "a", 'і': "i", 'ң': "n", 'ө': "o", 'ұ': "u", 'ү': "u", 'һ': "h",
}

// plainOf writes Latin letters with signs as their plain sisters.
var plainOf = map[rune]string{
	'ä': "a", 'á': "a", 'à': "a", 'â': "a", 'ö': "o", 'ó': "o", 'ô': "o", 'ü': "u", 'ú': "u", 'û': "u", 'ß': "ss", 'é': "e", 'è': "e", 'ê': "e",
	'ç': "c", 'ğ': "g", 'ş': "s", 'ı': "i", 'í': "i", 'ñ': "n", 'ō': "o", 'ā': "a",
}

// Fold writes a text as it is searched: lower case, Latin letters without
// signs, no apostrophes (o', oʻ and ў are all o), one blank between words.
// Other signs stay, so that "%" and "_" are found as they are.
func Fold(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	blank := true
	for _, r := range text {
		r = unicode.ToLower(r)
		switch {
		case unicode.IsSpace(r), r == '\u200b', r == '\ufeff', r == '\u00ad':
			if !blank {
				b.WriteByte(' ')
			}
			blank = true
			continue
		case strings.ContainsRune("'`´ʻʼ‘’ʹˈ′", r), unicode.Is(unicode.Mn, r), r < ' ':
			continue
		}
		blank = false
		if latin, ok := latinOf[r]; ok {
			b.WriteString(latin)
		} else if plain, ok := plainOf[r]; ok {
			b.WriteString(plain)
		} else {
			b.WriteRune(r)
		}
	}
	return strings.TrimSuffix(b.String(), " ")
}

// MinWord is the fewest letters of a word that can be searched.
const MinWord = 2

// MaxWords is how many words of a question are searched.
const MaxWords = 8

// SearchWords are the folded words of a question, each to be found.
func SearchWords(question string) []string {
	var words []string
	for _, w := range strings.Fields(Fold(question)) {
		if len(w) >= MinWord && len(words) < MaxWords {
			words = append(words, w)
		}
	}
	return words
}
