// Package fold cuts texts into the words that search compares: lower case,
// without accents, the same for what is written and for what is asked.
package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Token is one word of a text: where it stands, in bytes, and its folded form.
type Token struct {
	From, To int
	Word     string
}

// maxWord bounds a word; longer runs of letters are no words.
const maxWord = 64 // runes

// alike are letters that no decomposition brings together but people type for
// each other; the Arabic ones as Lucene's ArabicNormalizer has them.
var alike = map[rune]string{'ß': "ss", 'ø': "o", 'đ': "d", 'ð': "d", 'ł': "l", 'æ': "ae", 'œ': "oe", 'ı': "i", 'þ': "th", 'ħ': "h",
	'ς': "σ", 'ة': "ه", 'ى': "ي"}

// Tokens cuts a text into words of lower-case letters without accents and of
// digits. Han, kana and Thai, which have no spaces, become one word a
// character. An apostrophe joins ("don't" is "dont"), but where a vowel or h
// follows it parts, as French and Italian elide ("l'eau" is "l eau").
func Tokens(s string) []Token {
	var out []Token
	var word strings.Builder
	from, to, runes := -1, 0, 0
	end := func() {
		if from >= 0 {
			out = append(out, Token{from, to, word.String()})
			word.Reset()
			from, runes = -1, 0
		}
	}
	add := func(at, next int, folded string) {
		if from < 0 {
			from = at
		}
		if to = next; runes < maxWord {
			word.WriteString(folded)
		}
		runes++
	}
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		next := i + size
		switch folded := foldRune(r); {
		case folded != "" && alone(r):
			end()
			add(i, next, folded)
			end()
		case folded != "":
			add(i, next, folded)
		case from >= 0 && unicode.Is(unicode.M, r):
			to = next // a mark belongs to its letter
		case silent(r):
		case apostrophe(r) && from >= 0 && joins(s[next:]):
		default:
			end()
		}
		i = next
	}
	end()
	return out
}

// alone reports scripts that are written without spaces.
func alone(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// foldRune returns the letters and digits that a rune stands for, "" when it
// is none.
func foldRune(r rune) string {
	switch {
	case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
		return letters[r : r+1]
	case 'A' <= r && r <= 'Z':
		return letters[r+'a'-'A' : r+'a'-'A'+1]
	case r < utf8.RuneSelf, apostrophe(r), r == tatweel:
		return ""
	}
	var b strings.Builder
	for _, d := range norm.NFKD.String(string(r)) {
		if d = unicode.ToLower(d); !unicode.IsLetter(d) && !unicode.IsDigit(d) {
			continue
		}
		if other, ok := alike[d]; ok {
			b.WriteString(other)
			continue
		}
		b.WriteRune(d)
	}
	return b.String()
}

// letters is the ASCII table, so that folding ASCII makes no strings.
var letters = func() string {
	all := make([]byte, utf8.RuneSelf)
	for i := range all {
		all[i] = byte(i)
	}
	return string(all)
}()

// tatweel lengthens an Arabic word and means nothing.
const tatweel = 'ـ'

// silent reports characters inside words that readers do not see: soft
// hyphens, joiners, direction marks.
func silent(r rune) bool {
	return r == tatweel || r != '\u200B' && r >= utf8.RuneSelf && unicode.Is(unicode.Cf, r)
}

func apostrophe(r rune) bool {
	switch r {
	case '\'', '’', '‘', 'ʼ', 'ʻ':
		return true
	}
	return false
}

// joins reports whether an apostrophe before rest stands inside one word.
func joins(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	folded := foldRune(r)
	return folded != "" && !strings.ContainsRune("aeiouyh", rune(folded[0]))
}

// Words returns the folded words of texts, each once, in the order in which
// they stand, at most limit.
func Words(limit int, texts ...string) []string {
	var out []string
	seen := map[string]bool{}
	for _, text := range texts {
		for _, t := range Tokens(text) {
			if len(out) == limit {
				return out
			}
			if !seen[t.Word] {
				seen[t.Word] = true
				out = append(out, t.Word)
			}
		}
	}
	return out
}
