package compare

import (
	"slices"
	"strconv"
	"strings"

	"dateline/internal/richtext"
)

// Reason says why two changes could not be brought together.
type Reason string

// The reasons. In each the merged record has mine.
const (
	BothChanged   Reason = "changed"   // both changed the same words or value
	TheyRemoved   Reason = "removed"   // I changed what they removed
	IRemoved      Reason = "missing"   // they changed what I removed
	BothAdded     Reason = "added"     // both wrote something alike in the same place
	BothMoved     Reason = "moved"     // both moved it, to different places
	NotTogether   Reason = "whole"     // each is fine alone, both together are no valid document
	BothRewritten Reason = "rewritten" // both put something of their own in its place
)

// Form is one side of a conflict. Which part is set follows from the path: a
// text for a field of words, items for a set or list, an attribute's value, or
// nodes. Absent says that the side has nothing there.
type Form struct {
	Absent bool            `json:"absent,omitempty"`
	Text   string          `json:"text,omitempty"`
	Items  []string        `json:"items,omitempty"`
	Attr   any             `json:"attr,omitempty"`
	Nodes  []richtext.Node `json:"nodes,omitempty"`
}

// Conflict is one place where both sides changed the same thing. Path is a
// field's name or a place in the merged body: "headline", "content[3]",
// "content[3].attrs.alt". The merged body has len(Mine.Nodes) nodes from there
// on; none means that the forms belong before that place.
type Conflict struct {
	Path   string `json:"path"`
	Reason Reason `json:"reason"`
	Base   Form   `json:"base"`
	Mine   Form   `json:"mine"`
	Theirs Form   `json:"theirs"`
}

// Merge brings two changes of base together. The merged record has what either
// side changed, and mine where both changed the same; conflicts list those
// places. The body is valid when those of mine and theirs are.
func Merge(base, mine, theirs Record) (Record, []Conflict) {
	m := merger{comparer: newComparer()}
	var out Record
	for _, name := range fieldNames(&mine, &theirs, &base) {
		if f, ok := m.field(name, &base, &mine, &theirs); ok {
			out.Fields = append(out.Fields, f)
		}
	}
	out.Body = m.body(base.Body, mine.Body, theirs.Body)
	return out, m.conflicts
}

type merger struct {
	*comparer
	conflicts []Conflict
}

func (m *merger) conflict(path string, why Reason, base, mine, theirs Form) {
	m.conflicts = append(m.conflicts, Conflict{Path: path, Reason: why, Base: base, Mine: mine, Theirs: theirs})
}

// side is a field of one record, or its absence.
type side struct {
	Field
	has bool
}

func sideOf(r *Record, name string) side {
	f, ok := r.field(name)
	return side{f, ok}
}

func (s side) same(other side) bool {
	if s.has != other.has {
		return false
	}
	var a, b string
	if s.Node != nil {
		a = "n" + keyOf(s.Node)
	}
	if other.Node != nil {
		b = "n" + keyOf(other.Node)
	}
	return s.Text == other.Text && slices.Equal(s.Items, other.Items) && a == b
}

func (s side) form() Form {
	f := Form{Absent: !s.has, Text: s.Text, Items: s.Items}
	if s.Node != nil {
		f.Nodes = []richtext.Node{*s.Node}
	}
	return f
}

// field merges the field of a name; false when the merged record lacks it.
func (m *merger) field(name string, base, mine, theirs *Record) (Field, bool) {
	b, my, their := sideOf(base, name), sideOf(mine, name), sideOf(theirs, name)
	switch {
	case their.same(b), my.same(their):
		return my.Field, my.has
	case my.same(b):
		return their.Field, their.has
	}
	if my.has && their.has {
		if f, ok := m.bothFields(b, my.Field, their.Field); ok {
			return f, true
		}
	}
	m.conflict(name, BothChanged, b.form(), my.form(), their.form())
	return my.Field, my.has
}

// bothFields merges a field that both sides changed, where its kind allows.
func (m *merger) bothFields(b side, my, their Field) (Field, bool) {
	out := my
	switch my.Kind {
	case FieldProse:
		tokens, ok := m.words3(m.words.line(b.Text), m.words.line(my.Text), m.words.line(their.Text))
		out.Text = textOf(tokens)
		return out, ok
	case FieldSet:
		out.Items = mergeSet(b.Items, my.Items, their.Items)
		return out, true
	case FieldList:
		items, ok := m.list3(b.Items, my.Items, their.Items)
		out.Items = items
		return out, ok
	case FieldNode:
		if b.Node == nil || my.Node == nil || their.Node == nil {
			return out, false
		}
		node, ok := m.attrs3(my.Name, b.Node, my.Node, their.Node)
		out.Node = &node
		return out, ok
	}
	return out, false
}

func textOf(tokens []token) string {
	var b strings.Builder
	for i := range tokens {
		b.WriteString(tokens[i].text)
	}
	return b.String()
}

// mergeSet keeps what both kept and adds what either added, in an order that
// does not depend on who asks.
func mergeSet(base, mine, theirs []string) []string {
	var out, added []string
	for _, v := range base {
		if slices.Contains(mine, v) && slices.Contains(theirs, v) {
			out = append(out, v)
		}
	}
	for _, v := range append(slices.Clone(mine), theirs...) {
		if !slices.Contains(base, v) && !slices.Contains(added, v) {
			added = append(added, v)
		}
	}
	slices.Sort(added)
	return append(out, added...)
}

// list3 merges ordered values; false where both changed the same place.
func (m *merger) list3(base, mine, theirs []string) ([]string, bool) {
	b, my, their := m.strings(base), m.strings(mine), m.strings(theirs)
	var out []string
	ok := chunks(b, m.match(b, my), m.match(b, their), len(my), len(their), func(c chunk) bool {
		part, fine := choose(c, b, my, their)
		switch {
		case !fine:
			return false
		case part == fromTheirs:
			out = append(out, theirs[c.t0:c.t1]...)
		default:
			out = append(out, mine[c.m0:c.m1]...)
		}
		return true
	})
	var once []string
	for _, v := range out {
		if !slices.Contains(once, v) {
			once = append(once, v)
		}
	}
	return once, ok
}

// chunk is a stretch of base with what each side has in its place. It is
// stable when both have kept it.
type chunk struct {
	b0, b1, m0, m1, t0, t1 int
	stable                 bool
}

// chunks walks base and both sides from start to end, one stretch after the
// other, until visit returns false; it reports whether it came to the end.
func chunks(base []int32, toMine, toTheirs []int, mine, theirs int, visit func(chunk) bool) bool {
	at := chunk{}
	for {
		end := at.b0
		for end < len(base) && (toMine[end] < 0 || toTheirs[end] < 0) {
			end++
		}
		at.b1, at.m1, at.t1 = end, mine, theirs
		if end < len(base) {
			at.m1, at.t1 = toMine[end], toTheirs[end]
		}
		if at.b1 > at.b0 || at.m1 > at.m0 || at.t1 > at.t0 {
			if !visit(at) {
				return false
			}
		}
		if end == len(base) {
			return true
		}
		next := end
		for next < len(base) && toMine[next] == at.m1+next-end && toTheirs[next] == at.t1+next-end {
			next++
		}
		if !visit(chunk{end, next, at.m1, at.m1 + next - end, at.t1, at.t1 + next - end, true}) {
			return false
		}
		at = chunk{b0: next, m0: at.m1 + next - end, t0: at.t1 + next - end}
	}
}

type origin int

const (
	fromMine origin = iota
	fromTheirs
)

// choose decides whose form of a stretch is taken; false when both changed it
// to different things.
func choose(c chunk, base, mine, theirs []int32) (origin, bool) {
	b, m, t := base[c.b0:c.b1], mine[c.m0:c.m1], theirs[c.t0:c.t1]
	switch {
	case c.stable, slices.Equal(t, b), slices.Equal(m, t):
		return fromMine, true
	case slices.Equal(m, b):
		return fromTheirs, true
	}
	return fromMine, false
}

// words3 merges texts word by word; false where both changed the same words,
// or words with nothing but spaces and signs between them.
func (m *merger) words3(base, mine, theirs []token) ([]token, bool) {
	var out []token
	ok := m.stretches3(base, mine, theirs, func(c chunk, who origin) bool {
		if who == fromTheirs {
			out = append(out, theirs[c.t0:c.t1]...)
		} else {
			out = append(out, mine[c.m0:c.m1]...)
		}
		return true
	})
	return out, ok
}

// stretches3 walks three texts from start to end and tells take whose form of
// each stretch to take, until it returns false. It reports whether it came to
// the end: not where both changed the same words, or neighbouring ones.
func (m *merger) stretches3(base, mine, theirs []token, take func(chunk, origin) bool) bool {
	b, my, their := fulls(base), fulls(mine), fulls(theirs)
	last := fromMine // who changed the stretch before
	apart := true    // a word that both kept stands between
	return chunks(b, m.match(b, my), m.match(b, their), len(my), len(their), func(c chunk) bool {
		if c.stable {
			apart = apart || slices.ContainsFunc(base[c.b0:c.b1], func(t token) bool { return t.kind != tokenSpace && t.kind != tokenSign })
			return take(c, fromMine)
		}
		who, fine := choose(c, b, my, their)
		both := fine && slices.Equal(my[c.m0:c.m1], their[c.t0:c.t1])
		if !fine || !both && !apart && who != last {
			return false
		}
		last, apart = who, both
		return take(c, who)
	})
}

// attrs3 merges the attributes of a node that all three have, whose type is
// the same. An attribute that both changed keeps mine and becomes a conflict.
// False when one side made it another thing and the other changed it too.
func (m *merger) attrs3(path string, base, mine, theirs *richtext.Node) (richtext.Node, bool) {
	out := richtext.Node{Type: mine.Type, Marks: mine.Marks}
	if !sameAttrs(base, mine) && !sameAttrs(base, theirs) && !sameAttrs(mine, theirs) {
		for _, name := range identity(base.Type) {
			if b := attrKey(base.Attrs[name]); b != attrKey(mine.Attrs[name]) || b != attrKey(theirs.Attrs[name]) {
				return *mine, false
			}
		}
	}
	for _, name := range attrNames(base, mine, theirs) {
		b, my, their := base.Attrs[name], mine.Attrs[name], theirs.Attrs[name]
		value := my
		switch {
		case attrKey(my) == attrKey(their), attrKey(their) == attrKey(b):
		case attrKey(my) == attrKey(b):
			value = their
		default:
			m.conflict(path+".attrs."+name, BothChanged, attrForm(b), attrForm(my), attrForm(their))
		}
		if value != nil {
			if out.Attrs == nil {
				out.Attrs = map[string]any{}
			}
			out.Attrs[name] = value
		}
	}
	return out, true
}

func attrForm(v any) Form { return Form{Absent: v == nil, Attr: v} }

func sameAttrs(a, b *richtext.Node) bool {
	for _, name := range attrNames(a, b) {
		if attrKey(a.Attrs[name]) != attrKey(b.Attrs[name]) {
			return false
		}
	}
	return true
}

func place(path string, i int) string {
	if path == "" {
		return "content[" + strconv.Itoa(i) + "]"
	}
	return path + ".content[" + strconv.Itoa(i) + "]"
}
