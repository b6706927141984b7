package communique

// grower finds where the phrase around a head ends, to both sides.
type grower struct {
	left  func(u *unit, head int) int
	right func(u *unit, head int) int
}

var growers = map[string]grower{
	"en": {leftEnglish, rightEnglish},
	"de": {leftGerman, rightGerman},
	"ru": {leftRussian, rightRussian},
	"uz": {leftTurkic, rightTurkic},
	"kk": {leftTurkic, rightTurkic},
}

// plainBefore tells whether words[i-1] can belong to a phrase that begins at i.
func (u *unit) plainBefore(i int) bool {
	return i > 0 && !u.closes(i) && !u.words[i-1].masked && u.words[i-1].number < 0
}

func leftEnglish(u *unit, head int) int {
	i := head
	for u.plainBefore(i) {
		w := u.words[i-1]
		switch {
		case u.lex.has("describes", w.key), w.upper && !u.lex.has("small", w.key) && !u.lex.has("articles", w.key):
			i--
		case w.key == "and" && i > 2 && i == head && u.words[i-2].upper && u.words[head].upper && i-2 > 0:
			i -= 2
		default:
			return i
		}
	}
	return i
}

func rightEnglish(u *unit, head int) int {
	end := head + 1
	if end >= len(u.words) || !u.lex.has("of", u.words[end].key) || u.closes(end) {
		return end
	}
	i := end + 1
	for i < len(u.words) && u.lex.has("articles", u.words[i].key) {
		i++
	}
	if i < len(u.words) && !u.words[i].upper && !u.words[head].upper && !u.lex.has("small", u.words[i].key) && u.words[end].key == "of" {
		return i + 1
	}
	return u.nameBehind(i, end, func(k int) bool {
		key := u.words[k].key
		return key == "and" || key == "the" || key == "of" || key == "for"
	})
}

// nameBehind takes in the words of a name from i on: those with a capital
// letter, and the linking ones between them. It returns the word behind the
// name, end where there is none.
func (u *unit) nameBehind(i, end int, links func(k int) bool) int {
	for i < len(u.words) && !u.words[i].masked {
		w := u.words[i]
		switch {
		case w.upper && !u.isHead(i) && (w.sep == "" || w.sep == "-" || w.sep == "," && u.listGoesOn(i)):
			i++
			end = i
		case w.sep == "" && i+1 < len(u.words) && links(i):
			i++
		default:
			return end
		}
	}
	return end
}

// listGoesOn tells whether a comma in a name is followed by more of it:
// "Investment, Industry and Trade".
func (u *unit) listGoesOn(i int) bool {
	for k := i + 1; k < len(u.words) && k < i+6; k++ {
		if u.isHead(k) {
			return false
		}
		if u.lex.has("and", u.words[k].key) {
			return k+1 < len(u.words) && !u.isHead(k+1) && u.words[k+1].upper
		}
		if !u.words[k].upper {
			return false
		}
	}
	return false
}

func leftGerman(u *unit, head int) int {
	i := head
	for u.plainBefore(i) {
		w := u.words[i-1]
		adjective := !w.upper && hasEnding(w.key, 5, "e", "en", "er", "es", "em") && !u.lex.has("small", w.key) && !u.lex.has("no-adjectives", w.key)
		if u.words[i].sep == "-" || adjective || u.lex.has("describes", w.key) {
			i--
			continue
		}
		break
	}
	return i
}

func rightGerman(u *unit, head int) int {
	end := head + 1
	if end >= len(u.words) || u.closes(end) {
		return end
	}
	if u.words[end].sep == "-" && !u.words[end].blank {
		return rightGerman(u, end)
	}
	if !u.lex.has("of", u.words[end].key) {
		return end
	}
	first := end + 1
	return u.nameBehind(first, end, func(k int) bool {
		w := u.words[k]
		return u.lex.has("and", w.key) || u.lex.has("articles", w.key) || k == first && hasEnding(w.key, 5, "e", "en", "er")
	})
}

func leftRussian(u *unit, head int) int {
	i := head
	for u.plainBefore(i) {
		w := u.words[i-1]
		glued := u.words[i].sep == "-" && !u.words[i].blank
		adjective := hasEnding(w.key, 5, "ому", "ему", "ой", "ей", "ым", "им", "ого", "его", "ая", "ый", "ий", "ые", "ие", "ых", "их", "ыми", "ими", "ую")
		if glued || adjective && !u.lex.has("small", w.key) && !u.lex.has("no-adjectives", w.key) || u.lex.has("describes", w.key) {
			i--
			continue
		}
		break
	}
	return i
}

func rightRussian(u *unit, head int) int {
	i := head + 1
	if u.lex.has("companies", u.words[head].key) {
		return u.quoted(head)
	}
	for i < len(u.words) && !u.words[i].masked && i < head+12 {
		w := u.words[i]
		switch {
		case w.sep == "-" && !w.blank, w.sep == "" && u.genitive(i) && !u.isSeparateHead(head, i):
			i++
		case w.sep == "," && u.genitive(i) && u.russianList(i), (w.key == "и") && i+1 < len(u.words) && u.genitive(i+1) && !u.isSeparateHead(head, i+1):
			i++
		case w.key == "по" && w.sep == "" && i+1 < len(u.words) && u.lex.has("takes-po", u.words[head].key) && hasEnding(u.words[i+1].key, 4, "ию", "иям", "ам", "ям", "ой", "ке"):
			i += 2
		case w.sep == "\"" && u.words[i].upper:
			return u.quoted(i - 1)
		default:
			return i
		}
	}
	return i
}

// isSeparateHead tells whether words[i] names a body of its own beside the
// head: "министр энергетики и акимы", but "заместитель министра".
func (u *unit) isSeparateHead(head, i int) bool {
	return u.isHead(i) && !(i == head+1 && u.lex.has("offices", u.words[head].key)) && !(u.words[i-1].sep == "-")
}

// genitive tells whether words[i] can stand behind a Russian head.
func (u *unit) genitive(i int) bool {
	w := u.words[i]
	if w.number >= 0 || w.masked || w.caps && w.end-w.start > 1 || u.lex.has("no-genitives", w.key) || u.lex.has("small", w.key) || u.lex.has("cue-words", w.key) {
		return w.caps && w.number < 0 && !w.masked && w.end-w.start > 2
	}
	if u.lex.has("genitives", w.key) {
		return true
	}
	if isVerb(u, i) {
		return false
	}
	if hasEnding(w.key, 4, "али", "или", "ели", "яли", "ала", "ила", "ела", "ило", "ало", "ено", "ано", "ены", "аны", "ена", "ана", "ться", "ся") {
		return false
	}
	return hasEnding(w.key, 3, "а", "я", "ы", "и", "ов", "ев", "ей", "ий", "ого", "его", "ой", "ых", "их", "ью")
}

// russianList tells whether the comma at i belongs to a name that ends in "и".
func (u *unit) russianList(i int) bool {
	for k := i + 1; k < len(u.words) && k < i+6; k++ {
		if u.words[k].key == "и" {
			return k+1 < len(u.words) && u.genitive(k+1) && !u.isHead(k+1)
		}
		if !u.genitive(k) || u.isHead(k) {
			return false
		}
	}
	return false
}

// quoted takes in a name in quotation marks behind words[head].
func (u *unit) quoted(head int) int {
	i := head + 1
	if i >= len(u.words) || !hasQuote(u.words[i].sep) {
		return i
	}
	for i++; i < len(u.words) && i < head+9; i++ {
		if hasQuote(u.words[i].sep) {
			return i
		}
	}
	return i
}

func hasQuote(sep string) bool {
	for _, r := range sep {
		if r == '"' {
			return true
		}
	}
	return false
}

// leftTurkic goes back to the first word of the name, which has a capital
// letter; without one the word before the head belongs to it.
func leftTurkic(u *unit, head int) int {
	limit := max(0, head-8)
	for i := head; i > limit && u.turkicNameGoesOn(i, head); i-- {
		if u.words[i-1].upper {
			return u.turkicNameStart(i-1, limit)
		}
	}
	if u.words[head].upper || !u.plainBefore(head) {
		return head
	}
	if w := u.words[head-1]; !u.lex.has("no-describes", w.key) && !u.lex.has("small", w.key) && !u.isHead(head-1) && !u.lex.has("and", w.key) {
		return head - 1
	}
	return head
}

// turkicNameGoesOn tells whether words[i-1] can belong to the name of a head.
func (u *unit) turkicNameGoesOn(i, head int) bool {
	w, s := u.words[i-1], u.words[i].sep
	if s != "" && s != "," && s != "-" && s != "\"" || w.masked || u.timed(i-1) || w.number >= 0 {
		return false
	}
	if u.lex.has("no-describes", w.key) || u.isHead(i-1) && !u.lex.has("offices", u.words[head].key) {
		return false
	}
	return s != "," || u.turkicList(i, head)
}

// turkicNameStart goes on to the first of several capitalised words.
func (u *unit) turkicNameStart(i, limit int) int {
	for i > max(limit, 1) && u.words[i].sep == "" && u.words[i-1].upper && !u.lex.has("no-describes", u.words[i-1].key) && !u.isHead(i-1) {
		i--
	}
	return i
}

// turkicList tells whether the comma before words[i] stands in a name whose
// last part is joined by "va".
func (u *unit) turkicList(i, head int) bool {
	for k := i; k < head; k++ {
		if u.lex.has("and", u.words[k].key) {
			return true
		}
	}
	return false
}

func rightTurkic(u *unit, head int) int {
	end := head + 1
	if u.lex.has("companies", u.words[head].key) {
		return u.quoted(head)
	}
	for end < len(u.words) && end < head+3 && u.isHead(end) && u.words[end].sep == "" && (u.lex.has("offices", u.words[end].key) || u.words[end-1].sep == "-") {
		end++
	}
	return end
}
