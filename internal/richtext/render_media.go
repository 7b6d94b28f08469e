package richtext

import (
	"path"
	"strconv"
	"strings"
)

func (r *renderer) media(n *Node) {
	switch n.Type {
	case "figure":
		r.figure(n)
	case "gallery":
		r.gallery(n)
	case "audio", "video":
		r.recording(n)
	case "playlist":
		r.playlist(n)
	case "file":
		r.file(n)
	case "embed":
		r.embed(n)
	}
}

// picture returns the picture of a node with the words that the node has
// itself; false when there is nothing to load.
func (r *renderer) picture(n *Node, name string) (Picture, bool) {
	p := Picture{}
	found := false
	if id := n.num(name); id > 0 {
		p, found = r.o.Resolver.Picture(id)
	}
	p.Alt = or(n.str("alt"), p.Alt)
	p.Credit = or(n.str("credit"), p.Credit)
	if found && !p.Missing {
		p.URL, found = r.href(p.URL)
	}
	return p, found && !p.Missing
}

var figureClasses = map[string]string{
	"left": "figure figure-left", "right": "figure figure-right", "center": "figure figure-center",
	"wide": "figure figure-wide", "full": "figure figure-full",
}

func (r *renderer) figure(n *Node) {
	align := n.str("align")
	class := or(figureClasses[align], "figure")
	p, ok := r.picture(n, "media")
	if !ok {
		class += " figure-missing"
	}
	r.open("figure", class)
	r.raw(">")
	if ok {
		r.linkedPicture(n, p, align)
	} else {
		r.missingPicture(p.Alt)
	}
	r.figcaption(n.Content, "", p.Credit)
	r.end("figure")
}

func (r *renderer) linkedPicture(n *Node, p Picture, align string) {
	linked := n.str("link") != "" && r.link("figure-link", n.str("link"))
	if linked {
		r.raw(">")
	}
	width, sizes := displayed(n, &p), r.o.Sizes.of(align)
	if width > 0 {
		sizes = "(max-width: " + strconv.Itoa(width) + "px) 100vw, " + strconv.Itoa(width) + "px"
	}
	r.pictureElement(p, sizes, "")
	if linked {
		r.raw("</a>")
	}
}

// displayed sets the picture's dimensions to those that the document asks for,
// keeping its proportions, and returns the width if it asks for any.
func displayed(n *Node, p *Picture) int {
	w, h := int(n.num("width")), int(n.num("height"))
	switch {
	case w <= 0 || p.Width > 0 && w >= p.Width:
		return 0
	case p.Width > 0 && p.Height > 0:
		h = (p.Height*w + p.Width/2) / p.Width
	}
	p.Width, p.Height = w, max(h, 1)
	return w
}

// pictureElement writes a <picture>, or a plain <img> where there are no
// sources or in feeds.
func (r *renderer) pictureElement(p Picture, sizes, class string) {
	wrapped := len(p.Sources) > 0 && !r.feed
	if wrapped {
		r.raw("<picture>")
		for _, s := range p.Sources {
			r.raw("<source")
			r.attr("type", s.Type)
			r.attr("srcset", s.SrcSet)
			r.attr("sizes", sizes)
			r.raw(">")
		}
	}
	r.open("img", class)
	r.attr("src", p.URL)
	r.attr("alt", p.Alt)
	if p.Width > 0 && p.Height > 0 {
		r.attrInt("width", int64(p.Width))
		r.attrInt("height", int64(p.Height))
	}
	if !r.feed {
		r.raw(` loading="lazy" decoding="async"`)
	}
	if r.mail != nil {
		r.styled("inline")
	}
	r.raw(">")
	if wrapped {
		r.raw("</picture>")
	}
}

func (r *renderer) missingPicture(alt string) {
	if r.feed {
		r.raw("<p>[")
		r.words(r.labels.PictureMissing)
		if alt != "" {
			r.words(": " + alt)
		}
		r.raw("]</p>")
		return
	}
	r.raw(`<div class="picture-missing" role="img"`)
	r.attr("aria-label", or(alt, r.labels.PictureMissing))
	r.raw(`><span class="picture-missing-text">`)
	r.words(r.labels.PictureMissing)
	r.raw("</span>")
	if alt != "" {
		r.raw(` <span class="picture-missing-alt">`)
		r.words(alt)
		r.raw("</span>")
	}
	r.raw("</div>")
}

// figcaption writes title, caption and credit, nothing when there are none.
func (r *renderer) figcaption(caption []Node, title, credit string) {
	if len(caption) == 0 && title == "" && credit == "" {
		return
	}
	r.raw("<figcaption>")
	gap := ""
	r.captionPart(&gap, "media-title", title)
	if len(caption) > 0 {
		r.raw(gap)
		r.open("span", "caption")
		r.textBlock(caption)
		r.raw("</span>")
		gap = " "
	}
	r.captionPart(&gap, "credit", credit)
	r.raw("</figcaption>")
}

func (r *renderer) captionPart(gap *string, class, s string) {
	if s == "" {
		return
	}
	r.raw(*gap)
	r.open("span", class)
	r.raw(">")
	r.words(s)
	r.raw("</span>")
	*gap = " "
}

func (r *renderer) inlineImage(n *Node) {
	p, ok := r.picture(n, "media")
	switch {
	case ok:
		if w, h := n.num("width"), n.num("height"); w > 0 && h > 0 {
			p.Width, p.Height = int(w), int(h)
		}
		p.Sources = nil
		r.pictureElement(p, "", "inline-image")
	case p.Alt == "":
	case r.feed:
		r.words(p.Alt)
	default:
		r.raw(`<span class="picture-missing-inline" role="img"`)
		r.attr("aria-label", p.Alt)
		r.raw(">")
		r.words(p.Alt)
		r.raw("</span>")
	}
}

func (r *renderer) gallery(n *Node) {
	if len(n.Content) == 0 {
		return
	}
	if r.feed {
		r.blocks(n.Content)
		return
	}
	class := "gallery"
	if columns := n.num("columns"); columns > 0 && columns <= 8 {
		class += " gallery-columns-" + string(rune('0'+columns))
	}
	r.open("ul", class)
	r.raw(">\n")
	for i := range n.Content {
		r.raw(`<li class="gallery-item">`)
		r.block(&n.Content[i])
		r.end("li")
	}
	r.end("ul")
}

func (r *renderer) playlist(n *Node) {
	if len(n.Content) == 0 {
		return
	}
	class := "playlist playlist-audio"
	if n.str("kind") == "video" {
		class = "playlist playlist-video"
	}
	r.open("ol", class)
	r.raw(">\n")
	for i := range n.Content {
		r.open("li", "playlist-item")
		r.raw(">")
		r.block(&n.Content[i])
		r.end("li")
	}
	r.end("ol")
}

// recording writes audio and video: a player for our own files, a card that
// links to any other.
func (r *renderer) recording(n *Node) {
	file, ours := r.o.Resolver.File(n.num("media"))
	address, ok := r.href(file.URL)
	if !ours || !ok {
		r.card(n, n.Type, n.str("src"), "")
		return
	}
	r.open("figure", n.Type)
	r.raw("><" + n.Type + ` controls preload="none"`)
	if n.Type == "video" {
		r.raw(" playsinline")
	}
	r.attr("src", address)
	if n.Type == "video" {
		r.videoAttrs(n, file)
	}
	r.pageAttr("aria-label", or(n.str("title"), inlineText(n.Content)))
	r.raw("></" + n.Type + ">")
	r.figcaption(n.Content, n.str("title"), "")
	r.end("figure")
}

func (r *renderer) videoAttrs(n *Node, file File) {
	if poster, ok := r.picture(n, "poster"); ok {
		r.attr("poster", poster.URL)
	}
	if file.Width > 0 && file.Height > 0 {
		r.attrInt("width", int64(file.Width))
		r.attrInt("height", int64(file.Height))
	}
}

func (r *renderer) file(n *Node) {
	file, ours := r.o.Resolver.File(n.num("media"))
	if !ours {
		file = File{URL: n.str("src"), Bytes: n.num("bytes")}
	}
	label := or(n.str("label"), or(file.Name, path.Base(file.URL)))
	if ours || n.num("media") == 0 {
		if r.fileLink(label, file) {
			return
		}
	}
	r.open("p", "file file-missing")
	r.raw("><span>")
	r.words(or(n.str("label"), path.Base(n.str("src"))))
	r.raw("</span> ")
	r.open("span", "file-meta")
	r.raw(">")
	r.words(r.labels.FileMissing)
	r.raw("</span></p>\n")
}

// fileLink writes the link to a file; false, and nothing, without an address.
func (r *renderer) fileLink(label string, file File) bool {
	address, ok := r.href(file.URL)
	if !ok {
		return false
	}
	r.open("p", "file")
	r.raw("><a")
	if !r.feed {
		r.raw(` class="file-link"`)
	}
	r.attr("href", address)
	r.raw(" download>")
	r.words(label)
	r.raw("</a>")
	if meta := r.fileMeta(file); meta != "" {
		r.raw(" ")
		r.open("span", "file-meta")
		r.raw(">")
		r.words(meta)
		r.raw("</span>")
	}
	r.raw("</p>\n")
	return true
}

// fileMeta is "PDF, 1.2 MB".
func (r *renderer) fileMeta(file File) string {
	kind := strings.ToUpper(strings.TrimPrefix(path.Ext(or(file.Name, file.URL)), "."))
	if len(kind) > 5 || strings.Trim(kind, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		kind = ""
	}
	if file.Bytes <= 0 {
		return kind
	}
	if kind != "" {
		kind += ", "
	}
	return kind + r.labels.Size(file.Bytes)
}

func (r *renderer) embed(n *Node) {
	provider := n.str("provider")
	if provider == "" || !isName(provider) {
		provider = genericProvider
	}
	r.card(n, provider, n.str("url"), "thumb")
}

// card writes the link card of something elsewhere. Its picture, if any, is
// ours.
func (r *renderer) card(n *Node, class, address, thumb string) {
	title := n.str("title")
	r.open("figure", "embed embed-"+class)
	r.raw(">")
	if !r.link("embed-link", address) {
		r.missingCard(or(title, inlineText(n.Content)))
		r.figcaption(n.Content, "", "")
		r.end("figure")
		return
	}
	r.raw(` rel="noopener">`)
	if r.feed {
		r.words(or(title, or(providerName(class), address)))
	} else {
		r.cardWords(n, class, title, address, thumb)
	}
	r.raw("</a>")
	r.figcaption(n.Content, "", "")
	r.end("figure")
}

func (r *renderer) cardWords(n *Node, class, title, address, thumb string) {
	if thumb != "" {
		if p, ok := r.picture(n, thumb); ok {
			p.Alt = ""
			r.pictureElement(p, r.o.Sizes.of(""), "")
			r.raw(" ")
		}
	}
	gap := ""
	r.captionPart(&gap, "embed-provider", providerName(class))
	r.captionPart(&gap, "embed-title", title)
	host, name := hostOf(address)
	r.captionPart(&gap, "embed-host", or(host, or(path.Base(name), address)))
}

func (r *renderer) missingCard(title string) {
	r.open("p", "file file-missing")
	r.raw(">")
	if title != "" {
		r.words(title + " ")
	}
	r.open("span", "file-meta")
	r.raw(">")
	r.words(r.labels.FileMissing)
	r.raw("</span></p>")
}
