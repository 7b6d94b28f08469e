package richtext

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// eachText calls piece for every piece of text that readers see, in order,
// and boundary where a word cannot go on.
func eachText(nodes []Node, piece func(string), boundary func()) {
	for i := range nodes {
		n := &nodes[i]
		switch n.Type {
		case "text":
			piece(n.Text)
			continue
		case "inline_image", "footnote_ref":
			continue
		}
		boundary()
		eachAttr(n, wordsBefore, piece, boundary)
		eachText(n.Content, piece, boundary)
		boundary()
		eachAttr(n, wordsAfter, piece, boundary)
	}
}

func eachAttr(n *Node, words map[string][]string, piece func(string), boundary func()) {
	for _, name := range words[n.Type] {
		piece(n.str(name))
		boundary()
	}
}

// wordsBefore and wordsAfter name the attributes that hold words which readers
// see, before and after a node's content.
var (
	wordsBefore = map[string][]string{
		"accounts": {"title"}, "account": {"party"}, "fact_box": {"title"},
		"timeline": {"title"}, "timeline_event": {"title"}, "details": {"summary"},
		"related_link": {"title"}, "button": {"label"}, "file": {"label"},
		"audio": {"title"}, "video": {"title"}, "embed": {"title"}, "math": {"tex"},
	}
	wordsAfter = map[string][]string{
		"quote": {"cite"}, "pull_quote": {"cite"}, "attributed_quote": {"speaker", "role", "outlet"},
		"account": {"silent", "source_label"}, "figure": {"credit"},
	}
)

// Text returns all words of a document as plain text for search and
// comparison: one line a block, without list signs or addresses.
func Text(d Doc) string {
	l := lines{fresh: true}
	eachText(d.Content, l.piece, l.boundary)
	return l.String()
}

// lines are the words of a document, one line a block.
type lines struct {
	b     strings.Builder
	fresh bool // at the start of a line
}

func (l *lines) piece(s string) {
	if s != "" {
		l.b.WriteString(s)
		l.fresh = false
	}
}

func (l *lines) boundary() {
	if !l.fresh {
		l.b.WriteByte('\n')
		l.fresh = true
	}
}

func (l *lines) String() string { return strings.TrimRight(l.b.String(), "\n") }

// Excerpt returns the beginning of the document's prose as one line of at most
// maxRunes runes, "…" included when words were cut. It ends before a more node
// of the document. Pictures, tables, code and boxes are passed over; if there
// is no prose at all, the excerpt is of whatever words there are.
func Excerpt(d Doc, maxRunes int) string {
	nodes := d.Content
	for i := range nodes {
		if nodes[i].Type == "more" {
			nodes = nodes[:i]
			break
		}
	}
	if s := excerptOf(nodes, maxRunes, true); s != "" {
		return s
	}
	return excerptOf(nodes, maxRunes, false)
}

// notProse are the blocks that an excerpt passes over.
var notProse = map[string]bool{
	"heading": true, "figure": true, "gallery": true, "audio": true, "video": true, "playlist": true, "file": true,
	"embed": true, "table": true, "code": true, "math": true, "fact_box": true, "timeline": true, "correction": true,
	"related_link": true, "button": true, "buttons": true, "details": true, "footnotes": true, "pull_quote": true, "newsletter_box": true,
}

func excerptOf(nodes []Node, maxRunes int, proseOnly bool) string {
	e := clipper{max: maxRunes}
	for i := range nodes {
		if e.full {
			break
		}
		if proseOnly && notProse[nodes[i].Type] {
			continue
		}
		eachText(nodes[i:i+1], e.write, e.boundary)
	}
	return e.String()
}

// clipper collects text on one line until a number of runes is passed.
type clipper struct {
	b     strings.Builder
	runes int
	max   int
	space bool // white space is due before the next rune
	full  bool
}

func (e *clipper) boundary() { e.space = e.runes > 0 }

func (e *clipper) write(s string) {
	for _, r := range s {
		switch {
		case e.full:
			return
		case unicode.IsSpace(r):
			e.boundary()
			continue
		case e.space:
			e.b.WriteByte(' ')
			e.runes++
			e.space = false
		}
		e.b.WriteRune(r)
		if e.runes++; e.runes > e.max {
			e.full = true
		}
	}
}

// String returns what was collected, cut at the end of a word if it was too
// much.
func (e *clipper) String() string {
	s := e.b.String()
	if !e.full {
		return s
	}
	if e.max < 1 {
		return ""
	}
	cut := 0 // byte offset after max-1 runes, to leave room for the sign
	for i := 0; i < e.max-1; i++ {
		_, size := utf8.DecodeRuneInString(s[cut:])
		cut += size
	}
	kept := s[:cut]
	// A word is not cut unless that would cost more than a third of the text,
	// as it does in scripts without spaces.
	if last := strings.LastIndexByte(s[:min(cut+1, len(s))], ' '); last > len(kept)*2/3 {
		kept = kept[:min(last, len(kept))]
	}
	return strings.TrimRightFunc(kept, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;:–—-", r) }) + "…"
}

// PlainText returns the document as readable plain text, as a mail or a
// terminal shows it: a blank line between blocks, signs before list items,
// addresses of embeds and buttons. Lines are not wrapped.
func PlainText(d Doc) string {
	var p plainWriter
	p.blocks(d.Content, "")
	return strings.TrimRight(p.b.String(), "\n")
}

type plainWriter struct {
	b    strings.Builder
	last string // prefix of the block before
}

// line writes one block of text, each of its lines after the prefix.
func (p *plainWriter) line(prefix, s string) {
	if strings.TrimSpace(s) == "" {
		return
	}
	if p.b.Len() > 0 {
		between := prefix[:min(len(prefix), len(p.last))] // a quote begins after a bare line
		p.b.WriteString(strings.TrimRight(between, " ") + "\n")
	}
	p.last = prefix
	for l := range strings.SplitSeq(s, "\n") {
		p.b.WriteString(strings.TrimRight(prefix+l, " ") + "\n")
	}
}

func (p *plainWriter) blocks(nodes []Node, prefix string) {
	for i := range nodes {
		p.block(&nodes[i], prefix)
	}
}

func (p *plainWriter) block(n *Node, prefix string) {
	switch n.Type {
	case "bullet_list", "ordered_list":
		p.list(n, prefix)
	case "quote", "pull_quote", "attributed_quote":
		p.blocks(n.Content, prefix+"> ")
		p.line(prefix, dashed(joined(n, "cite", "speaker", "role", "outlet")))
	case "table":
		for i := range n.Content {
			p.line(prefix, p.row(&n.Content[i]))
		}
	case "rule":
		p.line(prefix, "* * *")
	case "footnotes":
		for i := range n.Content {
			p.line(prefix, "["+strconv.Itoa(i+1)+"] "+strings.ReplaceAll(Text(Doc{Content: n.Content[i].Content}), "\n", " "))
		}
	case "embed", "file", "button", "related_link":
		p.line(prefix, strings.TrimSpace(joined(n, "title", "label")+" "+absoluteOnly(n.str("url")+n.str("src"))))
		p.line(prefix, inlineText(n.Content))
	default:
		p.other(n, prefix)
	}
}

// other writes a text block or a box with a title.
func (p *plainWriter) other(n *Node, prefix string) {
	if spec := nodeSpecs[n.Type]; spec.content.groups&groupText != 0 {
		p.line(prefix, joined(n, "title"))
		p.line(prefix, strings.TrimSpace(inlineText(n.Content)+" "+joined(n, "credit")))
		return
	}
	for _, name := range wordsBefore[n.Type] {
		p.line(prefix, strings.TrimSpace(n.str("date")+" "+n.str(name)))
	}
	p.blocks(n.Content, prefix)
	for _, name := range wordsAfter[n.Type] {
		p.line(prefix, n.str(name))
	}
}

func (p *plainWriter) list(n *Node, prefix string) {
	number := max(n.num("start"), 1)
	for i := range n.Content {
		sign := "- "
		if n.Type == "ordered_list" {
			sign = strconv.FormatInt(number+int64(i), 10) + ". "
		}
		var item plainWriter
		item.blocks(n.Content[i].Content, "")
		indent := strings.Repeat(" ", len(sign))
		p.line(prefix, sign+strings.ReplaceAll(strings.TrimRight(item.b.String(), "\n"), "\n", "\n"+indent))
	}
}

func (p *plainWriter) row(n *Node) string {
	if n.Type == "table_caption" {
		return inlineText(n.Content)
	}
	cells := make([]string, len(n.Content))
	for i := range n.Content {
		cells[i] = strings.ReplaceAll(Text(Doc{Content: n.Content[i].Content}), "\n", " ")
	}
	return strings.Join(cells, " | ")
}

// inlineText returns inline content with its breaks as newlines.
func inlineText(nodes []Node) string {
	if len(nodes) == 1 {
		return nodes[0].Text
	}
	var b strings.Builder
	for i := range nodes {
		switch nodes[i].Type {
		case "text":
			b.WriteString(nodes[i].Text)
		case "hard_break":
			b.WriteByte('\n')
		case "inline_image":
			b.WriteString(nodes[i].str("alt"))
		}
	}
	return b.String()
}

// joined returns the named attributes that are set, with commas between.
func joined(n *Node, names ...string) string {
	var parts []string
	for _, name := range names {
		if s := n.str(name); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

func dashed(s string) string {
	if s == "" {
		return ""
	}
	return "— " + s
}

func absoluteOnly(address string) string {
	if strings.HasPrefix(address, "http") {
		return address
	}
	return ""
}
