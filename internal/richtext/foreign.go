package richtext

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
)

// ImportOptions let an importer take part in the reading of foreign HTML. The
// zero value reads HTML by itself.
type ImportOptions struct {
	// Element is asked first about every element. It returns the nodes that
	// the element becomes (blocks, or inline nodes only) and true, or false to
	// leave it to the converter. No nodes and true leave the element out; the
	// hook then says so with Converter.Drop. Nodes that the schema refuses are
	// listed and the element is converted in the ordinary way.
	Element func(c *Converter, n *html.Node) ([]Node, bool)
	// Media returns our id for a picture, recording or file, 0 for none.
	Media func(ref MediaRef) int64
	// Link returns the address to use in place of one in the HTML.
	Link func(href string) string
	// Language is the document's own: a lang attribute that repeats it is no
	// mark.
	Language string

	lineBreaks bool // newlines are line ends, and two of them paragraphs
	autoLink   bool // bare addresses become links
}

// MediaRef is a reference to a picture, recording or file in foreign HTML.
type MediaRef struct {
	Kind          string // "image", "audio", "video", "poster", "file"
	Src           string // as written; "" when the element names none
	ID            int64  // of the class wp-image-ID or an attribute data-id, 0 if none
	Width, Height int    // as written, 0 if none
	Node          *html.Node
}

// Dropped is something that foreign HTML had and the document has not.
// Occurrences of the same kind and name are counted together.
type Dropped struct {
	// Kind is "element" (left out), "unwrapped" (an element that HTML does not
	// know; its content is kept), "address" (a link or source of a refused
	// scheme; the words are kept), "attribute" (an event handler), "depth"
	// (elements nested too deeply, unwrapped), "size" (input after the first
	// 12 MiB), "structure" (nodes of a hook that the schema refuses) or what a
	// hook says.
	Kind   string
	Name   string // of the element or attribute
	Count  int
	Words  int    // words of readers' text that went with it
	Sample string // the first one's text or address, at most 200 bytes
}

// FromHTML reads foreign HTML into a document that Validate accepts, and lists
// what does not fit, in order of first appearance. Words that a reader saw are
// in the document, or counted in the list. It never fails: any input is some
// HTML.
func FromHTML(s string, o ImportOptions) (Doc, []Dropped) {
	var cut string
	if len(s) > maxHTML {
		s, cut = s[:maxHTML], s[maxHTML:]
	}
	t := newTree()
	t.parse(s)
	c := newConverter(o)
	if t.deep > 0 {
		c.note(Dropped{Kind: "depth", Name: "elements", Count: t.deep})
	}
	if cut != "" {
		c.note(Dropped{Kind: "size", Name: "input", Count: 1, Words: CountWords(cut), Sample: sample(cut)})
	}
	return c.document(t.root)
}

// FromNode reads the content of a parsed node, of ParseHTML or of
// golang.org/x/net/html, as FromHTML does.
func FromNode(n *html.Node, o ImportOptions) (Doc, []Dropped) {
	return newConverter(o).document(n)
}

// Converter reads one tree. Hooks use it to convert what is inside an element.
type Converter struct {
	o      ImportOptions
	list   []Dropped
	index  map[[2]string]int
	images map[string]bool // sources of the pictures so far
	notes  map[string]bool // ids of a hook's footnotes
	level  int             // of the blocks where the hook's element stands
	scope  scope
}

func newConverter(o ImportOptions) *Converter {
	return &Converter{o: o, index: map[[2]string]int{}, images: map[string]bool{}, notes: map[string]bool{}}
}

func (c *Converter) document(n *html.Node) (Doc, []Dropped) {
	f := &flow{c: c, level: 1}
	f.children(n, scope{})
	f.flush()
	d, err := Validate(Doc{Version: SchemaVersion, Content: f.out})
	if err != nil {
		// Only nodes of a hook can lead here. Their words are kept.
		c.Drop("structure", "document", err.Error(), 0)
		words := CleanText(Text(Doc{Content: f.out}))
		d = Doc{Version: SchemaVersion, Content: []Node{paragraphOf(textNode(words, nil))}}
	}
	return d, c.list
}

// Blocks converts the content of an element into blocks. They may stand up to
// four levels below the place of the element.
func (c *Converter) Blocks(n *html.Node) []Node {
	f := &flow{c: c, level: c.level + 4}
	f.children(n, c.scope)
	f.flush()
	return f.out
}

// Inline converts the content of an element into inline nodes. Blocks that
// cannot be inline, such as pictures, are returned apart.
func (c *Converter) Inline(n *html.Node) (inline, blocks []Node) {
	return c.inlineOnly(n, c.scope, c.level+4)
}

// Words returns the text of an element on one line.
func (c *Converter) Words(n *html.Node) string { return lineOf(n) }

// Drop lists something that was left out, with the number of words that went
// with it.
func (c *Converter) Drop(kind, name, first string, words int) {
	c.note(Dropped{Kind: kind, Name: name, Count: 1, Words: words, Sample: sample(first)})
}

func (c *Converter) note(d Dropped) {
	key := [2]string{d.Kind, d.Name}
	at, known := c.index[key]
	if !known {
		c.index[key] = len(c.list)
		c.list = append(c.list, d)
		return
	}
	c.list[at].Count += d.Count
	c.list[at].Words += d.Words
	if c.list[at].Sample == "" {
		c.list[at].Sample = d.Sample
	}
}

// dropElement lists an element that readers do not see in the document. Its
// text counts as words when readers saw it.
func (c *Converter) dropElement(n *html.Node, seen bool) {
	text := lineOf(n)
	words := 0
	if seen {
		words = CountWords(text)
	}
	c.Drop("element", n.Data, or(text, attrOr(n, "src", attrOr(n, "name", ""))), words)
}

// media asks the importer for our id.
func (c *Converter) media(ref MediaRef) int64 {
	if c.o.Media == nil {
		return 0
	}
	return max(c.o.Media(ref), 0)
}

// address returns a safe address, after the importer had its say; false, and a
// line in the list, when there is none.
func (c *Converter) address(name, raw string, webOnly bool) (string, bool) {
	if strings.TrimSpace(raw) == "" {
		return "", false
	}
	if c.o.Link != nil && name == "href" {
		raw = c.o.Link(raw)
	}
	safe, problem := checkedURL(raw, webOnly)
	if problem != "" {
		c.Drop("address", name, raw, 0)
		return "", false
	}
	return safe, true
}

func sample(s string) string {
	s = CleanText(s)
	if len(s) <= 200 {
		return s
	}
	return strings.ToValidUTF8(s[:200], "") + "…"
}

func textNode(s string, marks []Mark) Node { return Node{Type: "text", Text: s, Marks: marks} }

func paragraphOf(nodes ...Node) Node { return Node{Type: "paragraph", Content: nodes} }

// attrOr returns an attribute of an element, or a default when it is absent or
// empty.
func attrOr(n *html.Node, name, def string) string {
	for _, a := range n.Attr {
		if a.Key == name && a.Val != "" {
			return a.Val
		}
	}
	return def
}

func hasAttr(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// attrNumber reads the digits at the start of an attribute: "300", "300px".
func attrNumber(n *html.Node, name string) int {
	var i int
	if value := attrOr(n, name, ""); !strings.HasSuffix(strings.TrimSpace(value), "%") {
		_, _ = fmt.Sscanf(value, "%d", &i) // no digits leave 0
	}
	if i < 0 || i > 100_000 {
		return 0
	}
	return i
}

// classOf reports whether an element has one of the classes.
func classOf(n *html.Node, names ...string) bool {
	for have := range strings.FieldsSeq(attrOr(n, "class", "")) {
		for _, name := range names {
			if have == name {
				return true
			}
		}
	}
	return false
}

// classAfter returns the rest of the first class that begins with the prefix.
func classAfter(n *html.Node, prefix string) string {
	for have := range strings.FieldsSeq(attrOr(n, "class", "")) {
		if rest, ok := strings.CutPrefix(have, prefix); ok {
			return rest
		}
	}
	return ""
}

// lineOf returns the text inside a node on one line, a space at each block and
// break.
func lineOf(n *html.Node) string {
	var b strings.Builder
	collect(n, &b)
	return strings.Join(strings.Fields(b.String()), " ")
}

func collect(n *html.Node, b *strings.Builder) {
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		switch child.Type {
		case html.TextNode:
			b.WriteString(child.Data)
		case html.ElementNode:
			apart := blockNames[child.Data] || child.Data == "br"
			if apart {
				b.WriteByte(' ')
			}
			if child.Data != "script" && child.Data != "style" {
				collect(child, b)
			}
			if apart {
				b.WriteByte(' ')
			}
		}
	}
}
