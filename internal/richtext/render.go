package richtext

import (
	"slices"
	"strconv"
	"strings"
)

// Resolver turns the ids in a document into what readers may see. The caller
// prefetches what MediaIDs, ArticleIDs and RecordIDs name: the methods do no I/O.
type Resolver interface {
	// Picture returns a picture medium; false when it is unknown. A picture
	// whose file is missing is returned with Missing set.
	Picture(media int64) (Picture, bool)
	// File returns the public address of an audio, video or other file; false
	// when it is unknown or its file is missing.
	File(media int64) (File, bool)
	// Article returns the address and headline of an article that readers may
	// see; false for any other.
	Article(id int64) (Link, bool)
	// Accounts returns a record of shared accounts; false when it is unknown.
	Accounts(id int64) (Accounts, bool)
}

// Picture is a picture medium as a page shows it.
type Picture struct {
	URL           string // of the fallback, JPEG, PNG or GIF
	Width, Height int    // of the fallback, 0 when unknown
	Sources       []Source
	Alt, Credit   string // used where the document has no words of its own
	Missing       bool
}

// Source is one <source> of a picture: a media type and a srcset with widths.
type Source struct{ Type, SrcSet string }

// File is a medium's file.
type File struct {
	URL           string
	Name          string // as offered for downloading
	MIME          string
	Bytes         int64
	Width, Height int // of a video, 0 when unknown
}

// Link is an article's address and headline.
type Link struct{ URL, Title string }

// Options are what rendering needs beside the document. The zero value renders
// with English labels and resolves nothing.
type Options struct {
	Resolver   Resolver
	Labels     *Labels // nil: English
	Base       string  // origin for relative addresses in feeds, "https://example.org"
	Newsletter string  // address where readers subscribe; "" shows no newsletter boxes
	SignUp     *SignUp // makes the box a form; nil for a link to Newsletter
	Sizes      Sizes

	// Coming tells whether a date of a timeline is still to come, which marks its
	// row; nil marks none. Begins reads the date.
	Coming func(date string) bool
}

// SignUp are the words of a newsletter box in which readers sign up. Empty ones
// are left out.
type SignUp struct {
	Join                     string // "Join over 3,000 readers"
	Label                    string // of the field for the address
	Promise                  string
	PrivacyLabel, PrivacyURL string
	MoreLabel                string // of the link to all choices
	Trap                     string // label of a field that people do not see
	Page, Language           string // sent along: where the form stands, and in which language
}

// Sizes are the values of the sizes attribute of pictures by their alignment.
// Empty ones have defaults for a column of 44rem.
type Sizes struct{ Column, Float, Wide, Full string }

func (s Sizes) of(align string) string {
	switch align {
	case "left", "right":
		return or(s.Float, "(min-width: 48em) 22rem, 100vw")
	case "wide":
		return or(s.Wide, "(min-width: 64em) 60rem, 100vw")
	case "full":
		return or(s.Full, "100vw")
	}
	return or(s.Column, "(min-width: 48em) 44rem, 100vw")
}

// HTML renders a document for a page. docs/contracts/document.md lists the
// elements and classes.
func HTML(d Doc, o Options) string {
	return newRenderer(o, false).document(d)
}

// FeedHTML renders a document for feeds: plain elements without classes, ids
// and wrappers, addresses absolute under Options.Base.
func FeedHTML(d Doc, o Options) string {
	return newRenderer(o, true).document(d)
}

// renderer writes one document. Everything that reaches b is a constant, or
// has gone through text, attr or href.
type renderer struct {
	b       strings.Builder
	o       Options
	labels  *Labels
	feed    bool
	ugc     bool // links are a commenter's
	inHead  bool // inside a header cell, where HTML allows no headings
	notes   map[string]int
	refs    map[string]int  // references to each note, in all
	written map[string]int  // references to each note, so far
	ids     map[string]bool // anchors in use
	noted   bool            // inside a footnote, which has an id of its own
	outline []int64         // given levels of the headings that the current place is under
	tables  int
	regions map[string]bool // labels of table regions in use
	mail    *mailLook       // of a mail, whose elements carry their styles; feed is set too
}

func newRenderer(o Options, feed bool) *renderer {
	r := &renderer{o: o, labels: o.Labels.orEnglish(), feed: feed}
	if r.o.Resolver == nil {
		r.o.Resolver = nothing{}
	}
	return r
}

// nothing resolves nothing.
type nothing struct{}

func (nothing) Picture(int64) (Picture, bool)   { return Picture{}, false }
func (nothing) File(int64) (File, bool)         { return File{}, false }
func (nothing) Article(int64) (Link, bool)      { return Link{}, false }
func (nothing) Accounts(int64) (Accounts, bool) { return Accounts{}, false }

func (r *renderer) document(d Doc) string {
	r.b.Grow(8 << 10)
	r.countNotes(d.Content)
	r.blocks(d.Content)
	return r.b.String()
}

// countNotes numbers the footnotes and counts the references to each.
func (r *renderer) countNotes(nodes []Node) {
	at := slices.IndexFunc(nodes, func(n Node) bool { return n.Type == "footnotes" })
	if at < 0 {
		return
	}
	r.notes, r.refs, r.written = map[string]int{}, map[string]int{}, map[string]int{}
	for i := range nodes {
		if nodes[i].Type == "footnotes" {
			for j := range nodes[i].Content {
				r.notes[nodes[i].Content[j].str("id")] = len(r.notes) + 1
			}
		}
	}
	Walk(nodes, func(n *Node) bool {
		if n.Type == "footnote_ref" {
			r.refs[n.str("id")]++
		}
		return true
	})
}

func (r *renderer) blocks(nodes []Node) {
	for i := range nodes {
		r.block(&nodes[i])
	}
}

func (r *renderer) block(n *Node) {
	switch n.Type {
	case "paragraph":
		r.paragraph(n)
	case "heading":
		r.heading(n)
	case "bullet_list", "ordered_list":
		r.list(n)
	case "quote":
		r.quote(n, "quote")
	case "pull_quote":
		r.quote(n, "pull-quote")
	case "code":
		r.code(n)
	case "preformatted", "verse":
		r.preformatted(n)
	case "math":
		r.math(n)
	case "rule":
		r.raw("<hr>\n")
	case "details":
		r.details(n)
	case "columns":
		r.columns(n)
	case "media_text":
		r.mediaText(n)
	case "fallback":
		r.wrapped("div", "fallback", n.Content)
	case "table":
		r.table(n)
	case "figure", "gallery", "audio", "video", "playlist", "file", "embed":
		r.media(n)
	default:
		r.reporting(n)
	}
}

// wrapped writes blocks inside an element, nothing when there are none.
func (r *renderer) wrapped(tag, class string, nodes []Node) {
	if len(nodes) == 0 {
		return
	}
	if r.feed {
		r.blocks(nodes)
		return
	}
	r.open(tag, class)
	r.raw(">")
	r.blocks(nodes)
	r.end(tag)
}

// open writes a start tag up to its closing bracket, with a class on pages.
func (r *renderer) open(tag, class string) {
	r.b.WriteByte('<')
	r.b.WriteString(tag)
	if class != "" && !r.feed {
		r.b.WriteString(` class="`)
		r.b.WriteString(class)
		r.b.WriteByte('"')
	}
}

func (r *renderer) end(tag string) {
	r.b.WriteString("</")
	r.b.WriteString(tag)
	r.b.WriteString(">\n")
}

// raw writes markup that the program holds.
func (r *renderer) raw(s string) { r.b.WriteString(s) }

// attr writes an attribute with an escaped value.
func (r *renderer) attr(name, value string) {
	r.b.WriteByte(' ')
	r.b.WriteString(name)
	r.b.WriteString(`="`)
	escape(&r.b, value, true)
	r.b.WriteByte('"')
}

// pageAttr writes an attribute that feeds leave out, and an empty one nowhere.
func (r *renderer) pageAttr(name, value string) {
	if !r.feed && value != "" {
		r.attr(name, value)
	}
}

func (r *renderer) attrInt(name string, value int64) {
	r.b.WriteByte(' ')
	r.b.WriteString(name)
	r.b.WriteString(`="`)
	r.b.WriteString(strconv.FormatInt(value, 10))
	r.b.WriteByte('"')
}

// words writes escaped text.
func (r *renderer) words(s string) { escape(&r.b, s, false) }

// paragraphOf writes a line of words of its own class, nothing for none.
func (r *renderer) paragraphOf(class, s string) {
	if s == "" {
		return
	}
	r.open("p", class)
	r.raw(">")
	if r.feed {
		r.raw("<strong>")
		r.words(s)
		r.raw("</strong></p>\n")
		return
	}
	r.words(s)
	r.raw("</p>\n")
}

// href returns an address as the output may hold it.
func (r *renderer) href(address string) (string, bool) {
	address, ok := SafeURL(address)
	if ok && r.feed && r.o.Base != "" {
		address = absolute(r.o.Base, address)
	}
	return address, ok
}

// absolute puts a relative address under an origin.
func absolute(base, address string) string {
	scheme, _, _ := splitScheme(address)
	switch {
	case scheme != "" || address[0] == '#':
		return address
	case address[0] == '/':
		return strings.TrimSuffix(base, "/") + address
	}
	return strings.TrimSuffix(base, "/") + "/" + address
}

// link opens an <a>; it reports false and writes nothing when the address may
// not be written.
func (r *renderer) link(class, address string) bool {
	address, ok := r.href(address)
	if ok && r.mail != nil {
		address, ok = r.mail.target(address)
	}
	if !ok {
		return false
	}
	r.open("a", class)
	r.attr("href", address)
	if r.mail != nil {
		r.styled("a")
	}
	return true
}

const (
	plainByte = iota
	markupByte
	quoteByte
	dropByte
)

var byteClass = func() (t [256]byte) {
	for c := range 0x20 {
		t[c] = dropByte
	}
	t[0x7f] = dropByte
	t['\n'], t['\t'] = plainByte, plainByte
	t['<'], t['>'], t['&'] = markupByte, markupByte, markupByte
	t['"'] = quoteByte
	return t
}()

// escape writes s as text or, with quotes, as a double-quoted attribute value.
// Control characters, which no document in normal form has, are left out.
func escape(b *strings.Builder, s string, quotes bool) {
	from := 0
	for i := range len(s) {
		class := byteClass[s[i]]
		if class == plainByte || class == quoteByte && !quotes {
			continue
		}
		b.WriteString(s[from:i])
		from = i + 1
		switch s[i] {
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '&':
			b.WriteString("&amp;")
		case '"':
			b.WriteString("&quot;")
		}
	}
	b.WriteString(s[from:])
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// EscapeText returns s as HTML text.
func EscapeText(s string) string {
	var b strings.Builder
	escape(&b, s, false)
	return b.String()
}

// EscapeAttr returns s as the value of an attribute in double quotes.
func EscapeAttr(s string) string {
	var b strings.Builder
	escape(&b, s, true)
	return b.String()
}
