package richtext

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// table converts a table. One of a single cell is a frame and is unwrapped, as
// is one that stands too deep.
func (f *flow) table(n *html.Node, s scope) {
	s = f.c.language(n, s)
	s.align = ""
	f.flush()
	t := tabler{f: f, s: s, stray: f.sub(0)}
	t.rowsOf(n)
	t.stray.flush()
	f.out = append(f.out, t.stray.out...)
	f.out = append(f.out, t.before...)
	switch {
	case len(t.rows) == 0:
		f.captionParagraph(t.caption)
	case !f.fits() || len(t.rows) == 1 && len(t.rows[0].Content) == 1:
		f.captionParagraph(t.caption)
		for _, row := range t.rows {
			for _, cell := range row.Content {
				f.out = append(f.out, cell.Content...)
			}
		}
	default:
		content := t.rows
		if len(t.caption) > 0 {
			content = append([]Node{{Type: "table_caption", Content: t.caption}}, t.rows...)
		}
		f.out = append(f.out, Node{Type: "table", Content: content})
	}
}

func (f *flow) captionParagraph(caption []Node) {
	if len(caption) > 0 {
		f.out = append(f.out, paragraphOf(caption...))
	}
}

// tabler reads the parts of one table.
type tabler struct {
	f       *flow
	s       scope
	stray   *flow // what stands between rows; it goes before the table
	before  []Node
	caption []Node
	rows    []Node
}

func (t *tabler) rowsOf(n *html.Node) {
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		switch {
		case child.Type != html.ElementNode:
			t.stray.node(child, t.s)
		case child.Data == "tbody" || child.Data == "thead" || child.Data == "tfoot":
			t.rowsOf(child)
		case child.Data == "tr":
			t.row(child)
		case child.Data == "caption" && t.caption == nil:
			var apart []Node
			t.caption, apart = t.f.c.inlineOnly(child, t.s, t.f.level+1)
			t.before = append(t.before, apart...)
		default:
			t.stray.node(child, t.s)
		}
	}
}

func (t *tabler) row(n *html.Node) {
	s := t.f.c.language(n, t.s)
	t.stray.flush()
	var cells []Node
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		if child.Type == html.ElementNode && cellNames[child.Data] {
			cells = append(cells, t.cell(child, n, s))
		} else {
			t.stray.node(child, s)
		}
	}
	t.stray.flush()
	if len(cells) > 0 {
		t.rows = append(t.rows, Node{Type: "table_row", Content: cells})
	}
}

func (t *tabler) cell(n, row *html.Node, s scope) Node {
	levels := 3
	if !t.f.fits() { // the cell will be unwrapped
		levels = 0
	}
	body := t.f.sub(levels)
	body.children(n, t.f.c.language(n, s))
	body.flush()
	attrs := map[string]any{"header": n.Data == "th"}
	if align := or(alignOf(n), alignOf(row)); align != "" {
		attrs["align"] = align
	}
	switch scope := strings.ToLower(attrOr(n, "scope", "")); scope {
	case "col", "row", "colgroup", "rowgroup":
		attrs["scope"] = scope
	}
	attrs["colspan"] = span(attrOr(n, "colspan", ""), 1, 1000)
	attrs["rowspan"] = span(attrOr(n, "rowspan", ""), 65534, 65534)
	return Node{Type: "table_cell", Attrs: attrs, Content: atLeastOne(body.out)}
}

// span reads a number of columns or rows; zero means a number of its own.
func span(value string, zero, most int64) int64 {
	i, err := strconv.ParseInt(strings.TrimSpace(value), 10, 32)
	switch {
	case err != nil || i < 0:
		return 1
	case i == 0:
		return zero
	}
	return min(i, most)
}
