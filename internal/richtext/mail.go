package richtext

import (
	"strconv"
	"strings"
)

// MailOptions are what rendering for mail needs beside the document.
type MailOptions struct {
	Resolver Resolver
	Labels   *Labels             // nil: English
	Base     string              // origin of the site; every address becomes absolute under it
	Page     string              // where the text stands on the web, for links to places in it; "" unlinks those
	Dir      string              // "ltr" or "rtl", of the text
	Accent   string              // "#a5271b"; "" is the theme's own
	Level    int                 // of the outermost heading, 2 when it is 0
	Link     func(string) string // leads links through another address, for counting; nil for none
	Notes    *MailNotes          // of the plain text: numbers go on through a whole letter
	Coming   func(string) bool   // as in Options
}

// MailWidth is how wide the text column of a letter is, in pixels.
const MailWidth = 552

// MailAccent is the accent of a site that chose none.
const MailAccent = "#a5271b"

// MailHTML renders a document for a letter: tables where a layout must hold in
// Outlook, the styles on the elements themselves, every address absolute, no
// scripts, frames, players or forms. Classes m-… are what a letter's own
// stylesheet turns dark.
func MailHTML(d Doc, o MailOptions) string {
	r := newRenderer(Options{Resolver: o.Resolver, Labels: o.Labels, Base: o.Base, Coming: o.Coming}, true)
	r.mail = newMailLook(o)
	r.b.Grow(16 << 10)
	r.countNotes(d.Content)
	m := mailer{renderer: r}
	m.blocks(d.Content)
	return m.b.String()
}

// mailer writes one document for mail. The inline content is the renderer's.
type mailer struct{ *renderer }

// mailLook is how the elements of one letter look.
type mailLook struct {
	o      MailOptions
	turned *strings.Replacer // start and end become left and right
	start  string
	end    string
	level  int
}

func newMailLook(o MailOptions) *mailLook {
	l := &mailLook{o: o, start: "left", end: "right", level: max(o.Level, 2)}
	if o.Dir == "rtl" {
		l.start, l.end = "right", "left"
	}
	accent := o.Accent
	if !isHexColour(accent) {
		accent = MailAccent
	}
	l.turned = strings.NewReplacer("§s", l.start, "§e", l.end, "§a", accent)
	return l
}

func isHexColour(s string) bool {
	if len(s) != 7 || s[0] != '#' {
		return false
	}
	_, err := strconv.ParseUint(s[1:], 16, 32)
	return err == nil
}

// target is an address as a link of a letter has it. Places in the text are
// places of its page on the web.
func (l *mailLook) target(address string) (string, bool) {
	if strings.HasPrefix(address, "#") {
		if l.o.Page == "" {
			return "", false
		}
		address = l.o.Page + address
	}
	if l.o.Link != nil && isWeb(address) {
		address = l.o.Link(address)
	}
	return address, true
}

// The faces of letters: what is installed everywhere. Nothing is loaded.
const (
	mailSerif = "Georgia,'Times New Roman',serif"
	mailSans  = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
	mailMono  = "Consolas,Menlo,'DejaVu Sans Mono',monospace"
)

// mailStyle is what an element carries: a class for dark mode, and its style.
// §s and §e are where lines begin and end, §a is the accent.
type mailStyle struct{ class, style string }

var mailStyles = map[string]mailStyle{
	"a":         {"m-link", "color:§a;text-decoration:underline"},
	"p":         {"", "margin:0 0 16px"},
	"last":      {"", "margin:0"},
	"list":      {"", "margin:0 0 16px;padding:0;padding-§s:24px"},
	"li":        {"", "margin:0 0 6px"},
	"h2":        {"m-ink", "margin:28px 0 10px;font:bold 22px/1.3 " + mailSerif + ";color:#16181b"},
	"h3":        {"m-ink", "margin:24px 0 8px;font:bold 19px/1.35 " + mailSerif + ";color:#16181b"},
	"h4":        {"m-ink", "margin:20px 0 6px;font:bold 17px/1.4 " + mailSans + ";color:#16181b"},
	"quote":     {"m-line", "padding:2px 0;padding-§s:16px;border-§s:3px solid #dbd8d1"},
	"pull":      {"m-line m-ink", "padding:18px 0;border-top:2px solid #16181b;border-bottom:1px solid #dbd8d1;font:22px/1.4 " + mailSerif + ";color:#16181b;text-align:center"},
	"spoken":    {"m-accline", "padding:4px 0;padding-§s:18px;border-§s:4px solid §a"},
	"words":     {"m-ink", "margin:0;font:20px/1.45 " + mailSerif + ";color:#16181b"},
	"by":        {"m-soft", "margin:10px 0 0;font-size:14px;line-height:1.45;color:#565a60"},
	"name":      {"m-ink", "color:#16181b;font-weight:bold"},
	"pre":       {"m-ink", "margin:0;white-space:pre-wrap;word-wrap:break-word;overflow-wrap:break-word;font:13px/1.5 " + mailMono + ";color:#16181b"},
	"verse":     {"", "margin:0 0 16px;white-space:pre-wrap;word-wrap:break-word;font:italic 17px/1.55 " + mailSerif},
	"box":       {"m-box", "padding:18px 20px;background:#f4f2ed;border-radius:4px"},
	"fact":      {"m-box m-accline", "padding:18px 20px;background:#f4f2ed;border-top:3px solid §a"},
	"title":     {"m-ink", "margin:0 0 10px;font:bold 17px/1.35 " + mailSans + ";color:#16181b"},
	"label":     {"m-acc", "margin:0 0 6px;font-size:12px;line-height:1.4;font-weight:bold;text-transform:uppercase;letter-spacing:.06em;color:§a"},
	"party":     {"m-ink", "margin:0 0 6px;font:bold 16px/1.4 " + mailSans + ";color:#16181b"},
	"account":   {"m-card m-line", "padding:14px 16px;border:1px solid #dbd8d1;background:#ffffff"},
	"silent":    {"m-soft", "margin:8px 0 0;font-size:14px;line-height:1.5;color:#565a60"},
	"event":     {"m-line", "padding:0 0 18px;padding-§s:16px;border-§s:2px solid #dbd8d1"},
	"year":      {"m-ink", "margin:0 0 10px;font:bold 19px/1.35 " + mailSerif + ";color:#16181b"},
	"date":      {"m-acc", "margin:0 0 2px;font-size:13px;line-height:1.4;font-weight:bold;color:§a"},
	"happening": {"m-ink", "margin:0 0 4px;font:bold 16px/1.4 " + mailSans + ";color:#16181b"},
	"corr":      {"m-accline", "padding:12px 16px;border:2px solid §a"},
	"also":      {"m-line", "padding:12px 0;border-top:1px solid #dbd8d1;border-bottom:1px solid #dbd8d1"},
	"img":       {"", "display:block;width:100%;height:auto;border:0"},
	"inline":    {"", "vertical-align:middle;max-width:100%;height:auto;border:0"},
	"caption":   {"m-soft", "margin:8px 0 0;font-size:14px;line-height:1.45;color:#565a60"},
	"missing":   {"m-box m-soft", "padding:28px 20px;background:#f4f2ed;color:#565a60;font-size:14px;text-align:center"},
	"card":      {"m-card m-line", "padding:14px 16px;border:1px solid #dbd8d1;background:#ffffff"},
	"thumb":     {"m-line", "border:1px solid #dbd8d1;border-bottom:0;padding:0"},
	"cardlink":  {"m-ink", "color:#16181b;text-decoration:none;font-weight:bold"},
	"small":     {"m-soft", "margin:4px 0 0;font-size:13px;line-height:1.45;color:#565a60"},
	"button":    {"m-button", "border-radius:4px;background:#16181b;mso-padding-alt:12px 22px"},
	"press":     {"m-press", "display:inline-block;padding:12px 22px;font:bold 16px/1.25 " + mailSans + ";color:#ffffff;text-decoration:none"},
	"hr":        {"m-line", "margin:28px 0;border:0;border-top:1px solid #dbd8d1"},
	"table":     {"", "border-collapse:collapse;width:100%;font-size:15px;line-height:1.45"},
	"th":        {"m-line m-ink", "padding:8px 10px;border-bottom:2px solid #16181b;color:#16181b;vertical-align:bottom"},
	"td":        {"m-line", "padding:8px 10px;border-bottom:1px solid #dbd8d1;vertical-align:top"},
	"notes":     {"m-line m-soft", "margin:28px 0 0;padding:14px 0 0;border-top:1px solid #dbd8d1;font-size:14px;line-height:1.5;color:#565a60"},
	"code":      {"m-box", "padding:1px 4px;background:#f4f2ed;border-radius:3px;font-family:" + mailMono + ";font-size:.88em"},
	"kbd":       {"m-box", "padding:1px 5px;background:#f4f2ed;border-radius:3px;font-family:" + mailMono + ";font-size:.88em"},
	"highlight": {"m-mark", "background:#ffe9a8;color:#16181b"},
	"ins":       {"", "text-decoration:underline"},
}

// mailMarks are the marks whose elements carry a style in mail.
var mailMarks = map[string]string{"code": "code", "kbd": "kbd", "highlight": "mark", "ins": "ins"}

// styled writes the class and the style of a kind of element, with more of it
// where that is given.
func (r *renderer) styled(kind string, more ...string) {
	s := mailStyles[kind]
	if s.class != "" {
		r.raw(` class="` + s.class + `"`)
	}
	r.raw(` style="` + r.mail.turned.Replace(s.style))
	for _, m := range more {
		r.raw(";" + m)
	}
	r.raw(`"`)
}

// tag writes a start tag of a kind, closed.
func (m mailer) tag(name, kind string, more ...string) {
	m.raw("<" + name)
	m.styled(kind, more...)
	m.raw(">")
}

// cell opens a table of one cell, which holds its place in every client; shut
// closes it. The table stands gap pixels above what follows.
func (m mailer) cell(kind string) {
	m.raw(`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed"><tr><td`)
	m.styled(kind)
	m.raw(">")
}

func (m mailer) shut(gap int) {
	m.raw("</td></tr>")
	m.gap(gap)
	m.raw("</table>\n")
}

// gap writes a row of nothing: margins of tables are lost in Outlook.
func (m mailer) gap(height int) {
	if h := strconv.Itoa(height); height > 0 {
		m.raw(`<tr><td height="` + h + `" style="height:` + h + `px;font-size:0;line-height:0">&#160;</td></tr>`)
	}
}

// line writes a line of words of a kind, nothing for none.
func (m mailer) line(kind, s string) {
	if s == "" {
		return
	}
	m.tag("p", kind)
	m.words(s)
	m.raw("</p>\n")
}

func (m mailer) blocks(nodes []Node) {
	for i := range nodes {
		m.block(&nodes[i])
	}
}

// inner writes the blocks of a box: the last paragraph keeps no distance to
// its edge.
func (m mailer) inner(nodes []Node) {
	for i := range nodes {
		if i == len(nodes)-1 && nodes[i].Type == "paragraph" {
			m.paragraph(&nodes[i], "last")
			continue
		}
		m.block(&nodes[i])
	}
}

func (m mailer) block(n *Node) {
	switch n.Type {
	case "paragraph":
		m.paragraph(n, "p")
	case "heading":
		m.heading(n)
	case "bullet_list", "ordered_list":
		m.list(n)
	case "quote":
		m.quote(n)
	case "pull_quote":
		m.pullQuote(n)
	case "code", "preformatted":
		m.preformatted(n)
	case "verse":
		m.verse(n)
	case "math":
		m.cell("box")
		m.tag("pre", "pre")
		m.words(n.str("tex"))
		m.raw("</pre>")
		m.shut(20)
	case "rule":
		m.raw("<hr")
		m.styled("hr")
		m.raw(">\n")
	case "details":
		m.cell("box")
		m.line("title", n.str("summary"))
		m.inner(n.Content)
		m.shut(20)
	case "columns", "media_text", "fallback", "column":
		m.blocks(n.Content)
	case "table":
		m.table(n)
	case "figure", "gallery", "audio", "video", "playlist", "file", "embed":
		m.media(n)
	default:
		m.reporting(n)
	}
}

func (m mailer) paragraph(n *Node, kind string) {
	if len(n.Content) == 0 {
		return
	}
	m.raw("<p")
	m.styled(kind, m.mail.align(n.str("align"))...)
	m.textBlock(n.Content)
	m.raw("</p>\n")
}

// align is the style of an alignment, none for the usual one.
func (l *mailLook) align(how string) []string {
	switch how {
	case "left", "center", "right", "justify":
		return []string{"text-align:" + how}
	}
	return nil
}

func (m mailer) heading(n *Node) {
	if len(n.Content) == 0 {
		return
	}
	level := min(m.headingLevel(n.num("level"))-2+m.mail.level, 6)
	tag := "h" + strconv.Itoa(level)
	if m.inHead {
		tag = "p"
	}
	kind := "h" + strconv.Itoa(min(level-m.mail.level+2, 4))
	m.raw("<" + tag)
	m.styled(kind, m.mail.align(n.str("align"))...)
	m.textBlock(n.Content)
	m.raw("</" + tag + ">\n")
}

func (m mailer) list(n *Node) {
	tag := "ul"
	if n.Type == "ordered_list" {
		tag = "ol"
	}
	m.raw("<" + tag)
	if tag == "ol" && len(n.Attrs) > 0 {
		m.numbering(n)
	}
	m.styled("list")
	m.raw(">\n")
	for i := range n.Content {
		m.raw("<li")
		m.styled("li")
		m.flow(n.Content[i].Content)
		m.raw("</li>\n")
	}
	m.raw("</" + tag + ">\n")
}

// flow finishes the start tag of an element that holds blocks and writes them.
func (m mailer) flow(nodes []Node) {
	if !tight(nodes) {
		m.raw(">")
		m.blocks(nodes)
		return
	}
	m.textBlock(nodes[0].Content)
	if len(nodes) > 1 {
		m.raw("\n")
		m.blocks(nodes[1:])
	}
}

func (m mailer) quote(n *Node) {
	m.cell("quote")
	m.raw(`<blockquote style="margin:0">`)
	m.inner(n.Content)
	m.raw("</blockquote>")
	m.line("by", dashed(n.str("cite")))
	m.shut(20)
}

func (m mailer) pullQuote(n *Node) {
	m.cell("pull")
	m.raw(`<blockquote style="margin:0">`)
	m.inner(n.Content)
	m.raw("</blockquote>")
	m.line("by", dashed(n.str("cite")))
	m.shut(24)
}

func (m mailer) preformatted(n *Node) {
	m.cell("box")
	m.raw("<pre")
	m.styled("pre")
	if lang := wholeLanguage(n.Content); lang != nil {
		m.language(lang)
	}
	m.raw(">")
	m.literal(n.Content)
	m.inline(n.Content)
	m.raw("</pre>")
	m.shut(20)
}

func (m mailer) verse(n *Node) {
	m.raw("<pre")
	m.styled("verse")
	if lang := wholeLanguage(n.Content); lang != nil {
		m.language(lang)
	}
	m.raw(">")
	m.literal(n.Content)
	m.inline(n.Content)
	m.raw("</pre>\n")
}

func (m mailer) table(n *Node) {
	grid := layOut(n)
	if len(grid.rows) == 0 {
		return
	}
	m.raw(`<div style="overflow-x:auto;max-width:100%;margin:0 0 20px"><table cellpadding="0" cellspacing="0" border="0"`)
	m.styled("table")
	m.raw(">\n")
	if caption := tableCaption(n); caption != nil {
		m.raw("<caption")
		m.styled("caption", "text-align:"+m.mail.start, "padding:0 0 8px")
		m.textBlock(caption.Content)
		m.raw("</caption>\n")
	}
	for i, row := range grid.rows {
		m.raw("<tr>")
		for j := range row {
			m.tableCell(&row[j], i < grid.head)
		}
		m.raw("</tr>\n")
	}
	m.raw("</table></div>\n")
}

func (m mailer) tableCell(c *cell, head bool) {
	tag := "td"
	if c.node.flag("header") {
		tag = "th"
	}
	m.raw("<" + tag)
	if tag == "th" {
		m.attr("scope", scopeOf(c, head))
	}
	if c.colspan > 1 {
		m.attrInt("colspan", int64(c.colspan))
	}
	if c.rowspan > 1 {
		m.attrInt("rowspan", int64(c.rowspan))
	}
	side := m.mail.start
	if a := c.node.str("align"); a == "left" || a == "center" || a == "right" {
		side = a
	}
	kind := "td"
	if head {
		kind = "th"
	}
	m.styled(kind, "text-align:"+side)
	outer := m.inHead
	m.inHead = outer || tag == "th"
	m.flow(c.node.Content)
	m.inHead = outer
	m.raw("</" + tag + ">")
}
