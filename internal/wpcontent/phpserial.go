package wpcontent

import (
	"strconv"
	"strings"

	"dateline/internal/fault"
)

// PHPArray is a PHP array: its entries in order. Keys are strings or int64.
type PHPArray []PHPEntry

// PHPEntry is one entry of a PHPArray.
type PHPEntry struct {
	Key   any
	Value any
}

// Get returns the value under a string key, or nil.
func (a PHPArray) Get(key string) any {
	for _, e := range a {
		if k, ok := e.Key.(string); ok && k == key {
			return e.Value
		}
	}
	return nil
}

// Text returns the value under the key as text, numbers written out; "" for
// anything else.
func (a PHPArray) Text(key string) string {
	switch v := a.Get(key).(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return ""
}

// Strings returns the values that are texts.
func (a PHPArray) Strings() (list []string) {
	for _, e := range a {
		if s, ok := e.Value.(string); ok {
			list = append(list, s)
		}
	}
	return list
}

// Bounds of ParsePHP.
const (
	phpMaxDepth   = 32
	phpMaxEntries = 1 << 20
)

// ParsePHP reads a value that PHP's serialize made: nil, bool, int64, float64,
// string, PHPArray (objects too, by their properties). Exports change line ends
// after the byte counts were written, so a string whose count is wrong ends at
// the next quotation mark that a value can end with. It returns a fault of code
// Invalid for anything else.
func ParsePHP(s string) (any, error) {
	p := phpParser{in: s}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if rest := strings.TrimSpace(p.in[p.pos:]); rest != "" {
		return nil, p.bad("something follows the value")
	}
	return v, nil
}

type phpParser struct {
	in      string
	pos     int
	entries int
}

func (p *phpParser) bad(what string) error {
	return fault.New(fault.Invalid, "serialised value, byte %d: %s", p.pos, what)
}

// until returns the text up to the next end, and moves behind it.
func (p *phpParser) until(end byte) (string, error) {
	i := strings.IndexByte(p.in[p.pos:min(len(p.in), p.pos+64)], end)
	if i < 0 {
		return "", p.bad("expected " + string(end))
	}
	s := p.in[p.pos : p.pos+i]
	p.pos += i + 1
	return s, nil
}

func (p *phpParser) value(depth int) (any, error) {
	if depth > phpMaxDepth {
		return nil, p.bad("nested too deep")
	}
	if p.pos+2 > len(p.in) {
		return nil, p.bad("it ends too early")
	}
	kind := p.in[p.pos]
	p.pos += 2
	switch kind {
	case 'N':
		return nil, nil
	case 'b', 'i', 'd', 'r', 'R':
		return p.scalar(kind)
	case 's':
		return p.text()
	case 'a':
		return p.array(depth)
	case 'O':
		if _, err := p.text(); err != nil { // the class's name
			return nil, err
		}
		return p.array(depth)
	}
	p.pos -= 2
	return nil, p.bad("unknown type " + strconv.Quote(string(kind)))
}

func (p *phpParser) scalar(kind byte) (any, error) {
	s, err := p.until(';')
	if err != nil {
		return nil, err
	}
	switch kind {
	case 'b':
		return s == "1", nil
	case 'd':
		if v, err := strconv.ParseFloat(s, 64); err == nil {
			return v, nil
		}
		return nil, p.bad("a number that is none")
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return nil, p.bad("a number that is none")
	}
	if kind != 'i' {
		return nil, nil // a reference to another value
	}
	return v, nil
}

// text reads N:"…" with the ; or : behind it.
func (p *phpParser) text() (string, error) {
	count, err := p.until(':')
	if err != nil {
		return "", err
	}
	n, err := strconv.Atoi(count)
	if err != nil || n < 0 || p.pos >= len(p.in) || p.in[p.pos] != '"' {
		return "", p.bad("a text without its length")
	}
	p.pos++
	if n <= len(p.in)-p.pos-2 && endsText(p.in[p.pos+n:]) {
		s := p.in[p.pos : p.pos+n]
		p.pos += n + 2
		return s, nil
	}
	return p.searchText()
}

// endsText reports whether rest begins as what follows a text: a quotation mark,
// the separator, and the start of another value or an end.
func endsText(rest string) bool {
	if len(rest) < 2 || rest[0] != '"' || (rest[1] != ';' && rest[1] != ':') {
		return false
	}
	if rest[1] == ':' || len(rest) == 2 {
		return true
	}
	switch rest[2] {
	case '}':
		return true
	case 'N':
		return len(rest) > 3 && rest[3] == ';'
	case 's', 'i', 'a', 'b', 'd', 'O', 'r', 'R':
		return len(rest) > 3 && rest[3] == ':'
	}
	return false
}

// searchText ends a text whose count is wrong where a value can follow.
func (p *phpParser) searchText() (string, error) {
	for from := p.pos; ; {
		i := strings.Index(p.in[from:], `";`)
		if i < 0 {
			return "", p.bad("a text that does not end")
		}
		if from += i; endsText(p.in[from:]) {
			s := p.in[p.pos:from]
			p.pos = from + 2
			return s, nil
		}
		from++
	}
}

// array reads N:{…}.
func (p *phpParser) array(depth int) (any, error) {
	count, err := p.until(':')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(count)
	if err != nil || p.pos >= len(p.in) || p.in[p.pos] != '{' {
		return nil, p.bad("an array without its length")
	}
	p.pos++
	list := make(PHPArray, 0, max(0, min(n, 64)))
	for p.pos < len(p.in) && p.in[p.pos] != '}' {
		if p.entries++; p.entries > phpMaxEntries {
			return nil, p.bad("too many entries")
		}
		key, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		switch key.(type) {
		case string, int64:
		default:
			return nil, p.bad("a key that is neither text nor number")
		}
		value, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, PHPEntry{Key: key, Value: value})
	}
	if p.pos >= len(p.in) {
		return nil, p.bad("an array that does not end")
	}
	p.pos++
	return list, nil
}
