package wxr

import (
	"bytes"

	"dateline/internal/fault"
)

// tagEnd makes the whole tag at the window's start readable and returns the
// position of its ">", outside of quotes, relative to the window's start.
func (s *scanner) tagEnd() (int, error) {
	line := s.line
	var quote byte
	for i := 1; ; i++ {
		if int64(i) > s.opt.MaxTag {
			return 0, fault.New(fault.Invalid, "line %d: a tag or an attribute of it is longer than %s", line, size(s.opt.MaxTag)).
				WithHint("look for a missing quotation mark on line %d, or remove the element", line)
		}
		if s.r+i >= s.w && !s.fill() {
			if err := s.failure(); err != nil {
				return 0, err
			}
			return 0, s.truncated("tag", line)
		}
		switch c := s.buf[s.r+i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i, nil
		}
	}
}

// readStartTag reads the start tag at the window's start into name, attrs and
// empty, and opens its element.
func (s *scanner) readStartTag() (token, error) {
	end, err := s.tagEnd()
	if err != nil {
		return endOfFile, err
	}
	tag := s.buf[s.r+1 : s.r+end]
	if n := len(tag); n > 0 && tag[n-1] == '/' {
		s.empty = true
		tag = tag[:n-1]
	}
	n := nameLength(tag)
	raw := tag[:n]
	if err := s.spend(elementCost, 0); err != nil {
		return endOfFile, err
	}
	if len(s.stack) >= s.opt.MaxDepth {
		return endOfFile, s.invalid("elements are nested more than %d deep, <%s> is one too many", s.opt.MaxDepth, clip(raw)).
			WithHint("look for start tags without end tags before line %d, or %s", s.line, reExport)
	}
	s.readAttributes(tag[n:])
	s.names.declare(s.attrs, len(s.stack))
	s.name = s.names.lookup(raw)
	s.stack = append(s.stack, frame{name: s.name, line: s.line})
	s.advance(end + 1)
	return startTag, nil
}

// readEndTag reads the end tag at the window's start and closes its element.
func (s *scanner) readEndTag() (token, error) {
	end, err := s.tagEnd()
	if err != nil {
		return endOfFile, err
	}
	raw := bytes.TrimRight(s.buf[s.r+2:s.r+end], " \t\r\n")
	if len(s.stack) == 0 {
		return endOfFile, s.invalid("</%s> closes an element that was never opened", clip(raw)).
			WithHint("remove it, or %s", reExport)
	}
	top := s.stack[len(s.stack)-1]
	if top.name.raw != string(raw) {
		return endOfFile, s.invalid("</%s> stands where </%s> must: <%s> on line %d is still open", clip(raw), top.name.raw, top.name.raw, top.line).
			WithHint("correct the file near line %d, or %s", s.line, reExport)
	}
	s.advance(end + 1)
	s.pop()
	return endTag, nil
}

// pop closes the innermost element.
func (s *scanner) pop() {
	s.stack = s.stack[:len(s.stack)-1]
	s.names.leave(len(s.stack))
}

// open returns the name of the innermost open element.
func (s *scanner) open() string {
	if len(s.stack) == 0 {
		return "?"
	}
	return s.stack[len(s.stack)-1].name.raw
}

// readAttributes splits the attributes of a tag; what is malformed is passed
// over and counted.
func (s *scanner) readAttributes(rest []byte) {
	s.attrs, s.value = s.attrs[:0], s.value[:0]
	for {
		rest = bytes.TrimLeft(rest, " \t\r\n")
		if len(rest) == 0 {
			return
		}
		n := nameLength(rest)
		if n == 0 {
			s.repair(RepairAttribute)
			rest = rest[1:]
			continue
		}
		name := rest[:n]
		rest = bytes.TrimLeft(rest[n:], " \t\r\n")
		var raw []byte
		if len(rest) > 0 && rest[0] == '=' {
			raw, rest = s.attributeValue(bytes.TrimLeft(rest[1:], " \t\r\n"))
		} else {
			s.repair(RepairAttribute)
		}
		from := len(s.value)
		s.value, _ = s.appendText(s.value, raw, true, true)
		s.attrs = append(s.attrs, attr{name: s.names.intern(name), value: s.value[from:]})
	}
}

// attributeValue returns the value at the start of rest and what follows it.
func (s *scanner) attributeValue(rest []byte) (value, after []byte) {
	if len(rest) > 0 && (rest[0] == '"' || rest[0] == '\'') {
		if end := bytes.IndexByte(rest[1:], rest[0]); end >= 0 {
			return rest[1 : 1+end], rest[2+end:]
		}
		s.repair(RepairAttribute)
		return rest[1:], nil
	}
	s.repair(RepairAttribute)
	end := bytes.IndexAny(rest, " \t\r\n")
	if end < 0 {
		end = len(rest)
	}
	return rest[:end], rest[end:]
}

// attribute returns the value of the attribute of the last start tag, or "".
func (s *scanner) attribute(name string) string {
	for i := range s.attrs {
		if s.attrs[i].name == name {
			return s.names.intern(s.attrs[i].value)
		}
	}
	return ""
}

// nameLength returns how many bytes at the start of tag make up a name.
func nameLength(tag []byte) int {
	for i, c := range tag {
		switch c {
		case ' ', '\t', '\r', '\n', '/', '=', '>', '"', '\'', '<':
			return i
		}
	}
	return len(tag)
}

// clip shortens a name from the file for a message.
func clip(raw []byte) string {
	if len(raw) > 60 {
		return string(raw[:60]) + "…"
	}
	return string(raw)
}
