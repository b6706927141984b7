package commands

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"amal/communique"
	"amal/files"
)

//go:embed registers/agencies.csv
var agenciesFile []byte

// readText reads a communiqué and prints what the reader proposes, as JSON.
func readText(ctx context.Context, c *call) error {
	date := c.flags.String("date", "", "day of the document, such as 2025-03-29 (default: the first full date in the text)")
	lang := c.flags.String("lang", "", "language: de, en, ru, uz, kk (default: by the letters)")
	if err := c.parse(1); err != nil {
		return err
	}
	raw, err := input(c.args[0])
	if err != nil {
		return err
	}
	text, err := files.Text(ctx, raw)
	if err != nil {
		return err
	}
	doc := communique.Doc{Text: text, Lang: *lang}
	if doc.Date, err = dateOf(*date, text); err != nil {
		return err
	}
	if doc.Agencies, err = shippedRegister(); err != nil {
		return err
	}
	return printReading(c.out, doc)
}

// input reads a file, or standard input for "-".
func input(path string) ([]byte, error) {
	from := io.Reader(os.Stdin)
	if path != "-" {
		f, err := os.Open(path) // #nosec G304 -- the file that the caller names
		if err != nil {
			return nil, err
		}
		defer f.Close()
		from = f
	}
	raw, err := io.ReadAll(io.LimitReader(from, files.MaxText+1))
	if err == nil && len(raw) > files.MaxText {
		err = fmt.Errorf("%w: at most %d MB", files.ErrTooMuch, files.MaxText>>20)
	}
	return raw, err
}

// dateOf is the given date, or the one that the text names.
func dateOf(given, text string) (time.Time, error) {
	if given != "" {
		day, err := time.Parse(time.DateOnly, given)
		if err != nil {
			return day, fmt.Errorf("%w: --date %q is not a day such as 2025-03-29", errUsage, given)
		}
		return day, nil
	}
	if day, ok := communique.Dated(text); ok {
		return day, nil
	}
	return time.Time{}, fmt.Errorf("%w: the text names no full date; give the day of the document with --date YYYY-MM-DD", errUsage)
}

// shippedRegister is the register of agencies that Amal brings along, for
// reading names.
func shippedRegister() (*communique.Register, error) {
	rows, err := files.Table(bytes.NewReader(agenciesFile), agencyColumns, "code")
	if err != nil {
		return nil, err
	}
	var all []communique.Agency
	for _, r := range rows {
		a := communique.Agency{Code: r.Get("code"), Names: files.Split(r.Get("aliases"))}
		for _, lang := range []string{"en", "ru", "uz", "kk", "de"} {
			a.Names = append(a.Names, r.Get("name_"+lang))
			a.Short = append(a.Short, r.Get("short_"+lang))
		}
		all = append(all, a)
	}
	return communique.NewRegister(all), nil
}

// readItem is a proposal in the form of the labelled texts, with more keys.
type readItem struct {
	Start        int        `json:"start"`
	End          int        `json:"end"`
	Clause       [2]int     `json:"clause"`
	Kind         string     `json:"kind"`
	Strength     string     `json:"strength,omitempty"`
	Title        string     `json:"title"`
	Deadline     *string    `json:"deadline"`
	DeadlineText *string    `json:"deadline_text"`
	Precision    string     `json:"precision,omitempty"`
	Owners       []string   `json:"owners"`
	Agencies     [][]string `json:"agencies"`
	Roles        []string   `json:"roles"`
	Confidence   string     `json:"confidence"`
	Cues         []readCue  `json:"cues"`
}

type readCue struct {
	Rule  string `json:"rule"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// printReading prints the proposals that are sure or likely.
func printReading(out io.Writer, doc communique.Doc) error {
	result := communique.Propose(doc)
	if !result.Supported {
		return fmt.Errorf("the text is in a language that Amal does not read (%s); it reads German, English, Russian, Uzbek and Kazakh in Cyrillic letters", result.Lang)
	}
	text, items := []rune(doc.Text), []readItem{}
	for _, p := range result.Proposals {
		if p.Confidence != communique.Possible {
			items = append(items, newReadItem(text, p))
		}
	}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(map[string]any{"lang": result.Lang, "date": doc.Date.Format(time.DateOnly), "items": items})
}

func newReadItem(text []rune, p communique.Proposal) readItem {
	quote := func(s communique.Span) string { return string(text[s.Start:s.End]) }
	item := readItem{Start: p.Start, End: p.End, Clause: [2]int{p.Clause.Start, p.Clause.End}, Kind: string(p.Kind), Strength: p.Kind.Strength(),
		Title: p.Title, Owners: []string{}, Agencies: [][]string{}, Roles: []string{}, Confidence: string(p.Confidence)}
	if d := p.Deadline; d != nil {
		words := quote(d.Text)
		item.DeadlineText, item.Precision = &words, string(d.Precision)
		if !d.Date.IsZero() {
			day := d.Date.Format(time.DateOnly)
			item.Deadline = &day
		}
	}
	for _, o := range p.Owners {
		item.Owners = append(item.Owners, quote(o.Span))
		item.Agencies = append(item.Agencies, o.Agencies)
		item.Roles = append(item.Roles, string(o.Role))
	}
	for _, c := range p.Why {
		item.Cues = append(item.Cues, readCue{c.Rule, c.Span.Start, c.Span.End})
	}
	return item
}
