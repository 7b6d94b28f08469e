package richtext

import "strings"

// everyNode returns every block with all its attributes and content under every
// mark.
func everyNode() []Node {
	var out []Node
	for name, spec := range nodeSpecs {
		if spec.group&(groupBlock|groupTop) != 0 {
			out = append(out, sampleNode(name, "words", sampleInline))
		}
	}
	return out
}

// sampleNode builds a node with all its attributes and a content that fits,
// the given words in every place that takes words and inline content from
// fill.
func sampleNode(name, words string, fill func(words string) []Node) Node {
	spec := nodeSpecs[name]
	n := Node{Type: name, Attrs: sampleAttrs(spec.attrs, words)}
	r := &spec.content
	if r.first != "" {
		n.Content = append(n.Content, sampleNode(r.first, words, fill))
	}
	switch {
	case r.groups&groupInline != 0:
		n.Content = append(n.Content, fill(words)...)
	case r.groups&groupText != 0:
		n.Content = append(n.Content, textNode(words, nil))
	case r.groups&groupBlock != 0:
		n.Content = append(n.Content, paragraphOf(textNode(words, nil)), sampleNode("heading", words, fill))
	}
	for _, child := range r.types {
		n.Content = append(n.Content, sampleNode(child, words, fill))
	}
	return n
}

// sampleInline returns text under each mark and under all of them, and the
// other inline nodes.
func sampleInline(words string) []Node {
	var all []Mark
	var out []Node
	for _, name := range markOrder {
		m := Mark{Type: name, Attrs: sampleAttrs(markAttrs[name], words)}
		all = append(all, m)
		out = append(out, textNode(words, []Mark{m}))
	}
	return append(out, textNode(words, all), Node{Type: "hard_break"},
		sampleNode("inline_image", words, nil), sampleNode("footnote_ref", words, nil))
}

// marked returns one text under all marks.
func marked(words string) []Node {
	marks := make([]Mark, len(markOrder))
	for i, name := range markOrder {
		marks[i] = Mark{Type: name, Attrs: sampleAttrs(markAttrs[name], words)}
	}
	return []Node{textNode(words, marks)}
}

func sampleAttrs(specs []attrSpec, words string) map[string]any {
	set := map[string]any{}
	for _, s := range specs {
		switch s.kind {
		case kindInt:
			set[s.name] = min(s.max, max(s.min, 2))
		case kindID:
			set[s.name] = int64(1)
		case kindBool:
			set[s.name] = true
		case kindEnum:
			set[s.name] = s.values[len(s.values)-1]
		case kindText, kindRaw:
			set[s.name] = words
			if s.max > 0 && int64(len(words)) > s.max/4 { // letters that are none grow when they are cleaned
				set[s.name] = "w" + strings.ToValidUTF8(words[:s.max/4], "")
			}
		case kindURL, kindWeb:
			set[s.name] = "https://example.org/a?b=c"
		case kindDate:
			set[s.name] = "2026-05-04"
		case kindName:
			set[s.name] = "youtube"
		case kindAnchor:
			set[s.name] = "anchor"
		case kindLang:
			set[s.name] = "ar"
		case kindRel:
			set[s.name] = "nofollow ugc"
		}
	}
	return set
}
