// Package templates turns typed views into HTML and mails. Each page has a view
// of its own; a template that does not fit its view stops the start and fails a
// test. Every language has its own parsed set, so that texts cost nothing at
// the time of a request.
package templates

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"sync"
	text "text/template"

	"amal/i18n"
)

//go:embed layout.html partials/*.html pages/*.html mail/*
var files embed.FS

// Page is a page's template, which takes a view of type V.
type Page[V any] struct {
	name string
	sets func() (map[i18n.Lang]*template.Template, error)
}

// registry holds what every page can be asked for, whatever its view.
var registry []Registered

// Registered is a page with its type forgotten, for checks.
type Registered struct {
	Name  string
	Parse func() error
	// Template returns the page's set in English and an empty view.
	Template func() (*template.Template, any)
}

// New returns the page of a file in templates/pages. It is parsed by Parse at
// start, or when it is first rendered.
func New[V any](name string) *Page[V] {
	p := &Page[V]{name: name}
	p.sets = sync.OnceValues(func() (map[i18n.Lang]*template.Template, error) { return parse(name) })
	registry = append(registry, Registered{
		Name:  name,
		Parse: func() error { _, err := p.sets(); return err },
		Template: func() (*template.Template, any) {
			var zero V
			sets, err := parse(name) // a set of its own: rendering changes one when it is first used
			if err != nil {
				return nil, zero
			}
			return sets[i18n.En], zero
		},
	})
	return p
}

// Pages lists the pages that New made, for checks.
func Pages() []Registered { return registry }

// Parse parses every page in every language, so that a broken template stops
// the start.
func Parse() error {
	for _, page := range registry {
		if err := page.Parse(); err != nil {
			return err
		}
	}
	return nil
}

func parse(name string) (map[i18n.Lang]*template.Template, error) {
	sets := map[i18n.Lang]*template.Template{}
	for _, l := range i18n.Langs {
		set, err := template.New("layout.html").Funcs(funcs(l)).
			ParseFS(files, "layout.html", "partials/*.html", "pages/"+name)
		if err != nil {
			return nil, fmt.Errorf("page %s: %w", name, err)
		}
		fold(set, i18n.For(l))
		sets[l] = set
	}
	return sets, nil
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render writes the whole page in a language. Nothing is written where the
// template fails.
func (p *Page[V]) Render(w io.Writer, l i18n.Lang, view V) error {
	sets, err := p.sets()
	if err != nil {
		return err
	}
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := sets[l].Execute(b, view); err != nil {
		return fmt.Errorf("page %s: %w", p.name, err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

// Mail is a mail's twin templates, text and HTML, which take a view of type V.
type Mail[V any] struct {
	name string
	text func() (map[i18n.Lang]*text.Template, error)
	html func() (map[i18n.Lang]*template.Template, error)
}

// NewMail returns the mail of NAME.txt and NAME.html in templates/mail.
func NewMail[V any](name string) *Mail[V] {
	return &Mail[V]{
		name: name,
		text: sync.OnceValues(func() (map[i18n.Lang]*text.Template, error) {
			sets := map[i18n.Lang]*text.Template{}
			for _, l := range i18n.Langs {
				set, err := text.New(name+".txt").Funcs(funcs(l)).ParseFS(files, "mail/"+name+".txt")
				if err != nil {
					return nil, fmt.Errorf("mail %s: %w", name, err)
				}
				sets[l] = set
			}
			return sets, nil
		}),
		html: sync.OnceValues(func() (map[i18n.Lang]*template.Template, error) {
			sets := map[i18n.Lang]*template.Template{}
			for _, l := range i18n.Langs {
				set, err := template.New(name+".html").Funcs(funcs(l)).ParseFS(files, "mail/"+name+".html")
				if err != nil {
					return nil, fmt.Errorf("mail %s: %w", name, err)
				}
				fold(set, i18n.For(l))
				sets[l] = set
			}
			return sets, nil
		}),
	}
}

// Write returns a mail's text and HTML in a language.
func (m *Mail[V]) Write(l i18n.Lang, view V) (plain, html string, err error) {
	texts, err := m.text()
	if err != nil {
		return "", "", err
	}
	htmls, err := m.html()
	if err != nil {
		return "", "", err
	}
	var p, h bytes.Buffer
	if err := texts[l].Execute(&p, view); err != nil {
		return "", "", fmt.Errorf("mail %s: %w", m.name, err)
	}
	if err := htmls[l].Execute(&h, view); err != nil {
		return "", "", fmt.Errorf("mail %s: %w", m.name, err)
	}
	return p.String(), h.String(), nil
}
