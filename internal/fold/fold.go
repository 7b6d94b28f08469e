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
// follows it parts, as French and Italian elide ("l'eau" is "l eau"). Words that
// are written as they fold are slices of the text and keep it in memory.
func Tokens(s string) []Token { return Append(make([]Token, 0, len(s)/6), s) }

// Append appends the words of a text to out.
func Append(out []Token, s string) []Token {
	c := cutter{text: s, out: out, from: -1}
	for i := 0; i < len(s); {
		if n := plain(s[i:]); n > 0 && c.runes+n <= maxWord {
			c.add(i, i+n, n, s[i:i+n])
			i += n
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		next := i + size
		c.letters = appendFolded(c.letters[:0], r, s[i:next])
		switch {
		case len(c.letters) > 0 && alone(r):
			c.end()
			c.add(i, next, 1, string(c.letters))
			c.end()
		case len(c.letters) > 0:
			c.add(i, next, 1, string(c.letters))
		case c.from >= 0 && unicode.Is(unicode.M, r):
			c.differ()
			c.to = next // a mark belongs to its letter
		case silent(r):
		case apostrophe(r) && c.from >= 0 && joins(s[next:]):
		default:
			c.end()
		}
		i = next
	}
	c.end()
	return c.out
}

// cutter cuts a text and is at one of its words.
type cutter struct {
	text     string
	out      []Token
	from, to int    // the word in the text; from is -1 between words
	runes    int    // how many of the text's letters are in it
	differs  bool   // it folds to other letters than those in the text:
	folded   []byte // these
	letters  []byte // what one character folds to
}

// add lengthens the word by what a number of characters fold to.
func (c *cutter) add(at, next, runes int, letters string) {
	if c.from < 0 {
		c.from, c.to = at, at
	}
	if at != c.to || c.runes >= maxWord || letters != c.text[at:next] {
		c.differ()
	}
	if c.differs && c.runes < maxWord {
		c.folded = append(c.folded, letters...)
	}
	c.to = next
	c.runes += runes
}

// differ goes on with a word that is no slice of the text.
func (c *cutter) differ() {
	if !c.differs {
		c.differs = true
		c.folded = append(c.folded[:0], c.text[c.from:c.to]...)
	}
}

// end ends the word, if there is one.
func (c *cutter) end() {
	if c.from < 0 {
		return
	}
	word := c.text[c.from:c.to]
	if c.differs {
		word = string(c.folded)
	}
	c.out = append(c.out, Token{c.from, c.to, word})
	c.from, c.runes, c.differs = -1, 0, false
}

// plain is how many characters of a text are lower-case ASCII letters and
// digits before any other.
func plain(s string) int {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return i
		}
	}
	return len(s)
}

// First is the first letter or digit that a character folds to, 0 for none.
func First(r rune) rune {
	var written [utf8.UTFMax]byte
	var letters [16]byte
	n := utf8.EncodeRune(written[:], r)
	first, size := utf8.DecodeRune(appendFolded(letters[:0], r, string(written[:n])))
	if size == 0 {
		return 0
	}
	return first
}

// Ends reports whether a word never goes on beyond a character: its folding
// tells nothing of it, and it joins nothing.
func Ends(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '\''
	case apostrophe(r), silent(r), unicode.Is(unicode.M, r):
		return false
	}
	return First(r) == 0
}

// alone reports scripts that are written without spaces.
func alone(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// appendFolded appends the letters and digits that a character stands for,
// nothing when it is none.
func appendFolded(out []byte, r rune, written string) []byte {
	switch {
	case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
		return append(out, byte(r))
	case 'A' <= r && r <= 'Z':
		return append(out, byte(r)+'a'-'A')
	case r < utf8.RuneSelf, apostrophe(r), r == tatweel:
		return out
	}
	if parts := norm.NFKD.PropertiesString(written).Decomposition(); parts != nil {
		for len(parts) > 0 {
			d, size := utf8.DecodeRune(parts)
			out = appendLetter(out, d)
			parts = parts[size:]
		}
		return out
	}
	if hangul(r) {
		for _, d := range norm.NFKD.String(written) {
			out = appendLetter(out, d)
		}
		return out
	}
	return appendLetter(out, r)
}

func appendLetter(out []byte, r rune) []byte {
	if r = unicode.ToLower(r); !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		return out
	}
	if other, ok := alike[r]; ok {
		return append(out, other...)
	}
	return utf8.AppendRune(out, r)
}

// hangul reports Korean syllables, which are taken apart by rule and not by a
// table.
func hangul(r rune) bool { return 0xAC00 <= r && r <= 0xD7A3 }

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
	first := First(r)
	return first != 0 && !strings.ContainsRune("aeiouyh", first)
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
