package communique

// skipMarker returns where the words begin after the marker of a list: a
// bullet or dash, "1.", "2)", "(3)", "1.2", "a)", "IV.", "[ ]". Without a
// marker it returns start.
func skipMarker(text []rune, start, end int) int {
	for _, f := range []func([]rune) int{bulletMarker, boxMarker, numberMarker, letterMarker} {
		if n := f(text[start:end]); n > 0 {
			at, _ := trim(text, start+n, end)
			if at < end {
				return at
			}
		}
	}
	return start
}

func bulletMarker(s []rune) int {
	switch s[0] {
	case '•', '●', '○', '▪', '■', '□', '◦', '‣', '·', '→', '➢', '✓', '☐', '☑', '\uf0b7', '►', '▶':
		return 1
	case '-', '–', '—', '*', '−', '+', '>':
		if len(s) > 1 && isBlank(s[1]) {
			return 1
		}
	}
	return 0
}

func boxMarker(s []rune) int {
	if len(s) > 3 && s[0] == '[' && s[2] == ']' && (s[1] == ' ' || s[1] == 'x' || s[1] == 'X') {
		return 3
	}
	return 0
}

// numberMarker reads "1.", "1)", "(1)", "1.2", "1.2.", "1.2)", "№ 3.". A date
// such as 15.03.2025 or a German "29. März" is no marker.
func numberMarker(s []rune) int {
	i, open := 0, false
	if s[0] == '(' {
		i, open = 1, true
	}
	if s[0] == '№' {
		for i = 1; i < len(s) && isBlank(s[i]); i++ {
		}
	}
	groups := 0
	for {
		from := i
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		if i == from || i-from > 3 {
			return 0
		}
		groups++
		if i+1 < len(s) && s[i] == '.' && isDigit(s[i+1]) {
			i++
			continue
		}
		break
	}
	return closeMarker(s, i, open, groups)
}

// closeMarker returns where a number that ends at i is closed as a marker, or 0
// where it is none: "3.", "(3)", "3)", or bare with two groups as in "2.1 Text".
func closeMarker(s []rune, i int, open bool, groups int) int {
	end := closed(s, i, open)
	if end >= len(s) || end == i && (open || groups < 2) {
		return 0
	}
	next := end
	for next < len(s) && isBlank(s[next]) {
		next++
	}
	if next == len(s) || next == end && !opensTight(s[next]) {
		return 0
	}
	if end == i && !isUpper(s[next]) || groups == 1 && germanMonth(s[next:]) {
		return 0
	}
	return end
}

// closed returns where the signs that close a marker at i end; i if there are none.
func closed(s []rune, i int, open bool) int {
	if i >= len(s) || s[i] != ')' && (s[i] != '.' || open) {
		return i
	}
	i++
	if i < len(s) && s[i] == ')' {
		i++
	}
	return i
}

// opensTight tells whether a point may begin with the sign right behind its
// number, without a blank.
func opensTight(r rune) bool { return isLetter(r) || r == '«' || r == '|' }

// letterMarker reads "a)", "(b)", "в.", "IV.".
func letterMarker(s []rune) int {
	i, open := 0, s[0] == '('
	if open {
		i = 1
	}
	from := i
	for i < len(s) && i-from < 5 && (s[i] == 'I' || s[i] == 'V' || s[i] == 'X') {
		i++
	}
	roman := i > from
	if !roman && i < len(s) && isLetter(s[i]) {
		i++
	}
	if i == from || i+1 >= len(s) {
		return 0
	}
	if s[i] == ')' {
		return i + 1
	}
	dot := s[i] == '.' && !open && isBlank(s[i+1])
	if dot && (roman || !isUpper(s[from])) {
		return i + 1
	}
	return 0
}

var germanMonths = []string{"januar", "jänner", "februar", "märz", "april", "mai", "juni", "juli",
	"august", "september", "oktober", "november", "dezember"}

// germanMonth tells whether a text begins with the German name of a month.
func germanMonth(s []rune) bool {
	n := 0
	for n < len(s) && n < 10 && isLetter(s[n]) {
		n++
	}
	word := string(fold(s[:n]))
	for _, m := range germanMonths {
		if word == m {
			return true
		}
	}
	return false
}
