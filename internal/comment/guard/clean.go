package guard

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// mostRead bounds what is read of a text, in characters: its beginning and its
// end.
const (
	mostRead     = 12_000
	mostReadHead = 9_000
)

// tricks counts what only makes sense against programs that read.
type tricks struct {
	invisible int // characters nobody sees, between letters
	marks     int // combining marks beyond two on one letter
	styled    int // letters out of the mathematical tables
	posing    int // words in which letters of another script pose as Latin ones
}

// clean is the text as a person reads it: without what nobody sees, and with
// letters that pose as Latin ones made Latin.
func clean(text string) (string, tricks) {
	text = shorten(strings.ToValidUTF8(text, " "))
	if plain(text) {
		return text, tricks{}
	}
	var t tricks
	text = t.bare(text)
	return t.unmask(text), t
}

// shorten cuts the middle out of a text that is too long.
func shorten(text string) string {
	if len(text) <= mostRead || utf8.RuneCountInString(text) <= mostRead {
		return text
	}
	runes := []rune(text)
	return string(runes[:mostReadHead]) + " " + string(runes[len(runes)-(mostRead-mostReadHead):])
}

// plain reports ASCII without control characters, which needs no cleaning.
func plain(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// bare drops what nobody sees and makes styled letters plain.
func (t *tricks) bare(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	var before rune // the last one kept
	marks, dropped := 0, 0
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf:
		case unseen(r):
			if r != softHyphen {
				dropped++
			}
			continue
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
			if marks++; marks > 2 {
				t.marks++
				continue
			}
			b.WriteRune(r)
			continue
		case styledLetter(r):
			if p := plainLetter(r); p != 0 {
				t.styled++
				r = p
			}
		}
		if dropped > 0 && disguises(before) && disguises(r) {
			t.invisible += dropped
		}
		marks, dropped, before = 0, 0, r
		b.WriteRune(r)
	}
	return b.String()
}

const softHyphen = '\u00AD'

// unseen reports format characters and fillers, which show as nothing.
func unseen(r rune) bool {
	switch r {
	case '\u034F', '\u115F', '\u1160', '\u17B4', '\u17B5', '\u3164', '\uFFA0', '\u2800':
		return true
	}
	return unicode.Is(unicode.Cf, r) || r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF
}

// disguises reports letters of scripts that need no joiners, so that an unseen
// character between two of them has no honest purpose.
func disguises(r rune) bool {
	return r < utf8.RuneSelf && (r|0x20 >= 'a' && r|0x20 <= 'z') || unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek)
}

// styledLetter reports the blocks of letters made for formulas and badges.
func styledLetter(r rune) bool {
	return r >= 0x1D400 && r <= 0x1D7FF || r >= 0xFF21 && r <= 0xFF5A || r >= 0x24B6 && r <= 0x24E9 ||
		r >= 0x1F130 && r <= 0x1F189
}

// plainLetter is the Latin letter that a styled one stands for, 0 for none.
func plainLetter(r rune) rune {
	switch {
	case r >= 0x1D400 && r <= 0x1D6A3:
		n := (r - 0x1D400) % 52
		if n < 26 {
			return 'A' + n
		}
		return 'a' + n - 26
	case r >= 0xFF21 && r <= 0xFF3A, r >= 0xFF41 && r <= 0xFF5A:
		return r - 0xFF21 + 'A'
	case r >= 0x24B6 && r <= 0x24CF:
		return r - 0x24B6 + 'A'
	case r >= 0x24D0 && r <= 0x24E9:
		return r - 0x24D0 + 'a'
	case r >= 0x1F130 && r <= 0x1F149:
		return r - 0x1F130 + 'A'
	case r >= 0x1F150 && r <= 0x1F169:
		return r - 0x1F150 + 'A'
	case r >= 0x1F170 && r <= 0x1F189:
		return r - 0x1F170 + 'A'
	}
	return 0
}

// unmask makes letters Latin that pose as such: in words of mixed script, and
// in words of lookalikes only where the rest of the text is Latin.
func (t *tricks) unmask(text string) string {
	latin := mostlyLatin(text)
	var b strings.Builder
	b.Grow(len(text))
	for len(text) > 0 {
		end := strings.IndexFunc(text, notLetter)
		if end < 0 {
			end = len(text)
		}
		if end == 0 {
			_, size := utf8.DecodeRuneInString(text)
			b.WriteString(text[:size])
			text = text[size:]
			continue
		}
		b.WriteString(t.unmaskWord(text[:end], latin))
		text = text[end:]
	}
	return b.String()
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) }

func (t *tricks) unmaskWord(word string, latinText bool) string {
	latin, posing, foreign := 0, 0, 0
	for _, r := range word {
		switch {
		case r < utf8.RuneSelf || unicode.Is(unicode.Latin, r):
			latin++
		case lookalike(r) != 0:
			posing++
		case unicode.In(r, unicode.Cyrillic, unicode.Greek):
			foreign++
		}
	}
	mixed := latin > 0 && (posing > 0 || foreign > 0)
	if posing == 0 || !mixed && (!latinText || foreign > 0 || posing < 3) {
		return word
	}
	t.posing++
	return strings.Map(func(r rune) rune {
		if l := lookalike(r); l != 0 {
			return l
		}
		return r
	}, word)
}

// mostlyLatin reports whether most letters are Latin.
func mostlyLatin(text string) bool {
	latin, other := 0, 0
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf:
			if r|0x20 >= 'a' && r|0x20 <= 'z' {
				latin++
			}
		case unicode.Is(unicode.Latin, r):
			latin++
		case unicode.IsLetter(r):
			other++
		}
	}
	return latin > 2*other
}

// lookalike is the Latin letter that a Cyrillic, Greek or other letter looks
// like, 0 for none.
func lookalike(r rune) rune {
	if r < 0x0250 {
		return 0
	}
	return lookalikes[r]
}

// lookalikes are the common ones of Unicode's confusables (UTS 39).
var lookalikes = map[rune]rune{
	'а': 'a', 'в': 'b', 'с': 'c', 'ԁ': 'd', 'е': 'e', 'ё': 'e', 'һ': 'h', 'і': 'i', 'ї': 'i', 'ј': 'j', 'к': 'k', 'ӏ': 'l', 'м': 'm', 'о': 'o',
	'р': 'p', 'ԛ': 'q', 'ѕ': 's', 'т': 't', 'у': 'y', 'ѵ': 'v', 'ԝ': 'w', 'х': 'x', 'п': 'n', 'г': 'r', 'н': 'h', 'ь': 'b',
	'А': 'A', 'В': 'B', 'С': 'C', 'Е': 'E', 'Н': 'H', 'І': 'I', 'Ј': 'J', 'К': 'K', 'М': 'M', 'О': 'O', 'Р': 'P', 'Ѕ': 'S', 'Т': 'T', 'У': 'Y', 'Х': 'X',
	'α': 'a', 'β': 'b', 'ε': 'e', 'η': 'n', 'ι': 'i', 'κ': 'k', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'τ': 't', 'υ': 'u', 'χ': 'x', 'ω': 'w', 'γ': 'y', 'σ': 'o',
	'Α': 'A', 'Β': 'B', 'Ε': 'E', 'Ζ': 'Z', 'Η': 'H', 'Ι': 'I', 'Κ': 'K', 'Μ': 'M', 'Ν': 'N', 'Ο': 'O', 'Ρ': 'P', 'Τ': 'T', 'Υ': 'Y', 'Χ': 'X',
	'ɑ': 'a', 'ɡ': 'g', 'ɩ': 'i', 'ѡ': 'w', 'ո': 'n', 'օ': 'o', 'ս': 'u', 'հ': 'h', 'ց': 'g', 'ⅰ': 'i', 'ⅼ': 'l', 'ⅽ': 'c', 'ⅾ': 'd', 'ⅿ': 'm',
}
