package guard

import (
	"hash/maphash"
	"strings"

	"dateline/internal/fold"
)

// mostArticle bounds the words of an article that are kept.
const mostArticle = 20_000

// copied is how many words in a row count as taken from the article.
const copied = 5

// Article is what a comment is held against: the words of the article it
// stands under. Make it once an article and keep it; it is safe for concurrent
// use. A nil Article knows nothing.
type Article struct {
	words map[string]struct{}
	runs  map[uint64]struct{}
	seed  maphash.Seed
}

// NewArticle reads an article: headline, standfirst and text, without markup.
func NewArticle(texts ...string) *Article {
	a := &Article{words: map[string]struct{}{}, runs: map[uint64]struct{}{}, seed: maphash.MakeSeed()}
	left := mostArticle
	for _, text := range texts {
		all := articleWords(text)
		all = all[:min(len(all), left)]
		left -= len(all)
		for _, w := range all {
			a.words[w] = struct{}{}
		}
		for i := 0; i+copied <= len(all); i++ {
			a.runs[a.hash(all[i:i+copied])] = struct{}{}
		}
	}
	return a
}

func (a *Article) hash(run []string) uint64 {
	var h maphash.Hash
	h.SetSeed(a.seed)
	for _, w := range run {
		h.WriteString(w)
		h.WriteByte(' ')
	}
	return h.Sum64()
}

// has reports whether the words of a token stand in the article.
func (a *Article) has(token string) bool {
	if a == nil {
		return false
	}
	first, second, pair := strings.Cut(token, " ")
	_, ok := a.words[first]
	if ok && pair {
		_, ok = a.words[second]
	}
	return ok
}

// copied is the share of a comment's words that stand in the article in the
// same order, 0 for a short comment.
func (a *Article) copied(words []string) float64 {
	if a == nil || len(words) < 12 {
		return 0
	}
	hit := 0
	for i := 0; i+copied <= len(words); i++ {
		if _, ok := a.runs[a.hash(words[i:i+copied])]; ok {
			hit++
		}
	}
	return float64(hit) / float64(len(words)-copied+1)
}

// articleWords are the folded words of a text of any length.
func articleWords(text string) []string {
	tokens := fold.Tokens(text)
	out := make([]string, 0, len(tokens))
	for _, t := range tokens[:min(len(tokens), mostArticle)] {
		out = append(out, cut(t.Word))
	}
	return out
}
