// Package negotiate reads the request header fields that choose between the
// forms of a page: content codings and preconditions (RFC 9110 §12.5.3, §13).
package negotiate

import (
	"net/http"
	"time"

	"dateline/internal/pagecache"
)

// Encodings returns the content codings that an Accept-Encoding value takes
// with a quality above zero. "*" stands for both; x-gzip is gzip.
func Encodings[T string | []byte](field T) pagecache.Accept {
	var accept, refuse pagecache.Accept
	star := false
	for start := 0; start < len(field); {
		end := start
		for end < len(field) && field[end] != ',' {
			end++
		}
		name, refused := coding(field[start:end])
		var which pagecache.Accept
		switch {
		case equalFold(name, "gzip"), equalFold(name, "x-gzip"):
			which = pagecache.Gzip
		case equalFold(name, "br"):
			which = pagecache.Brotli
		case len(name) == 1 && name[0] == '*':
			star = !refused
		}
		if refused {
			refuse |= which
		} else {
			accept |= which
		}
		start = end + 1
	}
	if star {
		accept |= pagecache.Gzip | pagecache.Brotli
	}
	return accept &^ refuse
}

// coding splits "gzip;q=0.5" into its name and whether its quality is zero. A
// quality that cannot be read counts as zero: identity is never wrong.
func coding[T string | []byte](item T) (name T, refused bool) {
	item = trim(item)
	at := 0
	for at < len(item) && item[at] != ';' {
		at++
	}
	name = trim(item[:at])
	if at == len(item) {
		return name, false
	}
	param := trim(item[at+1:])
	if len(param) < 3 || param[0]|0x20 != 'q' || param[1] != '=' {
		return name, true
	}
	return name, !positive(param[2:])
}

// positive tells whether a qvalue (RFC 9110 §12.4.2) is above zero.
func positive[T string | []byte](q T) bool {
	if len(q) > 5 || len(q) > 1 && q[1] != '.' {
		return false
	}
	above := false
	for i := range len(q) {
		switch c := q[i]; {
		case i == 1:
		case c < '0' || c > '9' || i == 0 && c > '1' || i > 0 && q[0] == '1' && c != '0':
			return false
		case c != '0':
			above = true
		}
	}
	return above
}

func trim[T string | []byte](s T) T {
	for len(s) > 0 && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for len(s) > 0 && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}

func equalFold[T string | []byte](s T, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// NotModified tells whether the client already has the page, by its
// If-None-Match or, without that, If-Modified-Since value. Only for GET and
// HEAD of a page with status 200.
func NotModified(e *pagecache.Entry, ifNoneMatch, ifModifiedSince string) bool {
	if e.Status != http.StatusOK {
		return false
	}
	if ifNoneMatch != "" {
		return AnyTag(ifNoneMatch, e.Matches)
	}
	if ifModifiedSince == "" || e.LastModified.IsZero() {
		return false
	}
	since, err := http.ParseTime(ifModifiedSince)
	return err == nil && !e.LastModified.Truncate(time.Second).After(since)
}

// AnyTag tells whether a list of entity tags holds one that matches, or is
// "*". It reads as far as the list is well-formed.
func AnyTag(list string, matches func(tag string) bool) bool {
	if trim(list) == "*" {
		return true
	}
	for list != "" {
		switch list[0] {
		case ' ', '\t', ',':
			list = list[1:]
			continue
		}
		tag, rest, ok := cutTag(list)
		if !ok {
			return false
		}
		if matches(tag) {
			return true
		}
		list = rest
	}
	return false
}

// cutTag takes the first entity tag, W/ included, off a list.
func cutTag(list string) (tag, rest string, ok bool) {
	start := 0
	if len(list) > 2 && list[:2] == "W/" {
		start = 2
	}
	if start >= len(list) || list[start] != '"' {
		return "", "", false
	}
	for i := start + 1; i < len(list); i++ {
		switch c := list[i]; {
		case c == '"':
			return list[:i+1], list[i+1:], true
		case c < 0x21 || c == 0x7f:
			return "", "", false
		}
	}
	return "", "", false
}
