package richtext

import (
	"strings"

	"golang.org/x/net/html"
)

// quote converts a blockquote: the fallback of a social post becomes an embed,
// anything else a quote with its source.
func (f *flow) quote(n *html.Node, s scope) {
	if f.socialPost(n, s) {
		return
	}
	if !f.fits() {
		f.unwrap(n, s)
		return
	}
	s = f.c.language(n, s)
	kind := "quote"
	if classOf(n, pullClasses...) || n.Parent != nil && classOf(n.Parent, pullClasses...) {
		kind = "pull_quote"
	}
	body := f.sub(1)
	cite := citeOf(n)
	attrs := map[string]any{}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		if child != cite {
			body.node(child, s)
			continue
		}
		words, apart := body.label(child, s)
		attrs["cite"] = words
		body.place(apart...)
		f.noteLinks(child)
	}
	body.flush()
	if words, _ := attrs["cite"].(string); words == "" && len(body.out) == 0 {
		return
	}
	f.place(Node{Type: kind, Attrs: attrs, Content: atLeastOne(body.out)})
}

var pullClasses = []string{"wp-block-pullquote", "pullquote", "pull-quote"}

// citeOf returns the cite or footer that ends a quote, nil if there is none.
func citeOf(n *html.Node) *html.Node {
	last := n.LastChild
	for last != nil && last.Type == html.TextNode && strings.TrimSpace(last.Data) == "" {
		last = last.PrevSibling
	}
	if last != nil && last.Type == html.ElementNode && (last.Data == "cite" || last.Data == "footer") {
		return last
	}
	return nil
}

// noteLinks lists the links inside words that become an attribute.
func (f *flow) noteLinks(n *html.Node) {
	for d := range n.Descendants() {
		if d.Data == "a" && attrOr(d, "href", "") != "" {
			f.c.Drop("address", "href in a citation", attrOr(d, "href", ""), 0)
		}
	}
}

// socialClasses are the classes of the quotes that stand in for posts until a
// service's script replaces them.
var socialClasses = []string{
	"twitter-tweet", "twitter-video", "instagram-media", "tiktok-embed", "fb-post", "fb-video", "fb-xfbml-parse-ignore", "bluesky-embed",
	"reddit-embed-bq", "reddit-card", "mastodon-embed", "text-post-media", "imgur-embed-pub",
}

// socialPost converts the quote of a post into an embed with the post's words
// as its caption. It reports false when it is no such quote or has no address.
func (f *flow) socialPost(n *html.Node, s scope) bool {
	if !classOf(n, socialClasses...) {
		return false
	}
	address, ok := SafeURL(postAddress(n))
	if !ok || !strings.HasPrefix(address, "http") {
		return false
	}
	caption, apart := f.c.inlineOnly(n, s, f.level)
	f.place(embedNode(address, "", caption))
	f.out = append(f.out, apart...)
	return true
}

func postAddress(n *html.Node) string {
	for _, name := range []string{"data-instgrm-permalink", "data-text-post-permalink", "data-href", "cite"} {
		if address := attrOr(n, name, ""); strings.HasPrefix(address, "http") {
			return address
		}
	}
	last := ""
	for d := range n.Descendants() {
		if href := attrOr(d, "href", ""); d.Data == "a" && strings.HasPrefix(href, "http") {
			last = href
		}
	}
	return last
}

// pre converts preformatted text: code when it holds one code element, verse
// by its class.
func (f *flow) pre(n *html.Node, s scope) {
	s = f.c.language(n, s)
	s.literal = true
	body := f.sub(0)
	body.literal = true
	body.children(n, s)
	body.flush()
	var inline, apart []Node
	flatten(body.out, &inline, &apart)
	inline = trimPre(inline)
	f.flush()
	if len(inline) > 0 {
		f.out = append(f.out, preNode(n, inline))
	}
	f.out = append(f.out, apart...)
}

func preNode(n *html.Node, content []Node) Node {
	code := onlyChild(n, "code")
	switch {
	case classOf(n, "wp-block-verse"):
		return Node{Type: "verse", Content: content}
	case code == nil && !classOf(n, "wp-block-code", "code") && languageName(n) == "":
		return Node{Type: "preformatted", Content: content}
	}
	language := languageName(n)
	if code != nil {
		language = or(languageName(code), language)
	}
	return Node{Type: "code", Attrs: map[string]any{"language": language}, Content: plainText(content)}
}

// plainText takes marks and pictures off inline content.
func plainText(nodes []Node) []Node {
	if text := inlineText(nodes); text != "" {
		return []Node{textNode(text, nil)}
	}
	return nil
}

// languageName reads a programming language from the classes of highlighters.
func languageName(n *html.Node) string {
	name := or(classAfter(n, "language-"), classAfter(n, "lang-"))
	if classes := attrOr(n, "class", ""); name == "" && strings.Contains(classes, "brush:") {
		_, rest, _ := strings.Cut(classes, "brush:")
		name, _, _ = strings.Cut(strings.TrimSpace(rest), ";")
		name, _, _ = strings.Cut(name, " ")
	}
	if name = strings.ToLower(or(name, attrOr(n, "lang", ""))); !isName(name) || isLang(name) && hasAttr(n, "lang") {
		return ""
	}
	return name
}

// onlyChild returns the one element in n if it has that name and there is no
// text beside it.
func onlyChild(n *html.Node, name string) *html.Node {
	var found *html.Node
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		switch {
		case child.Type == html.TextNode && strings.TrimSpace(child.Data) == "":
		case found != nil || child.Type != html.ElementNode || child.Data != name:
			return nil
		default:
			found = child
		}
	}
	return found
}

// trimPre removes the newline after <pre>, which HTML ignores, and white space
// at the end. It returns nil when nothing is left to see.
func trimPre(nodes []Node) []Node {
	if len(nodes) == 0 {
		return nil
	}
	nodes[0].Text = strings.TrimPrefix(nodes[0].Text, "\n")
	for last := len(nodes) - 1; last >= 0; last-- {
		n := &nodes[last]
		if n.Type == "text" {
			n.Text = strings.TrimRight(n.Text, htmlSpace)
		}
		if n.Type != "hard_break" && (n.Type != "text" || n.Text != "") {
			return nodes[:last+1]
		}
	}
	return nil
}
