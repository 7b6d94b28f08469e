package quote

import (
	"slices"
	"strings"

	"dateline/internal/fold"
	"dateline/internal/urlpath"
)

// titles are the forms of address that are no part of a name, folded.
var titles = []string{"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor",
	"sir", "herr", "frau", "monsieur", "madame", "mme", "m", "senor", "senora", "sr", "sra"}

// Titles are the forms of address that Key takes off names, folded.
func Titles() []string { return slices.Clone(titles) }

// Key is a speaker's name in the form in which names are compared: folded,
// without forms of address before it. "Dr. Ana Núñez" is "ana nunez".
func Key(speaker string) string {
	tokens := fold.Tokens(speaker)
	for len(tokens) > 1 && slices.Contains(titles, tokens[0].Word) {
		tokens = tokens[1:]
	}
	words := make([]string, len(tokens))
	for i, t := range tokens {
		words[i] = t.Word
	}
	return strings.Join(words, " ")
}

// Base is where the pages of quotes stand.
const Base = "/quotes/"

// Path is the address of the page of a speaker's key; of all quotes for "".
func Path(key string) string {
	if key == "" {
		return Base
	}
	return Base + urlpath.Escape(strings.ReplaceAll(key, " ", "-")) + "/"
}

// PageKey is the surrogate key of what shows the quotes of a speaker; of what
// shows the newest of all for "".
func PageKey(key string) string {
	if key == "" {
		return "quotes"
	}
	return "quotes:" + urlpath.Escape(strings.ReplaceAll(key, " ", "-"))
}

// folded is a text's words in the form in which they are looked for.
func folded(s string) string {
	var b strings.Builder
	b.WriteByte(' ')
	for _, t := range fold.Tokens(s) {
		b.WriteString(t.Word)
		b.WriteByte(' ')
	}
	return b.String()
}
