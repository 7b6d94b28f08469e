package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/internal/fault"
)

// place is where a list goes on: numbers and, for lists by name, a name.
type place struct {
	n    [6]int64
	name string
}

const (
	sealSize   = 8
	maxPlace   = 600 // bytes of a name
	cursorKind = 1   // the form of this version
)

var cursorText = base64.RawURLEncoding.Strict()

// seal binds a cursor to the list and the filters that it is a place of. The
// number of things on a page may change on the way.
func seal(path string, values url.Values) []byte {
	h := sha256.New()
	h.Write([]byte(path))
	bound := url.Values{}
	for name, v := range values {
		if name != "cursor" && name != "limit" {
			bound[name] = v
		}
	}
	h.Write([]byte{0})
	h.Write([]byte(bound.Encode()))
	return h.Sum(nil)[:sealSize]
}

// encode writes a place as a cursor.
func (p place) encode(seal []byte) string {
	b := append([]byte{cursorKind}, seal...)
	for _, n := range p.n {
		b = binary.AppendVarint(b, n)
	}
	return cursorText.EncodeToString(append(b, p.name...))
}

var errCursor = fault.New(fault.Invalid, "the cursor is not one of this list with these parameters").
	WithHint("follow the address under next of the page before as it is, or begin again without cursor")

// decode reads what encode wrote, exactly.
func decode(text string, seal []byte) (p place, err error) {
	b, err := cursorText.DecodeString(text)
	if err != nil || len(b) < 1+sealSize || b[0] != cursorKind || !bytes.Equal(b[1:1+sealSize], seal) {
		return place{}, errCursor
	}
	rest := b[1+sealSize:]
	for i := range p.n {
		n, size := binary.Varint(rest)
		if size <= 0 {
			return place{}, errCursor
		}
		p.n[i], rest = n, rest[size:]
	}
	if p.name = string(rest); len(p.name) > maxPlace || !utf8.Valid(rest) || strings.ContainsFunc(p.name, unicode.IsControl) || p.encode(seal) != text {
		return place{}, errCursor
	}
	return p, nil
}
