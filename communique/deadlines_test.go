package communique

import (
	"encoding/csv"
	"os"
	"testing"
	"time"
)

// deadlineExpressions are wordings, the document's date and what they mean.
func deadlineExpressions(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func TestDeadlineExpressions(t *testing.T) {
	for _, path := range []string{"testdata/dev-deadlines.tsv", "testdata/more-deadlines.tsv"} {
		for _, row := range deadlineExpressions(t, path) {
			lang, date, expression, want := row[0], row[1], row[2], row[3]
			day, err := time.Parse(time.DateOnly, date)
			if err != nil {
				t.Fatal(err)
			}
			text := []rune(expression)
			r := &reader{text: text, folded: fold(text), dialect: given(lang, dialect{}), date: day}
			u := r.newUnit(Span{0, len(text)}, r.dialect)
			got := "-"
			if d := u.dueIn(0, len(u.words)); d != nil && !d.Date.IsZero() {
				got = d.Date.Format(time.DateOnly)
			}
			if got != want {
				t.Errorf("%s: %q at %s is %s, want %s", lang, expression, date, got, want)
			}
		}
	}
}
