package media

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
)

// Phones write where a film was taken into its file. The place sits in boxes
// of ISO/IEC 14496-12 and Apple's QuickTime file format; they are found and
// made "free" boxes of zeros in the copy that readers get, so that nothing
// else moves.

// patch replaces len(data) bytes at an offset.
type patch struct {
	at   int64
	data []byte
}

// Bounds on the walk through a file's boxes.
const (
	maxBoxes = 20_000
	maxDepth = 8
	maxPlace = 1 << 20 // bytes of one box that is blanked
)

// findPlaces returns what to change in an MP4 or QuickTime file so that it no
// longer says where it was taken; nothing for other files.
func findPlaces(r io.ReaderAt, size int64) []patch {
	w := &boxWalk{r: r}
	if box, _ := w.header(0, size); box.kind == "" || !strings.Contains(" ftyp moov mdat wide free skip ", " "+box.kind+" ") {
		return nil
	}
	w.walk(0, size, 0)
	return w.found
}

type box struct {
	kind      string
	at, body  int64 // offsets of the header and of what it holds
	end       int64
	indexKind uint32 // kind as a number, as items of Apple's metadata have it
}

type boxWalk struct {
	r      io.ReaderAt
	seen   int
	places map[uint32]bool // indexes of metadata keys that name a place
	found  []patch
}

// header reads the box at offset at.
func (w *boxWalk) header(at, end int64) (box, bool) {
	var b [16]byte
	if w.seen++; w.seen > maxBoxes || at+8 > end {
		return box{}, false
	}
	if _, err := w.r.ReadAt(b[:8], at); err != nil {
		return box{}, false
	}
	size, head := int64(binary.BigEndian.Uint32(b[:])), int64(8)
	switch size {
	case 0: // to the end
		size = end - at
	case 1:
		if _, err := w.r.ReadAt(b[8:], at+8); err != nil {
			return box{}, false
		}
		size, head = int64(binary.BigEndian.Uint64(b[8:])), 16
	}
	if size < head || size > end-at {
		return box{}, false
	}
	return box{kind: string(b[4:8]), at: at, body: at + head, end: at + size, indexKind: binary.BigEndian.Uint32(b[4:])}, true
}

func (w *boxWalk) walk(at, end int64, depth int) {
	for depth < maxDepth {
		b, ok := w.header(at, end)
		if !ok {
			return
		}
		w.visit(b, depth)
		at = b.end
	}
}

func (w *boxWalk) visit(b box, depth int) {
	switch b.kind {
	case "moov", "trak", "udta":
		w.walk(b.body, b.end, depth+1)
	case "meta":
		w.walk(b.body+w.metaVersion(b), b.end, depth+1)
	case "keys":
		w.readKeys(b)
	case "ilst":
		w.items(b)
	case "\xa9xyz", "loci": // place, as QuickTime and as 3GPP name it
		w.blank(b)
	case "uuid", "XMP_":
		if body := w.body(b); bytes.Contains(body, []byte("GPS")) {
			w.blank(b)
		}
	}
}

// metaVersion is the length of a meta box's version field: ISO has one,
// QuickTime has none.
func (w *boxWalk) metaVersion(b box) int64 {
	if inner, ok := w.header(b.body, b.end); ok && inner.kind == "hdlr" {
		return 0
	}
	return 4
}

// readKeys notes which keys of Apple's metadata name a place.
func (w *boxWalk) readKeys(b box) {
	w.places = map[uint32]bool{}
	body := w.body(b)
	if len(body) < 8 {
		return
	}
	body = body[8:]
	for index := uint32(1); len(body) >= 8; index++ {
		n := binary.BigEndian.Uint32(body)
		if n < 8 || int64(n) > int64(len(body)) {
			return
		}
		if strings.Contains(strings.ToLower(string(body[8:n])), "location") {
			w.places[index] = true
		}
		body = body[n:]
	}
}

func (w *boxWalk) items(list box) {
	for at := list.body; ; {
		item, ok := w.header(at, list.end)
		if !ok {
			return
		}
		if w.places[item.indexKind] || item.kind == "\xa9xyz" {
			w.blank(item)
		}
		at = item.end
	}
}

func (w *boxWalk) body(b box) []byte {
	if b.end-b.body > maxPlace {
		return nil
	}
	body := make([]byte, b.end-b.body)
	if _, err := w.r.ReadAt(body, b.body); err != nil && err != io.EOF {
		return nil
	}
	return body
}

func (w *boxWalk) blank(b box) {
	if b.end-b.body > maxPlace {
		return
	}
	w.found = append(w.found, patch{b.at + 4, []byte("free")}, patch{b.body, make([]byte, b.end-b.body)})
}

// blanked reads a file with patches applied.
type blanked struct {
	r       io.Reader
	at      int64
	patches []patch
}

func newBlanked(r io.Reader, patches []patch) io.Reader { return &blanked{r: r, patches: patches} }

// Read implements io.Reader.
func (b *blanked) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	for _, patch := range b.patches {
		from := max(patch.at, b.at)
		to := min(patch.at+int64(len(patch.data)), b.at+int64(n))
		if from < to {
			copy(p[from-b.at:to-b.at], patch.data[from-patch.at:])
		}
	}
	b.at += int64(n)
	return n, err
}
