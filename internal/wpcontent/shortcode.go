package wpcontent

import (
	"html"
	"strings"
)

// shortcode is a [name …] with what it encloses.
type shortcode struct {
	name    string // lower case
	attrs   scAttrs
	raw     string   // the opening tag as written
	inner   []scPart // nil when nothing is enclosed
	closed  bool     // it has an end tag
	content string   // what it encloses, as written
	before  string   // a little of what stands before and behind it
	after   string
}

// scPart is a stretch of text or a shortcode.
type scPart struct {
	text string
	code *shortcode
}

// scAttrs are a shortcode's attributes.
type scAttrs struct {
	named      map[string]string
	positional []string
}

// get returns the first attribute of the names that is set.
func (a scAttrs) get(names ...string) string {
	for _, n := range names {
		if v := a.named[n]; v != "" {
			return v
		}
	}
	return ""
}

// first returns the first attribute without a name.
func (a scAttrs) first() string {
	if len(a.positional) == 0 {
		return ""
	}
	return a.positional[0]
}

// Bounds of the shortcode parser.
const (
	maxShortcodeTag   = 64 << 10
	maxShortcodeDepth = 32
	aroundShortcode   = 64
)

// scToken is a piece of text that may be a shortcode's tag.
type scToken struct {
	start, end int // of the tag with its brackets
	name       string
	attrs      string
	closer     bool
	single     bool // [name /]
	escOpen    bool // another "[" stands before it
	escClose   bool // another "]" stands behind it
	match      int  // index of the end tag, of the start tag for an end tag, -1 for none
}

// parseShortcodes splits text at its shortcodes. Square brackets in prose stay
// words: "[sic]", "[he said]", "[1]". A bracket is a shortcode when its name is
// one of WordPress's own, or when it is known or unknown but looks like one by
// an attribute (name="value"), an end tag, an underscore in the name, or, for a
// known one, anything behind the name. [[name]] is the way to write [name].
// Tags, comments and the inside of pre, code, script, style and textarea are
// left alone.
func parseShortcodes(s string) []scPart {
	if !strings.Contains(s, "[") {
		return []scPart{{text: s}}
	}
	l := scLexer{in: s, lastBracket: strings.LastIndexByte(s, ']'), missing: map[string]bool{}}
	tokens := l.tokens()
	tokens = matchTokens(tokens)
	b := scBuilder{in: s, tokens: tokens}
	return b.build(0, len(tokens), 0, len(s), 0)
}

// scLexer finds what may be shortcode tags.
type scLexer struct {
	in          string
	pos         int
	tags        tagFinder
	lastBracket int
	missing     map[string]bool // ends that were looked for and are not there
}

func (l *scLexer) tokens() (list []scToken) {
	for l.pos < l.lastBracket {
		i := strings.IndexAny(l.in[l.pos:], "[<")
		if i < 0 {
			return list
		}
		l.pos += i
		if l.in[l.pos] == '<' {
			l.skipTag()
			continue
		}
		t, ok := l.token()
		if !ok {
			l.pos++
			continue
		}
		list = append(list, t)
		l.pos = t.end
		if rawShortcodes[t.name] && !t.closer && !t.single {
			if end, ok := l.rawEnd(t); ok {
				list = append(list, end)
				l.pos = end.end
			}
		}
	}
	return list
}

// skipTag passes over a tag, a comment or an element whose inside is verbatim.
func (l *scLexer) skipTag() {
	rest := l.in[l.pos:]
	if strings.HasPrefix(rest, "<!--") {
		if n := commentEnd(rest); n > 0 {
			l.pos += n
		} else {
			l.pos = len(l.in)
		}
		return
	}
	name, closer := tagName(rest)
	n := -1
	if name != "" {
		n = l.tags.end(rest)
	}
	if n < 0 {
		l.pos++
		return
	}
	l.pos += n
	switch name {
	case "pre", "code", "script", "style", "textarea":
		if !closer && rest[n-2] != '/' {
			l.skipTo("</"+name, 0)
		}
	}
}

// skipTo moves to the next occurrence of end, or nowhere when there is none.
func (l *scLexer) skipTo(end string, from int) {
	if l.missing[end] {
		l.pos += from
		return
	}
	if i := indexFold(l.in[l.pos+from:], end); i >= 0 {
		l.pos += from + i
		return
	}
	l.missing[end] = true
	l.pos += from
}

// rawEnd finds the end tag of a shortcode whose inside is code.
func (l *scLexer) rawEnd(t scToken) (scToken, bool) {
	tag := "[/" + t.name + "]"
	if l.missing[tag] {
		return scToken{}, false
	}
	i := indexFold(l.in[l.pos:], tag)
	if i < 0 {
		l.missing[tag] = true
		return scToken{}, false
	}
	start := l.pos + i
	return scToken{start: start, end: start + len(tag), name: t.name, closer: true, escClose: strings.HasPrefix(l.in[start+len(tag):], "]")}, true
}

// token reads what may be a tag at the current "[".
func (l *scLexer) token() (t scToken, ok bool) {
	t.start = l.pos
	t.escOpen = t.start > 0 && l.in[t.start-1] == '['
	i := t.start + 1
	if i < len(l.in) && l.in[i] == '/' {
		t.closer = true
		i++
	}
	start := i
	for i < len(l.in) && (isNameByte(l.in[i], i > start) && l.in[i] != ':' || i > start && l.in[i] == '_') {
		i++
	}
	if i == start || i >= len(l.in) || i-start > 60 {
		return t, false
	}
	t.name = strings.ToLower(l.in[start:i])
	switch l.in[i] {
	case ']', ' ', '\t', '\n', '\r', '/', '=':
	default:
		return t, false
	}
	window := l.in[i:min(len(l.in), i+maxShortcodeTag)]
	end := strings.IndexAny(window, "[]")
	if end < 0 || window[end] == '[' {
		return t, false
	}
	t.attrs = strings.TrimSpace(window[:end])
	if rest, single := strings.CutSuffix(t.attrs, "/"); single && !strings.HasSuffix(rest, "=") && (rest == "" || strings.ContainsAny(rest[len(rest)-1:], " \t\n\"'")) {
		t.single, t.attrs = true, strings.TrimSpace(rest)
	}
	t.end = i + end + 1
	t.escClose = t.end < len(l.in) && l.in[t.end] == ']'
	return t, !t.closer || t.attrs == ""
}

// matchTokens pairs start and end tags as they nest and drops what is prose.
func matchTokens(tokens []scToken) []scToken {
	open := map[string][]int{} // positions in stack, by name
	var stack []int
	for i := range tokens {
		t := &tokens[i]
		t.match = -1
		if !t.closer {
			if !t.single {
				open[t.name] = append(open[t.name], len(stack))
				stack = append(stack, i)
			}
			continue
		}
		places := open[t.name]
		if len(places) == 0 {
			continue
		}
		at := places[len(places)-1]
		t.match = stack[at]
		tokens[stack[at]].match = i
		for ; len(stack) > at; stack = stack[:len(stack)-1] { // those in between stay unclosed
			name := tokens[stack[len(stack)-1]].name
			open[name] = open[name][:len(open[name])-1]
		}
	}
	kept := tokens[:0]
	renumber := make([]int, len(tokens))
	for i := range tokens {
		renumber[i] = -1
		if tokens[i].isShortcode() {
			renumber[i] = len(kept)
			kept = append(kept, tokens[i])
		}
	}
	for i := range kept {
		if kept[i].match >= 0 {
			kept[i].match = renumber[kept[i].match]
		}
	}
	return kept
}

// isShortcode decides between shortcode and prose; see parseShortcodes.
func (t *scToken) isShortcode() bool {
	switch {
	case t.closer:
		return t.match >= 0 || isKnownShortcode(t.name)
	case coreShortcodes[t.name] || t.match >= 0 || t.single:
		return true
	case isKnownShortcode(t.name):
		return t.attrs != "" || strings.Contains(t.name, "_")
	case strings.Contains(t.attrs, "<"):
		return false
	}
	return strings.Contains(t.name, "_") || hasNamedAttribute(t.attrs)
}

// hasNamedAttribute reports whether attrs hold a name="value".
func hasNamedAttribute(attrs string) bool {
	for {
		i := strings.IndexByte(attrs, '=')
		if i < 0 {
			return false
		}
		if i > 0 && isNameByte(attrs[i-1], true) && i+1 < len(attrs) && attrs[i+1] != ' ' && attrs[i+1] != '=' {
			return true
		}
		attrs = attrs[i+1:]
	}
}

// scBuilder makes parts out of matched tokens.
type scBuilder struct {
	in     string
	tokens []scToken
}

// build returns the parts of in[pos:end], in which the tokens from…to stand.
func (b *scBuilder) build(from, to, pos, end, depth int) (parts []scPart) {
	text := func(s string) {
		if s == "" {
			return
		}
		if n := len(parts); n > 0 && parts[n-1].code == nil {
			parts[n-1].text += s
			return
		}
		parts = append(parts, scPart{text: s})
	}
	for i := from; i < to; i++ {
		t := &b.tokens[i]
		if t.closer { // without a start: nothing of it is shown
			text(b.in[pos:t.start])
			pos = t.end
			continue
		}
		last := t
		if t.match > 0 {
			last = &b.tokens[t.match]
		}
		if t.escOpen && last.escClose && t.start-1 >= pos {
			text(b.in[pos:t.start-1] + b.in[t.start:last.end])
			pos = last.end + 1
			i = max(i, t.match)
			continue
		}
		text(b.in[pos:t.start])
		pos = last.end
		sc := &shortcode{name: t.name, attrs: parseSCAttrs(t.attrs), raw: b.in[t.start:t.end], before: b.in[max(0, t.start-aroundShortcode):t.start], after: b.in[pos:min(len(b.in), pos+aroundShortcode)]}
		if t.match > 0 {
			sc.closed, sc.content = true, b.in[t.end:last.start]
			if depth < maxShortcodeDepth {
				sc.inner = b.build(i+1, t.match, t.end, last.start, depth+1)
			} else {
				sc.inner = []scPart{{text: sc.content}}
			}
			i = t.match
		}
		parts = append(parts, scPart{code: sc})
	}
	if pos < end {
		text(b.in[pos:end])
	}
	return parts
}

// quotes are the marks that values may stand in: editors turn straight ones into
// others when a shortcode is pasted.
var quotes = strings.NewReplacer("&quot;", `"`, "&#8220;", `"`, "&#8221;", `"`, "&#8243;", `"`, "&#8217;", "'", "&#8242;", "'", "&#39;", "'", "&#039;", "'",
	"“", `"`, "”", `"`, "″", `"`, "„", `"`, "‘", "'", "′", "'", "\u00a0", " ", "&nbsp;", " ")

// parseSCAttrs reads name="value", name='value', name=value, "value" and value.
func parseSCAttrs(s string) (a scAttrs) {
	s = strings.TrimPrefix(s, "=") // [youtube=https://…]
	if strings.ContainsAny(s, "&\u00a0“”″„‘′") {
		s = quotes.Replace(s)
	}
	for s = strings.TrimLeft(s, " \t\r\n"); s != ""; s = strings.TrimLeft(s, " \t\r\n") {
		n := 0
		for n < len(s) && (isNameByte(s[n], true) && s[n] != ':' || s[n] == '_') {
			n++
		}
		rest := strings.TrimLeft(s[n:], " \t\r\n")
		if n > 0 && strings.HasPrefix(rest, "=") {
			name := strings.ToLower(s[:n])
			var value string
			value, s = scValue(strings.TrimLeft(rest[1:], " \t\r\n"))
			if a.named == nil {
				a.named = map[string]string{}
			}
			a.named[name] = html.UnescapeString(value)
			continue
		}
		var value string
		value, s = scValue(s)
		a.positional = append(a.positional, html.UnescapeString(value))
	}
	return a
}

// scValue returns the value at the start of s, and what follows it.
func scValue(s string) (value, rest string) {
	if s == "" {
		return "", ""
	}
	if s[0] == '"' || s[0] == '\'' {
		if i := strings.IndexByte(s[1:], s[0]); i >= 0 {
			return s[1 : 1+i], s[2+i:]
		}
		s = s[1:]
	}
	if i := strings.IndexAny(s, " \t\r\n"); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}
