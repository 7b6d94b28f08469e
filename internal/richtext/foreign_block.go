package richtext

import (
	"errors"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// element converts one element. Those that are not named here are unwrapped.
func (f *flow) element(n *html.Node, s scope) {
	if n.Namespace != "" || n.Data == "svg" || n.Data == "math" {
		f.foreign(n, s)
		return
	}
	f.c.noteHandlers(n)
	switch n.Data {
	case "p":
		f.paragraph(n, s)
	case "h1", "h2", "h3", "h4", "h5", "h6":
		f.heading(n, s)
	case "ul", "ol", "menu", "dir", "dl":
		f.listOf(n, s)
	case "blockquote":
		f.quote(n, s)
	case "pre", "xmp", "listing", "plaintext":
		f.pre(n, s)
	case "table":
		f.table(n, s)
	case "details":
		f.details(n, s)
	case "hr":
		f.place(Node{Type: "rule"})
	case "br":
		f.lineBreak(s)
	case "form":
		f.form(n, s)
	case "figure":
		f.figure(n, s)
	case "img", "iframe", "embed", "object", "applet", "audio", "video", "picture", "bgsound":
		f.foreignMedia(n, s)
	default:
		f.other(n, s)
	}
}

// other handles what is left out, what is unwrapped, and styles.
func (f *flow) other(n *html.Node, s scope) {
	switch n.Data {
	case "script", "style", "link", "meta", "base", "iframe", "input", "keygen":
		f.c.dropElement(n, false)
	case "title", "template", "textarea", "select", "datalist", "noembed", "noframes":
		f.c.dropElement(n, true)
	case "col", "param", "source", "track", "area", "wbr", "frame", "basefont":
	case "colgroup":
		f.children(n, s)
	case "button":
		f.c.Drop("element", n.Data, lineOf(n), 0)
		f.unwrap(n, s)
	case "rt":
		f.reading(n, s)
	case "noscript":
		s.bare = true
		f.unwrap(n, s)
	default:
		switch {
		case blockNames[n.Data]:
			f.box(n, s)
		case f.style(n, &s):
			f.children(n, s)
		default:
			f.c.noteUnknown(n)
			f.children(n, f.c.language(n, s))
		}
	}
}

// reading puts the reading of a ruby text into parentheses, unless the text has
// some in rp elements.
func (f *flow) reading(n *html.Node, s scope) {
	for other := n.Parent.FirstChild; other != nil; other = other.NextSibling {
		if other.Data == "rp" {
			f.children(n, s)
			return
		}
	}
	f.text(" (", s)
	f.children(n, s)
	f.text(")", s)
}

// noteHandlers lists event handlers.
func (c *Converter) noteHandlers(n *html.Node) {
	for _, a := range n.Attr {
		if strings.HasPrefix(a.Key, "on") && len(a.Key) > 2 {
			c.Drop("attribute", clip(a.Key, 40), a.Val, 0)
		}
	}
}

// unwrapped are inline elements that mean nothing to an article.
var unwrapped = set(`span font a bdi bdo big data time output meter progress label ruby rb rtc rt rp slot map canvas nobr marquee blink`)

// noteUnknown lists an element that HTML does not know.
func (c *Converter) noteUnknown(n *html.Node) {
	if !unwrapped[n.Data] {
		c.Drop("unwrapped", clip(n.Data, 40), "", 0)
	}
}

// clip shortens a name for the list.
func clip(s string, most int) string { return CleanText(s[:min(len(s), most)]) }

// unwrap converts the content of an element in its place, on lines of its own
// if it is a block.
func (f *flow) unwrap(n *html.Node, s scope) {
	if !blockNames[n.Data] {
		f.children(n, s)
		return
	}
	f.flush()
	f.children(n, s)
	f.flush()
}

// box converts a block that is no node of its own.
func (f *flow) box(n *html.Node, s scope) {
	switch {
	case classOf(n, "wp-caption"):
		f.figure(n, s)
		return
	case galleryBox(n):
		f.gallery(n, s)
		return
	}
	if align := alignOf(n); align != "" {
		s.align = align
	}
	outer := f.attrs
	f.flush()
	if f.attrs = nil; s.align != "" {
		f.attrs = map[string]any{"align": s.align}
	}
	f.children(n, f.c.language(n, s))
	f.flush()
	f.attrs = outer
}

// alignOf returns the text alignment that an element sets.
func alignOf(n *html.Node) string {
	if n.Data == "center" || classOf(n, "has-text-align-center", "aligncenter", "text-center") {
		return "center"
	}
	if classOf(n, "has-text-align-right") {
		return "right"
	}
	if classOf(n, "has-text-align-left") {
		return "left"
	}
	align := or(styleOf(n, "text-align"), strings.ToLower(attrOr(n, "align", "")))
	switch align {
	case "center", "right", "justify":
		return align
	case "middle":
		return "center"
	case "end":
		return "right"
	}
	return ""
}

// styleOf returns a property of the style attribute in lower case.
func styleOf(n *html.Node, property string) string {
	style := attrOr(n, "style", "")
	for declaration := range strings.SplitSeq(style, ";") {
		name, value, _ := strings.Cut(declaration, ":")
		if strings.EqualFold(strings.TrimSpace(name), property) {
			return strings.ToLower(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "!important")))
		}
	}
	return ""
}

func (f *flow) paragraph(n *html.Node, s scope) {
	f.flush()
	s = f.c.language(n, s)
	align := or(alignOf(n), s.align)
	outer := f.attrs
	f.attrs = nil
	if align != "" {
		f.attrs = map[string]any{"align": align}
	}
	if classOf(n, "has-drop-cap") {
		f.attrs = map[string]any{"align": align, "drop_cap": true}
	}
	f.children(n, s)
	f.flush()
	f.attrs = outer
}

func (f *flow) heading(n *html.Node, s scope) {
	inline, apart := f.c.inlineOnly(n, f.c.language(n, s), f.level)
	f.flush()
	if len(inline) > 0 {
		attrs := map[string]any{"level": int64(max(n.Data[1]-'0', 2))}
		if align := or(alignOf(n), s.align); align != "" {
			attrs["align"] = align
		}
		if id := headingID(n); id != "" && isAnchor(id) {
			attrs["anchor"] = id
		}
		f.out = append(f.out, Node{Type: "heading", Attrs: attrs, Content: inline})
	}
	f.out = append(f.out, apart...)
}

// headingID returns the id of a heading, or of an anchor right inside it.
func headingID(n *html.Node) string {
	if id := attrOr(n, "id", ""); id != "" {
		return id
	}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		if child.Type == html.ElementNode {
			return or(attrOr(child, "id", ""), attrOr(child, "name", ""))
		}
	}
	return ""
}

// listOf converts lists, unless they are too deep or only the frame of a
// gallery.
func (f *flow) listOf(n *html.Node, s scope) {
	s = f.c.language(n, s)
	switch {
	case n.Data == "dl" && classOf(n, "gallery-item"):
		f.figure(n, s)
		return
	case galleryBox(n):
		f.gallery(n, s)
		return
	case !f.fits():
		f.unwrap(n, s)
		return
	}
	l := lister{f: f, s: s}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		l.add(child)
	}
	l.endItem()
	if len(l.items) == 0 {
		return
	}
	kind := "bullet_list"
	if n.Data == "ol" {
		kind = "ordered_list"
	}
	f.place(Node{Type: kind, Attrs: numberingOf(n), Content: l.items})
}

// lister gathers list items.
type lister struct {
	f     *flow
	s     scope
	item  *flow // the item being read, nil between items
	items []Node
}

func (l *lister) add(n *html.Node) {
	switch {
	case n.Type == html.TextNode && strings.TrimSpace(n.Data) == "":
	case n.Type != html.ElementNode:
		l.current().node(n, l.s)
	case n.Data == "li" || n.Data == "dt":
		l.endItem()
		l.content(n)
	case n.Data == "dd", n.Data == "div" && n.Parent.Data == "dl":
		l.content(n)
	case n.Data == "ul" || n.Data == "ol": // nested beside an item instead of inside it
		l.reopen().node(n, l.s)
	default:
		l.current().node(n, l.s)
	}
}

// content reads an item, a term (set in bold) or its description.
func (l *lister) content(n *html.Node) {
	s := l.f.c.language(n, l.s)
	s.align = or(alignOf(n), s.align)
	switch n.Data {
	case "dt":
		s = s.with(Mark{Type: "strong"})
	case "div":
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			l.add(child)
		}
		return
	}
	item := l.current()
	item.flush()
	item.children(n, s)
	item.flush()
}

func (l *lister) current() *flow {
	if l.item == nil {
		l.item = l.f.sub(2)
	}
	return l.item
}

// reopen returns the last item to add to it.
func (l *lister) reopen() *flow {
	if l.item == nil && len(l.items) > 0 {
		l.item = l.f.sub(2)
		l.item.out = l.items[len(l.items)-1].Content
		l.items = l.items[:len(l.items)-1]
	}
	return l.current()
}

func (l *lister) endItem() {
	if l.item == nil {
		return
	}
	l.item.flush()
	if len(l.item.out) > 0 {
		l.items = append(l.items, Node{Type: "list_item", Content: l.item.out})
	}
	l.item = nil
}

var listStyles = map[string]string{"a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}

func numberingOf(n *html.Node) map[string]any {
	if n.Data != "ol" {
		return nil
	}
	attrs := map[string]any{}
	if start, err := strconv.ParseInt(attrOr(n, "start", ""), 10, 32); err == nil {
		attrs["start"] = start
	}
	if hasAttr(n, "reversed") {
		attrs["reversed"] = true
	}
	style := or(listStyles[attrOr(n, "type", "")], styleOf(n, "list-style-type"))
	switch style {
	case "lower-latin":
		style = "lower-alpha"
	case "upper-latin":
		style = "upper-alpha"
	}
	if _, known := listTypes[style]; known {
		attrs["style"] = style
	}
	return attrs
}

// details converts a disclosure; its summary is plain words.
func (f *flow) details(n *html.Node, s scope) {
	if !f.fits() {
		f.unwrap(n, s)
		return
	}
	s = f.c.language(n, s)
	attrs := map[string]any{"open": hasAttr(n, "open")}
	body := f.sub(1)
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		if child.Type != html.ElementNode || child.Data != "summary" || attrs["summary"] != nil {
			body.node(child, s)
			continue
		}
		words, apart := body.label(child, s)
		attrs["summary"] = words
		body.place(apart...)
	}
	body.flush()
	if words, _ := attrs["summary"].(string); words == "" && len(body.out) == 0 {
		return
	}
	f.place(Node{Type: "details", Attrs: attrs, Content: atLeastOne(body.out)})
}

// label reads an element for an attribute that holds words. What has no room
// there is returned as blocks, the words themselves if they are too many.
func (f *flow) label(n *html.Node, s scope) (string, []Node) {
	inline, apart := f.c.inlineOnly(n, s, f.level)
	words := CleanText(strings.Join(strings.Fields(inlineText(inline)), " "))
	if len(words) > maxAttrText {
		return "", append([]Node{paragraphOf(inline...)}, apart...)
	}
	return words, apart
}

// atLeastOne fills a container that has no content with an empty paragraph.
func atLeastOne(nodes []Node) []Node {
	if len(nodes) == 0 {
		return []Node{paragraphOf()}
	}
	return nodes
}

// form keeps a form's words. The form itself is shown to the desk as text.
func (f *flow) form(n *html.Node, s scope) {
	f.c.Drop("element", "form", attrOr(n, "action", ""), 0)
	if !f.fits() {
		f.unwrap(n, s)
		return
	}
	body := f.sub(1)
	body.children(n, f.c.language(n, s))
	body.flush()
	f.place(Node{Type: "fallback", Content: body.out,
		Attrs: map[string]any{"origin": "html", "name": "form", "raw": sourceOf(n)}})
}

// sourceOf returns the HTML of a node, at most as much as a fallback holds.
func sourceOf(n *html.Node) string {
	w := limitedWriter{left: maxRaw / 2} // CleanText never makes it longer than this twice
	_ = html.Render(&w, n)               // the only error is the limit's
	return CleanText(strings.ToValidUTF8(w.b.String(), ""))
}

type limitedWriter struct {
	b    strings.Builder
	left int
}

func (w *limitedWriter) Write(p []byte) (int, error) {
	if len(p) > w.left {
		w.b.Write(p[:w.left])
		w.left = 0
		return 0, errLimit
	}
	w.left -= len(p)
	return w.b.Write(p)
}

var errLimit = errors.New("the source is longer than a fallback holds")
