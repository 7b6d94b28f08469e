package compare

import (
	"cmp"
	"slices"
	"strings"

	"dateline/internal/richtext"
)

// saidOf is the mark that tells whose words something is, nil for none.
func saidOf(marks []richtext.Mark) *richtext.Mark {
	for i := range marks {
		if marks[i].Type == "said" {
			return &marks[i]
		}
	}
	return nil
}

func sameSaid(a, b *richtext.Mark) bool {
	if a == nil || b == nil {
		return a == b
	}
	return equalMarks([]richtext.Mark{*a}, []richtext.Mark{*b})
}

// withoutSaid returns marks without the one that shows nothing.
func withoutSaid(marks []richtext.Mark) []richtext.Mark {
	if saidOf(marks) == nil {
		return marks
	}
	return slices.DeleteFunc(slices.Clone(marks), func(m richtext.Mark) bool { return m.Type == "said" })
}

// unattributed returns tokens as they are when nobody is told whose words they
// are.
func (n names) unattributed(tokens []token) []token {
	out := slices.Clone(tokens)
	for i := range out {
		t := &out[i]
		if saidOf(t.marks) == nil {
			continue
		}
		t.marks = withoutSaid(t.marks)
		if t.leaf != nil {
			leaf := *t.leaf
			leaf.Marks = t.marks
			t.leaf, t.plain = &leaf, n.of("\x00"+keyOf(&leaf))
			t.full = t.plain
			continue
		}
		var marks strings.Builder
		writeMarks(&marks, t.marks)
		if t.full = t.plain; marks.Len() > 0 {
			t.full = n.of(t.text + "\x00" + marks.String())
		}
	}
	return out
}

// attribute puts a mark of said on a token; nil is none.
func (t *token) attribute(said *richtext.Mark) {
	if said == nil {
		return
	}
	t.marks = append(slices.Clone(t.marks), *said) // the innermost mark
	if t.leaf != nil {
		leaf := *t.leaf
		leaf.Marks = t.marks
		t.leaf = &leaf
	}
}

// sheet is a text with whose words it is, kept apart.
type sheet struct {
	tokens []token // unattributed
	said   []*richtext.Mark
}

func (n names) sheet(tokens []token) sheet {
	s := sheet{n.unattributed(tokens), make([]*richtext.Mark, len(tokens))}
	for i := range tokens {
		s.said[i] = saidOf(tokens[i].marks)
	}
	return s
}

// around is what stands at both sides of a place between two words, nil at an
// end.
func (s *sheet) around(at int) (before, after *richtext.Mark) {
	if at > 0 {
		before = s.said[at-1]
	}
	if at < len(s.said) {
		after = s.said[at]
	}
	return before, after
}

// attributed3 merges texts with whose words they are as a sheet of its own
// above them: one side may attribute the passage in which the other mends a
// word. False where both changed the same words, or one attributed words to
// somebody and the other to somebody else.
func (m *merger) attributed3(base, mine, theirs []token) ([]token, bool) {
	b, my, their := m.words.sheet(base), m.words.sheet(mine), m.words.sheet(theirs)
	var out sheet
	type added struct{ from, to, at int } // in out, and the place in base
	var inserted []added
	ok := m.stretches3(b.tokens, my.tokens, their.tokens, func(c chunk, who origin) bool {
		from, fine := len(out.tokens), true
		switch {
		case c.stable:
			out.tokens = append(out.tokens, my.tokens[c.m0:c.m1]...)
			for i := range c.b1 - c.b0 {
				said, same := said3(b.said[c.b0+i], my.said[c.m0+i], their.said[c.t0+i])
				out.said, fine = append(out.said, said), fine && same
			}
		case sameText(my.tokens[c.m0:c.m1], their.tokens[c.t0:c.t1]): // both wrote it
			out.tokens = append(out.tokens, my.tokens[c.m0:c.m1]...)
			for i := range c.m1 - c.m0 {
				said, same := said3(nil, my.said[c.m0+i], their.said[c.t0+i])
				out.said, fine = append(out.said, said), fine && same
			}
			return fine
		case who == fromTheirs:
			fine = out.take(&their, c.t0, c.t1, b.said[c.b0:c.b1], my.said[c.m0:c.m1])
		default:
			fine = out.take(&my, c.m0, c.m1, b.said[c.b0:c.b1], their.said[c.t0:c.t1])
		}
		if !c.stable && c.b0 == c.b1 {
			inserted = append(inserted, added{from, len(out.tokens), c.b0})
		}
		return fine
	})
	if !ok {
		return nil, false
	}
	for _, in := range inserted { // what went into a passage belongs to it
		l, r := b.around(in.at)
		before, _ := out.around(in.from)
		_, after := out.around(in.to)
		for i := in.from; i < in.to && sameSaid(before, after); i++ {
			if sameSaid(out.said[i], l) && sameSaid(out.said[i], r) {
				out.said[i] = before
			}
		}
	}
	for i := range out.tokens {
		out.tokens[i].attribute(out.said[i])
	}
	return out.tokens, true
}

func sameText(a, b []token) bool {
	return slices.EqualFunc(a, b, func(x, y token) bool { return x.full == y.full })
}

// take adds a stretch that one side wrote in place of another. When the other
// side had attributed the words that were there, these are attributed so too.
func (s *sheet) take(from *sheet, first, end int, was, other []*richtext.Mark) bool {
	s.tokens = append(s.tokens, from.tokens[first:end]...)
	changed := !slices.EqualFunc(was, other, sameSaid)
	for _, said := range from.said[first:end] {
		if changed && len(was) > 0 {
			if !uniform(was) || !uniform(other) || len(other) == 0 {
				return false
			}
			var same bool
			if said, same = said3(was[0], said, other[0]); !same {
				return false
			}
		}
		s.said = append(s.said, said)
	}
	return true
}

func uniform(all []*richtext.Mark) bool {
	return !slices.ContainsFunc(all, func(m *richtext.Mark) bool { return !sameSaid(m, all[0]) })
}

// said3 brings two changes of whose words something is together; false when
// they are not the same.
func said3(was, mine, theirs *richtext.Mark) (*richtext.Mark, bool) {
	switch {
	case sameSaid(mine, theirs), sameSaid(theirs, was):
		return mine, true
	case sameSaid(mine, was):
		return theirs, true
	}
	return mine, false
}

// Attribution is a passage that is attributed otherwise than before: to
// somebody, to somebody else, or to nobody.
type Attribution struct {
	Words         string
	Before, After *richtext.Mark // said; nil is nobody
}

// Was tells who it was, "" for nobody.
func (a Attribution) Was() string { return whose(a.Before) }

// Is tells who it is now, "" for nobody.
func (a Attribution) Is() string { return whose(a.After) }

func whose(m *richtext.Mark) string {
	if m == nil {
		return ""
	}
	var parts []string
	for _, name := range []string{"speaker", "role", "outlet", "date", "source"} {
		if s := attrWords(m.Attrs[name]); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

// Attributions lists what is attributed otherwise in a text block. Words that
// came into a passage or left it do not count while the passage stays.
func (b Block) Attributions() []Attribution {
	kept := func(m *richtext.Mark) bool { // on both sides somewhere in the block
		return slices.ContainsFunc(b.Segments, func(s Segment) bool { return s.Op != Added && sameSaid(s.saidBefore(), m) }) &&
			slices.ContainsFunc(b.Segments, func(s Segment) bool { return s.Op != Removed && sameSaid(saidOf(s.Marks), m) })
	}
	var out []Attribution
	for i, open := 0, false; i < len(b.Segments); i++ {
		s := &b.Segments[i]
		var was, is *richtext.Mark
		switch s.Op {
		case Added:
			is = saidOf(s.Marks)
		case Removed:
			was = saidOf(s.Marks)
		case Changed:
			was, is = saidOf(s.Was), saidOf(s.Marks)
		}
		if sameSaid(was, is) || s.Op != Changed && kept(cmp.Or(was, is)) {
			open = false
			continue
		}
		if n := len(out); open && sameSaid(out[n-1].Before, was) && sameSaid(out[n-1].After, is) {
			out[n-1].Words += s.Text
			continue
		}
		out, open = append(out, Attribution{s.Text, was, is}), true
	}
	return out
}

// saidBefore is whose words a segment was before.
func (s Segment) saidBefore() *richtext.Mark {
	if s.Op == Changed {
		return saidOf(s.Was)
	}
	return saidOf(s.Marks)
}

// WithoutSaid returns a document without the mark that tells whose words
// passages are: as readers see it.
func WithoutSaid(d richtext.Doc) richtext.Doc {
	d.Content = bareNodes(d.Content)
	return d
}

func bareNodes(nodes []richtext.Node) []richtext.Node {
	out := make([]richtext.Node, 0, len(nodes))
	for _, n := range nodes {
		n.Marks = withoutSaid(n.Marks)
		if len(n.Marks) == 0 {
			n.Marks = nil
		}
		n.Content = bareNodes(n.Content)
		if last := len(out) - 1; n.Type == "text" && last >= 0 && out[last].Type == "text" && equalMarks(out[last].Marks, n.Marks) {
			out[last].Text += n.Text
			continue
		}
		out = append(out, n)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
