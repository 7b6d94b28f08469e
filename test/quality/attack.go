package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"dateline/internal/comment/guard"
	"dateline/test/quality/corpus"
)

// attack changes a text so that programs do not understand it.
type attack struct {
	name   string
	change func(text string, random *rand.Rand) string
}

var homographs = strings.NewReplacer("a", "а", "c", "с", "e", "е", "o", "о", "p", "р", "x", "х", "y", "у", "i", "і")

var leet = strings.NewReplacer("a", "4", "e", "3", "i", "1", "o", "0", "s", "5", "t", "7")

func attacks(good []corpus.Comment) []attack {
	padding := func(random *rand.Rand, words int) string {
		var b strings.Builder
		for n := 0; n < words; {
			text := good[random.IntN(len(good))].Text
			b.WriteString(text + "\n")
			n += len(strings.Fields(text))
		}
		return b.String()
	}
	return []attack{
		{"as it is", func(text string, _ *rand.Rand) string { return text }},
		{"zero-width characters between all letters", func(text string, _ *rand.Rand) string { return strings.Join(strings.Split(text, ""), "\u200B") }},
		{"Cyrillic letters for Latin ones", func(text string, _ *rand.Rand) string { return homographs.Replace(text) }},
		{"leetspeak inside words", func(text string, _ *rand.Rand) string { return inside(text, leet.Replace) }},
		{"mathematical letters", func(text string, _ *rand.Rand) string { return strings.Map(mathematical, text) }},
		{"letters one by one", func(text string, _ *rand.Rand) string { return spacedOut(text) }},
		{"two letters of each word changed places", func(text string, random *rand.Rand) string { return swapped(text, random) }},
		{"40 random words after it", func(text string, random *rand.Rand) string { return text + " " + gibberish(random, 40) }},
		{"40 words of good comments before it", func(text string, random *rand.Rand) string { return padding(random, 40) + text }},
		{"400 words of good comments around it", func(text string, random *rand.Rand) string {
			return padding(random, 200) + text + "\n" + padding(random, 200)
		}},
	}
}

// inside changes the inner letters of words, not those of addresses.
func inside(text string, change func(string) string) string {
	words := strings.Split(text, " ")
	for i, w := range words {
		if len(w) > 3 && !strings.ContainsAny(w, "./&") {
			words[i] = w[:1] + change(w[1:len(w)-1]) + w[len(w)-1:]
		}
	}
	return strings.Join(words, " ")
}

func mathematical(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z':
		return r - 'a' + 0x1D41A
	case r >= 'A' && r <= 'Z':
		return r - 'A' + 0x1D400
	}
	return r
}

func spacedOut(text string) string {
	words := strings.Fields(text)
	for i, w := range words {
		if !strings.ContainsAny(w, "./&") {
			words[i] = strings.Join(strings.Split(w, ""), " ")
		}
	}
	return strings.Join(words, "   ")
}

func swapped(text string, random *rand.Rand) string {
	return inside(text, func(w string) string {
		b := []byte(w)
		if len(b) < 2 {
			return w
		}
		at := random.IntN(len(b) - 1)
		if b[at] < 0x80 && b[at+1] < 0x80 {
			b[at], b[at+1] = b[at+1], b[at]
		}
		return string(b)
	})
}

func gibberish(random *rand.Rand, words int) string {
	var b strings.Builder
	for range words {
		for range 3 + random.IntN(7) {
			b.WriteByte(byte('a' + random.IntN(26)))
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// attacked reports how much of the held spam is still stopped when it is
// disguised.
func attacked(b *strings.Builder) error {
	held, err := all(corpus.Held())
	if err != nil {
		return err
	}
	good, err := corpus.News(true)
	if err != nil {
		return err
	}
	stops, _ := shippedSays()
	b.WriteString("\n### Disguises\n\nThe spam of the held videos, each comment changed by a program; as shipped, each on its own.\n\n| | stopped | share |\n|---|--:|--:|\n")
	for _, a := range attacks(good) {
		random := rand.New(rand.NewPCG(5, 55))
		t := &tally{}
		for _, c := range held {
			if c.Spam {
				c.Text = a.change(c.Text, random)
				t.add(stops(c), true)
			}
		}
		fmt.Fprintf(b, "| %s | %d of %d | %.3f |\n", a.name, t.tp, t.tp+t.fn, t.recall())
	}
	return variants(b, held)
}

// variants reports waves: one comment of the held spam in 1,000 variants, as
// Waves groups them. A fifth of the words is left out, and ten random words
// stand after each.
func variants(b *strings.Builder, held []corpus.Comment) error {
	random := rand.New(rand.NewPCG(6, 66))
	grouped, texts := 0, 0
	for _, c := range held {
		words := strings.Fields(c.Text)
		if !c.Spam || len(words) < 20 || texts == 10 {
			continue
		}
		texts++
		waves, sizes := guard.NewWaves(), map[uint64]int{}
		for range 1000 {
			var kept []string
			for _, w := range words {
				if random.IntN(5) > 0 {
					kept = append(kept, w)
				}
			}
			wave, _ := waves.Join(strings.Join(kept, " ") + " " + gibberish(random, 10))
			sizes[wave]++
		}
		most := 0
		for _, n := range sizes {
			most = max(most, n)
		}
		grouped += most
	}
	fmt.Fprintf(b, "\nWaves: %d texts of 20 words and more, 1,000 variants each (a fifth of the words left out at random, ten random words added): on average %d of 1,000 stand in one wave.\n", texts, grouped/max(texts, 1))
	return nil
}
