package wpcontent

import (
	"net/url"
	"strings"

	"dateline/internal/richtext"
)

// embedAddress returns the address that an embedding shortcode stands for. The
// services' own numbers are completed to addresses.
func embedAddress(sc *shortcode) (string, bool) {
	given := first(sc.attrs.get("url", "src", "link", "href"), sc.attrs.first(), strings.TrimSpace(plainText(sc.content)))
	id := first(sc.attrs.get("id", "video", "track", "tweet"), given)
	complete := func(prefix string) (string, bool) {
		if given == "" && id == "" {
			return "", false
		}
		if strings.HasPrefix(given, "http") {
			return given, true
		}
		return prefix + url.PathEscape(id), true
	}
	switch sc.name {
	case "embed", "facebook", "instagram", "soundcloud", "googlemaps", "flickr", "tiktok", "iframe", "advanced_iframe", "slideshare", "bandcamp", "spotify", "vc_video", "et_pb_video":
		return given, strings.HasPrefix(given, "http")
	case "youtube", "fusion_youtube":
		return complete("https://www.youtube.com/watch?v=")
	case "vimeo", "fusion_vimeo":
		return complete("https://vimeo.com/")
	case "twitter", "tweet":
		return complete("https://twitter.com/i/status/")
	case "dailymotion":
		return complete("https://www.dailymotion.com/video/")
	case "ted":
		return complete("https://www.ted.com/talks/")
	case "wpvideo", "videopress":
		return complete("https://videopress.com/v/")
	case "scribd":
		return complete("https://www.scribd.com/document/")
	case "gist":
		return complete("https://gist.github.com/")
	case "polldaddy", "crowdsignal":
		if poll := sc.attrs.get("poll"); poll != "" {
			return "https://poll.fm/" + url.PathEscape(poll), true
		}
		if survey := sc.attrs.get("survey"); survey != "" {
			return "https://survey.fm/" + url.PathEscape(survey), true
		}
	}
	return "", false
}

// codeLanguages are shortcodes of the SyntaxHighlighter plugin named by language.
var codeLanguages = set("php css javascript js python ruby bash shell sql java cpp csharp xml perl scala vb")

func isCodeShortcode(name string) bool {
	return name == "code" || name == "sourcecode" || name == "source-code" || name == "et_pb_code" || codeLanguages[name]
}

// codeCode makes a block of code. The visual editor stores entities in it.
func (c *converter) codeCode(sc *shortcode, w *strings.Builder) {
	text := strings.Trim(unescape(sc.content), "\r\n")
	if text == "" {
		c.unknownCode(sc, w)
		return
	}
	if sc.name == "et_pb_code" {
		w.WriteString("\n\n" + text + "\n\n")
		return
	}
	language := strings.ToLower(sc.attrs.get("language", "lang"))
	if language == "" && codeLanguages[sc.name] {
		language = sc.name
	}
	if !providerName.MatchString(language) {
		language = ""
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	c.place(w, sc, richtext.Node{Type: "code", Attrs: attrs("language", language), Content: []richtext.Node{{Type: "text", Text: text}}})
}

// quoteCode makes a quotation.
func (c *converter) quoteCode(sc *shortcode, w *strings.Builder, kind string) {
	nodes := c.innerNodes(sc)
	if empty(nodes) {
		c.unknownCode(sc, w)
		return
	}
	cite := plainText(sc.attrs.get("cite", "author", "source", "by"))
	c.rep.WordsIn += richtext.CountWords(cite)
	c.place(w, sc, richtext.Node{Type: kind, Attrs: attrs("cite", cite), Content: nodes})
}

// creditCode sets the credit of the picture inside.
func (c *converter) creditCode(sc *shortcode, w *strings.Builder) {
	nodes := c.innerNodes(sc)
	credit := plainText(sc.attrs.get("name", "credit", "id"))
	done := false
	richtext.Walk(nodes, func(n *richtext.Node) bool {
		if n.Type == "figure" && !done && credit != "" {
			setAttr(n, "credit", credit)
			c.rep.WordsIn += richtext.CountWords(credit)
			done = true
		}
		return true
	})
	c.place(w, sc, nodes...)
}

// buttonCode makes a button; one that leads nowhere stays words.
func (c *converter) buttonCode(sc *shortcode, w *strings.Builder) {
	href := sc.attrs.get("link", "url", "href", "button_url", "target_url")
	if rest, ok := strings.CutPrefix(href, "url:"); ok { // WPBakery: url:https%3A%2F%2F…|title:…
		rest, _, _ = strings.Cut(rest, "|")
		href, _ = url.QueryUnescape(rest)
	}
	label := plainText(c.sourceOf(c.inner(sc)))
	if label == "" {
		label = plainText(sc.attrs.get("title", "text", "button_text", "label"))
		c.rep.WordsIn += richtext.CountWords(label)
	}
	safe, ok := richtext.SafeURL(href)
	switch {
	case label == "":
		c.unknownCode(sc, w)
	case ok:
		c.place(w, sc, richtext.Node{Type: "button", Attrs: attrs("url", safe, "label", label)})
	default:
		w.WriteString(escape(label))
	}
}

// toggleCode makes details.
func (c *converter) toggleCode(sc *shortcode, w *strings.Builder) {
	title := plainText(sc.attrs.get("title", "heading"))
	nodes := c.innerNodes(sc)
	if title == "" || empty(nodes) || !c.deeper(nodes) {
		c.place(w, sc, nodes...)
		return
	}
	c.rep.WordsIn += richtext.CountWords(title)
	c.place(w, sc, richtext.Node{Type: "details", Attrs: attrs("summary", title), Content: nodes})
}

// pictureCode makes a figure of a page builder's picture.
func (c *converter) pictureCode(sc *shortcode, w *strings.Builder) {
	if strings.Contains(sc.content, "<img") {
		c.place(w, sc, c.innerNodes(sc)...)
		return
	}
	f := richtext.Node{Type: "figure", Attrs: attrs("alt", plainText(sc.attrs.get("alt")))}
	if ids := idList(sc.attrs.get("image", "image_id", "attachment")); len(ids) > 0 {
		c.identify(&f, ids[0])
	}
	if src, ok := richtext.SafeURL(first(sc.attrs.get("src"), plainText(sc.content))); ok && f.Attrs["media"] == nil {
		setAttr(&f, "src", src)
	}
	if f.Attrs["media"] == nil && f.Attrs["src"] == nil {
		c.unknownCode(sc, w)
		return
	}
	c.place(w, sc, f)
}

// frameCode takes a page builder's frame off; a heading that it shows stays.
func (c *converter) frameCode(sc *shortcode, w *strings.Builder) {
	count(&c.rep.Frames, sc.name)
	w.WriteString("\n\n")
	if title := frameTitle(sc); title != "" {
		c.rep.WordsIn += richtext.CountWords(title)
		w.WriteString("<h3>" + escape(title) + "</h3>\n\n")
	}
	switch {
	case sc.name == "vc_separator" || sc.name == "et_pb_divider" || sc.name == "fusion_separator" || sc.name == "av_hr":
		w.WriteString("<hr />\n\n")
	case sc.name == "vc_custom_heading" || sc.name == "et_pb_post_title":
	default:
		c.expand(sc.inner, w)
		w.WriteString("\n\n")
	}
}

// frameTitle returns the heading that a frame shows from an attribute.
func frameTitle(sc *shortcode) string {
	switch sc.name {
	case "vc_custom_heading":
		return plainText(first(sc.attrs.get("text"), sc.content))
	case "et_pb_blurb", "et_pb_cta", "et_pb_slide", "et_pb_tab", "et_pb_fullwidth_header", "vc_text_separator", "vc_tta_section", "vc_tab", "vc_accordion_tab",
		"vc_cta", "fusion_tab", "fusion_content_box", "av_tab":
		return plainText(sc.attrs.get("title", "h2", "heading"))
	}
	return ""
}

// unknownCode keeps the words inside and counts the name; the tag stays for the
// desk.
func (c *converter) unknownCode(sc *shortcode, w *strings.Builder) {
	count(&c.rep.UnknownShortcodes, sc.name)
	if !sc.alone() {
		c.expand(sc.inner, w)
		w.WriteString(c.hold(slot{behind: true, nodes: []richtext.Node{fallback("shortcode", sc.name, sc.raw, nil)}, source: sc.raw}))
		return
	}
	raw := sc.raw
	var nodes []richtext.Node
	if sc.closed && sc.name != "contact-form" {
		if nodes = c.innerNodes(sc); empty(nodes) || !c.deeper(nodes) {
			c.place(w, sc, nodes...)
			nodes = nil
		}
		raw += sc.content + "[/" + sc.name + "]"
	}
	c.place(w, sc, fallback("shortcode", sc.name, c.withoutMarks(raw), nodes))
}

// withoutMarks drops slot marks from source kept for the desk.
func (c *converter) withoutMarks(s string) string {
	for strings.Contains(s, slotStart) {
		before, rest, _ := strings.Cut(s, slotStart)
		_, after, _ := strings.Cut(rest, slotEnd)
		s = before + after
	}
	return s
}

// alone reports whether a shortcode stands on lines of its own.
func (sc *shortcode) alone() bool {
	before := strings.TrimRight(sc.before, " \t")
	after := strings.TrimLeft(sc.after, " \t")
	if before != "" && before[len(before)-1] != '\n' && before[len(before)-1] != '\r' {
		if before[len(before)-1] == ']' && strings.HasPrefix(sc.raw, "[") {
			return sc.endsLine(after)
		}
		i := strings.LastIndexByte(before, '<')
		if i < 0 || before[len(before)-1] != '>' {
			return false
		}
		if name, _ := tagName(before[i:]); !blockElements[name] {
			return false
		}
	}
	return sc.endsLine(after)
}

// endsLine reports whether what follows a shortcode begins a new line or block.
func (sc *shortcode) endsLine(after string) bool {
	if after == "" || after[0] == '\n' || after[0] == '\r' || after[0] == '[' {
		return true
	}
	name, _ := tagName(after)
	return blockElements[name]
}
