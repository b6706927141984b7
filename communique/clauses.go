package communique

import "strings"

// clause is words[from:to] that say one thing; verb is where its act stands,
// -1 where none was found.
type clause struct{ from, to, verb int }

// clauses splits words[from:to] into coordinated acts: each part has a verb
// and something it acts on. One part comes back where there is nothing to split.
func (u *unit) clauses(from, to int) []clause {
	verbs := u.verbs(from, to)
	if len(verbs) == 0 {
		return []clause{{from, to, -1}}
	}
	if u.lex.verbEnds {
		return u.verbFinal(from, to, verbs)
	}
	return u.verbFirst(from, to, verbs)
}

// verbFirst splits "to draw up A and report on B": a part begins with its verb.
func (u *unit) verbFirst(from, to int, verbs []int) []clause {
	all := []clause{{from, to, verbs[0]}}
	for _, v := range verbs[1:] {
		last := &all[len(all)-1]
		j := u.joiner(last.verb+1, v)
		if j < 0 || !u.hasObject(last.verb+1, j) && !u.hasObject(last.from, last.verb) || !u.hasObject(v+1, to) {
			continue
		}
		last.to = j
		for j < v && u.lex.has("and", u.words[j].key) {
			j++
		}
		all = append(all, clause{j, to, v})
	}
	return all
}

// joiner finds where the part with the verb at v begins: the last joining
// word or comma before it, with nothing between but times, bodies and small
// words.
func (u *unit) joiner(from, v int) int {
	for j := v; j >= from; j-- {
		if u.lex.has("and", u.words[j].key) {
			return j
		}
		if s := u.words[j].sep; s == "," || s == ";" {
			return j
		}
		if j < v && !u.timed(j) && u.mentioned(j) == nil && !u.lex.has("small", u.words[j].key) && !u.lex.has("light", u.words[j].key) {
			return -1
		}
	}
	return -1
}

// verbFinal splits "A zu erstellen und B vorzulegen": a part ends with its verb.
func (u *unit) verbFinal(from, to int, verbs []int) []clause {
	var all []clause
	start := from
	for k, v := range verbs {
		if k == len(verbs)-1 || !u.joins(v+1) || u.lex.has("subordinate", u.words[v+1].key) {
			continue
		}
		next := v + 1
		for next < to && u.lex.has("and", u.words[next].key) {
			next++
		}
		if u.hasObject(start, v) && u.hasObject(next, verbs[k+1]) {
			all = append(all, clause{start, v + 1, v})
			start = next
		}
	}
	last := verbs[len(verbs)-1]
	end := to
	if len(all) > 0 {
		end = max(last+1, start)
		if end < to && (u.timed(end) || u.lex.lang != "de") {
			end = to
		}
	}
	return append(all, clause{start, max(end, start), last})
}

// hasObject tells whether words[from:to] name something to act on: a word that
// is no time, body, pronoun, joining or small word.
func (u *unit) hasObject(from, to int) bool {
	for i := from; i < to && i < len(u.words); i++ {
		w := &u.words[i]
		if w.number >= 0 || u.timed(i) || u.mentioned(i) != nil && i > from && u.mentioned(i).known {
			continue
		}
		if u.lex.has("and", w.key) || u.lex.has("small", w.key) || u.lex.has("light", w.key) || u.lex.has("subordinate", w.key) {
			continue
		}
		if isVerb(u, i) {
			continue
		}
		return true
	}
	return false
}

// verbs finds the acts in words[from:to]; where there are none, the nouns of
// acting ("the creation of").
func (u *unit) verbs(from, to int) []int {
	var all []int
	for i := from; i < to; i++ {
		if isVerb(u, i) && !u.timed(i) {
			all = append(all, i)
		}
	}
	if len(all) > 0 || u.lex.verbLast {
		return all
	}
	for i := from; i < to; i++ {
		if u.lex.has("nouns", u.words[i].key) && (i == from || u.mentioned(i) == nil) {
			all = append(all, i)
		}
	}
	if u.lex.lang == "de" && len(all) > 0 {
		return all[:1]
	}
	return all
}

// isVerb tells whether words[i] is an infinitive or stands for one.
func isVerb(u *unit, i int) bool {
	w := &u.words[i]
	if w.number >= 0 || w.caps || u.lex.has("no-verbs", w.key) {
		return false
	}
	switch u.lex.lang {
	case "de":
		return germanVerb(u, i)
	case "en":
		return englishVerb(u, i)
	case "ru":
		return hasEnding(w.key, 5, "вести", "нести") && w.key != "совести" || hasEnding(w.key, 4, "ть", "ти", "чь", "ться", "тись", "чься") && !hasEnding(w.key, 4, "ость", "ости", "асти", "ести", "сть") ||
			u.lex.has("verbs", w.key)
	case "uz":
		return hasEnding(w.key, 4, "ish", "ash", "ishni", "ashni", "ishga", "ashga", "sin", "sinlar", "ishi", "ashi") || u.lex.has("verbs", w.key)
	case "kk":
		return hasEnding(w.key, 3, "у", "ю", "уды", "уді", "юді", "юды", "уға", "уге", "юге", "юға", "сын", "сін") || u.lex.has("verbs", w.key)
	}
	return false
}

func hasEnding(key string, least int, endings ...string) bool {
	if len([]rune(key)) < least {
		return false
	}
	for _, e := range endings {
		if strings.HasSuffix(key, e) {
			return true
		}
	}
	return false
}

// germanVerb finds "zu erstellen", "vorzulegen" and the infinitive that closes
// a part behind "soll".
func germanVerb(u *unit, i int) bool {
	w := &u.words[i]
	if w.upper || !strings.HasSuffix(w.key, "n") || len(w.key) < 3 || w.key == "werden" {
		return false
	}
	if i > 0 && u.words[i-1].key == "zu" {
		return i+1 == len(u.words) || u.closes(i+1) || !u.words[i+1].upper
	}
	if k := strings.LastIndex(strings.TrimSuffix(w.key, "n"), "zu"); k > 1 && k+5 <= len(w.key) && u.lex.has("prefixes", w.key[:k]) {
		return true
	}
	if !hasEnding(w.key, 5, "en", "ern", "eln") || !u.modal || u.lex.has("participles", w.key) {
		return false
	}
	if u.closes(i+1) || u.lex.has("modals", u.words[i+1].key) && u.closes(i+2) {
		return true
	}
	return u.lex.has("and", u.words[i+1].key) && i > 0 && (u.words[i-1].upper || u.lex.has("verbs", w.key))
}

// englishVerb finds "to draw up", "shall identify" and, behind a joining word
// or comma, the verbs of the table.
func englishVerb(u *unit, i int) bool {
	w := &u.words[i]
	if w.upper {
		return false
	}
	base := u.lex.has("verbs", w.key)
	ing := strings.HasSuffix(w.key, "ing") && len(w.key) > 5
	if i == 0 {
		return base
	}
	prev := u.words[i-1].key
	if u.lex.has("small", prev) && i > 1 && prev != "to" {
		prev = u.words[i-2].key
	}
	switch {
	case prev == "to":
		return base || !ing && !u.lex.has("no-infinitive", w.key) && u.mentioned(i) == nil && w.number < 0
	case u.lex.has("modals", prev), u.lex.has("and", prev), u.joins(i), prev == "that", u.words[i].sep != "":
		return base || ing && u.lex.has("verbs", w.key[:len(w.key)-3])
	case u.lex.has("gerund-after", prev):
		return ing
	}
	return false
}
