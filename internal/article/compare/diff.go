package compare

import (
	"slices"
	"strconv"
	"strings"

	"dateline/internal/richtext"
)

// Diff compares two records. The result shares nodes with both: do not change
// them.
func Diff(before, after Record) Comparison {
	c := newComparer()
	var out Comparison
	for _, name := range fieldNames(&after, &before) {
		was, hadIt := before.field(name)
		is, hasIt := after.field(name)
		if !hadIt {
			was = Field{Name: name, Kind: is.Kind}
		}
		if !hasIt {
			is = Field{Name: name, Kind: was.Kind}
		}
		if f, differs := c.fieldChange(&was, &is); differs {
			out.Fields = append(out.Fields, f)
		}
	}
	moves := 0
	out.Body = c.blocks(before.Body.Content, after.Body.Content, &moves)
	return out
}

func (c *comparer) fieldChange(was, is *Field) (FieldChange, bool) {
	f := FieldChange{Name: is.Name, Kind: is.Kind, Op: Changed, Before: was.Text, After: is.Text}
	switch is.Kind {
	case FieldSet, FieldList:
		f.Op = opOf(len(was.Items) > 0, len(is.Items) > 0)
		if f.Items = c.items(was, is); !slices.ContainsFunc(f.Items, func(i Item) bool { return i.Op != Equal }) {
			return f, false
		}
	case FieldNode:
		f.Op = opOf(was.Node != nil, is.Node != nil)
		f.Attrs = slices.DeleteFunc(c.attrs(was.Node, is.Node), func(a Attr) bool { return a.Op == Equal })
		return f, len(f.Attrs) > 0
	default:
		f.Op = opOf(was.Text != "", is.Text != "")
		if was.Text == is.Text {
			return f, false
		}
		if is.Kind != FieldValue {
			f.Segments = c.segments(c.words.line(was.Text), c.words.line(is.Text))
		}
	}
	return f, true
}

func opOf(before, after bool) Op {
	switch {
	case before && !after:
		return Removed
	case after && !before:
		return Added
	}
	return Changed
}

// items compares the values of a set, which has no order, or of a list.
func (c *comparer) items(was, is *Field) []Item {
	a, b := c.strings(was.Items), c.strings(is.Items)
	var to []int
	if is.Kind == FieldList {
		to = c.match(a, b)
	} else {
		to = filled(len(a))
		for i := range a {
			to[i] = slices.Index(b, a[i])
		}
	}
	var out []Item
	for i, v := range was.Items {
		if to[i] < 0 {
			out = append(out, Item{Removed, v})
		}
	}
	for j, v := range is.Items {
		op := Added
		if slices.Contains(to, j) {
			op = Equal
		}
		out = append(out, Item{op, v})
	}
	return out
}

func (c *comparer) strings(values []string) []int32 {
	out := make([]int32, len(values))
	for i, v := range values {
		out[i] = c.words.of(v)
	}
	return out
}

// blocks compares two lists of blocks.
func (c *comparer) blocks(before, after []richtext.Node, moves *int) []Block {
	a, b := c.list(before), c.list(after)
	al := c.align(a, b)
	number := map[int]int{} // of the move of a block of a
	for i, j := range al.moved {
		if j >= 0 {
			*moves++
			number[i] = *moves
		}
	}
	out := make([]Block, 0, max(len(before), len(after)))
	for i, j := 0, 0; i < len(before) || j < len(after); {
		switch {
		case i < len(before) && al.to[i] < 0:
			block := c.block(&before[i], nil, moves)
			block.BeforeAt, block.AfterAt = i, -1
			block.Move = number[i]
			block.Left = block.Move != 0
			out = append(out, block)
			i++
		case j < len(after) && al.from[j] < 0:
			var was *richtext.Node
			from := al.came[j]
			if from >= 0 {
				was = &before[from]
			}
			block := c.block(was, &after[j], moves)
			block.BeforeAt, block.AfterAt = from, j
			if from >= 0 {
				block.Move = number[from]
			}
			out = append(out, block)
			j++
		default:
			block := c.block(&before[i], &after[j], moves)
			block.BeforeAt, block.AfterAt = i, j
			out = append(out, block)
			i, j = i+1, j+1
		}
	}
	return out
}

// block compares a block with what became of it; either may be nil.
func (c *comparer) block(before, after *richtext.Node, moves *int) Block {
	b := Block{Op: opOf(before != nil, after != nil), Before: before, After: after}
	is := after
	if is == nil {
		is = before
	}
	b.Type = is.Type
	if before != nil && after != nil {
		if before.Type != after.Type {
			b.WasType = before.Type
		}
		if keyOf(before) == keyOf(after) {
			b.Op = Equal
		}
	}
	b.Attrs = c.attrs(before, after)
	switch {
	case richtext.HoldsText(is.Type) && b.Op == Equal:
		b.Segments = plainSegments(is.Content)
	case richtext.HoldsText(is.Type):
		b.Segments = c.segments(c.inlineOf(before), c.inlineOf(after))
	case before != nil && after != nil && samePlaces(before, after):
		for i := range before.Content {
			child := c.block(&before.Content[i], &after.Content[i], moves)
			child.BeforeAt, child.AfterAt = i, i
			b.Blocks = append(b.Blocks, child)
		}
	case len(contentOf(before))+len(contentOf(after)) > 0:
		b.Blocks = c.blocks(contentOf(before), contentOf(after), moves)
	}
	return b
}

// plainSegments are those of a text that did not change.
func plainSegments(content []richtext.Node) []Segment {
	out := make([]Segment, 0, len(content))
	for i := range content {
		n := &content[i]
		s := Segment{Op: Equal, Text: n.Text, Marks: n.Marks}
		if n.Type != "text" {
			s.Leaf = n
		}
		out = append(out, s)
	}
	return out
}

// samePlaces reports whether the children keep their places: the cells of a
// row that has as many as before.
func samePlaces(before, after *richtext.Node) bool {
	return before.Type == "table_row" && after.Type == "table_row" && len(before.Content) == len(after.Content)
}

func contentOf(n *richtext.Node) []richtext.Node {
	if n == nil {
		return nil
	}
	return n.Content
}

func (c *comparer) inlineOf(n *richtext.Node) []token {
	if n == nil {
		return nil
	}
	return c.words.tokens(n.Content)
}

// attrs compares the attributes of a node; either may be nil.
func (c *comparer) attrs(before, after *richtext.Node) []Attr {
	var out []Attr
	add := func(name string, readable, first bool) {
		was, is := attrOf(before, name), attrOf(after, name)
		a := Attr{Name: name, Op: opOf(was != "", is != ""), Before: was, After: is, First: first}
		if was == is {
			a.Op = Equal
		}
		if was == "" && is == "" || a.Op == Equal && !readable {
			return
		}
		if readable {
			a.Segments = c.segments(c.words.line(was), c.words.line(is))
		}
		out = append(out, a)
	}
	seen := map[string]bool{}
	for _, n := range []*richtext.Node{after, before} {
		if n == nil {
			continue
		}
		first, last := readableAttrs(n.Type)
		for i, name := range append(slices.Clone(first), last...) {
			if !seen[name] {
				seen[name] = true
				add(name, true, i < len(first))
			}
		}
	}
	for _, name := range attrNames(before, after) {
		if !seen[name] {
			add(name, false, false)
		}
	}
	return out
}

// readableAttrs are richtext's, and those that are words although no reader
// sees them on the page, and dates.
func readableAttrs(nodeType string) (first, last []string) {
	switch nodeType {
	case "figure":
		return nil, []string{"credit", "alt"}
	case "lead":
		return nil, []string{"caption", "credit", "alt"}
	case "inline_image":
		return nil, []string{"alt"}
	case "timeline_event":
		return []string{"date", "title"}, nil
	case "attributed_quote":
		return nil, []string{"speaker", "role", "outlet", "date"}
	}
	return richtext.ReadableAttrs(nodeType)
}

func attrOf(n *richtext.Node, name string) string {
	if n == nil {
		return ""
	}
	return attrWords(n.Attrs[name])
}

func attrNames(nodes ...*richtext.Node) []string {
	var out []string
	for _, n := range nodes {
		if n != nil {
			for name := range n.Attrs {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// piece is a token with what happened to it.
type piece struct {
	op    Op
	token *token
	was   []richtext.Mark
}

// segments compares two texts.
func (c *comparer) segments(a, b []token) []Segment {
	to := c.match(plains(a), plains(b))
	pieces := make([]piece, 0, max(len(a), len(b)))
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && to[i] < 0:
			pieces = append(pieces, piece{op: Removed, token: &a[i]})
			i++
		case j < len(b) && (i == len(a) || to[i] > j):
			pieces = append(pieces, piece{op: Added, token: &b[j]})
			j++
		default:
			p := piece{op: Equal, token: &b[j]}
			if a[i].full != b[j].full {
				p.op, p.was = Changed, a[i].marks
			}
			pieces = append(pieces, p)
			i, j = i+1, j+1
		}
	}
	return joined(readable(pieces))
}

// readable makes one change of changes that only a few signs or one short word
// keep apart: "removed many added" is read more easily than a patchwork.
func readable(pieces []piece) []piece {
	out := make([]piece, 0, len(pieces))
	for i := 0; i < len(pieces); {
		end := cluster(pieces, i)
		if end == i {
			out = append(out, pieces[i])
			i++
			continue
		}
		out = append(out, regrouped(pieces[i:end])...)
		i = end
	}
	return out
}

// regrouped puts what was removed before what was added, and what stayed in
// between into both. Where only one of them happened there is nothing to group.
func regrouped(cluster []piece) []piece {
	has := func(op Op) bool { return slices.ContainsFunc(cluster, func(p piece) bool { return p.op == op }) }
	if !has(Removed) || !has(Added) {
		return cluster
	}
	var removed, added []piece
	for _, p := range cluster {
		was := *p.token
		if p.op == Changed {
			was.marks = p.was
		}
		if p.op != Added {
			removed = append(removed, piece{op: Removed, token: &was})
		}
		if p.op != Removed {
			added = append(added, piece{op: Added, token: p.token})
		}
	}
	return append(removed, added...)
}

// cluster returns the end of the changes that begin at i and belong together,
// i when none does.
func cluster(pieces []piece, i int) int {
	end := i
	for n := i; n < len(pieces); {
		from := n
		for n < len(pieces) && (pieces[n].op == Added || pieces[n].op == Removed) {
			n++
		}
		if n == from {
			break
		}
		end = n
		for n < len(pieces) && !breaks(pieces[end:n+1]) {
			n++
		}
	}
	return end
}

// breaks reports whether an equal stretch is long enough to stand by itself.
func breaks(stretch []piece) bool {
	if len(stretch) > 12 {
		return true
	}
	words, letters := 0, 0
	for i := range stretch {
		p := &stretch[i]
		if p.op == Added || p.op == Removed {
			return true
		}
		switch p.token.kind {
		case tokenLeaf:
			return true
		case tokenWord:
			words++
			letters += len(p.token.text)
		}
	}
	return words > 1 || letters > 4
}

// joined makes segments of pieces in a row to which the same happened.
func joined(pieces []piece) []Segment {
	var out []Segment
	for i := 0; i < len(pieces); {
		p := &pieces[i]
		s := Segment{Op: p.op, Marks: p.token.marks, Was: p.was, Leaf: p.token.leaf}
		if s.Leaf != nil {
			out = append(out, s)
			i++
			continue
		}
		var text strings.Builder
		for i < len(pieces) && alike(&pieces[i], p) {
			text.WriteString(pieces[i].token.text)
			i++
		}
		s.Text = text.String()
		out = append(out, s)
	}
	return out
}

func alike(p, q *piece) bool {
	return p.op == q.op && p.token.leaf == nil && equalMarks(p.token.marks, q.token.marks) && equalMarks(p.was, q.was)
}

// String names a block's place for messages: "content[3]".
func (b Block) String() string {
	if b.AfterAt >= 0 {
		return "content[" + strconv.Itoa(b.AfterAt) + "]"
	}
	return "content[" + strconv.Itoa(b.BeforeAt) + "]"
}
