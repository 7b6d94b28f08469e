package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

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
	begins         string // the first characters of stems
	n              int
}

// add marks the words of a part of a question.
func (m *marks) add(r *reader, text string) {
	if m.written == nil {
		m.written, m.stems = map[string]int{}, map[string]int{}
	}
	for i, ask := range r.site.Asks(text) {
		if r.stop(ask.Written) {
			continue
		}
		m.n++
		if len(ask.Pairs) == 0 {
			m.written[ask.Written] = m.n
		}
		for _, pair := range ask.Pairs {
			m.written[pair] = m.n
		}
		for _, an := range r.all {
			if asks := an.Asks(text); i < len(asks) && len(ask.Pairs) == 0 {
				m.stems[asks[i].Stem] = m.n
				if first, _ := utf8.DecodeRuneInString(asks[i].Stem); !strings.ContainsRune(m.begins, first) {
					m.begins += string(first)
				}
			}
		}
		if meant, ok := r.umlauts[ask.Written]; ok {
			m.meant(meant)
		}
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

// pieces lays out a text: each word once, pairs of characters as marks on the
// characters.
func (m *marks) pieces(an *words.Analyzer, text string) []piece {
	var out []piece
	pairTo, pairMark := 0, 0
	for _, t := range an.Likely(text, m.begins) {
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
// and marks it.
func (m *marks) snippet(an *words.Analyzer, text string) []Span {
	all := m.pieces(an, text)
	if len(all) == 0 {
		return nil
	}
	from := m.best(all)
	var s spans
	if from > 0 {
		s.add("… ", false)
	} else {
		s.add(strings.TrimLeft(spaced(text[:all[0].from]), " "), false)
	}
	i, runes := from, 0
	for ; i < len(all) && runes < snippetRunes; i++ {
		p := all[i]
		if i > from {
			s.add(spaced(text[all[i-1].to:p.from]), false)
		}
		s.add(text[p.from:p.to], p.mark != 0)
		runes += utf8.RuneCountInString(text[p.from:p.to]) + 1
	}
	if i < len(all) {
		s.add(" …", false)
	} else {
		s.add(strings.TrimRight(spaced(text[all[i-1].to:]), " "), false)
	}
	return s
}

// best is where the snippet begins: a few words before the stretch that has
// most different words of the question, then most of them.
func (m *marks) best(all []piece) int {
	var at []int
	for i, p := range all {
		if p.mark != 0 {
			at = append(at, i)
		}
	}
	best, score := 0, -1
	for k, first := range at {
		if k > 400 {
			break
		}
		seen := map[int]bool{}
		n := 0
		for _, i := range at[k:] {
			if all[i].to-all[first].from > snippetRunes*3/4 {
				break
			}
			seen[all[i].mark] = true
			n++
		}
		if s := len(seen)*100 + min(n, 20); s > score {
			best, score = first, s
		}
	}
	if score < 0 {
		return 0
	}
	if best = best - snippetBefore; best < 3 {
		return 0
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

// spaced makes one space of each run of white space.
func spaced(gap string) string {
	if gap == " " || gap == "" {
		return gap
	}
	var b strings.Builder
	space := false
	for _, r := range gap {
		if unicode.IsSpace(r) {
			space = true
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	if space {
		b.WriteByte(' ')
	}
	return b.String()
}
