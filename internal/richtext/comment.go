package richtext

import (
	"fmt"
	"slices"
	"strings"

	"dateline/internal/fault"
)

// The subset of the schema that comments have.
var (
	commentNodes = map[string]bool{
		"paragraph": true, "quote": true, "bullet_list": true, "ordered_list": true, "list_item": true, "code": true,
		"text": true, "hard_break": true,
	}
	commentMarks = map[string]bool{"strong": true, "em": true, "code": true, "strike": true, "link": true}
)

// FromCommentHTML reads the HTML of a comment as WordPress shows it: newlines
// are line ends, empty lines divide paragraphs, bare addresses are links. What
// comments cannot have becomes plain paragraphs.
func FromCommentHTML(s string) (Doc, []Dropped) {
	d, dropped := FromHTML(s, ImportOptions{lineBreaks: true, autoLink: true})
	return CommentDoc(d), dropped
}

// CommentDoc reduces a document to what comments may have: paragraphs, quotes,
// lists, code, and the marks strong, em, code, strike and link. All words are
// kept; pictures and embeds become links.
func CommentDoc(d Doc) Doc {
	return Doc{Version: SchemaVersion, Content: commentBlocks(d.Content)}
}

// ValidateComment checks a comment as Validate does, and that it stays within
// the subset.
func ValidateComment(d Doc) (Doc, error) {
	d, err := Validate(d)
	if err != nil {
		return d, err
	}
	if p := outside(d.Content); p != nil {
		return Doc{}, fault.New(fault.Invalid, "%s: %s", p.path, p.msg)
	}
	return d, nil
}

// CommentHTML renders a comment: plain elements without classes, links marked
// as a reader's. Nodes outside the subset are reduced first.
func CommentHTML(d Doc) string {
	if outside(d.Content) != nil {
		d = CommentDoc(d)
	}
	r := newRenderer(Options{}, true)
	r.ugc = true
	r.blocks(d.Content)
	return r.b.String()
}

// outside finds the first node or mark that comments cannot have.
func outside(nodes []Node) *problem {
	for i := range nodes {
		n := &nodes[i]
		where := fmt.Sprintf("content[%d]", i)
		if !commentNodes[n.Type] {
			return wrong(where+".type", "comments have no %s", n.Type)
		}
		if n.Attrs["cite"] != nil {
			return wrong(where+".attrs.cite", "quotes in comments have no cite")
		}
		for j := range n.Marks {
			if !commentMarks[n.Marks[j].Type] {
				return wrong(fmt.Sprintf("%s.marks[%d].type", where, j), "comments have no %s", n.Marks[j].Type)
			}
		}
		if p := outside(n.Content); p != nil {
			return p.under(where)
		}
	}
	return nil
}

func commentBlocks(nodes []Node) []Node {
	var out []Node
	for i := range nodes {
		out = append(out, commentBlock(&nodes[i])...)
	}
	return out
}

func commentBlock(n *Node) []Node {
	switch n.Type {
	case "paragraph", "heading", "table_caption":
		return commentParagraph(n.Content)
	case "verse":
		return commentParagraph(broken(n.Content))
	case "code", "preformatted":
		return []Node{{Type: "code", Content: plainText(n.Content)}}
	case "bullet_list", "ordered_list", "list_item":
		content := commentBlocks(n.Content)
		if n.Type == "list_item" {
			content = atLeastOne(content)
		}
		return []Node{{Type: n.Type, Content: content}}
	case "quote", "pull_quote", "attributed_quote":
		quote := Node{Type: "quote", Content: atLeastOne(commentBlocks(n.Content))}
		return append([]Node{quote}, commentWords(n, wordsAfter[n.Type])...)
	}
	out := commentWords(n, wordsBefore[n.Type])
	if address := or(n.str("url"), n.str("src")); address != "" {
		out = commentLink(n, address, out)
	}
	if nodeSpecs[n.Type].content.groups&groupText != 0 {
		out = append(out, commentParagraph(n.Content)...)
	} else {
		out = append(out, commentBlocks(n.Content)...)
	}
	return append(out, commentWords(n, wordsAfter[n.Type])...)
}

// commentLink makes a link of an embed or picture. Its title, if it is the
// only word before, is what is linked.
func commentLink(n *Node, address string, before []Node) []Node {
	label := or(n.str("alt"), address)
	if len(before) == 1 {
		label, before = before[0].Content[0].Text, nil
	}
	link := Mark{Type: "link", Attrs: map[string]any{"href": address}}
	return append(before, paragraphOf(textNode(label, []Mark{link})))
}

// commentWords makes paragraphs of the words in attributes.
func commentWords(n *Node, names []string) []Node {
	var out []Node
	for _, name := range names {
		if s := n.str(name); s != "" {
			out = append(out, paragraphOf(textNode(s, nil)))
		}
	}
	return out
}

func commentParagraph(nodes []Node) []Node {
	var line []Node
	for i := range nodes {
		n := nodes[i]
		switch n.Type {
		case "text":
			n.Marks = commentOnly(n.Marks)
			line = append(line, n)
		case "hard_break":
			line = append(line, Node{Type: "hard_break"})
		case "inline_image":
			if alt := n.str("alt"); alt != "" {
				line = append(line, textNode(alt, nil))
			}
		}
	}
	if len(line) == 0 {
		return nil
	}
	return []Node{paragraphOf(mergeText(line)...)}
}

func commentOnly(marks []Mark) []Mark {
	if !slices.ContainsFunc(marks, func(m Mark) bool { return !commentMarks[m.Type] }) {
		return marks
	}
	kept := slices.DeleteFunc(slices.Clone(marks), func(m Mark) bool { return !commentMarks[m.Type] })
	if len(kept) == 0 {
		return nil
	}
	return kept
}

// broken turns the newlines of verse into breaks.
func broken(nodes []Node) []Node {
	var out []Node
	for i := range nodes {
		for j, line := range strings.Split(nodes[i].Text, "\n") {
			if j > 0 {
				out = append(out, Node{Type: "hard_break"})
			}
			n := nodes[i]
			if n.Text = line; n.Type != "text" || line != "" {
				out = append(out, n)
			}
		}
	}
	return out
}

// textLines appends text in which newlines count.
func (f *flow) textLines(data string, s scope) {
	lines := strings.Split(strings.ReplaceAll(data, "\r\n", "\n"), "\n")
	for i, line := range lines {
		empty := strings.TrimSpace(line) == ""
		switch {
		case i > 0 && empty && i < len(lines)-1:
			f.flush()
		case i > 0 && len(f.line) > 0 && f.line[len(f.line)-1].Type != "hard_break":
			f.lineBreak(s)
		}
		if !empty || len(lines) == 1 {
			f.collapsed(line, s)
		}
	}
}

// linked appends text with its bare addresses as links.
func (f *flow) linked(text string, s scope) {
	for text != "" {
		start, end := bareAddress(text)
		if start > 0 {
			f.line = append(f.line, textNode(text[:start], s.marks))
		}
		if address, ok := SafeURL(text[start:end]); ok {
			link := Mark{Type: "link", Attrs: map[string]any{"href": address}}
			f.line = append(f.line, textNode(text[start:end], s.with(link).marks))
		} else if end > start {
			f.line = append(f.line, textNode(text[start:end], s.marks))
		}
		text = text[end:]
	}
}

// bareAddress returns where the first http address of a text stands, without
// the punctuation after it; both are the text's length when there is none.
func bareAddress(text string) (start, end int) {
	start = strings.Index(text, "http")
	for start >= 0 && !strings.HasPrefix(text[start:], "http://") && !strings.HasPrefix(text[start:], "https://") {
		next := strings.Index(text[start+4:], "http")
		if next < 0 {
			return len(text), len(text)
		}
		start += 4 + next
	}
	if start < 0 {
		return len(text), len(text)
	}
	end = len(text)
	if i := strings.IndexAny(text[start:], htmlSpace+"<>\"\u00a0"); i >= 0 {
		end = start + i
	}
	address := strings.TrimRight(text[start:end], ".,;:!?'…»”’")
	if strings.HasSuffix(address, ")") && strings.Count(address, "(") < strings.Count(address, ")") {
		address = strings.TrimRight(address, ").,")
	}
	return start, start + len(address)
}
