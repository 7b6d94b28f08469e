package richtext

import (
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

// mailColumn is how many letters a line of a plain-text letter has at most,
// its signs of quoting not counted.
const mailColumn = 72

// MailNotes collects the addresses that a plain-text letter leads to. The zero
// value is ready.
type MailNotes struct {
	all  []string
	seen map[string]int
}

// Mark returns the sign of an address, "[3]". The same one has one number.
func (n *MailNotes) Mark(address string) string {
	number, known := n.seen[address]
	if !known {
		if n.seen == nil {
			n.seen = map[string]int{}
		}
		n.all = append(n.all, address)
		number = len(n.all)
		n.seen[address] = number
	}
	return "[" + strconv.Itoa(number) + "]"
}

// List writes the addresses with their numbers, one a line; "" for none.
func (n *MailNotes) List() string {
	var b strings.Builder
	for i, address := range n.all {
		b.WriteString("[" + strconv.Itoa(i+1) + "] " + address + "\n")
	}
	return b.String()
}

// MailText renders a document as the plain-text part of a letter: headings
// underlined, quotes behind ">", links as numbers of o.Notes, lines of at most
// 72 letters. Without o.Notes addresses stand where they are.
func MailText(d Doc, o MailOptions) string {
	r := newRenderer(Options{Resolver: o.Resolver, Labels: o.Labels, Base: o.Base, Coming: o.Coming}, true)
	r.mail = newMailLook(o)
	r.countNotes(d.Content)
	w := mailText{renderer: r}
	w.blocks(d.Content, "")
	return strings.TrimRight(w.out.String(), "\n")
}

type mailText struct {
	*renderer
	out  strings.Builder
	last string // prefix of the block before
}

// put writes one block, wrapped, each of its lines after the prefix.
func (w *mailText) put(prefix, s string) {
	w.putRaw(prefix, WrapText(s, mailColumn-utf8.RuneCountInString(prefix)))
}

func (w *mailText) putRaw(prefix, s string) {
	if strings.TrimSpace(s) == "" {
		return
	}
	if w.out.Len() > 0 {
		between := prefix[:min(len(prefix), len(w.last))]
		w.out.WriteString(strings.TrimRight(between, " ") + "\n")
	}
	w.last = prefix
	for l := range strings.SplitSeq(strings.Trim(s, "\n"), "\n") {
		w.out.WriteString(strings.TrimRight(prefix+l, " ") + "\n")
	}
}

// address returns what stands for an address: the number of a note, or the
// address itself.
func (w *mailText) address(raw string) string {
	full, ok := w.href(raw)
	if ok {
		full, ok = w.mail.target(full)
	}
	switch {
	case !ok:
		return ""
	case w.mail.o.Notes == nil:
		return "<" + full + ">"
	}
	return w.mail.o.Notes.Mark(full)
}

// with is a text with the sign of an address after it.
func (w *mailText) with(s, raw string) string {
	return strings.TrimSpace(strings.TrimSpace(s) + " " + w.address(raw))
}

// inlineText is inline content with the signs of its links.
func (w *mailText) inlineText(nodes []Node) string {
	var b strings.Builder
	for i := range nodes {
		n := &nodes[i]
		switch n.Type {
		case "text":
			b.WriteString(n.Text)
		case "hard_break":
			b.WriteByte('\n')
		case "inline_image":
			b.WriteString(n.str("alt"))
		case "footnote_ref":
			if number, known := w.notes[n.str("id")]; known {
				b.WriteString("(" + strconv.Itoa(number) + ")")
			}
		}
		if href := hrefOf(n); href != "" && (i+1 == len(nodes) || hrefOf(&nodes[i+1]) != href) {
			if sign := w.address(href); sign != "" {
				b.WriteString(" " + sign)
			}
		}
	}
	return b.String()
}

func hrefOf(n *Node) string {
	for i := range n.Marks {
		if n.Marks[i].Type == "link" {
			return n.Marks[i].str("href")
		}
	}
	return ""
}

func (w *mailText) blocks(nodes []Node, prefix string) {
	for i := range nodes {
		w.block(&nodes[i], prefix)
	}
}

func (w *mailText) block(n *Node, prefix string) {
	switch n.Type {
	case "paragraph":
		w.put(prefix, w.inlineText(n.Content))
	case "heading":
		w.put(prefix, Underlined(strings.ReplaceAll(w.inlineText(n.Content), "\n", " "), '-'))
	case "bullet_list", "ordered_list":
		w.list(n, prefix)
	case "quote", "pull_quote", "attributed_quote":
		w.quoted(n, prefix)
	case "code", "preformatted", "verse":
		w.putRaw(prefix, inlineText(n.Content))
	case "math":
		w.putRaw(prefix, n.str("tex"))
	case "rule":
		w.put(prefix, "* * *")
	case "table":
		w.table(n, prefix)
	case "figure", "gallery", "audio", "video", "playlist", "file", "embed":
		w.media(n, prefix)
	case "newsletter_box", "more", "page_break":
	case "shared_accounts":
		if a, ok := w.o.Resolver.Accounts(n.num("record")); ok {
			w.blocks(a.Nodes(w.labels), prefix)
		}
	default:
		w.box(n, prefix)
	}
}

func (w *mailText) quoted(n *Node, prefix string) {
	w.blocks(n.Content, prefix+"> ")
	by := dashed(joined(n, "cite", "speaker", "role", "outlet"))
	if date := n.str("date"); date != "" {
		by = strings.TrimSpace(strings.TrimPrefix(by+", ", ", ") + mailer{w.renderer}.date(date))
	}
	w.put(prefix, w.with(by, n.str("source")))
}

// box writes the blocks that have a title and content.
func (w *mailText) box(n *Node, prefix string) {
	labels := w.labels
	switch n.Type {
	case "correction":
		label := map[string]string{"clarification": labels.Clarification, "update": labels.Update}[n.str("kind")]
		label = or(label, labels.Correction)
		if date := n.str("date"); date != "" {
			label += " (" + mailer{w.renderer}.date(date) + ")"
		}
		w.put(prefix, label+":")
	case "timeline":
		w.put(prefix, Underlined(n.str("title"), '-'))
		for _, year := range eventYears(n.Content) {
			w.put(prefix, year.label)
			w.blocks(year.events, prefix)
		}
		return
	case "timeline_event":
		address, title := w.target(n)
		date := mailer{w.renderer}.eventDate(n)
		if date != "" {
			date += ": "
		}
		w.put(prefix, w.with(strings.TrimSuffix(date+title, ": "), address))
		w.blocks(n.Content, prefix+"  ")
		return
	case "related_link":
		address, title := w.target(n)
		if sign := w.address(address); sign != "" {
			w.put(prefix, labels.ReadAlso+": "+strings.TrimSpace(title+" "+sign))
		}
		return
	case "button":
		w.put(prefix, w.with(n.str("label"), n.str("url")))
		return
	case "account":
		w.put(prefix, n.str("party")+":")
		w.blocks(n.Content, prefix+"  ")
		if silent := n.str("silent"); silent != "" {
			w.put(prefix+"  ", labels.NotMentioned+" "+silent)
		}
		if n.str("source")+n.str("source_label") != "" {
			w.put(prefix+"  ", w.with(or(n.str("source_label"), labels.Source), n.str("source")))
		}
		return
	case "footnotes":
		for i := range n.Content {
			w.put(prefix, "("+strconv.Itoa(i+1)+") "+strings.ReplaceAll(Text(Doc{Content: n.Content[i].Content}), "\n", " "))
		}
		return
	}
	if title := or(n.str("title"), n.str("summary")); title != "" {
		w.put(prefix, Underlined(title, '-'))
	}
	w.blocks(n.Content, prefix)
}

func (w *mailText) media(n *Node, prefix string) {
	switch n.Type {
	case "gallery", "playlist":
		for i := range n.Content {
			w.media(&n.Content[i], prefix)
		}
	case "figure": // what a picture shows and says; the picture itself is no text
		p, _ := w.picture(n, "media")
		words := strings.TrimSpace(w.inlineText(n.Content) + " " + p.Credit)
		if words = or(words, p.Alt); words != "" {
			w.put(prefix, "["+words+"]")
		}
	default:
		address := or(n.str("url"), n.str("src"))
		name := ""
		if file, ours := w.o.Resolver.File(n.num("media")); ours {
			address, name = file.URL, file.Name
		}
		title := or(n.str("title"), or(n.str("label"), or(name, path.Base(address))))
		w.put(prefix, w.with(title, address))
		w.put(prefix, w.inlineText(n.Content))
	}
}

func (w *mailText) list(n *Node, prefix string) {
	number := int64(1)
	if start, set := toInt(n.Attrs["start"]); set {
		number = start
	}
	items, gap := make([]string, len(n.Content)), "\n" // items of a line or two stand close together
	for i := range n.Content {
		sign := "- "
		if n.Type == "ordered_list" {
			sign = strconv.FormatInt(number+int64(i), 10) + ". "
		}
		item := mailText{renderer: w.renderer}
		item.blocks(n.Content[i].Content, "")
		indent := strings.Repeat(" ", len(sign))
		text := strings.TrimRight(item.out.String(), "\n")
		if strings.Contains(text, "\n\n") {
			gap = "\n\n"
		}
		items[i] = sign + strings.ReplaceAll(text, "\n", "\n"+indent)
	}
	w.putRaw(prefix, strings.Join(items, gap))
}

func (w *mailText) table(n *Node, prefix string) {
	var rows []string
	for i := range n.Content {
		row := &n.Content[i]
		if row.Type == "table_caption" {
			w.put(prefix, w.inlineText(row.Content))
			continue
		}
		cells := make([]string, len(row.Content))
		for j := range row.Content {
			cells[j] = strings.ReplaceAll(Text(Doc{Content: row.Content[j].Content}), "\n", " ")
		}
		rows = append(rows, strings.Join(cells, " | "))
	}
	w.putRaw(prefix, strings.Join(rows, "\n"))
}

// Underlined is a heading of a plain-text letter.
func Underlined(s string, line rune) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	s = WrapText(s, mailColumn)
	longest := 0
	for l := range strings.SplitSeq(s, "\n") {
		longest = max(longest, utf8.RuneCountInString(l))
	}
	return s + "\n" + strings.Repeat(string(line), longest)
}

// WrapText breaks a text between words into lines of at most width letters. A
// longer word, such as an address, keeps a line of its own. Breaks stay.
func WrapText(s string, width int) string {
	var b strings.Builder
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		at := 0
		for word := range strings.FieldsSeq(line) {
			n := utf8.RuneCountInString(word)
			switch {
			case at == 0:
			case at+1+n > width:
				b.WriteByte('\n')
				at = 0
			default:
				b.WriteByte(' ')
				at++
			}
			b.WriteString(word)
			at += n
		}
	}
	return b.String()
}
