package search

import (
	"context"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"
)

// The walk through a dictionary finds exactly the words within one edit, and
// reads little of it.
func TestReach(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var all []string
	for range 20_000 {
		b := make([]rune, 1+random.IntN(7))
		for i := range b {
			b[i] = []rune("abcdeäжع")[random.IntN(8)]
		}
		all = append(all, string(b))
	}
	sort.Strings(all)
	all = slices.Compact(all)
	for range 300 {
		word := []rune(all[random.IntN(len(all))])
		word[random.IntN(len(word))] = 'b'
		reads := 0
		r := reach{word: word, budget: 1 << 20, terms: func(_ context.Context, from string) ([]string, error) {
			reads++
			i := sort.SearchStrings(all, from)
			return all[i:min(i+8, len(all))], nil
		}}
		got, err := r.words(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, w := range all {
			if within(word, []rune(w), 1) <= 1 {
				want = append(want, w)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q: found %q, want %q", string(word), got, want)
		}
		if reads > 400 {
			t.Errorf("%q: %d reads of %d words", string(word), reads, len(all))
		}
	}
}

func TestWithin(t *testing.T) {
	for _, c := range []struct {
		a, b string
		n    int
	}{{"", "", 0}, {"a", "", 1}, {"harbour", "harbuor", 1}, {"harbour", "arbour", 1}, {"harbour", "harrbour", 1}, {"ab", "ba", 1}, {"abc", "cab", 2}, {"kitten", "sitting", 3}, {"zürich", "zurich", 1}} {
		if got := within([]rune(c.a), []rune(c.b), 3); got != c.n {
			t.Errorf("%q and %q: %d, want %d", c.a, c.b, got, c.n)
		}
		if got := within([]rune(c.a), []rune(c.b), 1); got != min(c.n, 2) {
			t.Errorf("%q and %q within 1: %d", c.a, c.b, got)
		}
	}
}
