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
	lang     Lang
	plain    map[string]string   // texts without placeholders and plurals
	quoted   map[string][]string // placeholders in quotation marks
	texts    *i18n.Localizer
	patterns sync.Map // form → *pattern
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
		p := &Printer{lang: l, plain: map[string]string{}, quoted: map[string][]string{}, texts: i18n.NewLocalizer(bundle, string(l))}
		if err := p.load(bundle); err != nil {
			panic(fmt.Sprintf("texts of %s: %v", l, err)) // before the start only
		}
		all[l] = p
	}
	return all
}

// load reads the printer's texts. The bundle, which takes several times their
// length of memory, gets those that it has something to do with.
func (p *Printer) load(bundle *i18n.Bundle) error {
	name := string(p.lang) + ".json"
	raw, err := locales.ReadFile("locales/" + name)
	if err != nil {
		return err
	}
	var values map[string]any
	if err := json.Unmarshal(raw, &values); err != nil {
		return err
	}
	for key, v := range values {
		if names := quotedNames(v); len(names) > 0 {
			p.quoted[key] = names
		}
		if text, ok := v.(string); ok && !strings.Contains(text, "{{") {
			p.plain[key] = text
			delete(values, key)
		}
	}
	if raw, err = json.Marshal(values); err == nil {
		_, err = bundle.ParseMessageFileBytes(raw, name)
	}
	return err
}

// Lang returns the printer's language.
func (p *Printer) Lang() Lang { return p.lang }

// T returns a text. Pairs are names and values for its placeholders. A key
// without a text comes back in ⟦⟧, so that tests find it.
func (p *Printer) T(key string, pairs ...any) string {
	if text, ok := p.plain[key]; ok {
		return text
	}
	return p.written(key, singly, pairs, "")
}

// N returns a text in the plural form of n, which it knows as {{.N}}.
func (p *Printer) N(key string, n int, pairs ...any) string {
	return p.written(key, formOf(n), pairs, p.Number(n))
}

// Has reports whether there is a text for a key.
func (p *Printer) Has(key string) bool {
	if _, ok := p.plain[key]; ok {
		return true
	}
	return p.pattern(key, 1) != nil
}
