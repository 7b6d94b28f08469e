package compare

import (
	"strings"
	"unicode"

	"dateline/internal/richtext"
)

// Op says what happened to a part.
type Op string

// The ops. The words are stable: templates make classes of them.
const (
	Equal   Op = "equal"
	Added   Op = "added"
	Removed Op = "removed"
	Changed Op = "changed" // of a segment: the same words, other marks
)

// Segment is a run of text to which one thing happened. It never holds HTML:
// print Text as text, with Marks around it.
type Segment struct {
	Op    Op
	Text  string
	Marks []richtext.Mark // of a removed segment: as they were
	Was   []richtext.Mark // of a changed segment: the marks before
	Leaf  *richtext.Node  // a break, picture or note sign instead of text
}

// Has reports whether the text stands under a mark.
func (s Segment) Has(mark string) bool {
	for i := range s.Marks {
		if s.Marks[i].Type == mark {
			return true
		}
	}
	return false
}

// Link returns the address that the text leads to, or "".
func (s Segment) Link() string {
	for i := range s.Marks {
		if s.Marks[i].Type == "link" {
			href, _ := s.Marks[i].Attrs["href"].(string)
			return href
		}
	}
	return ""
}

// Attr is an attribute of a block: its words, if people read it, in Segments.
type Attr struct {
	Name          string
	Op            Op
	Before, After string
	Segments      []Segment
	First         bool // stands before the block's content
}

// Block is one block of a comparison. A text block has Segments, others have
// Blocks; both are there for equal, added and removed blocks too.
type Block struct {
	Op       Op
	Type     string // as it is; of a removed block: as it was
	WasType  string // before, when it was of another type
	Attrs    []Attr // those that people read, and all that changed
	Segments []Segment
	Blocks   []Block
	// Move is 0, or the number of a move; the block stands at both places
	// under it, Left where it no longer is.
	Move int
	Left bool

	Before, After *richtext.Node // nil where it is absent
	BeforeAt      int            // its place among the blocks before, -1 for none
	AfterAt       int            // and after
}

// Item is one value of a set or list.
type Item struct {
	Op    Op
	Value string
}

// FieldChange is a field that differs.
type FieldChange struct {
	Name     string
	Kind     FieldKind
	Op       Op // Added and Removed: the field is empty on the other side
	Before   string
	After    string
	Segments []Segment // of a line or prose
	Items    []Item    // of a set or list
	Attrs    []Attr    // of a node
}

// Comparison is what changed between two records.
type Comparison struct {
	Fields []FieldChange // those that differ, in order
	Body   []Block       // all blocks in reading order
}

// Same reports whether nothing changed.
func (c Comparison) Same() bool {
	if len(c.Fields) > 0 {
		return false
	}
	for i := range c.Body {
		if c.Body[i].Op != Equal || c.Body[i].Move != 0 {
			return false
		}
	}
	return true
}

// Words counts the words that came and went, those of the fields included.
func (c Comparison) Words() (added, removed int) {
	count := func(segments []Segment) {
		for i := range segments {
			switch segments[i].Op {
			case Added:
				added += richtext.CountWords(segments[i].Text)
			case Removed:
				removed += richtext.CountWords(segments[i].Text)
			}
		}
	}
	var block func(b *Block)
	block = func(b *Block) {
		if b.Left || b.Op == Equal {
			return
		}
		for i := range b.Attrs {
			count(b.Attrs[i].Segments)
		}
		count(b.Segments)
		for i := range b.Blocks {
			block(&b.Blocks[i])
		}
	}
	for i := range c.Fields {
		count(c.Fields[i].Segments)
		for j := range c.Fields[i].Attrs {
			count(c.Fields[i].Attrs[j].Segments)
		}
	}
	for i := range c.Body {
		block(&c.Body[i])
	}
	return added, removed
}

// Side returns the segments as they stood before, or as they stand after.
func Side(segments []Segment, after bool) []Segment {
	var out []Segment
	for _, s := range segments {
		switch {
		case after && s.Op == Removed, !after && s.Op == Added:
			continue
		case !after && s.Op == Changed:
			s.Marks, s.Was = s.Was, s.Marks
		}
		out = append(out, s)
	}
	return out
}

// OnBefore returns the text as it stood before.
func (b Block) OnBefore() []Segment { return Side(b.Segments, false) }

// OnAfter returns the text as it stands after.
func (b Block) OnAfter() []Segment { return Side(b.Segments, true) }

// Run is a stretch of the comparison: blocks to show, or equal ones to fold.
type Run struct {
	Folded bool
	Blocks []Block
}

// Folded divides blocks into runs: equal blocks further than context blocks
// from a change are folded, unless they are fewer than two.
func Folded(blocks []Block, context int) []Run {
	near := make([]bool, len(blocks))
	for i := range blocks {
		if blocks[i].Op == Equal && blocks[i].Move == 0 {
			continue
		}
		for j := max(0, i-context); j <= min(len(blocks)-1, i+context); j++ {
			near[j] = true
		}
	}
	var runs []Run
	for i := 0; i < len(blocks); {
		end := i + 1
		for end < len(blocks) && near[end] == near[i] {
			end++
		}
		fold := !near[i] && end-i >= 2
		if n := len(runs); n > 0 && !fold && !runs[n-1].Folded {
			runs[n-1].Blocks = append(runs[n-1].Blocks, blocks[i:end]...)
		} else {
			runs = append(runs, Run{Folded: fold, Blocks: append([]Block(nil), blocks[i:end]...)})
		}
		i = end
	}
	return runs
}

// Shortened returns segments whose long equal stretches are cut in the middle,
// keep runes on each side of a change, with "…" where words are left out.
func Shortened(segments []Segment, keep int) []Segment {
	out := make([]Segment, 0, len(segments))
	for i, s := range segments {
		if s.Op != Equal || s.Leaf != nil {
			out = append(out, s)
			continue
		}
		runes := []rune(s.Text)
		head, tail := keep, keep
		if i == 0 {
			head = 0
		}
		if i == len(segments)-1 {
			tail = 0
		}
		if len(segments) == 1 || len(runes) <= head+tail+keep {
			out = append(out, s)
			continue
		}
		lead := ""
		if head > 0 && unicode.IsSpace(runes[0]) {
			lead = " "
		}
		s.Text = lead + strings.TrimSpace(wordEnd(runes, head)+" … "+wordStart(runes, tail))
		if tail > 0 && unicode.IsSpace(runes[len(runes)-1]) {
			s.Text += " "
		}
		out = append(out, s)
	}
	return out
}

// wordEnd is the first n runes or fewer, to the end of a word.
func wordEnd(runes []rune, n int) string {
	for cut := n; cut > n/2; cut-- {
		if runes[cut] == ' ' {
			return string(runes[:cut])
		}
	}
	return string(runes[:n])
}

// wordStart is the last n runes or fewer, from the start of a word.
func wordStart(runes []rune, n int) string {
	for cut := n; cut > n/2; cut-- {
		if runes[len(runes)-cut-1] == ' ' {
			return string(runes[len(runes)-cut:])
		}
	}
	return string(runes[len(runes)-n:])
}
