package wpcontent

import (
	"regexp"
	"strings"

	"dateline/internal/richtext"
)

// figuresIn collects the figures in nodes, also out of galleries and lists.
func figuresIn(nodes []richtext.Node) (list []richtext.Node) {
	richtext.Walk(nodes, func(n *richtext.Node) bool {
		if n.Type == "figure" {
			list = append(list, *n)
			return false
		}
		return true
	})
	return list
}

// rest returns nodes without figures and galleries, and without what is then
// empty.
func rest(nodes []richtext.Node) (list []richtext.Node) {
	for _, n := range nodes {
		if n.Type != "figure" && n.Type != "gallery" && !empty([]richtext.Node{n}) {
			list = append(list, n)
		}
	}
	return list
}

// setAttr sets an attribute of a node that may have none yet.
func setAttr(n *richtext.Node, name string, value any) {
	if n.Attrs == nil {
		n.Attrs = map[string]any{}
	}
	n.Attrs[name] = value
}

func textAttr(n *richtext.Node, name string) string {
	s, _ := n.Attrs[name].(string)
	return s
}

// imageBlock makes a figure.
func (c *converter) imageBlock(b *block, w *strings.Builder) {
	nodes := c.nested(b.html())
	figures := figuresIn(nodes)
	if len(figures) != 1 { // a picture that was never chosen, or several
		c.put(w, nodes...)
		return
	}
	f := figures[0]
	c.identify(&f, b.number("id"))
	if a := b.attr("align"); a == "left" || a == "right" || a == "center" || a == "wide" || a == "full" {
		setAttr(&f, "align", a)
	}
	c.put(w, append([]richtext.Node{f}, rest(nodes)...)...)
}

// galleryBlock makes a gallery of nested pictures (today's form) or of the
// pictures in its HTML (the form before WordPress 5.9).
func (c *converter) galleryBlock(b *block, w *strings.Builder) {
	own := c.nested(b.html())
	figures := figuresIn(own)
	others := rest(own)
	if ids, ok := b.attributes()["ids"].([]any); ok && len(ids) == len(figures) {
		for i := range figures {
			c.identify(&figures[i], toInt(ids[i]))
		}
	}
	if inner := b.inner(); len(inner) > 0 {
		nodes := c.blocksIn(b)
		figures = append(figures, figuresIn(nodes)...)
		others = append(rest(nodes), others...)
	}
	c.put(w, append(c.gallery(figures, int(b.number("columns"))), others...)...)
}

// gallery makes a gallery of figures; one picture is a figure.
func (c *converter) gallery(figures []richtext.Node, columns int) []richtext.Node {
	switch len(figures) {
	case 0:
		return nil
	case 1:
		return figures
	}
	for i := range figures {
		delete(figures[i].Attrs, "align")
	}
	return []richtext.Node{{Type: "gallery", Attrs: attrs("columns", min(max(columns, 0), 8)), Content: figures}}
}

// tiledGallery is Jetpack's tiled gallery and slideshow.
func (c *converter) tiledGallery(b *block, w *strings.Builder) {
	nodes := c.inside(b)
	figures := figuresIn(nodes)
	if ids, ok := b.attributes()["ids"].([]any); ok && len(ids) == len(figures) {
		for i := range figures {
			c.identify(&figures[i], toInt(ids[i]))
		}
	}
	c.put(w, append(c.gallery(figures, 0), rest(nodes)...)...)
}

// recordingBlock is an audio or video block.
func (c *converter) recordingBlock(b *block, w *strings.Builder) {
	nodes := c.nested(b.html())
	richtext.Walk(nodes, func(n *richtext.Node) bool {
		if n.Type == b.name {
			c.identify(n, b.number("id"))
		}
		return true
	})
	c.put(w, nodes...)
}

// fileBlock makes a file to take away.
func (c *converter) fileBlock(b *block, w *strings.Builder) {
	label := ""
	href := b.attr("href")
	for _, a := range linksIn(b.html()) {
		if strings.Contains(a.class, "wp-block-file__button") {
			continue
		}
		label, href = a.text, first(a.href, href)
		break
	}
	src, ok := richtext.SafeURL(href)
	if !ok && b.number("id") == 0 {
		c.put(w, c.nested(b.html())...)
		return
	}
	n := richtext.Node{Type: "file", Attrs: attrs("src", src, "label", first(label, fileName(src)))}
	if label == "" {
		c.rep.WordsIn += richtext.CountWords(textAttr(&n, "label"))
	}
	c.identify(&n, b.number("id"))
	c.put(w, n)
}

// first returns the first text that is not empty.
func first(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// fileName returns the last part of an address.
func fileName(address string) string {
	address, _, _ = strings.Cut(address, "?")
	address, _, _ = strings.Cut(address, "#")
	return address[strings.LastIndexByte(address, '/')+1:]
}

// backgroundImage finds the address in style="background-image:url(…)".
var backgroundImage = regexp.MustCompile(`(?i)background(?:-image)?\s*:[^;"]*?url\(\s*(?:&quot;|&#039;|["'])?([^"')&]+(?:&amp;[^"')&]+)*)`)

// coverBlock is a picture or film with words over it: a figure, then the words.
// Old forms have the address in the attributes or the style, and the words in
// the block's own HTML.
func (c *converter) coverBlock(b *block, w *strings.Builder) {
	html := b.html()
	own := c.nested(html)
	figures := figuresIn(own)
	var media []richtext.Node
	switch {
	case len(figures) > 0:
		media = figures[:1]
		c.identify(&media[0], b.number("id"))
	case b.attr("backgroundType") == "video":
		richtext.Walk(own, func(n *richtext.Node) bool {
			if n.Type == "video" && len(media) == 0 {
				c.identify(n, b.number("id"))
				media = append(media, *n)
			}
			return true
		})
	default:
		address := b.attr("url")
		if m := backgroundImage.FindStringSubmatch(html); m != nil && address == "" {
			address = unescape(m[1])
		}
		if src, ok := richtext.SafeURL(address); ok {
			f := richtext.Node{Type: "figure", Attrs: attrs("src", src, "alt", b.attr("alt"))}
			c.identify(&f, b.number("id"))
			media = append(media, f)
		}
	}
	if len(media) > 0 && media[0].Type == "figure" {
		if a := b.attr("align"); a == "wide" || a == "full" {
			setAttr(&media[0], "align", a)
		}
		if len(media[0].Content) > 0 { // words over the picture that stood beside it
			own = append(own, richtext.Node{Type: "paragraph", Content: media[0].Content})
			media[0].Content = nil
		}
	}
	var words []richtext.Node
	for _, n := range rest(own) {
		if n.Type != "video" || len(media) == 0 {
			words = append(words, n)
		}
	}
	c.put(w, append(append(media, words...), c.blocksIn(b)...)...)
}

// mediaTextBlock is a picture with words beside it.
func (c *converter) mediaTextBlock(b *block, w *strings.Builder) {
	own := c.nested(b.html())
	words := append(c.blocksIn(b), rest(own)...)
	figures := figuresIn(own)
	if len(figures) == 0 {
		if id := b.number("mediaId"); id != 0 {
			for i := range words {
				if words[i].Type == "video" {
					c.identify(&words[i], id)
				}
			}
		}
		c.put(w, words...)
		return
	}
	c.identify(&figures[0], b.number("mediaId"))
	delete(figures[0].Attrs, "align")
	if empty(words) || len(figures) > 1 || !c.deeper(words) {
		c.put(w, append(figures, words...)...)
		return
	}
	side := ""
	if b.attr("mediaPosition") == "right" {
		side = "right"
	}
	c.put(w, richtext.Node{Type: "media_text", Attrs: attrs("side", side), Content: append(figures, words...)})
}

// embedBlock is an embed of any provider.
func (c *converter) embedBlock(b *block, w *strings.Builder) {
	html := b.html()
	var caption []richtext.Node
	if i := strings.Index(html, "<figcaption"); i >= 0 {
		caption = c.line(html[i:])
	}
	address := b.attr("url")
	if address == "" {
		address = addressIn(html)
	}
	if address == "" {
		c.put(w, c.inside(b)...)
		return
	}
	slug := b.attr("providerNameSlug")
	if name, ok := strings.CutPrefix(b.name, "core-embed/"); ok {
		slug = name
	}
	c.put(w, c.embed(address, slug, caption)...)
}

// addressIn finds the address that stands alone in an embed's HTML.
func addressIn(html string) string {
	text := strings.TrimSpace(plainText(strings.SplitN(html, "<figcaption", 2)[0]))
	for _, word := range strings.Fields(text) {
		if strings.HasPrefix(word, "http://") || strings.HasPrefix(word, "https://") {
			return word
		}
	}
	return ""
}

// embed makes an embed of an address; one that readers may not follow stays
// words.
func (c *converter) embed(address, slug string, caption []richtext.Node) []richtext.Node {
	url, ok := richtext.SafeURL(address)
	if !ok || !strings.HasPrefix(url, "http") {
		var nodes []richtext.Node
		if len(caption) > 0 {
			nodes = append(nodes, richtext.Node{Type: "paragraph", Content: caption})
		}
		c.rep.note("an embed of “" + cut(address, 100) + "” was left out")
		return nodes
	}
	provider := richtext.ProviderOf(url)
	if provider == "link" && providerName.MatchString(slug) && slug != "embed" && slug != "embed-handler" {
		provider = slug
	}
	return []richtext.Node{{Type: "embed", Attrs: attrs("provider", provider, "url", url), Content: caption}}
}

// providerName is what may become a provider's key.
var providerName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,40}$`)

// frameBlock is an embedded frame whose address is an attribute.
func (c *converter) frameBlock(b *block, w *strings.Builder) {
	if src := b.attr("src"); src != "" {
		c.put(w, c.frame(src)...)
		return
	}
	c.unknownBlock(b, w)
}

// frame makes an embed of a frame's address, which may be that of a player.
func (c *converter) frame(src string) []richtext.Node {
	return withoutTop(c.nodes(`<iframe src="` + escape(src) + `"></iframe>`))
}
