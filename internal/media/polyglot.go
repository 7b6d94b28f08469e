package media

import (
	"bytes"
	"encoding/binary"
	"io"

	"dateline/internal/fault"
)

// A polyglot is a file that is two things at once: a picture whose tail is an
// archive, a document that begins as a web page. Nothing of a foreign picture
// but its pixels reaches readers, so none can do harm here; but the original is
// kept, and one that somebody built to deceive has no place in a newsroom.

// pageMarks are the beginnings of web pages and scripts, in lower case, long
// enough not to occur in compressed data by chance.
var pageMarks = [][]byte{[]byte("<script"), []byte("<!doctype html"), []byte("<html>"), []byte("<html "), []byte("<iframe "), []byte("<?php "), []byte("<svg xmlns")}

// maxZipComment is the longest comment at the end of a ZIP archive (APPNOTE
// 4.3.16), behind its 22-byte end record.
const maxZipComment = 1<<16 - 1

// honest refuses a file that is something else besides what it seems.
func honest(f spooled, t fileType) error {
	hint := "open it in the program it was made with and save it again as a new file"
	if t.ext != "zip" && !zipBased(t.ext) && endsAsZip(f, f.size) {
		return fault.New(fault.Invalid, "the file is a %s and a ZIP archive at once", t.ext).WithHint("%s", hint)
	}
	head := headOf(f)
	if t.kind == KindImage && bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")) {
		return fault.New(fault.Invalid, "the file is a picture and a PDF at once").WithHint("%s", hint)
	}
	limit := f.size // of pictures every byte is looked at: pixels hold no such words
	if t.kind != KindImage {
		limit = 1024 // documents may speak of web pages, but do not begin as one
	}
	if t.ext == "txt" || t.ext == "csv" {
		return nil
	}
	if mark, err := holdsPage(io.NewSectionReader(f, 0, min(limit, f.size))); err != nil || mark != "" {
		if err != nil {
			return err
		}
		return fault.New(fault.Invalid, "the file is called a %s, but holds a web page or a script (%s)", t.ext, mark).WithHint("%s", hint)
	}
	return nil
}

// zipBased reports the formats that are ZIP archives by design.
func zipBased(ext string) bool {
	switch ext {
	case "docx", "xlsx", "pptx", "odt", "epub":
		return true
	}
	return false
}

// endsAsZip looks for the end record of a ZIP archive that closes the file.
func endsAsZip(r io.ReaderAt, size int64) bool {
	tail := make([]byte, min(size, 22+maxZipComment))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return false
	}
	for at := len(tail) - 22; at >= 0; at-- {
		if bytes.HasPrefix(tail[at:], []byte("PK\x05\x06")) && at+22+int(binary.LittleEndian.Uint16(tail[at+20:])) == len(tail) {
			return true
		}
	}
	return false
}

// holdsPage returns the first of pageMarks that r holds, "" for none.
func holdsPage(r io.Reader) (string, error) {
	const longest = 16
	window := make([]byte, 0, 64<<10)
	for {
		n, err := r.Read(window[len(window):cap(window)])
		fresh := window[len(window) : len(window)+n]
		for i, b := range fresh {
			if 'A' <= b && b <= 'Z' {
				fresh[i] = b + 'a' - 'A'
			}
		}
		window = window[:len(window)+n]
		for _, mark := range pageMarks {
			if bytes.Contains(window, mark) {
				return string(mark), nil
			}
		}
		if err == io.EOF {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		if len(window) > longest {
			kept := copy(window, window[len(window)-longest:])
			window = window[:kept]
		}
	}
}
