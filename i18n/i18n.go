// Package i18n speaks the five languages of Amal: texts by key with the plural
// forms of each language, dates and numbers. Dates are time.Time at 00:00 UTC.
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed locales/*.json
var locales embed.FS

// Lang is one of the languages.
type Lang string

// The languages, by their ISO 639-1 codes. Uzbek is in Latin script.
const (
	En Lang = "en"
	Ru Lang = "ru"
	Uz Lang = "uz"
	Kk Lang = "kk"
	De Lang = "de"
)

// Langs lists the languages in the order they are offered.
var Langs = []Lang{En, Ru, Uz, Kk, De}

// Name returns what a language calls itself.
func (l Lang) Name() string {
	return map[Lang]string{En: "English", Ru: "Русский", Uz: "Oʻzbekcha", Kk: "Қазақша", De: "Deutsch"}[l]
}

// Parse returns the language of a code; ok is false for any other.
func Parse(code string) (l Lang, ok bool) {
	for _, l := range Langs {
		if string(l) == code {
			return l, true
		}
	}
	return En, false
}

var matcher = language.NewMatcher([]language.Tag{
	language.English, language.Russian, language.Uzbek, language.Kazakh, language.German,
})

// Match returns the language that fits an Accept-Language header best, English
// where none does.
func Match(accept string) Lang {
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(tags) == 0 {
		return En
	}
	if _, i, confidence := matcher.Match(tags...); confidence >= language.Low {
		return Langs[i]
	}
	return En
}

// Printer writes texts in one language.
type Printer struct {
	lang   Lang
	plain  map[string]string   // texts without placeholders and plurals
	quoted map[string][]string // placeholders in quotation marks
	texts  *i18n.Localizer
	said   sync.Map // counted → text
}

var printers = sync.OnceValue(load)

// For returns the printer of a language.
func For(l Lang) *Printer {
	if p, ok := printers()[l]; ok {
		return p
	}
	return printers()[En]
}

// load reads the embedded texts. That they are well formed is a test's matter.
func load() map[Lang]*Printer {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	all := map[Lang]*Printer{}
	for _, l := range Langs {
		path := fmt.Sprintf("locales/%s.json", l)
		raw, err := locales.ReadFile(path)
		if err == nil {
			_, err = bundle.ParseMessageFileBytes(raw, string(l)+".json")
		}
		if err != nil {
			panic(fmt.Sprintf("texts of %s: %v", l, err)) // before the start only
		}
		plain, quoted := plainTexts(raw)
		all[l] = &Printer{lang: l, plain: plain, quoted: quoted, texts: i18n.NewLocalizer(bundle, string(l))}
	}
	return all
}

func plainTexts(raw []byte) (plain map[string]string, quoted map[string][]string) {
	var values map[string]any
	_ = json.Unmarshal(raw, &values) // the bundle has just read the same bytes
	plain, quoted = map[string]string{}, map[string][]string{}
	for key, v := range values {
		if names := quotedNames(v); len(names) > 0 {
			quoted[key] = names
		}
		if text, ok := v.(string); ok && !strings.Contains(text, "{{") {
			plain[key] = text
		}
	}
	return plain, quoted
}

// Lang returns the printer's language.
func (p *Printer) Lang() Lang { return p.lang }

// T returns a text. Pairs are names and values for its placeholders. A key
// without a text comes back in ⟦⟧, so that tests find it.
func (p *Printer) T(key string, pairs ...any) string {
	if text, ok := p.plain[key]; ok {
		return text
	}
	return p.localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: p.nest(key, data(pairs))})
}

// N returns a text in the plural form of n, which it knows as {{.N}}.
func (p *Printer) N(key string, n int, pairs ...any) string {
	if len(pairs) > 0 || n < 0 || n > 1000 {
		return p.plural(key, n, pairs)
	}
	short := counted{key, n} // "5 days" stands in each row of a list
	if text, ok := p.said.Load(short); ok {
		return text.(string)
	}
	text := p.plural(key, n, nil)
	p.said.Store(short, text)
	return text
}

// counted is a text with a small number and nothing else in it.
type counted struct {
	key string
	n   int
}

func (p *Printer) plural(key string, n int, pairs []any) string {
	values := data(pairs)
	values["N"] = p.Number(n)
	return p.localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: p.nest(key, values), PluralCount: n})
}

// Has reports whether there is a text for a key.
func (p *Printer) Has(key string) bool {
	if _, ok := p.plain[key]; ok {
		return true
	}
	_, err := p.texts.Localize(&i18n.LocalizeConfig{MessageID: key, PluralCount: 1, TemplateData: data(nil)})
	return err == nil
}

func (p *Printer) localize(c *i18n.LocalizeConfig) string {
	text, err := p.texts.Localize(c)
	if err != nil && text == "" {
		return "⟦" + c.MessageID + "⟧"
	}
	return text
}

func data(pairs []any) map[string]any {
	values := make(map[string]any, len(pairs)/2+1)
	for i := 0; i+1 < len(pairs); i += 2 {
		if name, ok := pairs[i].(string); ok {
			values[name] = pairs[i+1]
		}
	}
	return values
}
