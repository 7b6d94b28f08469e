package newsletter

import (
	"regexp"
	"strings"

	"dateline/internal/richtext"
)

// An introduction is typed as plain text: blank lines divide paragraphs, lines
// that begin with "- " are a list, "## " is a heading, **bold**, *italic* and
// [words](address) as many know them.

var inline = regexp.MustCompile(`\*\*([^*\n]+)\*\*|\*([^*\n]+)\*|\[([^\]\n]+)\]\(([^)\s]+)\)`)

// toDoc reads a typed introduction.
func toDoc(typed string) richtext.Doc {
	d := richtext.Doc{Version: richtext.SchemaVersion}
	var list *richtext.Node
	for block := range strings.SplitSeq(strings.ReplaceAll(typed, "\r\n", "\n"), "\n\n") {
		list = nil
		var lines []string
		flush := func() {
			if text := strings.TrimSpace(strings.Join(lines, "\n")); text != "" {
				d.Content = append(d.Content, richtext.Node{Type: "paragraph", Content: words(text)})
			}
			lines = nil
		}
		for line := range strings.SplitSeq(block, "\n") {
			switch line = strings.TrimSpace(line); {
			case strings.HasPrefix(line, "- ") && len(line) > 2:
				flush()
				if list == nil {
					d.Content = append(d.Content, richtext.Node{Type: "bullet_list"})
					list = &d.Content[len(d.Content)-1]
				}
				list.Content = append(list.Content, richtext.Node{Type: "list_item", Content: []richtext.Node{{Type: "paragraph", Content: words(line[2:])}}})
				continue
			case strings.HasPrefix(line, "## ") && len(line) > 3:
				flush()
				d.Content = append(d.Content, richtext.Node{Type: "heading", Content: words(line[3:])})
			default:
				lines = append(lines, line)
			}
			list = nil
		}
		flush()
	}
	return d
}

// words reads the marks of one block.
func words(text string) []richtext.Node {
	var out []richtext.Node
	plain := func(s string) {
		for i, line := range strings.Split(s, "\n") {
			if i > 0 {
				out = append(out, richtext.Node{Type: "hard_break"})
			}
			if line != "" {
				out = append(out, richtext.Node{Type: "text", Text: line})
			}
		}
	}
	from := 0
	for _, m := range inline.FindAllStringSubmatchIndex(text, -1) {
		plain(text[from:m[0]])
		from = m[1]
		group := func(n int) string { return text[m[2*n]:m[2*n+1]] }
		n := richtext.Node{Type: "text"}
		switch {
		case m[2] >= 0:
			n.Text, n.Marks = group(1), []richtext.Mark{{Type: "strong"}}
		case m[4] >= 0:
			n.Text, n.Marks = group(2), []richtext.Mark{{Type: "em"}}
		default:
			n.Text, n.Marks = group(3), []richtext.Mark{{Type: "link", Attrs: map[string]any{"href": group(4)}}}
		}
		out = append(out, n)
	}
	plain(text[from:])
	return out
}

// toText writes an introduction as it is typed.
func toText(d richtext.Doc) string {
	var blocks []string
	for i := range d.Content {
		n := &d.Content[i]
		switch n.Type {
		case "heading":
			blocks = append(blocks, "## "+typed(n.Content))
		case "bullet_list", "ordered_list":
			var lines []string
			for _, item := range n.Content {
				if len(item.Content) > 0 {
					lines = append(lines, "- "+typed(item.Content[0].Content))
				}
			}
			blocks = append(blocks, strings.Join(lines, "\n"))
		case "quote":
			blocks = append(blocks, toText(richtext.Doc{Content: n.Content}))
		default:
			blocks = append(blocks, typed(n.Content))
		}
	}
	return strings.Join(blocks, "\n\n")
}

func typed(nodes []richtext.Node) string {
	var b strings.Builder
	for i := range nodes {
		n := &nodes[i]
		text := n.Text
		if n.Type == "hard_break" {
			text = "\n"
		}
		for j := range n.Marks {
			switch n.Marks[j].Type {
			case "strong":
				text = "**" + text + "**"
			case "em":
				text = "*" + text + "*"
			case "link":
				href, _ := n.Marks[j].Attrs["href"].(string)
				text = "[" + text + "](" + href + ")"
			}
		}
		b.WriteString(text)
	}
	return b.String()
}
