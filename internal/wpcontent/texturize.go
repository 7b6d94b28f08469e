package wpcontent

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// quoteMarks are the quotation marks of a language.
type quoteMarks struct{ openDouble, closeDouble, openSingle, closeSingle string }

// marksByLanguage holds what differs from English.
var marksByLanguage = map[string]quoteMarks{
	"de": {"„", "“", "‚", "‘"}, "cs": {"„", "“", "‚", "‘"}, "sk": {"„", "“", "‚", "‘"}, "sl": {"„", "“", "‚", "‘"},
	"bg": {"„", "“", "‚", "‘"}, "lt": {"„", "“", "‚", "‘"}, "is": {"„", "“", "‚", "‘"}, "et": {"„", "“", "‚", "‘"},
	"pl": {"„", "”", "‚", "’"}, "hu": {"„", "”", "‚", "’"}, "ro": {"„", "”", "‚", "’"}, "hr": {"„", "”", "‚", "’"}, "sr": {"„", "”", "‚", "’"},
	"sv": {"”", "”", "’", "’"}, "fi": {"”", "”", "’", "’"},
	"fr": {"«\u00a0", "\u00a0»", "‘", "’"}, "ru": {"«", "»", "„", "“"}, "uk": {"«", "»", "„", "“"}, "be": {"«", "»", "„", "“"},
	"el": {"«", "»", "‘", "’"}, "nb": {"«", "»", "‘", "’"}, "no": {"«", "»", "‘", "’"}, "nn": {"«", "»", "‘", "’"},
}

var englishMarks = quoteMarks{"“", "”", "‘", "’"}

// marksOf returns the quotation marks of a language such as "de" or "de-AT".
func marksOf(language string) quoteMarks {
	base, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(language), "_", "-"), "-")
	if m, ok := marksByLanguage[base]; ok {
		return m
	}
	return englishMarks
}

// texturizer turns typewriter signs into typographic ones, as WordPress's
// wptexturize does when it shows a text. It goes through the texts of one block
// in order and remembers what stood before, so that a quotation mark next to a
// change of style is read right.
type texturizer struct {
	marks  quoteMarks
	before rune // the last character, 0 at the start of a block
	open   int  // double quotes open
	single int  // single quotes open
}

// reset begins a new block.
func (t *texturizer) reset() { t.before, t.open, t.single = 0, 0, 0 }

// apply returns the text with typographic signs.
func (t *texturizer) apply(s string) string {
	if s == "" {
		return s
	}
	if !strings.ContainsAny(s, "\"'`-") && !strings.Contains(s, "...") && !strings.Contains(s, "(tm)") && !hasTimes(s) {
		t.before, _ = utf8.DecodeLastRuneInString(s)
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			b.WriteString(s[i : i+n])
			t.before, i = r, i+n
			continue
		}
		sign, n := t.sign(s, i)
		if n == 0 {
			b.WriteByte(c)
			t.before = rune(c)
			i++
			continue
		}
		b.WriteString(sign)
		t.before, _ = utf8.DecodeLastRuneInString(sign)
		i += n
	}
	return b.String()
}

// sign returns what the n bytes at s[i] become; 0 bytes when they stay.
func (t *texturizer) sign(s string, i int) (string, int) {
	rest := s[i:]
	switch s[i] {
	case '"':
		return t.double(rest), 1
	case '\'':
		if strings.HasPrefix(rest, "''") && t.before != 0 && !isOpening(t.before) {
			return t.marks.closeDouble, 2
		}
		return t.apostrophe(rest), 1
	case '`':
		if strings.HasPrefix(rest, "``") {
			t.open++
			return t.marks.openDouble, 2
		}
	case '.':
		if strings.HasPrefix(rest, "...") {
			return "…", 3
		}
	case '-':
		return t.dash(rest)
	case '(':
		if len(rest) >= 4 && strings.EqualFold(rest[:4], "(tm)") {
			return "™", 4
		}
	case 'x':
		if isTimes(s, i) {
			return "×", 1
		}
	}
	return "", 0
}

// dash turns --- and " -- " into an em dash, -- and " - " into an en dash.
func (t *texturizer) dash(rest string) (string, int) {
	spaced := t.before == 0 || unicode.IsSpace(t.before)
	n := len(rest) - len(strings.TrimLeft(rest, "-"))
	follows := n == len(rest) || rest[n] == ' ' || rest[n] == '\n'
	switch {
	case n == 3, n == 2 && spaced && follows:
		return "—", n
	case n == 2 && !(t.before == 'n' || t.before == 'N'): // xn--, as in domain names
		return "–", 2
	case n == 1 && spaced && follows:
		return "–", 1
	case n > 3: // a line drawn with hyphens
		return rest[:n], n
	}
	return "", 0
}

// double reads a straight double quotation mark: a prime behind a number, else
// an opening or a closing mark.
func (t *texturizer) double(rest string) string {
	switch {
	case t.open == 0 && unicode.IsDigit(t.before) && !startsWord(rest[1:]):
		return "″"
	case t.open > 0 && strings.HasSuffix(t.marks.openDouble, string(t.before)): // nothing is quoted
	case isOpening(t.before) && (len(rest) == 1 || !unicode.IsSpace(rune(rest[1]))) || t.before == 0:
		t.open++
		return t.marks.openDouble
	}
	t.open = max(0, t.open-1)
	return t.marks.closeDouble
}

// apostrophe reads a straight single quotation mark: a prime behind a number, an
// opening or closing mark around words, an apostrophe everywhere else.
func (t *texturizer) apostrophe(rest string) string {
	next, _ := utf8.DecodeRuneInString(rest[1:])
	switch {
	case unicode.IsDigit(t.before) && t.single == 0 && !unicode.IsLetter(next):
		return "′"
	case isOpening(t.before) && (len(rest) == 1 || startsWord(rest[1:])) && !dropsLetters(rest[1:]):
		t.single++
		return t.marks.openSingle
	case t.single > 0 && !unicode.IsLetter(next):
		t.single--
		return t.marks.closeSingle
	}
	return "’"
}

// isOpening reports whether a mark behind r opens a quotation.
func isOpening(r rune) bool {
	return r == 0 || unicode.IsSpace(r) || strings.ContainsRune("([{-–—=\"“‘„«‚/", r)
}

// startsWord reports whether s goes on with a letter or number.
func startsWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// cockney are words that begin with an apostrophe.
var cockney = []string{"tain", "twere", "twas", "tis", "twill", "til", "bout", "nuff", "round", "cause", "em"}

// dropsLetters reports whether s follows an apostrophe that stands for letters
// left out: '99, 'tis.
func dropsLetters(s string) bool {
	if len(s) >= 2 && isDigit(s[0]) && isDigit(s[1]) && (len(s) == 2 || !isDigit(s[2])) {
		return true
	}
	for _, w := range cockney {
		if len(s) >= len(w) && strings.EqualFold(s[:len(w)], w) && (len(s) == len(w) || !isLetter(s[len(w)])) {
			return true
		}
	}
	return false
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// hasTimes reports whether s may hold a measure such as 9x12.
func hasTimes(s string) bool {
	for i := strings.IndexByte(s, 'x'); i >= 0 && i < len(s); i++ {
		if s[i] == 'x' && isTimes(s, i) {
			return true
		}
	}
	return false
}

// isTimes reports whether the x at s[i] stands between two numbers. 0x… is a
// number in hexadecimal.
func isTimes(s string, i int) bool {
	if i == 0 || i+1 == len(s) || !isDigit(s[i-1]) || !isDigit(s[i+1]) {
		return false
	}
	start := i - 1
	for start > 0 && i-start < 20 && (isDigit(s[start-1]) || s[start-1] == '.' || s[start-1] == ',') {
		start--
	}
	if start > 0 && (isLetter(s[start-1]) || s[start-1] == '_' || s[start-1] >= utf8.RuneSelf) {
		return false
	}
	end := i + 1
	for end < len(s) && end-i < 20 && (isDigit(s[end]) || s[end] == '.' || s[end] == ',') {
		end++
	}
	if end < len(s) && (isLetter(s[end]) && s[end] != 'x' || s[end] == '_') {
		return false
	}
	return s[start:i] != "0"
}
