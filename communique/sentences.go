package communique

// Sentence is one sentence of a text; a headline, a point of a list and a row
// of a table each count as one. Offsets count code points, half-open, without
// the marker of a list in front.
type Sentence struct {
	Number     int // from 1, in reading order
	Start, End int
	Paragraph  int // block between empty lines, from 1
	Headline   bool
}

// Sentences splits a text. A sentence ends at . ! ? or … before a capital
// letter, a digit or an opening sign, not after an abbreviation or ordinal of
// its language, and never across a line break.
func Sentences(text string) []Sentence {
	runes := []rune(text)
	folded := fold(runes)
	doc := detect(folded)
	var all []Sentence
	for _, l := range splitLines(runes) {
		lang := lineDialect(folded[l.start:l.end], doc).lang
		for _, span := range splitSentences(runes, folded, l, lang) {
			all = append(all, Sentence{Number: len(all) + 1, Start: span[0], End: span[1], Paragraph: l.paragraph, Headline: l.headline})
		}
	}
	return all
}

// splitSentences cuts one line into spans; a table row stays whole.
func splitSentences(text, folded []rune, l line, lang string) [][2]int {
	var spans [][2]int
	from := l.start
	for i := from; i < l.end && l.shape != row; i++ {
		if !isEndMark(text[i]) {
			continue
		}
		after := i + 1
		for after < l.end && (isEndMark(text[after]) || isClosing(text[after])) {
			after++
		}
		start, blank := after, false
		for start < l.end && isBlank(text[start]) {
			start, blank = start+1, true
		}
		if start == l.end || !blank || !mayOpen(text, start, l.end) {
			continue
		}
		if text[i] == '.' && !dotEnds(text, folded, from, i, start, l.end, lang) {
			continue
		}
		spans = appendSpan(spans, text, from, after)
		from = skipMarker(text, start, l.end)
		i = from - 1
	}
	return appendSpan(spans, text, from, l.end)
}

func appendSpan(spans [][2]int, text []rune, from, to int) [][2]int {
	if from, to = trim(text, from, to); from < to {
		return append(spans, [2]int{from, to})
	}
	return spans
}

func isEndMark(r rune) bool { return r == '.' || r == '!' || r == '?' || r == '…' }

// isClosing tells the signs that may stand between an end mark and the blank.
func isClosing(r rune) bool {
	return isCloser(r) || r == '»' || r == '”' || r == '“' || r == '’'
}

// mayOpen tells whether a sentence can begin here: with a capital letter, a
// digit, or an opening sign.
func mayOpen(text []rune, at, end int) bool {
	r := text[at]
	return isUpper(r) || isDigit(r) || r == '«' || r == '„' || r == '“' || r == '"' || r == '(' || r == '–' || r == '—'
}
