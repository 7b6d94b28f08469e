package richtext

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SafeURL returns an address in the form in which a page may contain it, and
// whether it may at all. Accepted are http and https with a host, mailto, tel,
// relative addresses and fragments; //host becomes https://host. Characters
// that an address cannot hold are percent-encoded (RFC 3986 section 2; letters
// beyond ASCII stay, as RFC 3987 has them). White space and control characters
// that browsers ignore are removed before the scheme is read (WHATWG URL,
// 4.4), so that they cannot hide one.
func SafeURL(s string) (string, bool) {
	s = stripped(s)
	if s == "" || len(s) > maxURL {
		return "", false
	}
	scheme, rest, ok := splitScheme(s)
	if !ok {
		return "", false
	}
	switch scheme {
	case "":
		return safeRelative(s)
	case "http", "https":
		authority, path, ok := splitAuthority(rest)
		if !ok {
			return "", false
		}
		return limited(scheme + "://" + authority + encoded(path))
	case "mailto":
		if rest == "" || rest[0] == '/' {
			return "", false
		}
		return limited("mailto:" + encoded(rest))
	case "tel":
		return safeTel(rest)
	}
	return "", false
}

func limited(s string) (string, bool) { return s, len(s) <= maxURL }

// isWeb reports whether a safe address is http, https or relative.
func isWeb(s string) bool {
	return !strings.HasPrefix(s, "mailto:") && !strings.HasPrefix(s, "tel:")
}

// stripped removes what browsers remove from an address.
func stripped(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' || unicode.IsSpace(r) })
	if !strings.ContainsFunc(s, unicode.IsControl) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}

// splitScheme returns the lower-case scheme of s, "" when s is relative. It is
// not ok when a colon stands where a browser might read a scheme and what is
// before it is none.
func splitScheme(s string) (scheme, rest string, ok bool) {
	end := strings.IndexAny(s, ":/?#\\")
	if end < 0 || s[end] != ':' {
		return "", s, true
	}
	for i := range end {
		c := s[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.')) {
			return "", "", false
		}
	}
	return strings.ToLower(s[:end]), s[end+1:], end > 0
}

func safeRelative(s string) (string, bool) {
	if strings.HasPrefix(strings.ReplaceAll(s[:min(2, len(s))], "\\", "/"), "//") {
		authority, path, ok := splitAuthority("//" + s[2:])
		if !ok {
			return "", false
		}
		return limited("https://" + authority + encoded(path))
	}
	end := strings.IndexAny(s, "?#")
	if end < 0 {
		end = len(s)
	}
	return limited(encoded(strings.ReplaceAll(s[:end], "\\", "/") + s[end:])) // browsers read \ as /
}

// splitAuthority splits "//host:port/path" and checks the host's characters.
func splitAuthority(s string) (authority, path string, ok bool) {
	if len(s) < 3 || s[:2] != "//" {
		return "", "", false
	}
	s = s[2:]
	end := strings.IndexAny(s, "/?#\\")
	if end < 0 {
		end = len(s)
	}
	authority, path = s[:end], s[end:]
	if strings.HasPrefix(path, "\\") { // browsers read it as a slash
		path = "/" + path[1:]
	}
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	if !validUserinfo(authority[:len(authority)-len(host)]) || !validHost(host) {
		return "", "", false
	}
	return authority, path, true
}

func validUserinfo(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isPlain(c) && c != '@' && c != ':' || c == '[' {
			return false
		}
	}
	return strings.Count(s, "@") <= 1 && !strings.Contains(s, "%")
}

func validHost(s string) bool {
	host, port := s, ""
	if i := strings.LastIndexByte(s, ':'); i >= 0 && !strings.HasSuffix(s, "]") {
		host, port = s[:i], s[i+1:]
	}
	if host == "" || len(port) > 5 || strings.Trim(port, "0123456789") != "" {
		return false
	}
	if strings.HasPrefix(host, "[") {
		addr, err := netip.ParseAddr(strings.TrimSuffix(host[1:], "]"))
		return err == nil && addr.Is6() && addr.Zone() == "" && strings.HasSuffix(host, "]")
	}
	for _, r := range host {
		ascii := r < utf8.RuneSelf && (isAlnum(byte(r)) || r == '.' || r == '-' || r == '_')
		if !ascii && (r < utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) || r == utf8.RuneError) {
			return false
		}
	}
	return strings.Trim(host, ".") != ""
}

func safeTel(s string) (string, bool) {
	s = strings.NewReplacer(" ", "", "\u00a0", "", "(", "", ")", "", "/", "").Replace(s)
	if s == "" || strings.Trim(s, "0123456789+-.*,;=abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "", false
	}
	return limited("tel:" + s)
}

func isAlnum(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9'
}

// isPlain reports the ASCII characters that stand in a path, query or fragment
// unencoded.
func isPlain(c byte) bool {
	return isAlnum(c) || strings.IndexByte("-._~!$&'()*+,;=:@/?", c) >= 0
}

const hexDigits = "0123456789ABCDEF"

// encoded percent-encodes what a path, query or fragment cannot hold: spaces,
// quotes, angle brackets, backslashes, stray per cent signs and a second #.
func encoded(s string) string {
	if isEncoded(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	fragment := false
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			i += encodeRune(&b, s[i:])
			continue
		}
		i++
		switch {
		case isPlain(c), c == '%' && isEscape(s[i:]):
			b.WriteByte(c)
		case c == '#' && !fragment:
			fragment = true
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
		}
	}
	return b.String()
}

// encodeRune writes the first rune of s, encoded unless it is a letter, digit,
// mark or symbol, and returns its size.
func encodeRune(b *strings.Builder, s string) int {
	r, size := utf8.DecodeRuneInString(s)
	if visible(r, size) {
		b.WriteString(s[:size])
		return size
	}
	for i := range size {
		b.Write([]byte{'%', hexDigits[s[i]>>4], hexDigits[s[i]&15]})
	}
	return size
}

func visible(r rune, size int) bool {
	return (r != utf8.RuneError || size > 1) && r != 0xFFFD && unicode.IsOneOf([]*unicode.RangeTable{unicode.L, unicode.M, unicode.N, unicode.P, unicode.S}, r)
}

func isEncoded(s string) bool {
	fragment := false
	for i := range len(s) {
		c := s[i]
		switch {
		case isPlain(c), c == '%' && isEscape(s[i+1:]):
		case c == '#' && !fragment:
			fragment = true
		default:
			return false
		}
	}
	return true
}

func isEscape(s string) bool {
	return len(s) >= 2 && isHex(s[0]) && isHex(s[1])
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}
