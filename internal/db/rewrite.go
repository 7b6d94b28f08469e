package db

import "strings"

// tokenKind is the kind of a piece of SQL text.
type tokenKind int

const (
	other   tokenKind = iota // white space, operators, numbers
	word                     // an identifier or keyword, not quoted
	param                    // $1
	literal                  // a string, quoted identifier or comment: never touched
)

// eachToken calls fn with the pieces of query in order; together they are
// query. It knows the lexical rules that PostgreSQL and SQLite share, and
// PostgreSQL's dollar quotes and nested comments. Text that ends inside a
// quote or comment is a literal to its end.
func eachToken(query string, fn func(kind tokenKind, text string)) {
	for i := 0; i < len(query); {
		kind, end := nextToken(query, i)
		fn(kind, query[i:end])
		i = end
	}
}

func nextToken(q string, i int) (tokenKind, int) {
	switch c := q[i]; {
	case c == '\'' || c == '"':
		return literal, quoteEnd(q, i)
	case c == '-' && strings.HasPrefix(q[i:], "--"):
		return literal, lineEnd(q, i)
	case c == '/' && strings.HasPrefix(q[i:], "/*"):
		return literal, commentEnd(q, i)
	case c == '$':
		return dollar(q, i)
	case wordStart(c):
		return word, wordEnd(q, i)
	case digit(c):
		return other, digitsEnd(q, i)
	default:
		return other, i + 1
	}
}

// quoteEnd returns the end of the string or quoted identifier at i. A doubled
// quote stands for itself, which reads the same as two neighbours.
func quoteEnd(q string, i int) int {
	if n := strings.IndexByte(q[i+1:], q[i]); n >= 0 {
		return i + 1 + n + 1
	}
	return len(q)
}

func lineEnd(q string, i int) int {
	if n := strings.IndexByte(q[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(q)
}

func commentEnd(q string, i int) int {
	depth := 0
	for ; i < len(q); i++ {
		switch {
		case strings.HasPrefix(q[i:], "/*"):
			depth++
			i++
		case strings.HasPrefix(q[i:], "*/"):
			depth--
			i++
			if depth == 0 {
				return i + 1
			}
		}
	}
	return len(q)
}

// dollar reads what begins with a dollar sign: $1, or $tag$ … $tag$.
func dollar(q string, i int) (tokenKind, int) {
	end := i + 1
	if end < len(q) && digit(q[end]) {
		return param, digitsEnd(q, end)
	}
	for end < len(q) && q[end] != '$' && wordByte(q[end]) {
		end++
	}
	if end == len(q) || q[end] != '$' {
		return other, i + 1
	}
	tag := q[i : end+1]
	if n := strings.Index(q[end+1:], tag); n >= 0 {
		return literal, end + 1 + n + len(tag)
	}
	return literal, len(q)
}

func wordEnd(q string, i int) int {
	for i < len(q) && wordByte(q[i]) {
		i++
	}
	return i
}

func digitsEnd(q string, i int) int {
	for i < len(q) && digit(q[i]) {
		i++
	}
	return i
}

func digit(c byte) bool { return '0' <= c && c <= '9' }
func wordStart(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}

// wordByte also takes the dollar sign, which may stand inside an identifier.
func wordByte(c byte) bool { return wordStart(c) || digit(c) || c == '$' }

// numbered turns $1 into ?1. SQLite reads $1 as a parameter with a name, which
// bindings number by first appearance: $2,$1 would swap the arguments.
func numbered(query string) string {
	if strings.IndexByte(query, '$') < 0 {
		return query
	}
	var b strings.Builder
	b.Grow(len(query))
	eachToken(query, func(kind tokenKind, text string) {
		if kind == param {
			b.WriteByte('?')
			text = text[1:]
		}
		b.WriteString(text)
	})
	return b.String()
}

// columnTypes turns the column type BIGINT into INTEGER, since in SQLite only
// an INTEGER PRIMARY KEY is the row id itself, and BYTEA into BLOB.
func columnTypes(migration string) string {
	var b strings.Builder
	b.Grow(len(migration))
	eachToken(migration, func(kind tokenKind, text string) {
		if kind == word && strings.EqualFold(text, "BIGINT") {
			text = "INTEGER"
		}
		if kind == word && strings.EqualFold(text, "BYTEA") {
			text = "BLOB"
		}
		b.WriteString(text)
	})
	return b.String()
}
