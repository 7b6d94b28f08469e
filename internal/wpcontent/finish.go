package wpcontent

import (
	"strconv"
	"strings"

	"dateline/internal/richtext"
)

// finish goes once through all nodes: files become media, typewriter signs
// typographic, lines that are only an address embeds.
func (c *converter) finish(nodes []richtext.Node) []richtext.Node {
	f := finisher{c: c, signs: texturizer{marks: marksOf(c.ctx.Language)}}
	return f.blocks(nodes)
}

type finisher struct {
	c     *converter
	signs texturizer
}

// blocks goes through the blocks of a container. They are changed in place; a
// new list is made only when one block becomes several.
func (f *finisher) blocks(nodes []richtext.Node) []richtext.Node {
	for i := range nodes {
		several := f.block(&nodes[i])
		if several == nil {
			continue
		}
		out := append(append([]richtext.Node(nil), nodes[:i]...), several...)
		for j := i + 1; j < len(nodes); j++ {
			if more := f.block(&nodes[j]); more != nil {
				out = append(out, more...)
			} else {
				out = append(out, nodes[j])
			}
		}
		return out
	}
	return nodes
}

// block changes a block in place, or returns those that stand for it.
func (f *finisher) block(n *richtext.Node) []richtext.Node {
	switch n.Type {
	case "code", "math":
		return nil
	case "figure", "audio", "video", "file":
		f.c.locate(n)
	case "embed":
		f.c.countEmbed(n)
	case "button", "related_link":
		if s := textAttr(n, "url"); s != "" {
			n.Attrs["url"] = f.c.relative(s)
		}
	}
	if len(n.Attrs) > 0 {
		f.attrs(n)
	}
	switch {
	case len(n.Content) == 0:
	case !isInline(n.Content[0].Type):
		n.Content = f.blocks(n.Content)
	default:
		f.inline(n.Content, n.Type != "preformatted" && n.Type != "verse")
		if n.Type == "paragraph" {
			return f.c.embedLines(n)
		}
	}
	return nil
}

// attrs changes links and words in a block's attributes.
func (f *finisher) attrs(n *richtext.Node) {
	if link := textAttr(n, "link"); link != "" {
		n.Attrs["link"] = f.c.relative(link)
	}
	for _, name := range []string{"summary", "cite"} {
		if s := textAttr(n, name); s != "" {
			f.signs.reset()
			n.Attrs[name] = f.signs.apply(s)
		}
	}
}

func (c *converter) countEmbed(n *richtext.Node) {
	count(&c.rep.Embeds, first(textAttr(n, "provider"), "link"))
}

func isInline(kind string) bool {
	return kind == "text" || kind == "hard_break" || kind == "inline_image" || kind == "footnote_ref"
}

// inline goes through the line of one block.
func (f *finisher) inline(line []richtext.Node, signs bool) {
	f.signs.reset()
	for i := range line {
		n := &line[i]
		switch n.Type {
		case "hard_break":
			f.signs.before = '\n'
			continue
		case "inline_image":
			f.c.locate(n)
			f.signs.before = 'x'
			continue
		case "footnote_ref":
			continue
		}
		isCode := false
		for _, m := range n.Marks {
			isCode = isCode || m.Type == "code" || m.Type == "kbd"
		}
		switch {
		case isCode:
			f.signs.before = 'x'
		case signs && !isAddress(n.Text):
			n.Text = f.signs.apply(n.Text)
		}
	}
}

// isAddress reports whether a text is an address, in which signs have a meaning.
func isAddress(s string) bool {
	return strings.Contains(s, "://") && !strings.ContainsAny(strings.TrimSpace(s), " \t\n")
}

// embedLines makes embeds of the lines of a paragraph that are only an address
// of a known service; nil when there are none.
func (c *converter) embedLines(n *richtext.Node) []richtext.Node {
	found := false
	for i := range n.Content {
		found = found || n.Content[i].Type == "text" && isEmbedLine(strings.TrimSpace(n.Content[i].Text))
	}
	if !found {
		return nil
	}
	c.changed = true
	var out, rest []richtext.Node
	flush := func() {
		if line := trimLine(rest); len(line) > 0 {
			part := *n
			part.Content = line
			out = append(out, part)
		}
		rest = nil
	}
	for start := 0; start <= len(n.Content); {
		end := start
		for end < len(n.Content) && n.Content[end].Type != "hard_break" {
			end++
		}
		line := n.Content[start:end]
		if len(line) == 1 && line[0].Type == "text" && isEmbedLine(strings.TrimSpace(line[0].Text)) {
			flush()
			player := c.player(strings.TrimSpace(line[0].Text))
			for i := range player {
				if player[i].Type == "embed" {
					c.countEmbed(&player[i])
				}
			}
			out = append(out, player...)
		} else {
			if len(rest) > 0 {
				rest = append(rest, richtext.Node{Type: "hard_break"})
			}
			rest = append(rest, line...)
		}
		start = end + 1
	}
	flush()
	return out
}

// player makes an embed, or the player of a recording.
func (c *converter) player(address string) []richtext.Node {
	kind := recordingKind(address)
	src, ok := richtext.SafeURL(address)
	if kind == "" || !ok {
		return c.embed(address, "", nil)
	}
	n := richtext.Node{Type: kind, Attrs: attrs("src", src)}
	c.locate(&n)
	return []richtext.Node{n}
}

// isOwn reports whether a host is the site's own.
func (c *converter) isOwn(host string) bool {
	host = strings.TrimPrefix(strings.ToLower(host), "www.")
	for _, h := range c.ctx.Hosts {
		if host == strings.TrimPrefix(strings.ToLower(h), "www.") {
			return true
		}
	}
	return false
}

// relative makes a link to one of the site's own pages relative.
func (c *converter) relative(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if !ok || !strings.HasPrefix(address, "http") {
		return address
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if !c.isOwn(rest[:end]) {
		return address
	}
	return "/" + strings.TrimLeft(rest[end:], "/")
}

// identify sets the medium of a node by WordPress's attachment id. An unknown id
// is listed only when the node's address is not known either (locate).
func (c *converter) identify(n *richtext.Node, id int64) {
	if id <= 0 || n.Attrs["media"] != nil {
		return
	}
	src := textAttr(n, "src")
	if c.ctx.Attachment != nil {
		if m, ok := c.ctx.Attachment(id); ok && (src == "" || sameFile(src, m.URL)) {
			describe(n, m)
			return
		}
	}
	if src == "" {
		c.rep.missing("attachment " + strconv.FormatInt(id, 10))
	}
}

// describe sets what a medium tells about a node.
func describe(n *richtext.Node, m Media) {
	if m.ID != 0 {
		setAttr(n, "media", m.ID)
	} else if src, ok := richtext.SafeURL(m.URL); ok && textAttr(n, "src") == "" {
		setAttr(n, "src", src)
	}
	if n.Type == "file" && m.Bytes > 0 {
		setAttr(n, "bytes", m.Bytes)
	}
	if n.Type == "figure" {
		if textAttr(n, "credit") == "" && m.Credit != "" && m.ID == 0 {
			setAttr(n, "credit", m.Credit)
		}
		if n.Attrs["width"] == nil && m.Width > 0 && m.Height > 0 && m.ID == 0 {
			setAttr(n, "width", int64(m.Width))
			setAttr(n, "height", int64(m.Height))
		}
	}
}

// mediaID answers richtext's question for the medium of a picture or recording.
// The address is what readers see, so it counts before the id, which may be that
// of another site or of an earlier picture.
func (c *converter) mediaID(ref richtext.MediaRef) int64 {
	if m, ok := c.fileAt(ref.Src); ok {
		return m.ID
	}
	if ref.ID <= 0 || c.ctx.Attachment == nil {
		return 0
	}
	if m, ok := c.ctx.Attachment(ref.ID); ok && (ref.Src == "" || sameFile(ref.Src, m.URL)) {
		return m.ID
	}
	return 0
}

// fileAt returns the medium at an address of the old site.
func (c *converter) fileAt(src string) (Media, bool) {
	if c.ctx.File != nil && src != "" {
		for _, address := range FileAddresses(src) {
			if m, ok := c.ctx.File(address); ok {
				return m, true
			}
		}
	}
	return Media{}, false
}

// sameFile reports whether an address may be a copy of the file at another: their
// names without size suffixes are equal. An unknown address may be any.
func sameFile(src, of string) bool {
	if of == "" {
		return true
	}
	name := fileName(of)
	for _, address := range FileAddresses(src) {
		for _, own := range FileAddresses(of) {
			if fileName(address) == name || fileName(address) == fileName(own) {
				return true
			}
		}
	}
	return false
}

// locate finds the medium of a node by its address, or lists the address when
// nobody knows it.
func (c *converter) locate(n *richtext.Node) {
	src := textAttr(n, "src")
	if src == "" {
		return
	}
	if n.Attrs["media"] == nil {
		if m, ok := c.fileAt(src); ok {
			describe(n, m)
		}
	}
	if n.Attrs["media"] != nil {
		delete(n.Attrs, "src")
		c.changed = true
		return
	}
	c.rep.missing(src)
}
