package templates

import (
	"errors"
	"html/template"
	"time"

	"amal/i18n"
	"amal/static"
)

// funcs are what templates of a language can call: texts, dates, assets.
func funcs(l i18n.Lang) template.FuncMap {
	p := i18n.For(l)
	return template.FuncMap{
		"t":       p.T,
		"n":       p.N,
		"quote":   p.Quote,
		"number":  p.Number,
		"date":    p.Date,
		"long":    p.LongDate,
		"short":   p.ShortDate,
		"figures": p.NumericDate,
		"iso":     func(d time.Time) string { return d.Format(time.DateOnly) },
		"asset":   static.URL,
		"lang":    func() string { return string(l) },
		"dict":    dict,
	}
}

// dict makes the arguments of a partial from names and values.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("dict: a name without a value")
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, errors.New("dict: a name that is not a text")
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}
