// Package urlpath holds the rules of addresses: words made from headlines,
// look-up keys that forgive what browsers and old links vary, and the permalink
// patterns of WordPress. Everything is a pure function.
package urlpath

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Key returns the form under which an address is looked up: an absolute path,
// percent-decoded once, in NFC and simple case folding, without duplicate or
// trailing slashes; "/" for the root. Equal addresses have equal keys, and
// Key(Key(p)) == Key(p).
//
// Bytes that are no escape stay as they are ("/100%"), an escaped percent sign
// that would read as an escape stays escaped ("%2541"), and bytes that are not
// UTF-8 become escapes, so a key is always valid UTF-8.
//
// Key returns "" for paths that try to mean more than they say: dot segments,
// backslashes, encoded slashes and control characters. Nothing answers there.
func Key(path string) string {
	if isKey(path) {
		return path
	}
	decoded, ok := decode(path)
	if !ok {
		return ""
	}
	folded := norm.NFC.String(foldAll(norm.NFC.String(decoded)))
	var b strings.Builder
	b.Grow(len(folded) + 1)
	for segment := range strings.SplitSeq(folded, "/") {
		switch segment {
		case "":
			continue
		case ".", "..":
			return ""
		}
		b.WriteByte('/')
		b.WriteString(segment)
	}
	if b.Len() == 0 {
		return "/"
	}
	return guardPercents(b.String())
}

// isKey recognises most keys without work: lower-case ASCII paths.
func isKey(path string) bool {
	if path == "/" {
		return true
	}
	if path == "" || path[0] != '/' || path[len(path)-1] == '/' {
		return false
	}
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_', c == '~':
		case c == '/' && path[i+1] != '/' && path[i+1] != '.': // the last byte is no slash
		case c == '.' && i > 0 && path[i-1] != '/':
		default:
			return false
		}
	}
	return true
}

// Fold maps a rune to the one that stands for its simple case folding class
// (Unicode CaseFolding.txt, C and S), mostly the lower-case letter. The
// combining iota (U+0345) stays, because folding it would undo NFC.
func Fold(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	if r == '\u0345' {
		return r
	}
	lower := unicode.ToLower(unicode.ToUpper(r))
	for same := unicode.SimpleFold(r); same != r; same = unicode.SimpleFold(same) {
		if same == lower {
			return lower
		}
	}
	return r
}

// foldAll folds every rune and lets the byte percent pass.
func foldAll(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i, r := range s {
		if s[i] == percent[0] {
			b.WriteString(percent)
		} else {
			b.WriteRune(Fold(r))
		}
	}
	return b.String()
}

// percent stands for a literal percent sign while a key is made. It is a byte
// that no UTF-8 text holds and that decode never passes on.
const percent = "\xff"

// decode undoes one level of percent-encoding and refuses what Key refuses,
// dot segments apart. Literal percent signs come out as percent.
func decode(path string) (string, bool) {
	raw := make([]byte, 0, len(path))
	var escaped []bool // by position in raw: a percent sign that is text
	for i := 0; i < len(path); i++ {
		c := path[i]
		if c != '%' {
			raw, escaped = append(raw, c), append(escaped, false)
			continue
		}
		v, ok := unhex(path[i:])
		switch {
		case !ok:
			raw, escaped = append(raw, '%'), append(escaped, true)
			continue
		case v == '/':
			return "", false
		}
		raw, escaped = append(raw, v), append(escaped, v == '%')
		i += 2
	}
	var b strings.Builder
	for i := 0; i < len(raw); {
		r, size := utf8.DecodeRune(raw[i:])
		switch {
		case r == '\\' || unicode.IsControl(r):
			return "", false
		case escaped[i]:
			b.WriteString(percent)
		case r == utf8.RuneError && size == 1:
			b.WriteByte('%')
			b.WriteByte(lowerHex[raw[i]>>4])
			b.WriteByte(lowerHex[raw[i]&15])
		default:
			b.Write(raw[i : i+size])
		}
		i += size
	}
	return b.String(), true
}

// guardPercents writes literal percent signs back: as themselves, or escaped
// where they would start an escape.
func guardPercents(s string) string {
	if !strings.Contains(s, percent) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != percent[0] {
			b.WriteByte(s[i])
			continue
		}
		if _, ok := unhex("%" + s[i+1:]); ok {
			b.WriteString("%25")
		} else {
			b.WriteByte('%')
		}
	}
	return b.String()
}

const (
	lowerHex = "0123456789abcdef"
	upperHex = "0123456789ABCDEF"
)

// unhex reads the escape at the start of s.
func unhex(s string) (byte, bool) {
	if len(s) < 3 {
		return 0, false
	}
	high, ok1 := hexDigit(s[1])
	low, ok2 := hexDigit(s[2])
	return high<<4 | low, ok1 && ok2
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// Escape returns a decoded path for use in a URL: everything but unreserved
// characters, slashes and the harmless sub-delimiters is percent-encoded in
// upper case (RFC 3986 §2.1, §3.3). A percent sign that already starts an
// escape is kept.
func Escape(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		c := path[i]
		if c == '%' {
			if _, ok := unhex(path[i:]); ok {
				b.WriteByte(c)
				continue
			}
		}
		if plain(c) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(upperHex[c>>4])
		b.WriteByte(upperHex[c&15])
	}
	return b.String()
}

func plain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		strings.IndexByte("/-._~!$&()*+,=:@", c) >= 0
}
