package words

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"golang.org/x/text/unicode/norm"

	"dateline/internal/fold"
)

// folded returns the folded words of a text.
func folded(text string) []string {
	toks := fold.Tokens(text)
	out := make([]string, len(toks))
	for i, t := range toks {
		out[i] = t.Word
	}
	return out
}

// keptStems bounds what an analyser remembers.
const keptStems = 1 << 16

// maxStemmed bounds the words that are stemmed; longer ones are no words.
const maxStemmed = 48 // bytes

// stem returns the folded stem of a word as written, or its folded form when
// its language has no rules or nothing is left of it.
func (a *Analyzer) stem(written, word string) string {
	if len(word) < 3 || len(word) > maxStemmed || digits(word) {
		return word
	}
	if s, ok := a.stems[written]; ok {
		return s
	}
	s := strings.Clone(a.newStem(written, word)) // a slice would keep its whole text
	if len(a.stems) >= keptStems {
		clear(a.stems)
	}
	a.stems[strings.Clone(written)] = s
	return s
}

func (a *Analyzer) newStem(written, word string) string {
	lang := a.languageOf(word)
	rules := stemmers[lang]
	if rules == nil {
		return word
	}
	text := strings.ToLower(norm.NFKC.String(written)) // full-width letters and ligatures as the rules know them
	if i := strings.IndexAny(text, "'’‘ʼʻ\u00AD\u200C\u200D"); i >= 0 {
		if text = word; lang == "en" && possessive(written) {
			text = strings.TrimSuffix(word, "s")
		}
	}
	env := snowballstem.NewEnv(text)
	rules(env)
	var b strings.Builder
	for _, piece := range folded(env.Current()) {
		b.WriteString(piece)
	}
	if b.Len() < 2 {
		return word
	}
	return b.String()
}

// possessive reports whether an English word ends in an apostrophe and s.
func possessive(written string) bool {
	for _, end := range []string{"'s", "’s", "'S", "’S", "ʼs"} {
		if strings.HasSuffix(written, end) {
			return true
		}
	}
	return false
}

// languageOf is the language by whose rules a word is stemmed: that of the
// text, unless the word is in a script that this language does not use.
func (a *Analyzer) languageOf(word string) string {
	first, _ := utf8.DecodeRuneInString(word)
	return a.languageBy(first)
}

// languageBy is languageOf a word that begins with a folded letter.
func (a *Analyzer) languageBy(r rune) string {
	switch {
	case r < 0x0370: // Latin
		return a.orElse(latin, "")
	case unicode.Is(unicode.Cyrillic, r):
		return a.orElse(cyrillic, "ru")
	case unicode.Is(unicode.Arabic, r):
		return a.orElse(arabicScript, "ar")
	case unicode.Is(unicode.Tamil, r):
		return "ta"
	}
	return ""
}

// orElse is the language of the text if it is written in that script.
func (a *Analyzer) orElse(s script, other string) string {
	if a.script == s {
		return a.language
	}
	return other
}

// script is what the words of a language are mostly written in.
type script int

const (
	latin script = iota
	cyrillic
	arabicScript
	others
)

// scripts of languages that are not written in Latin letters.
var scripts = map[string]script{
	"ru": cyrillic, "uk": cyrillic, "be": cyrillic, "bg": cyrillic, "mk": cyrillic, "sr": cyrillic, "kk": cyrillic, "ky": cyrillic, "mn": cyrillic, "tg": cyrillic,
	"ar": arabicScript, "fa": arabicScript, "ur": arabicScript, "ps": arabicScript, "ckb": arabicScript, "sd": arabicScript, "ug": arabicScript,
	"ta": others, "hi": others, "el": others, "he": others, "zh": others, "ja": others, "ko": others, "th": others,
}

func digits(word string) bool {
	for _, r := range word {
		if unicode.IsDigit(r) {
			return true
		}
	}
	return false
}
