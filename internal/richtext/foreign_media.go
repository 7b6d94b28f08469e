package richtext

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

func (f *flow) foreignMedia(n *html.Node, s scope) {
	switch n.Data {
	case "img":
		f.image(n, s)
	case "picture":
		f.children(n, s)
	case "audio", "video", "bgsound":
		f.recording(n)
	case "iframe", "embed":
		f.frame(n, firstAttr(n, "src", "data-src", "data-lazy-src"), s)
	case "object", "applet":
		f.object(n, s)
	}
}

// firstAttr returns the first attribute that names a real address.
func firstAttr(n *html.Node, names ...string) string {
	for _, name := range names {
		value := strings.TrimSpace(attrOr(n, name, ""))
		if value != "" && value != "about:blank" && !strings.HasPrefix(strings.ToLower(value), "data:") {
			return value
		}
	}
	return ""
}

// image converts a picture: a figure, or an inline image when it is small or a
// letter of an emoji font.
func (f *flow) image(n *html.Node, s scope) {
	src := imageSource(n)
	width, height := attrNumber(n, "width"), attrNumber(n, "height")
	alt := shortText(attrOr(n, "alt", ""))
	switch {
	case s.bare && f.c.images[src]: // the same picture for readers without script
		return
	case width == 1 && height == 1:
		f.c.Drop("element", "img of one pixel", src, 0)
		return
	case classOf(n, "emoji", "wp-smiley") && alt != "":
		f.text(alt, s)
		return
	}
	attrs := map[string]any{"alt": alt, "width": int64(width), "height": int64(height)}
	if attrs["src"] = f.c.source(n, src); attrs["src"] == "" && alt == "" {
		return
	}
	f.c.images[src] = true
	if id := f.c.media(imageRef(n, src, width, height)); id > 0 {
		attrs["media"] = id
	}
	if s.literal || width > 0 && width <= 64 && height > 0 && height <= 64 && alignClass(n) == "" {
		f.line = append(f.line, Node{Type: "inline_image", Attrs: attrs, Marks: s.marks})
		f.spaced = false
		return
	}
	f.placeFigure(n, attrs, s)
}

func (f *flow) placeFigure(n *html.Node, attrs map[string]any, s scope) {
	align := alignClass(n)
	if align != "" {
		attrs["align"] = align
	} else if s.align == "center" || f.attrs["align"] == "center" {
		attrs["align"] = "center"
	}
	if s.href != "" {
		attrs["link"] = s.href
	}
	figure := Node{Type: "figure", Attrs: attrs}
	if (align == "left" || align == "right") && !f.literal {
		f.ahead = append(f.ahead, figure)
		return
	}
	f.place(figure)
}

// source returns the safe address of a picture, "" when it has none.
func (c *Converter) source(n *html.Node, src string) string {
	if src == "" {
		if raw := attrOr(n, "src", ""); raw != "" {
			c.Drop("address", "src", raw, 0)
		}
		return ""
	}
	safe, _ := c.address("src", src, true)
	return safe
}

// imageSource returns the address of a picture, past the placeholders of lazy
// loading.
func imageSource(n *html.Node) string {
	for _, name := range []string{"data-src", "data-lazy-src", "data-orig-file", "data-large-file", "data-original", "src"} {
		if name == "src" || firstAttr(n, "src") == "" {
			if src := firstAttr(n, name); src != "" {
				return src
			}
		}
	}
	for _, name := range []string{"srcset", "data-srcset"} {
		if fields := strings.Fields(attrOr(n, name, "")); len(fields) > 0 && !strings.HasPrefix(fields[0], "data:") {
			return strings.TrimSuffix(fields[0], ",")
		}
	}
	return ""
}

func imageRef(n *html.Node, src string, width, height int) MediaRef {
	ref := MediaRef{Kind: "image", Src: src, Width: width, Height: height, Node: n}
	for _, value := range []string{classAfter(n, "wp-image-"), attrOr(n, "data-id", ""), attrOr(n, "data-attachment-id", "")} {
		if id, err := strconv.ParseInt(value, 10, 64); err == nil && id > 0 {
			ref.ID = id
			break
		}
	}
	return ref
}

// alignClass returns the alignment of a picture or of the figure around it.
func alignClass(n *html.Node) string {
	for _, align := range []string{"left", "right", "center", "wide", "full"} {
		if classOf(n, "align"+align) {
			return align
		}
	}
	switch align := or(styleOf(n, "float"), strings.ToLower(attrOr(n, "align", ""))); align {
	case "left", "right", "center":
		return align
	}
	return ""
}

// shortText cleans words for an attribute that nobody reads as prose.
func shortText(s string) string {
	s = strings.Join(strings.Fields(CleanText(s)), " ")
	if len(s) > 4096 {
		return strings.ToValidUTF8(s[:4096], "") + "…"
	}
	return s
}

// recording converts audio and video. Content for browsers without players is
// listed.
func (f *flow) recording(n *html.Node) {
	kind := "audio"
	if n.Data == "video" {
		kind = "video"
	}
	src := firstAttr(n, "src")
	for d := range n.Descendants() {
		if src == "" && d.Data == "source" {
			src = firstAttr(d, "src")
		}
	}
	if text := lineOf(n); text != "" {
		f.c.Drop("element", "text inside "+kind, text, CountWords(text))
	}
	attrs := map[string]any{"title": shortText(attrOr(n, "title", ""))}
	if attrs["src"] = f.c.source(n, src); attrs["src"] == "" {
		f.c.dropElement(n, false)
		return
	}
	if id := f.c.media(MediaRef{Kind: kind, Src: src, Width: attrNumber(n, "width"), Height: attrNumber(n, "height"), Node: n}); id > 0 {
		attrs["media"] = id
	}
	if poster := attrOr(n, "poster", ""); kind == "video" && poster != "" {
		if id := f.c.media(MediaRef{Kind: "poster", Src: poster, Node: n}); id > 0 {
			attrs["poster"] = id
		}
	}
	f.place(Node{Type: kind, Attrs: attrs})
}

// frame converts an iframe or embed element into an embed.
func (f *flow) frame(n *html.Node, src string, s scope) {
	address, ok := f.c.address("src", src, true)
	if !ok || !strings.HasPrefix(address, "http") {
		f.c.dropElement(n, false)
		return
	}
	f.place(embedNode(address, shortText(attrOr(n, "title", "")), nil))
}

// embedNode makes an embed of an http address, with the page of a known player
// in place of the player.
func embedNode(address, title string, caption []Node) Node {
	page, id := pageOf(address)
	if safe, ok := SafeURL(page); ok {
		page = safe
	} else {
		page = address
	}
	return Node{Type: "embed", Content: caption,
		Attrs: map[string]any{"provider": ProviderOf(address), "url": page, "id": CleanText(id), "title": title}}
}

// object converts an object element by its data or its movie parameter and
// keeps the content for browsers that cannot show it.
func (f *flow) object(n *html.Node, s scope) {
	src := firstAttr(n, "data")
	for d := range n.Descendants() {
		name := strings.ToLower(attrOr(d, "name", ""))
		if src == "" && (d.Data == "param" && (name == "movie" || name == "src") || d.Data == "embed") {
			src = firstAttr(d, "value", "src")
		}
	}
	f.frame(n, src, s)
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		if child.Data != "embed" && child.Data != "param" {
			f.node(child, s)
		}
	}
}
