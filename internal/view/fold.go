package view

import (
	"html/template"
	"regexp"
	"strings"
	"text/template/parse"

	"dateline/internal/i18n"
)

// folder replaces what is known when a theme is compiled for a locale by plain
// text: messages without arguments and asset addresses. It also refuses names
// of messages and assets that do not exist, and takes indentation out.
type folder struct {
	printer  *i18n.Printer
	assets   assets
	tree     *parse.Tree
	verbatim bool // the template writes preformatted text
}

func (f folder) fold(tree *parse.Tree) error {
	f.tree = tree
	source := tree.Root.String()
	f.verbatim = strings.Contains(source, "<pre") || strings.Contains(source, "<textarea")
	return f.list(tree.Root)
}

func (f folder) list(list *parse.ListNode) error {
	if list == nil {
		return nil
	}
	for i, node := range list.Nodes {
		folded, err := f.node(node)
		if err != nil {
			return err
		}
		list.Nodes[i] = folded
	}
	return nil
}

func (f folder) node(node parse.Node) (parse.Node, error) {
	switch n := node.(type) {
	case *parse.TextNode:
		if !f.verbatim {
			n.Text = collapse(n.Text)
		}
	case *parse.ActionNode:
		return f.action(n)
	case *parse.IfNode:
		return n, f.branch(&n.BranchNode)
	case *parse.WithNode:
		return n, f.branch(&n.BranchNode)
	case *parse.RangeNode:
		return n, f.branch(&n.BranchNode)
	case *parse.TemplateNode:
		return n, f.names(n.Pipe)
	}
	return node, nil
}

func (f folder) branch(b *parse.BranchNode) error {
	if err := f.names(b.Pipe); err != nil {
		return err
	}
	if err := f.list(b.List); err != nil {
		return err
	}
	return f.list(b.ElseList)
}

// action replaces {{T "key"}} and {{asset "name"}} by their text.
func (f folder) action(n *parse.ActionNode) (parse.Node, error) {
	if err := f.names(n.Pipe); err != nil {
		return nil, err
	}
	if len(n.Pipe.Decl) > 0 || len(n.Pipe.Cmds) != 1 || len(n.Pipe.Cmds[0].Args) != 2 {
		return n, nil
	}
	name, constant := call(n.Pipe.Cmds[0])
	if constant == nil {
		return n, nil
	}
	switch name {
	case "T":
		return f.text(n, f.printer.T(constant.Text)), nil
	case "asset":
		return f.text(n, f.assets.url(constant.Text)), nil
	}
	return n, nil
}

func (f folder) text(at parse.Node, text string) parse.Node {
	return &parse.TextNode{
		NodeType: parse.NodeText, Pos: at.Position(), Text: []byte(template.HTMLEscapeString(text)),
	}
}

// names refuses calls of T, N and asset with a name that nobody defined.
func (f folder) names(pipe *parse.PipeNode) error {
	if pipe == nil {
		return nil
	}
	for _, cmd := range pipe.Cmds {
		if err := f.call(cmd); err != nil {
			return err
		}
		for _, arg := range cmd.Args {
			if nested, ok := arg.(*parse.PipeNode); ok {
				if err := f.names(nested); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (f folder) call(cmd *parse.CommandNode) error {
	name, constant := call(cmd)
	if constant == nil {
		return nil
	}
	key := constant.Text
	message, counts := name == "T" || name == "TL", name == "N" || name == "NL"
	switch {
	case (message || counts) && !f.printer.Has(key):
		return placedAt(f.tree, cmd, "there is no message %q", key)
	case message && f.printer.Plural(key):
		return placedAt(f.tree, cmd, "the message %q counts something: use N with a number", key)
	case name == "asset" && f.assets.url(key) == "":
		return placedAt(f.tree, cmd, "there is no asset %q", key)
	}
	return nil
}

// call returns the function's name and its first argument, behind the language
// of TL and NL, when that is a constant string.
func call(cmd *parse.CommandNode) (string, *parse.StringNode) {
	name, ok := cmd.Args[0].(*parse.IdentifierNode)
	if !ok {
		return "", nil
	}
	at := 1
	if name.Ident == "TL" || name.Ident == "NL" {
		at = 2
	}
	if len(cmd.Args) <= at {
		return "", nil
	}
	constant, _ := cmd.Args[at].(*parse.StringNode)
	return name.Ident, constant
}

var indentation = regexp.MustCompile(`[ \t]*\n\s*`)

// collapse takes indentation and empty lines out, keeping one line break, so
// that words stay apart.
func collapse(text []byte) []byte {
	return indentation.ReplaceAllLiteral(text, []byte("\n"))
}
