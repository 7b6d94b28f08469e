package richtext

import (
	"bytes"
	"encoding/json"
)

// Node is one node of an article document in ProseMirror's JSON form: blocks
// and inline nodes have a type, attributes and content; text nodes have text
// and marks.
type Node struct {
	Type    string         `json:"type"`
	Attrs   map[string]any `json:"attrs,omitempty"`
	Content []Node         `json:"content,omitempty"`
	Text    string         `json:"text,omitempty"`
	Marks   []Mark         `json:"marks,omitempty"`
}

// Mark is an inline style or link on a text node.
type Mark struct {
	Type  string         `json:"type"`
	Attrs map[string]any `json:"attrs,omitempty"`
}

// Doc is a whole article document: the version of the schema that it was
// written under, and its blocks. The zero value is an empty document.
type Doc struct {
	Version int    `json:"v"`
	Content []Node `json:"content"`
}

// SchemaVersion is the version that new documents are written under.
const SchemaVersion = 1

// UnmarshalJSON reads a document and keeps its integers exact: ids have 63
// bits, more than a float64 holds.
func (d *Doc) UnmarshalJSON(data []byte) error {
	type plain Doc // without this method
	var p plain
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&p); err != nil {
		return err
	}
	settleNodes(p.Content)
	*d = Doc(p)
	return nil
}

// MarshalJSON writes an empty document with an empty list, not null.
func (d Doc) MarshalJSON() ([]byte, error) {
	type plain Doc
	if d.Content == nil {
		d.Content = []Node{}
	}
	return json.Marshal(plain(d))
}

// settleNodes replaces json.Number by int64, or by float64 where it is none.
func settleNodes(nodes []Node) {
	for i := range nodes {
		settleAttrs(nodes[i].Attrs)
		for j := range nodes[i].Marks {
			settleAttrs(nodes[i].Marks[j].Attrs)
		}
		settleNodes(nodes[i].Content)
	}
}

func settleAttrs(attrs map[string]any) {
	for name, value := range attrs {
		number, ok := value.(json.Number)
		if !ok {
			continue
		}
		if i, err := number.Int64(); err == nil {
			attrs[name] = i
		} else if f, err := number.Float64(); err == nil {
			attrs[name] = f
		}
	}
}

// str returns a text attribute, "" when it is absent or of another kind.
func (n *Node) str(name string) string {
	s, _ := n.Attrs[name].(string)
	return s
}

// flag returns a boolean attribute.
func (n *Node) flag(name string) bool {
	b, _ := n.Attrs[name].(bool)
	return b
}

// num returns an integer attribute, 0 when it is absent or of another kind.
func (n *Node) num(name string) int64 {
	if len(n.Attrs) == 0 {
		return 0
	}
	i, _ := toInt(n.Attrs[name])
	return i
}

func (m *Mark) str(name string) string {
	s, _ := m.Attrs[name].(string)
	return s
}

// same reports whether two marks are equal in all that is rendered.
func (m *Mark) same(other *Mark) bool {
	if m.Type != other.Type {
		return false
	}
	switch m.Type {
	case "link":
		return m.str("href") == other.str("href") && m.str("title") == other.str("title") && m.str("rel") == other.str("rel")
	case "lang":
		return m.str("lang") == other.str("lang") && m.str("dir") == other.str("dir")
	case "abbr":
		return m.str("title") == other.str("title")
	case "said":
		for _, name := range [...]string{"speaker", "role", "outlet", "date", "source"} {
			if m.str(name) != other.str(name) {
				return false
			}
		}
	}
	return true
}

func sameMarks(a, b []Mark) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].same(&b[i]) {
			return false
		}
	}
	return true
}
