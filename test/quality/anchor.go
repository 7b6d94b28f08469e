package main

import (
	"math"
	"strings"

	"dateline/internal/comment/guard"
	"dateline/internal/fold"
	"dateline/test/quality/corpus"
)

// wordsAndLinks is what moderators set by hand in many systems: a list of bad
// words, and two links are too many (WordPress's own default).
func wordsAndLinks(c corpus.Comment) bool {
	text := strings.ToLower(c.Text)
	for _, word := range []string{"viagra", "casino", "http://", "https://", "www.", "subscribe", "check out", "free money", "click here", "buy now", "earn money"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// twoLinks is WordPress's default alone.
func twoLinks(c corpus.Comment) bool {
	return strings.Count(strings.ToLower(c.Text), "http://")+strings.Count(strings.ToLower(c.Text), "https://") >= 2
}

// plainBayes is naive Bayes as textbooks have it: multinomial, one added to
// each count, words only.
type plainBayes struct {
	words      map[string][2]float64
	all, texts [2]float64
}

func (b *plainBayes) learn(c corpus.Comment) {
	if b.words == nil {
		b.words = map[string][2]float64{}
	}
	k := class(c.Spam)
	b.texts[k]++
	for _, t := range fold.Tokens(c.Text) {
		n := b.words[t.Word]
		n[k]++
		b.words[t.Word] = n
		b.all[k]++
	}
}

func (b *plainBayes) spam(c corpus.Comment) bool {
	odds := math.Log(b.texts[1]+1) - math.Log(b.texts[0]+1)
	for _, t := range fold.Tokens(c.Text) {
		n := b.words[t.Word]
		size := float64(len(b.words))
		odds += math.Log((n[1]+1)/(b.all[1]+size)) - math.Log((n[0]+1)/(b.all[0]+size))
	}
	return odds > 0
}

func class(spam bool) int {
	if spam {
		return 1
	}
	return 0
}

func sign(c corpus.Comment) guard.Sign {
	return guard.Sign{Text: c.Text, Name: c.Name, Language: "en", Fresh: true, First: true}
}
