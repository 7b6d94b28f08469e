package mention

import (
	"bytes"
	"cmp"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"dateline/internal/comment"
	"dateline/internal/richtext"
)

// entry is what a source says: read from its microformats (h-entry), and where
// it has none from its title.
type entry struct {
	name      string // of who wrote it
	url       string // of the page
	text      string
	title     string
	published time.Time
}

const (
	maxNodes   = 100_000 // of a page
	maxName    = 100     // characters
	maxTitle   = 200
	maxExcerpt = 600
	whyNoLink  = "the source does not link to the article"
)

// body is the comment's text: the words of the source, or its title as a link.
func (e *entry) body() richtext.Doc {
	node := richtext.Node{Type: "text", Text: e.text}
	if e.text == "" {
		node.Text = cmp.Or(e.title, e.url)
		node.Marks = []richtext.Mark{{Type: "link", Attrs: map[string]any{"href": e.url}}}
	}
	doc := richtext.Doc{Version: richtext.SchemaVersion, Content: []richtext.Node{{Type: "paragraph", Content: []richtext.Node{node}}}}
	clean, err := richtext.ValidateComment(doc)
	if err != nil { // an address that the schema refuses
		clean, err = richtext.ValidateComment(richtext.Doc{Version: richtext.SchemaVersion,
			Content: []richtext.Node{{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: node.Text}}}}})
	}
	if err != nil {
		return richtext.Doc{Version: richtext.SchemaVersion}
	}
	return clean
}

// decode turns a page into UTF-8, by its header, its own word or a guess.
func decode(body []byte, label string) []byte {
	contentType := "text/html"
	if label != "" {
		contentType += "; charset=" + label
	}
	r, err := charset.NewReader(bytes.NewReader(body), contentType)
	if err != nil {
		return bytes.ToValidUTF8(body, []byte("\ufffd"))
	}
	out, err := io.ReadAll(io.LimitReader(r, 3*maxSource))
	if err != nil {
		return bytes.ToValidUTF8(body, []byte("\ufffd"))
	}
	return out
}

// readText reads a source that is plain text: an address of the article must
// stand in it as a word.
func readText(text string, final *url.URL, leads func(*url.URL) bool) (entry, string) {
	for word := range strings.FieldsSeq(text) {
		if !strings.Contains(word, "://") || len(word) > 2*maxAddress {
			continue
		}
		u, err := url.Parse(strings.Trim(word, "<>()[]\"'.,;"))
		if err == nil && leads(u) {
			return entry{name: hostOf(final.String()), url: final.String(), text: tidy(text, maxExcerpt)}, ""
		}
	}
	return entry{}, whyNoLink
}

// readHTML reads a source that is a page.
func readHTML(body []byte, final *url.URL, leads func(*url.URL) bool) (entry, string) {
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return entry{}, "the source is no page that can be read"
	}
	p := &pageReader{final: final, base: final, leads: leads}
	p.walk(root, nil)
	switch {
	case p.nodes > maxNodes:
		return entry{}, "the source is too large a page"
	case !p.linked:
		return entry{}, whyNoLink
	}
	return p.entry(), ""
}

// pageReader goes through a page once.
type pageReader struct {
	final, base *url.URL
	leads       func(*url.URL) bool // to the article
	nodes       int
	title       string
	linked      bool
	first, with *html.Node // the first h-entry, and the innermost one with the link
}

// linking are the attributes by which a reader is led somewhere, or shown
// something.
var linking = map[atom.Atom][]string{atom.A: {"href"}, atom.Area: {"href"}, atom.Img: {"src"}, atom.Video: {"src"}, atom.Audio: {"src"}, atom.Source: {"src"},
	atom.Iframe: {"src"}, atom.Blockquote: {"cite"}, atom.Q: {"cite"}}

// unseen are elements whose content no reader sees.
var unseen = map[atom.Atom]bool{atom.Script: true, atom.Style: true, atom.Template: true, atom.Noscript: true, atom.Head: false, atom.Textarea: true}

func (p *pageReader) walk(n, entry *html.Node) {
	if p.nodes++; p.nodes > maxNodes {
		return
	}
	if n.Type == html.ElementNode {
		if unseen[n.DataAtom] {
			return
		}
		switch n.DataAtom {
		case atom.Base:
			if u, err := p.final.Parse(attr(n, "href")); err == nil && p.base == p.final {
				p.base = u
			}
		case atom.Title:
			if p.title == "" {
				p.title = tidy(words(n, 2*maxTitle), maxTitle)
			}
		}
		if has(n, "h-entry") {
			entry = n
			if p.first == nil {
				p.first = n
			}
		}
		if p.links(n) {
			p.linked = true
			if entry != nil && p.with == nil {
				p.with = entry
			}
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.walk(c, entry)
	}
}

// links tells whether an element leads to the article.
func (p *pageReader) links(n *html.Node) bool {
	for _, name := range linking[n.DataAtom] {
		raw := strings.TrimSpace(attr(n, name))
		if raw == "" || len(raw) > 2*maxAddress {
			continue
		}
		if u, err := p.base.Parse(raw); err == nil && p.leads(u) {
			return true
		}
	}
	return false
}

// entry is what the page says.
func (p *pageReader) entry() entry {
	host := hostOf(p.final.String())
	e := entry{name: host, url: p.final.String(), title: p.title}
	root := p.with
	if root == nil {
		root = p.first
	}
	if root == nil {
		return e
	}
	if card := find(root, "p-author", "u-author"); card != nil {
		name := card
		if inner := find(card, "p-name", "fn"); inner != nil {
			name = inner
		}
		e.name = cmp.Or(tidy(value(name), maxName), host)
	}
	if n := find(root, "p-name"); n != nil {
		e.title = cmp.Or(tidy(value(n), maxTitle), e.title)
	}
	if n := find(root, "u-url"); n != nil {
		if u, err := p.base.Parse(address(n)); err == nil && (u.Scheme == "http" || u.Scheme == "https") && strings.EqualFold(u.Host, p.final.Host) && len(u.String()) <= maxAddress {
			e.url = u.String()
		}
	}
	if n := find(root, "dt-published"); n != nil {
		e.published = moment(cmp.Or(attr(n, "datetime"), attr(n, "value"), attr(n, "title"), words(n, 100)))
	}
	for _, class := range []string{"e-content", "p-summary", "p-content"} {
		if n := find(root, class); n != nil && e.text == "" {
			e.text = tidy(value(n), maxExcerpt)
		}
	}
	return e
}

// find returns the first element below root with one of the classes that
// belongs to root itself and not to another entry in it.
func find(root *html.Node, classes ...string) *html.Node {
	for c := root.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode || unseen[c.DataAtom] {
			continue
		}
		if slices.ContainsFunc(classes, func(class string) bool { return has(c, class) }) {
			return c
		}
		if nested(c) {
			continue
		}
		if n := find(c, classes...); n != nil {
			return n
		}
	}
	return nil
}

// nested tells whether an element is a microformat of its own.
func nested(n *html.Node) bool {
	return slices.ContainsFunc(strings.Fields(attr(n, "class")), func(class string) bool { return strings.HasPrefix(class, "h-") })
}

func has(n *html.Node, class string) bool {
	return slices.Contains(strings.Fields(attr(n, "class")), class)
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

// value is the text of a property.
func value(n *html.Node) string {
	switch n.DataAtom {
	case atom.Img, atom.Area:
		return attr(n, "alt")
	case atom.Data, atom.Input:
		return attr(n, "value")
	case atom.Abbr:
		return cmp.Or(attr(n, "title"), words(n, 4*maxExcerpt))
	}
	return words(n, 4*maxExcerpt)
}

// address is the address of a property.
func address(n *html.Node) string {
	return strings.TrimSpace(cmp.Or(attr(n, "href"), attr(n, "src"), attr(n, "value"), words(n, maxAddress)))
}

// words is the text that a reader sees of an element, up to some bytes.
func words(n *html.Node, limit int) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if b.Len() > limit {
			return
		}
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data[:min(len(n.Data), limit)])
		case n.Type == html.ElementNode && unseen[n.DataAtom]:
			return
		case n.DataAtom == atom.Br, n.DataAtom == atom.P, n.DataAtom == atom.Div, n.DataAtom == atom.Li:
			b.WriteByte(' ')
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return b.String()
}

// tidy makes one calm line of at most so many characters.
func tidy(s string, most int) string {
	s = comment.TameLine(strings.ToValidUTF8(s, ""))
	line := []rune(s)
	if len(line) <= most {
		return s
	}
	cut := string(line[:most])
	if at := strings.LastIndexByte(cut, ' '); at > len(cut)/2 {
		cut = cut[:at]
	}
	return cut + "…"
}

// moment reads a time as pages write it; zero for none.
func moment(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02T15:04-07:00", "2006-01-02 15:04:05-07:00", "2006-01-02T15:04:05", "2006-01-02"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}
