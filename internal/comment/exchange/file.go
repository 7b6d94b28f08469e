package exchange

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"sync/atomic"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"dateline/internal/fault"
)

// maxFile is how much a file may hold, unpacked.
const maxFile = 32 << 30

// textFile is a file of text, perhaps packed with gzip.
type textFile struct {
	path   string
	length int64
	done   atomic.Int64
}

func openText(path string) (*textFile, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fault.New(fault.Invalid, "cannot read the file: %w", err).WithHint("check the path")
	}
	if !info.Mode().IsRegular() {
		return nil, fault.New(fault.Invalid, "%s is no ordinary file", path).WithHint("name the exported file itself")
	}
	return &textFile{path: path, length: info.Size()}, nil
}

func (f *textFile) size() int64  { return f.length }
func (f *textFile) read() int64  { return f.done.Load() }
func (f *textFile) close() error { return nil }

// open returns the file's text in UTF-8, without a byte order mark.
func (f *textFile) open() (*guarded, func() error, error) {
	file, err := os.Open(f.path)
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "cannot read the file: %w", err)
	}
	f.done.Store(0)
	in := bufio.NewReaderSize(&counter{file, &f.done}, 64<<10)
	var text io.Reader = in
	head, _ := in.Peek(4)
	if bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		packed, err := gzip.NewReader(in)
		if err != nil {
			_ = file.Close()
			return nil, nil, brokenOff(fault.New(fault.Invalid, "the file is packed with gzip and cannot be unpacked: %w", err).WithHint("download it again"))
		}
		in = bufio.NewReaderSize(packed, 64<<10)
		text = in
		head, _ = in.Peek(4)
	}
	if err := refuseKind(head); err != nil {
		_ = file.Close()
		return nil, nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, _ = in.Discard(3) // it was peeked
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		text = transform.NewReader(in, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	}
	return &guarded{in: text, record: maxRecord, total: maxFile}, file.Close, nil
}

// refuseKind says what a file is that cannot be the text of an export.
func refuseKind(head []byte) error {
	switch {
	case len(head) == 0:
		return brokenOff(fault.New(fault.Invalid, "the file is empty").WithHint("export again and check that the download is complete"))
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return brokenOff(fault.New(fault.Invalid, "the file is a ZIP archive").WithHint("unpack it and import the file in it"))
	case bytes.HasPrefix(head, []byte("SQLi")):
		return brokenOff(fault.New(fault.Invalid, "the file is a SQLite database").WithHint("databases of Isso are read with: dateline import isso"))
	}
	return nil
}

type counter struct {
	r io.Reader
	n *atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// errRecord and errTotal say which limit a guarded reader met.
var (
	errRecord = errors.New("one comment takes more than 8 MB")
	errTotal  = errors.New("the file holds more than 32 GB")
)

// guarded reads at most so much for one record, and altogether.
type guarded struct {
	in     io.Reader
	used   int64 // since next
	record int64
	total  int64
}

// next begins another record.
func (g *guarded) next() { g.used = 0 }

func (g *guarded) Read(p []byte) (int, error) {
	if g.used > g.record {
		return 0, errRecord
	}
	if g.total <= 0 {
		return 0, errTotal
	}
	n, err := g.in.Read(p[:min(int64(len(p)), 64<<10)])
	g.used += int64(n)
	g.total -= int64(n)
	return n, err
}

// cutShort turns what a reader ran into into words. place says where.
func cutShort(place string, err error) error {
	switch {
	case errors.Is(err, errRecord), errors.Is(err, errTotal):
		return brokenOff(fault.New(fault.Invalid, "%s: %w", place, err).WithHint("this is no ordinary export; what came before is imported"))
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return brokenOff(fault.New(fault.Invalid, "%s: the file ends in the middle", place).
			WithHint("the download was cut off: export again; importing the whole file later adds the rest"))
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		return brokenOff(fault.New(fault.Invalid, "%s: the packed file is damaged", place).WithHint("download it again; importing the whole file later adds the rest"))
	}
	return err
}
