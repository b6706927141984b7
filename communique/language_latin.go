package communique

import "strings"

// smallWords are frequent words that tell the languages in Latin letters
// apart; those of languages without tables are here to be told apart too.
var smallWords = map[string]string{
	"en":  "the of and to by was were that at from with is are be this which has have been an as on for it its will their",
	"de":  "der die das und den dem des von zu mit für im ist wurde wurden auf eine ein einen einer zur zum bis über sich nach bei soll sind werden durch",
	"uz":  "va bilan uchun bo'yicha hamda haqida kuni ham bu yuzasidan orqali yil yilda kerak lozim etish qilish tomonidan to'g'risida esa ushbu",
	"kaa": "hám menen ushın boyınsha bolıp dep haqqında bul qaraqalpaqstan respublikası",
	"kk":  "jáne jäne zhane men úshin üshin boiynsha boıynsha týraly turaly bul qazaqstan bolyp",
	"tr":  "ve bir için ile olarak bu olan da de cumhurbaşkanı daha çok",
	"fr":  "le la les et des du une est dans pour sur que qui par au aux avec",
	"es":  "el los las y del una es en para por que con se al su",
	"it":  "il lo gli e di della una è nel per sul che con si dei",
	"az":  "və ilə üçün bir bu olan edib haqqında",
	"tk":  "we bilen üçin boýunça bu hem türkmenistanyň",
}

// uzbekEndings are endings of Uzbek words that other languages here lack.
var uzbekEndings = []string{"lari", "larni", "larga", "larning", "ning", "lardan", "ishi", "ildi", "indi", "sin", "yapti", "moqda", "larida", "lik", "likni", "shga", "dilar", "ilgan", "lgan", "nlar"}

var smallWordSets = buildSmallWords()

func buildSmallWords() map[string][]string {
	sets := map[string][]string{}
	for lang, words := range smallWords {
		for _, w := range strings.Fields(words) {
			sets[w] = append(sets[w], lang)
		}
	}
	return sets
}

// latinLanguage counts small words and endings and takes the language that
// has most of them.
func latinLanguage(folded []rune, c letterCount) string {
	score := map[string]int{}
	words := 0
	eachWord(folded, func(word string) {
		words++
		for _, lang := range smallWordSets[word] {
			score[lang] += 2
		}
		score["uz"] += uzbekSigns(word)
	})
	score["kaa"] += c.karakalpak / 3
	score["kk"] += c.karakalpak/6 + c.turkic/8
	score["tr"] += c.turkic / 6
	best, most := "und", 0
	for _, lang := range []string{"en", "de", "uz", "kaa", "kk", "tr", "fr", "es", "it", "az", "tk"} {
		if score[lang] > most {
			best, most = lang, score[lang]
		}
	}
	if most*12 < words {
		return "und"
	}
	return best
}

func uzbekSigns(word string) int {
	n := 0
	if strings.Contains(word, "o'") || strings.Contains(word, "g'") {
		n++
	}
	if len(word) > 5 {
		for _, e := range uzbekEndings {
			if strings.HasSuffix(word, e) {
				return n + 1
			}
		}
	}
	return n
}

// eachWord calls f with each word of a folded text, apostrophes inside it.
func eachWord(folded []rune, f func(string)) {
	from := -1
	for i := 0; i <= len(folded); i++ {
		inside := i < len(folded) && (isLetter(folded[i]) || isApostrophe(folded[i]) && from >= 0)
		switch {
		case inside && from < 0:
			from = i
		case !inside && from >= 0:
			f(string(folded[from:i]))
			from = -1
		}
	}
}
