package wpcontent

import (
	"strings"

	"dateline/internal/richtext"
)

// converter carries one conversion.
type converter struct {
	ctx   *Context
	rep   *Report
	opts  richtext.ImportOptions
	slots []slot
	refs  []int64 // saved blocks that are being put in place
	saved int     // bytes of saved blocks so far
	noted map[string]bool
	notes []richtext.Node

	changed bool // nodes were made or moved that richtext has not checked yet
}

// Convert makes an article document of the raw content of a post. It always
// returns a valid document; what it could not keep is in the report.
func Convert(raw string, ctx Context) (richtext.Doc, Report) {
	rep := Report{}
	c := &converter{ctx: &ctx, rep: &rep}
	c.opts = richtext.ImportOptions{Media: c.mediaID, Link: c.relative, Language: ctx.Language}
	raw = withoutSlotMarks(raw)
	var blocks []*block
	if hasBlocks(raw) {
		blocks = parseBlocks(raw)
	}
	rep.WordsIn += wordsIn(raw, blocks)
	if strings.Contains(raw, "data-fn=") || strings.Contains(raw, "wp:footnotes") {
		c.readFootnotes()
		if marked := c.markNotes(raw); marked != raw {
			raw = marked
			blocks = parseBlocks(raw)
		}
	}
	nodes := c.content(raw, blocks)
	if len(c.notes) > 0 {
		nodes = append(nodes, richtext.Node{Type: "footnotes", Content: c.notes})
	}
	doc := richtext.Doc{Version: richtext.SchemaVersion, Content: c.finish(nodes)}
	// What FromHTML returned is checked already; signs make a text longer, which
	// only a long one can be too long for.
	if c.changed || len(c.slots) > 0 || len(raw) > 16<<10 {
		valid, err := richtext.Validate(doc)
		if err != nil {
			rep.note("the text is kept as plain paragraphs: " + err.Error())
			valid = plainDoc(raw)
		}
		doc = valid
	}
	rep.WordsOut = richtext.Words(doc)
	return doc, rep
}

// content converts a whole text: blocks, or classic text.
func (c *converter) content(raw string, blocks []*block) []richtext.Node {
	if blocks == nil {
		return c.nodes(autop(c.expanded(raw)))
	}
	var w strings.Builder
	w.Grow(len(raw))
	c.emit(blocks, &w)
	return c.nodes(c.expanded(w.String()))
}

// nodes converts HTML with slots in it.
func (c *converter) nodes(html string) []richtext.Node {
	if strings.TrimSpace(html) == "" {
		return nil
	}
	doc, dropped := richtext.FromHTML(html, c.opts)
	for _, d := range dropped {
		c.rep.foreign(d)
	}
	if strings.Contains(html, slotStart) {
		return c.fill(doc.Content)
	}
	return doc.Content
}

// classic converts classic text inside of something else.
func (c *converter) classic(text string) []richtext.Node {
	return withoutTop(c.nodes(autop(c.expanded(text))))
}

// nested converts HTML inside of something else.
func (c *converter) nested(html string) []richtext.Node {
	return withoutTop(c.nodes(c.expanded(html)))
}

// line converts HTML to inline nodes; what was several blocks has breaks between.
func (c *converter) line(html string) (line []richtext.Node) {
	richtext.Walk(c.nested(html), func(n *richtext.Node) bool {
		if n.Type != "paragraph" && n.Type != "heading" {
			return true
		}
		if len(line) > 0 && len(n.Content) > 0 {
			line = append(line, richtext.Node{Type: "hard_break"})
		}
		line = append(line, n.Content...)
		return false
	})
	return line
}

// withoutTop drops the nodes that stand in the document itself only.
func withoutTop(nodes []richtext.Node) []richtext.Node {
	kept := nodes[:0]
	for _, n := range nodes {
		switch n.Type {
		case "more", "page_break", "footnotes":
		default:
			kept = append(kept, n)
		}
	}
	return kept
}

// expanded converts the shortcodes in HTML or classic text and leaves slots for
// them.
func (c *converter) expanded(text string) string {
	if !strings.Contains(text, "[") {
		return text
	}
	var w strings.Builder
	w.Grow(len(text))
	c.expand(parseShortcodes(text), &w)
	return w.String()
}

// addWords counts words that WordPress shows from elsewhere.
func (c *converter) addWords(html string) { c.rep.WordsIn += wordsOf(html) }

// maxNesting is how deep the nodes in a container may be; below that containers
// are taken off.
const maxNesting = 20

// deeper reports whether one more container may stand around nodes.
func (c *converter) deeper(nodes []richtext.Node) bool { return depthOf(nodes) < maxNesting }

func depthOf(nodes []richtext.Node) int {
	depth := 0
	for i := range nodes {
		depth = max(depth, 1+depthOf(nodes[i].Content))
	}
	return depth
}

// plainDoc makes paragraphs of the words of a text that no document can hold as
// it is.
func plainDoc(raw string) richtext.Doc {
	var t shownText
	t.html(raw)
	doc := richtext.Doc{Version: richtext.SchemaVersion}
	size := 0
	for line := range strings.SplitSeq(t.b.String(), "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if size += len(line); size > 8<<20 || len(doc.Content) > 100_000 {
			break
		}
		doc.Content = append(doc.Content, richtext.Node{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: line}}})
	}
	if valid, err := richtext.Validate(doc); err == nil {
		return valid
	}
	return richtext.Doc{Version: richtext.SchemaVersion}
}
