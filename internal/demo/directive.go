package demo

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/richtext"
)

// words are the parts of a block's first line: plain ones in order, and
// name=value pairs.
type words struct {
	name  string
	plain []string
	pairs map[string]string
}

var wordPattern = regexp.MustCompile(`^(?:([a-z_]+)=)?(?:"([^"]*)"|([^\s"]+))(?:\s+|$)`)

func parseWords(text string) (words, error) {
	w := words{pairs: map[string]string{}}
	for rest := strings.TrimSpace(text); rest != ""; {
		m := wordPattern.FindStringSubmatch(rest)
		if m == nil {
			return w, fmt.Errorf("cannot read %q", clip(rest))
		}
		rest = rest[len(m[0]):]
		switch value := m[2] + m[3]; {
		case m[1] != "":
			w.pairs[m[1]] = value
		case w.name == "":
			w.name = value
		default:
			w.plain = append(w.plain, value)
		}
	}
	return w, nil
}

// item reads the words after an @, where the first one is plain too.
func parseItem(text string) (words, error) {
	w, err := parseWords(text)
	if w.name != "" {
		w.plain = append([]string{w.name}, w.plain...)
	}
	return w, err
}

// attrs gives the plain words the names in order and takes the pairs named in
// also. Dates are checked, numbers become numbers.
func (w words) attrs(order []string, also ...string) (map[string]any, error) {
	if len(w.plain) > len(order) {
		return nil, fmt.Errorf("%q is one word too many: expected %s", w.plain[len(order)], strings.Join(order, ", "))
	}
	attrs := map[string]any{}
	for i, value := range w.plain {
		attrs[order[i]] = value
	}
	for name, value := range w.pairs {
		if !slices.Contains(also, name) {
			return nil, fmt.Errorf("%s= is not known here: use %s", name, strings.Join(also, ", "))
		}
		attrs[name] = value
	}
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		value := attrs[name].(string)
		var err error
		switch name {
		case "date":
			_, err = dateAttr(value)
		case "columns", "width":
			attrs[name], err = strconv.Atoi(value)
		case "open":
			attrs[name] = value == "open"
		}
		if err != nil {
			return nil, err
		}
	}
	return attrs, nil
}

// containers maps the names of containers to how their attributes are read.
var containers = map[string]struct {
	node  string
	order []string
	also  []string
}{
	"fact-box":     {"fact_box", []string{"title"}, nil},
	"quote-from":   {"attributed_quote", []string{"speaker"}, []string{"role", "outlet", "date", "source"}},
	"pull-quote":   {"pull_quote", []string{"cite"}, nil},
	"correction":   {"correction", []string{"kind", "date"}, nil},
	"details":      {"details", []string{"summary", "open"}, nil},
	"verse":        {"verse", nil, nil},
	"preformatted": {"preformatted", nil, nil},
	"media-text":   {"media_text", []string{"media"}, nil},
	"accounts":     {"accounts", []string{"title"}, nil},
	"timeline":     {"timeline", []string{"title"}, nil},
	"columns":      {"columns", nil, nil},
	"footnotes":    {"footnotes", nil, nil},
	"gallery":      {"gallery", nil, []string{"columns"}},
}

// items maps the containers that hold @ items to those items.
var items = map[string]struct {
	node  string
	order []string
	also  []string
}{
	"accounts":  {"account", []string{"party"}, []string{"source", "source_label", "silent"}},
	"timeline":  {"timeline_event", []string{"date", "title"}, []string{"article", "url"}},
	"columns":   {"column", nil, []string{"width"}},
	"footnotes": {"footnote", []string{"id"}, nil},
	"gallery":   {"figure", []string{"media", "caption"}, []string{"credit"}},
}

// container parses "::: name …" up to its closing ":::".
func (b *body) container(text string) (richtext.Node, error) {
	w, err := parseWords(text)
	if err != nil {
		return richtext.Node{}, err
	}
	spec, ok := containers[w.name]
	if !ok {
		return richtext.Node{}, fmt.Errorf("no block %q: use %s", w.name, strings.Join(slices.Sorted(maps.Keys(containers)), ", "))
	}
	node := richtext.Node{Type: spec.node}
	if node.Attrs, err = w.attrs(spec.order, spec.also...); err != nil {
		return node, err
	}
	opened := b.first + b.at
	b.at++
	switch _, hasItems := items[w.name]; {
	case w.name == "verse" || w.name == "preformatted":
		node.Content = b.literal()
	case hasItems:
		node.Content, err = b.itemsOf(w.name)
	default:
		node.Content, err = b.blocks(closes)
	}
	if err != nil {
		return node, err
	}
	if b.at >= len(b.lines) {
		return node, fmt.Errorf("%s of line %d lacks its closing line of three colons", w.name, opened)
	}
	b.at++
	if w.name == "media-text" {
		figure := richtext.Node{Type: "figure", Attrs: node.Attrs}
		node.Attrs, node.Content = nil, append([]richtext.Node{figure}, node.Content...)
	}
	return node, nil
}

func closes(line string) bool { return strings.TrimRight(line, " ") == ":::" }

// literal takes lines as they are, breaks between them.
func (b *body) literal() []richtext.Node {
	var out []richtext.Node
	for ; b.at < len(b.lines) && !closes(b.lines[b.at]); b.at++ {
		if out != nil {
			out = append(out, richtext.Node{Type: "hard_break"})
		}
		out = append(out, appendText(nil, b.lines[b.at], nil)...)
	}
	return out
}

func (b *body) itemsOf(name string) ([]richtext.Node, error) {
	spec := items[name]
	var out []richtext.Node
	for b.at < len(b.lines) && !closes(b.lines[b.at]) {
		line := b.lines[b.at]
		if strings.TrimSpace(line) == "" {
			b.at++
			continue
		}
		text, ok := strings.CutPrefix(line, "@")
		if !ok {
			return nil, fmt.Errorf("%s holds items that begin with @, not %q", name, clip(line))
		}
		w, err := parseItem(text)
		if err != nil {
			return nil, err
		}
		node := richtext.Node{Type: spec.node}
		if node.Attrs, err = w.attrs(spec.order, spec.also...); err != nil {
			return nil, err
		}
		b.at++
		if node.Content, err = b.blocks(func(s string) bool { return closes(s) || strings.HasPrefix(s, "@") }); err != nil {
			return nil, err
		}
		if name == "gallery" {
			if node, err = captioned(node); err != nil {
				return nil, err
			}
		}
		out = append(out, node)
	}
	return out, nil
}

// leaves maps the names of leaf blocks to how their attributes are read.
var leaves = map[string]struct {
	node  string
	order []string
	also  []string
}{
	"figure":     {"figure", []string{"media", "caption"}, []string{"align", "credit", "link"}},
	"related":    {"related_link", []string{"article"}, []string{"url", "title"}},
	"embed":      {"embed", []string{"url", "title"}, []string{"provider", "caption"}},
	"button":     {"button", []string{"url", "label"}, nil},
	"shared":     {"shared_accounts", []string{"record"}, nil},
	"math":       {"math", []string{"tex"}, nil},
	"more":       {"more", nil, nil},
	"page-break": {"page_break", nil, nil},
	"newsletter": {"newsletter_box", nil, nil},
}

// leaf parses a block of one line.
func leaf(text string) (richtext.Node, error) {
	w, err := parseWords(text)
	if err != nil {
		return richtext.Node{}, err
	}
	spec, ok := leaves[w.name]
	if !ok {
		return richtext.Node{}, fmt.Errorf("no block %q: use %s", w.name, strings.Join(slices.Sorted(maps.Keys(leaves)), ", "))
	}
	node := richtext.Node{Type: spec.node}
	if node.Attrs, err = w.attrs(spec.order, spec.also...); err != nil {
		return node, err
	}
	if spec.node == "button" {
		return richtext.Node{Type: "buttons", Content: []richtext.Node{node}}, nil
	}
	return captioned(node)
}

// captioned turns the caption attribute into the node's content.
func captioned(node richtext.Node) (richtext.Node, error) {
	caption, ok := node.Attrs["caption"].(string)
	if !ok {
		return node, nil
	}
	delete(node.Attrs, "caption")
	content, err := inline(caption)
	node.Content = content
	return node, err
}
