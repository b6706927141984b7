package templates

import (
	"bytes"
	"html/template"
	"strings"
	"sync"
	tree "text/template/parse"
)

// escaper appends a text as it may stand in its place.
type escaper func(to []byte, text string) ([]byte, error)

// safe are the characters that none of html/template's escapers for a place
// changes: letters, digits and a few more. Whatever else a text holds goes
// through these escapers themselves.
var safe = func() (set struct{ text, address, query [256]bool }) {
	for b := range 256 {
		letter := b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
		set.text[b] = letter || b >= 0x80 || strings.IndexByte(" -_.,:;!?/()[]{}=%*@#~^|$\n\t", byte(b)) >= 0
		set.address[b] = letter || strings.IndexByte("-_./", byte(b)) >= 0
		set.query[b] = letter || strings.IndexByte("-_.", byte(b)) >= 0
	}
	return set
}()

// escaping returns the escaper for the functions that html/template put behind
// an action.
func escaping(names []string) (escaper, error) {
	if len(names) == 0 {
		return nil, errUnknown
	}
	allowed := &safe.text
	for _, name := range names {
		switch name {
		case "_html_template_htmlescaper", "_html_template_attrescaper", "_html_template_rcdataescaper":
		case "_html_template_urlfilter", "_html_template_urlnormalizer":
			if allowed != &safe.query {
				allowed = &safe.address
			}
		case "_html_template_urlescaper":
			allowed = &safe.query
		default:
			return nil, errUnknown
		}
	}
	whole, err := escapers(strings.Join(names, " "))
	if err != nil {
		return nil, err
	}
	return func(to []byte, text string) ([]byte, error) {
		for i := range len(text) {
			if !allowed[text[i]] {
				return whole(to, text)
			}
		}
		return append(to, text...), nil
	}, nil
}

// chains are the escapers by the names of their functions: a few stand behind
// the hundreds of actions of all pages.
var chains sync.Map // names → escaper

// escapers runs html/template's own functions, named with blanks between: a
// template that was escaped once knows them, with its pipe changed to the ones
// wanted.
func escapers(names string) (escaper, error) {
	if kept, ok := chains.Load(names); ok {
		return kept.(escaper), nil
	}
	t, err := template.New("escape").Parse(`{{.}}`)
	if err != nil {
		return nil, err
	}
	if err := t.Execute(new(bytes.Buffer), ""); err != nil {
		return nil, err
	}
	pipe := t.Tree.Root.Nodes[0].(*tree.ActionNode).Pipe
	first := pipe.Cmds[0]
	pipe.Cmds = []*tree.CommandNode{first}
	for name := range strings.FieldsSeq(names) {
		pipe.Cmds = append(pipe.Cmds, &tree.CommandNode{NodeType: tree.NodeCommand, Args: []tree.Node{tree.NewIdentifier(name)}})
	}
	whole := escaper(func(to []byte, text string) ([]byte, error) {
		b := bytes.NewBuffer(to)
		err := t.Execute(b, text)
		return b.Bytes(), err
	})
	chains.Store(names, whole)
	return whole, nil
}
