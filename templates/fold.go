package templates

import (
	"html/template"
	"regexp"
	tree "text/template/parse"

	"amal/i18n"
)

// plainText is what escaping leaves as it is, in the text of a page and in a
// quoted attribute.
var plainText = regexp.MustCompile(`^[\p{L}\p{M}\p{N} .,:;()!?/%·…–—“”„«»’ʻʼ№→-]*$`)

// fold writes fixed texts, {{t "key"}}, into a language's set when it is parsed:
// looking up and escaping the same words for each cell of a list cost more than
// its values. A text that escaping would change stays a call.
func fold(set *template.Template, p *i18n.Printer) {
	for _, t := range set.Templates() {
		if t.Tree != nil {
			foldList(t.Tree.Root, p)
		}
	}
}

func foldList(list *tree.ListNode, p *i18n.Printer) {
	if list == nil {
		return
	}
	for i, node := range list.Nodes {
		switch n := node.(type) {
		case *tree.ActionNode:
			if text, ok := fixedText(n, p); ok {
				list.Nodes[i] = &tree.TextNode{NodeType: tree.NodeText, Pos: n.Pos, Text: []byte(text)}
			}
		case *tree.IfNode:
			foldBranch(&n.BranchNode, p)
		case *tree.RangeNode:
			foldBranch(&n.BranchNode, p)
		case *tree.WithNode:
			foldBranch(&n.BranchNode, p)
		}
	}
}

func foldBranch(b *tree.BranchNode, p *i18n.Printer) {
	foldList(b.List, p)
	foldList(b.ElseList, p)
}

// fixedText is the text of an action that only names one.
func fixedText(n *tree.ActionNode, p *i18n.Printer) (text string, ok bool) {
	if len(n.Pipe.Decl) > 0 || len(n.Pipe.Cmds) != 1 || len(n.Pipe.Cmds[0].Args) != 2 {
		return "", false
	}
	call, isName := n.Pipe.Cmds[0].Args[0].(*tree.IdentifierNode)
	key, isText := n.Pipe.Cmds[0].Args[1].(*tree.StringNode)
	if !isName || !isText || call.Ident != "t" || !p.Has(key.Text) {
		return "", false
	}
	text = p.T(key.Text)
	return text, plainText.MatchString(text)
}
