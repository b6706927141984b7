package communique

import "strings"

// Agency is a body of the caller's register with all its names and aliases in
// all languages. Short are its abbreviations, matched in capitals only.
type Agency struct {
	Code  string
	Names []string
	Short []string
}

// Register finds agencies by their names. It is safe for use by several
// readers at once; build it once and keep it.
type Register struct {
	plain map[string][]alias // keys as written
	latin map[string][]alias // Uzbek Cyrillic read as Latin
}

type alias struct {
	keys []string
	code string
	caps bool
}

// NewRegister prepares agencies for matching.
func NewRegister(agencies []Agency) *Register {
	g := &Register{map[string][]alias{}, map[string][]alias{}}
	for _, a := range agencies {
		for _, n := range a.Names {
			g.add(n, a.Code, false)
		}
		for _, n := range a.Short {
			g.add(n, a.Code, true)
		}
	}
	return g
}

func (g *Register) add(name, code string, caps bool) {
	text := []rune(name)
	folded := fold(text)
	for _, d := range []dialect{{"", ""}, {"uz", "Cyrl"}} {
		words := splitWords(text, folded, 0, len(text), d)
		if len(words) == 0 {
			continue
		}
		// A name in capitals ("МИД") is an abbreviation however it was given.
		a := alias{code: code, caps: caps && words[0].caps || len(words) == 1 && words[0].caps}
		for _, w := range words {
			a.keys = append(a.keys, w.key)
		}
		index := g.plain
		if d.lang == "uz" {
			index = g.latin
		}
		k := bucket(a.keys)
		index[k] = append(index[k], a)
	}
}

// bucket is the stems of the first two words.
func bucket(keys []string) string {
	if len(keys) == 1 {
		return stem(keys[0])
	}
	return stem(keys[0]) + " " + stem(keys[1])
}

func stem(key string) string {
	n := 0
	for i := range key {
		if n == 4 {
			return key[:i]
		}
		n++
	}
	return key
}

// match finds the longest name that begins at words[i]: how many words it
// takes and the codes it may stand for.
func (g *Register) match(words []word, i int, d dialect) (int, []string) {
	if g == nil {
		return 0, nil
	}
	index := g.plain
	if d.lang == "uz" && d.script == "Cyrl" {
		index = g.latin
	}
	best, exact, codes := 0, 0, []string(nil)
	try := func(candidates []alias) {
		for k := range candidates {
			a := &candidates[k]
			n, e := a.fits(words[i:])
			if n == 0 || n < best || n == best && e < exact {
				continue
			}
			if n > best || e > exact {
				best, exact, codes = n, e, nil
			}
			codes = appendNew(codes, a.code)
		}
	}
	try(index[stem(words[i].key)])
	if i+1 < len(words) {
		try(index[stem(words[i].key)+" "+stem(words[i+1].key)])
	}
	return best, codes
}

// fits tells how many words the name takes, and how many of them as written.
func (a *alias) fits(words []word) (n, exact int) {
	if len(words) < len(a.keys) || a.caps && !words[0].caps {
		return 0, 0
	}
	for k, key := range a.keys {
		w := &words[k]
		if w.masked || k > 0 && strings.ContainsAny(w.sep, ".;:!?|") {
			return 0, 0
		}
		if w.key == key {
			exact++
			continue
		}
		if a.caps || !inflected(w.key, key, k == len(a.keys)-1) {
			return 0, 0
		}
	}
	return len(a.keys), exact
}

// inflected tells whether two words differ by their endings only.
func inflected(a, b string, last bool) bool {
	x, y := []rune(a), []rune(b)
	p := 0
	for p < len(x) && p < len(y) && x[p] == y[p] {
		p++
	}
	longest := 3
	if last {
		longest = 6
	}
	return p >= 5 && len(y)-p <= 2 && len(x)-p <= longest || p >= 4 && p == len(y) && len(x)-p <= longest
}

func appendNew(all []string, s string) []string {
	for _, o := range all {
		if o == s {
			return all
		}
	}
	return append(all, s)
}
