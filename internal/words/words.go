package words

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"dateline/internal/fold"
)

// Token is one word of a text.
type Token struct {
	From, To int    // where it stands, in bytes
	Place    int    // which word of the text it is, from 0; pieces of one word have places of their own
	Word     string // folded, as written
	Stem     string // folded stem; Word itself where there is none
	Stop     bool   // says nothing about what the text is about
	Piece    Piece
}

// Piece tells whole words from pieces of what is written without spaces.
type Piece uint8

// The pieces.
const (
	Whole     Piece = iota
	Character       // one character of Chinese, Japanese or Thai
	Pair            // two neighbouring characters, also of a Korean word
)

// Analyzer cuts texts of one language. It remembers stems and must not be used
// by several goroutines at once.
type Analyzer struct {
	language  string
	script    script
	stop      map[string]bool
	stems     map[string]string
	latinEnds bool         // endsOnly of Latin letters
	found     []fold.Token // room for those of a text
}

// New returns an analyser for texts of a BCP 47 language; unknown ones and ""
// are folded and cut but not stemmed.
func New(tag string) *Analyzer {
	base := Base(tag)
	a := &Analyzer{language: base, script: scripts[base], stop: stopLists()[base], stems: map[string]string{}}
	a.latinEnds = endsOnly(a.languageBy('a'))
	return a
}

// Tokens cuts a text. Of a run of characters without spaces it gives each
// character and each pair of neighbours; of a Korean word the word and its
// pairs of syllables.
func (a *Analyzer) Tokens(text string) []Token { return a.cut(nil, 0, text, a.stem) }

// Likely cuts a text like Tokens, but leaves a word without its stem, as its own
// stem, where that stem begins with none of the characters of begins. To find
// stems is most of the work.
func (a *Analyzer) Likely(text, begins string) []Token {
	return a.cut(nil, 0, text, a.likely(begins))
}

func (a *Analyzer) likely(begins string) stemming {
	return func(written, word string) string {
		first, _ := utf8.DecodeRuneInString(word)
		if !strings.ContainsRune(begins, first) && a.endsOnly(first) {
			return word
		}
		return a.stem(written, word)
	}
}

// Written cuts a text of any language like Tokens, but looks for no stems and
// no stop words: every word is its own stem.
func Written(text string) []Token {
	return new(Analyzer).cut(nil, 0, text, func(_, word string) string { return word })
}

// stemming gives the stem of a word as written and folded.
type stemming func(written, word string) string

// cut appends the words of a part of a text that begins at a place of it. The
// numbers of their places count from the beginning of the part.
func (a *Analyzer) cut(out []Token, from int, text string, stem stemming) []Token {
	found := fold.Append(a.found[:0], text)
	a.found = found
	out = slices.Grow(out, len(found)+len(found)/8)
	place := 0
	for i, t := range found {
		at, to := from+t.From, from+t.To
		switch syllables := hangul(t.Word); {
		case single(t.Word):
			out = append(out, Token{at, to, place, t.Word, t.Word, false, Character})
			if i+1 < len(found) && found[i+1].From == t.To && single(found[i+1].Word) {
				pair := t.Word + found[i+1].Word
				out = append(out, Token{at, from + found[i+1].To, place, pair, pair, false, Pair})
			}
			place++
		case len(syllables) > 0:
			whole := string(syllables)
			out = append(out, Token{at, to, place, whole, whole, false, Whole})
			for j := range syllables[1:] {
				pair := string(syllables[j : j+2])
				if pair != whole {
					out = append(out, Token{at, to, place + j, pair, pair, false, Pair})
				}
			}
			place += len(syllables)
		default:
			out = append(out, Token{at, to, place, t.Word, stem(text[t.From:t.To], t.Word), a.stop[t.Word], Whole})
			place++
		}
	}
	clear(a.found) // or they would keep the text
	return out
}

// Ask is one word of a question: the words, one of which must stand in a text
// for each place, or a run of pairs that must follow each other.
type Ask struct {
	From, To int      // where it stands, in bytes
	Written  string   // as typed, folded
	Stem     string   // its stem, Written where there is none
	Pairs    []string // neighbours of a run without spaces, in order; nil for a word with spaces
	Stop     bool
}

// Asks cuts a question like a text: whole words with their stems, and runs
// without spaces as the pairs that must be found.
func (a *Analyzer) Asks(text string) []Ask {
	var out []Ask
	found := fold.Tokens(text)
	for i := 0; i < len(found); i++ {
		t := found[i]
		syllables := hangul(t.Word)
		if !single(t.Word) && len(syllables) == 0 {
			out = append(out, Ask{From: t.From, To: t.To, Written: t.Word, Stem: a.stem(text[t.From:t.To], t.Word), Stop: a.stop[t.Word]})
			continue
		}
		run := syllables
		if single(t.Word) {
			run = []rune(t.Word)
			for ; i+1 < len(found) && found[i+1].From == found[i].To && single(found[i+1].Word); i++ {
				run = append(run, []rune(found[i+1].Word)...)
			}
		}
		ask := Ask{From: t.From, To: found[i].To, Written: string(run), Stem: string(run)}
		for j := 0; j+1 < len(run); j++ {
			ask.Pairs = append(ask.Pairs, string(run[j:j+2]))
		}
		out = append(out, ask)
	}
	return out
}

// single reports whether fold made one word of one character because its
// script has no spaces.
func single(word string) bool {
	for i, r := range word {
		if i > 0 || r < utf8.RuneSelf || !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) {
			return false
		}
	}
	return word != ""
}

// hangul returns the syllables of a Korean word, which fold takes apart into
// letters; nil for other words.
func hangul(word string) []rune {
	if first, _ := utf8.DecodeRuneInString(word); !unicode.Is(unicode.Hangul, first) {
		return nil
	}
	var out []rune
	for _, r := range norm.NFC.String(word) {
		if !unicode.Is(unicode.Hangul, r) {
			return nil
		}
		out = append(out, r)
	}
	return out
}
