package register

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/internal/fold"
)

// shape is how a word is written, as far as names depend on it.
type shape uint8

const (
	small   shape = iota // "may"; scripts without case too
	capital              // "May"
	upper                // "MAY"
)

// fits tells whether a word of a text may be a word of a name: "May" is not in
// "may", nor "US" in "us" or "Us".
func (text shape) fits(name shape) bool { return text >= name }

// gap is what parts a word from the one before it.
type gap uint8

const (
	joined gap = iota // spaces, hyphens, the point of an initial
	comma
	apart // the end of a sentence, a quotation mark: no name goes on
)

// token is one word of a text, ready to be compared with names.
type token struct {
	from, to int // bytes of the text
	word     string
	shape    shape
	gap      gap // before it
}

// tokenize cuts a text into words.
func tokenize(s string) []token {
	words := fold.Tokens(s)
	out := make([]token, len(words))
	end := 0
	for i, w := range words {
		t := token{from: w.From, to: w.To, word: w.Word, shape: shapeOf(s[w.From:w.To]), gap: apart}
		if i > 0 {
			t.gap = gapOf(s[end:w.From], s[words[i-1].From:end])
			if t.gap == joined && strings.Contains(s[end:w.From], ".") && (out[i-1].shape == small || signs.common[t.word]) { // "on Customs Lane. It", "ninety days. The"
				t.gap = apart
			}
		}
		out[i], end = t, w.To
	}
	return out
}

func shapeOf(s string) shape {
	first, letters, lower := small, 0, 0
	for _, r := range s {
		if !unicode.IsLetter(r) {
			if apostrophe(r) && letters > 0 { // "US’s" is written in capitals
				break
			}
			continue
		}
		if letters++; letters == 1 && (unicode.IsUpper(r) || unicode.IsTitle(r)) {
			first = capital
		}
		if unicode.IsLower(r) {
			lower++
		}
	}
	if first == capital && lower == 0 && letters > 1 {
		return upper
	}
	return first
}

func apostrophe(r rune) bool { return r == '\'' || r == '’' || r == '‘' || r == 'ʼ' }

// longestAbbreviation is how long a word may be whose point does not end a
// sentence: "J. K. Rowling", "St. Louis", "Sgt. Pepper".
const longestAbbreviation = 4

func gapOf(between, before string) gap {
	g := joined
	for _, r := range between {
		switch {
		case unicode.IsSpace(r) && r != '\n', r == '-', r == '‐', r == '\u2011', r == '–', r == '·', r == '&', r == '/', apostrophe(r), unicode.Is(unicode.Cf, r):
		case r == '.' && utf8.RuneCountInString(before) <= longestAbbreviation:
		case r == ',' && g == joined:
			g = comma
		default:
			return apart
		}
	}
	return g
}

// alternatives are the words that a word of a text may also stand for: without
// the ending of a possessive, and in Arabic without the letters that are
// written together with what follows.
func alternatives(s string, t *token, language string) (out [2]string) {
	n := 0
	add := func(word string) {
		if word != "" && word != t.word && n < len(out) {
			out[n] = word
			n++
		}
	}
	raw := s[t.from:t.to]
	if at := strings.LastIndexFunc(raw, apostrophe); at > 0 {
		if _, size := utf8.DecodeRuneInString(raw[at:]); len(raw)-at-size <= 2 { // ’s, Turkish ’in and ’ta
			if before := fold.Tokens(raw[:at]); len(before) == 1 {
				add(before[0].Word)
			}
		}
	}
	if genitive(language) && t.shape >= capital && len(t.word) > 3 {
		add(strings.TrimSuffix(t.word, "s"))
	}
	if first, size := utf8.DecodeRuneInString(t.word); strings.ContainsRune("وبلكف", first) && utf8.RuneCountInString(t.word) > 3 {
		add(t.word[size:])
	}
	return out
}

// genitive tells of languages that add an s to names without an apostrophe.
func genitive(language string) bool {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	switch base {
	case "de", "nl", "sv", "da", "no", "nb", "nn", "lb":
		return true
	}
	return false
}
