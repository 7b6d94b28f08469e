package richtext

import (
	"strconv"
	"strings"
)

// alignClasses are the classes of aligned text blocks.
var alignClasses = map[string]string{
	"left": "align-left", "center": "align-center", "right": "align-right", "justify": "align-justify",
}

func (r *renderer) paragraph(n *Node) {
	if len(n.Content) == 0 {
		return
	}
	class := ""
	if len(n.Attrs) > 0 {
		class = alignClasses[n.str("align")]
		if n.flag("drop_cap") {
			class = strings.TrimPrefix(class+" drop-cap", " ")
		}
	}
	r.open("p", class)
	r.quoteID(paragraphID(n.Content))
	r.textBlock(n.Content)
	r.raw("</p>\n")
}

var headingTags = [...]string{2: "h2", 3: "h3", 4: "h4", 5: "h5", 6: "h6"}

func (r *renderer) heading(n *Node) {
	if len(n.Content) == 0 {
		return
	}
	tag := "p" // HTML allows no headings inside th
	if !r.inHead {
		tag = headingTags[r.headingLevel(n.num("level"))]
	}
	r.open(tag, alignClasses[n.str("align")])
	r.anchor(n.str("anchor"))
	r.textBlock(n.Content)
	r.end(tag)
}

// headingLevel returns the level at which a heading of the given level stands:
// one below the heading that it is under, so that none is skipped, as HTML's
// checkers and readers of screens ask. The headline above the body is level 1.
func (r *renderer) headingLevel(given int64) int {
	given = min(max(given, 2), 6)
	for len(r.outline) > 0 && r.outline[len(r.outline)-1] >= given {
		r.outline = r.outline[:len(r.outline)-1]
	}
	r.outline = append(r.outline, given)
	return min(len(r.outline)+1, 6)
}

// anchor writes an author's id unless it is taken, by another block or by the
// theme.
func (r *renderer) anchor(id string) {
	if id == "" || r.feed || r.ids[id] || !isAnchor(id) {
		return
	}
	for _, reserved := range []string{"site-", "comment", "fn-", "fnref-", "said-"} {
		if strings.HasPrefix(id, reserved) {
			return
		}
	}
	if r.ids == nil {
		r.ids = map[string]bool{}
	}
	r.ids[id] = true
	r.attr("id", id)
}

// listTypes are the values of the type attribute of ol.
var listTypes = map[string]string{"lower-alpha": "a", "upper-alpha": "A", "lower-roman": "i", "upper-roman": "I"}

func (r *renderer) list(n *Node) {
	if len(n.Content) == 0 {
		return
	}
	tag := "ul"
	if n.Type == "ordered_list" {
		tag = "ol"
	}
	r.open(tag, "")
	if tag == "ol" && len(n.Attrs) > 0 {
		r.numbering(n)
	}
	r.raw(">\n")
	for i := range n.Content {
		r.raw("<li")
		r.flow(n.Content[i].Content)
		r.end("li")
	}
	r.end(tag)
}

func (r *renderer) numbering(n *Node) {
	if start, set := toInt(n.Attrs["start"]); set && start != 1 {
		r.attrInt("start", start)
	}
	if n.flag("reversed") {
		r.raw(" reversed")
	}
	if kind := listTypes[n.str("style")]; kind != "" {
		r.attr("type", kind)
	}
}

// flow finishes the start tag of an element that holds blocks and writes them.
// A first plain paragraph stands without <p> when no other paragraph follows.
func (r *renderer) flow(nodes []Node) {
	if !tight(nodes) {
		r.raw(">")
		r.blocks(nodes)
		return
	}
	r.quoteID(paragraphID(nodes[0].Content))
	r.textBlock(nodes[0].Content)
	if len(nodes) > 1 {
		r.raw("\n")
		r.blocks(nodes[1:])
	}
}

func tight(nodes []Node) bool {
	if len(nodes) == 0 || nodes[0].Type != "paragraph" || len(nodes[0].Attrs) > 0 {
		return false
	}
	for i := range nodes[1:] {
		if nodes[i+1].Type == "paragraph" {
			return false
		}
	}
	return true
}

func (r *renderer) quote(n *Node, class string) {
	cite := n.str("cite")
	if cite == "" && class == "quote" || r.feed {
		r.open("blockquote", class)
		r.raw(">")
		r.blocks(n.Content)
		r.end("blockquote")
		r.feedCite(cite)
		return
	}
	r.open("figure", class)
	r.raw("><blockquote>")
	r.blocks(n.Content)
	r.raw("</blockquote>")
	if cite != "" {
		r.raw("<figcaption>")
		r.words(cite)
		r.raw("</figcaption>")
	}
	r.end("figure")
}

func (r *renderer) feedCite(cite string) {
	if cite == "" {
		return
	}
	r.raw("<p>— ")
	r.words(cite)
	r.raw("</p>\n")
}

func (r *renderer) code(n *Node) {
	r.open("pre", "code")
	if !r.feed {
		r.raw(` tabindex="0"`)
	}
	r.raw("><code")
	if language := n.str("language"); language != "" && isName(language) && !r.feed {
		r.attr("class", "language-"+language)
	}
	r.raw(">")
	for i := range n.Content {
		r.words(n.Content[i].Text)
	}
	r.raw("</code></pre>\n")
}

func (r *renderer) preformatted(n *Node) {
	r.open("pre", n.Type)
	if n.Type == "preformatted" && !r.feed {
		r.raw(` tabindex="0"`)
	}
	if lang := wholeLanguage(n.Content); lang != nil {
		r.language(lang)
	}
	r.raw(">")
	r.literal(n.Content)
	r.inline(n.Content)
	r.raw("</pre>\n")
}

// literal doubles a newline right after <pre>, which HTML would take away.
func (r *renderer) literal(nodes []Node) {
	if len(nodes) > 0 && len(nodes[0].Marks) == 0 && strings.HasPrefix(nodes[0].Text, "\n") {
		r.raw("\n")
	}
}

func (r *renderer) math(n *Node) {
	r.open("p", "math")
	r.raw("><code>")
	r.words(n.str("tex"))
	r.raw("</code></p>\n")
}

func (r *renderer) details(n *Node) {
	if r.feed {
		r.paragraphOf("", n.str("summary"))
		r.blocks(n.Content)
		return
	}
	r.open("details", "details")
	if n.flag("open") {
		r.raw(" open")
	}
	r.raw("><summary>")
	r.words(or(n.str("summary"), "…"))
	r.raw("</summary>")
	r.blocks(n.Content)
	r.end("details")
}

func (r *renderer) columns(n *Node) {
	if r.feed {
		for i := range n.Content {
			r.blocks(n.Content[i].Content)
		}
		return
	}
	r.open("div", "columns columns-"+strconv.Itoa(min(len(n.Content), 6)))
	r.raw(">\n")
	for i := range n.Content {
		r.wrapped("div", columnClass(n.Content[i].num("width")), n.Content[i].Content)
	}
	r.end("div")
}

// columnClass rounds a width in per cent to one of five.
func columnClass(width int64) string {
	switch {
	case width <= 0:
		return "column"
	case width < 30:
		return "column column-w25"
	case width < 42:
		return "column column-w33"
	case width < 59:
		return "column column-w50"
	case width < 71:
		return "column column-w66"
	}
	return "column column-w75"
}

func (r *renderer) mediaText(n *Node) {
	if r.feed || len(n.Content) == 0 {
		r.blocks(n.Content)
		return
	}
	class := "media-text"
	if n.str("side") == "right" {
		class = "media-text media-text-right"
	}
	r.open("div", class)
	r.raw(">")
	r.block(&n.Content[0])
	r.wrapped("div", "media-text-body", n.Content[1:])
	r.end("div")
}
