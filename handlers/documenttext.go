package handlers

import (
	"fmt"
	"slices"

	"amal/communique"
	"amal/db"
)

// read cuts sentences of the text into paragraphs and marks the passages.
func (v *documentView) read(d *db.Document, sentences []communique.Sentence, chosen int, on [2]int, marks []textMark) {
	runes := []rune(d.Text)
	ended := -1 // where the sentence before ends
	for _, s := range sentences {
		sv := sentenceView{Number: s.Number, Headline: s.Headline, Chosen: s.Number == chosen,
			Choose: fmt.Sprintf("/documents/%d?sentence=%d#make", d.ID, s.Number), Pieces: pieces(runes, s, marks, on), WhyNot: v.Reading.Reasons[s.Number]}
		if s.Number == chosen {
			v.Chosen, v.ChosenText = chosen, string(runes[s.Start:s.End])
		}
		if ended < 0 || slices.Contains(runes[ended:s.Start], '\n') {
			v.Paragraphs = append(v.Paragraphs, nil)
		}
		ended = s.End
		last := len(v.Paragraphs) - 1
		v.Paragraphs[last] = append(v.Paragraphs[last], sv)
	}
	if v.Words == "" {
		v.Words = v.ChosenText
	}
}

// textMark is a span of the text that leads somewhere, in code points.
type textMark struct {
	from, to    int
	href, label string
}

func passageMarks(passages []db.MarkedPassage) []textMark {
	var marks []textMark
	for _, m := range passages {
		marks = append(marks, textMark{m.Starts, m.Ends, fmt.Sprintf("/directives/%d", m.DirectiveID), m.Title})
	}
	return marks
}

// pieces cuts a sentence at the ends of the marks in it. Overlapping marks
// share a piece; it leads to the first.
func pieces(r []rune, s communique.Sentence, marks []textMark, on [2]int) []piece {
	var out []piece
	add := func(p piece) {
		if n := len(out); n > 0 && out[n-1].Href == p.Href && out[n-1].On == p.On {
			out[n-1].Text += p.Text
			return
		}
		out = append(out, p)
	}
	near := slices.DeleteFunc(slices.Clone(marks), func(m textMark) bool { return m.to <= s.Start || m.from >= s.End })
	for i := s.Start; i < s.End; i++ {
		p := piece{Text: string(r[i])}
		for _, m := range near {
			if i >= m.from && i < m.to {
				p.Href, p.Label = m.href, m.label
				p.On = m.from == on[0] && m.to == on[1]
				break
			}
		}
		add(p)
	}
	return out
}

// ownSentence keeps of the text around a passage what belongs to its own
// sentence.
func ownSentence(before, words, after string) (string, string) {
	text := before + words + after
	from, to := len([]rune(before)), len([]rune(before))+len([]rune(words))
	r := []rune(text)
	start, end := from, to
	for _, s := range communique.Sentences(text) {
		if s.End > from && s.Start <= from {
			start = min(start, s.Start)
		}
		if s.Start < to && s.End >= to {
			end = max(end, s.End)
		}
	}
	return string(r[start:from]), string(r[to:end])
}
