package richtext

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdownDepth is how deep quotes and lists of a reader's text may stand in
// each other; what is deeper stands at the last level.
const markdownDepth = 6

// FromMarkdown reads what a reader typed: paragraphs, line ends as typed, quotes
// (>), lists (- and 1.), code (`…` and ``` blocks), *emphasis*, **strong**,
// ~~struck~~, [links](https://…) and bare addresses. Markup of other kinds,
// HTML above all, is text like any other. The result is valid within the subset
// of comments.
func FromMarkdown(s string) Doc {
	source := []byte(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"))
	root := comments.Parse(text.NewReader(source))
	m := markdown{source: source}
	d := Doc{Version: SchemaVersion, Content: m.blocks(root, 0)}
	if clean, err := ValidateComment(d); err == nil {
		return clean
	}
	// Nothing that is known leads here. Words must not be lost if it does.
	clean, err := Validate(Doc{Version: SchemaVersion, Content: []Node{paragraphOf(textNode(s, nil))}})
	if err != nil {
		return Doc{Version: SchemaVersion}
	}
	return clean
}

// comments knows no headings, rules, indented code, HTML or references:
// "# 1 in line" and "<b>" are words in a conversation.
var comments = parser.NewParser(
	parser.WithBlockParsers(
		util.Prioritized(parser.NewListParser(), 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewCodeBlockParser(), 500), // words, see block
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(parser.NewBlockquoteParser(), 800),
		util.Prioritized(parser.NewParagraphParser(), 1000),
	),
	parser.WithInlineParsers(
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(parser.NewLinkParser(), 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(extension.NewStrikethroughParser(), 500),
		util.Prioritized(parser.NewEmphasisParser(), 500),
	),
)

type markdown struct{ source []byte }

func (m markdown) blocks(parent ast.Node, depth int) []Node {
	var out []Node
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		out = append(out, m.block(n, depth)...)
	}
	return out
}

func (m markdown) block(n ast.Node, depth int) []Node {
	inside := func(kind string) []Node {
		content := m.blocks(n, depth+1)
		if depth >= markdownDepth {
			return content
		}
		return []Node{{Type: kind, Content: atLeastOne(content)}}
	}
	switch n := n.(type) {
	case *ast.Blockquote:
		return inside("quote")
	case *ast.List:
		if depth >= markdownDepth {
			return m.blocks(n, depth+1)
		}
		list := Node{Type: "bullet_list", Content: m.blocks(n, depth+1)}
		if n.IsOrdered() {
			list.Type = "ordered_list"
			if n.Start != 1 {
				list.Attrs = map[string]any{"start": int64(n.Start)}
			}
		}
		return []Node{list}
	case *ast.ListItem:
		if depth > markdownDepth {
			return m.blocks(n, depth+1)
		}
		return []Node{{Type: "list_item", Content: atLeastOne(m.blocks(n, depth+1))}}
	case *ast.CodeBlock: // indented: people do that by accident
		var line []Node
		for words := range strings.Lines(m.lines(n)) {
			line = append(line, m.linked(strings.TrimSpace(words), nil)...)
			line = append(line, Node{Type: "hard_break"})
		}
		if line = trimBreaks(line); len(line) == 0 {
			return nil
		}
		return []Node{paragraphOf(mergeText(line)...)}
	case *ast.FencedCodeBlock:
		body := strings.TrimRight(m.lines(n), "\n")
		if body == "" && n.Info != nil {
			body = string(n.Info.Segment.Value(m.source))
		}
		if body == "" {
			return nil
		}
		return []Node{{Type: "code", Content: []Node{textNode(body, nil)}}}
	}
	line := trimBreaks(m.inline(n, nil))
	if len(line) == 0 {
		return nil
	}
	return []Node{paragraphOf(mergeText(line)...)}
}

func (m markdown) lines(n ast.Node) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(m.source))
	}
	return b.String()
}

// trimBreaks takes line ends off both ends of a paragraph.
func trimBreaks(line []Node) []Node {
	for len(line) > 0 && line[0].Type == "hard_break" {
		line = line[1:]
	}
	for len(line) > 0 && line[len(line)-1].Type == "hard_break" {
		line = line[:len(line)-1]
	}
	return line
}

func (m markdown) inline(parent ast.Node, marks []Mark) []Node {
	var out []Node
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			out = append(out, m.words(n, marks)...)
		case *ast.String:
			out = append(out, textNode(string(n.Value), marks))
		case *ast.CodeSpan:
			out = append(out, textNode(m.plain(n), with(marks, Mark{Type: "code"})))
		case *ast.Emphasis:
			kind := "em"
			if n.Level >= 2 {
				kind = "strong"
			}
			out = append(out, m.inline(n, with(marks, Mark{Type: kind}))...)
		case *extast.Strikethrough:
			out = append(out, m.inline(n, with(marks, Mark{Type: "strike"}))...)
		case *ast.Link:
			out = append(out, m.link(n, n.Destination, marks)...)
		case *ast.Image:
			out = append(out, m.link(n, n.Destination, marks)...)
		case *ast.AutoLink:
			out = append(out, linkedText(string(n.Label(m.source)), string(n.URL(m.source)), marks))
		default:
			out = append(out, m.inline(n, marks)...)
		}
	}
	return out
}

// link is a link by its address, or its words alone where a page may not lead
// to that.
func (m markdown) link(n ast.Node, destination []byte, marks []Mark) []Node {
	address, ok := SafeURL(string(util.UnescapePunctuations(destination)))
	if !ok || !isWeb(address) || !strings.Contains(address, "://") {
		return m.inline(n, marks)
	}
	if len(m.plain(n)) == 0 {
		return []Node{linkedText(address, address, marks)}
	}
	return m.inline(n, with(marks, Mark{Type: "link", Attrs: map[string]any{"href": address}}))
}

func linkedText(label, address string, marks []Mark) Node {
	if safe, ok := SafeURL(address); ok && strings.Contains(safe, "://") {
		return textNode(label, with(marks, Mark{Type: "link", Attrs: map[string]any{"href": safe}}))
	}
	return textNode(label, marks)
}

// words are a text node with its bare addresses as links and its line end.
func (m markdown) words(n *ast.Text, marks []Mark) []Node {
	words := string(n.Segment.Value(m.source))
	if !n.IsRaw() {
		words = string(util.UnescapePunctuations([]byte(words)))
	}
	out := m.linked(words, marks)
	if n.SoftLineBreak() || n.HardLineBreak() {
		out = append(out, Node{Type: "hard_break"})
	}
	return out
}

// linked is text with its bare addresses as links.
func (m markdown) linked(words string, marks []Mark) []Node {
	var out []Node
	for inLink := has(marks, "link"); words != ""; {
		start, end := len(words), len(words)
		if !inLink {
			start, end = bareAddress(words)
		}
		if start > 0 {
			out = append(out, textNode(words[:start], marks))
		}
		if end > start {
			out = append(out, linkedText(words[start:end], words[start:end], marks))
		}
		words = words[end:]
	}
	return out
}

// plain is the text below a node.
func (m markdown) plain(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Segment.Value(m.source))
			if t.SoftLineBreak() {
				b.WriteByte(' ')
			}
			continue
		}
		b.WriteString(m.plain(c))
	}
	return b.String()
}

func has(marks []Mark, kind string) bool {
	for i := range marks {
		if marks[i].Type == kind {
			return true
		}
	}
	return false
}

// with adds a mark unless it is there: two links cannot stand in each other.
func with(marks []Mark, m Mark) []Mark {
	if has(marks, m.Type) {
		return marks
	}
	return append(marks[:len(marks):len(marks)], m)
}

// Links returns where the links of a document lead, in order, each once.
func Links(d Doc) []string {
	var out []string
	seen := map[string]bool{}
	Walk(d.Content, func(n *Node) bool {
		for i := range n.Marks {
			if href := n.Marks[i].str("href"); n.Marks[i].Type == "link" && href != "" && !seen[href] {
				seen[href] = true
				out = append(out, href)
			}
		}
		return true
	})
	return out
}
