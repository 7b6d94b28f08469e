package demo

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"dateline/internal/richtext"
)

// delimiters are the inline styles, longer ones first.
var delimiters = []struct{ sign, mark string }{
	{"**", "strong"}, {"~~", "strike"}, {"==", "highlight"},
	{"*", "em"}, {"~", "sub"}, {"^", "sup"}, {"`", "code"},
}

// spans are the marks of [words]{name=value}, with the attribute that takes
// the value.
var spans = map[string]string{
	"lang": "lang", "abbr": "title", "small": "", "kbd": "", "cite": "",
	"said": "speaker", "underline": "", "ins": "", "del": "", "q": "",
}

// inline parses one line of text (line ends inside count as spaces) into
// inline nodes under marks.
func inline(text string, marks ...richtext.Mark) ([]richtext.Node, error) {
	var out []richtext.Node
	add := func(s string) { out = appendText(out, s, marks) }
	for text != "" {
		switch {
		case strings.HasPrefix(text, "\\\n"):
			out = append(out, richtext.Node{Type: "hard_break"})
			text = text[2:]
		case text[0] == '\\' && len(text) > 1:
			_, size := utf8.DecodeRuneInString(text[1:])
			add(text[1 : 1+size])
			text = text[1+size:]
		case text[0] == '\n':
			add(" ")
			text = text[1:]
		case strings.HasPrefix(text, "[^"):
			id, rest, ok := strings.Cut(text[2:], "]")
			if !ok {
				return nil, fmt.Errorf("footnote mark %q has no ]", clip(text))
			}
			out = append(out, richtext.Node{Type: "footnote_ref", Attrs: map[string]any{"id": id}})
			text = rest
		case text[0] == '[':
			nodes, rest, err := bracket(text, marks)
			if err != nil {
				return nil, err
			}
			out, text = append(out, nodes...), rest
		default:
			nodes, rest, err := styled(text, marks)
			if err != nil {
				return nil, err
			}
			for _, n := range nodes {
				if n.Type == "text" && sameMarks(n.Marks, marks) {
					add(n.Text)
				} else {
					out = append(out, n)
				}
			}
			text = rest
		}
	}
	return out, nil
}

// styled parses a style at the start of text, or the plain text up to the next
// sign that may mean something.
func styled(text string, marks []richtext.Mark) (nodes []richtext.Node, rest string, err error) {
	for _, d := range delimiters {
		inner, ok := strings.CutPrefix(text, d.sign)
		if !ok {
			continue
		}
		inner, rest, ok = strings.Cut(inner, d.sign)
		if !ok {
			return nil, "", fmt.Errorf("%s is opened but not closed in %q (write \\%s for the sign itself)", d.sign, clip(text), d.sign)
		}
		under := append(slices.Clone(marks), richtext.Mark{Type: d.mark})
		if d.mark == "code" {
			return appendText(nil, inner, under), rest, nil
		}
		nodes, err = inline(inner, under...)
		return nodes, rest, err
	}
	end := strings.IndexAny(text[1:], "\\\n[*~^`=")
	if end < 0 {
		return appendText(nil, text, marks), "", nil
	}
	return appendText(nil, text[:end+1], marks), text[end+1:], nil
}

// bracket parses [words](href) and [words]{name=value}.
func bracket(text string, marks []richtext.Mark) (nodes []richtext.Node, rest string, err error) {
	words, rest, ok := strings.Cut(text[1:], "]")
	if !ok || rest == "" || rest[0] != '(' && rest[0] != '{' {
		return nil, "", fmt.Errorf("after %q expected ](address) or ]{name=value} (write \\[ for the sign itself)", clip(text))
	}
	end := map[byte]string{'(': ")", '{': "}"}[rest[0]]
	inside, after, ok := strings.Cut(rest[1:], end)
	if !ok {
		return nil, "", fmt.Errorf("%q has no closing %s", clip(rest), end)
	}
	mark := richtext.Mark{Type: "link", Attrs: map[string]any{"href": inside}}
	if rest[0] == '{' {
		name, value, _ := strings.Cut(inside, "=")
		attr, known := spans[name]
		if !known {
			return nil, "", fmt.Errorf("{%s} is no style: use one of %s", name, strings.Join(slices.Sorted(maps.Keys(spans)), ", "))
		}
		mark = richtext.Mark{Type: name}
		if attr != "" {
			mark.Attrs = map[string]any{attr: strings.Trim(value, `"`)}
			if name == "said" {
				mark.Attrs = saidAttrs(strings.Trim(value, `"`))
			}
		}
	}
	nodes, err = inline(words, append(slices.Clone(marks), mark)...)
	return nodes, after, err
}

// saidAttrs reads "speaker | role | outlet | date"; the last ones may be left
// out.
func saidAttrs(value string) map[string]any {
	attrs := map[string]any{}
	for i, part := range strings.Split(value, "|") {
		if part = strings.TrimSpace(part); part != "" && i < 4 {
			attrs[[]string{"speaker", "role", "outlet", "date"}[i]] = part
		}
	}
	return attrs
}

// appendText adds text, joined to a last node with the same marks.
func appendText(out []richtext.Node, text string, marks []richtext.Mark) []richtext.Node {
	if text == "" {
		return out
	}
	if last := len(out) - 1; last >= 0 && out[last].Type == "text" && sameMarks(out[last].Marks, marks) {
		out[last].Text += text
		return out
	}
	return append(out, richtext.Node{Type: "text", Text: text, Marks: slices.Clone(marks)})
}

func sameMarks(a, b []richtext.Mark) bool {
	return slices.EqualFunc(a, b, func(x, y richtext.Mark) bool {
		return x.Type == y.Type && maps.Equal(x.Attrs, y.Attrs)
	})
}

// clip shortens a text for an error message.
func clip(s string) string {
	r := []rune(s)
	if len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
