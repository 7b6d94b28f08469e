package wpcontent

import (
	"strings"

	"dateline/internal/richtext"
)

// blockHandler writes a block's HTML to w, or a slot for it.
type blockHandler func(c *converter, b *block, w *strings.Builder)

// handlerOf returns what handles the blocks that are more than HTML around their
// content; nil for all others.
func handlerOf(name string) blockHandler {
	switch name {
	case "image":
		return (*converter).imageBlock
	case "gallery":
		return (*converter).galleryBlock
	case "audio", "video":
		return (*converter).recordingBlock
	case "file":
		return (*converter).fileBlock
	case "cover", "cover-image":
		return (*converter).coverBlock
	case "media-text":
		return (*converter).mediaTextBlock
	case "embed":
		return (*converter).embedBlock
	case "columns":
		return (*converter).columnsBlock
	case "column", "accordion", "yoast/how-to-block":
		return (*converter).emitInside
	case "buttons":
		return (*converter).buttonsBlock
	case "button":
		return (*converter).buttonBlock
	case "block":
		return (*converter).savedBlock
	case "footnotes":
		return (*converter).footnotesBlock
	case "accordion-item":
		return (*converter).accordionItem
	case "math":
		return (*converter).mathBlock
	case "shortcode":
		return (*converter).shortcodeBlock
	case "yoast/faq-block", "yoast-seo/faq-block", "rank-math/faq-block", "rank-math/howto-block":
		return (*converter).questionsBlock
	case "jetpack/tiled-gallery", "jetpack/slideshow", "jetpack/image-compare":
		return (*converter).tiledGallery
	case "newspack-blocks/iframe":
		return (*converter).frameBlock
	}
	if strings.HasPrefix(name, "core-embed/") {
		return (*converter).embedBlock
	}
	if dynamicBlocks[name] || isDynamicFamily(name) {
		return (*converter).dynamicBlock
	}
	return nil
}

// plainBlocks are HTML that says all there is to say.
var plainBlocks = set(`paragraph heading list list-item quote pullquote verse preformatted code table separator more nextpage html
	details missing freeform subhead text-columns group row stack classic accordion-panel`)

// dynamicBlocks are made afresh by WordPress for each visit, or are parts of a
// theme; nothing of the post's own words is in them.
var dynamicBlocks = set(`latest-posts latest-comments archives categories tag-cloud calendar rss search query query-loop loginout
	avatar read-more social-links social-link breadcrumbs terms-query term-template term-name term-count term-description pattern template-part navigation
	navigation-link navigation-submenu navigation-area page-list page-list-item home-link widget-group legacy-widget spacer nonce
	comments comment-template comment-content comment-date comment-author-name comment-author-avatar comment-edit-link comment-reply-link
	time-to-read
	newspack-blocks/homepage-articles newspack-blocks/carousel newspack-blocks/donate newspack-blocks/author-profile newspack-blocks/author-list
	newspack-blocks/author-profile-social newspack-blocks/video-playlist newspack-blocks/checkout-button newspack-ads/ad-unit
	jetpack/subscriptions jetpack/related-posts jetpack/sharing-buttons jetpack/sharing-button jetpack/like jetpack/mailchimp jetpack/donations jetpack/payments-intro
	jetpack/recurring-payments jetpack/opentable jetpack/calendly jetpack/revue jetpack/blogroll jetpack/top-posts jetpack/paywall
	yoast-seo/breadcrumbs yoast-seo/related-links yoast/breadcrumbs yoast-seo/estimated-reading-time rank-math/toc-block
	co-authors-plus/coauthors co-authors-plus/name co-authors-plus/avatar`)

// dynamicPrefixes begin families of such blocks.
var dynamicPrefixes = []string{"post-", "site-", "query-", "comments-", "comment-"}

func isDynamicFamily(name string) bool {
	for _, p := range dynamicPrefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// fullName is a block's name as WordPress documents it.
func fullName(name string) string {
	if strings.Contains(name, "/") {
		return name
	}
	return "core/" + name
}

// emit writes the HTML of blocks, with slots for those that HTML cannot say.
func (c *converter) emit(list []*block, w *strings.Builder) {
	for _, b := range list {
		c.emitBlock(b, w)
	}
}

func (c *converter) emitBlock(b *block, w *strings.Builder) {
	switch h := handlerOf(b.name); {
	case b.name == "":
		c.emitFreeform(b, w)
	case plainBlocks[b.name]:
		c.emitInside(b, w)
	case h != nil:
		h(c, b, w)
	default:
		c.unknownBlock(b, w)
	}
}

// emitInside writes what is inside of a block.
func (c *converter) emitInside(b *block, w *strings.Builder) {
	for _, p := range b.parts {
		if p.block != nil {
			c.emitBlock(p.block, w)
		} else {
			w.WriteString(p.html)
		}
	}
}

// emitFreeform writes text between blocks. WordPress gives it no paragraphs when
// a post has blocks; text that has none at all gets them here.
func (c *converter) emitFreeform(b *block, w *strings.Builder) {
	text := b.html()
	if len(b.parts) == 1 && !strings.Contains(text, "<p") && strings.Contains(strings.TrimSpace(strings.ReplaceAll(text, "\r", "")), "\n\n") {
		text = autop(text)
	}
	w.WriteString(text)
	w.WriteByte('\n')
}

// inside returns the nodes of the blocks in b and the text between them.
func (c *converter) inside(b *block) []richtext.Node {
	var w strings.Builder
	c.emitInside(b, &w)
	return c.nested(w.String())
}

// blocksIn returns the nodes of the inner blocks of b alone.
func (c *converter) blocksIn(b *block) []richtext.Node {
	var w strings.Builder
	c.emit(b.inner(), &w)
	return c.nested(w.String())
}

// put leaves a slot for nodes; in source places (code) the block's text stands.
func (c *converter) put(w *strings.Builder, nodes ...richtext.Node) {
	if len(nodes) == 0 {
		return
	}
	w.WriteString("\n<div>" + c.hold(slot{nodes: nodes}) + "</div>\n")
}

// dynamicBlock drops a block and counts it.
func (c *converter) dynamicBlock(b *block, _ *strings.Builder) {
	if b.name != "spacer" {
		count(&c.rep.Dropped, fullName(b.name))
	}
}

// unknownBlock keeps the inside and counts the frame. A block without an inside
// stays for the desk.
func (c *converter) unknownBlock(b *block, w *strings.Builder) {
	count(&c.rep.UnknownBlocks, fullName(b.name))
	if len(b.parts) == 0 {
		c.put(w, fallback("block", fullName(b.name), b.raw, nil))
		return
	}
	c.emitInside(b, w)
}

// fallback makes a node for what has no place in a document. Readers see its
// content only.
func fallback(origin, name, raw string, content []richtext.Node) richtext.Node {
	return richtext.Node{Type: "fallback", Attrs: attrs("origin", origin, "name", cut(name, 200), "raw", cut(raw, maxFallback)), Content: content}
}

// maxFallback bounds what a fallback keeps of the source.
const maxFallback = 64 << 10

// cut returns at most n bytes of s, whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

// attrs makes a node's attributes of names and values; zero values are left out.
func attrs(pairs ...any) map[string]any {
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		switch v := pairs[i+1].(type) {
		case string:
			if v == "" {
				continue
			}
		case int:
			if v == 0 {
				continue
			}
			m[pairs[i].(string)] = int64(v)
			continue
		case int64:
			if v == 0 {
				continue
			}
		case bool:
			if !v {
				continue
			}
		}
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

// columnsBlock makes columns; one column is none.
func (c *converter) columnsBlock(b *block, w *strings.Builder) {
	var cols []richtext.Node
	for _, in := range b.inner() {
		var one strings.Builder
		if in.name == "column" {
			c.emitInside(in, &one)
		} else {
			c.emitBlock(in, &one)
		}
		nodes := c.nested(one.String())
		if empty(nodes) {
			continue
		}
		cols = append(cols, richtext.Node{Type: "column", Attrs: attrs("width", columnWidth(in)), Content: nodes})
	}
	switch {
	case len(cols) == 0:
	case len(cols) == 1 || !c.deeper(cols):
		for _, col := range cols {
			c.put(w, col.Content...)
		}
	default:
		c.put(w, richtext.Node{Type: "columns", Content: cols})
	}
	c.leftover(b, w)
}

// leftover writes words that stand in a block beside its inner blocks, where
// WordPress has none.
func (c *converter) leftover(b *block, w *strings.Builder) {
	html := b.html()
	if plainText(html) != "" || strings.Contains(html, "<img") {
		c.put(w, c.nested(html)...)
	}
}

// columnWidth returns a column's width in per cent, 0 when it has none.
func columnWidth(b *block) int {
	if v, ok := b.attributes()["width"].(float64); ok && v > 0 && v <= 100 {
		return int(v)
	}
	n := 0
	text, isPercent := strings.CutSuffix(b.attr("width"), "%")
	for i := 0; i < len(text) && isDigit(text[i]) && n < 1000; i++ {
		n = n*10 + int(text[i]-'0')
	}
	if !isPercent || n > 100 {
		return 0
	}
	return n
}

// buttonsBlock makes a row of buttons.
func (c *converter) buttonsBlock(b *block, w *strings.Builder) {
	var row []richtext.Node
	for _, in := range b.inner() {
		if in.name != "button" {
			c.emitBlock(in, w)
			continue
		}
		n := c.button(in)
		if n.Type == "button" {
			row = append(row, n)
		} else if len(n.Content) > 0 {
			c.put(w, n)
		}
	}
	if len(row) > 0 {
		c.put(w, richtext.Node{Type: "buttons", Content: row})
	}
	c.leftover(b, w)
}

func (c *converter) buttonBlock(b *block, w *strings.Builder) {
	if n := c.button(b); len(n.Content) > 0 || n.Type == "button" {
		c.put(w, n)
	}
}

// button makes a button; one that leads nowhere is a paragraph.
func (c *converter) button(b *block) richtext.Node {
	nodes := c.nested(b.html())
	label := strings.TrimSpace(strings.ReplaceAll(richtext.Text(richtext.Doc{Content: nodes}), "\n", " "))
	href := b.attr("url")
	richtext.Walk(nodes, func(n *richtext.Node) bool {
		for _, m := range n.Marks {
			if s, ok := m.Attrs["href"].(string); ok && m.Type == "link" && href == "" {
				href = s
			}
		}
		return true
	})
	if href, ok := richtext.SafeURL(href); ok && label != "" {
		return richtext.Node{Type: "button", Attrs: attrs("url", href, "label", label)}
	}
	for _, n := range nodes {
		if n.Type == "paragraph" {
			return n
		}
	}
	return richtext.Node{Type: "paragraph"}
}

// savedBlock puts the content of a saved block in place. One that is not known,
// or that holds itself, stays for the desk.
func (c *converter) savedBlock(b *block, w *strings.Builder) {
	ref := b.number("ref")
	for _, open := range c.refs {
		if open == ref {
			ref = 0
		}
	}
	if ref != 0 && c.ctx.SavedBlock != nil && len(c.refs) < maxSavedDepth && c.saved < maxSavedBytes {
		if content, ok := c.ctx.SavedBlock(ref); ok {
			c.refs = append(c.refs, ref)
			c.saved += len(content)
			content = withoutSlotMarks(content)
			c.emit(parseBlocks(content), w)
			c.rep.WordsIn += wordsOf(content)
			c.refs = c.refs[:len(c.refs)-1]
			return
		}
	}
	count(&c.rep.UnknownBlocks, "core/block")
	c.put(w, fallback("block", "core/block", b.raw, nil))
}

// Bounds on saved blocks in one text: nesting and bytes in all.
const (
	maxSavedDepth = 8
	maxSavedBytes = 4 << 20
)

// accordionItem makes details.
func (c *converter) accordionItem(b *block, w *strings.Builder) {
	title := ""
	for _, in := range b.inner() {
		if in.name == "accordion-heading" {
			title = headingText(in)
		}
	}
	w.WriteString("<details><summary>" + escape(title) + "</summary>\n")
	for _, in := range b.inner() {
		if in.name != "accordion-heading" {
			c.emitBlock(in, w)
		}
	}
	c.leftover(b, w)
	w.WriteString("</details>\n")
}

// headingText returns the words of an accordion's heading without its sign.
func headingText(b *block) string {
	if t := b.attr("title"); t != "" {
		return plainText(t)
	}
	return strings.TrimRight(strings.TrimSpace(plainText(b.html())), " +")
}

// mathBlock makes a formula.
func (c *converter) mathBlock(b *block, w *strings.Builder) {
	if tex := b.attr("latex"); tex != "" {
		c.put(w, richtext.Node{Type: "math", Attrs: attrs("tex", cut(tex, maxFallback))})
		c.rep.WordsIn += richtext.CountWords(tex)
		return
	}
	c.emitInside(b, w)
}

// shortcodeBlock holds classic text with a shortcode.
func (c *converter) shortcodeBlock(b *block, w *strings.Builder) {
	c.put(w, c.classic(b.html())...)
}
