package richtext

import "math"

// Limits of a document.
const (
	MaxDepth    = 32        // levels of nodes
	MaxNodes    = 1_000_000 // nodes of all kinds
	MaxText     = 16 << 20  // bytes of text nodes together
	maxAttrText = 64 << 10  // bytes of one text attribute
	maxRaw      = 1 << 20   // bytes of a fallback's raw
	maxURL      = 8 << 10   // bytes of one address
	MaxSpeaker  = 400       // bytes of the name, the role and the outlet of said
)

// group says where a node may stand.
type group uint8

const (
	groupBlock  group = 1 << iota // wherever blocks may
	groupTop                      // between the blocks of the document itself
	groupInline                   // in text blocks and captions
	groupText                     // the text node
)

// nodeSpec is the schema's entry of one node type.
type nodeSpec struct {
	group   group // 0: only where a rule names the type
	attrs   []attrSpec
	content rule
	noMarks bool // its text carries no marks
}

// rule says which children a node has: optionally a first one of a type of
// its own, then at least min of the groups or types.
type rule struct {
	first     string
	needFirst bool
	groups    group
	types     []string
	min       int
}

func (r *rule) allows(kind string, g group) bool {
	if r.groups&g != 0 {
		return true
	}
	for _, t := range r.types {
		if t == kind {
			return true
		}
	}
	return false
}

// attrKind is the kind of value that an attribute takes.
type attrKind uint8

const (
	kindInt attrKind = iota
	kindID
	kindBool
	kindEnum
	kindText // words or a name, of at most max bytes unless that is 0
	kindRaw  // a longer text
	kindURL  // any address a reader can follow
	kindWeb  // http, https or relative
	kindDate // ISO 8601, to the year, month, day or minute
	kindName // a word that becomes part of a class: a-z 0-9 - _ + # .
	kindAnchor
	kindLang
	kindRel
)

type attrSpec struct {
	name     string
	kind     attrKind
	min, max int64    // of an integer; max also of a text's bytes
	values   []string // of an enumeration
	def      any      // the default, left out of the normal form; nil: the zero value
	required bool     // neither absent nor empty
}

func must(a attrSpec) attrSpec {
	a.required = true
	return a
}

func attrInt(name string, low, high int64) attrSpec {
	return attrSpec{name: name, kind: kindInt, min: low, max: high}
}

func attrEnum(name string, values ...string) attrSpec {
	return attrSpec{name: name, kind: kindEnum, values: values}
}

func attrOf(kind attrKind, names ...string) []attrSpec {
	var out []attrSpec
	for _, name := range names {
		out = append(out, attrSpec{name: name, kind: kind})
	}
	return out
}

func attrWords(name string, limit int64) attrSpec {
	return attrSpec{name: name, kind: kindText, max: limit}
}

func attrID(names ...string) []attrSpec   { return attrOf(kindID, names...) }
func attrBool(names ...string) []attrSpec { return attrOf(kindBool, names...) }
func attrText(names ...string) []attrSpec { return attrOf(kindText, names...) }

func attrs(parts ...any) []attrSpec {
	var out []attrSpec
	for _, p := range parts {
		switch p := p.(type) {
		case attrSpec:
			out = append(out, p)
		case []attrSpec:
			out = append(out, p...)
		}
	}
	return out
}

var (
	inlineContent = rule{groups: groupInline | groupText}
	anyBlocks     = rule{groups: groupBlock}
	blockContent  = rule{groups: groupBlock, min: 1}
	textAlign     = attrEnum("align", "left", "center", "right", "justify")
	headLevel     = attrSpec{name: "level", kind: kindInt, min: 2, max: 6, def: int64(2)}
	listStart     = attrSpec{name: "start", kind: kindInt, min: math.MinInt32, max: math.MaxInt32, def: int64(1)}
	pixels        = []attrSpec{attrInt("width", 0, 100_000), attrInt("height", 0, 100_000)}
	attrSrc       = attrSpec{name: "src", kind: kindWeb}
	attrURL       = attrSpec{name: "url", kind: kindURL}
)

func some(types ...string) rule { return rule{types: types, min: 1} }

// docRule is the content of the document itself.
var docRule = rule{groups: groupBlock | groupTop}

// nodeSpecs is the closed list of nodes.
var nodeSpecs = map[string]nodeSpec{
	"text":         {group: groupText},
	"hard_break":   {group: groupInline},
	"inline_image": {group: groupInline, attrs: attrs(attrID("media"), attrSrc, attrText("alt"), pixels)},
	"footnote_ref": {group: groupInline, attrs: attrs(must(attrSpec{name: "id", kind: kindAnchor}))},

	"paragraph":    {group: groupBlock, attrs: attrs(textAlign, attrBool("drop_cap")), content: inlineContent},
	"heading":      {group: groupBlock, attrs: attrs(headLevel, textAlign, attrOf(kindAnchor, "anchor")), content: inlineContent},
	"bullet_list":  {group: groupBlock, content: some("list_item")},
	"ordered_list": {group: groupBlock, attrs: attrs(listStart, attrBool("reversed"), listStyle), content: some("list_item")},
	"list_item":    {content: blockContent},
	"quote":        {group: groupBlock, attrs: attrText("cite"), content: blockContent},
	"pull_quote":   {group: groupBlock, attrs: attrText("cite"), content: blockContent},
	"code":         {group: groupBlock, attrs: attrOf(kindName, "language"), content: rule{groups: groupText}, noMarks: true},
	"preformatted": {group: groupBlock, content: inlineContent},
	"verse":        {group: groupBlock, content: inlineContent},
	"math":         {group: groupBlock, attrs: attrs(must(attrSpec{name: "tex", kind: kindText}))},
	"rule":         {group: groupBlock},
	"details":      {group: groupBlock, attrs: attrs(attrText("summary"), attrBool("open")), content: blockContent},

	"attributed_quote": {group: groupBlock, content: blockContent,
		attrs: attrs(attrText("speaker", "role", "outlet"), attrOf(kindDate, "date"), attrOf(kindURL, "source"))},
	"accounts": {group: groupBlock, attrs: attrText("title"), content: some("account")},
	"account": {content: anyBlocks,
		attrs: attrs(must(attrSpec{name: "party", kind: kindText}), attrOf(kindURL, "source"), attrText("source_label", "silent"))},
	"shared_accounts": {group: groupBlock, attrs: attrs(must(attrSpec{name: "record", kind: kindID}))},
	"fact_box":        {group: groupBlock, attrs: attrText("title"), content: blockContent},
	"timeline":        {group: groupBlock, attrs: attrText("title"), content: some("timeline_event")},
	"timeline_event": {content: anyBlocks,
		attrs: attrs(attrOf(kindDate, "date"), attrText("title"), attrID("article"), attrURL)},
	"correction": {group: groupBlock, attrs: attrs(correctionKind, attrOf(kindDate, "date")), content: blockContent},
	"related_link": {group: groupBlock,
		attrs: attrs(attrID("article"), attrURL, attrText("title"))},
	"footnotes": {group: groupTop, content: some("footnote")},
	"footnote":  {attrs: attrs(must(attrSpec{name: "id", kind: kindAnchor})), content: blockContent},

	"figure": {group: groupBlock, content: inlineContent,
		attrs: attrs(attrID("media"), attrSrc, attrText("alt", "credit"), attrOf(kindURL, "link"), pixels,
			figureAlign)},
	"gallery":  {group: groupBlock, attrs: attrs(attrInt("columns", 0, 8)), content: some("figure")},
	"audio":    {group: groupBlock, attrs: attrs(attrID("media"), attrSrc, attrText("title")), content: inlineContent},
	"video":    {group: groupBlock, attrs: attrs(attrID("media", "poster"), attrSrc, attrText("title")), content: inlineContent},
	"playlist": {group: groupBlock, attrs: attrs(playlistKind), content: some("audio", "video")},
	"file":     {group: groupBlock, attrs: attrs(attrID("media"), attrSrc, attrText("label"), attrInt("bytes", 0, math.MaxInt64))},
	"embed": {group: groupBlock, content: inlineContent,
		attrs: attrs(attrOf(kindName, "provider"), must(attrSpec{name: "url", kind: kindWeb}), attrText("id", "title"), attrID("thumb"))},

	"table":          {group: groupBlock, content: rule{first: "table_caption", types: []string{"table_row"}, min: 1}},
	"table_caption":  {content: inlineContent},
	"table_row":      {content: some("table_cell")},
	"table_cell":     {content: blockContent, attrs: cellAttrs},
	"columns":        {group: groupBlock, content: some("column")},
	"column":         {attrs: attrs(attrInt("width", 0, 100)), content: blockContent},
	"media_text":     {group: groupBlock, attrs: attrs(mediaSide), content: rule{first: "figure", needFirst: true, groups: groupBlock, min: 1}},
	"buttons":        {group: groupBlock, content: some("button")},
	"button":         {group: groupBlock, attrs: attrs(must(attrURL), must(attrSpec{name: "label", kind: kindText}))},
	"newsletter_box": {group: groupBlock},
	"more":           {group: groupTop, attrs: attrText("text")},
	"page_break":     {group: groupTop},
	"fallback": {group: groupBlock, content: anyBlocks,
		attrs: attrs(attrEnum("origin", "block", "shortcode", "html"), attrText("name"), attrOf(kindRaw, "raw"))},
}

var (
	figureAlign = attrSpec{name: "align", kind: kindEnum, def: "none",
		values: []string{"none", "left", "right", "center", "wide", "full"}}
	listStyle = attrSpec{name: "style", kind: kindEnum, def: "decimal",
		values: []string{"decimal", "lower-alpha", "upper-alpha", "lower-roman", "upper-roman"}}
	correctionKind = attrSpec{name: "kind", kind: kindEnum, def: "correction", values: []string{"correction", "clarification", "update"}}
	playlistKind   = attrSpec{name: "kind", kind: kindEnum, def: "audio", values: []string{"audio", "video"}}
	mediaSide      = attrSpec{name: "side", kind: kindEnum, def: "left", values: []string{"left", "right"}}
	cellAttrs      = attrs(attrBool("header"), textAlign, attrEnum("scope", "col", "row", "colgroup", "rowgroup"),
		attrSpec{name: "colspan", kind: kindInt, min: 1, max: 1000, def: int64(1)},
		attrSpec{name: "rowspan", kind: kindInt, min: 1, max: 65534, def: int64(1)})
)

// markOrder lists the marks from the outermost to the innermost.
var markOrder = []string{
	"link", "lang", "ins", "del", "q", "cite", "small", "highlight",
	"strong", "em", "underline", "strike", "abbr", "sub", "sup", "kbd", "code", "said",
}

// markSpec is the schema's entry of one mark.
type markSpec struct {
	rank  int // place in markOrder
	attrs []attrSpec
}

var markAttrs = map[string][]attrSpec{
	"link": attrs(must(attrSpec{name: "href", kind: kindURL}), attrText("title"), attrOf(kindRel, "rel")),
	"lang": attrs(attrOf(kindLang, "lang"), attrEnum("dir", "ltr", "rtl", "auto")),
	"abbr": attrText("title"),
	// said shows nothing: it tells whose words a passage is.
	"said": attrs(must(attrWords("speaker", MaxSpeaker)), attrWords("role", MaxSpeaker), attrWords("outlet", MaxSpeaker),
		attrOf(kindDate, "date"), attrOf(kindURL, "source")),
}

var markSpecs = func() map[string]markSpec {
	specs := make(map[string]markSpec, len(markOrder))
	for i, name := range markOrder {
		specs[name] = markSpec{rank: i, attrs: markAttrs[name]}
	}
	return specs
}()
