package compare

import (
	"slices"

	"dateline/internal/richtext"
)

// Likeness of two blocks, from 0 to 1, from which they count as the same block
// with changes, and from which one counts as moved.
const (
	likeAlone = 0.2 // nothing else stands in the gap on either side
	likeBlock = 0.4
	likeMoved = 0.7
	fewWords  = 5 // a shorter block is no evidence of a move, unless it is equal
)

// comparer holds what one comparison shares.
type comparer struct {
	budget
	words names // of tokens
	keys  names // of blocks
}

func newComparer() *comparer {
	return &comparer{budget: budget{maxBudget}, words: names{}, keys: names{}}
}

// list is a list of nodes prepared for alignment.
type list struct {
	nodes []richtext.Node
	keys  []int32
	bags  [][]int32 // sorted words of each node; nil until asked for
}

func (c *comparer) list(nodes []richtext.Node) *list {
	l := &list{nodes: nodes, keys: make([]int32, len(nodes)), bags: make([][]int32, len(nodes))}
	for i := range nodes {
		l.keys[i] = c.keys.of(keyOf(&nodes[i]))
	}
	return l
}

// maxBag bounds how many words of a block its likeness is judged by.
const maxBag = 600

func (c *comparer) bag(l *list, i int) []int32 {
	if l.bags[i] == nil {
		bag := c.wordsOf(&l.nodes[i], make([]int32, 0, 64))
		slices.Sort(bag)
		l.bags[i] = bag
	}
	return l.bags[i]
}

func (c *comparer) wordsOf(n *richtext.Node, bag []int32) []int32 {
	if len(bag) >= maxBag {
		return bag
	}
	collect := func(s string) {
		for s != "" && len(bag) < maxBag {
			kind, size := nextToken(s)
			if kind == tokenWord {
				bag = append(bag, c.words.of(s[:size]))
			}
			s = s[size:]
		}
	}
	if n.Type == "text" {
		collect(n.Text)
		return bag
	}
	before, after := richtext.ReadableAttrs(n.Type)
	for _, name := range before {
		collect(n.AttrText(name))
	}
	for i := range n.Content {
		bag = c.wordsOf(&n.Content[i], bag)
	}
	for _, name := range after {
		collect(n.AttrText(name))
	}
	return bag
}

// identity names the attributes that make a node what it is, whatever else is
// said of it: the picture of a figure, the note of an id.
func identity(nodeType string) []string {
	switch nodeType {
	case "figure", "audio", "video", "file", "inline_image", "lead":
		return []string{"media", "src"}
	case "embed", "button":
		return []string{"url"}
	case "related_link":
		return []string{"article", "url"}
	case "footnote", "footnote_ref":
		return []string{"id"}
	case "math":
		return []string{"tex"}
	}
	return nil
}

// sameIdentity reports whether two nodes of one type have an identity, and the
// same.
func sameIdentity(a, b *richtext.Node) bool {
	has := false
	for _, name := range identity(a.Type) {
		if attrKey(a.Attrs[name]) != attrKey(b.Attrs[name]) {
			return false
		}
		has = has || a.Attrs[name] != nil
	}
	return has
}

// kin reports whether one node may have become the other by an edit.
func kin(a, b string) bool {
	return a == b || family(a) != 0 && family(a) == family(b)
}

func family(nodeType string) int {
	switch nodeType {
	case "paragraph", "heading", "preformatted", "verse":
		return 1
	case "bullet_list", "ordered_list":
		return 2
	case "quote", "pull_quote", "attributed_quote", "fact_box", "details", "correction":
		return 3
	}
	return 0
}

// likeness of block i of a and block j of b: the share of common words.
func (c *comparer) likeness(a *list, i int, b *list, j int) float64 {
	x, y := &a.nodes[i], &b.nodes[j]
	if !kin(x.Type, y.Type) {
		return 0
	}
	if a.keys[i] == b.keys[j] || x.Type == y.Type && sameIdentity(x, y) {
		return 1
	}
	p, q := c.bag(a, i), c.bag(b, j)
	c.left -= (len(p) + len(q)) / 4
	if len(p)+len(q) == 0 || x.Type == y.Type && len(p)*len(q) == 0 && richtext.HoldsText(x.Type) {
		return likeAlone // an empty paragraph that was filled
	}
	common := 0
	for n, m := 0, 0; n < len(p) && m < len(q); {
		switch {
		case p[n] == q[m]:
			common, n, m = common+1, n+1, m+1
		case p[n] < q[m]:
			n++
		default:
			m++
		}
	}
	return 2 * float64(common) / float64(len(p)+len(q))
}

// alignment says what became of each node of a list.
type alignment struct {
	to    []int // partner of each node of a in the same order, or -1
	moved []int // partner elsewhere, or -1
	from  []int // for each node of b: its partner in a, or -1
	came  []int // for each node of b: where in a it was moved from, or -1
}

// align pairs the nodes of two lists.
func (c *comparer) align(a, b *list) alignment {
	to := c.match(a.keys, b.keys)
	for i, j := 0, 0; i < len(to) || j < len(b.nodes); {
		endA, endB := i, len(b.nodes)
		for endA < len(to) && to[endA] < 0 {
			endA++
		}
		if endA < len(to) {
			endB = to[endA]
		}
		if endA > i && endB > j {
			c.pair(a, i, endA, b, j, endB, to)
		}
		i, j = endA+1, endB+1
	}
	al := alignment{to: to, moved: filled(len(a.nodes)), from: filled(len(b.nodes)), came: filled(len(b.nodes))}
	for i, j := range to {
		if j >= 0 {
			al.from[j] = i
		}
	}
	c.findMoves(a, b, &al)
	return al
}

func filled(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = -1
	}
	return out
}

// pair finds partners between a[i0:i1] and b[j0:j1], which have no equal nodes
// in common order, so that the sum of their likeness is greatest.
func (c *comparer) pair(a *list, i0, i1 int, b *list, j0, j1 int, to []int) {
	rows, cols := i1-i0, j1-j0
	threshold := likeBlock
	if rows == 1 && cols == 1 {
		threshold = likeAlone
	}
	if rows*cols > maxPairs || c.left < 0 {
		for n := range min(rows, cols) { // by place, each on its own
			if c.left >= 0 && c.likeness(a, i0+n, b, j0+n) >= threshold {
				to[i0+n] = j0 + n
			}
		}
		return
	}
	like := make([]float64, rows*cols)
	best := make([]float64, (rows+1)*(cols+1)) // of the nodes from (i, j) on
	for i := rows - 1; i >= 0; i-- {
		for j := cols - 1; j >= 0; j-- {
			here := max(best[(i+1)*(cols+1)+j], best[i*(cols+1)+j+1])
			if l := c.likeness(a, i0+i, b, j0+j); l >= threshold {
				like[i*cols+j] = l
				here = max(here, l+best[(i+1)*(cols+1)+j+1])
			}
			best[i*(cols+1)+j] = here
		}
	}
	for i, j := 0, 0; i < rows && j < cols; {
		l := like[i*cols+j]
		switch here := best[i*(cols+1)+j]; {
		case l > 0 && here == l+best[(i+1)*(cols+1)+j+1]:
			to[i0+i] = j0 + j
			i, j = i+1, j+1
		case here == best[(i+1)*(cols+1)+j]:
			i++
		default:
			j++
		}
	}
}

// findMoves pairs nodes that went elsewhere: equal ones, then those that share
// most of their words.
func (c *comparer) findMoves(a, b *list, al *alignment) {
	byKey := map[int32][]int{}
	for j := range b.nodes {
		if al.from[j] < 0 {
			byKey[b.keys[j]] = append(byKey[b.keys[j]], j)
		}
	}
	note := func(i, j int) { al.moved[i], al.came[j] = j, i }
	var rest []int
	for i := range a.nodes {
		if al.to[i] >= 0 {
			continue
		}
		if at := byKey[a.keys[i]]; len(at) > 0 && (len(c.bag(a, i)) > 0 || len(a.nodes[i].Attrs) > 0) {
			note(i, at[0])
			byKey[a.keys[i]] = at[1:]
			continue
		}
		rest = append(rest, i)
	}
	var open []int
	for j := range b.nodes {
		if al.from[j] < 0 && al.came[j] < 0 {
			open = append(open, j)
		}
	}
	if len(rest)*len(open) > maxPairs {
		return
	}
	for _, i := range rest {
		found, most := -1, likeMoved
		for _, j := range open {
			if al.came[j] >= 0 || len(c.bag(a, i)) < fewWords && !sameIdentity(&a.nodes[i], &b.nodes[j]) {
				continue
			}
			if l := c.likeness(a, i, b, j); l >= most {
				found, most = j, l+1e-9
			}
		}
		if found >= 0 {
			note(i, found)
		}
	}
}
