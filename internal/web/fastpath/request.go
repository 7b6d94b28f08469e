package fastpath

import (
	"bytes"

	"dateline/internal/pagecache"
	"dateline/internal/web/negotiate"
)

// request is a request that the fast path answers. Its slices are parts of the
// connection's buffer.
type request struct {
	path          []byte // as sent, without a query
	host          []byte
	cookie        []byte
	noneMatch     []byte
	modifiedSince []byte
	accept        pagecache.Accept
	accepts       bool // Accept-Encoding was there
	head          bool // the method is HEAD
	last          bool // the client closes the connection afterwards
}

// maxFields bounds the header lines that are looked at.
const maxFields = 64

// parse reads one request from the start of b and returns the number of bytes
// it took. It returns 0 for everything but a complete, plain GET or HEAD in
// HTTP/1.1 without a body, written exactly as RFC 9112 asks: that is
// net/http's to judge. Nothing is repaired here, so that no other reader of
// the same bytes (a proxy before us) can see another request than we do.
func parse(b []byte, r *request) int {
	*r = request{}
	rest, ok := parseLine(b, r)
	if !ok {
		return 0
	}
	for range maxFields {
		if len(rest) >= 2 && rest[0] == '\r' && rest[1] == '\n' {
			if r.host == nil {
				return 0
			}
			return len(b) - len(rest) + 2
		}
		colon := bytes.IndexByte(rest, ':')
		end := bytes.IndexByte(rest, '\n')
		if colon <= 0 || end < colon || rest[end-1] != '\r' {
			return 0
		}
		name, value := rest[:colon], rest[colon+1:end-1]
		if !isToken(name) || !isText(value) || !r.field(name, trim(value)) {
			return 0
		}
		rest = rest[end+1:]
	}
	return 0
}

// parseLine reads the request line.
func parseLine(b []byte, r *request) (rest []byte, ok bool) {
	switch {
	case bytes.HasPrefix(b, []byte("GET /")):
		rest = b[4:]
	case bytes.HasPrefix(b, []byte("HEAD /")):
		rest, r.head = b[5:], true
	default:
		return nil, false
	}
	end := 0
	for end < len(rest) && isPathByte(rest[end]) {
		if rest[end] == '%' && (end+2 >= len(rest) || !isHex(rest[end+1]) || !isHex(rest[end+2])) {
			return nil, false
		}
		end++
	}
	r.path, rest = rest[:end], rest[end:]
	rest, ok = bytes.CutPrefix(rest, []byte(" HTTP/1.1\r\n"))
	return rest, ok
}

// isPathByte tells whether a byte may stand in a path of RFC 3986. Queries,
// fragments and bytes that should be escaped are not ours.
func isPathByte(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '/' <= c && c <= '9': // "/" and digits
		return true
	}
	switch c {
	case '-', '.', '_', '~', '%', '!', '$', '&', '\'', '(', ')', '*', '+', ',', '=', ':', '@':
		return true
	}
	return false
}

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' }

// field notes a header field. It returns false for those that change what a
// request means in a way that the fast path does not know.
func (r *request) field(name, value []byte) bool {
	switch len(name) {
	case 2:
		return !is(name, "te")
	case 4:
		if is(name, "host") {
			if r.host != nil || len(value) == 0 {
				return false
			}
			r.host = value
		}
	case 5:
		return !is(name, "range")
	case 6:
		if is(name, "cookie") {
			if r.cookie != nil {
				return false
			}
			r.cookie = value
		}
		return !is(name, "expect")
	case 7:
		return !is(name, "upgrade") && !is(name, "trailer")
	case 8:
		return !is(name, "if-match") && !is(name, "if-range")
	case 10:
		return !is(name, "connection") || r.connection(value)
	case 13:
		if is(name, "if-none-match") {
			return once(&r.noneMatch, value)
		}
		return !is(name, "authorization")
	case 14:
		return !is(name, "content-length")
	case 15:
		if is(name, "accept-encoding") {
			if r.accepts {
				return false
			}
			r.accepts = true
			r.accept = negotiate.Encodings(value)
		}
	case 17:
		if is(name, "if-modified-since") {
			return once(&r.modifiedSince, value)
		}
		return !is(name, "transfer-encoding")
	case 19:
		return !is(name, "if-unmodified-since")
	}
	return true
}

func (r *request) connection(value []byte) bool {
	switch {
	case is(value, "keep-alive"):
		return true
	case is(value, "close"):
		r.last = true
		return true
	}
	return false
}

// once sets a field that may come once.
func once(field *[]byte, value []byte) bool {
	if *field != nil || len(value) == 0 {
		return false
	}
	*field = value
	return true
}

// is compares a name with a lower-case one, regardless of case.
func is(name []byte, lower string) bool {
	if len(name) != len(lower) {
		return false
	}
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// isToken tells whether a field name is one (RFC 9110 §5.6.2).
func isToken(name []byte) bool {
	for _, c := range name {
		if !tokenBytes[c] {
			return false
		}
	}
	return true
}

// isText tells whether a field value holds only what RFC 9110 §5.5 allows,
// obsolete bytes above 0x7f apart.
func isText(value []byte) bool {
	for _, c := range value {
		if c < ' ' && c != '\t' || c >= 0x7f {
			return false
		}
	}
	return true
}

func trim(value []byte) []byte {
	for len(value) > 0 && (value[0] == ' ' || value[0] == '\t') {
		value = value[1:]
	}
	for len(value) > 0 && (value[len(value)-1] == ' ' || value[len(value)-1] == '\t') {
		value = value[:len(value)-1]
	}
	return value
}

// tokenBytes are the bytes of a token.
var tokenBytes = func() (t [256]bool) {
	for c := range 256 {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
			t[c] = true
		}
	}
	for _, c := range []byte("!#$%&'*+-.^_`|~") {
		t[c] = true
	}
	return t
}()
