package letter

import (
	"encoding/base64"
	"mime"
	"net/mail"
	"strings"
	"unicode/utf8"

	"dateline/internal/fault"
)

// Broken tells whether a text of one line has a control character or a line
// break in it, or is not UTF-8: such a text must not come near a head.
func Broken(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool {
		return r < ' ' || r >= 0x7f && r <= 0x9f || r == 0x2028 || r == 0x2029
	})
}

// field is one line of the head, folded, with its relaxed form (RFC 6376,
// 3.4.2), which is what is signed.
type field struct {
	raw, relaxed []byte
}

const (
	foldAt   = 76
	longWord = 200 // a word of a text beyond this is encoded, so that lines stay short
)

// makeField makes a line of the head from a value that is safe to stand there.
func makeField(name, value string) field {
	return field{raw: appendField(nil, name, value), relaxed: appendRelaxed(nil, strings.ToLower(name), value)}
}

// appendField folds the value at its spaces.
func appendField(dst []byte, name, value string) []byte {
	dst = append(append(dst, name...), ':')
	column := len(name) + 1
	for i, word := range strings.Fields(value) {
		if i > 0 && column+1+len(word) > foldAt {
			dst = append(dst, "\r\n"...)
			column = 0
		}
		dst = append(append(dst, ' '), word...)
		column += 1 + len(word)
	}
	return append(dst, "\r\n"...)
}

// appendRelaxed is the line as DKIM hashes it.
func appendRelaxed(dst []byte, lowerName, value string) []byte {
	dst = append(append(dst, lowerName...), ':')
	for i, word := range strings.Fields(value) {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = append(dst, word...)
	}
	return append(dst, "\r\n"...)
}

// words encodes a text for the head (RFC 2047) where it needs that.
func words(text string) string {
	if calm(text) {
		return mime.QEncoding.Encode("utf-8", text)
	}
	return inBase64(text)
}

// calm tells a text that neither looks encoded already nor has words without
// end.
func calm(text string) bool {
	if strings.Contains(text, "=?") {
		return false
	}
	for word := range strings.FieldsSeq(text) {
		if len(word) >= longWord {
			return false
		}
	}
	return true
}

func inBase64(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		n := min(45, len(text))
		for n < len(text) && !utf8.RuneStart(text[n]) {
			n--
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString("=?utf-8?b?" + base64.StdEncoding.EncodeToString([]byte(text[:n])) + "?=")
		text = text[n:]
	}
	return b.String()
}

// phrase writes a name as it stands before an address in brackets.
func phrase(name string) string {
	if !calm(name) {
		return inBase64(name)
	}
	text, _, _ := strings.Cut((&mail.Address{Name: name, Address: "a@b"}).String(), " <a@b>")
	return text
}

// mailbox writes a name and an address for the head. The caller has checked
// both.
func mailbox(name, address string) string {
	if strings.TrimSpace(name) == "" {
		return "<" + address + ">"
	}
	return phrase(name) + " <" + address + ">"
}

// CheckAddress refuses what is no address of one mailbox.
func CheckAddress(address string) error {
	at := strings.LastIndexByte(address, '@')
	if Broken(address) || at < 1 || at == len(address)-1 || len(address) > 254 || strings.ContainsAny(address, " <>,;:\\\"()") {
		return fault.New(fault.Invalid, "this is not an address that can be written to")
	}
	return nil
}
