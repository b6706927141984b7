package i18n

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
)

// pattern is a text in one form of the plural, cut at its placeholders: a list
// writes the same few texts hundreds of times, each with other values.
type pattern struct {
	between []string // one more than names
	names   []string
	quoted  []string // those of names that stand in quotation marks
}

// form is a text's key and a number that stands for all with its plural form,
// or singly.
type form struct {
	key   string
	count int
}

// singly is the form of a text that counts nothing.
const singly = -1

// formOf is the least number with the plural form of n: the rules of the five
// languages ask for the number itself up to a hundred, and for its last two
// digits (CLDR).
func formOf(n int) int {
	if n = max(n, -n); n < 100 {
		return n
	}
	return 100 + n%100
}

var placeholder = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

// pattern returns a text's pattern, nil where there is no such text.
func (p *Printer) pattern(key string, count int) *pattern {
	at := form{key, count}
	if kept, ok := p.patterns.Load(at); ok {
		return kept.(*pattern)
	}
	config := &i18n.LocalizeConfig{MessageID: key, TemplateParser: template.IdentityParser{}}
	if count != singly {
		config.PluralCount = count
	}
	text, err := p.texts.Localize(config)
	if err != nil && text == "" {
		return nil
	}
	made := &pattern{between: placeholder.Split(text, -1), quoted: p.quoted[key]}
	for _, found := range placeholder.FindAllStringSubmatch(text, -1) {
		made.names = append(made.names, found[1])
	}
	p.patterns.Store(at, made)
	return made
}

// written is a text with its values put in, which stand in pairs behind their
// names; N is one of them. A key without a text comes back in ⟦⟧.
func (p *Printer) written(key string, count int, pairs []any, n string) string {
	made := p.pattern(key, count)
	if made == nil {
		return "⟦" + key + "⟧"
	}
	var text strings.Builder
	for i, name := range made.names {
		text.WriteString(made.between[i])
		text.WriteString(p.valueOf(made, name, pairs, n))
	}
	text.WriteString(made.between[len(made.names)])
	return text.String()
}

// valueOf is what is put in for a placeholder. Within quotation marks its own
// quotations take the inner ones.
func (p *Printer) valueOf(of *pattern, name string, pairs []any, n string) string {
	if name == "N" && n != "" {
		return n
	}
	var value any = "<no value>"
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == name {
			value = pairs[i+1]
		}
	}
	text, ok := value.(string)
	switch {
	case !ok:
		return fmt.Sprint(value)
	case slices.Contains(of.quoted, name):
		return quotation[p.lang].within(text)
	}
	return text
}
