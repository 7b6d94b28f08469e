package wxr

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"dateline/internal/fault"
)

// token is what scanner.next found.
type token int

const (
	startTag token = iota
	endTag
	endOfFile
)

// frame is an open element.
type frame struct {
	name *qname
	line int
}

// scanner is a pull tokenizer for the XML that exports are made of: elements,
// attributes, text, CDATA, comments, processing instructions, references. It
// reads from a sliding window and keeps no text that nobody asked for.
type scanner struct {
	src     io.Reader
	readErr error // io.EOF or a failure of src
	buf     []byte
	r, w    int // the window's unread part is buf[r:w]
	safe    int // buf[r:safe] ends neither in half a character nor between CR and LF
	line    int // of buf[r]
	offset  int64

	opt    Options
	budget int64 // bytes that the current record may still take
	since  int   // line that the current record began on
	fixed  *repairs

	stack []frame
	names names
	name  *qname // of the last start tag
	attrs []attr
	empty bool   // the last start tag closed itself
	text  []byte // scratch of readText
	value []byte // scratch of attribute values
}

// attr is one attribute. Its value is good until the next tag is read.
type attr struct {
	name  string
	value []byte
}

func newScanner(src io.Reader, line int, opt Options, fixed *repairs) *scanner {
	return &scanner{src: src, buf: make([]byte, 64<<10), line: line, opt: opt, budget: opt.MaxItem, fixed: fixed, names: newNames()}
}

func (s *scanner) repair(kind RepairKind) { s.fixed.add(kind, s.line) }

// fill reads more into the window, growing it when it is full of unread data.
// It returns false when nothing more came.
func (s *scanner) fill() bool {
	if s.readErr != nil {
		return false
	}
	if s.r > 0 {
		copy(s.buf, s.buf[s.r:s.w])
		s.w -= s.r
		s.r = 0
	}
	if s.w == len(s.buf) {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	n := 0
	for tries := 0; n == 0 && s.readErr == nil; tries++ {
		n, s.readErr = s.src.Read(s.buf[s.w:])
		if tries > 100 && n == 0 && s.readErr == nil {
			s.readErr = io.ErrNoProgress
		}
	}
	s.w += n
	s.safe = s.w
	if s.readErr == nil {
		s.safe = safeEnd(s.buf[:s.w])
	}
	return n > 0
}

// safeEnd returns the length of buf without a CR or a begun character at its end.
func safeEnd(buf []byte) int {
	n := len(buf)
	if n > 0 && buf[n-1] == '\r' {
		return n - 1
	}
	for back := 1; back <= 3 && back <= n; back++ {
		switch c := buf[n-back]; {
		case c < 0x80:
			return n
		case c >= 0xC0:
			if (c >= 0xF0 && back < 4) || (c >= 0xE0 && back < 3) || back < 2 {
				return n - back
			}
			return n
		}
	}
	return n
}

// advance moves over n bytes of the window and counts their lines.
func (s *scanner) advance(n int) {
	skipped := s.buf[s.r : s.r+n]
	s.line += bytes.Count(skipped, []byte{'\n'})
	if i := bytes.IndexByte(skipped, '\r'); i >= 0 {
		for ; i < n; i++ {
			if skipped[i] == '\r' && (s.r+i+1 >= s.w || s.buf[s.r+i+1] != '\n') {
				s.line++
			}
		}
	}
	s.r += n
	s.offset += int64(n)
}

// need makes at least n bytes readable in the window; false when the file ends
// before.
func (s *scanner) need(n int) bool {
	for s.w-s.r < n {
		if !s.fill() {
			return false
		}
	}
	return true
}

// next moves to the next tag, over text, comments and instructions.
func (s *scanner) next() (token, error) {
	if s.empty {
		s.empty = false
		s.pop()
		return endTag, nil
	}
	for {
		markup, err := s.toMarkup()
		if err != nil || !markup {
			return endOfFile, err
		}
		switch s.buf[s.r+1] {
		case '/':
			return s.readEndTag()
		case '!', '?':
			if cdata, err := s.special(); err != nil {
				return endOfFile, err
			} else if cdata {
				if _, err := s.cdata(nil, false); err != nil {
					return endOfFile, err
				}
			}
		default:
			return s.readStartTag()
		}
	}
}

// toMarkup skips text up to a "<" that begins markup; false at the file's end.
func (s *scanner) toMarkup() (bool, error) {
	for {
		i := bytes.IndexByte(s.buf[s.r:s.w], '<')
		if i < 0 {
			s.advance(max(0, s.safe-s.r))
			if !s.fill() {
				return false, s.failure()
			}
			continue
		}
		s.advance(i)
		if !s.need(2) {
			return false, s.failure()
		}
		if beginsMarkup(s.buf[s.r+1]) {
			return true, nil
		}
		s.repair(RepairLess)
		s.advance(1)
	}
}

func beginsMarkup(c byte) bool {
	return c == '/' || c == '!' || c == '?' || isNameStart(c)
}

func isNameStart(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == ':' || c >= 0x80
}

// failure is nil at the plain end of the file.
func (s *scanner) failure() error {
	if s.readErr == nil || errors.Is(s.readErr, io.EOF) {
		return nil
	}
	return fmt.Errorf("line %d: read the export: %w", s.line, s.readErr)
}

// special passes a comment, an instruction or a document type without
// declarations, or the opening of a CDATA section, which it reports.
func (s *scanner) special() (cdata bool, err error) {
	s.need(9)
	rest := s.buf[s.r:s.w]
	switch {
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		s.advance(9)
		return true, nil
	case bytes.HasPrefix(rest, []byte("<!--")):
		return false, s.skipTo("-->", 4, "comment")
	case rest[1] == '?':
		return false, s.skipTo("?>", 2, "processing instruction")
	case len(rest) >= 9 && bytes.EqualFold(rest[:9], []byte("<!DOCTYPE")):
		return false, s.docType()
	}
	return false, s.invalid("a declaration (<!…) that a WordPress export never has").
		WithHint("remove line %d from the file, or %s", s.line, reExport)
}

// docType passes a plain document type. One with declarations of its own is
// refused: entities are how a small file becomes a huge one, or reads others.
func (s *scanner) docType() error {
	const limit = 4 << 10
	for i := 0; i < limit && s.need(i+1); i++ {
		switch s.buf[s.r+i] {
		case '[':
			return s.invalid("the document type (<!DOCTYPE) declares entities or elements, which a WordPress export never does; nothing of it is read").
				WithHint("remove everything from <!DOCTYPE to ]> and import again, if you trust where the file is from")
		case '>':
			s.advance(i + 1)
			return nil
		}
	}
	return s.invalid("the document type (<!DOCTYPE) does not end").WithHint("remove it, or %s", reExport)
}

// skipTo moves behind the next occurrence of end, starting from bytes after the
// current position.
func (s *scanner) skipTo(end string, from int, what string) error {
	line := s.line
	s.advance(min(from, s.w-s.r))
	for {
		if i := bytes.Index(s.buf[s.r:s.w], []byte(end)); i >= 0 {
			s.advance(i + len(end))
			return nil
		}
		s.advance(max(0, s.safe-s.r-len(end)+1))
		if !s.fill() {
			if err := s.failure(); err != nil {
				return err
			}
			return s.truncated(what, line)
		}
	}
}

// cdata reads the rest of a CDATA section, appended to dst when keep is set.
func (s *scanner) cdata(dst []byte, keep bool) ([]byte, error) {
	line := s.line
	for {
		chunk, found := bytes.Index(s.buf[s.r:s.w], []byte("]]>")), true
		if chunk < 0 {
			chunk, found = safeEnd(s.buf[s.r:max(s.r, s.w-2)]), false
		}
		if keep {
			if err := s.spend(int64(chunk), len(dst)); err != nil {
				return dst, err
			}
			dst, _ = s.appendText(dst, s.buf[s.r:s.r+chunk], false, true)
		}
		s.advance(chunk)
		if found {
			s.advance(3)
			return dst, nil
		}
		if !s.fill() {
			if err := s.failure(); err != nil {
				return dst, err
			}
			return dst, s.truncated("CDATA section", line)
		}
	}
}

// spend takes n bytes from the record's budget; have is the length of the text
// that they are added to.
func (s *scanner) spend(n int64, have int) error {
	s.budget -= n
	if s.budget < 0 {
		return fault.New(fault.Invalid, "line %d: the item that began on line %d is larger than %s", s.line, s.since, size(s.opt.MaxItem)).
			WithHint("remove the item from the file and enter it by hand, or raise the limit")
	}
	if int64(have)+n > s.opt.MaxText {
		return fault.New(fault.Invalid, "line %d: the text of <%s> is longer than %s", s.line, s.open(), size(s.opt.MaxText)).
			WithHint("shorten the text (pictures pasted into it as data are the usual cause) and import again")
	}
	return nil
}

// readText returns the text of the element whose start tag was just read, with
// that of elements in it, and moves behind its end tag. The bytes are good until
// the next call.
func (s *scanner) readText() ([]byte, error) {
	dst := s.text[:0]
	defer func() {
		if s.text = dst; cap(dst) > 1<<20 {
			s.text = nil // do not keep the largest item's memory
		}
	}()
	depth := len(s.stack)
	for {
		if s.empty {
			s.empty = false
			s.pop()
		}
		if len(s.stack) < depth {
			return dst, nil
		}
		var err error
		if dst, err = s.charData(dst); err != nil {
			return nil, err
		}
		switch s.buf[s.r+1] {
		case '/':
			_, err = s.readEndTag()
		case '!', '?':
			var cdata bool
			if cdata, err = s.special(); cdata {
				dst, err = s.cdata(dst, true)
			}
		default:
			_, err = s.readStartTag()
		}
		if err != nil {
			return nil, err
		}
	}
}

// charData appends text to dst up to the next markup.
func (s *scanner) charData(dst []byte) ([]byte, error) {
	for {
		end, markup := bytes.IndexByte(s.buf[s.r:s.w], '<'), true
		if end < 0 {
			end, markup = max(0, s.safe-s.r), false
		}
		if err := s.spend(int64(end), len(dst)); err != nil {
			return dst, err
		}
		final := markup || s.readErr != nil
		var used int
		dst, used = s.appendText(dst, s.buf[s.r:s.r+end], true, final)
		s.budget += int64(end - used)
		s.advance(used)
		switch {
		case markup && !s.need(2), !markup && !s.fill():
			if err := s.failure(); err != nil {
				return dst, err
			}
			return dst, s.truncatedElement()
		case markup && beginsMarkup(s.buf[s.r+1]):
			return dst, nil
		case markup:
			s.repair(RepairLess)
			dst = append(dst, '<')
			s.advance(1)
		}
	}
}

// skip moves behind the end tag of the element whose start tag was just read.
// It takes nothing from the budget: nothing of it is kept.
func (s *scanner) skip() error {
	depth, budget := len(s.stack), s.budget
	for len(s.stack) >= depth {
		tok, err := s.next()
		s.budget = budget
		if err != nil {
			return err
		}
		if tok == endOfFile {
			return s.truncatedElement()
		}
	}
	return nil
}
