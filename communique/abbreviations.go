package communique

import "strings"

// abbreviations are written with a dot that does not end a sentence, even
// before a capital letter.
var abbreviations = map[string]string{
	"de": "abs art bd bzw ca dr dipl ing evtl gem ggf hr fr inkl jh nr prof rd s st str stellv tel usw vgl z b d h u a o v chr mio mrd tsd bspw etc max min sog zzgl kap ziff hrsg lfd ausg allg",
	"ru": "ст стр п пп рис табл гл им ул пр просп пер обл р н пос д кв корп тел см ср т е проф акад доц канд докт ген полк зам зав отв исп и о вр гос мин св о-в г-н г-жа в т ч кг км куб кв млн млрд трлн тыс руб долл долл сум тенге ок прибл напр абз подп прим ч с гг вв",
	"en": "mr mrs ms dr prof hon st sr jr no nos vol art arts para paras sec ch fig dept gov gen col lt sen rep pres vs approx est inc ltd corp co e g i u s k a n m p pp cf ca viz jan feb mar apr jun jul aug sep sept oct nov dec",
	"uz": "dots prof akad sh k t mln mlrd ming b bet tel qarang masalan m h o'g va boshq",
	"kk": "т б ғ к проф акад ст тел мың млн млрд бет қар мыс м ел д жб обл қ а",
}

// yearSigns stand after a year and may end a sentence there: "2025 г.".
var yearSigns = map[string]bool{"г": true, "ж": true, "y": true, "й": true, "yil": true}

// closers may end a sentence when a capital letter follows: "и т. д.".
var closingAbbreviations = map[string]bool{"т.д": true, "т. д": true, "т.п": true, "т. п": true, "др": true, "usw": true, "etc": true, "boshq": true,
	"млн": true, "млрд": true, "трлн": true, "тыс": true, "руб": true, "mln": true, "mlrd": true, "ming": true, "мың": true, "mio": true, "mrd": true, "долл": true, "о": false}

var abbreviationSets = buildAbbreviations()

func buildAbbreviations() map[string]map[string]bool {
	sets := map[string]map[string]bool{}
	for lang, words := range abbreviations {
		set := map[string]bool{}
		for _, w := range strings.Fields(words) {
			set[w] = true
		}
		sets[lang] = set
	}
	return sets
}

// germanStarters may begin a sentence after a number with a dot; any other
// word makes the number an ordinal: "am 29. März", "stieg auf 46. Die …".
var germanStarters = wordSet("der die das dem den ein eine einem einer im in am an auf aus bei mit nach von vor zu zum zur es er sie wir beide für darüber dabei damit seit laut diese dieser dieses außerdem ferner zudem weiterhin")

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// dotEnds decides on the dot at i of the sentence that began at from, where
// start is the first letter or digit after it.
func dotEnds(text, folded []rune, from, i, start, end int, lang string) bool {
	word, at := wordBefore(folded, from, i)
	next, _ := wordAfter(folded, start, end)
	switch {
	case word == "":
		return true
	case isDigit(text[at]):
		return numberDotEnds(len(word), at == from, isDigit(text[start]), next, lang)
	case isDigit(text[start]):
		return !abbreviationSets[lang][word] && !yearSigns[word] && len([]rune(word)) > 1
	case len([]rune(word)) == 1:
		return !isUpper(text[at]) && !abbreviationSets[lang][word] && (!yearSigns[word] || yearBefore(text, from, at))
	case closingAbbreviations[word]:
		return isUpper(text[start]) && !allCaps(text, start, end)
	}
	return !abbreviationSets[lang][word]
}

// numberDotEnds decides on a number with a dot, of n digits.
func numberDotEnds(n int, first, digitNext bool, next, lang string) bool {
	if first && n <= 3 {
		return false
	}
	if digitNext {
		return n > 2
	}
	if lang == "de" && n <= 3 {
		return germanStarters[next]
	}
	return true
}

func wordBefore(folded []rune, from, i int) (string, int) {
	at := i
	for at > from && (isLetter(folded[at-1]) || isDigit(folded[at-1]) || isApostrophe(folded[at-1])) {
		at--
	}
	return string(folded[at:i]), at
}

func wordAfter(folded []rune, start, end int) (string, int) {
	at := start
	for at < end && isLetter(folded[at]) {
		at++
	}
	return string(folded[start:at]), at
}

// yearBefore tells whether four digits stand before the word at.
func yearBefore(text []rune, from, at int) bool {
	for at > from && (isBlank(text[at-1]) || text[at-1] == '-') {
		at--
	}
	n := 0
	for at > from && isDigit(text[at-1]) {
		at--
		n++
	}
	return n == 4
}

func allCaps(text []rune, start, end int) bool {
	n := 0
	for ; start < end && isLetter(text[start]); start++ {
		if !isUpper(text[start]) {
			return false
		}
		n++
	}
	return n > 1
}
