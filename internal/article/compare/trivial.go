package compare

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTypos is how many words a typo-class change may touch.
const maxTypos = 2

// Trivial reports whether a change is of the class of typos: white space,
// punctuation, typographic signs, the case of letters, and a few letters in
// one or two words. Numbers, negations, names and first letters carry meaning:
// a change of those is never trivial, however small.
func Trivial(c Comparison) bool {
	typos := 0
	for i := range c.Fields {
		if !trivialField(&c.Fields[i], &typos) {
			return false
		}
	}
	for i := range c.Body {
		if !trivialBlock(&c.Body[i], &typos) {
			return false
		}
	}
	return typos <= maxTypos
}

func trivialField(f *FieldChange, typos *int) bool {
	switch f.Kind {
	case FieldLine, FieldProse:
		return f.Op == Changed && trivialText(f.Segments, typos)
	case FieldNode:
		return f.Op == Changed && trivialAttrs(f.Attrs, typos)
	}
	return false
}

func trivialBlock(b *Block, typos *int) bool {
	switch {
	case b.Move != 0 || b.WasType != "":
		return false
	case b.Op == Equal:
		return true
	case b.Op != Changed:
		return empty(b)
	}
	if !trivialAttrs(b.Attrs, typos) || !trivialText(b.Segments, typos) {
		return false
	}
	for i := range b.Blocks {
		if !trivialBlock(&b.Blocks[i], typos) {
			return false
		}
	}
	return true
}

// empty reports whether a block says nothing: an empty paragraph.
func empty(b *Block) bool {
	n := b.After
	if n == nil {
		n = b.Before
	}
	return n.Type == "paragraph" && strings.TrimSpace(joinText(b.Segments)) == "" && len(Side(b.Segments, true)) <= 1
}

func joinText(segments []Segment) string {
	var b strings.Builder
	for _, s := range segments {
		if s.Leaf != nil {
			b.WriteString("\uFFFC")
		}
		b.WriteString(s.Text)
	}
	return b.String()
}

func trivialAttrs(attrs []Attr, typos *int) bool {
	for i := range attrs {
		a := &attrs[i]
		if a.Op == Equal {
			continue
		}
		if a.Segments == nil || a.Op != Changed || !trivialText(a.Segments, typos) {
			return false
		}
	}
	return true
}

// trivialText weighs each stretch of changes between two equal ones. Marks may
// change, links may not.
func trivialText(segments []Segment, typos *int) bool {
	for i := 0; i < len(segments); {
		if segments[i].Op == Equal {
			i++
			continue
		}
		var was, is strings.Builder
		for ; i < len(segments) && segments[i].Op != Equal; i++ {
			s := &segments[i]
			if s.Leaf != nil {
				return false
			}
			if s.Op != Added {
				was.WriteString(s.Text)
			}
			if s.Op != Removed {
				is.WriteString(s.Text)
			}
			if s.Op == Changed && s.Link() != (Segment{Marks: s.Was}).Link() {
				return false
			}
		}
		if !trivialWords(was.String(), is.String(), typos) {
			return false
		}
	}
	return true
}

// trivialWords compares the words of a stretch, one by one.
func trivialWords(was, is string, typos *int) bool {
	if bare(was) == bare(is) { // a space, a comma, a quotation mark, a capital
		return numbers(was) == numbers(is)
	}
	a, b := wordsIn(was), wordsIn(is)
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if bare(a[i]) == bare(b[i]) {
			continue
		}
		if !typo(a[i], b[i]) {
			return false
		}
		*typos++
	}
	return *typos <= maxTypos
}

// bare is a text's letters and digits, in one case.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if inWord(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// numbers is a text's digits with the signs that change a number's value.
func numbers(s string) string {
	if !strings.ContainsFunc(s, unicode.IsDigit) {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || strings.ContainsRune(".,-−%+/:", r) {
			return r
		}
		return -1
	}, s)
}

func wordsIn(s string) []string {
	var out []string
	for s != "" {
		kind, size := nextToken(s)
		if kind == tokenWord {
			out = append(out, s[:size])
		}
		s = s[size:]
	}
	return out
}

// typo reports whether two words differ as by a slip of the keyboard. Short
// words, first letters, digits and capitalised words never do: "now" and
// "not", "million" and "billion", "Iran" and "Iraq" are other things.
func typo(a, b string) bool {
	first, _ := utf8.DecodeRuneInString(a)
	second, _ := utf8.DecodeRuneInString(b)
	if unicode.ToLower(first) != unicode.ToLower(second) || unicode.IsUpper(first) && unicode.IsUpper(second) {
		return false
	}
	if strings.ContainsFunc(a+b, func(r rune) bool { return unicode.IsDigit(r) || unbroken(r) }) {
		return false
	}
	shorter := min(utf8.RuneCountInString(a), utf8.RuneCountInString(b))
	allowed := 2
	switch {
	case shorter < 4:
		return false
	case shorter < 7:
		allowed = 1
	}
	return Distance(strings.ToLower(a), strings.ToLower(b), allowed) <= allowed
}

// Distance is the number of letters to insert, leave out, replace or swap with
// their neighbour that turns a into b; more than limit is limit+1.
func Distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if abs(len(x)-len(y)) > limit {
		return limit + 1
	}
	var before []int // two rows up
	last := make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row := make([]int, len(y)+1)
		row[0] = i + 1
		best := row[0]
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			d := min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				d = min(d, before[j-1]+1)
			}
			row[j+1] = d
			best = min(best, d)
		}
		if best > limit {
			return limit + 1
		}
		before, last = last, row
	}
	return min(last[len(y)], limit+1)
}
