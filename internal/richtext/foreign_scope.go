package richtext

import "strings"

func set(names string) map[string]bool {
	m := map[string]bool{}
	for _, name := range strings.Fields(names) {
		m[name] = true
	}
	return m
}

// Sets of element names (HTML, 13.1.2 and 13.2.4).
var (
	voidNames = set("area base br col embed hr img input link meta param source track wbr keygen frame basefont bgsound")
	rawNames  = set("script style iframe textarea title xmp plaintext")

	// styleNames are the elements that go on in the next paragraph when their
	// end tag is missing.
	styleNames = set("a b big code em font i nobr s small strike strong tt u")

	// blockNames stand on lines of their own.
	blockNames = set(`address article aside blockquote body caption center colgroup dd details dialog dir div dl dt fieldset
		figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr legend li listing main menu nav ol
		optgroup option p plaintext pre search section summary table tbody td tfoot th thead tr ul xmp`)

	// closesParagraph are the start tags that end an open paragraph.
	closesParagraph = set(`address article aside blockquote center details dialog dir div dl dd dt fieldset figcaption figure
		footer form h1 h2 h3 h4 h5 h6 header hgroup hr li listing main menu nav ol p plaintext pre search section summary
		table ul xmp`)

	headingNames = set("h1 h2 h3 h4 h5 h6")
	cellNames    = set("td th")
	tableParts   = set("table tbody thead tfoot tr colgroup")
	sectionNames = set("table tbody thead tfoot")
	tableNames   = set("caption colgroup col tbody thead tfoot tr td th")

	// scopeEdges end the search for an element to close.
	scopeEdges = set("applet caption table td th marquee object template")
	// isolating elements do not let styles out.
	isolating = set("applet caption td th marquee object template")

	// breaksOut are the start tags that end svg and math.
	breaksOut = set(`b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing
		menu meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul var`)

	// passable elements may stand between a style and its end tag without
	// being closed for good.
	passable = set("p div span h1 h2 h3 h4 h5 h6 center section article")
)

func never(string) bool { return false }

// imply closes what a start tag ends by itself, opens a row that it needs, and
// returns the name to use: parts of a table outside of one are plain blocks.
func (t *tree) imply(name string) string {
	switch {
	case tableNames[name]:
		return t.implyTable(name)
	case name == "table" && tableParts[t.top().Data]:
		t.popTo(t.find(named("table"), never))
	case name == "li":
		t.closeItem(named("li"))
	case name == "dd" || name == "dt":
		t.closeItem(func(s string) bool { return s == "dd" || s == "dt" })
	case name == "a":
		t.endStyle("a")
	case name == "button":
		t.close(named("button"))
	case name == "option" || name == "optgroup":
		if t.top().Data == "option" {
			t.popTo(len(t.stack) - 1)
		}
	}
	if closesParagraph[name] {
		t.closeParagraph()
	}
	if headingNames[name] && headingNames[t.top().Data] {
		t.popTo(len(t.stack) - 1)
	}
	return name
}

func (t *tree) close(is func(string) bool) bool {
	i := t.find(is, in(scopeEdges))
	if i > 0 {
		t.popTo(i)
	}
	return i > 0
}

func (t *tree) closeParagraph() bool {
	i := t.find(named("p"), func(s string) bool { return scopeEdges[s] || s == "button" })
	if i > 0 {
		t.popTo(i)
	}
	return i > 0
}

// closeItem ends an open list item or term, unless another block is open
// inside it.
func (t *tree) closeItem(is func(string) bool) {
	i := t.find(is, func(s string) bool {
		return (blockNames[s] || scopeEdges[s]) && s != "address" && s != "div" && s != "p"
	})
	if i > 0 {
		t.popTo(i)
	}
}

func (t *tree) implyTable(name string) string {
	table := t.find(named("table"), func(s string) bool { return s == "template" || s == "object" })
	if table < 0 {
		return "div"
	}
	switch name {
	case "td", "th":
		row := t.find(func(s string) bool { return s == "tr" || sectionNames[s] }, never)
		t.popTo(row + 1)
		if t.top().Data != "tr" {
			t.push(element("tr", nil))
		}
	case "tr":
		t.popTo(t.find(in(sectionNames), never) + 1)
	default:
		t.popTo(table + 1)
	}
	return name
}

// end handles an end tag.
func (t *tree) end(name string) {
	switch {
	case t.full():
		t.muted = false
		if blockNames[name] {
			t.overflow.WriteByte(' ')
		}
	case t.skipped[name] > 0:
		t.skipped[name]--
		if blockNames[name] {
			t.append(element("br", nil))
		}
	case t.foreign > 0:
		t.endForeign(name)
	case name == "br":
		t.start("br", nil, false)
	case name == "p":
		if !t.closeParagraph() { // the standard has an empty paragraph here
			t.append(element("p", nil))
		}
	case headingNames[name]:
		t.close(in(headingNames))
	case styleNames[name]:
		t.endStyle(name)
	case tableNames[name] || name == "table":
		t.endTable(name)
	case blockNames[name] || scopeEdges[name] || name == "button" || name == "select" || name == "datalist":
		t.endBlock(name)
	default:
		t.endInline(name)
	}
}

func (t *tree) endForeign(name string) {
	for i := len(t.stack) - 1; i >= len(t.stack)-t.foreign; i-- {
		if strings.EqualFold(t.stack[i].Data, name) {
			t.foreign -= len(t.stack) - i
			t.popTo(i)
			return
		}
	}
	if blockNames[name] {
		t.leaveForeign()
		t.end(name)
	}
}

func (t *tree) endBlock(name string) {
	i := t.find(named(name), func(s string) bool { return scopeEdges[s] && s != name })
	if i > 0 {
		t.popTo(i)
	}
}

func (t *tree) endTable(name string) {
	i := t.find(named(name), func(s string) bool { return s == "table" && name != "table" })
	if i > 0 {
		t.popTo(i)
	}
}

// endInline ends an element that is neither block nor style, unless a block is
// open inside it.
func (t *tree) endInline(name string) {
	i := t.find(named(name), func(s string) bool { return blockNames[s] || scopeEdges[s] })
	if i > 0 {
		t.popTo(i)
	}
}

// endStyle ends a style. Paragraphs that began inside it end with it (the
// standard's adoption agency would carry on with them); other blocks keep the
// style open until they end themselves.
func (t *tree) endStyle(name string) {
	for i := len(t.pending) - 1; i >= 0 && t.pending[i] != nil; i-- {
		if t.pending[i].Data == name {
			t.pending = append(t.pending[:i], t.pending[i+1:]...)
			return
		}
	}
	i := t.find(named(name), in(scopeEdges))
	if i < 0 {
		return
	}
	for _, n := range t.stack[i+1:] {
		if blockNames[n.Data] && !passable[n.Data] {
			return
		}
	}
	t.popTo(i)
}
