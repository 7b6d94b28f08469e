package compare_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"dateline/internal/richtext"
)

// The documents of the tests: a writer makes blocks of every shape, and edits
// them as people do. Each word that a writer adds is new, so that it can be
// looked for.
type writer struct {
	t    *rapid.T
	name string
	n    int
}

func (w *writer) word() string {
	w.n++
	return fmt.Sprintf("%s%dx", w.name, w.n)
}

func (w *writer) pick(label string, n int) int { return rapid.IntRange(0, n-1).Draw(w.t, label) }

func (w *writer) words() string {
	var parts []string
	for range 1 + w.pick("words", 8) {
		parts = append(parts, w.word())
	}
	return strings.Join(parts, rapid.SampledFrom([]string{" ", " ", ", ", ". "}).Draw(w.t, "between"))
}

func text(s string, marks ...string) richtext.Node {
	n := richtext.Node{Type: "text", Text: s}
	for _, m := range marks {
		n.Marks = append(n.Marks, richtext.Mark{Type: m})
	}
	return n
}

func saidBy(speaker string) richtext.Mark {
	return richtext.Mark{Type: "said", Attrs: map[string]any{"speaker": speaker}}
}

func para(content ...richtext.Node) richtext.Node {
	return richtext.Node{Type: "paragraph", Content: content}
}

func (w *writer) paragraph() richtext.Node {
	p := para(text(w.words()))
	if w.pick("bold", 3) == 0 {
		p.Content = append(p.Content, text(" "+w.words(), "strong"))
	}
	if w.pick("break", 6) == 0 {
		p.Content = append(p.Content, richtext.Node{Type: "hard_break"}, text(w.words()))
	}
	return p
}

func of(kind string, attrs map[string]any, content ...richtext.Node) richtext.Node {
	return richtext.Node{Type: kind, Attrs: attrs, Content: content}
}

func (w *writer) block() richtext.Node {
	switch w.pick("shape", 12) {
	case 0:
		return of("heading", nil, text(w.words()))
	case 1:
		return of("bullet_list", nil, of("list_item", nil, w.paragraph()), of("list_item", nil, w.paragraph()))
	case 2:
		return of("accounts", map[string]any{"title": w.words()},
			of("account", map[string]any{"party": w.words(), "silent": w.words()}, w.paragraph()),
			of("account", map[string]any{"party": w.words(), "source": "https://example.org/" + w.word()}, w.paragraph()))
	case 3:
		return of("timeline", nil, of("timeline_event", map[string]any{"date": "2026-05", "title": w.words()}, w.paragraph()))
	case 4:
		row := func() richtext.Node {
			return of("table_row", nil, of("table_cell", nil, w.paragraph()), of("table_cell", nil, w.paragraph()))
		}
		return of("table", nil, of("table_caption", nil, text(w.words())), row(), row())
	case 5:
		return of("figure", map[string]any{"media": int64(1 + w.pick("media", 5)), "alt": w.words(), "credit": w.words()}, text(w.words()))
	case 6:
		return of("attributed_quote", map[string]any{"speaker": w.words()}, w.paragraph(), w.paragraph())
	case 7:
		return of("rule", nil)
	}
	return w.paragraph()
}

func (w *writer) doc() richtext.Doc {
	var d richtext.Doc
	for range w.pick("blocks", 7) {
		d.Content = append(d.Content, w.block())
	}
	return valid(w.t, d)
}

func valid(t interface{ Fatalf(string, ...any) }, d richtext.Doc) richtext.Doc {
	out, err := richtext.Validate(d)
	if err != nil {
		t.Fatalf("the test made an invalid document: %v", err)
	}
	return out
}

// edited returns a document after some edits of the writer's.
func (w *writer) edited(d richtext.Doc) richtext.Doc {
	d.Content = deep(d.Content)
	for range w.pick("edits", 6) {
		d.Content = w.edit(d.Content, 0)
	}
	if out, err := richtext.Validate(d); err == nil {
		return out
	}
	return valid(w.t, richtext.Doc{Content: append(deep(d.Content[:0]), w.paragraph())})
}

func deep(nodes []richtext.Node) []richtext.Node {
	out := slices.Clone(nodes)
	for i := range out {
		out[i].Content = deep(out[i].Content)
		if out[i].Attrs != nil {
			attrs := map[string]any{}
			for k, v := range out[i].Attrs {
				attrs[k] = v
			}
			out[i].Attrs = attrs
		}
	}
	return out
}

// edit changes a list of blocks or, deeper down, what is in one of them.
func (w *writer) edit(nodes []richtext.Node, depth int) []richtext.Node {
	if len(nodes) == 0 {
		if depth == 0 {
			return append(nodes, w.block())
		}
		return nodes
	}
	at := w.pick("at", len(nodes))
	n := &nodes[at]
	switch w.pick("edit", 9) {
	case 0:
		if depth == 0 {
			return slices.Insert(nodes, at, w.block())
		}
		if n.Type == "list_item" {
			return slices.Insert(nodes, at, of("list_item", nil, w.paragraph()))
		}
	case 1:
		if n.Type != "figure" && n.Type != "table_cell" {
			return slices.Delete(nodes, at, at+1)
		}
	case 2:
		to := w.pick("to", len(nodes))
		moved := nodes[at]
		nodes = slices.Delete(nodes, at, at+1)
		return slices.Insert(nodes, min(to, len(nodes)), moved)
	case 3:
		for _, name := range []string{"alt", "credit", "title", "party", "speaker", "silent"} {
			if n.Attrs[name] != nil {
				n.Attrs[name] = w.words()
				return nodes
			}
		}
	case 4:
		if n.Type == "paragraph" {
			*n = of("heading", nil, n.Content...)
		}
		return nodes
	}
	if !richtext.HoldsText(n.Type) {
		n.Content = w.edit(n.Content, depth+1)
		return nodes
	}
	n.Content = w.editText(n.Content)
	return nodes
}

func (w *writer) editText(content []richtext.Node) []richtext.Node {
	if len(content) == 0 {
		return []richtext.Node{text(w.words())}
	}
	i := w.pick("run", len(content))
	n := &content[i]
	if n.Type != "text" {
		return slices.Delete(content, i, i+1)
	}
	words := strings.Split(n.Text, " ")
	at := w.pick("word", len(words))
	switch w.pick("do", 5) {
	case 4: // tells whose words the rest of the run are
		rest := richtext.Node{Type: "text", Text: strings.Join(words[at:], " "), Marks: append(slices.DeleteFunc(slices.Clone(n.Marks), func(m richtext.Mark) bool { return m.Type == "said" }),
			saidBy(rapid.SampledFrom([]string{"Ann", "Bo"}).Draw(w.t, "speaker")))}
		if words = words[:at]; at > 0 {
			rest.Text = " " + rest.Text
		}
		content = slices.Insert(content, i+1, rest)
		n = &content[i]
	case 0:
		words[at] = w.word()
	case 1:
		words = slices.Insert(words, at, w.word())
	case 2:
		words = slices.Delete(words, at, at+1)
	default:
		n.Marks = []richtext.Mark{{Type: rapid.SampledFrom([]string{"em", "strong"}).Draw(w.t, "mark")}}
	}
	n.Text = strings.Join(words, " ")
	return content
}

// wordsOf lists all words of nodes, in any attribute too.
func wordsOf(nodes []richtext.Node) []string {
	var out []string
	richtext.Walk(nodes, func(n *richtext.Node) bool {
		out = append(out, split(n.Text)...)
		for _, v := range n.Attrs {
			if s, ok := v.(string); ok {
				out = append(out, split(s)...)
			}
		}
		return true
	})
	return out
}

func split(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,./:", r) })
}
