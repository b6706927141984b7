package handlers

import (
	"amal/db"
	"amal/i18n"
)

// countWord writes how many there are: where they were not all counted, the
// number that they are more than, with a plus. Pages, paper and files have it
// from here.
func countWord(p *i18n.Printer, n db.Count) string {
	if n.More {
		return p.Number(n.N) + "+"
	}
	return p.Number(n.N)
}

// restOf is a count without those that are shown.
func restOf(n db.Count, shown int) db.Count {
	n.N = max(n.N-shown, 0)
	return n
}
