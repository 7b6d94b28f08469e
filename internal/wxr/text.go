package wxr

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// maxEntity is the longest entity looked for, from "&" to ";".
const maxEntity = 40

// Classes of bytes for the fast path of appendText.
const (
	plain = iota
	ampersand
	special // control, CR, beyond ASCII
)

var class = func() (t [256]byte) {
	for i := range t {
		if (i < ' ' && i != '\t' && i != '\n') || i >= 0x7f {
			t[i] = special
		}
	}
	t['&'] = ampersand
	return t
}()

// appendText appends raw character data to dst as clean UTF-8 with "\n" line
// ends, mending what is wrong, and returns how much of raw was used. With
// entities, references are resolved. When more data may follow (!final), an
// entity that may still be open at the end is left for the next call.
func (s *scanner) appendText(dst, raw []byte, entities, final bool) ([]byte, int) {
	i := 0
	for i < len(raw) {
		start := i
		for i < len(raw) && class[raw[i]] == plain {
			i++
		}
		dst = append(dst, raw[start:i]...)
		if i == len(raw) {
			break
		}
		c := raw[i]
		switch {
		case c == '&' && !entities:
			dst = append(dst, '&')
			i++
		case c == '&':
			end := bytes.IndexByte(raw[i:min(len(raw), i+maxEntity)], ';')
			if end < 0 && !final && len(raw)-i < maxEntity {
				return dst, i
			}
			var n int
			dst, n = s.appendEntity(dst, raw[i:], end)
			i += n
		case c == '\r':
			dst = append(dst, '\n')
			i++
			if i < len(raw) && raw[i] == '\n' {
				i++
			}
		case c < ' ' || c == 0x7f:
			s.repair(RepairControl)
			i++
		default:
			var n int
			dst, n = s.appendRune(dst, raw[i:])
			i += n
		}
	}
	return dst, i
}

// appendRune appends the character at the start of raw, whose first byte is
// beyond ASCII. A lone byte that is not UTF-8 is read as windows-1252: it comes
// from text that was pasted into a database before it spoke Unicode.
func (s *scanner) appendRune(dst, raw []byte) ([]byte, int) {
	r, n := utf8.DecodeRune(raw)
	if r != utf8.RuneError || n > 1 {
		if r == 0xFFFE || r == 0xFFFF {
			s.repair(RepairControl)
			return dst, n
		}
		return append(dst, raw[:n]...), n
	}
	s.repair(RepairBytes)
	if n := truncatedRune(raw); n > 1 {
		return utf8.AppendRune(dst, utf8.RuneError), n
	}
	return utf8.AppendRune(dst, charmap.Windows1252.DecodeByte(raw[0])), 1
}

// truncatedRune returns the length of a UTF-8 sequence that began well and was
// cut off, as MySQL does at a column's end; 1 when raw[0] stands alone.
func truncatedRune(raw []byte) int {
	want := 0
	switch c := raw[0]; {
	case c >= 0xE1 && c <= 0xEF:
		want = 2
	case c >= 0xF1 && c <= 0xF3:
		want = 3
	}
	n := 1
	for n <= want && n < len(raw) && raw[n]&0xC0 == 0x80 {
		n++
	}
	return n
}

// appendEntity resolves the reference at the start of raw, whose ";" is at end
// (-1: none). What is no reference is an "&" that nobody escaped.
func (s *scanner) appendEntity(dst, raw []byte, end int) ([]byte, int) {
	if end < 2 {
		s.repair(RepairAmpersand)
		return append(dst, '&'), 1
	}
	name := raw[1:end]
	switch string(name) {
	case "amp":
		return append(dst, '&'), end + 1
	case "lt":
		return append(dst, '<'), end + 1
	case "gt":
		return append(dst, '>'), end + 1
	case "quot":
		return append(dst, '"'), end + 1
	case "apos":
		return append(dst, '\''), end + 1
	}
	if name[0] == '#' {
		return s.appendNumeric(dst, name[1:], end+1)
	}
	ref := string(raw[:end+1])
	if text := html.UnescapeString(ref); !strings.HasSuffix(text, ";") {
		return append(dst, text...), end + 1
	}
	s.repair(RepairAmpersand)
	return append(dst, '&'), 1
}

// appendNumeric resolves a numeric reference; n is the length of all of it.
// The C1 range means windows-1252, as in HTML.
func (s *scanner) appendNumeric(dst, digits []byte, n int) ([]byte, int) {
	base := 10
	if len(digits) > 0 && (digits[0] == 'x' || digits[0] == 'X') {
		base, digits = 16, digits[1:]
	}
	v, err := strconv.ParseUint(string(digits), base, 32)
	if err != nil {
		s.repair(RepairAmpersand)
		return append(dst, '&'), 1
	}
	r := rune(v)
	switch {
	case v == 9 || v == 10 || v == 13:
		return append(dst, byte(v)), n
	case v < ' ' || v == 0x7f || v > utf8.MaxRune || v == 0xFFFE || v == 0xFFFF || !utf8.ValidRune(r):
		s.repair(RepairControl)
		return dst, n
	case v >= 0x80 && v < 0xA0:
		r = charmap.Windows1252.DecodeByte(byte(v))
	}
	return utf8.AppendRune(dst, r), n
}
