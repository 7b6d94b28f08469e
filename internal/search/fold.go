package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// token is one word of a text: where it stands, and its folded form.
type token struct {
	from, to int
	word     string
}

// maxWord bounds a word; longer runs of letters are no words.
const maxWord = 64 // runes

// alike are letters that no decomposition brings together but people type for
// each other; the Arabic ones as Lucene's ArabicNormalizer has them.
var alike = map[rune]string{'ß': "ss", 'ø': "o", 'đ': "d", 'ð': "d", 'ł': "l", 'æ': "ae", 'œ': "oe", 'ı': "i", 'þ': "th", 'ħ': "h",
	'ς': "σ", 'ة': "ه", 'ى': "ي"}

// tokens cuts a text into words of lower-case letters without accents and of
// digits. Han, kana and Thai, which have no spaces, become one word a
// character. An apostrophe joins ("don't" is "dont"), but where a vowel or h
// follows it parts, as French and Italian elide ("l'eau" is "l eau").
func tokens(s string) []token {
	var out []token
	var word strings.Builder
	from, to, runes := -1, 0, 0
	end := func() {
		if from >= 0 {
			out = append(out, token{from, to, word.String()})
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

const (
	maxQueryWords = 12
	maxQueryBytes = 400
)

// Words returns the folded words that a query asks for, each once, at most 12.
func Words(query string) []string {
	cut := len(query) > maxQueryBytes
	if cut {
		query = strings.ToValidUTF8(query[:maxQueryBytes], "")
	}
	var out []string
	seen := map[string]bool{}
	toks := tokens(query)
	if cut && len(toks) > 1 {
		toks = toks[:len(toks)-1] // half a word is another word
	}
	for _, t := range toks {
		if !seen[t.word] && len(out) < maxQueryWords {
			seen[t.word] = true
			out = append(out, t.word)
		}
	}
	return out
}

// Span is a piece of a snippet; Match marks a word of the query.
type Span struct {
	Text  string
	Match bool
}

const (
	snippetRunes  = 220
	snippetBefore = 8 // words shown before the first match
)

// Snippet cuts the part of a text around the first word of the query and marks
// the words found in it.
func Snippet(text string, words []string) []Span {
	want := map[string]bool{}
	for _, w := range words {
		want[w] = true
	}
	toks := tokens(text)
	if len(toks) == 0 {
		return nil
	}
	first := 0
	for i, t := range toks {
		if want[t.word] {
			first = i
			break
		}
	}
	from := max(first-snippetBefore, 0)
	var s snippet
	if from > 0 {
		s.add("… ", false)
	} else {
		s.add(strings.TrimLeft(spaced(text[:toks[0].from]), " "), false)
	}
	i, runes := from, 0
	for ; i < len(toks) && runes < snippetRunes; i++ {
		t := toks[i]
		if i > from {
			s.add(spaced(text[toks[i-1].to:t.from]), false)
		}
		s.add(text[t.from:t.to], want[t.word])
		runes += utf8.RuneCountInString(text[t.from:t.to]) + 1
	}
	if i < len(toks) {
		s.add(" …", false)
	} else {
		s.add(strings.TrimRight(spaced(text[toks[i-1].to:]), " "), false)
	}
	return s
}

type snippet []Span

// add appends a piece; plain text goes on where the last piece was plain.
func (s *snippet) add(text string, match bool) {
	switch n := len(*s); {
	case text == "":
	case !match && n > 0 && !(*s)[n-1].Match:
		(*s)[n-1].Text += text
	default:
		*s = append(*s, Span{text, match})
	}
}

// spaced makes one space of each run of white space.
func spaced(gap string) string {
	if gap == " " || gap == "" {
		return gap
	}
	var b strings.Builder
	space := false
	for _, r := range gap {
		if unicode.IsSpace(r) {
			space = true
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	if space {
		b.WriteByte(' ')
	}
	return b.String()
}
