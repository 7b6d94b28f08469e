package wxr

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"dateline/internal/fault"
)

// preambleWindow is how far into a file its start is looked for.
const preambleWindow = 64 << 10

// reExport is what to do about most broken files.
const reExport = "export the site again in WordPress (Tools → Export) and check that the download is complete"

var declaredEncoding = regexp.MustCompile(`^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._:-]+)["']`)

// open finds the start of the document in src and returns a reader of it in
// UTF-8, with the line that it starts on. Names of what had to be mended are
// added to fixed.
func open(src io.Reader, fixed *repairs) (io.Reader, int, error) {
	in := bufio.NewReaderSize(src, preambleWindow)
	head, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, 1, err
	}
	decoded := false
	if enc, bom := sniffUnicode(head); enc != nil {
		if _, err := in.Discard(bom); err != nil {
			return nil, 1, err
		}
		in = bufio.NewReaderSize(transform.NewReader(in, enc.NewDecoder()), preambleWindow)
		decoded = true
	}
	head, err = in.Peek(preambleWindow)
	if err != nil && !errors.Is(err, io.EOF) && len(head) == 0 {
		return nil, 1, err
	}
	start := documentStart(head)
	if start < 0 {
		return nil, 1, notAnExport(head)
	}
	line := 1 + bytes.Count(head[:start], []byte{'\n'})
	if len(bytes.TrimSpace(bytes.TrimPrefix(head[:start], []byte("\ufeff")))) > 0 {
		fixed.add(RepairPreamble, 1)
	}
	m := declaredEncoding.FindSubmatch(head[start:min(len(head), start+1024)])
	if _, err := in.Discard(start); err != nil {
		return nil, line, err
	}
	if m == nil || decoded {
		return in, line, nil
	}
	enc, err := lookUpEncoding(string(m[1]), line)
	if err != nil {
		return nil, line, err
	}
	if enc == nil {
		return in, line, nil
	}
	if isUTF16(string(m[1])) {
		// The declaration was just read as single bytes, so it cannot be true.
		fixed.add(RepairEncoding, line)
		return in, line, nil
	}
	return transform.NewReader(in, enc.NewDecoder()), line, nil
}

// sniffUnicode recognises a byte order mark, or UTF-16 without one. bom is the
// mark's length; a nil encoding means bytes that ASCII can be read from.
func sniffUnicode(head []byte) (enc encoding.Encoding, bom int) {
	switch {
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), 2
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), 2
	case bytes.HasPrefix(head, []byte{'<', 0, '?', 0}):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), 0
	case bytes.HasPrefix(head, []byte{0, '<', 0, '?'}):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), 0
	}
	return nil, 0
}

// documentStart returns where the XML begins in the file's head, or -1.
func documentStart(head []byte) int {
	if i := bytes.Index(head, []byte("<?xml")); i >= 0 {
		return i
	}
	return bytes.Index(head, []byte("<rss"))
}

// lookUpEncoding returns nil for UTF-8 and US-ASCII.
func lookUpEncoding(name string, line int) (encoding.Encoding, error) {
	switch strings.ToLower(name) {
	case "utf-8", "utf8", "us-ascii", "ascii":
		return nil, nil
	}
	enc, err := htmlindex.Get(name)
	if err != nil || enc == encoding.Replacement {
		return nil, fault.New(fault.Invalid, "line %d: the file says that its encoding is %q, which is not known", line, name).
			WithHint("convert it first: iconv -f %s -t UTF-8 export.xml > export-utf8.xml, and change the encoding on line %d to UTF-8", name, line)
	}
	if canonical, _ := htmlindex.Name(enc); canonical == "utf-8" {
		return nil, nil
	}
	return enc, nil
}

func isUTF16(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "utf-16") || strings.HasPrefix(name, "utf16") || name == "unicode" || strings.Contains(name, "ucs-2")
}

// notAnExport says what a file without a start of XML looks like.
func notAnExport(head []byte) error {
	text := bytes.ToLower(bytes.TrimSpace(head))
	is := func(prefix string) bool { return bytes.HasPrefix(text, []byte(prefix)) }
	e := fault.New(fault.Invalid, "line 1: this is not a WordPress export: it has no <rss> document")
	switch {
	case len(text) == 0:
		return fault.New(fault.Invalid, "line 1: the file is empty").WithHint(reExport)
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return e.WithHint("the file is compressed with gzip: unpack it first (gunzip) and import the .xml in it")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return e.WithHint("the file is a ZIP archive: unpack it first and import the .xml files in it, several may be given at once")
	case is("<!doctype html"), is("<html"):
		return e.WithHint("the file is a web page, perhaps a log-in page saved instead of the export: log in, then %s", reExport)
	case is("{"), is("["):
		return e.WithHint("the file is JSON, perhaps an export of Ghost; this command reads WordPress exports (XML)")
	case bytes.Contains(text, []byte("insert into")), bytes.Contains(text, []byte("create table")):
		return e.WithHint("the file is a database dump; this command reads the XML that Tools → Export makes")
	}
	return e.WithHint("%s", reExport)
}
