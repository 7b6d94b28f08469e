package search_test

import (
	"cmp"
	"slices"
	"testing"

	"dateline/internal/article"
	"dateline/internal/db/dbtest"
	"dateline/internal/richtext"
	"dateline/internal/search"
)

// BenchmarkSearch asks what a results page asks, of long wire stories.
func BenchmarkSearch(b *testing.B) {
	for _, engine := range dbtest.Engines {
		b.Run(string(engine), func(b *testing.B) {
			k := newDesk(b, dbtest.Open(b, engine))
			stories := search.Stories(b)
			slices.SortFunc(stories, func(x, y []string) int { return cmp.Compare(len(y), len(x)) })
			for i, story := range stories[:200] {
				k.story(article.Content{Headline: story[0], Body: paragraphs(story[1:])}, k.clock.Now().AddDate(0, 0, -i))
			}
			k.drain()
			for _, text := range []string{"government", "oil prices", "the company said"} {
				b.Run(text, func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						if got := k.ask(search.Request{Text: text, Limit: 20, Facets: true, Snippets: true}); len(got.Results) < 20 {
							b.Fatalf("only %d results", len(got.Results))
						}
					}
				})
			}
		})
	}
}

func paragraphs(lines []string) richtext.Doc {
	doc := richtext.Doc{Version: 1}
	for _, line := range lines {
		if line != "" {
			doc.Content = append(doc.Content, richtext.Node{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: line}}})
		}
	}
	return doc
}
