package communique

// dialect is a language in a script.
type dialect struct{ lang, script string }

// String is the tag the reader writes: "uz-Latn" and "uz-Cyrl" for Uzbek, the
// bare language for the others.
func (d dialect) String() string {
	if d.lang == "uz" {
		return "uz-" + d.script
	}
	return d.lang
}

// supported tells whether the reader has tables for the dialect.
func (d dialect) supported() bool {
	switch d.lang {
	case "de", "en":
		return d.script == "Latn"
	case "ru", "kk":
		return d.script == "Cyrl"
	case "uz":
		return d.script == "Latn" || d.script == "Cyrl"
	}
	return false
}

// Detect tells the language and script of a text by its letters and small
// words: ISO 639 codes ("de", "en", "ru", "uz", "kk"; also those that the
// reader knows but cannot read, such as "kaa", "ky", "tg", "tr") and ISO 15924
// scripts ("Latn", "Cyrl", "Arab"). What it cannot tell is "und".
func Detect(text string) (lang, script string) {
	d := detect(fold([]rune(text)))
	return d.lang, d.script
}

func detect(folded []rune) dialect {
	c := countLetters(folded)
	switch {
	case c.total == 0:
		return dialect{"und", "Zyyy"}
	case c.arabic*2 > c.total:
		return arabicDialect(c)
	case c.cyrillic >= c.latin && c.cyrillic*2 >= c.total:
		return dialect{cyrillicLanguage(c), "Cyrl"}
	case c.latin*2 >= c.total:
		return dialect{latinLanguage(folded, c), "Latn"}
	}
	return dialect{"und", "Zyyy"}
}

// lineDialect is the dialect of one line: the document's, unless the line is
// long enough to say otherwise.
func lineDialect(folded []rune, doc dialect) dialect {
	c := countLetters(folded)
	if c.total < 12 {
		return doc
	}
	d := detect(folded)
	if d.lang == "und" || d == doc {
		return doc
	}
	if d.script == doc.script && (c.total < 60 || !d.supported() && doc.supported()) {
		return doc
	}
	return d
}

// letterCount holds how often letters stand in a text that tell languages apart.
type letterCount struct {
	total, latin, cyrillic, arabic int
	kazakh                         int // ә і ң ү ұ ө
	kyrgyz                         int // ң ү ө
	kazakhOnly                     int // ә і ұ
	uzbek                          int // ў қ ғ ҳ
	shortU                         int // ў ҳ
	tajik                          int // ӣ ӯ ҷ
	ukrainian                      int // ї є ґ
	iWithDot                       int // і
	karakalpak                     int // Latin á ǵ ń ó ú
	turkic                         int // Latin ş ğ ı ç ñ ə
	kazakhArab                     int
}

func countLetters(folded []rune) letterCount {
	var c letterCount
	for _, r := range folded {
		switch {
		case 'a' <= r && r <= 'z':
			c.latin++
		case r < 0xc0:
		case r < 0x250:
			c.latin++
			c.countLatin(r)
		case 0x400 <= r && r < 0x530:
			c.cyrillic++
			c.countCyrillic(r)
		case 0x600 <= r && r < 0x700:
			c.arabic++
			if r == 'ٴ' || r == 'ە' || r == 'ۇ' || r == 'ۆ' {
				c.kazakhArab++
			}
		case isLetter(r):
			c.total++
		}
	}
	c.total += c.latin + c.cyrillic + c.arabic
	return c
}

func (c *letterCount) countCyrillic(r rune) {
	switch r {
	case 'ә', 'ұ':
		c.kazakh++
		c.kazakhOnly++
	case 'і':
		c.kazakh++
		c.kazakhOnly++
		c.iWithDot++
	case 'ң', 'ү', 'ө':
		c.kazakh++
		c.kyrgyz++
	case 'ў', 'ҳ':
		c.uzbek++
		c.shortU++
	case 'қ', 'ғ':
		c.uzbek++
	case 'ӣ', 'ӯ', 'ҷ':
		c.tajik++
	case 'ї', 'є', 'ґ':
		c.ukrainian++
	}
}

func (c *letterCount) countLatin(r rune) {
	switch r {
	case 'á', 'ǵ', 'ń', 'ó', 'ú', 'ý':
		c.karakalpak++
	case 'ş', 'ğ', 'ı', 'ç', 'ñ', 'ə', 'ū':
		c.turkic++
	}
}

func arabicDialect(c letterCount) dialect {
	if c.kazakhArab*50 >= c.arabic {
		return dialect{"kk", "Arab"}
	}
	return dialect{"und", "Arab"}
}

// cyrillicLanguage weighs the letters beyond the Russian alphabet, in parts
// of a thousand.
func cyrillicLanguage(c letterCount) string {
	per := func(n int) int { return n * 1000 / c.cyrillic }
	switch {
	case per(c.tajik) >= 5:
		return "tg"
	case per(c.ukrainian) >= 4:
		return "uk"
	case per(c.shortU) >= 4 && per(c.kazakh-c.iWithDot) >= 10:
		return "kaa"
	case per(c.kyrgyz) >= 15 && per(c.kazakhOnly) < 4 && c.uzbek == 0:
		return "ky"
	case per(c.kazakh) >= 20 && c.kazakh == c.iWithDot && c.uzbek == 0:
		return "uk"
	case per(c.kazakh) >= 20:
		return "kk"
	case per(c.uzbek) >= 10:
		return "uz"
	}
	return "ru"
}
