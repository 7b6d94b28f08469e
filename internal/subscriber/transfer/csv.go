package transfer

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"dateline/internal/fault"
)

// What a record may hold. A cell beyond this is a quote that is never closed, or
// no list of readers.
const (
	mostCell    = 1 << 20 // bytes
	mostRecord  = 4 << 20
	mostColumns = 1000

	peeked = 64 << 10 // bytes that decide the encoding and the delimiter
)

// csvReader reads records of cells from a text that some program wrote: any of
// the usual delimiters and line ends, quotes doubled or escaped, quotes in the
// middle of a cell.
type csvReader struct {
	in        *bufio.Reader
	encoding  string
	comma     byte
	backslash bool  // \" inside quotes is a quote, as MailPoet writes it
	line      int   // of the next byte
	at        int   // where the last record began
	nul       bool  // the last record holds a NUL
	mended    int64 // cells that were not UTF-8 and read as Windows-1252
	cell      []byte
	size      int // of the record so far
}

// newCSV finds out the encoding and the delimiter.
func newCSV(r io.Reader) (*csvReader, error) {
	c := &csvReader{line: 1}
	if err := c.decode(bufio.NewReaderSize(r, peeked)); err != nil {
		return nil, err
	}
	head, err := c.in.Peek(peeked)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	c.comma = delimiter(head)
	return c, c.namedDelimiter(head)
}

// namedDelimiter takes "sep=;" of a first line, which Excel reads and writes.
func (c *csvReader) namedDelimiter(head []byte) error {
	first, _, _ := bytes.Cut(head, []byte("\n"))
	first = bytes.Trim(first, "\r\"")
	if len(first) != 5 || !bytes.EqualFold(first[:4], []byte("sep=")) {
		return nil
	}
	if _, err := c.record(); err != nil {
		return err
	}
	c.comma = first[4]
	return nil
}

func (c *csvReader) decode(in *bufio.Reader) error {
	head, err := in.Peek(peeked)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if what := foreign(head); what != "" {
		return fault.New(fault.Invalid, "this is %s, not a CSV file", what).WithHint("open it and save or export it as CSV")
	}
	c.in, c.encoding = in, "UTF-8"
	var order unicode.Endianness = unicode.LittleEndian
	switch little, big := nulls(head); {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, err := in.Discard(3)
		return err
	case bytes.HasPrefix(head, []byte("\xff\xfe")), little:
	case bytes.HasPrefix(head, []byte("\xfe\xff")), big:
		order = unicode.BigEndian
	default:
		return nil
	}
	c.encoding = "UTF-16"
	c.in = bufio.NewReaderSize(unicode.UTF16(order, unicode.UseBOM).NewDecoder().Reader(in), peeked)
	return nil
}

// nulls tells whether every other byte is zero as in UTF-16 of Latin letters.
func nulls(head []byte) (little, big bool) {
	head = head[:min(len(head), 2048)&^1]
	var even, odd int
	for i := 0; i < len(head); i += 2 {
		if head[i] == 0 {
			even++
		}
		if head[i+1] == 0 {
			odd++
		}
	}
	many := len(head) / 4
	return len(head) >= 8 && odd > many && even == 0, len(head) >= 8 && even > many && odd == 0
}

// foreign names a kind of file that people take for CSV.
func foreign(head []byte) string {
	for _, kind := range []struct{ magic, name string }{
		{"PK\x03\x04", "a ZIP archive or an Excel workbook"}, {"\xd0\xcf\x11\xe0", "an old Excel workbook"}, {"\x1f\x8b", "a gzip archive"},
		{"%PDF", "a PDF"}, {"{\\rtf", "a text of a word processor"}, {"<!DOCTYPE", "a web page"}, {"<html", "a web page"},
	} {
		if bytes.HasPrefix(head, []byte(kind.magic)) {
			return kind.name
		}
	}
	return ""
}

// delimiter is the one that the first line has most of.
func delimiter(head []byte) byte {
	var count [256]int
	quoted := false
	for _, b := range head {
		if b == '"' {
			quoted = !quoted
		}
		if !quoted && (b == '\n' || b == '\r') {
			break
		}
		if !quoted {
			count[b]++
		}
	}
	best := byte(',')
	for _, b := range []byte{';', '\t', '|'} {
		if count[b] > count[best] {
			best = b
		}
	}
	return best
}

// next returns the cells of the next line that is not empty, io.EOF after the
// last. The slice is the caller's.
func (c *csvReader) next() ([]string, error) {
	for {
		cells, err := c.record()
		if err != nil || len(cells) > 1 || len(cells) == 1 && cells[0] != "" {
			return cells, err
		}
	}
}

func (c *csvReader) record() ([]string, error) {
	c.at, c.nul, c.size = c.line, false, 0
	if _, err := c.in.Peek(1); err != nil {
		return nil, err
	}
	var cells []string
	for {
		more, err := c.readCell()
		if err != nil {
			return nil, err
		}
		if len(cells) == mostColumns {
			return nil, c.refuse("it has more than %d columns", mostColumns)
		}
		cells = append(cells, c.text())
		if !more {
			return cells, nil
		}
	}
}

func (c *csvReader) refuse(format string, args ...any) error {
	return fault.New(fault.Invalid, "line %d cannot be read: "+format, append([]any{c.at}, args...)...).
		WithHint("look at that line in a text editor, mend it, and run the import again: what came before it is kept")
}

// readCell reads one cell and what ends it; more tells that another follows.
func (c *csvReader) readCell() (more bool, err error) {
	c.cell = c.cell[:0]
	for {
		b, err := c.in.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return false, nil
		case err != nil:
			return false, err
		case b == c.comma:
			return true, nil
		case b == '\n' || b == '\r':
			c.lineEnd(b)
			return false, nil
		case b == '"' && len(bytes.Trim(c.cell, " ")) == 0:
			c.cell = c.cell[:0]
			if err := c.quoted(); err != nil {
				return false, err
			}
			return c.afterQuote()
		}
		if err := c.add(b); err != nil {
			return false, err
		}
	}
}

func (c *csvReader) add(b byte) error {
	if c.size++; len(c.cell) == mostCell || c.size > mostRecord {
		return c.refuse("a cell is longer than a megabyte; a quote may be missing")
	}
	c.nul = c.nul || b == 0
	c.cell = append(c.cell, b)
	return nil
}

// lineEnd counts a line end of one of the three kinds.
func (c *csvReader) lineEnd(b byte) {
	c.line++
	if b != '\r' {
		return
	}
	if next, err := c.in.Peek(1); err == nil && next[0] == '\n' {
		_, _ = c.in.Discard(1) // it was peeked
	}
}

// quoted reads up to the quote that closes a cell. One that nothing follows
// which could end the cell belongs to its text.
func (c *csvReader) quoted() error {
	for {
		b, err := c.in.ReadByte()
		if errors.Is(err, io.EOF) {
			return c.refuse("the quote that opens a cell is never closed")
		}
		if err != nil {
			return err
		}
		switch {
		case b == '\\' && c.backslash && c.peek() == '"':
			b, _ = c.in.ReadByte() // it was peeked
		case b == '"' && c.peek() == '"':
			_, _ = c.in.Discard(1)
		case b == '"' && c.closes():
			return nil
		case b == '\n':
			c.line++
		case b == '\r' && c.peek() != '\n':
			c.line++
		}
		if err := c.add(b); err != nil {
			return err
		}
	}
}

// peek is the next byte, 0 at the end.
func (c *csvReader) peek() byte {
	if next, err := c.in.Peek(1); err == nil {
		return next[0]
	}
	return 0
}

// closes tells whether a quote ends its cell: then a delimiter or a line end
// follows, perhaps after blanks.
func (c *csvReader) closes() bool {
	ahead, err := c.in.Peek(32)
	rest := bytes.TrimLeft(ahead, " ")
	if len(rest) == 0 {
		return err != nil
	}
	return rest[0] == c.comma || rest[0] == '\n' || rest[0] == '\r'
}

func (c *csvReader) afterQuote() (more bool, err error) {
	for {
		b, err := c.in.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return false, nil
		case err != nil:
			return false, err
		case b == c.comma:
			return true, nil
		case b == '\n' || b == '\r':
			c.lineEnd(b)
			return false, nil
		}
	}
}

// text is the cell as UTF-8 without blanks around it.
func (c *csvReader) text() string {
	if !utf8.Valid(c.cell) {
		c.mended++
		c.encoding = "Windows-1252"
		if out, err := charmap.Windows1252.NewDecoder().Bytes(c.cell); err == nil {
			return trim(string(out))
		}
	}
	return trim(string(c.cell))
}

// trim removes blanks that people do not see.
func trim(s string) string {
	return strings.Trim(s, " \t\r\n\u00a0\u200b\u2060\ufeff")
}
