package wpcontent

import "strings"

// autop gives classic text the paragraphs and line breaks that WordPress shows
// it with: a blank line ends a paragraph, a line end is a break, block elements
// stand by themselves. It behaves as wpautop() of WordPress does for what
// readers see; where that leaves tags unbalanced, this does not.
func autop(text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	a := paragrapher{in: text}
	a.out.Grow(len(text) + len(text)/8)
	for a.pos < len(a.in) {
		switch c := a.in[a.pos]; {
		case c == '<':
			a.tag()
		case c == '\n' || c == '\r':
			a.lineEnds()
		default:
			a.text()
		}
	}
	a.endParagraph()
	return a.out.String()
}

// paragrapher is the state of one autop.
type paragrapher struct {
	in      string
	pos     int
	out     strings.Builder
	tags    tagFinder
	endless map[string]bool // verbatim elements that never end

	open    bool // a paragraph is open
	bare    bool // inside an element whose text needs no paragraph, until a blank line
	heading int  // depth of headings and the like, where no paragraph can begin
	breaks  bool // a line end waits to become a break
	space   bool // blanks wait to be written
}

// bareElements may hold text without a paragraph.
var bareElements = map[string]bool{
	"li": true, "td": true, "th": true, "dt": true, "dd": true, "figcaption": true, "caption": true, "summary": true,
	"legend": true, "address": true, "form": true, "div": true, "section": true, "article": true, "aside": true, "figure": true,
}

// noParagraphs cannot hold a paragraph at all.
var noParagraphs = map[string]bool{"h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "summary": true, "figcaption": true}

// blockElements are the elements that wpautop sets apart.
var blockElements = map[string]bool{
	"table": true, "thead": true, "tfoot": true, "caption": true, "col": true, "colgroup": true, "tbody": true, "tr": true, "td": true, "th": true,
	"div": true, "dl": true, "dd": true, "dt": true, "ul": true, "ol": true, "li": true, "pre": true, "form": true, "map": true, "area": true,
	"blockquote": true, "address": true, "style": true, "p": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "hr": true,
	"fieldset": true, "legend": true, "section": true, "article": true, "aside": true, "hgroup": true, "header": true, "footer": true, "nav": true,
	"figure": true, "figcaption": true, "details": true, "menu": true, "summary": true,
}

// verbatimElements keep their inside as it is.
var verbatimElements = map[string]bool{"pre": true, "script": true, "style": true, "svg": true, "textarea": true, "object": true, "video": true, "audio": true, "select": true, "iframe": true}

// startText writes what must stand before words.
func (a *paragrapher) startText() {
	if !a.open && !a.bare && a.heading == 0 {
		a.out.WriteString("<p>")
		a.open, a.breaks, a.space = true, false, false
		return
	}
	if a.breaks {
		a.out.WriteString("<br />\n")
	} else if a.space {
		a.out.WriteByte(' ')
	}
	a.breaks, a.space = false, false
}

// endParagraph closes the paragraph that may be open; line ends at its end are
// no breaks.
func (a *paragrapher) endParagraph() {
	a.breaks, a.space = false, false
	if a.open {
		a.out.WriteString("</p>\n")
		a.open = false
	}
}

// text copies words up to the next tag or line end.
func (a *paragrapher) text() {
	end := a.pos
	for end < len(a.in) && a.in[end] != '<' && a.in[end] != '\n' && a.in[end] != '\r' {
		end++
	}
	run := a.in[a.pos:end]
	a.pos = end
	words := strings.Trim(run, " \t")
	if words == "" {
		a.space = a.space || a.open || a.bare
		return
	}
	if run[0] == ' ' || run[0] == '\t' {
		a.space = true
	}
	a.startText()
	a.out.WriteString(words)
	a.space = run[len(run)-1] == ' ' || run[len(run)-1] == '\t'
}

// lineEnds passes over line ends: two or more end the paragraph.
func (a *paragrapher) lineEnds() {
	n, i := 0, a.pos
	for ; i < len(a.in); i++ {
		switch c := a.in[i]; {
		case c == '\n', c == '\r' && (i+1 == len(a.in) || a.in[i+1] != '\n'):
			n++
			continue
		case c == ' ' || c == '\t' || c == '\r':
			continue
		}
		break
	}
	a.pos = i
	switch {
	case n == 1 || a.heading > 0:
		a.breaks = a.open || a.bare || a.heading > 0
		if n > 1 {
			a.breaks, a.space = false, true
		}
	default:
		a.endParagraph()
		a.bare = false
	}
}

// tag copies a tag, a comment, or an element whose inside is verbatim.
func (a *paragrapher) tag() {
	rest := a.in[a.pos:]
	if strings.HasPrefix(rest, "<!--") {
		a.comment(rest)
		return
	}
	name, closer := tagName(rest)
	end := -1
	if name != "" {
		end = a.tags.end(rest)
	}
	if end < 0 {
		a.startText()
		a.out.WriteString("&lt;")
		a.pos++
		return
	}
	tag := rest[:end]
	if verbatimElements[name] && !closer {
		tag = a.verbatim(name, rest, end)
	}
	a.pos += len(tag)
	switch {
	case name == "br":
		a.lineBreak()
	case name == "p" && closer:
		a.endParagraph()
	case name == "p":
		a.endParagraph()
		a.out.WriteString(tag)
		a.open, a.bare = true, false
	case blockElements[name]:
		a.blockTag(name, tag, closer)
	default:
		a.startText()
		a.out.WriteString(tag)
	}
}

// lineBreak writes a break; the line end behind it is part of it, a second
// break makes a new paragraph.
func (a *paragrapher) lineBreak() {
	rest := strings.TrimLeft(a.in[a.pos:], " \t\r\n")
	if name, _ := tagName(rest); name == "br" && a.heading == 0 {
		a.pos = len(a.in) - len(rest) + max(0, a.tags.end(rest))
		a.endParagraph()
		a.bare = false
		return
	}
	a.breaks = a.open || a.bare || a.heading > 0
	lines := a.in[a.pos : len(a.in)-len(rest)]
	if strings.Count(lines, "\n") < 2 {
		a.pos = len(a.in) - len(rest)
	}
}

// blockTag writes a tag that stands by itself.
func (a *paragrapher) blockTag(name, tag string, closer bool) {
	a.endParagraph()
	a.out.WriteString(tag)
	a.out.WriteByte('\n')
	if noParagraphs[name] {
		if closer {
			a.heading = max(0, a.heading-1)
		} else {
			a.heading++
		}
	}
	a.bare = !closer && bareElements[name]
}

// comment copies a comment. <!--more--> and <!--nextpage--> stand by themselves.
func (a *paragrapher) comment(rest string) {
	end := commentEnd(rest)
	if end < 0 {
		a.pos = len(a.in)
		return
	}
	text := rest[:end]
	a.pos += len(text)
	if isMarker(text) {
		a.endParagraph()
		a.bare = false
		a.out.WriteString(text)
		a.out.WriteByte('\n')
	}
}

// isMarker reports whether a comment is <!--more…--> or <!--nextpage-->.
func isMarker(comment string) bool {
	body := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(comment, "<!--"), "-->"))
	return body == "nextpage" || body == "more" || strings.HasPrefix(body, "more ")
}

// verbatim returns the whole element at the start of rest.
func (a *paragrapher) verbatim(name, rest string, end int) string {
	if rest[end-2] == '/' || a.endless[name] {
		return rest[:end]
	}
	stop := indexFold(rest[end:], "</"+name)
	if stop < 0 {
		if a.endless == nil {
			a.endless = map[string]bool{}
		}
		a.endless[name] = true
		return rest[:end]
	}
	stop += end
	if i := strings.IndexByte(rest[stop:], '>'); i >= 0 {
		return rest[:stop+i+1]
	}
	return rest
}
