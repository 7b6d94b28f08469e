package quote

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"dateline/internal/fold"
	"dateline/internal/words"
)

// maxSought bounds the words of a question.
const maxSought = 12

// sought is the words of a question, as they are looked for in quotes.
type sought struct {
	text  string
	words []string // folded
	site  string   // language of quotes without one
	by    map[string]*relatives
}

// relatives are the stems of the words by the rules of a language.
type relatives struct {
	an     *words.Analyzer
	stems  map[string][]string // by word
	begins string              // the first characters of them
}

// in tells whether each word stands in a quote, as a beginning or in another form
// by the rules of the quote's language.
func (s *sought) in(q *Quote, folded string) bool {
	for _, w := range s.words {
		if !begins(folded, w) && !s.of(cmp.Or(q.Language, s.site)).has(q.Words, w) {
			return false
		}
	}
	return true
}

// begins tells whether a word begins one of a folded text.
func begins(folded, word string) bool {
	return strings.Contains(folded, " "+word) || strings.Contains(folded, " "+fold.Plain(word))
}

// of returns the stems by the rules of a language.
func (s *sought) of(language string) *relatives {
	base := words.Base(language)
	if r := s.by[base]; r != nil {
		return r
	}
	r := &relatives{an: words.New(base), stems: map[string][]string{}}
	s.by[base] = r
	if !words.Stemmed(base) {
		return r
	}
	add := func(word string, t words.Token) {
		r.stems[word] = append(r.stems[word], t.Stem)
		if first, _ := utf8.DecodeRuneInString(t.Stem); !strings.ContainsRune(r.begins, first) {
			r.begins += string(first)
		}
	}
	for _, t := range r.an.Tokens(s.text) {
		if t.Piece != words.Whole {
			continue
		}
		add(t.Word, t)
		if meant := fold.Umlauts(t.Word); base == "de" && meant != t.Word {
			add(t.Word, r.an.Tokens(meant)[0])
		}
	}
	return r
}

// has tells whether a text has a form of a word.
func (r *relatives) has(text, word string) bool {
	stems := r.stems[word]
	return len(stems) > 0 && slices.ContainsFunc(r.an.Likely(text, r.begins), func(t words.Token) bool { return slices.Contains(stems, t.Stem) })
}
