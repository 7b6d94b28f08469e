package main

import (
	"cmp"
	"context"
	"math"
	"slices"

	"dateline/internal/fold"
	"dateline/internal/words"
	"dateline/test/quality/reuters"
)

// scored are stories with what they count.
type scored struct {
	stories []reuters.Story
	score   map[int]float64
}

// best are the three with the highest scores, of equal ones the newest.
func (s scored) best(self int) []int {
	var all []int
	for i, n := range s.score {
		if i != self && n > 0 {
			all = append(all, i)
		}
	}
	slices.SortFunc(all, func(a, b int) int { return cmp.Or(cmp.Compare(s.score[b], s.score[a]), cmp.Compare(b, a)) })
	return all[:min(len(all), 3)]
}

// tags is what Dateline did before: of the 24 newest of each tag, those that
// share most tags.
type tags struct {
	stories []reuters.Story
	byTag   map[string][]int
}

func newTags(stories []reuters.Story) *tags {
	w := &tags{stories, map[string][]int{}}
	for i, s := range stories {
		for _, t := range s.Tags {
			w.byTag[t] = append(w.byTag[t], i)
		}
	}
	return w
}

func (w *tags) kin(_ context.Context, i int) ([]int, error) {
	s := scored{w.stories, map[int]float64{}}
	for _, t := range w.stories[i].Tags {
		list := w.byTag[t]
		for _, k := range list[max(0, len(list)-24):] {
			s.score[k] += 3
		}
	}
	return s.best(i), nil
}

// hugo is Hugo's related content with its defaults: tags count 80, the month
// 10 (front matter's keywords, 100, do not exist here), 80 are needed. Newer
// stories are included, which its defaults do not.
type hugo struct{ *tags }

func newHugo(stories []reuters.Story) hugo { return hugo{newTags(stories)} }

func (w hugo) kin(_ context.Context, i int) ([]int, error) {
	s := scored{w.stories, map[int]float64{}}
	for _, t := range w.stories[i].Tags {
		for _, k := range w.byTag[t] {
			s.score[k] += 80
		}
	}
	month := w.stories[i].At.Format("2006-01")
	for k := range s.score {
		if w.stories[k].At.Format("2006-01") == month {
			s.score[k] += 10
		}
	}
	return s.best(i), nil
}

// yarpp is the usual plugin's way: the twenty most frequent words of the text
// and those of the headline are put to MySQL's full text as a natural-language
// question (InnoDB: frequency times the square of the logarithm of rarity) over
// texts and over headlines; shared tags count too.
type yarpp struct {
	stories []reuters.Story
	body    []map[string]int
	head    []map[string]int
	inBody  map[string][]int
	inHead  map[string][]int
}

func newYarpp(stories []reuters.Story) *yarpp {
	w := &yarpp{stories: stories, inBody: map[string][]int{}, inHead: map[string][]int{}}
	for i, s := range stories {
		w.body = append(w.body, counted(s.Body, i, w.inBody))
		w.head = append(w.head, counted(s.Headline, i, w.inHead))
	}
	return w
}

func counted(text string, i int, in map[string][]int) map[string]int {
	n := map[string]int{}
	for _, t := range fold.Tokens(text) {
		if len(t.Word) > 2 && !words.Stop("en", t.Word) {
			if n[t.Word]++; n[t.Word] == 1 {
				in[t.Word] = append(in[t.Word], i)
			}
		}
	}
	return n
}

const keywords = 20

func (w *yarpp) kin(_ context.Context, i int) ([]int, error) {
	s := scored{w.stories, map[int]float64{}}
	match := func(question map[string]int, in map[string][]int, texts []map[string]int) {
		for _, word := range frequent(question) {
			rarity := math.Log10(float64(len(w.stories)) / float64(max(1, len(in[word]))))
			for _, k := range in[word] {
				s.score[k] += float64(texts[k][word]) * rarity * rarity
			}
		}
	}
	match(w.body[i], w.inBody, w.body)
	match(w.head[i], w.inHead, w.head)
	for k := range s.score {
		for _, t := range w.stories[i].Tags {
			if slices.Contains(w.stories[k].Tags, t) {
				s.score[k]++
			}
		}
	}
	return s.best(i), nil
}

func frequent(n map[string]int) []string {
	var all []string
	for word := range n {
		all = append(all, word)
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(n[b], n[a]), cmp.Compare(a, b)) })
	return all[:min(len(all), keywords)]
}
