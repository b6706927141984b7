package templates

import (
	"errors"
	"reflect"
	"slices"
)

// pure are the functions whose result depends on their arguments only, so that
// it can be written into the set when all of them are fixed.
var pure = []string{"t", "asset", "lang", "eq", "ne", "not", "and", "or"}

// function compiles a call.
func (c *compiler) function(name string, args []value) (value, error) {
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
	case (name == "and" || name == "or") && len(args) > 0:
		return either(args, name == "or"), nil
	case name == "index" && len(args) == 2 && isMap(args[0].of) && args[1].of == reflect.TypeFor[string]():
		return keyed(args[0], args[1]), nil
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
	return a.Kind() == b.Kind() && (a.Kind() == reflect.String || a.Kind() == reflect.Bool || a.Kind() >= reflect.Int && a.Kind() <= reflect.Int64)
}

func equal(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.String:
		return a.String() == b.String()
	case reflect.Bool:
		return a.Bool() == b.Bool()
	}
	return a.Int() == b.Int()
}

// own compiles a call of one of Amal's functions.
func (c *compiler) own(name string, args []value) (value, error) {
	if c.funcs[name] == nil {
		return value{}, errUnknown
	}
	f := reflect.ValueOf(c.funcs[name])
	result := f.Type().Out(0)
	if f.Type().NumOut() != 1 || result.Kind() == reflect.Interface || !takes(f.Type(), args) {
		return value{}, errUnknown
	}
	return value{of: result, from: func(o *out, dot reflect.Value) reflect.Value {
		in := make([]reflect.Value, len(args))
		for i, a := range args {
			if in[i] = a.in(o, dot); o.err != nil {
				return reflect.Zero(result)
			}
		}
		return f.Call(in)[0]
	}}, nil
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
		if !a.of.AssignableTo(in) {
			return false
		}
	}
	return true
}
