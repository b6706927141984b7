package templates

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"maps"
	"reflect"
	"sync"
	tree "text/template/parse"
)

// out is what a compiled page is written into, with the values of the variables
// in sight.
type out struct {
	text []byte
	vars []reflect.Value
	err  error
}

// op writes a piece of a template for a dot.
type op func(o *out, dot reflect.Value)

// scope is what is known of a place in a template before it runs: its dot, and
// the type of the variables in sight, by slot.
type scope struct {
	dot  value
	root value // $: what the template was called with
	vars map[string]int
	of   []reflect.Type // by slot
}

// compiler turns an escaped set into functions on the types of its view: a
// third of a request was the general interpreter of text/template
// (docs/decisions/0020).
type compiler struct {
	set   *template.Template
	funcs template.FuncMap
	deep  int // templates within templates
}

// errUnknown says that a page stays with the interpreter.
var errUnknown = errors.New("not compiled")

// writer writes the views of a set: compiled, or else by the interpreter.
type writer struct {
	set      *template.Template
	compiled op
}

// compile has a set escaped and compiles it for a view's type; where something
// in it is not known here, all of it stays with the interpreter. Only an error of
// the template itself is one: of escaping.
func compile(set *template.Template, funcs template.FuncMap, view reflect.Type) (*writer, error) {
	var wrong *template.Error
	if err := set.Execute(io.Discard, reflect.New(view).Elem().Interface()); errors.As(err, &wrong) {
		return nil, err
	}
	c := &compiler{set: set, funcs: funcs}
	page, err := c.list(set.Tree.Root, rooted(value{of: view}))
	if err != nil {
		return &writer{set: set}, nil
	}
	return &writer{compiled: page.op()}, nil
}

// write appends a view as the set writes it. A function that panics is an error,
// as in text/template.
func (w *writer) write(to []byte, view any) (text []byte, err error) {
	if w.compiled == nil {
		b := bytes.NewBuffer(to)
		err := w.set.Execute(b, view)
		return b.Bytes(), err
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	v := reflect.ValueOf(view)
	o := out{text: to, vars: append(make([]reflect.Value, 0, 16), v)}
	w.compiled(&o, v)
	return o.text, o.err
}

// texts are what pages are written into, kept for the next one.
var texts = sync.Pool{New: func() any { return new([]byte) }}

// declared is the scope after an action, with the variable that it declares and
// its value; not ok where that is not known.
func (c *compiler) declared(n *tree.ActionNode, s scope) (after scope, v value, ok bool) {
	if len(n.Pipe.Decl) != 1 {
		return s, v, false
	}
	v, err := c.pipe(n.Pipe, s)
	if err != nil || v.fields != nil {
		return s, v, false
	}
	return s.declare(n.Pipe.Decl[0].Ident[0], v.of), v, true
}

// declare is the scope with one more variable.
func (s scope) declare(name string, of reflect.Type) scope {
	vars := maps.Clone(s.vars)
	vars[name] = len(s.of)
	s.vars, s.of = vars, append(s.of[:len(s.of):len(s.of)], of)
	return s
}

// at is the scope with another dot.
func (s scope) at(dot value) scope {
	s.dot = dot.asDot()
	return s
}

// rooted is the scope of a template that is called with a dot.
func rooted(dot value) scope {
	s, _ := framed(dot)
	return s
}
