package communique

// slot reads what a name in angle brackets stands for at words[i]; see
// tables/README.md.
func (u *unit) slot(name string, i int) (int, int) {
	w := &u.words[i]
	switch name {
	case "D":
		return u.dayNumber(i)
	case "Y":
		return u.year(i)
	case "N":
		return u.count(i)
	case "O":
		return u.ordinal(i)
	case "date":
		return u.numericDate(i)
	case "Q":
		return u.quantity(i, true)
	case "Z":
		return u.quantity(i, false)
	case "B":
		if m := u.mentioned(i); m != nil && m.from == i {
			return m.to - m.from, 0
		}
		return 0, 0
	case "T":
		if m := u.mentioned(i); m != nil && m.from == i && u.dative(*m) {
			return m.to - m.from, 0
		}
		return 0, 0
	case "INF":
		if isVerb(u, i) {
			return 1, 0
		}
		return 0, 0
	case "M":
		if u.lex.properMonths && !w.upper {
			return 0, 0
		}
		return u.value("month", i)
	case "L":
		return u.value("month-in", i)
	case "U":
		return u.value("unit", i)
	case "S":
		return u.value("season", i)
	case "W":
		return u.value("weekday", i)
	}
	return 0, 0
}

// dative tells whether the first head of a Russian mention stands in the dative.
func (u *unit) dative(m mention) bool {
	for i := m.from; i < m.to; i++ {
		if u.isHead(i) {
			return hasEnding(u.words[i].key, 3, "у", "ю", "ам", "ям", "ии", "е")
		}
	}
	return false
}

func (u *unit) value(name string, i int) (int, int) {
	if v, ok := u.lex.valueOf(name, u.words[i].key); ok {
		return 1, v
	}
	return 0, 0
}

// dayNumber reads "1", "1st", "25-му".
func (u *unit) dayNumber(i int) (int, int) {
	w := u.words[i]
	if w.number < 1 || w.number > 31 || w.end-w.start > 2 {
		return 0, 0
	}
	return 1 + u.ending(i+1), w.number
}

// ending counts the ordinal ending that is glued to a number.
func (u *unit) ending(i int) int {
	if i < len(u.words) && !u.words[i].blank && u.lex.has("endings", u.words[i].key) {
		return 1
	}
	return 0
}

// year reads "2026", "2026 года", "2026-yil".
func (u *unit) year(i int) (int, int) {
	w := u.words[i]
	if w.number < 1990 || w.number > 2100 || w.end-w.start != 4 {
		return 0, 0
	}
	n := 1
	if i+1 < len(u.words) && u.lex.has("year-words", u.words[i+1].key) && !u.closes(i+1) {
		n++
	}
	return n, w.number
}

// count reads "14", "three", "2–3" (the later one).
func (u *unit) count(i int) (int, int) {
	if n, v := u.value("number", i); n > 0 {
		return n, v
	}
	w := u.words[i]
	if w.number < 1 || w.number > 400 {
		return 0, 0
	}
	if i+1 < len(u.words) && u.words[i+1].sep == "-" && u.words[i+1].number > w.number && u.words[i+1].number <= 400 {
		return 2, u.words[i+1].number
	}
	return 1 + u.ending(i+1), w.number
}

// ordinal reads "third", "3rd", "III", "3-го" as 1 to 4.
func (u *unit) ordinal(i int) (int, int) {
	if n, v := u.value("ordinal", i); n > 0 {
		return n, v
	}
	w := u.words[i]
	if w.number >= 1 && w.number <= 4 && w.end-w.start == 1 {
		return 1 + u.ending(i+1), w.number
	}
	return 0, 0
}

// numericDate reads 30.06.2026, 30/06/2026, 2026-06-30 and 30.06 as
// yyyymmdd; without a year yyyy is 0.
func (u *unit) numericDate(i int) (int, int) {
	at := func(k int) (int, int) {
		if k >= len(u.words) || u.words[k].blank {
			return -1, 0
		}
		return u.words[k].number, u.words[k].end - u.words[k].start
	}
	first := u.words[i]
	second, n2 := at(i + 1)
	if first.number < 1 || second < 1 || n2 > 2 {
		return 0, 0
	}
	sep := u.words[i+1].sep
	third, n3 := at(i + 2)
	if third >= 0 && u.words[i+2].sep != sep {
		third = -1
	}
	switch {
	case sep == "-" && first.number >= 1990 && first.number <= 2100 && third > 0 && n3 == 2:
		return 3, dateNumber(first.number, second, third)
	case first.end-first.start > 2 || sep != "." && sep != "/":
		return 0, 0
	case third >= 1990 && third <= 2100 && n3 == 4:
		return 3, dateNumber(third, second, first.number)
	case third >= 0 && n3 == 2 && sep == ".":
		return 3, dateNumber(2000+third, second, first.number)
	case third < 0 && sep == "." && n2 == 2 && u.dotted(i+1):
		return 2, dateNumber(0, second, first.number)
	}
	return 0, 0
}

// dotted tells whether a day and month without a year is meant, not a decimal:
// "30.06", not "2.60 percent".
func (u *unit) dotted(i int) bool {
	return u.words[i].number <= 12 && u.words[i-1].number <= 31 && u.words[i-1].end-u.words[i-1].start == 2
}

func dateNumber(y, m, d int) int {
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return 0
	}
	return y*10000 + m*100 + d
}

// quantity reads a measured figure: "14 Prozent", "1,2 Mrd. US-Dollar",
// "$300 million"; a bare number where that is enough.
func (u *unit) quantity(i int, measured bool) (int, int) {
	if u.timed(i) {
		return 0, 0
	}
	n := u.figure(i)
	if n == 0 {
		if u.lex.has("fractions", u.words[i].key) {
			return 1, 0
		}
		return 0, 0
	}
	end := i + n
	for end < len(u.words) && end < i+n+4 && !u.closes(end) && u.lex.has("units", u.words[end].key) {
		end++
	}
	if end > i+n || u.percent(i, i+n) {
		return end - i, 0
	}
	if measured {
		return 0, 0
	}
	return n, 0
}

// figure counts the words of a number: "28.000", "1,2", "three".
func (u *unit) figure(i int) int {
	if u.words[i].number < 0 {
		n, _ := u.value("number", i)
		return n
	}
	n := 1
	for i+n < len(u.words) && u.words[i+n].number >= 0 && (u.words[i+n].sep == "," || u.words[i+n].sep == "." ||
		u.words[i+n].sep == "" && u.words[i+n].end-u.words[i+n].start == 3) {
		n++
	}
	if y, _ := u.year(i); n == 1 && y > 0 {
		return 0
	}
	return n
}

// percent tells whether a percent or currency sign stands at the number.
func (u *unit) percent(from, to int) bool {
	isSign := func(r rune) bool { return r == '%' || r == '$' || r == '€' || r == '£' || r == '₽' || r == '‰' }
	before := u.words[from].start - 1
	if before >= u.span.Start && isSign(u.r.folded[before]) {
		return true
	}
	for k := u.words[to-1].end; k < u.span.End && k < u.words[to-1].end+2; k++ {
		if isSign(u.r.folded[k]) {
			return true
		}
	}
	return false
}
