package wpcontent

import (
	"strconv"
	"strings"

	"dateline/internal/richtext"
)

// expand writes parts to w, with slots or text for the shortcodes.
func (c *converter) expand(parts []scPart, w *strings.Builder) {
	for _, p := range parts {
		if p.code == nil {
			w.WriteString(p.text)
		} else {
			c.shortcode(p.code, w)
		}
	}
}

// inner returns what a shortcode encloses with its own shortcodes expanded.
func (c *converter) inner(sc *shortcode) string {
	var w strings.Builder
	c.expand(sc.inner, &w)
	return w.String()
}

// innerNodes returns what a shortcode encloses as blocks.
func (c *converter) innerNodes(sc *shortcode) []richtext.Node {
	return withoutTop(c.nodes(autop(c.inner(sc))))
}

// place leaves a slot for nodes that stand by themselves.
func (c *converter) place(w *strings.Builder, sc *shortcode, nodes ...richtext.Node) {
	if len(nodes) == 0 {
		return
	}
	w.WriteString(c.hold(slot{nodes: nodes, source: sc.raw + sc.content}))
}

// shortcode converts one shortcode.
func (c *converter) shortcode(sc *shortcode, w *strings.Builder) {
	switch sc.name {
	case "caption", "wp_caption":
		c.place(w, sc, c.captionCode(sc)...)
	case "gallery", "slideshow", "vc_gallery", "vc_images_carousel", "et_pb_gallery", "fusion_gallery", "tiled":
		c.place(w, sc, c.galleryCode(sc)...)
	case "playlist":
		c.place(w, sc, c.playlistCode(sc)...)
	case "audio", "video":
		c.place(w, sc, c.recordingCode(sc)...)
	case "media-credit":
		c.creditCode(sc, w)
	case "pullquote":
		c.quoteCode(sc, w, "pull_quote")
	case "quote", "blockquote":
		c.quoteCode(sc, w, "quote")
	case "button", "vc_btn", "vc_button", "et_pb_button", "fusion_button", "av_button":
		c.buttonCode(sc, w)
	case "toggle", "spoiler", "vc_toggle", "et_pb_toggle", "et_pb_accordion_item", "fusion_toggle", "av_toggle":
		c.toggleCode(sc, w)
	case "vc_raw_js":
		count(&c.rep.Dropped, sc.name)
	case "vc_raw_html", "fusion_code":
		w.WriteString("\n\n" + withoutSlotMarks(decodedHTML(sc.content)) + "\n\n")
	case "vc_single_image", "et_pb_image", "fusion_imageframe", "av_image":
		c.pictureCode(sc, w)
	default:
		c.otherCode(sc, w)
	}
}

// otherCode converts embeds, code, frames and unknown shortcodes.
func (c *converter) otherCode(sc *shortcode, w *strings.Builder) {
	if address, ok := embedAddress(sc); ok && strings.HasSuffix(sc.name, "iframe") {
		c.place(w, sc, c.frame(address)...)
		return
	} else if ok {
		c.place(w, sc, c.embed(address, sc.name, nil)...)
		return
	}
	switch {
	case isCodeShortcode(sc.name):
		c.codeCode(sc, w)
	case inlineShortcodes[sc.name]:
		w.WriteString(c.inner(sc))
	case isFrame(sc.name):
		c.frameCode(sc, w)
	default:
		c.unknownCode(sc, w)
	}
}

// captionCode makes a figure of a picture with words under it. The caption is an
// attribute in texts from before WordPress 3.4.
func (c *converter) captionCode(sc *shortcode) []richtext.Node {
	content := c.inner(sc)
	media, words := splitCaption(content)
	if attr := sc.attrs.get("caption"); attr != "" {
		words = attr
		c.addWords(attr)
	}
	if strings.TrimSpace(media+words) == "" {
		return nil
	}
	nodes := withoutTop(c.nodes(`<figure class="wp-caption ` + escape(sc.attrs.get("align")) + `">` + media + "<figcaption>" + words + "</figcaption></figure>"))
	figures := figuresIn(nodes)
	if len(figures) == 1 {
		id, _ := strconv.ParseInt(strings.TrimPrefix(sc.attrs.get("id"), "attachment_"), 10, 64)
		richtext.Walk(nodes, func(n *richtext.Node) bool {
			if n.Type == "figure" {
				c.identify(n, id)
			}
			return true
		})
	}
	return nodes
}

// splitCaption divides the content of a caption behind its picture and the link
// around that.
func splitCaption(content string) (media, words string) {
	i := indexFold(content, "<img")
	if i < 0 {
		return content, ""
	}
	n := tagEnd(content[i:])
	if n < 0 {
		return content, ""
	}
	end := i + n
	after := strings.TrimLeft(content[end:], " \t\r\n")
	if len(after) >= 4 && strings.EqualFold(after[:4], "</a>") {
		end = len(content) - len(after) + 4
	}
	return content[:end], strings.TrimSpace(content[end:])
}

// idList reads numbers separated by commas or spaces.
func idList(s string) (ids []int64) {
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' }) {
		if id, err := strconv.ParseInt(word, 10, 64); err == nil && id > 0 && len(ids) < 1000 {
			ids = append(ids, id)
		}
	}
	return ids
}

// attachments returns the attachments that a shortcode names, or those that were
// uploaded to the post when it names none.
func (c *converter) attachments(sc *shortcode) []int64 {
	if ids := idList(sc.attrs.get("ids", "include", "images", "gallery_ids", "image_ids")); len(ids) > 0 {
		return ids
	}
	if c.ctx.Attached == nil || sc.attrs.get("id") != "" {
		return nil
	}
	excluded := map[int64]bool{}
	for _, id := range idList(sc.attrs.get("exclude")) {
		excluded[id] = true
	}
	var ids []int64
	for _, id := range c.ctx.Attached() {
		if !excluded[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// attachment returns the medium of an attachment; one that is not known is
// listed.
func (c *converter) attachment(id int64) (Media, bool) {
	if c.ctx.Attachment != nil {
		if m, ok := c.ctx.Attachment(id); ok {
			return m, true
		}
	}
	c.rep.missing("attachment " + strconv.FormatInt(id, 10))
	return Media{}, false
}

// galleryCode makes a gallery of attachments with their captions.
func (c *converter) galleryCode(sc *shortcode) []richtext.Node {
	ids := c.attachments(sc)
	named := sc.attrs.get("ids", "include", "images", "gallery_ids", "image_ids") != ""
	var figures []richtext.Node
	for _, id := range ids {
		m, ok := c.attachment(id)
		if !ok || m.Kind != "" && m.Kind != "image" {
			if named && !ok { // its place stays, with a placeholder
				figures = append(figures, richtext.Node{Type: "figure"})
			}
			continue
		}
		f := richtext.Node{Type: "figure", Attrs: attrs("alt", m.Alt)}
		describe(&f, m)
		f.Content = c.line(withoutSlotMarks(m.Caption))
		c.addWords(m.Caption)
		figures = append(figures, f)
	}
	if len(figures) == 0 {
		c.rep.note("a gallery without pictures was left out")
	}
	columns, _ := strconv.Atoi(sc.attrs.get("columns"))
	return c.gallery(figures, columns)
}

// playlistCode makes a list of recordings.
func (c *converter) playlistCode(sc *shortcode) []richtext.Node {
	kind := "audio"
	if sc.attrs.get("type") == "video" {
		kind = "video"
	}
	var list []richtext.Node
	for _, id := range c.attachments(sc) {
		m, ok := c.attachment(id)
		if !ok || m.Kind != kind {
			continue
		}
		n := richtext.Node{Type: kind, Attrs: attrs("title", plainText(m.Title))}
		describe(&n, m)
		c.addWords(m.Title)
		list = append(list, n)
	}
	if len(list) == 0 {
		c.rep.note("a playlist without recordings was left out")
		return nil
	}
	if kind == "audio" {
		return []richtext.Node{{Type: "playlist", Content: list}}
	}
	return []richtext.Node{{Type: "playlist", Attrs: attrs("kind", kind), Content: list}}
}

// recordingCode makes a player for [audio] and [video]; without an address it
// plays what was uploaded to the post.
func (c *converter) recordingCode(sc *shortcode) []richtext.Node {
	address := sc.attrs.get("src", "mp3", "m4a", "ogg", "oga", "wav", "wma", "flac", "mp4", "m4v", "webm", "ogv", "mov", "flv")
	if address == "" {
		address, _, _ = strings.Cut(sc.attrs.first(), "|")
	}
	if address == "" {
		address = addressIn(sc.content)
	}
	if address == "" {
		return c.uploadedRecording(sc)
	}
	if sc.name == "video" && recordingKind(address) == "" && richtext.ProviderOf(address) != "link" {
		return c.embed(address, "", nil)
	}
	src, ok := richtext.SafeURL(address)
	if !ok {
		return nil
	}
	return []richtext.Node{{Type: sc.name, Attrs: attrs("src", src)}}
}

func (c *converter) uploadedRecording(sc *shortcode) []richtext.Node {
	for _, id := range c.attachments(&shortcode{}) {
		if m, ok := c.attachment(id); ok && m.Kind == sc.name {
			n := richtext.Node{Type: sc.name}
			describe(&n, m)
			return []richtext.Node{n}
		}
	}
	c.rep.note("a player without a recording was left out")
	return nil
}
