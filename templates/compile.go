package templates

import (
	"errors"
	"html/template"
	"io"
	"reflect"
	"slices"
	"strconv"
	"sync"
	tree "text/template/parse"
)

// rowsFunc is how a template calls the rows that were compiled out of it.
const rowsFunc = "_rows"

// out is what compiled rows write into, with the values of their variables.
type out struct {
	text []byte
	vars []reflect.Value
	err  error
}

// op writes a piece of a template for a dot.
type op func(o *out, dot reflect.Value)

// scope is what is known of a place in a template before it runs: the type of
// its dot and of the variables in sight, by slot.
type scope struct {
	dot  value
	vars map[string]int
	of   []reflect.Type // by slot
}

// compiler turns the loops of an escaped set into functions on the types of its
// view. Lists spent half of their time in the general interpreter of
// text/template; what a page does not loop over stays with it, and so does every
// loop with something in it that is not known here (docs/decisions/0020).
type compiler struct {
	set   *template.Template
	funcs template.FuncMap
	calls map[string]int // of each template of the set
	loops []func(dot, root any, vars []any) (string, error)
	deep  int // templates within templates
}

// errUnknown says that a piece stays with the interpreter.
var errUnknown = errors.New("not compiled")

// compileRows has a set escaped and compiles its loops over a view's type. Only
// an error of the template itself is one: of escaping.
func compileRows(set *template.Template, funcs template.FuncMap, view reflect.Type) error {
	c := &compiler{set: set, funcs: funcs}
	funcs[rowsFunc] = func(loop int, dot, root any, vars ...any) (string, error) { return c.loops[loop](dot, root, vars) }
	set.Funcs(funcs)
	var wrong *template.Error
	if err := set.Execute(io.Discard, reflect.New(view).Elem().Interface()); errors.As(err, &wrong) {
		return err
	}
	c.calls = callsIn(set)
	c.template(set.Tree.Root, value{of: view})
	return nil
}

// template looks for loops in a template that is called with a dot. Where it
// gives a name another value later on, its type is not known, and all stays.
func (c *compiler) template(root *tree.ListNode, dot value) {
	if !holds(root, func(node tree.Node) bool {
		n, ok := node.(*tree.ActionNode)
		return ok && n.Pipe.IsAssign
	}) {
		c.within(root, rooted(dot))
	}
}

// within looks for loops in a list outside of any, and follows the templates
// that it calls. What changes the scope in a way not known here ends the search
// there.
func (c *compiler) within(list *tree.ListNode, s scope) {
	if list == nil {
		return
	}
	for i, node := range list.Nodes {
		if b := branchOf(node); b != nil && b.NodeType != tree.NodeRange && len(b.Pipe.Decl) > 0 {
			continue // a name of its own
		}
		switch n := node.(type) {
		case *tree.ActionNode:
			var ok bool
			if s, _, ok = c.declared(n, s); !ok {
				return // loops further on may use it
			}
		case *tree.IfNode:
			c.within(n.List, s)
			c.within(n.ElseList, s)
		case *tree.WithNode:
			if v, err := c.pipe(n.Pipe, s); err == nil {
				c.within(n.List, s.at(v))
			}
			c.within(n.ElseList, s)
		case *tree.TemplateNode:
			c.called(n, s)
		case *tree.RangeNode:
			list.Nodes[i] = c.loop(n, s)
		}
	}
}

// declared is the scope after an action, with the variable that it declares and
// its value; not ok where that is not known.
func (c *compiler) declared(n *tree.ActionNode, s scope) (after scope, v value, ok bool) {
	if len(n.Pipe.Decl) != 1 || n.Pipe.IsAssign {
		return s, v, len(n.Pipe.Decl) == 0
	}
	v, err := c.pipe(n.Pipe, s)
	if err != nil {
		return s, v, false
	}
	return s.declare(n.Pipe.Decl[0].Ident[0], v.of), v, true
}

// called looks into a template that one place calls only, so that its loops
// have one type.
func (c *compiler) called(n *tree.TemplateNode, s scope) {
	t := c.set.Lookup(n.Name)
	if n.Pipe == nil || t == nil || t.Tree == nil || c.calls[n.Name] != 1 {
		return
	}
	if dot, err := c.pipe(n.Pipe, s); err == nil {
		c.template(t.Tree.Root, dot)
	}
}

// callsIn counts how often the templates of a set are called.
func callsIn(set *template.Template) map[string]int {
	n := map[string]int{}
	for _, t := range set.Templates() {
		if t.Tree != nil {
			holds(t.Tree.Root, func(node tree.Node) bool {
				if call, ok := node.(*tree.TemplateNode); ok {
					n[call.Name]++
				}
				return false
			})
		}
	}
	return n
}

// holds reports whether a node of a list, at any depth, is what is looked for.
func holds(list *tree.ListNode, sought func(node tree.Node) bool) bool {
	return list != nil && slices.ContainsFunc(list.Nodes, func(node tree.Node) bool {
		b := branchOf(node)
		return sought(node) || b != nil && (holds(b.List, sought) || holds(b.ElseList, sought))
	})
}

// rowTexts are what lists are written into, kept for the next one.
var rowTexts = sync.Pool{New: func() any { return new([]byte) }}

// loop compiles one loop and returns the call that takes its place; the loop
// itself where it stays, with the loops within it compiled.
func (c *compiler) loop(n *tree.RangeNode, s scope) tree.Node {
	rows := *n
	rows.ElseList = nil // for an empty list: stays with the interpreter
	write, err := c.ranged(&rows, s)
	if err != nil {
		if over, err := c.pipe(n.Pipe, s); err == nil && over.of.Kind() == reflect.Slice && len(n.Pipe.Decl) == 0 {
			c.within(n.List, s.at(value{of: over.of.Elem()}))
		}
		return n
	}
	kinds := s.of
	c.loops = append(c.loops, func(dot, root any, vars []any) (string, error) {
		text := rowTexts.Get().(*[]byte)
		defer rowTexts.Put(text)
		o := out{text: (*text)[:0], vars: make([]reflect.Value, 0, len(kinds)+8)}
		for i, v := range append([]any{root}, vars...) {
			if v == nil { // a name that a map does not have
				o.vars = append(o.vars, reflect.Zero(kinds[i]))
				continue
			}
			o.vars = append(o.vars, reflect.ValueOf(v))
		}
		write(&o, reflect.ValueOf(dot))
		*text = o.text // grown to the size of lists
		return string(o.text), o.err
	})
	return instead(n, c.rowsCall(n, s))
}

// rowsCall is the action that runs the loop compiled last: with its number, the
// dot, the root and the variables in sight.
func (c *compiler) rowsCall(n *tree.RangeNode, s scope) *tree.ActionNode {
	number := len(c.loops) - 1
	args := []tree.Node{
		tree.NewIdentifier(rowsFunc), &tree.NumberNode{NodeType: tree.NodeNumber, IsInt: true, IsUint: true, Int64: int64(number), Uint64: uint64(number), Text: strconv.Itoa(number)},
		&tree.DotNode{NodeType: tree.NodeDot}, &tree.VariableNode{NodeType: tree.NodeVariable, Ident: []string{"$"}},
	}
	names := make([]string, len(s.of))
	for name, slot := range s.vars {
		names[slot] = name
	}
	for _, name := range names[1:] {
		if name == "" { // hidden by a later one of its name
			args = append(args, &tree.BoolNode{NodeType: tree.NodeBool})
			continue
		}
		args = append(args, &tree.VariableNode{NodeType: tree.NodeVariable, Ident: []string{name}})
	}
	call := &tree.CommandNode{NodeType: tree.NodeCommand, Pos: n.Pos, Args: args}
	return &tree.ActionNode{NodeType: tree.NodeAction, Pos: n.Pos, Line: n.Line, Pipe: &tree.PipeNode{NodeType: tree.NodePipe, Pos: n.Pos, Line: n.Line, Cmds: []*tree.CommandNode{call}}}
}

// instead puts a loop's call in its place, beside what stands there for an
// empty list.
func instead(n *tree.RangeNode, call *tree.ActionNode) tree.Node {
	if n.ElseList == nil {
		return call
	}
	over := *n.Pipe
	over.Decl = nil
	return &tree.IfNode{BranchNode: tree.BranchNode{
		NodeType: tree.NodeIf, Pos: n.Pos, Line: n.Line, Pipe: &over, ElseList: n.ElseList,
		List: &tree.ListNode{NodeType: tree.NodeList, Pos: n.Pos, Nodes: []tree.Node{call}},
	}}
}

// declare is the scope with one more variable.
func (s scope) declare(name string, of reflect.Type) scope {
	vars := map[string]int{}
	for k, v := range s.vars {
		vars[k] = v
	}
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
	return scope{dot: dot.asDot(), vars: map[string]int{"$": 0}, of: []reflect.Type{dot.of}}
}
