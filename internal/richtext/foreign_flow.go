package richtext

import (
	"strings"

	"golang.org/x/net/html"
)

// scope is what an element inherits from those around it. It is passed by
// value; marks is never changed in place.
type scope struct {
	marks   []Mark
	align   string // of text blocks
	href    string // of the link around
	literal bool   // white space counts
	bare    bool   // inside noscript
}

// with returns the scope inside one more mark. An inner link, language or
// abbreviation takes the place of an outer one.
func (s scope) with(m Mark) scope {
	marks := make([]Mark, 0, len(s.marks)+1)
	for i := range s.marks {
		if s.marks[i].Type != m.Type {
			marks = append(marks, s.marks[i])
		}
	}
	s.marks = append(marks, m)
	return s
}

// flow collects the blocks of one container while its content is read. Inline
// content gathers in line until a block ends it.
type flow struct {
	c       *Converter
	out     []Node
	line    []Node
	ahead   []Node         // floating pictures that go before the current block
	attrs   map[string]any // of the paragraph being read
	level   int            // of the blocks in out, 1 in the document
	spaced  bool           // line ends in white space
	literal bool           // white space counts: inside pre
}

// sub returns a flow for the content of a container that adds so many levels.
func (f *flow) sub(levels int) *flow { return &flow{c: f.c, level: f.level + levels} }

// fits reports whether another container may be opened here. The deepest
// one, a table, needs five more levels for its rows, cells, blocks and text.
func (f *flow) fits() bool { return f.level < MaxDepth-8 }

func (f *flow) children(n *html.Node, s scope) {
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		f.node(child, s)
	}
}

func (f *flow) node(n *html.Node, s scope) {
	switch n.Type {
	case html.TextNode:
		f.text(n.Data, s)
	case html.CommentNode:
		f.comment(n.Data)
	case html.ElementNode:
		if f.c.o.Element != nil && f.hooked(n, s) {
			return
		}
		f.element(n, s)
	}
}

// hooked asks the importer about an element.
func (f *flow) hooked(n *html.Node, s scope) bool {
	c := f.c
	level, outer := c.level, c.scope
	c.level, c.scope = f.level, s
	nodes, taken := c.o.Element(c, n)
	c.level, c.scope = level, outer
	if !taken {
		return false
	}
	if inlineNodes(nodes) {
		f.inline(nodes, s)
		return true
	}
	r := &blockContent
	if f.level == 1 {
		r = &docRule
	}
	check := checker{notes: c.notes}
	if _, p := check.children(nodes, r, false, f.level); p != nil {
		c.Drop("structure", n.Data, p.path+": "+p.msg, 0)
		return false
	}
	f.place(nodes...)
	return true
}

func inlineNodes(nodes []Node) bool {
	for i := range nodes {
		if nodeSpecs[nodes[i].Type].group&(groupInline|groupText) == 0 {
			return false
		}
	}
	return true
}

// inline appends a hook's inline nodes, under the marks around them.
func (f *flow) inline(nodes []Node, s scope) {
	for _, n := range nodes {
		marks := s.marks
		for _, m := range n.Marks {
			marks = scope{marks: marks}.with(m).marks
		}
		n.Marks = marks
		check := checker{notes: f.c.notes}
		if _, p := check.children([]Node{n}, &inlineContent, false, f.level+1); p != nil {
			f.c.Drop("structure", n.Type, p.path+": "+p.msg, CountWords(n.Text))
			continue
		}
		f.line = append(f.line, n)
		f.spaced = false
	}
}

// place ends the current line and appends blocks.
func (f *flow) place(nodes ...Node) {
	f.flush()
	f.out = append(f.out, nodes...)
}

// comment handles the comments that ParseHTML keeps: they divide the document
// itself and mean nothing elsewhere.
func (f *flow) comment(data string) {
	if f.level != 1 {
		return
	}
	if data == "nextpage" {
		f.place(Node{Type: "page_break"})
	} else if text, ok := strings.CutPrefix(data, "more"); ok {
		n := Node{Type: "more"}
		if text = strings.TrimSpace(text); text != "" && len(text) <= maxAttrText {
			n.Attrs = map[string]any{"text": text}
		}
		f.place(n)
	}
}

const htmlSpace = " \t\n\r\f"

// text appends text, its white space collapsed across neighbours.
func (f *flow) text(data string, s scope) {
	switch {
	case s.literal:
		f.line = append(f.line, textNode(strings.ReplaceAll(data, "\r\n", "\n"), s.marks))
		f.spaced = false
		return
	case f.c.o.lineBreaks:
		f.textLines(data, s)
		return
	}
	f.collapsed(data, s)
}

func (f *flow) collapsed(data string, s scope) {
	text, spaced := collapse(data, f.spaced || len(f.line) == 0)
	if text == "" {
		return
	}
	f.spaced = spaced
	if f.c.o.autoLink && s.href == "" {
		f.linked(text, s)
		return
	}
	f.line = append(f.line, textNode(text, s.marks))
}

// collapse makes every run of white space one space, none at the start if the
// text before ends in one. It reports whether the result ends in one.
func collapse(data string, spaced bool) (string, bool) {
	if i := collapsedPrefix(data, spaced); i == len(data) {
		return data, data != "" && data[i-1] == ' ' || data == "" && spaced
	}
	var b strings.Builder
	b.Grow(len(data))
	for i := range len(data) {
		c := data[i]
		switch {
		case !isSpace(c):
			b.WriteByte(c)
			spaced = false
		case !spaced:
			b.WriteByte(' ')
			spaced = true
		}
	}
	return b.String(), spaced
}

// collapsedPrefix returns how much of the text is collapsed already.
func collapsedPrefix(data string, spaced bool) int {
	for i := range len(data) {
		space := isSpace(data[i])
		if space && (spaced || data[i] != ' ') {
			return i
		}
		spaced = space
	}
	return len(data)
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'
}

// isBlank reports a text of HTML's white space alone.
func isBlank(s string) bool {
	for i := range len(s) {
		if !isSpace(s[i]) {
			return false
		}
	}
	return true
}

// lineBreak appends a <br>.
func (f *flow) lineBreak(s scope) {
	if s.literal {
		f.line = append(f.line, textNode("\n", s.marks))
		return
	}
	f.line = append(f.line, Node{Type: "hard_break"})
	f.spaced = true
}

// flush ends the current line: it becomes a paragraph, or several where breaks
// follow each other.
func (f *flow) flush() {
	f.out = append(f.out, f.ahead...)
	f.ahead = nil
	line := f.line
	f.line, f.spaced = nil, false
	if f.literal {
		if len(line) > 0 {
			f.out = append(f.out, paragraphOf(line...))
		}
		return
	}
	for _, part := range splitLine(line) {
		if part = trimLine(part); len(part) > 0 {
			f.out = append(f.out, Node{Type: "paragraph", Attrs: f.attrs, Content: part})
			if f.attrs["drop_cap"] != nil { // of the first paragraph only
				f.attrs = map[string]any{"align": f.attrs["align"]}
			}
		}
	}
}

// splitLine divides a line at two or more breaks in a row.
func splitLine(line []Node) [][]Node {
	var parts [][]Node
	from := 0
	for i := 0; i < len(line); {
		if line[i].Type != "hard_break" {
			i++
			continue
		}
		run := i
		for run < len(line) && line[run].Type == "hard_break" {
			run++
		}
		if run-i >= 2 {
			parts = append(parts, line[from:i])
			from = run
		}
		i = run
	}
	return append(parts, line[from:])
}

// trimLine removes breaks and white space at both ends and before breaks. It
// returns nil for a line in which there is nothing to see.
func trimLine(line []Node) []Node {
	for len(line) > 0 && (line[0].Type == "hard_break" || blank(&line[0])) {
		line = line[1:]
	}
	for len(line) > 0 && (line[len(line)-1].Type == "hard_break" || blank(&line[len(line)-1])) {
		line = line[:len(line)-1]
	}
	if len(line) == 0 {
		return nil
	}
	line[0].Text = strings.TrimLeft(line[0].Text, htmlSpace)
	for i := range line {
		if i == len(line)-1 || line[i+1].Type == "hard_break" {
			line[i].Text = strings.TrimRight(line[i].Text, htmlSpace)
		}
	}
	return line
}

// blank reports a text of white space alone, no-break spaces included.
func blank(n *Node) bool { return n.Type == "text" && strings.TrimSpace(n.Text) == "" }

// inlineOnly converts the content of an element that has room for inline
// content alone. Blocks that have none of it are returned apart.
func (c *Converter) inlineOnly(n *html.Node, s scope, level int) (inline, apart []Node) {
	f := &flow{c: c, level: level}
	s.align = ""
	f.children(n, s)
	f.flush()
	flatten(f.out, &inline, &apart)
	return inline, apart
}

// flatten takes the text blocks out of a tree of blocks and joins them with
// breaks.
func flatten(nodes []Node, inline, apart *[]Node) {
	for i := range nodes {
		n := &nodes[i]
		switch n.Type {
		case "paragraph", "heading", "verse", "preformatted", "code", "table_caption":
			if len(n.Content) == 0 {
				continue
			}
			if len(*inline) > 0 {
				*inline = append(*inline, Node{Type: "hard_break"})
			}
			*inline = append(*inline, n.Content...)
		case "bullet_list", "ordered_list", "list_item", "table", "table_row", "table_cell":
			flatten(n.Content, inline, apart)
		case "rule":
		default:
			*apart = append(*apart, *n)
		}
	}
}
