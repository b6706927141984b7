// Package templates turns typed views into HTML and mails. Each page has a view
// of its own; a template that does not fit its view fails a test. A page is
// parsed for each language when it is first asked for, so that texts cost
// nothing at the time of a request, and what nobody reads no memory.
package templates

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"reflect"
	"sync"
	text "text/template"

	"amal/i18n"
)

//go:embed layout.html partials/*.html pages/*.html mail/*
var files embed.FS

// Page is a page's template, which takes a view of type V.
type Page[V any] struct {
	name string
	sets sets[*writer]
}

// sets are the parsed sets of a page or mail, by language.
type sets[T any] map[i18n.Lang]func() (T, error)

func newSets[T any](parse func(l i18n.Lang) (T, error)) sets[T] {
	all := sets[T]{}
	for _, l := range i18n.Langs {
		all[l] = sync.OnceValues(func() (T, error) { return parse(l) })
	}
	return all
}

// registry holds what every page can be asked for, whatever its view.
var registry []Registered

// Registered is a page with its type forgotten, for checks.
type Registered struct {
	Name string
	// Parse parses the page in every language.
	Parse func() error
	// Compiled tells what keeps the page with the interpreter, nil if nothing does.
	Compiled func() error
	// Template returns the page's set in English and an empty view.
	Template func() (*template.Template, any)
}

// New returns the page of a file in templates/pages.
func New[V any](name string) *Page[V] {
	p := &Page[V]{name: name}
	p.sets = newSets(func(l i18n.Lang) (*writer, error) {
		set, err := parse(name, l)
		if err != nil {
			return nil, err
		}
		return compile(set, funcs(l), reflect.TypeFor[V]())
	})
	registry = append(registry, Registered{
		Name: name,
		Parse: func() error {
			for _, l := range i18n.Langs {
				if _, err := parse(name, l); err != nil {
					return err
				}
			}
			return nil
		},
		Compiled: func() error {
			w, err := p.sets[i18n.En]()
			if err == nil && w.compiled == nil {
				err = errUnknown
			}
			return err
		},
		Template: func() (*template.Template, any) {
			var zero V
			set, err := parse(name, i18n.En) // a set of its own: rendering changes one when it is first used
			if err != nil {
				return nil, zero
			}
			return set, zero
		},
	})
	return p
}

// Pages lists the pages that New made, for checks.
func Pages() []Registered { return registry }

func parse(name string, l i18n.Lang) (*template.Template, error) {
	set, err := template.New("layout.html").Funcs(funcs(l)).ParseFS(files, "layout.html", "partials/*.html", "pages/"+name)
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	fold(set, i18n.For(l))
	return set, nil
}

// Render writes the whole page in a language. Nothing is written where the
// template fails.
func (p *Page[V]) Render(w io.Writer, l i18n.Lang, view V) error {
	set, err := p.sets[l]()
	if err != nil {
		return err
	}
	kept := texts.Get().(*[]byte)
	defer texts.Put(kept)
	text, err := set.write((*kept)[:0], view)
	if err != nil {
		return fmt.Errorf("page %s: %w", p.name, err)
	}
	*kept = text // grown to the size of pages
	if Rendered != nil {
		Rendered(p.name, text, func(w io.Writer) error { return p.interpret(w, l, view) })
	}
	_, err = w.Write(text)
	return err
}

// Rendered gets each page that is written, and how html/template alone writes
// it, where tests set it.
var Rendered func(page string, html []byte, interpret func(io.Writer) error)

func (p *Page[V]) interpret(w io.Writer, l i18n.Lang, view V) error {
	set, err := parse(p.name, l)
	if err != nil {
		return err
	}
	return set.Execute(w, view)
}

// Mail is a mail's twin templates, text and HTML, which take a view of type V.
type Mail[V any] struct {
	name string
	text sets[*text.Template]
	html sets[*template.Template]
}

// NewMail returns the mail of NAME.txt and NAME.html in templates/mail.
func NewMail[V any](name string) *Mail[V] {
	return &Mail[V]{
		name: name,
		text: newSets(func(l i18n.Lang) (*text.Template, error) {
			return text.New(name+".txt").Funcs(funcs(l)).ParseFS(files, "mail/"+name+".txt")
		}),
		html: newSets(func(l i18n.Lang) (*template.Template, error) {
			set, err := template.New(name+".html").Funcs(funcs(l)).ParseFS(files, "mail/"+name+".html")
			if err == nil {
				fold(set, i18n.For(l))
			}
			return set, err
		}),
	}
}

// Write returns a mail's text and HTML in a language.
func (m *Mail[V]) Write(l i18n.Lang, view V) (plain, html string, err error) {
	texts, err := m.text[l]()
	if err != nil {
		return "", "", fmt.Errorf("mail %s: %w", m.name, err)
	}
	htmls, err := m.html[l]()
	if err != nil {
		return "", "", fmt.Errorf("mail %s: %w", m.name, err)
	}
	var p, h bytes.Buffer
	if err := texts.Execute(&p, view); err != nil {
		return "", "", fmt.Errorf("mail %s: %w", m.name, err)
	}
	if err := htmls.Execute(&h, view); err != nil {
		return "", "", fmt.Errorf("mail %s: %w", m.name, err)
	}
	return p.String(), h.String(), nil
}
