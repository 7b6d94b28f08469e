package words

import (
	_ "embed" // the lists of stop words
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/irish"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/tamil"
	"github.com/blevesearch/snowballstem/turkish"
)

type stemmer = func(*snowballstem.Env) bool

// stemmers are Snowball's, by the language of a BCP 47 tag.
var stemmers = map[string]stemmer{
	"ar": arabic.Stem, "da": danish.Stem, "nl": dutch.Stem, "en": english.Stem, "fi": finnish.Stem, "fr": french.Stem,
	"de": german.Stem, "hu": hungarian.Stem, "ga": irish.Stem, "it": italian.Stem, "no": norwegian.Stem, "pt": portuguese.Stem,
	"ro": romanian.Stem, "ru": russian.Stem, "es": spanish.Stem, "sv": swedish.Stem, "ta": tamil.Stem, "tr": turkish.Stem,
}

// keepsBeginning are the languages whose rules change the ends of words only:
// not Arabic, Irish and Tamil, which take from the beginning, too.
var keepsBeginning = map[string]bool{
	"da": true, "nl": true, "en": true, "fi": true, "fr": true, "de": true, "hu": true, "it": true, "no": true, "pt": true,
	"ro": true, "ru": true, "es": true, "sv": true, "tr": true,
}

// endsOnly reports whether words that begin with a folded letter lose nothing of
// their beginning to the rules.
func (a *Analyzer) endsOnly(first rune) bool {
	if first < utf8.RuneSelf {
		return a.latinEnds
	}
	return endsOnly(a.languageBy(first))
}

func endsOnly(lang string) bool { return stemmers[lang] == nil || keepsBeginning[lang] }

// Base is the language that a BCP 47 tag names, as this package tells
// languages apart: "en" for "en-GB", "no" for both kinds of Norwegian, "" for
// no tag.
func Base(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	switch base {
	case "nb", "nn":
		return "no"
	case "mo":
		return "ro"
	}
	return base
}

// Stemmed reports whether words of a language are stemmed.
func Stemmed(tag string) bool { return stemmers[Base(tag)] != nil }

//go:embed stop.txt
var stopText string

//go:embed opening.txt
var openingText string

// stopLists are the stop words, folded, by language; openingLists the words that
// open sentences.
var (
	stopLists    = sync.OnceValue(func() map[string]map[string]bool { return lists(stopText) })
	openingLists = sync.OnceValue(func() map[string]map[string]bool { return lists(openingText) })
)

func lists(text string) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	for line := range strings.Lines(text) {
		lang, list, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		set := all[lang]
		if set == nil {
			set = map[string]bool{}
			all[lang] = set
		}
		for _, word := range folded(list) {
			set[word] = true
		}
	}
	return all
}

// Opening reports whether a folded word says little of what a text is about,
// though it is no stop word: most often it opens a sentence.
func (a *Analyzer) Opening(word string) bool { return openingLists()[a.language][word] }

// Stop reports whether a folded word is a stop word of the language.
func Stop(tag, word string) bool { return stopLists()[Base(tag)][word] }
