package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"dateline/internal/related"
	"dateline/internal/words"
	"dateline/test/quality/reuters"
)

// changes make another telling of a story: pairs labelled by how they came
// about.
var changes = []struct {
	name string
	make func(r *rand.Rand, paragraphs []string, other reuters.Story) []string
}{
	{"a new opening paragraph, one dropped at the end", func(r *rand.Rand, p []string, o reuters.Story) []string {
		return append([]string{sentence(o.Body)}, p[:len(p)-1]...)
	}},
	{"cut to its first half", func(r *rand.Rand, p []string, o reuters.Story) []string { return p[:(len(p)+1)/2] }},
	{"three paragraphs of another story added", func(r *rand.Rand, p []string, o reuters.Story) []string {
		other := paragraphs(o.Body)
		return append(append([]string{}, p...), other[:min(3, len(other))]...)
	}},
	{"every twelfth word replaced", func(r *rand.Rand, p []string, o reuters.Story) []string {
		fields := strings.Fields(strings.Join(p, " "))
		others := strings.Fields(o.Body)
		for i := range fields {
			if r.IntN(12) == 0 {
				fields[i] = others[r.IntN(len(others))]
			}
		}
		return []string{strings.Join(fields, " ")}
	}},
	{"paragraphs in another order, one dropped", func(r *rand.Rand, p []string, o reuters.Story) []string {
		q := append([]string{}, p[1:]...)
		r.Shuffle(len(q), func(i, j int) { q[i], q[j] = q[j], q[i] })
		return q
	}},
}

// paragraphs of a story begin with four spaces.
func paragraphs(body string) []string {
	var out []string
	for _, p := range strings.Split(strings.ReplaceAll(body, "\n    ", "\x00"), "\x00") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func sentence(body string) string {
	s, _, _ := strings.Cut(body, ". ")
	return s + "."
}

// duplicates measures on pairs made of stories of at least 100 words. Pairs of
// different stories are each telling with the story asked for before it, the
// next of the same topic and two others; those of the same headline are left out.
func duplicates(stories []reuters.Story, some []int) string {
	r := rand.New(rand.NewPCG(21578, 1))
	an := words.New("en")
	sketch := func(text string) related.Sketch {
		return related.GistOf(an, related.Text{Body: text}).Sketch
	}
	var b strings.Builder
	b.WriteString("| the other telling of a story | pairs | found |\n|---|---:|---:|\n")
	right, wrong, pairs, different := 0, 0, 0, 0
	for _, c := range changes {
		made, found := 0, 0
		for at, i := range some {
			p := paragraphs(stories[i].Body)
			if len(strings.Fields(stories[i].Body)) < 100 || len(p) < 3 {
				continue
			}
			j := some[(at+len(some)/2)%len(some)]
			own, other := sketch(stories[i].Body), sketch(strings.Join(c.make(r, p, stories[j]), "\n"))
			made++
			if own.Same(&other) {
				found++
			}
			for _, k := range unlike(stories, some, at) {
				third := sketch(stories[k].Body)
				different++
				if other.Same(&third) {
					wrong++
				}
			}
		}
		pairs, right = pairs+made, right+found
		fmt.Fprintf(&b, "| %s | %d | %.1f %% |\n", c.name, made, 100*float64(found)/float64(made))
	}
	fmt.Fprintf(&b, "\nNear-duplicates: recall %.3f (%d of %d pairs made), precision %.3f (%d of %d pairs of different stories taken for one).\n",
		float64(right)/float64(pairs), right, pairs, float64(right)/float64(right+wrong), wrong, different)
	return b.String()
}

// unlike are four stories that are not the one at a place of some: nearest in
// time with a shared topic, and any.
func unlike(stories []reuters.Story, some []int, at int) []int {
	i := some[at]
	var out []int
	for k := i + 1; k < len(stories) && len(out) < 2; k++ {
		if shares(stories[i].Topics, stories[k].Topics) && stories[k].Headline != stories[i].Headline {
			out = append(out, k)
		}
	}
	for _, far := range []int{7, 31} {
		if k := some[(at+far)%len(some)]; stories[k].Headline != stories[i].Headline {
			out = append(out, k)
		}
	}
	return out
}
