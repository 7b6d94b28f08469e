package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/internal/fold"
	"dateline/internal/words"
)

// Span is a piece of a snippet; Match marks a word of the question.
type Span struct {
	Text  string
	Match bool
}

const (
	snippetRunes  = 220
	snippetBefore = 8 // words shown before the first match
)

// marks is what a snippet marks: words by number, as written and by stem. A
// snippet is the better the more different numbers it shows.
type marks struct {
	written, stems map[string]int
	begins         string // the first characters of both
	n              int
}

// add marks the words of a part of a question; stop words only where they are a
// whole phrase.
func (m *marks) add(r *reader, part Part) {
	if m.written == nil {
		m.written, m.stems = map[string]int{}, map[string]int{}
	}
	text, all := part.Text, r.site.Asks(part.Text)
	stops := part.Kind == Phrase && !slices.ContainsFunc(all, func(ask words.Ask) bool { return !r.stop(ask.Written) })
	for i, ask := range all {
		if r.stop(ask.Written) && !stops {
			continue
		}
		m.n++
		if len(ask.Pairs) == 0 {
			m.written[ask.Written] = m.n
			m.begin(ask.Written)
		}
		for _, pair := range ask.Pairs {
			m.written[pair] = m.n
			m.begin(pair)
		}
		for _, an := range r.all {
			if asks := an.Asks(text); i < len(asks) && len(ask.Pairs) == 0 {
				m.stems[asks[i].Stem] = m.n
				m.begin(asks[i].Stem)
			}
		}
		if meant, ok := r.umlauts[ask.Written]; ok {
			m.meant(meant)
		}
	}
}

func (m *marks) begin(word string) {
	if first, _ := utf8.DecodeRuneInString(word); !strings.ContainsRune(m.begins, first) {
		m.begins += string(first)
	}
}

// of returns the number of the word that a token is, 0 for none.
func (m *marks) of(t words.Token) int {
	if n := m.written[t.Word]; n != 0 {
		return n
	}
	if t.Piece == words.Whole {
		return m.stems[t.Stem]
	}
	return 0
}

// piece is a stretch of text that is shown whole, marked or not.
type piece struct {
	from, to int
	mark     int
}

// pieces appends the layout of a part of a text to that of what is before it:
// each word once, pairs of characters as marks on the characters.
func (m *marks) pieces(out []piece, tokens []words.Token) []piece {
	pairTo, pairMark := 0, 0
	for _, t := range tokens {
		n := m.of(t)
		if t.Piece == words.Pair {
			if n == 0 {
				continue
			}
			for i := len(out) - 1; i >= 0 && out[i].to > t.From; i-- {
				out[i].mark = n
			}
			if t.To > pairTo {
				pairTo, pairMark = t.To, n
			}
			continue
		}
		if n == 0 && t.From < pairTo {
			n = pairMark
		}
		out = append(out, piece{t.From, t.To, n})
	}
	return out
}

// snippet cuts the stretch of a text that shows most of what was asked for,
// and marks it. Only that stretch is laid out.
func (m *marks) snippet(an *words.Analyzer, text string) []Span {
	best := m.best(an, text)
	for reach := snippetBefore * 12; ; reach *= 4 {
		from, to := cutBefore(text, best-reach), cutAfter(text, best+reach+snippetRunes)
		if s, ok := m.cut(an, text[from:to], best-from, from > 0, to < len(text)); ok {
			return s
		}
	}
}

// cut is a snippet from a part of a text, which goes on before and after it; it
// begins a few words before a place. It is not ok if the part is too small.
func (m *marks) cut(an *words.Analyzer, text string, best int, before, after bool) (s spans, ok bool) {
	tokens := an.Likely(text, m.begins)
	all := m.pieces(make([]piece, 0, len(tokens)), tokens)
	first, _ := slices.BinarySearchFunc(all, best, func(p piece, at int) int { return cmp.Compare(p.from, at) })
	from := first - snippetBefore
	switch {
	case from < 3 && before:
		return nil, false
	case from < 3:
		from = 0
	}
	end, runes := from, 0
	for ; end < len(all) && runes < snippetRunes; end++ {
		runes += utf8.RuneCountInString(text[all[end].from:all[end].to]) + 1
	}
	switch {
	case end == len(all) && after:
		return nil, false
	case len(all) == 0:
		return nil, true
	}
	done := 0
	if from > 0 {
		s.add("… ", false)
		done = all[from].from
	}
	for _, p := range all[from:end] {
		if p.mark != 0 {
			s.add(spaced(text, done, p.from, done == 0, false), false)
			s.add(text[p.from:p.to], true)
			done = p.to
		}
	}
	if end < len(all) {
		s.add(spaced(text, done, all[end-1].to, done == 0, false), false)
		s.add(" …", false)
	} else {
		s.add(spaced(text, done, len(text), done == 0, true), false)
	}
	return s, true
}

// cutBefore is a place at or before another where no word of a text is cut.
func cutBefore(text string, at int) int {
	for at = max(at, 0); at > 0 && !parts(text[at-1]); at-- {
	}
	return at
}

// cutAfter is a place at or after another where no word of a text is cut.
func cutAfter(text string, at int) int {
	for at < len(text) && !parts(text[at]) {
		at++
	}
	return min(at, len(text))
}

// parts reports bytes that no word goes on beyond.
func parts(c byte) bool { return c < utf8.RuneSelf && fold.Ends(rune(c)) }

// best is where the stretch begins that has most different words of the
// question, then most of them; 0 where there are none.
func (m *marks) best(an *words.Analyzer, text string) int {
	var at []piece // the marked ones
	for tokens := range an.Sift(text, m.begins) {
		n := len(at)
		at = m.pieces(at, tokens)
		fresh := slices.DeleteFunc(at[n:], func(p piece) bool { return p.mark == 0 })
		at = at[:n+len(fresh)]
	}
	best, score := 0, -1
	seen := make([]int, m.n+1) // the last stretch that has the word, from 1
	for k, first := range at[:min(len(at), 401)] {
		different, n := 0, 0
		for _, p := range at[k:] {
			if p.to-first.from > snippetRunes*3/4 {
				break
			}
			if seen[p.mark] != k+1 {
				seen[p.mark] = k + 1
				different++
			}
			n++
		}
		if s := different*100 + min(n, 20); s > score {
			best, score = first.from, s
		}
	}
	return best
}

type spans []Span

// add appends a piece; text goes on where the last piece was of its kind.
func (s *spans) add(text string, match bool) {
	switch n := len(*s); {
	case text == "":
	case n > 0 && (*s)[n-1].Match == match:
		(*s)[n-1].Text += text
	default:
		*s = append(*s, Span{text, match})
	}
}

// spaced is a stretch of a text with one space for each run of white space, and
// none for one where the text begins or ends. Where a line ends without a sign
// that parts it from the next, as headings and list items do, a dot does.
func spaced(text string, from, to int, begins, ends bool) string {
	var b strings.Builder
	b.Grow(to - from)
	gap := -1 // where the white space began that is being read
	part := func(upTo int) {
		switch {
		case b.Len() == 0 && begins:
		case strings.Contains(text[gap:upTo], "\n") && !parted(text[:gap]):
			b.WriteString("\u00A0· ") // no line begins with it
		default:
			b.WriteByte(' ')
		}
		gap = -1
	}
	for i, r := range text[from:to] {
		switch space := unicode.IsSpace(r); {
		case space && gap < 0:
			gap = from + i
		case space:
		case gap >= 0:
			part(from + i)
			fallthrough
		default:
			b.WriteRune(r)
		}
	}
	if gap >= 0 && !ends {
		part(to)
	}
	return b.String()
}

// parted reports text whose last sign ends a sentence or a part of one; what
// closes quotations and brackets may follow it.
func parted(text string) bool {
	text = strings.TrimRightFunc(text, func(r rune) bool {
		return r == '"' || r == '\'' || unicode.In(r, unicode.Pi, unicode.Pf, unicode.Pe)
	})
	last, _ := utf8.DecodeLastRuneInString(text)
	return last == '…' || unicode.In(last, unicode.Terminal_Punctuation, unicode.Pd)
}
