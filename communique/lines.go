package communique

// lineShape says what a line of the text is.
type lineShape int

const (
	prose lineShape = iota
	point           // a point of a list, its marker left out
	row             // a table row: cells between pipes or tabs
)

// line is one line of the text without its marker and outer blanks.
type line struct {
	start, end int // code points
	paragraph  int // number of the block between empty lines, from 1
	number     int // number of the line among those that are not empty, from 0
	marker     string
	shape      lineShape
	headline   bool
}

// splitLines cuts a text into its lines and says of each what it looks like
// from the outside; fields and lead-ins are told apart later, by their words.
func splitLines(text []rune) []line {
	var lines []line
	paragraph, empty := 0, true
	for from := 0; from <= len(text); {
		to, next := lineEnd(text, from)
		start, end := trim(text, from, to)
		if start == end {
			empty = true
		} else {
			if empty {
				paragraph++
				empty = false
			}
			lines = append(lines, newLine(text, start, end, paragraph, len(lines)))
		}
		from = next
	}
	markHeadline(text, lines)
	return lines
}

// longestLine is how long a line is read as one, in code points; a longer one
// goes on as another at a blank, so that no text costs more than its length.
const longestLine = 4000

// lineEnd finds where the line that begins at from ends, and where the next
// one begins.
func lineEnd(text []rune, from int) (to, next int) {
	blank := 0
	for to = from; to < len(text) && !isBreak(text[to]); to++ {
		if isBlank(text[to]) {
			blank = to
		}
		if to-from >= longestLine && blank > from {
			return blank, blank + 1
		}
	}
	return to, to + 1
}

func newLine(text []rune, start, end, paragraph, number int) line {
	l := line{start: start, end: end, paragraph: paragraph, number: number}
	if isRow(text, start, end) {
		l.shape = row
		l.start, l.end = trimRow(text, start, end)
		return l
	}
	if after := skipMarker(text, start, end); after > start {
		l.marker = string(text[start:after])
		l.start = after
		l.shape = point
		if isRow(text, after, end) {
			l.shape = row
		}
	}
	return l
}

// isRow tells whether the line has cells: two pipes, or a tab between words
// (after the marker of a list a tab is only a blank).
func isRow(text []rune, start, end int) bool {
	pipes, tabs := 0, 0
	for _, r := range text[start:end] {
		switch r {
		case '|':
			pipes++
		case '\t':
			tabs++
		}
	}
	if pipes >= 2 || tabs >= 2 {
		return true
	}
	if pipes+tabs == 0 {
		return false
	}
	return tabs == 0 || skipMarker(text, start, end) == start
}

// trimRow leaves out the outer pipes and a first cell that only counts.
func trimRow(text []rune, start, end int) (int, int) {
	edge := func(r rune) bool { return r == '|' || isBlank(r) }
	for start < end && edge(text[start]) {
		start++
	}
	for end > start && edge(text[end-1]) {
		end--
	}
	first := start
	for first < end && text[first] != '|' && text[first] != '\t' {
		if r := text[first]; !isDigit(r) && r != '.' && r != ')' && !isBlank(r) {
			return start, end
		}
		first++
	}
	for first < end && edge(text[first]) {
		first++
	}
	if first == end {
		return start, end
	}
	return first, end
}

// markHeadline marks the lines at the top that carry no end mark. A text of
// one line has no headline.
func markHeadline(text []rune, lines []line) {
	if len(lines) < 2 {
		return
	}
	for i := range lines {
		l := &lines[i]
		if l.paragraph != lines[0].paragraph || l.shape != prose || endMark(text, l.start, l.end) || i == len(lines)-1 {
			return
		}
		l.headline = true
		if l.end-l.start > 200 {
			l.headline = false
			return
		}
	}
}

// endMark tells whether the line is closed by a mark that ends a sentence or
// leads on to the next line.
func endMark(text []rune, start, end int) bool {
	for end > start && isCloser(foldRune(text[end-1])) {
		end--
	}
	if end == start {
		return false
	}
	switch text[end-1] {
	case '.', '!', '?', '…', ':', ';':
		return true
	}
	return false
}

func isCloser(r rune) bool { return r == '"' || r == '\'' || r == ')' || r == ']' }

func trim(text []rune, start, end int) (int, int) {
	for start < end && isBlank(text[start]) {
		start++
	}
	for end > start && isBlank(text[end-1]) {
		end--
	}
	return start, end
}
