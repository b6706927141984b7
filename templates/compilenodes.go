package templates

import (
	"maps"
	"reflect"
	"slices"
	tree "text/template/parse"
)

// piece is a compiled part of a template: what writes it, or (nil) the text
// that it always is.
type piece struct {
	write op
	text  []byte
}

func (p piece) op() op {
	if p.write != nil {
		return p.write
	}
	return fixed(p.text)
}

// list compiles the nodes of a list; texts beside each other become one.
func (c *compiler) list(l *tree.ListNode, s scope) (piece, error) {
	var ops []op
	var text []byte
	flush := func() {
		if len(text) > 0 {
			ops, text = append(ops, fixed(text)), nil
		}
	}
	if l == nil {
		return piece{}, nil
	}
	for _, node := range l.Nodes {
		p, after, err := c.next(node, s)
		if err != nil {
			return piece{}, err
		}
		s = after
		if p.write == nil {
			text = append(text, p.text...)
			continue
		}
		flush()
		ops = append(ops, p.write)
	}
	if len(ops) == 0 {
		return piece{text: text}, nil
	}
	flush()
	return piece{write: inTurn(ops)}, nil
}

// next compiles a node, after which the scope may know a variable more.
func (c *compiler) next(node tree.Node, s scope) (piece, scope, error) {
	if n, ok := node.(*tree.ActionNode); ok && len(n.Pipe.Decl) > 0 {
		if n.Pipe.IsAssign {
			p, err := c.assigned(n, s)
			return p, s, err
		}
		after, v, ok := c.declared(n, s)
		if !ok {
			return piece{}, s, errUnknown
		}
		return piece{write: keep(len(s.of), v)}, after, nil
	}
	p, err := c.node(node, s)
	return p, s, err
}

// assigned gives a variable another value of its type.
func (c *compiler) assigned(n *tree.ActionNode, s scope) (piece, error) {
	slot, ok := s.vars[n.Pipe.Decl[0].Ident[0]]
	v, err := c.pipe(n.Pipe, s)
	if err != nil || !ok || slot == 0 || len(n.Pipe.Decl) != 1 || s.of[slot] != v.of || v.fields != nil {
		return piece{}, errUnknown
	}
	return piece{write: keep(slot, v)}, nil
}

func fixed(text []byte) op {
	return func(o *out, _ reflect.Value) { o.text = append(o.text, text...) }
}

// keep puts a variable's value into its slot.
func keep(slot int, v value) op {
	return func(o *out, dot reflect.Value) { o.set(slot, v.in(o, dot)) }
}

func (o *out) set(slot int, v reflect.Value) {
	for len(o.vars) <= slot {
		o.vars = append(o.vars, reflect.Value{})
	}
	o.vars[slot] = v
}

func inTurn(ops []op) op {
	if len(ops) == 1 {
		return ops[0]
	}
	return func(o *out, dot reflect.Value) {
		for _, do := range ops {
			if do(o, dot); o.err != nil {
				return
			}
		}
	}
}

func (c *compiler) node(node tree.Node, s scope) (piece, error) {
	switch n := node.(type) {
	case *tree.TextNode:
		return piece{text: n.Text}, nil
	case *tree.CommentNode:
		return piece{}, nil
	case *tree.ActionNode:
		return c.print(n.Pipe, s)
	case *tree.IfNode:
		return c.branch(&n.BranchNode, s, false)
	case *tree.WithNode:
		return c.branch(&n.BranchNode, s, true)
	case *tree.RangeNode:
		write, err := c.ranged(n, s)
		return piece{write: write}, err
	case *tree.TemplateNode:
		return c.call(n, s)
	}
	return piece{}, errUnknown
}

func (c *compiler) branch(n *tree.BranchNode, s scope, with bool) (piece, error) {
	cond, err := c.pipe(n.Pipe, s)
	if err != nil || len(n.Pipe.Decl) > 0 || cond.fields != nil || with && cond.of == reflect.TypeFor[mixed]() {
		return piece{}, errUnknown
	}
	inner := s
	if with {
		inner = s.at(cond)
	}
	if cond.same.IsValid() {
		if truth(cond.same) {
			return c.list(n.List, inner)
		}
		return c.list(n.ElseList, s)
	}
	yes, no, err := c.both(n, inner, s)
	if err != nil {
		return piece{}, err
	}
	return piece{write: func(o *out, dot reflect.Value) {
		v := cond.in(o, dot)
		switch {
		case o.err != nil:
		case !truth(v):
			no(o, dot)
		case with:
			yes(o, v)
		default:
			yes(o, dot)
		}
	}}, nil
}

// both compiles a node's two branches, each in its scope.
func (c *compiler) both(n *tree.BranchNode, inner, s scope) (yes, no op, err error) {
	then, err := c.list(n.List, inner)
	if err != nil {
		return nil, nil, err
	}
	otherwise, err := c.list(n.ElseList, s)
	if err != nil {
		return nil, nil, err
	}
	return then.op(), otherwise.op(), nil
}

// ranged compiles a loop over a slice, with at most an index and an element
// as its variables.
func (c *compiler) ranged(n *tree.RangeNode, s scope) (op, error) {
	over, err := c.pipe(n.Pipe, s)
	names := n.Pipe.Decl
	if err == nil && over.of == reflect.TypeFor[absent]() {
		none, err := c.list(n.ElseList, s)
		return none.op(), err
	}
	if err != nil || !isList(over.of) || len(names) > 2 || n.Pipe.IsAssign {
		return nil, errUnknown
	}
	slot, inner := len(s.of), s.at(value{of: over.of.Elem()})
	if len(names) == 2 {
		inner = inner.declare(names[0].Ident[0], reflect.TypeFor[int]())
	}
	if len(names) > 0 {
		inner = inner.declare(names[len(names)-1].Ident[0], over.of.Elem())
	}
	each, none, err := c.both(&n.BranchNode, inner, s)
	if err != nil {
		return nil, err
	}
	return func(o *out, dot reflect.Value) {
		rows := over.in(o, dot)
		if o.err == nil && rows.Len() == 0 {
			none(o, dot)
		}
		for i := 0; o.err == nil && i < rows.Len(); i++ {
			o.name(slot, len(names), i, rows.Index(i))
			each(o, rows.Index(i))
		}
	}, nil
}

// name gives a loop's variables, none to two of them, their values.
func (o *out) name(slot, names, i int, row reflect.Value) {
	if names == 2 {
		o.set(slot, reflect.ValueOf(i))
	}
	if names > 0 {
		o.set(slot+names-1, row)
	}
}

// call compiles a template for the dot that it is called with, a fixed one
// among them: a sign drawn for one state is a text.
func (c *compiler) call(n *tree.TemplateNode, s scope) (piece, error) {
	t := c.set.Lookup(n.Name)
	if t == nil || t.Tree == nil || c.deep > 8 || n.Pipe == nil {
		return piece{}, errUnknown
	}
	dot, err := c.pipe(n.Pipe, s)
	if err != nil || !dot.known() {
		return piece{}, errUnknown
	}
	c.deep++
	defer func() { c.deep-- }()
	inner, fills := framed(dot)
	body, err := c.list(t.Tree.Root, inner)
	if err != nil || body.write == nil && !slices.ContainsFunc(fills, func(v value) bool { return v.from != nil && !v.same.IsValid() }) {
		return body, err
	}
	write := body.op()
	return piece{write: func(o *out, outer reflect.Value) {
		frame := make([]reflect.Value, len(fills), len(fills)+4)
		for i, v := range fills {
			if frame[i] = v.in(o, outer); o.err != nil {
				return
			}
		}
		vars := o.vars
		o.vars = frame
		write(o, frame[0])
		o.vars = vars
	}}, nil
}

// framed is the scope of a template that is called with a dot, and what its
// variables hold at first: the dot, and the fields of a record.
func framed(dot value) (scope, []value) {
	s, fills := scope{vars: map[string]int{"$": 0}, of: []reflect.Type{dot.of}}, []value{dot}
	var placed func(v value) value
	placed = func(v value) value {
		if v.fields == nil {
			slot := len(fills)
			s.of, fills = append(s.of, v.of), append(fills, v)
			return value{of: v.of, same: v.same, from: func(o *out, _ reflect.Value) reflect.Value { return o.vars[slot] }}
		}
		r := value{of: v.of, fields: map[string]value{}}
		for _, name := range slices.Sorted(maps.Keys(v.fields)) {
			r.fields[name] = placed(v.fields[name])
		}
		return r
	}
	if dot.fields == nil {
		s.dot, s.root = dot.asDot(), value{of: dot.of, same: dot.same, from: func(o *out, _ reflect.Value) reflect.Value { return o.vars[0] }}
		return s, fills
	}
	fills[0] = constant(record{})
	s.root = placed(dot)
	s.dot = s.root
	return s, fills
}
