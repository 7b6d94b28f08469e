package compare

import (
	"slices"
	"strings"

	"dateline/internal/richtext"
)

// Words are the texts that Print adds to a document, in the reader's language.
type Words struct {
	Unchanged func(n int) string       // over n folded blocks
	Field     func(name string) string // of a field or an attribute; "" leaves its change out
	Item      func(field, value string) string
	MovedHere string
	MovedAway string
	Replaced  string // in place of a picture or file that another took the place of
}

// Print writes a comparison of blocks as a document that readers can read:
// what was added is marked ins, what was removed del; runs of blocks that did
// not change are folded when context is not negative. The document is valid,
// and has neither anchors nor notes, which would stand in it twice.
func Print(blocks []Block, context int, w Words) richtext.Doc {
	p := printer{words: w}
	var out []richtext.Node
	if context < 0 {
		out = p.blocks(blocks)
	} else {
		for _, run := range Folded(blocks, context) {
			nodes := p.blocks(run.Blocks)
			if run.Folded && len(nodes) > 0 {
				nodes = []richtext.Node{{Type: "details", Attrs: map[string]any{"summary": w.Unchanged(len(run.Blocks))}, Content: nodes}}
			}
			out = append(out, nodes...)
		}
	}
	if doc, err := richtext.Validate(richtext.Doc{Content: out}); err == nil {
		return doc
	}
	doc, err := richtext.Validate(richtext.Doc{Content: p.flat(blocks)})
	if err != nil { // paragraphs of valid text are valid
		return richtext.Doc{Version: richtext.SchemaVersion}
	}
	return doc
}

// PrintFields writes changed fields as paragraphs, those that words name.
func PrintFields(fields []FieldChange, w Words) richtext.Doc {
	p := printer{words: w}
	var out []richtext.Node
	for i := range fields {
		f := &fields[i]
		switch f.Kind {
		case FieldSet, FieldList:
			out = append(out, p.note(f.Name, p.items(f))...)
		case FieldNode:
			for _, a := range f.Attrs {
				out = append(out, p.attr(a)...)
			}
		case FieldValue:
			out = append(out, p.note(f.Name, changed(f.Before, f.After))...)
		default:
			out = append(out, p.note(f.Name, p.inline(f.Segments))...)
		}
	}
	doc, err := richtext.Validate(richtext.Doc{Content: out})
	if err != nil {
		return richtext.Doc{Version: richtext.SchemaVersion}
	}
	return doc
}

type printer struct{ words Words }

func (p *printer) items(f *FieldChange) []richtext.Node {
	var out []richtext.Node
	for i, item := range f.Items {
		words := item.Value
		if p.words.Item != nil {
			words = p.words.Item(f.Name, item.Value)
		}
		if i > 0 {
			out = append(out, textNode(", "))
		}
		out = append(out, marked(textNode(words), item.Op))
	}
	return out
}

func changed(before, after string) []richtext.Node {
	var out []richtext.Node
	if before != "" {
		out = append(out, marked(textNode(before), Removed))
	}
	if before != "" && after != "" {
		out = append(out, textNode(" "))
	}
	if after != "" {
		out = append(out, marked(textNode(after), Added))
	}
	return out
}

func textNode(s string) richtext.Node { return richtext.Node{Type: "text", Text: s} }

// marked puts the mark of an op around what carries marks.
func marked(n richtext.Node, op Op) richtext.Node {
	name := map[Op]string{Added: "ins", Removed: "del", Changed: "highlight"}[op]
	if name != "" {
		n.Marks = append(slices.Clone(n.Marks), richtext.Mark{Type: name})
	}
	return n
}

// note is a paragraph that begins with the name of a field or attribute.
func (p *printer) note(name string, content []richtext.Node) []richtext.Node {
	label := p.words.Field(name)
	if label == "" || len(content) == 0 {
		return nil
	}
	strong := textNode(label + ": ")
	strong.Marks = []richtext.Mark{{Type: "small"}, {Type: "strong"}}
	return []richtext.Node{{Type: "paragraph", Content: append([]richtext.Node{strong}, content...)}}
}

func (p *printer) attr(a Attr) []richtext.Node {
	switch {
	case a.Op == Equal:
		return nil
	case a.Name == "media":
		return p.plainNote(p.words.Replaced)
	case a.Segments != nil:
		return p.note(a.Name, p.inline(a.Segments))
	}
	return p.note(a.Name, changed(a.Before, a.After))
}

func (p *printer) plainNote(s string) []richtext.Node {
	if s == "" {
		return nil
	}
	n := textNode(s)
	n.Marks = []richtext.Mark{{Type: "small"}}
	return []richtext.Node{{Type: "paragraph", Content: []richtext.Node{n}}}
}

// inline writes segments; signs of notes become their number in brackets.
func (p *printer) inline(segments []Segment) []richtext.Node {
	var out []richtext.Node
	for _, s := range segments {
		n := richtext.Node{Type: "text", Text: s.Text, Marks: s.Marks}
		if s.Leaf != nil {
			n = leaf(*s.Leaf)
		}
		if n.Type != "hard_break" {
			n = marked(n, s.Op)
		}
		out = append(out, n)
	}
	return out
}

func leaf(n richtext.Node) richtext.Node {
	switch n.Type {
	case "footnote_ref":
		return richtext.Node{Type: "text", Text: "[" + n.AttrText("id") + "]", Marks: n.Marks}
	case "inline_image":
		return richtext.Node{Type: "text", Text: n.AttrText("alt"), Marks: n.Marks}
	}
	return n
}

func (p *printer) blocks(blocks []Block) []richtext.Node {
	var out []richtext.Node
	for i := range blocks {
		out = append(out, p.block(&blocks[i])...)
	}
	return out
}

// parts stand only in a parent of their own, so that their notes stand inside.
var parts = map[string]bool{"list_item": true, "account": true, "timeline_event": true, "column": true, "footnote": true}

// block writes a block. Its attributes that changed stand before it as notes.
func (p *printer) block(b *Block) []richtext.Node {
	if b.Left && parts[b.Type] {
		return nil
	}
	if b.Left {
		return p.plainNote(p.words.MovedAway)
	}
	var notes []richtext.Node
	if b.Move != 0 {
		notes = p.plainNote(p.words.MovedHere)
	}
	if b.Op == Changed {
		for _, a := range b.Attrs {
			notes = append(notes, p.attr(a)...)
		}
	}
	out := p.shape(b)
	if parts[b.Type] && len(out) == 1 {
		out[0].Content = append(notes, out[0].Content...)
		return out
	}
	return append(notes, out...)
}

// shape writes a block in its own form, as far as that may stand here.
func (p *printer) shape(b *Block) []richtext.Node {
	n := b.After
	if n == nil {
		n = b.Before
	}
	out := richtext.Node{Type: b.Type, Attrs: withoutAnchor(n.Attrs)}
	switch b.Type {
	case "more", "page_break", "newsletter_box":
		return nil
	case "gallery", "playlist", "buttons", "media_text":
		return p.blocks(b.Blocks)
	case "footnotes":
		out = richtext.Node{Type: "ordered_list"}
	case "footnote":
		out = richtext.Node{Type: "list_item"}
	case "code":
		out.Type, out.Attrs = "preformatted", nil
	case "table":
		return p.table(out, b)
	case "figure", "audio", "video", "file", "embed", "related_link", "button", "math", "rule":
		if b.Op == Removed {
			return p.removedLeaf(n)
		}
		if !richtext.HoldsText(b.Type) {
			return []richtext.Node{out}
		}
	}
	if richtext.HoldsText(b.Type) {
		out.Content = p.inline(b.Segments)
		return []richtext.Node{out}
	}
	if out.Content = p.blocks(b.Blocks); len(out.Content) == 0 && b.Type != "account" && b.Type != "timeline_event" {
		return nil
	}
	return []richtext.Node{out}
}

// table writes captions before the table, since a table has one and the
// comparison may have two.
func (p *printer) table(out richtext.Node, b *Block) []richtext.Node {
	var captions []richtext.Node
	for i := range b.Blocks {
		part := &b.Blocks[i]
		if part.Type != "table_caption" {
			out.Content = append(out.Content, p.rows(part)...)
			continue
		}
		captions = append(captions, richtext.Node{Type: "paragraph", Content: p.inline(part.Segments)})
	}
	if len(out.Content) == 0 {
		return captions
	}
	return append(captions, out)
}

// rows writes a row; one that moved has no place for a note.
func (p *printer) rows(b *Block) []richtext.Node {
	if b.Left {
		return nil
	}
	row := richtext.Node{Type: "table_row"}
	for i := range b.Blocks {
		c := &b.Blocks[i]
		if c.Left {
			continue
		}
		n := c.After
		if n == nil {
			n = c.Before
		}
		content := p.blocks(c.Blocks)
		if len(content) == 0 {
			content = []richtext.Node{{Type: "paragraph"}}
		}
		row.Content = append(row.Content, richtext.Node{Type: "table_cell", Attrs: n.Attrs, Content: content})
	}
	if len(row.Content) == 0 {
		return nil
	}
	return []richtext.Node{row}
}

func withoutAnchor(attrs map[string]any) map[string]any {
	if attrs["anchor"] == nil {
		return attrs
	}
	out := map[string]any{}
	for name, value := range attrs {
		if name != "anchor" {
			out[name] = value
		}
	}
	return out
}

// removedLeaf writes the words of a picture, a file or a link that is gone.
// The thing itself may not be public any more.
func (p *printer) removedLeaf(n *richtext.Node) []richtext.Node {
	var words []string
	for _, name := range []string{"title", "label", "alt", "tex", "credit"} {
		if s := n.AttrText(name); s != "" {
			words = append(words, s)
		}
	}
	if s := richtext.Text(richtext.Doc{Content: n.Content}); s != "" {
		words = append(words, s)
	}
	if len(words) == 0 {
		return nil
	}
	return []richtext.Node{{Type: "paragraph", Content: []richtext.Node{marked(textNode(strings.Join(words, " · ")), Removed)}}}
}

// flat writes all text as paragraphs: for a comparison whose own form is no
// valid document.
func (p *printer) flat(blocks []Block) []richtext.Node {
	var out []richtext.Node
	for i := range blocks {
		b := &blocks[i]
		if b.Left {
			continue
		}
		if len(b.Segments) > 0 {
			out = append(out, richtext.Node{Type: "paragraph", Content: p.inline(b.Segments)})
		}
		out = append(out, p.flat(b.Blocks)...)
	}
	return out
}
