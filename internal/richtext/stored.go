package richtext

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// StoredText is Text of the document that is the last member of a JSON object,
// read from the JSON as this package writes it, without decoding the document.
// It is not ok for what must be decoded: any other form, and a document with
// shared accounts, whose words are kept elsewhere.
func StoredText(object, member string) (text string, ok bool) {
	if !utf8.ValidString(object) {
		return "", false
	}
	r := storedReader{json: object, lines: lines{fresh: true}}
	r.lines.b.Grow(len(object) / 2)
	found := false
	for i := 0; r.more(i, '{', '}'); i++ {
		if r.lost = r.lost || found; r.name() != member {
			r.skip()
			continue
		}
		found = true
		r.doc()
	}
	return r.lines.String(), found && !r.lost && r.at == len(object)
}

// storedReader reads documents. Once it is lost it stays so.
type storedReader struct {
	json  string
	at    int
	lost  bool
	lines lines
}

func (r *storedReader) doc() {
	for i := 0; r.more(i, '{', '}'); i++ {
		switch name := r.name(); {
		case name == "v" && i == 0:
			r.skip()
		case name == "content" && i == 1:
			r.nodes()
		default:
			r.lost = true
		}
	}
}

func (r *storedReader) nodes() {
	for i := 0; r.more(i, '[', ']'); i++ {
		r.node()
	}
}

// node reads a node, which has its type, attributes and content in this order.
func (r *storedReader) node() {
	var n Node // without its content
	opened := false
	for i := 0; r.more(i, '{', '}'); i++ {
		switch name := r.name(); {
		case name == "type" && i == 0:
			n.Type = r.text()
			r.lost = r.lost || n.Type == "shared_accounts"
		case name == "attrs" && i == 1:
			n.Attrs = r.attrs(n.Type)
		case name == "content" && !opened && n.Type != "text":
			r.open(&n)
			opened = true
			r.nodes()
		case name == "text":
			n.Text = r.text()
		case name == "marks":
			r.skip()
		default:
			r.lost = true
		}
	}
	switch n.Type {
	case "text":
		r.lines.piece(n.Text)
		return
	case "inline_image", "footnote_ref":
		r.lost = r.lost || opened
		return
	}
	if !opened {
		r.open(&n)
	}
	r.lines.boundary()
	eachAttr(&n, wordsAfter, r.lines.piece, r.lines.boundary)
}

// open begins a block.
func (r *storedReader) open(n *Node) {
	r.lines.boundary()
	eachAttr(n, wordsBefore, r.lines.piece, r.lines.boundary)
}

// attrs are the texts among the attributes of a kind of node, if some are words
// for readers.
func (r *storedReader) attrs(kind string) map[string]any {
	if wordsBefore[kind] == nil && wordsAfter[kind] == nil {
		r.skip()
		return nil
	}
	attrs := map[string]any{}
	for i := 0; r.more(i, '{', '}'); i++ {
		if name := r.name(); r.next() == '"' {
			attrs[name] = r.text()
		} else {
			r.skip()
		}
	}
	return attrs
}

// more reports whether an object or a list has another member after i of them,
// and goes there.
func (r *storedReader) more(i int, begin, end byte) bool {
	if i == 0 {
		r.expect(begin)
	}
	if r.next() == end {
		r.at++
		return false
	}
	if i > 0 {
		r.expect(',')
	}
	return !r.lost
}

// next is the byte to be read, 0 at the end.
func (r *storedReader) next() byte {
	if r.lost || r.at >= len(r.json) {
		return 0
	}
	return r.json[r.at]
}

func (r *storedReader) expect(c byte) {
	if r.next() != c {
		r.lost = true
	}
	r.at++
}

func (r *storedReader) name() string {
	name := r.text()
	r.expect(':')
	return name
}

// text reads a text.
func (r *storedReader) text() string {
	raw := r.quoted()
	if r.lost {
		return ""
	}
	if !strings.Contains(raw, `\`) {
		return raw[1 : len(raw)-1]
	}
	s, err := strconv.Unquote(raw) // knows all escapes that encoding/json writes
	r.lost = r.lost || err != nil
	return s
}

// quoted passes over a text and returns it as it is written.
func (r *storedReader) quoted() string {
	from := r.at
	for r.expect('"'); !r.lost; r.at++ {
		n := strings.IndexByte(r.json[r.at:], '"')
		if n < 0 {
			r.lost = true
			break
		}
		r.at += n
		before := r.json[from+1 : r.at]
		if escapes := len(before) - len(strings.TrimRight(before, `\`)); escapes%2 == 0 {
			r.at++
			return r.json[from:r.at]
		}
	}
	return ""
}

// skip passes over any value.
func (r *storedReader) skip() {
	switch c := r.next(); c {
	case '"':
		r.quoted()
	case '{':
		for i := 0; r.more(i, '{', '}'); i++ {
			r.quoted()
			r.expect(':')
			r.skip()
		}
	case '[':
		for i := 0; r.more(i, '[', ']'); i++ {
			r.skip()
		}
	default: // a number or a word
		n := strings.IndexAny(r.json[min(r.at, len(r.json)):], ",]}")
		r.lost = r.lost || n <= 0
		r.at += max(n, 0)
	}
}
