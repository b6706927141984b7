package communique

import "unicode"

// fold returns the letters of a text for comparing: lower case, one sign for
// all apostrophes, quotation marks, dashes and blanks. The result has exactly
// one rune for each rune of the text, so offsets hold in both.
func fold(text []rune) []rune {
	out := make([]rune, len(text))
	for i, r := range text {
		out[i] = foldRune(r)
	}
	return out
}

func foldRune(r rune) rune {
	switch {
	case r < 0x80:
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		if r == '`' {
			return '\''
		}
		return r
	case 'а' <= r && r <= 'я':
		return r
	case 'А' <= r && r <= 'Я':
		return r + 'а' - 'А'
	case r == 'ё', r == 'Ё':
		return 'е'
	}
	return foldRare(r)
}

func foldRare(r rune) rune {
	switch r {
	case 'ʻ', 'ʼ', '‘', '’', '´', 'ʹ', 'ˈ', '′':
		return '\''
	case '«', '»', '“', '”', '„', '‟', '‹', '›', '‚':
		return '"'
	case '–', '—', '−', '‐', '‑', '‒', '―':
		return '-'
	case '\u00a0', '\u2007', '\u2009', '\u202f', '\u200a', '\u2002', '\u2003', '\u3000':
		return ' '
	}
	return unicode.ToLower(r)
}

// isApostrophe tells whether a folded rune is an apostrophe.
func isApostrophe(r rune) bool { return r == '\'' }

// isDash tells whether a folded rune is a dash or hyphen.
func isDash(r rune) bool { return r == '-' }

// isBlank tells whether a rune separates words and nothing else.
func isBlank(r rune) bool {
	return r == ' ' || r == '\t' || r > 0x7f && (unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' || r == '\u00ad')
}

// isBreak tells whether a rune ends a line.
func isBreak(r rune) bool {
	switch r {
	case '\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029':
		return true
	}
	return false
}

func isLetter(r rune) bool {
	if r < 0x80 {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	if 0x400 <= r && r <= 0x481 {
		return true
	}
	return unicode.IsLetter(r) || unicode.Is(unicode.Mn, r)
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func isUpper(r rune) bool {
	if r < 0x80 {
		return 'A' <= r && r <= 'Z'
	}
	return unicode.IsUpper(r)
}
