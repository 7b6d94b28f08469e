package compare

import (
	"slices"
	"strings"

	"dateline/internal/richtext"
)

// body merges the blocks of a document. When both changes together are no
// valid document, it keeps mine whole.
func (m *merger) body(base, mine, theirs richtext.Doc) richtext.Doc {
	kb, km, kt := docKey(base), docKey(mine), docKey(theirs)
	switch {
	case kt == kb, km == kt:
		return mine
	case km == kb:
		return theirs
	}
	conflicts := len(m.conflicts)
	merged := richtext.Doc{Version: richtext.SchemaVersion, Content: m.blocks3("", base.Content, mine.Content, theirs.Content)}
	valid, err := richtext.Validate(merged)
	if err == nil {
		return valid
	}
	m.conflicts = m.conflicts[:conflicts]
	m.conflict("content", NotTogether, nodesForm(base.Content), nodesForm(mine.Content), nodesForm(theirs.Content))
	return mine
}

func docKey(d richtext.Doc) string {
	var b strings.Builder
	for i := range d.Content {
		writeKey(&b, &d.Content[i])
		b.WriteByte(';')
	}
	return b.String()
}

func nodesForm(nodes []richtext.Node) Form { return Form{Absent: len(nodes) == 0, Nodes: nodes} }

func nodeForm(n *richtext.Node) Form { return Form{Nodes: []richtext.Node{*n}} }

// insert is a node that a side put in a gap between blocks of base. moved is
// the place of the block of base that it was moved from, or -1.
type insert struct {
	node  *richtext.Node
	key   int32
	moved int
}

// blockMerge is the merge of one list of blocks.
type blockMerge struct {
	*merger
	path               string
	base, mine, theirs *list
	toMine, toTheirs   alignment
	out                []richtext.Node
}

// blocks3 merges lists of blocks that all have the same parent.
func (m *merger) blocks3(path string, base, mine, theirs []richtext.Node) []richtext.Node {
	b := blockMerge{merger: m, path: path, base: m.list(base), mine: m.list(mine), theirs: m.list(theirs)}
	b.toMine, b.toTheirs = m.align(b.base, b.mine), m.align(b.base, b.theirs)
	var gap gap
	j, k := 0, 0
	for i := range base {
		mj, tk := b.toMine.to[i], b.toTheirs.to[i]
		if mj >= 0 {
			j = b.inserts(&gap.mine, b.mine, &b.toMine, j, mj) + 1
		}
		if tk >= 0 {
			k = b.inserts(&gap.theirs, b.theirs, &b.toTheirs, k, tk) + 1
		}
		if mj < 0 && tk < 0 { // gone from here on both sides
			if b.toMine.moved[i] < 0 && b.toTheirs.moved[i] < 0 {
				gap.gone = append(gap.gone, base[i])
			}
			continue
		}
		b.flush(&gap)
		b.keep(i, mj, tk)
	}
	b.inserts(&gap.mine, b.mine, &b.toMine, j, len(mine))
	b.inserts(&gap.theirs, b.theirs, &b.toTheirs, k, len(theirs))
	b.flush(&gap)
	return b.out
}

// gap is what stands between two blocks that the merged list keeps.
type gap struct {
	gone         []richtext.Node // of base, removed by both
	mine, theirs []insert
}

// inserts collects a side's nodes from "from" up to "to", which is returned.
func (b *blockMerge) inserts(into *[]insert, side *list, al *alignment, from, to int) int {
	for ; from < to; from++ {
		*into = append(*into, insert{&side.nodes[from], side.keys[from], al.came[from]})
	}
	return to
}

func (b *blockMerge) here() string { return place(b.path, len(b.out)) }

func (b *blockMerge) emit(n richtext.Node) { b.out = append(b.out, n) }

// keep merges block i of base, which at least one side has in its place.
func (b *blockMerge) keep(i, mj, tk int) {
	was := &b.base.nodes[i]
	switch {
	case mj >= 0 && tk >= 0:
		b.emit(b.node(b.here(), was, &b.mine.nodes[mj], &b.theirs.nodes[tk]))
	case mj >= 0: // gone from here in theirs
		if b.toTheirs.moved[i] >= 0 || b.mine.keys[mj] == b.base.keys[i] {
			return
		}
		b.conflict(b.here(), TheyRemoved, nodeForm(was), nodeForm(&b.mine.nodes[mj]), Form{Absent: true})
		b.emit(b.mine.nodes[mj])
	default:
		if b.toMine.moved[i] >= 0 || b.theirs.keys[tk] == b.base.keys[i] {
			return
		}
		b.conflict(b.here(), IRemoved, nodeForm(was), Form{Absent: true}, nodeForm(&b.theirs.nodes[tk]))
	}
}

// flush emits what both sides put in a gap.
func (b *blockMerge) flush(g *gap) {
	mine, theirs := g.mine, g.theirs
	gone := g.gone
	*g = gap{}
	switch {
	case len(theirs) == 0:
		b.emitMine(mine)
	case len(mine) == 0:
		b.emitTheirs(theirs)
	case sameInserts(mine, theirs):
		b.emitPairs(mine, theirs)
	case len(gone) > 0:
		b.rewritten(gone, mine, theirs)
	default:
		b.both(mine, theirs)
	}
}

func sameInserts(a, b []insert) bool {
	return slices.EqualFunc(a, b, func(x, y insert) bool { return x.key == y.key && x.moved == y.moved })
}

func (b *blockMerge) emitPairs(mine, theirs []insert) {
	for n := range mine {
		b.emitPair(mine[n], theirs[n])
	}
}

// emitPair emits what both put in the same place: the same thing, something
// alike, or a block of base that both moved there.
func (b *blockMerge) emitPair(mine, theirs insert) {
	switch {
	case mine.key == theirs.key:
		b.emit(*mine.node)
	case mine.moved >= 0:
		b.emit(b.node(b.here(), &b.base.nodes[mine.moved], mine.node, theirs.node))
	default:
		b.conflict(b.here(), BothAdded, Form{Absent: true}, nodeForm(mine.node), nodeForm(theirs.node))
		b.emit(*mine.node)
	}
}

func (b *blockMerge) emitMine(items []insert) {
	for _, item := range items {
		if item.moved < 0 {
			b.emit(*item.node)
			continue
		}
		b.movedByMe(item)
	}
}

// movedByMe emits a block that I moved here, with their changes to it.
func (b *blockMerge) movedByMe(item insert) {
	was := &b.base.nodes[item.moved]
	if tk := b.toTheirs.to[item.moved]; tk >= 0 {
		b.emit(b.node(b.here(), was, item.node, &b.theirs.nodes[tk]))
		return
	}
	if k := b.toTheirs.moved[item.moved]; k >= 0 {
		at := len(b.out)
		b.emit(b.node(b.here(), was, item.node, &b.theirs.nodes[k]))
		b.conflict(place(b.path, at), BothMoved, nodeForm(was), nodeForm(&b.out[at]), nodeForm(&b.theirs.nodes[k]))
		return
	}
	b.conflict(b.here(), TheyRemoved, nodeForm(was), nodeForm(item.node), Form{Absent: true})
	b.emit(*item.node)
}

func (b *blockMerge) emitTheirs(items []insert) {
	for _, item := range items {
		if item.moved < 0 {
			b.emit(*item.node)
			continue
		}
		was := &b.base.nodes[item.moved]
		switch mj := b.toMine.to[item.moved]; {
		case mj >= 0:
			b.emit(b.node(b.here(), was, &b.mine.nodes[mj], item.node))
		case b.toMine.moved[item.moved] < 0: // I removed it
			b.conflict(b.here(), IRemoved, nodeForm(was), Form{Absent: true}, nodeForm(item.node))
		}
		// What both moved stands where I moved it.
	}
}

// rewritten keeps what I put in the place of blocks that both replaced.
func (b *blockMerge) rewritten(gone []richtext.Node, mine, theirs []insert) {
	mineNew, theirsNew := newNodes(mine), newNodes(theirs)
	switch {
	case len(mineNew) == 0:
		b.out = append(b.out, theirsNew...)
	case len(theirsNew) > 0 && docKey(richtext.Doc{Content: mineNew}) != docKey(richtext.Doc{Content: theirsNew}):
		b.conflict(b.here(), BothRewritten, nodesForm(gone), nodesForm(mineNew), nodesForm(theirsNew))
		fallthrough
	default:
		b.out = append(b.out, mineNew...)
	}
	b.inOrder(moves(mine), moves(theirs))
}

func newNodes(items []insert) []richtext.Node {
	var out []richtext.Node
	for _, item := range items {
		if item.moved < 0 {
			out = append(out, *item.node)
		}
	}
	return out
}

func moves(items []insert) []insert {
	return slices.DeleteFunc(slices.Clone(items), func(i insert) bool { return i.moved < 0 })
}

// both emits what both sides put in a gap where nothing was: what is the same
// or alike once, everything else of both.
func (b *blockMerge) both(mine, theirs []insert) {
	to := b.pairInserts(mine, theirs)
	j := 0
	for i := 0; i <= len(mine); {
		end := i
		for end < len(mine) && to[end] < 0 {
			end++
		}
		stop := len(theirs)
		if end < len(mine) {
			stop = to[end]
		}
		b.inOrder(mine[i:end], theirs[j:stop])
		if end < len(mine) {
			b.emitPair(mine[end], theirs[stop])
		}
		i, j = end+1, stop+1
	}
}

// pairInserts pairs inserts that are the same or alike. It gives the same
// pairs whichever side is called mine.
func (b *blockMerge) pairInserts(mine, theirs []insert) []int {
	swap := orderKey(mine) > orderKey(theirs)
	x, y := mine, theirs
	if swap {
		x, y = theirs, mine
	}
	al := b.align(insertList(b.comparer, x), insertList(b.comparer, y))
	for i, j := range al.to {
		if j >= 0 && x[i].moved != y[j].moved {
			al.to[i], al.from[j] = -1, -1
		}
	}
	if swap {
		return al.from
	}
	return al.to
}

func insertList(c *comparer, items []insert) *list {
	nodes := make([]richtext.Node, len(items))
	for i := range items {
		nodes[i] = *items[i].node
	}
	return c.list(nodes)
}

func orderKey(items []insert) string {
	var b strings.Builder
	for _, item := range items {
		writeKey(&b, item.node)
		b.WriteByte(';')
	}
	return b.String()
}

// inOrder emits unlike inserts of both sides, in an order that does not depend
// on whose is mine.
func (b *blockMerge) inOrder(mine, theirs []insert) {
	if orderKey(mine) <= orderKey(theirs) {
		b.emitMine(mine)
		b.emitTheirs(theirs)
		return
	}
	b.emitTheirs(theirs)
	b.emitMine(mine)
}

// node merges one block that all three have.
func (m *merger) node(path string, base, mine, theirs *richtext.Node) richtext.Node {
	kb, km, kt := keyOf(base), keyOf(mine), keyOf(theirs)
	switch {
	case kt == kb, km == kt:
		return *mine
	case km == kb:
		return *theirs
	}
	conflicts := len(m.conflicts)
	merged, ok := m.inside(path, base, mine, theirs)
	if ok && standsAlone(&merged) {
		return merged
	}
	why := BothChanged
	if ok {
		why = NotTogether
	}
	m.conflicts = m.conflicts[:conflicts]
	m.conflict(path, why, nodeForm(base), nodeForm(mine), nodeForm(theirs))
	return *mine
}

// inside merges the attributes and the content of a block that both changed;
// false when that cannot be done.
func (m *merger) inside(path string, base, mine, theirs *richtext.Node) (richtext.Node, bool) {
	out := richtext.Node{Type: mine.Type, Marks: mine.Marks, Attrs: mine.Attrs}
	switch {
	case mine.Type == theirs.Type && mine.Type == base.Type:
		var ok bool
		if out, ok = m.attrs3(path, base, mine, theirs); !ok {
			return out, false
		}
	case mine.Type != base.Type && theirs.Type != base.Type:
		return out, false
	case mine.Type == base.Type: // they made it another type
		if !sameAttrs(base, mine) {
			return out, false
		}
		out = richtext.Node{Type: theirs.Type, Attrs: theirs.Attrs}
	case !sameAttrs(base, theirs):
		return out, false
	}
	if richtext.HoldsText(base.Type) {
		b, my, their := m.words.tokens(base.Content), m.words.tokens(mine.Content), m.words.tokens(theirs.Content)
		tokens, ok := m.words3(b, my, their)
		if !ok {
			if apart, fine := m.attributed3(b, my, their); fine {
				tokens, ok = apart, true
			}
		}
		out.Content = inline(tokens)
		return out, ok
	}
	if base.Type == "table" && otherColumns(base, mine, theirs) {
		return out, false
	}
	out.Content = m.blocks3(path, base.Content, mine.Content, theirs.Content)
	return out, true
}

// otherColumns reports whether a side changed the number of columns of a
// table: rows of both sides would not fit together.
func otherColumns(base, mine, theirs *richtext.Node) bool {
	return columns(mine) != columns(base) || columns(theirs) != columns(base)
}

func columns(table *richtext.Node) int {
	most := 0
	for i := range table.Content {
		if row := &table.Content[i]; row.Type == "table_row" {
			most = max(most, len(row.Content))
		}
	}
	return most
}

// wrappers say in what a node that cannot stand in the document by itself is
// checked.
var wrappers = map[string]string{
	"list_item": "bullet_list", "account": "accounts", "timeline_event": "timeline", "footnote": "footnotes",
	"table_row": "table", "column": "columns",
}

// standsAlone reports whether a merged node is valid where it stands, apart
// from what only the whole document decides.
func standsAlone(n *richtext.Node) bool {
	node := *n
	switch n.Type {
	case "table_cell":
		node = richtext.Node{Type: "table", Content: []richtext.Node{{Type: "table_row", Content: []richtext.Node{node}}}}
	case "table_caption":
		return true
	default:
		if wrapper := wrappers[n.Type]; wrapper != "" {
			node = richtext.Node{Type: wrapper, Content: []richtext.Node{node}}
		}
	}
	_, err := richtext.Validate(richtext.Doc{Content: []richtext.Node{node}})
	return err == nil
}
