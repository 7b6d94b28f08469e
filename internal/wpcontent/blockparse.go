package wpcontent

import (
	"encoding/json"
	"strings"
)

// block is one block of the block editor, or a stretch of text between blocks
// when its name is "".
type block struct {
	name  string // "paragraph" for core/paragraph, "ns/name" for all others
	json  string // attributes as written
	parts []part // the text inside with the inner blocks in their places
	raw   string // source of a block without anything inside, for fallbacks

	attrs  map[string]any
	parsed bool
}

// part is a stretch of HTML or an inner block.
type part struct {
	html  string
	block *block
}

// maxBlockDepth bounds nesting; the frames of deeper blocks are passed over.
const maxBlockDepth = 64

// attributes returns the block's attributes; malformed JSON counts as none.
func (b *block) attributes() map[string]any {
	if !b.parsed {
		b.parsed = true
		if b.json != "" {
			_ = json.Unmarshal([]byte(b.json), &b.attrs)
		}
	}
	return b.attrs
}

// attr returns an attribute that is text, or "".
func (b *block) attr(name string) string {
	s, _ := b.attributes()[name].(string)
	return s
}

// number returns an attribute that is a number, 0 when it is none. Old blocks
// hold some numbers as text.
func (b *block) number(name string) int64 { return toInt(b.attributes()[name]) }

// flag returns an attribute that is true or false.
func (b *block) flag(name string) bool {
	v, _ := b.attributes()[name].(bool)
	return v
}

// html returns the block's own text without its inner blocks.
func (b *block) html() string {
	if len(b.parts) == 1 && b.parts[0].block == nil {
		return b.parts[0].html
	}
	var s strings.Builder
	for _, p := range b.parts {
		s.WriteString(p.html)
	}
	return s.String()
}

// inner returns the inner blocks.
func (b *block) inner() (list []*block) {
	for _, p := range b.parts {
		if p.block != nil {
			list = append(list, p.block)
		}
	}
	return list
}

// hasBlocks reports whether content was made with the block editor.
func hasBlocks(content string) bool { return strings.Contains(content, "<!-- wp:") }

// delimiter is a block comment: an opener, a closer or both.
type delimiter struct {
	start, end  int
	name, json  string
	closer      bool
	selfClosing bool
}

// nextDelimiter finds the next block comment at or after from.
func nextDelimiter(s string, from int) (delimiter, bool) {
	for {
		i := strings.Index(s[from:], "<!--")
		if i < 0 {
			return delimiter{}, false
		}
		start := from + i
		body := strings.TrimLeft(s[start+4:], " \t\r\n")
		closer := strings.HasPrefix(body, "/wp:")
		if !closer && !strings.HasPrefix(body, "wp:") {
			from = start + 4
			continue
		}
		end := strings.Index(body, "-->")
		if end < 0 {
			return delimiter{}, false
		}
		stop := len(s) - len(body) + end + 3
		d, ok := readDelimiter(body[:end], closer)
		if ok {
			d.start, d.end = start, stop
			return d, true
		}
		from = stop
	}
}

// readDelimiter reads the inside of a block comment.
func readDelimiter(body string, closer bool) (delimiter, bool) {
	body = strings.TrimRight(body, " \t\r\n")
	d := delimiter{closer: closer}
	if closer {
		body = body[1:]
	} else if rest, ok := strings.CutSuffix(body, "/"); ok {
		d.selfClosing, body = true, strings.TrimRight(rest, " \t\r\n")
	}
	body = body[len("wp:"):]
	name, rest := body, ""
	if i := strings.IndexAny(body, " \t\r\n{"); i >= 0 {
		name, rest = body[:i], strings.TrimLeft(body[i:], " \t\r\n")
	}
	if !validBlockName(name) {
		return d, false
	}
	d.name = strings.TrimPrefix(name, "core/")
	if strings.HasPrefix(rest, "{") {
		d.json = rest
	}
	return d, true
}

func validBlockName(name string) bool {
	if name == "" || name[0] < 'a' || name[0] > 'z' {
		return false
	}
	for i := 0; i < len(name); i++ {
		c := name[i]
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '/') {
			return false
		}
	}
	return true
}

// parseBlocks splits content into blocks. Whatever is malformed loses no text: a
// closer without opener is passed over, a block left open ends where its parent
// does.
func parseBlocks(content string) []*block {
	root := &block{}
	stack := []*block{root}
	open := map[string]int{} // names on the stack
	skipped := 0             // openers beyond maxBlockDepth that wait for their closers
	pos := 0
	text := func(end int) {
		if end > pos {
			top := stack[len(stack)-1]
			top.parts = append(top.parts, part{html: content[pos:end]})
		}
	}
	for {
		d, ok := nextDelimiter(content, pos)
		if !ok {
			break
		}
		text(d.start)
		pos = d.end
		top := stack[len(stack)-1]
		switch {
		case d.closer && skipped > 0:
			skipped--
		case d.closer && open[d.name] > 0:
			for closed := false; !closed; stack = stack[:len(stack)-1] {
				name := stack[len(stack)-1].name
				open[name]--
				closed = name == d.name
			}
		case d.closer:
		case d.selfClosing:
			top.parts = append(top.parts, part{block: &block{name: d.name, json: d.json, raw: content[d.start:d.end]}})
		case len(stack) > maxBlockDepth:
			skipped++
		default:
			b := &block{name: d.name, json: d.json, raw: content[d.start:d.end]}
			top.parts = append(top.parts, part{block: b})
			stack = append(stack, b)
			open[b.name]++
		}
	}
	text(len(content))
	list := make([]*block, 0, len(root.parts))
	for _, p := range root.parts {
		switch {
		case p.block != nil:
			list = append(list, p.block)
		case strings.TrimSpace(p.html) != "":
			list = append(list, &block{parts: []part{p}})
		}
	}
	return list
}
