package wpcontent

import "strings"

// tagName returns the lower-case name of the tag at the start of s, "" when
// there is none, and whether it is an end tag.
func tagName(s string) (name string, closer bool) {
	if len(s) < 2 || s[0] != '<' {
		return "", false
	}
	i := 1
	if s[1] == '/' {
		closer, i = true, 2
	}
	start := i
	for i < len(s) && isNameByte(s[i], i > start) {
		i++
	}
	if i == start || (i < len(s) && !strings.ContainsRune(" \t\r\n/>", rune(s[i]))) {
		return "", closer
	}
	return strings.ToLower(s[start:i]), closer
}

func isNameByte(c byte, later bool) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || later && (c >= '0' && c <= '9' || c == '-' || c == ':')
}

// tagFinder finds the ends of tags in one text from its start to its end, in
// linear time however broken the quotation marks in it are.
type tagFinder struct {
	broken bool // a tag's quotation marks did not end: from there the next ">" has to do
	none   bool // no ">" follows
}

// end returns the length of the tag at the start of s, or -1 when it does not
// end.
func (f *tagFinder) end(s string) int {
	if f.none {
		return -1
	}
	if !f.broken {
		if n := tagEnd(s); n > 0 {
			return n
		}
		f.broken = true
	}
	if i := strings.IndexByte(s, '>'); i >= 0 {
		return i + 1
	}
	f.none = true
	return -1
}

// tagEnd returns the length of the tag at the start of s, quoted attributes with
// ">" included, or -1 when there is no such end.
func tagEnd(s string) int {
	var quote byte
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && opensValue(s, i):
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return -1
}

// opensValue reports whether the quotation mark at i follows an "=".
func opensValue(s string, i int) bool {
	for i--; i > 0 && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t'); i-- {
	}
	return s[i] == '='
}

// indexFold is strings.Index without regard to the case of ASCII letters;
// needle is lower case.
func indexFold(s, needle string) int {
	first := needle[0]
	for from := 0; ; {
		i := strings.IndexByte(s[from:], first)
		if i < 0 || len(s)-from-i < len(needle) {
			return -1
		}
		from += i
		if strings.EqualFold(s[from:from+len(needle)], needle) {
			return from
		}
		from++
	}
}

// toInt reads a number of JSON, which may be written as text.
func toInt(v any) int64 {
	switch v := v.(type) {
	case float64:
		if v >= -1<<53 && v <= 1<<53 {
			return int64(v)
		}
	case string:
		var n int64
		for i := 0; i < len(v); i++ {
			if v[i] < '0' || v[i] > '9' || n > 1<<53 {
				return 0
			}
			n = n*10 + int64(v[i]-'0')
		}
		return n
	}
	return 0
}

// commentEnd returns the length of the comment at the start of s, -1 when it does
// not end. "<!-->" is a whole one (HTML standard, 13.2.5.43).
func commentEnd(s string) int {
	for _, short := range []string{"<!-->", "<!--->"} {
		if strings.HasPrefix(s, short) {
			return len(short)
		}
	}
	if i := strings.Index(s[4:], "-->"); i >= 0 {
		return 4 + i + 3
	}
	return -1
}
