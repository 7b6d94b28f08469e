package urlpath

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxSlug is the longest slug in bytes; WordPress stores no longer one.
const maxSlug = 200

var (
	tags     = regexp.MustCompile(`<[^<>]*>`)
	entities = regexp.MustCompile(`&#?[a-zA-Z0-9]{1,32};`)
)

// latin spells Latin letters that do not decompose into a base letter and
// marks, as WordPress's remove_accents does.
var latin = map[rune]string{
	'ß': "ss", 'ẞ': "ss", 'æ': "ae", 'Æ': "ae", 'œ': "oe", 'Œ': "oe", 'ø': "o", 'Ø': "o", 'đ': "d", 'Đ': "d",
	'ð': "d", 'Ð': "d", 'þ': "th", 'Þ': "th", 'ł': "l", 'Ł': "l", 'ħ': "h", 'Ħ': "h", 'ı': "i", 'ŋ': "n", 'Ŋ': "n",
	'ĸ': "k", 'ŧ': "t", 'Ŧ': "t", 'ª': "a", 'º': "o", 'ə': "e", 'Ə': "e",
}

// Slug makes the word of an address from a headline, or cleans one that was
// written by hand or stored by WordPress ("%d8%a7…" is decoded). It follows
// WordPress's sanitize_title: accents of Latin letters go, tags and entities
// too, everything is lower case and joined by single hyphens; but letters and
// digits of all scripts stay as they are, in NFC. At most 200 bytes; "" when
// nothing is left. Slug(Slug(s)) == Slug(s).
func Slug(s string) string {
	s = entities.ReplaceAllString(tags.ReplaceAllString(s, ""), "")
	s = norm.NFC.String(decodeText(s))
	var b strings.Builder
	gap, afterLatin := false, false
	put := func(text string) {
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteString(text)
	}
	for _, r := range s {
		switch {
		case separates(r):
			gap, afterLatin = true, false
		case unicode.Is(unicode.Latin, r):
			if text := ascii(r); text != "" {
				put(text)
			}
			afterLatin = true
		case unicode.Is(unicode.Variation_Selector, r):
		case unicode.IsMark(r):
			if !afterLatin && b.Len() > 0 && !gap {
				put(string(r))
			}
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_':
			put(string(Fold(r)))
			afterLatin = false
		case r == '×':
			put("x")
			afterLatin = false
		}
	}
	return cut(norm.NFC.String(b.String()), maxSlug)
}

// separates tells whether a rune parts words.
func separates(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || r == '.' || r == '/' || r == '\\'
}

// ascii spells a Latin letter with ASCII letters, lower case.
func ascii(r rune) string {
	if text, ok := latin[r]; ok {
		return text
	}
	var b strings.Builder
	for _, d := range norm.NFKD.String(string(r)) {
		if text, ok := latin[d]; ok {
			b.WriteString(text)
		} else if d < utf8.RuneSelf && unicode.IsLetter(d) {
			b.WriteRune(unicode.ToLower(d))
		} else if !unicode.IsMark(d) && (unicode.IsLetter(d) || unicode.IsDigit(d)) {
			b.WriteRune(Fold(d))
		}
	}
	return b.String()
}

// decodeText decodes percent escapes and drops what is not UTF-8 then, such as
// the cut end of a WordPress slug.
func decodeText(s string) string {
	if !strings.Contains(s, "%") {
		return strings.ToValidUTF8(s, "")
	}
	raw := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if v, ok := unhex(s[i:]); s[i] == '%' && ok {
			raw = append(raw, v)
			i += 2
		} else {
			raw = append(raw, s[i])
		}
	}
	return strings.ToValidUTF8(string(raw), "")
}

// cut shortens a slug to at most n bytes, at the end of a word where one ends
// in the last third, else between runes.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	if word := strings.LastIndexByte(s[:n+1], '-'); word > n*2/3 {
		n = word
	}
	return strings.TrimRight(s[:n], "-")
}
