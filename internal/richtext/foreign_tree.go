package richtext

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Bounds of a parsed tree. Beyond them elements are unwrapped, and words kept.
const (
	maxOpen    = 96      // elements open at once
	maxTree    = 400_000 // nodes
	maxPending = 12      // styles to be opened again
	maxHTML    = 12 << 20
)

// ParseHTML parses HTML into a tree under a document node, in linear time and
// bounded depth, however hostile the input is.
//
// It reads the tokens of golang.org/x/net/html and follows the tree
// construction of the HTML standard (13.2.6) where articles feel it: implied
// end tags, scopes, table structure, and styles that go on in the next
// paragraph when their end tag is missing. It differs where the standard's own
// parser is not bounded or loses the place of words: there are no html, head
// and body elements, stray content of a table stays in it, elements deeper than 96
// are unwrapped, and comments are kept only when they are WordPress's "more"
// and "nextpage".
func ParseHTML(s string) *html.Node {
	t := newTree()
	t.parse(s)
	return t.root
}

type tree struct {
	root     *html.Node
	stack    []*html.Node   // open elements, the root first
	pending  []*html.Node   // styles to open again; nil entries mark the edge of a cell
	skipped  map[string]int // start tags not pushed whose end tags must be ignored
	foreign  int            // open svg and math elements
	nodes    int
	deep     int             // elements unwrapped for their depth
	overflow strings.Builder // words after the bound of nodes
	muted    bool            // inside a script or the like after that bound
}

func newTree() *tree {
	root := &html.Node{Type: html.DocumentNode}
	return &tree{root: root, stack: []*html.Node{root}, skipped: map[string]int{}}
}

func (t *tree) parse(s string) {
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		z.AllowCDATA(t.foreign > 0)
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			t.finish()
			return
		case html.TextToken:
			t.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			t.startToken(z, kind == html.SelfClosingTagToken)
		case html.EndTagToken:
			name, _ := z.TagName()
			t.end(interned(name))
		case html.CommentToken:
			t.comment(string(z.Text()))
		}
	}
}

func interned(name []byte) string {
	if a := atom.Lookup(name); a != 0 {
		return a.String()
	}
	return string(name[:min(len(name), 64)])
}

// maxTagAttrs bounds the attributes that are kept of one element.
const maxTagAttrs = 64

func (t *tree) startToken(z *html.Tokenizer, selfClosing bool) {
	tag, more := z.TagName()
	name := interned(tag)
	var attrs []html.Attribute
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		if len(attrs) < maxTagAttrs && !slices.ContainsFunc(attrs, func(a html.Attribute) bool { return a.Key == string(key) }) {
			attrs = append(attrs, html.Attribute{Key: string(key), Val: string(value)})
		}
	}
	if t.foreign > 0 || name == "noscript" || name == "noembed" || name == "noframes" {
		z.NextIsNotRawText()
	}
	t.start(name, attrs, selfClosing)
}

func (t *tree) top() *html.Node { return t.stack[len(t.stack)-1] }

func (t *tree) full() bool { return t.nodes >= maxTree }

func (t *tree) text(s string) {
	if s == "" {
		return
	}
	if t.full() {
		if !t.muted {
			t.overflow.WriteString(s)
		}
		return
	}
	if !isBlank(s) {
		t.reopen()
	} else if tableParts[t.top().Data] {
		return
	}
	t.append(&html.Node{Type: html.TextNode, Data: s})
}

func (t *tree) append(n *html.Node) {
	t.nodes++
	t.top().AppendChild(n)
}

func (t *tree) comment(s string) {
	s = strings.TrimSpace(s)
	if s == "nextpage" || s == "more" || strings.HasPrefix(s, "more ") {
		t.append(&html.Node{Type: html.CommentNode, Data: s})
	}
}

// finish gives the words beyond the bound of nodes a paragraph of their own.
func (t *tree) finish() {
	if t.overflow.Len() == 0 {
		return
	}
	p := element("p", nil)
	p.AppendChild(&html.Node{Type: html.TextNode, Data: t.overflow.String()})
	t.root.AppendChild(p)
}

func element(name string, attrs []html.Attribute) *html.Node {
	return &html.Node{Type: html.ElementNode, Data: name, DataAtom: atom.Lookup([]byte(name)), Attr: attrs}
}

// start handles a start tag.
func (t *tree) start(name string, attrs []html.Attribute, selfClosing bool) {
	switch {
	case name == "html" || name == "head" || name == "body":
		return
	case t.full():
		t.muted = rawNames[name] && !blockNames[name]
		if blockNames[name] || name == "br" {
			t.overflow.WriteByte(' ')
		}
		return
	case t.foreign > 0 && !breaksOut[name]:
		t.startForeign(name, attrs, selfClosing)
		return
	case t.foreign > 0:
		t.leaveForeign()
	}
	if name == "image" {
		name = "img"
	}
	name = t.imply(name)
	n := element(name, attrs)
	switch {
	case name == "col":
	case voidNames[name]:
		t.reopen()
		t.append(n)
	default:
		if !blockNames[name] {
			t.reopen()
		}
		t.push(n)
		if name == "svg" || name == "math" {
			t.enterForeign(n, selfClosing)
		}
	}
}

// push appends an element and opens it. Beyond the bound of depth it is left
// out, and a line break keeps the words before and after it apart.
func (t *tree) push(n *html.Node) {
	if len(t.stack) > maxOpen && !rawNames[n.Data] {
		t.deep++
		t.skipped[n.Data]++
		if blockNames[n.Data] {
			t.append(element("br", nil))
		}
		return
	}
	t.append(n)
	t.stack = append(t.stack, n)
	if isolating[n.Data] && n.Namespace == "" {
		t.pending = append(t.pending, nil)
	}
}

func (t *tree) startForeign(name string, attrs []html.Attribute, selfClosing bool) {
	n := element(name, attrs)
	n.Namespace = t.top().Namespace
	if selfClosing {
		t.append(n)
		return
	}
	before := len(t.stack)
	t.push(n)
	if len(t.stack) > before {
		t.foreign++
	}
}

func (t *tree) enterForeign(n *html.Node, selfClosing bool) {
	if t.top() != n {
		return
	}
	n.Namespace = n.Data
	t.foreign = 1
	if selfClosing {
		t.leaveForeign()
	}
}

// leaveForeign closes all svg and math elements.
func (t *tree) leaveForeign() {
	t.popTo(len(t.stack) - t.foreign)
	t.foreign = 0
}

// popTo closes the open elements from index i on. Styles among them, other
// than the one at i, are to be opened again.
func (t *tree) popTo(i int) {
	i = max(i, 1)
	var styles []*html.Node
	for j := len(t.stack) - 1; j >= i; j-- {
		n := t.stack[j]
		if isolating[n.Data] && n.Namespace == "" {
			styles = styles[:0]
			t.forgetPending()
		} else if j > i && styleNames[n.Data] {
			styles = append(styles, n)
		}
	}
	t.stack = t.stack[:i]
	for j := len(styles) - 1; j >= 0 && len(t.pending) < maxPending; j-- {
		t.pending = append(t.pending, styles[j])
	}
}

// forgetPending drops the pending styles up to and with the last mark.
func (t *tree) forgetPending() {
	for len(t.pending) > 0 {
		last := t.pending[len(t.pending)-1]
		t.pending = t.pending[:len(t.pending)-1]
		if last == nil {
			return
		}
	}
}

// reopen opens the pending styles of the current cell again.
func (t *tree) reopen() {
	if len(t.pending) == 0 || tableParts[t.top().Data] || len(t.stack)+maxPending > maxOpen {
		return
	}
	from := 0
	for i, n := range t.pending {
		if n == nil {
			from = i + 1
		}
	}
	styles := slices.Clone(t.pending[from:])
	t.pending = t.pending[:from]
	for _, n := range styles {
		t.push(element(n.Data, n.Attr))
	}
}

// find returns the index of the innermost open element for which is is true,
// or -1 if one for which stop is true comes before.
func (t *tree) find(is, stop func(name string) bool) int {
	for i := len(t.stack) - 1; i > 0; i-- {
		switch name := t.stack[i].Data; {
		case is(name):
			return i
		case stop(name):
			return -1
		}
	}
	return -1
}

func named(name string) func(string) bool { return func(s string) bool { return s == name } }

func in(set map[string]bool) func(string) bool { return func(s string) bool { return set[s] } }
