package richtext

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dateline/internal/fault"
)

// Validate checks a document against the schema and returns it in normal form:
// integers are int64, defaults and empty text nodes are gone, adjacent text of
// the same marks is one node, marks are ordered, addresses are in the form of
// SafeURL and text is clean (CleanText). The argument is not changed.
//
// The error is fault.Invalid, or fault.TooLarge over a limit, and names the
// first place that is wrong: "content[3].attrs.level: must be between 2 and 6".
// Documents of a later schema version are refused.
func Validate(d Doc) (Doc, error) {
	if d.Version < 0 || d.Version > SchemaVersion {
		return Doc{}, fault.New(fault.Invalid, "v: this version of Dateline knows documents up to version %d, not %d", SchemaVersion, d.Version)
	}
	c := checker{notes: map[string]bool{}}
	content, p := c.children(d.Content, &docRule, false, 1)
	if p != nil {
		return Doc{}, fault.New(p.code, "%s: %s", p.path, p.msg)
	}
	return Doc{Version: SchemaVersion, Content: content}, nil
}

// problem is where and why a document was refused. The path grows from the
// end as the checker returns.
type problem struct {
	code fault.Code
	path string
	msg  string
}

func wrong(path, format string, args ...any) *problem {
	return &problem{code: fault.Invalid, path: path, msg: fmt.Sprintf(format, args...)}
}

func tooLarge(path, format string, args ...any) *problem {
	return &problem{code: fault.TooLarge, path: path, msg: fmt.Sprintf(format, args...)}
}

func (p *problem) under(path string) *problem {
	p.path = path + "." + p.path
	return p
}

// checker holds what is counted over the whole document.
type checker struct {
	nodes int
	text  int
	notes map[string]bool // ids of footnotes
}

// children checks a list of nodes against the rule of their parent.
func (c *checker) children(nodes []Node, r *rule, plain bool, depth int) ([]Node, *problem) {
	if p := c.shape(nodes, r, depth); p != nil {
		return nil, p
	}
	if len(nodes) == 0 {
		return nil, nil
	}
	out := make([]Node, 0, len(nodes))
	for i := range nodes {
		n, p := c.node(&nodes[i], plain, depth)
		if p != nil {
			p.path = fmt.Sprintf("content[%d]%s", i, dotted(p.path))
			return nil, p
		}
		if n.Type != "text" || n.Text != "" {
			out = append(out, n)
		}
	}
	return mergeText(out), nil
}

func dotted(path string) string {
	if path == "" {
		return ""
	}
	return "." + path
}

// mergeText joins runs of text nodes with the same marks, in place.
func mergeText(nodes []Node) []Node {
	out := nodes[:0]
	for i := 0; i < len(nodes); {
		end := i + 1
		for nodes[i].Type == "text" && end < len(nodes) && nodes[end].Type == "text" && sameMarks(nodes[i].Marks, nodes[end].Marks) {
			end++
		}
		n := nodes[i]
		if end > i+1 {
			var b strings.Builder
			for _, part := range nodes[i:end] {
				b.WriteString(part.Text)
			}
			n.Text = b.String()
		}
		out = append(out, n)
		i = end
	}
	return out
}

// shape checks the types and number of children.
func (c *checker) shape(nodes []Node, r *rule, depth int) *problem {
	if len(nodes) > 0 && depth > MaxDepth {
		return tooLarge("content", "is nested deeper than %d levels", MaxDepth)
	}
	if c.nodes += len(nodes); c.nodes > MaxNodes {
		return tooLarge("content", "the document has more than %d nodes", MaxNodes)
	}
	rest := 0
	for i := range nodes {
		kind := nodes[i].Type
		spec, known := nodeSpecs[kind]
		switch {
		case !known:
			return wrong(fmt.Sprintf("content[%d].type", i), "there is no node %q", kind)
		case i == 0 && kind == r.first:
		case i == 0 && r.needFirst:
			return wrong("content[0].type", "must be %s, not %s", r.first, kind)
		case !r.allows(kind, spec.group):
			return wrong(fmt.Sprintf("content[%d].type", i), "%s cannot stand here", kind)
		default:
			rest++
		}
	}
	if rest < r.min {
		return wrong("content", "is missing")
	}
	return nil
}

func (c *checker) node(n *Node, plain bool, depth int) (Node, *problem) {
	spec := nodeSpecs[n.Type]
	if n.Type == "text" {
		return c.textNode(n, plain)
	}
	if n.Text != "" {
		return Node{}, wrong("text", "%s has no text of its own", n.Type)
	}
	out := Node{Type: n.Type}
	var p *problem
	if out.Attrs, p = checkAttrs(n.Attrs, spec.attrs); p != nil {
		return out, p
	}
	if out.Marks, p = c.marks(n, &spec); p != nil {
		return out, p
	}
	if n.Type == "footnote" {
		if id := out.str("id"); c.notes[id] {
			return out, wrong("attrs.id", "there is another footnote %q", id)
		}
		c.notes[out.str("id")] = true
	}
	out.Content, p = c.children(n.Content, &spec.content, spec.noMarks, depth+1)
	return out, p
}

func (c *checker) textNode(n *Node, plain bool) (Node, *problem) {
	switch {
	case len(n.Attrs) > 0:
		return Node{}, wrong("attrs", "text has no attributes")
	case len(n.Content) > 0:
		return Node{}, wrong("content", "text has no content")
	case plain && len(n.Marks) > 0:
		return Node{}, wrong("marks", "marks cannot stand here")
	}
	out := Node{Type: "text", Text: CleanText(n.Text)}
	if c.text += len(out.Text); c.text > MaxText {
		return out, tooLarge("text", "the document has more than %d bytes of text", MaxText)
	}
	var p *problem
	out.Marks, p = checkMarks(n.Marks)
	return out, p
}

// marks checks the marks of a node that is no text.
func (c *checker) marks(n *Node, spec *nodeSpec) ([]Mark, *problem) {
	if len(n.Marks) == 0 {
		return nil, nil
	}
	if spec.group != groupInline {
		return nil, wrong("marks", "%s carries no marks", n.Type)
	}
	marks, p := checkMarks(n.Marks)
	if n.Type == "footnote_ref" { // it is a link itself
		if marks = slices.DeleteFunc(marks, func(m Mark) bool { return m.Type == "link" }); len(marks) == 0 {
			marks = nil
		}
	}
	return marks, p
}

// checkMarks returns the marks in their order, each once.
func checkMarks(marks []Mark) ([]Mark, *problem) {
	if len(marks) == 0 {
		return nil, nil
	}
	out := make([]Mark, 0, len(marks))
	for i := range marks {
		spec, known := markSpecs[marks[i].Type]
		if !known {
			return nil, wrong(fmt.Sprintf("marks[%d].type", i), "there is no mark %q", marks[i].Type)
		}
		if slices.ContainsFunc(out, func(m Mark) bool { return m.Type == marks[i].Type }) {
			continue
		}
		set, p := checkAttrs(marks[i].Attrs, spec.attrs)
		if p != nil {
			return nil, p.under(fmt.Sprintf("marks[%d]", i))
		}
		if marks[i].Type == "lang" && len(set) == 0 {
			continue
		}
		out = append(out, Mark{Type: marks[i].Type, Attrs: set})
	}
	if len(out) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(out, func(a, b Mark) int {
		return cmp.Compare(markSpecs[a.Type].rank, markSpecs[b.Type].rank)
	})
	return out, nil
}

// checkAttrs returns the attributes in normal form, nil when none is left.
func checkAttrs(given map[string]any, specs []attrSpec) (map[string]any, *problem) {
	known := 0
	var out map[string]any
	for i := range specs {
		s := &specs[i]
		value, present := given[s.name]
		if present {
			known++
		}
		form, msg := s.checked(value)
		if msg != "" {
			return nil, wrong("attrs."+s.name, "%s", msg)
		}
		if form == nil {
			continue
		}
		if out == nil {
			out = make(map[string]any, len(given))
		}
		out[s.name] = form
	}
	if known < len(given) {
		return nil, unknownAttr(given, specs)
	}
	return out, nil
}

func unknownAttr(given map[string]any, specs []attrSpec) *problem {
	var names []string
	for name := range given {
		if !slices.ContainsFunc(specs, func(s attrSpec) bool { return s.name == name }) {
			names = append(names, name)
		}
	}
	return wrong("attrs."+slices.Min(names), "there is no such attribute here")
}
