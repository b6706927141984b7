package templates

import (
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"slices"
)

// pure are the functions whose result depends on their arguments only, so that
// it can be written into the set when all of them are fixed.
var pure = []string{"t", "asset", "lang", "eq", "ne", "not", "and", "or", "print"}

// function compiles a call.
func (c *compiler) function(name string, args []value) (value, error) {
	if name == "dict" {
		return dictOf(args)
	}
	if slices.ContainsFunc(args, func(a value) bool { return a.fields != nil }) {
		return value{}, errUnknown
	}
	v, err := c.builtin(name, args)
	if errors.Is(err, errUnknown) {
		v, err = c.own(name, args)
	}
	if err != nil {
		return value{}, err
	}
	if slices.Contains(pure, name) && !slices.ContainsFunc(args, func(a value) bool { return !a.same.IsValid() }) {
		var o out
		if same := v.in(&o, reflect.Value{}); o.err == nil {
			v = value{of: v.of, same: same}
		}
	}
	return v, nil
}

// dictOf is what dict puts together of names, which are fixed, and values.
func dictOf(args []value) (value, error) {
	v := value{of: reflect.TypeFor[record](), fields: map[string]value{}}
	for i := 0; i < len(args); i += 2 {
		if i+1 == len(args) || args[i].of != reflect.TypeFor[string]() || !args[i].same.IsValid() {
			return value{}, errUnknown
		}
		name := args[i].same.String()
		if _, twice := v.fields[name]; twice { // the first one, too, may fail
			return value{}, errUnknown
		}
		v.fields[name] = args[i+1]
	}
	return v, nil
}

// mixed is the type of what is one of several, which only its truth is asked of.
type mixed struct{}

// builtin compiles what text/template itself brings, as far as lists use it.
func (c *compiler) builtin(name string, args []value) (value, error) {
	switch {
	case name == "not" && len(args) == 1:
		return value{of: reflect.TypeFor[bool](), from: func(o *out, dot reflect.Value) reflect.Value {
			v := args[0].in(o, dot)
			return reflect.ValueOf(o.err == nil && !truth(v))
		}}, nil
	case name == "len" && len(args) == 1 && isList(args[0].of):
		return value{of: reflect.TypeFor[int](), from: func(o *out, dot reflect.Value) reflect.Value {
			v := args[0].in(o, dot)
			if o.err != nil {
				return reflect.ValueOf(0)
			}
			return reflect.ValueOf(v.Len())
		}}, nil
	case (name == "and" || name == "or") && len(args) > 0:
		return either(args, name == "or"), nil
	case name == "index" && len(args) == 2:
		return indexed(args[0], args[1])
	case (name == "eq" || name == "ne") && len(args) == 2 && sameKind(args[0].of, args[1].of):
		return value{of: reflect.TypeFor[bool](), from: func(o *out, dot reflect.Value) reflect.Value {
			a, b := args[0].in(o, dot), args[1].in(o, dot)
			return reflect.ValueOf(o.err == nil && equal(a, b) == (name == "eq"))
		}}, nil
	}
	return value{}, errUnknown
}

// either is the first value that is true, or that is not; else the last.
func either(args []value, sought bool) value {
	of := args[0].of
	if slices.ContainsFunc(args, func(a value) bool { return a.of != of }) {
		of = reflect.TypeFor[mixed]()
	}
	return value{of: of, from: func(o *out, dot reflect.Value) (v reflect.Value) {
		for _, a := range args {
			if v = a.in(o, dot); o.err != nil || truth(v) == sought {
				break
			}
		}
		return v
	}}
}

// sameKind reports whether two types are compared by their text, number or
// truth.
func sameKind(a, b reflect.Type) bool {
	return a.Kind() == b.Kind() && (a.Kind() == reflect.String || a.Kind() == reflect.Bool) || isInt(a) && isInt(b)
}

func isInt(t reflect.Type) bool { return t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64 }

// indexed is what a list has at a place, or a map under a name.
func indexed(in, at value) (value, error) {
	switch {
	case in.of.Kind() == reflect.Map && in.of.Key() == at.of && at.of == reflect.TypeFor[string]():
		return keyed(in, at, reflect.Zero(in.of.Elem())), nil
	case !isList(in.of) || at.of != reflect.TypeFor[int]():
		return value{}, errUnknown
	}
	of := in.of.Elem()
	return value{of: of, from: func(o *out, dot reflect.Value) reflect.Value {
		list, i := in.in(o, dot), at.in(o, dot)
		if o.err == nil && (i.Int() < 0 || i.Int() >= int64(list.Len())) {
			o.err = fmt.Errorf("index %d of %d", i.Int(), list.Len())
		}
		if o.err != nil {
			return reflect.Zero(of)
		}
		return list.Index(int(i.Int()))
	}}, nil
}

func equal(a, b reflect.Value) bool {
	if !a.IsValid() || !b.IsValid() {
		return a.IsValid() == b.IsValid()
	}
	switch a.Kind() {
	case reflect.String:
		return a.String() == b.String()
	case reflect.Bool:
		return a.Bool() == b.Bool()
	}
	return a.Int() == b.Int()
}

// general are text/template's functions that are written as they stand.
var general = template.FuncMap{"print": fmt.Sprint, "printf": fmt.Sprintf}

// own compiles a call of one of Amal's functions, or a general one.
func (c *compiler) own(name string, args []value) (value, error) {
	called := c.funcs[name]
	if called == nil {
		called = general[name]
	}
	if called == nil {
		return value{}, errUnknown
	}
	f := reflect.ValueOf(called)
	result := f.Type().Out(0)
	if f.Type().NumOut() != 1 || result.Kind() == reflect.Interface || !takes(f.Type(), args) {
		return value{}, errUnknown
	}
	return value{of: result, from: func(o *out, dot reflect.Value) reflect.Value {
		in := make([]reflect.Value, len(args))
		for i, a := range args {
			if in[i] = a.in(o, dot); o.err == nil && !in[i].IsValid() {
				in[i] = nothingFor(o, f.Type(), i)
			}
			if o.err != nil {
				return reflect.Zero(result)
			}
		}
		return f.Call(in)[0]
	}}, nil
}

// nothingFor is what a function gets where a map has nothing under a name: nil,
// if it takes that.
func nothingFor(o *out, f reflect.Type, i int) reflect.Value {
	of := f.In(min(i, f.NumIn()-1))
	if f.IsVariadic() && i >= f.NumIn()-1 {
		of = of.Elem()
	}
	if of.Kind() != reflect.Interface {
		o.err = errors.New("nothing for a function")
	}
	return reflect.Zero(of)
}

// takes reports whether a function can be called with these arguments.
func takes(f reflect.Type, args []value) bool {
	fixed := f.NumIn()
	if f.IsVariadic() {
		fixed--
	}
	if len(args) < fixed || len(args) > fixed && !f.IsVariadic() {
		return false
	}
	for i, a := range args {
		in := f.In(min(i, f.NumIn()-1))
		if i >= fixed {
			in = in.Elem()
		}
		if !a.of.AssignableTo(in) || a.of == reflect.TypeFor[mixed]() || a.of == reflect.TypeFor[absent]() {
			return false
		}
	}
	return true
}
