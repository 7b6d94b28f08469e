package check

import (
	"strconv"
	"strings"
	"unicode"

	"dateline/internal/richtext"
)

// walk lists the nodes of a document that are no text, in reading order.
func walk(d richtext.Doc) []spot {
	var out []spot
	var visit func(nodes []richtext.Node, path string)
	visit = func(nodes []richtext.Node, path string) {
		for i := range nodes {
			n := &nodes[i]
			if n.Type == "text" {
				continue
			}
			at := path + "content[" + strconv.Itoa(i) + "]"
			out = append(out, spot{node: n, path: at, top: path == ""})
			visit(n.Content, at+".")
		}
	}
	visit(d.Content, "")
	return out
}

// textOf returns the text of a node's inline content, breaks as spaces.
func textOf(n *richtext.Node) string {
	if len(n.Content) == 1 {
		return n.Content[0].Text
	}
	var b strings.Builder
	for i := range n.Content {
		switch n.Content[i].Type {
		case "text":
			b.WriteString(n.Content[i].Text)
		case "hard_break":
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// wordless reports whether nothing in nodes can be read, seen or heard.
func wordless(nodes []richtext.Node) bool {
	empty := true
	richtext.Walk(nodes, func(n *richtext.Node) bool {
		switch {
		case n.Type == "text":
			empty = empty && blank(n.Text)
		case !richtext.HoldsText(n.Type) && len(n.Content) == 0, n.AttrInt("media") != 0, n.AttrText("src") != "", n.AttrText("url") != "":
			empty = empty && n.Type == "hard_break"
		}
		return empty
	})
	return empty
}

func blank(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsSpace(r) }) < 0
}

// clip is the beginning of a text, for messages.
func clip(s string) string {
	const most = 60
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) <= most {
		return string(runes)
	}
	return strings.TrimRightFunc(string(runes[:most-1]), unicode.IsSpace) + "…"
}
