package comment

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What may stand in a row on one letter. Vietnamese needs two, Hebrew with
// cantillation three; more is decoration that runs over its neighbours.
const mostMarks = 3

// tame takes out of a text what readers do not see or what reaches beyond its
// place: controls of direction, invisible characters, heaps of marks, private
// and unassigned characters. Words stay as they are. The work is linear.
func tame(s string) string {
	if plainASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	marks := 0
	var before rune
	for i, r := range s {
		size := utf8.RuneLen(r)
		switch {
		case r == '\n' || r == '\t':
			marks = 0
		case r == '\r':
			if i+1 < len(s) && s[i+1] == '\n' {
				continue
			}
			r = '\n'
		case r == '\u2028' || r == '\u2029' || r == '\u0085':
			r = '\n'
		case joins(r):
			if next, _ := utf8.DecodeRuneInString(s[min(i+size, len(s)):]); !joinable(before) || !joinable(next) {
				continue
			}
		case selects(r):
			if !pictures(before) {
				continue
			}
		case unseen(r):
			continue
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > mostMarks || before == 0 || unicode.IsSpace(before) {
				continue
			}
			b.WriteRune(r)
			continue // before stays the letter
		default:
			marks = 0
		}
		b.WriteRune(r)
		before = r
	}
	return norm.NFC.String(b.String())
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// unseen reports characters that show nothing, or change what is beside them.
func unseen(r rune) bool {
	switch {
	case r == utf8.RuneError, r < ' ', r >= 0x7f && r < 0xa0, r == 0xad, r == 0x34f, r == 0x61c, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x180e:
		return true
	case r >= 0x180b && r <= 0x180f, r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0x2800, r == 0x3164, r == 0xfeff, r == 0xffa0:
		return true
	case r >= 0xfff0 && r <= 0xfffc, r >= 0x1d173 && r <= 0x1d17a, r >= 0xe0000 && r <= 0xe0fff:
		return true
	}
	return unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs) || !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z)
}

// joins reports the two joiners. Persian and Indic words and joined emoji need
// them; elsewhere they only hide.
func joins(r rune) bool { return r == '\u200c' || r == '\u200d' }

func joinable(r rune) bool {
	return pictures(r) || selects(r) || unicode.In(r, unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi,
		unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer)
}

// selects reports the selector of an emoji's form.
func selects(r rune) bool { return r == '\ufe0f' || r == '\ufe0e' }

func pictures(r rune) bool {
	return unicode.Is(unicode.So, r) || r >= 0x1f3fb && r <= 0x1f3ff || r == '#' || r == '*' || r >= '0' && r <= '9' || r == '\u20e3'
}

// tameLine is tame for one line, with single spaces.
func tameLine(s string) string { return strings.Join(strings.Fields(tame(s)), " ") }

// script is what tells letters apart that look alike.
type script int

const (
	noScript script = iota
	latin
	cyrillic
	greek
	otherScript
)

func scriptOf(r rune) script {
	switch {
	case !unicode.IsLetter(r):
		return noScript
	case unicode.Is(unicode.Latin, r):
		return latin
	case unicode.Is(unicode.Cyrillic, r):
		return cyrillic
	case unicode.Is(unicode.Greek, r):
		return greek
	}
	return otherScript
}

// mixed reports a word with letters of two of the scripts whose letters look
// alike: nobody writes so but to be taken for somebody else.
func mixed(name string) bool {
	for word := range strings.FieldsFuncSeq(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
		var has [otherScript + 1]bool
		for _, r := range word {
			has[scriptOf(r)] = true
		}
		if has[latin] && (has[cyrillic] || has[greek]) || has[cyrillic] && has[greek] {
			return true
		}
	}
	return false
}

// skeleton is what a name looks like: names that people take for each other
// have the same one. Accents, case, spaces, signs and invisible characters do
// not count, letters and digits that look alike are one.
func skeleton(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(name) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		r = unicode.ToLower(r)
		like, _ := lookalike(r)
		b.WriteRune(like)
	}
	return pairs.Replace(b.String())
}

// pairs are two letters that are taken for one.
var pairs = strings.NewReplacer("rn", "m", "vv", "w", "cl", "d")

// alike are letters and digits that are taken for a Latin letter, each before
// that letter.
const alike = "аaвbсcԁdеeһhіlјjкkӏlмmпnоoрpԛqгrѕsтtуyѵvԝwхxԍgзeʙbʜhεeοoαaιlνvρpτtυuχxκkμuηnωwγyѡwɑaɡgɩlօoսu0o1l3e4a5s7t8bılłløođdħhŧt"

// lookalike is the Latin letter that a lower-case letter or digit is taken for.
func lookalike(r rune) (rune, bool) {
	if r == 'i' {
		return 'l', true
	}
	if r < utf8.RuneSelf && !unicode.IsDigit(r) {
		return r, false
	}
	first := true
	var from rune
	for _, letter := range alike {
		if !first && from == r {
			return letter, true
		}
		from, first = letter, !first
	}
	return r, false
}

// blank reports a text that shows nothing.
func blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) })
}
