package richtext

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// styleMarks are the elements that become a mark.
var styleMarks = map[string]string{
	"strong": "strong", "b": "strong", "em": "em", "i": "em", "var": "em", "dfn": "em",
	"u": "underline", "s": "strike", "strike": "strike", "del": "del", "ins": "ins",
	"sub": "sub", "sup": "sup", "small": "small", "mark": "highlight", "kbd": "kbd",
	"cite": "cite", "q": "q", "code": "code", "tt": "code", "samp": "code",
}

// style extends the scope by what an inline element means. It reports false
// for elements that mean nothing, and handles none of their content.
func (f *flow) style(n *html.Node, s *scope) bool {
	known := true
	switch n.Data {
	case "a":
		f.link(n, s)
	case "abbr", "acronym":
		m := Mark{Type: "abbr"}
		if title := CleanText(attrOr(n, "title", "")); title != "" && len(title) <= maxAttrText {
			m.Attrs = map[string]any{"title": title}
		}
		*s = s.with(m)
	case "span", "font", "bdo", "bdi":
	default:
		mark, isMark := styleMarks[n.Data]
		if isMark && !cancelled(n, mark) {
			*s = s.with(Mark{Type: mark})
		}
		known = isMark
	}
	if known {
		*s = f.c.language(n, styled(n, *s))
	}
	return known
}

// cancelled reports a b or i that its style attribute makes plain, as word
// processors write around whole documents.
func cancelled(n *html.Node, mark string) bool {
	switch mark {
	case "strong":
		weight := styleOf(n, "font-weight")
		return weight == "normal" || weight == "400"
	case "em":
		return styleOf(n, "font-style") == "normal"
	}
	return false
}

// styled adds the marks that a style attribute means.
func styled(n *html.Node, s scope) scope {
	if !hasAttr(n, "style") {
		return s
	}
	weight := styleOf(n, "font-weight")
	if number, _ := strconv.Atoi(weight); number >= 600 || strings.HasPrefix(weight, "bold") {
		s = s.with(Mark{Type: "strong"})
	}
	if slant := styleOf(n, "font-style"); slant == "italic" || slant == "oblique" {
		s = s.with(Mark{Type: "em"})
	}
	lines := styleOf(n, "text-decoration") + " " + styleOf(n, "text-decoration-line")
	if strings.Contains(lines, "underline") && n.Data != "a" {
		s = s.with(Mark{Type: "underline"})
	}
	if strings.Contains(lines, "line-through") {
		s = s.with(Mark{Type: "strike"})
	}
	switch styleOf(n, "vertical-align") {
	case "super":
		s = s.with(Mark{Type: "sup"})
	case "sub":
		s = s.with(Mark{Type: "sub"})
	}
	return s
}

// language adds a lang mark for the lang and dir attributes of an element. A
// direction without a language keeps the language around it.
func (c *Converter) language(n *html.Node, s scope) scope {
	lang := or(attrOr(n, "lang", ""), attrOr(n, "xml:lang", ""))
	dir := strings.ToLower(or(attrOr(n, "dir", ""), styleOf(n, "direction")))
	if n.Data == "bdi" && dir == "" {
		dir = "auto"
	}
	if dir != "ltr" && dir != "rtl" && dir != "auto" {
		dir = ""
	}
	if !isLang(lang) || strings.EqualFold(lang, c.o.Language) && dir == "" {
		lang = ""
	}
	if lang == "" && dir == "" {
		return s
	}
	attrs := map[string]any{}
	for i := range s.marks {
		if outer := &s.marks[i]; outer.Type == "lang" && lang == "" && outer.str("lang") != "" {
			attrs["lang"] = outer.str("lang")
		}
	}
	if lang != "" {
		attrs["lang"] = lang
	}
	if dir != "" {
		attrs["dir"] = dir
	}
	return s.with(Mark{Type: "lang", Attrs: attrs})
}

// link adds the mark of an <a>; without an address that a page may contain the
// words stay plain.
func (f *flow) link(n *html.Node, s *scope) {
	raw := attrOr(n, "href", "")
	href, ok := f.c.address("href", raw, false)
	if !ok {
		return
	}
	attrs := map[string]any{"href": href}
	if title := CleanText(attrOr(n, "title", "")); title != "" && len(title) <= maxAttrText {
		attrs["title"] = title
	}
	var rel []string
	for _, word := range relWords {
		for given := range strings.FieldsSeq(attrOr(n, "rel", "")) {
			if strings.EqualFold(given, word) {
				rel = append(rel, word)
				break
			}
		}
	}
	if rel != nil {
		attrs["rel"] = strings.Join(rel, " ")
	}
	*s = s.with(Mark{Type: "link", Attrs: attrs})
	s.href = href
}

// foreign handles svg and MathML: formulas keep their TeX or their text,
// drawings are left out.
func (f *flow) foreign(n *html.Node, s scope) {
	if n.Data != "math" {
		f.c.dropElement(n, true)
		return
	}
	tex := CleanText(strings.TrimSpace(texOf(n)))
	if tex == "" || len(tex) > maxAttrText {
		f.children(mathText(n), s)
		return
	}
	if attrOr(n, "display", "") == "block" && f.fits() {
		f.place(Node{Type: "math", Attrs: map[string]any{"tex": tex}})
		return
	}
	f.line = append(f.line, textNode(tex, s.with(Mark{Type: "code"}).marks))
	f.spaced = false
}

// texOf returns the TeX that a formula carries beside its MathML.
func texOf(n *html.Node) string {
	for d := range n.Descendants() {
		if d.Data == "annotation" && strings.Contains(attrOr(d, "encoding", ""), "tex") {
			return lineOf(d)
		}
	}
	return or(attrOr(n, "alttext", ""), attrOr(n, "data-latex", ""))
}

// mathText is a formula as one text node.
func mathText(n *html.Node) *html.Node {
	p := element("span", nil)
	p.AppendChild(&html.Node{Type: html.TextNode, Data: lineOf(n)})
	return p
}
