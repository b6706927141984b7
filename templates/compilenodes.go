package templates

import (
	"reflect"
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
		after, v, ok := c.declared(n, s)
		if !ok {
			return piece{}, s, errUnknown
		}
		return piece{write: keep(len(s.of), v)}, after, nil
	}
	p, err := c.node(node, s)
	return p, s, err
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

// branchOf is a node's two branches, nil where it has none.
func branchOf(node tree.Node) *tree.BranchNode {
	switch n := node.(type) {
	case *tree.IfNode:
		return &n.BranchNode
	case *tree.WithNode:
		return &n.BranchNode
	case *tree.RangeNode:
		return &n.BranchNode
	}
	return nil
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
	if err != nil || len(n.Pipe.Decl) > 0 || with && cond.of == reflect.TypeFor[mixed]() {
		return piece{}, errUnknown
	}
	if cond.same.IsValid() && !with {
		if truth(cond.same) {
			return c.list(n.List, s)
		}
		return c.list(n.ElseList, s)
	}
	inner := s
	if with {
		inner = s.at(cond)
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
	if err != nil || over.of.Kind() != reflect.Slice || len(names) > 2 || n.Pipe.IsAssign {
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
	body, err := c.list(t.Tree.Root, rooted(dot))
	if err != nil || body.write == nil {
		return body, err
	}
	return piece{write: func(o *out, outer reflect.Value) {
		inner := dot.in(o, outer)
		if o.err != nil {
			return
		}
		vars := o.vars
		o.vars = append(make([]reflect.Value, 0, 4), inner)
		body.write(o, inner)
		o.vars = vars
	}}, nil
}
