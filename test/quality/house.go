package main

import (
	_ "embed"
	"slices"
	"strings"

	"dateline/internal/comment/guard"
)

// houseLines are words and phrases of comment spam that the corpora are too
// old or too narrow to know, written down by hand: a line is learnt as words.
//
//go:embed house.txt
var houseLines string

// goodLines are words of readers in other languages than the corpora's, of which
// some stand there in spam only.
//
//go:embed housegood.txt
var goodLines string

// peopleLines are names of people and bands that the corpora speak of, one a line,
// found by reading the table: whose name stands in a comment says nothing about
// it, and a table that ships is no place for names.
//
//go:embed people.txt
var peopleLines string

// named tells whether a token is a name of peopleLines, has one in it, or is the
// beginning of one.
func named(token string) bool {
	return slices.ContainsFunc(strings.Fields(token), func(word string) bool {
		begin, short := strings.CutSuffix(word, "*")
		return slices.ContainsFunc(strings.Fields(peopleLines), func(name string) bool {
			return name == word || short && strings.HasPrefix(name, begin)
		})
	})
}

// houseWeight is in how many comments each of them is said to have stood.
const houseWeight = 5

// houseRows are the hand-written rows: single words, and the pairs of phrases.
func houseRows() []guard.Row {
	return append(entries(houseLines, guard.Row{Spam: houseWeight}), entries(goodLines, guard.Row{Ham: houseWeight})...)
}

func entries(lines string, counts guard.Row) []guard.Row {
	var out []guard.Row
	for line := range strings.Lines(lines) {
		for entry := range strings.SplitSeq(line, ",") {
			tokens := guard.Tokens(guard.Sign{Text: entry})
			phrase := slices.ContainsFunc(tokens, isPair)
			for _, token := range tokens {
				fits := !strings.HasSuffix(token, "*") && isPair(token) == phrase
				if fits && !slices.ContainsFunc(out, func(r guard.Row) bool { return r.Token == token }) {
					out = append(out, guard.Row{Token: token, Ham: counts.Ham, Spam: counts.Spam})
				}
			}
		}
	}
	return out
}

func isPair(token string) bool { return strings.Contains(token, " ") }
