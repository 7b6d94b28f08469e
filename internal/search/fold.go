package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/internal/fold"
)

const (
	maxQueryWords = 12
	maxQueryBytes = 400
)

// Words returns the folded words that a query asks for, each once, at most 12.
func Words(query string) []string {
	cut := len(query) > maxQueryBytes
	if cut {
		query = strings.ToValidUTF8(query[:maxQueryBytes], "")
	}
	var out []string
	seen := map[string]bool{}
	toks := fold.Tokens(query)
	if cut && len(toks) > 1 {
		toks = toks[:len(toks)-1] // half a word is another word
	}
	for _, t := range toks {
		if !seen[t.Word] && len(out) < maxQueryWords {
			seen[t.Word] = true
			out = append(out, t.Word)
		}
	}
	return out
}

// Span is a piece of a snippet; Match marks a word of the query.
type Span struct {
	Text  string
	Match bool
}

const (
	snippetRunes  = 220
	snippetBefore = 8 // words shown before the first match
)

// Snippet cuts the part of a text around the first word of the query and marks
// the words found in it.
func Snippet(text string, words []string) []Span {
	want := map[string]bool{}
	for _, w := range words {
		want[w] = true
	}
	toks := fold.Tokens(text)
	if len(toks) == 0 {
		return nil
	}
	first := 0
	for i, t := range toks {
		if want[t.Word] {
			first = i
			break
		}
	}
	from := max(first-snippetBefore, 0)
	var s snippet
	if from > 0 {
		s.add("… ", false)
	} else {
		s.add(strings.TrimLeft(spaced(text[:toks[0].From]), " "), false)
	}
	i, runes := from, 0
	for ; i < len(toks) && runes < snippetRunes; i++ {
		t := toks[i]
		if i > from {
			s.add(spaced(text[toks[i-1].To:t.From]), false)
		}
		s.add(text[t.From:t.To], want[t.Word])
		runes += utf8.RuneCountInString(text[t.From:t.To]) + 1
	}
	if i < len(toks) {
		s.add(" …", false)
	} else {
		s.add(strings.TrimRight(spaced(text[toks[i-1].To:]), " "), false)
	}
	return s
}

type snippet []Span

// add appends a piece; plain text goes on where the last piece was plain.
func (s *snippet) add(text string, match bool) {
	switch n := len(*s); {
	case text == "":
	case !match && n > 0 && !(*s)[n-1].Match:
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
