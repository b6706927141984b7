package rules

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// latinOf writes Cyrillic letters of Russian, Uzbek and Kazakh in Latin ones,
// so that a word is found in whichever script it was typed.
var latinOf = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'ж': "j", 'з': "z", 'и': "i", 'й': "y", 'к': "k",
	'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "x",
	'ч': "ch", 'ш': "sh", 'щ': "sh", 'ъ': "", 'ы': "i", 'ь': "", 'э': "e", 'ю': "yu", 'я': "ya",
	'ў': "o", 'қ': "q", 'ғ': "g", 'ҳ': "h", 'ә': "a", 'і': "i", 'ң': "n", 'ө': "o", 'ұ': "u", 'ү': "u", 'һ': "h",
}

// plainOf writes Latin letters with signs as their plain sisters.
var plainOf = map[rune]string{
	'ä': "a", 'á': "a", 'à': "a", 'â': "a", 'ö': "o", 'ó': "o", 'ô': "o", 'ü': "u", 'ú': "u", 'û': "u", 'ß': "ss", 'é': "e", 'è': "e", 'ê': "e",
	'ç': "c", 'ğ': "g", 'ş': "s", 'ı': "i", 'í': "i", 'ñ': "n", 'ō': "o", 'ā': "a",
}

// vowels are those that Uzbek writes е as ye and ц as ts behind.
const vowels = "аеёиоуыэюяўәіөұү"

// latinAfter writes the Cyrillic letters that Uzbek writes in Latin ones by
// what stands before them: Европа is Yevropa, мева meva; цирк is sirk, акция
// aksiya, инвестиция investitsiya. ё is searched as е.
func latinAfter(before, r rune) (latin string, ok bool) {
	vowel := strings.ContainsRune(vowels, before)
	switch r {
	case 'е', 'ё':
		if vowel || !unicode.IsLetter(before) || before == 'ъ' || before == 'ь' || r == 'ё' && before == 'й' {
			return "ye", true
		}
		return "e", true
	case 'ц':
		if vowel {
			return "ts", true
		}
		return "s", true
	}
	latin, ok = latinOf[r]
	return latin, ok
}

// meet writes what Latin and Cyrillic spell apart alike: yo as е is (yosh, ёш;
// daryo, дарё), and ts that begins a word (tsentr, sentr).
func meet(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	before := byte(' ')
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch two := text[i:min(i+2, len(text))]; {
		case two == "yo" && 'a' <= before && before <= 'z' && !strings.ContainsRune("aeiouy", rune(before)):
			b.WriteByte('e')
			i++
		case two == "yo":
			b.WriteString("ye")
			i++
		case two == "ts" && !('a' <= before && before <= 'z'): // the s follows
		default:
			b.WriteByte(c)
		}
		before = text[i]
	}
	return b.String()
}

// Fold writes a text as it is searched: lower case, Latin letters without
// signs, no apostrophes (o', oʻ and ў are all o), one blank between words.
// Other signs stay, so that "%" and "_" are found as they are.
func Fold(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	blank, before := true, ' '
	for _, r := range norm.NFC.String(text) {
		r = unicode.ToLower(r)
		switch {
		case unicode.IsSpace(r), r == '\u200b', r == '\ufeff', r == '\u00ad':
			if !blank {
				b.WriteByte(' ')
			}
			blank, before = true, ' '
			continue
		case strings.ContainsRune("'`´ʻʼ‘’ʹˈ′", r), unicode.Is(unicode.Mn, r), r < ' ':
			continue
		}
		blank = false
		if latin, ok := latinAfter(before, r); ok {
			b.WriteString(latin)
		} else if plain, ok := plainOf[r]; ok {
			b.WriteString(plain)
		} else {
			b.WriteRune(r)
		}
		before = r
	}
	return meet(strings.TrimSuffix(b.String(), " "))
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
