package api

import (
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/media"
	"dateline/internal/richtext"
)

// attrs are the attributes of nodes and marks that programs get as they are.
// One that is in neither of these tables is left out: what the desk adds for
// itself stays at the desk until somebody decides here. A test asks the schema
// for all of them.
var attrs = map[string]bool{
	"align": true, "alt": true, "anchor": true, "bytes": true, "cite": true, "colspan": true, "columns": true, "credit": true, "date": true, "dir": true,
	"drop_cap": true, "header": true, "height": true, "href": true, "id": true, "kind": true, "label": true, "lang": true, "language": true, "level": true,
	"link": true, "open": true, "outlet": true, "party": true, "provider": true, "rel": true, "reversed": true, "role": true, "rowspan": true, "scope": true,
	"side": true, "silent": true, "source": true, "source_label": true, "speaker": true, "start": true, "style": true, "summary": true, "tex": true, "text": true,
	"title": true, "url": true, "width": true,
}

// handled are the attributes that blocks says in another way, or not at all:
// ids of things that readers may not see, addresses that no page leads to, and
// what an importer could not read.
var handled = map[string]bool{"article": true, "media": true, "poster": true, "thumb": true, "record": true, "src": true, "raw": true, "name": true, "origin": true}

// blocks are a text as programs get it.
func (c *call) blocks(d richtext.Doc) ([]Block, error) {
	known, err := c.Media(richtext.MediaIDs(d))
	if err != nil {
		return nil, err
	}
	linked := richtext.ArticleIDs(d)
	for _, id := range linked {
		c.Shows(db.Key("article", id))
	}
	arts, err := c.Public().Many(c.ctx, linked)
	if err != nil {
		return nil, err
	}
	t := &translator{c, known, arts}
	return none(t.all(d.Content)), nil
}

// translator turns nodes into blocks.
type translator struct {
	c     *call
	media map[int64]media.Medium // that readers may see
	arts  map[int64]article.Article
}

func (t *translator) all(nodes []richtext.Node) []Block {
	var out []Block
	for i := range nodes {
		n := &nodes[i]
		switch n.Type {
		case "newsletter_box", "more": // of pages only
			continue
		case "fallback":
			out = append(out, t.all(n.Content)...)
			continue
		}
		b := Block{Type: n.Type, Attrs: t.attrs(n), Content: t.all(n.Content), Text: n.Text}
		if n.Type == "related_link" && b.Attrs["url"] == nil {
			continue // leads to what readers may not see
		}
		for _, m := range n.Marks {
			b.Marks = append(b.Marks, BlockMark{Type: m.Type, Attrs: plain(m.Attrs, t.c.Abs)})
		}
		out = append(out, b)
	}
	return out
}

// places are attributes that hold addresses, which may be paths of the site.
var places = map[string]bool{"href": true, "link": true, "source": true, "url": true}

func plain(all map[string]any, abs func(string) string) map[string]any {
	out := map[string]any{}
	for name, value := range all {
		if attrs[name] {
			if path, ok := value.(string); ok && places[name] {
				value = abs(path)
			}
			out[name] = value
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func (t *translator) attrs(n *richtext.Node) map[string]any {
	out := plain(n.Attrs, t.c.Abs)
	set := func(name string, value any) {
		if out == nil {
			out = map[string]any{}
		}
		out[name] = value
	}
	if m, ok := t.media[number(n.Attrs["media"])]; ok {
		set("url", t.file(&m))
	} else if src, ok := n.Attrs["src"].(string); ok && (n.Type == "audio" || n.Type == "video") {
		set("url", t.c.Abs(src)) // pages link to a recording elsewhere
	}
	if m, ok := t.media[number(n.Attrs["poster"])]; ok {
		set("poster", t.file(&m))
	}
	if m, ok := t.media[number(n.Attrs["thumb"])]; ok {
		set("thumb", t.file(&m))
	}
	if id := number(n.Attrs["record"]); id != 0 {
		set("record", ident(id))
	}
	if a, ok := t.arts[number(n.Attrs["article"])]; ok {
		set("article", ident(a.ID))
		set("url", t.c.page(&a))
		if n.Type == "related_link" && out["title"] == nil {
			set("title", a.Headline)
		}
	}
	return out
}

// file is the address of a medium's file for readers.
func (t *translator) file(m *media.Medium) string { return t.c.Abs(media.FallbackURL(*m)) }

// number is an id in an attribute, 0 for none.
func number(value any) int64 {
	switch v := value.(type) {
	case int64:
		return v
	case string:
		n, _ := parseID(v)
		return n
	}
	return 0
}
