package communique

// Sentence is one sentence of a text; a headline, a point of a list and a row
// of a table each count as one. Offsets count code points, half-open, without
// the marker of a list in front.
type Sentence struct {
	Number     int // from 1, in reading order
	Start, End int
	Paragraph  int  // block between empty lines, from 1
	Headline   bool // stands at the top of the text and has no end mark
}

// Sentences splits a text. A sentence ends at . ! ? or … before a capital
// letter, a digit or an opening sign, not after an abbreviation or ordinal of
// its language, and never across a line break. The language of each line is
// found by its letters; []rune(text)[s.Start:s.End] is the sentence s.
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
		after, next := behindEnd(text, folded, i, l.end)
		if next == l.end || next == after || !opens(text, folded, next, l.end) {
			continue
		}
		if text[i] == '.' && !dotEnds(text, folded, from, i, letterFrom(folded, next, l.end), l.end, lang) {
			continue
		}
		spans = appendSpan(spans, text, from, after)
		from = skipInlineMarker(text, next, l.end)
		i = from - 1
	}
	return appendSpan(spans, text, from, l.end)
}

// behindEnd returns where the signs that close a sentence at i end, and where
// the next word begins.
func behindEnd(text, folded []rune, i, end int) (after, next int) {
	after = i + 1
	for after < end && (isEndMark(text[after]) || isCloser(folded[after])) {
		after++
	}
	next = after
	for next < end && isBlank(text[next]) {
		next++
	}
	return after, next
}

func appendSpan(spans [][2]int, text []rune, from, to int) [][2]int {
	if from, to = trim(text, from, to); from < to && hasWord(text[from:to]) {
		return append(spans, [2]int{from, to})
	}
	return spans
}

func isEndMark(r rune) bool { return r == '.' || r == '!' || r == '?' || r == '…' }

func hasWord(s []rune) bool {
	for _, r := range s {
		if isLetter(r) || isDigit(r) {
			return true
		}
	}
	return false
}

// opens tells whether a sentence can begin at the sign: with a capital letter
// or a digit, perhaps behind a dash, a bracket or a quotation mark.
func opens(text, folded []rune, at, end int) bool {
	at = letterFrom(folded, at, end)
	return at < end && (isUpper(text[at]) || isDigit(text[at]))
}

// letterFrom steps over a dash and opening signs.
func letterFrom(folded []rune, at, end int) int {
	if at+1 < end && isDash(folded[at]) && isBlank(folded[at+1]) {
		at += 2
	}
	for at < end && (folded[at] == '"' || folded[at] == '\'' || folded[at] == '(' || folded[at] == '[') {
		at++
	}
	return at
}

// skipInlineMarker leaves out the number of a point that was pasted into
// running text, and a dash: "…next year. 2. They will…".
func skipInlineMarker(text []rune, from, end int) int {
	after := skipMarker(text, from, end)
	if after < end && after > from && (isUpper(text[after]) || text[after] == '«') && !isLetter(text[from]) {
		return after
	}
	return from
}
