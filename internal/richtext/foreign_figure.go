package richtext

import (
	"slices"
	"strconv"

	"golang.org/x/net/html"
)

// figure converts a figure, or a caption box of WordPress: its content, with
// the caption where the content has room for one.
func (f *flow) figure(n *html.Node, s scope) {
	s = f.c.language(n, s)
	align := alignClass(n)
	outer := s.align
	s.align = ""
	f.flush()
	body := f.sub(0)
	var captions []*html.Node
	body.figureContent(n, s, &captions)
	body.flush()
	blocks := body.out
	if galleryBox(n) {
		blocks = asGallery(n, blocks)
	}
	if align == "" && outer == "center" {
		align = "center"
	}
	alignFigure(blocks, align)
	for _, caption := range captions {
		inline, apart := f.c.inlineOnly(caption, s, f.level+1)
		blocks = append(captioned(n, blocks, inline), apart...)
	}
	f.out = append(f.out, blocks...)
}

// figureContent reads what is not a caption, and finds the captions.
func (f *flow) figureContent(n *html.Node, s scope, captions *[]*html.Node) {
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		switch {
		case child.Type == html.ElementNode && (child.Data == "figcaption" || classOf(child, "wp-caption-text", "gallery-caption")):
			*captions = append(*captions, child)
		case child.Type == html.ElementNode && child.Data == "dt" && n.Data == "dl":
			f.children(child, s)
		default:
			f.node(child, s)
		}
	}
}

// alignFigure gives the only block of a figure the figure's alignment.
func alignFigure(blocks []Node, align string) {
	if align == "" || len(blocks) != 1 || blocks[0].Type != "figure" {
		return
	}
	if have := blocks[0].str("align"); have == "" || have == "none" {
		blocks[0].Attrs["align"] = align
	}
}

// captioned adds a caption to the only block that can have one, or as a
// paragraph after the blocks.
func captioned(n *html.Node, blocks, caption []Node) []Node {
	if len(caption) == 0 {
		return blocks
	}
	if len(blocks) == 1 {
		b := &blocks[0]
		switch b.Type {
		case "figure", "embed", "audio", "video":
			if len(b.Content) > 0 {
				b.Content = append(b.Content, Node{Type: "hard_break"})
			}
			b.Content = append(b.Content, caption...)
			return blocks
		case "table":
			if b.Content[0].Type != "table_caption" {
				b.Content = append([]Node{{Type: "table_caption", Content: caption}}, b.Content...)
				return blocks
			}
		case "quote", "pull_quote":
			if words := inlineText(caption); b.str("cite") == "" && len(words) <= maxAttrText {
				b.Attrs["cite"] = words
				return blocks
			}
		}
	}
	return append(blocks, paragraphOf(caption...))
}

var galleryClasses = []string{
	"gallery", "wp-block-gallery", "blocks-gallery-grid", "tiled-gallery", "wp-block-jetpack-tiled-gallery", "wp-block-jetpack-slideshow",
}

func galleryBox(n *html.Node) bool { return classOf(n, galleryClasses...) }

// gallery converts a box of pictures; the lists and boxes in it mean nothing.
func (f *flow) gallery(n *html.Node, s scope) {
	f.flush()
	body := f.sub(0)
	body.galleryContent(n, f.c.language(n, s))
	body.flush()
	f.out = append(f.out, asGallery(n, body.out)...)
}

func (f *flow) galleryContent(n *html.Node, s scope) {
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		if child.Type == html.ElementNode && (child.Data == "li" || child.Data == "ul" || child.Data == "ol") {
			f.flush()
			f.galleryContent(child, s)
			f.flush()
			continue
		}
		f.node(child, s)
	}
}

// asGallery makes a gallery of blocks that are all figures.
func asGallery(n *html.Node, blocks []Node) []Node {
	attrs := map[string]any{}
	columns := or(classAfter(n, "columns-"), classAfter(n, "gallery-columns-"))
	if number, err := strconv.ParseInt(columns, 10, 8); err == nil && number > 0 && number <= 8 {
		attrs["columns"] = number
	}
	if len(blocks) == 1 && blocks[0].Type == "gallery" && len(blocks[0].Attrs) == 0 { // of a list inside the box
		blocks[0].Attrs = attrs
	}
	if len(blocks) < 2 || slices.ContainsFunc(blocks, func(b Node) bool { return b.Type != "figure" }) {
		return blocks
	}
	return []Node{{Type: "gallery", Attrs: attrs, Content: blocks}}
}
