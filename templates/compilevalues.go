package templates

import (
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"slices"
	"strconv"
	"strings"
	tree "text/template/parse"
)

// value is an expression of a template: its type, and how it comes from a dot.
// The zero in is the dot itself; same is set where it is always the same. What
// dict puts together has fields, and is no value when the page is written.
type value struct {
	of     reflect.Type
	from   func(o *out, dot reflect.Value) reflect.Value
	same   reflect.Value
	fields map[string]value
}

// record is the type of what has fields, absent of a field that it has not.
type (
	record struct{}
	absent struct{}
)

func (v value) known() bool { return v.of != nil }

func (v value) in(o *out, dot reflect.Value) reflect.Value {
	switch {
	case v.same.IsValid():
		return v.same
	case v.from == nil:
		return dot
	}
	return v.from(o, dot)
}

func constant(v any) value {
	r := reflect.ValueOf(v)
	return value{of: r.Type(), same: r}
}

// asDot is a value as the dot of what it is handed to.
func (v value) asDot() value { return value{of: v.of, same: v.same, fields: v.fields} }

// truth is what text/template holds for true.
func truth(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Invalid: // nothing under a name of a map
		return false
	case reflect.Bool:
		return v.Bool()
	case reflect.String, reflect.Slice:
		return v.Len() > 0
	case reflect.Struct:
		return v.Type() != reflect.TypeFor[absent]()
	}
	yes, _ := template.IsTrue(v.Interface())
	return yes
}

// pipe compiles a pipe of one command; the escapers behind it are for print.
func (c *compiler) pipe(p *tree.PipeNode, s scope) (value, error) {
	if len(p.Cmds) != 1 {
		return value{}, errUnknown
	}
	return c.command(p.Cmds[0], s)
}

func (c *compiler) command(cmd *tree.CommandNode, s scope) (value, error) {
	if name, ok := cmd.Args[0].(*tree.IdentifierNode); ok {
		var args []value
		for _, node := range cmd.Args[1:] {
			arg, err := c.arg(node, s)
			if err != nil {
				return value{}, err
			}
			args = append(args, arg)
		}
		return c.function(name.Ident, args)
	}
	if len(cmd.Args) != 1 {
		return value{}, errUnknown
	}
	return c.arg(cmd.Args[0], s)
}

func (c *compiler) arg(node tree.Node, s scope) (value, error) {
	switch n := node.(type) {
	case *tree.StringNode:
		return constant(n.Text), nil
	case *tree.NumberNode:
		if n.IsInt && !strings.ContainsAny(n.Text, "'.eEpPxX") { // others are texts' or fractions' by their looks
			return constant(int(n.Int64)), nil
		}
	case *tree.BoolNode:
		return constant(n.True), nil
	case *tree.DotNode:
		if s.dot.known() {
			return s.dot, nil
		}
	case *tree.FieldNode:
		return chain(value{of: s.dot.of, fields: s.dot.fields}, n.Ident)
	case *tree.VariableNode:
		if n.Ident[0] == "$" {
			return chain(s.root, n.Ident[1:])
		}
		slot, ok := s.vars[n.Ident[0]]
		if ok && s.of[slot] != nil {
			return chain(value{of: s.of[slot], from: func(o *out, _ reflect.Value) reflect.Value { return o.vars[slot] }}, n.Ident[1:])
		}
	case *tree.PipeNode:
		return c.pipe(n, s)
	}
	return value{}, errUnknown
}

// chain follows fields of structs, through pointers that are set, and keys of
// maps.
func chain(v value, names []string) (value, error) {
	for _, name := range names {
		if v.fields != nil {
			v = v.field(name)
			continue
		}
		if v.of == nil {
			return value{}, errUnknown
		}
		var err error
		if v, err = step(v, name); err != nil {
			return value{}, err
		}
	}
	if v.of == nil || v.of.Kind() == reflect.Interface {
		return value{}, errUnknown
	}
	return v, nil
}

// field is what a record has under a name.
func (v value) field(name string) value {
	if f, ok := v.fields[name]; ok {
		return f
	}
	return constant(absent{})
}

// step is one field of a struct, also behind a pointer, or one key of a map.
func step(v value, name string) (value, error) {
	if _, method := v.of.MethodByName(name); method {
		return value{}, errUnknown
	}
	if isMap(v.of) {
		return keyed(v, constant(name), reflect.Value{}), nil
	}
	of := v.of
	if of.Kind() == reflect.Pointer {
		v, of = behind(v, name), of.Elem()
	}
	if of.Kind() != reflect.Struct {
		return value{}, errUnknown
	}
	f, ok := of.FieldByName(name)
	if !ok || !f.IsExported() {
		return value{}, errUnknown
	}
	return value{of: f.Type, from: func(o *out, dot reflect.Value) reflect.Value {
		from := v.in(o, dot)
		if o.err == nil {
			if from, o.err = from.FieldByIndexErr(f.Index); o.err == nil {
				return from
			}
		}
		return reflect.Zero(f.Type)
	}}, nil
}

// behind is what a pointer points to; nothing is an error, as in text/template.
func behind(v value, name string) value {
	return value{of: v.of.Elem(), from: func(o *out, dot reflect.Value) reflect.Value {
		p := v.in(o, dot)
		if o.err == nil && p.IsNil() {
			o.err = fmt.Errorf("%s of nothing", name)
		}
		if o.err != nil {
			return reflect.Zero(v.of.Elem())
		}
		return p.Elem()
	}}
}

// isMap reports whether a type is a map of texts or of marks by name.
func isMap(t reflect.Type) bool {
	return t == reflect.TypeFor[map[string]string]() || t == reflect.TypeFor[map[string]bool]()
}

// keyed is what a map has under a key, or what stands for nothing: the zero value
// for index, no value at all for a name.
func keyed(m, key value, nothing reflect.Value) value {
	of := m.of.Elem()
	return value{of: of, from: func(o *out, dot reflect.Value) reflect.Value {
		in, at := m.in(o, dot), key.in(o, dot)
		if o.err == nil && !at.IsValid() {
			o.err = errors.New("index by nothing")
		}
		if o.err == nil {
			if found := in.MapIndex(at); found.IsValid() {
				return found
			}
		}
		return nothing
	}}
}

// print compiles an action: a value and the escapers that html/template put
// behind it.
func (c *compiler) print(p *tree.PipeNode, s scope) (piece, error) {
	v, err := c.command(p.Cmds[0], s)
	nothing := err == nil && v.of == reflect.TypeFor[absent]()
	if err != nil || !nothing && !plainType(v.of) || len(p.Decl) > 0 {
		return piece{}, errUnknown
	}
	var names []string
	for _, cmd := range p.Cmds[1:] {
		name, ok := cmd.Args[0].(*tree.IdentifierNode)
		if !ok || len(cmd.Args) != 1 {
			return piece{}, errUnknown
		}
		names = append(names, name.Ident)
	}
	write, err := printed(v, names)
	if err != nil || nothing { // for which these escapers write nothing
		return piece{}, err
	}
	if v.same.IsValid() {
		var o out
		write(&o, reflect.Value{})
		return piece{text: o.text}, o.err
	}
	return piece{write: write}, nil
}

// printed writes a text through its escapers, or a number, which none of them
// changes. Without any it was not escaped, and stays.
func printed(v value, escapers []string) (op, error) {
	escape, err := escaping(escapers)
	if err != nil {
		return nil, err
	}
	if v.of.Kind() == reflect.String {
		return func(o *out, dot reflect.Value) {
			if text := v.in(o, dot); o.err == nil && text.IsValid() {
				o.text, o.err = escape(o.text, text.String())
			}
		}, nil
	}
	return func(o *out, dot reflect.Value) {
		if n := v.in(o, dot); o.err == nil {
			o.text = strconv.AppendInt(o.text, n.Int(), 10)
		}
	}, nil
}

// plainType reports whether values of a type print as what they are, texts or
// whole numbers: no texts that html/template trusts, and nothing with words of
// its own.
func plainType(t reflect.Type) bool {
	return (t.Kind() == reflect.String || isInt(t)) && t.PkgPath() != "html/template" && !slices.ContainsFunc(wordy, func(w reflect.Type) bool { return reflect.PointerTo(t).Implements(w) })
}

// wordy are what types implement that print otherwise than their kind.
var wordy = []reflect.Type{reflect.TypeFor[fmt.Stringer](), reflect.TypeFor[error](), reflect.TypeFor[fmt.Formatter]()}

func isList(t reflect.Type) bool { return t.Kind() == reflect.Slice || t.Kind() == reflect.Array }
