package postings

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"dateline/internal/fault"
)

// This file is all that knows the blobs. What cannot be read is an error of
// the database, never a panic.

func damaged(what string) error {
	return fault.New(fault.Internal, "the search index is damaged (%s)", what).WithHint("build it anew: dateline rebuild search")
}

// reader reads varints; the first that does not fit spoils it.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad = true
		r.b = nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) varint() int64 {
	v := r.uvarint()
	return int64(v>>1) ^ -int64(v&1)
}

// below reads a number that must be less than limit.
func (r *reader) below(limit uint64) uint64 {
	v := r.uvarint()
	if v >= limit {
		r.bad = true
		return 0
	}
	return v
}

func (r *reader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.bad = true
		r.b = nil
		return nil
	}
	out := r.b[:n:n]
	r.b = r.b[n:]
	return out
}

// done reports that everything was read and made sense.
func (r *reader) done() bool { return !r.bad && len(r.b) == 0 }

func putVarint(b []byte, v int64) []byte {
	return binary.AppendUvarint(b, uint64(v<<1)^uint64(v>>63))
}

// list is a term in one bucket: ascending slots, and the impact in each. What
// queries read has bits in place of slots where so many documents have the term
// that it is stored so.
type list struct {
	slots   []uint16
	bits    bitmap
	impacts []byte
}

// count is how many documents have the term.
func (l *list) count() int { return len(l.impacts) }

// mark sets the slots of the list in b.
func (l *list) mark(b bitmap) {
	for i, w := range l.bits[:min(len(l.bits), len(b))] {
		b[i] |= w
	}
	for _, s := range l.slots {
		b.set(int(s))
	}
}

// within calls fn with those slots of the list that are set in b.
func (l *list) within(b bitmap, fn func(slot int, impact byte)) {
	for i, s := range l.slots {
		if b.has(int(s)) {
			fn(int(s), l.impacts[i])
		}
	}
	at := 0 // impacts of the words before
	for i, w := range l.bits[:min(len(l.bits), len(b))] {
		for both := w & b[i]; both != 0; both &= both - 1 {
			bit := bits.TrailingZeros64(both)
			fn(i<<6+bit, l.impacts[at+bits.OnesCount64(w&(1<<bit-1))])
		}
		at += bits.OnesCount64(w)
	}
}

// each calls fn with every slot of the list, ascending.
func (l *list) each(fn func(slot int)) {
	for _, s := range l.slots {
		fn(int(s))
	}
	l.bits.each(func(slot int) bool { fn(slot); return true })
}

// Kinds of lists, the first byte of their blobs.
const (
	listBits byte = 1 << iota // slots as bits, not as differences
	listEven                  // all impacts are the same
)

func encodeList(l list) []byte {
	n := len(l.slots)
	if n == 0 {
		return nil
	}
	var kind byte
	width := int(l.slots[n-1])/8 + 1
	deltas := make([]byte, 0, n+n/8)
	last := -1
	for _, s := range l.slots {
		deltas = binary.AppendUvarint(deltas, uint64(int(s)-last-1))
		last = int(s)
	}
	if width < len(deltas) {
		kind |= listBits
	}
	if !slices.ContainsFunc(l.impacts, func(b byte) bool { return b != l.impacts[0] }) {
		kind |= listEven
	}
	b := binary.AppendUvarint([]byte{kind}, uint64(n))
	if kind&listBits != 0 {
		b = binary.AppendUvarint(b, uint64(width))
		at := len(b)
		b = append(b, make([]byte, width)...)
		for _, s := range l.slots {
			b[at+int(s)/8] |= 1 << (s % 8)
		}
	} else {
		b = append(b, deltas...)
	}
	if kind&listEven != 0 {
		return append(b, l.impacts[0])
	}
	return append(b, l.impacts...)
}

// decodeList reads a list with its slots.
func decodeList(b []byte) (list, error) {
	l, err := readList(b)
	if l.bits != nil {
		l.slots = make([]uint16, 0, len(l.impacts))
		l.bits.each(func(s int) bool { l.slots = append(l.slots, uint16(s)); return true })
		l.bits = nil
	}
	return l, err
}

// readList reads a list with slots or bits, as it is stored.
func readList(b []byte) (list, error) {
	if len(b) == 0 {
		return list{}, nil
	}
	r := reader{b: b}
	kind := r.byte()
	n := int(r.below(bucketSlots + 1))
	var l list
	have := 0
	if kind&listBits != 0 {
		l.bits = unpackBits(r.bytes(r.below(bucketSlots/8 + 1)))
		have = l.bits.count()
	} else {
		l.slots = make([]uint16, 0, n)
		at := -1
		for range n {
			at += int(r.below(bucketSlots)) + 1
			if r.bad || at >= bucketSlots {
				return list{}, damaged("slots of a term")
			}
			l.slots = append(l.slots, uint16(at))
		}
		have = n
	}
	if kind&listEven != 0 {
		one := r.byte()
		l.impacts = make([]byte, n)
		for i := range l.impacts {
			l.impacts[i] = one
		}
	} else {
		l.impacts = r.bytes(uint64(n))
	}
	if !r.done() || have != n || kind > listBits|listEven {
		return list{}, damaged("documents of a term")
	}
	return l, nil
}

func unpackBits(b []byte) bitmap {
	out := make(bitmap, 0, (len(b)+7)/8)
	for i := 0; i < len(b); i += 8 {
		var word [8]byte
		copy(word[:], b[i:])
		out = append(out, binary.LittleEndian.Uint64(word[:]))
	}
	return out
}

// encodePlaces packs the places of one document, ascending.
func encodePlaces(b []byte, places []uint32) []byte {
	last := uint32(0)
	for _, p := range places {
		b = binary.AppendUvarint(b, uint64(p-last))
		last = p
	}
	return b
}

// decodePlaces appends the places of one document to into.
func decodePlaces(into []uint32, b []byte) ([]uint32, error) {
	at := uint64(0)
	for i := 0; i < len(b); {
		step, n := uvarint(b[i:])
		if at += step; n <= 0 || at >= MaxPlace || step >= MaxPlace {
			return into, damaged("places of a term")
		}
		into = append(into, uint32(at))
		i += n
	}
	return into, nil
}

// uvarint is binary.Uvarint, quick where most numbers are below 128.
func uvarint(b []byte) (v uint64, n int) {
	if len(b) > 0 && b[0] < 0x80 {
		return uint64(b[0]), 1
	}
	return binary.Uvarint(b)
}

// joinPlaces packs the packed places of the documents of a list, nil when
// there are none at all.
func joinPlaces(each [][]byte) []byte {
	var b []byte
	any := false
	for _, p := range each {
		any = any || len(p) > 0
		b = appendPlaces(b, p)
	}
	if !any {
		return nil
	}
	return b
}

func appendPlaces(b, places []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(places))), places...)
}

// partPlaces cuts what joinPlaces made into the packed places of n documents.
func partPlaces(b []byte, n int) ([][]byte, error) {
	each := make([][]byte, n)
	if len(b) == 0 {
		return each, nil
	}
	r := reader{b: b}
	for i := range each {
		each[i] = r.bytes(r.uvarint())
	}
	if !r.done() {
		return nil, damaged("places of documents")
	}
	return each, nil
}

// placesCursor goes through what joinPlaces made, document by document.
type placesCursor struct {
	b   []byte
	bad bool
}

func (c *placesCursor) next() []byte {
	if len(c.b) == 0 {
		return nil // none of the documents has places
	}
	n, size := uint64(c.b[0]), 1
	if n >= 0x80 {
		if n, size = binary.Uvarint(c.b); size <= 0 {
			c.bad, c.b = true, nil
			return nil
		}
	}
	if n > uint64(len(c.b)-size) {
		c.bad, c.b = true, nil
		return nil
	}
	end := size + int(n)
	out := c.b[size:end]
	c.b = c.b[end:]
	return out
}

// stands is a term of one document by its number, with its places packed.
type stands struct {
	id     int64
	places []byte
}

// encodeWords packs the terms of a document that have places, by ascending number.
func encodeWords(all []stands) []byte {
	b := make([]byte, 0, 6*len(all))
	last := int64(0)
	for _, s := range all {
		if len(s.places) == 0 {
			continue
		}
		b = appendPlaces(binary.AppendUvarint(b, uint64(s.id-last)), s.places)
		last = s.id
	}
	return b
}

// wordsCursor goes through what encodeWords made, term by term.
type wordsCursor struct {
	b  []byte
	at int64
}

// seek returns the packed places of a term; numbers are asked for in ascending
// order. nil when the document has none of it.
func (c *wordsCursor) seek(id int64) []byte {
	b, at := c.b, c.at
	defer func() { c.b, c.at = b, at }()
	for len(b) > 0 {
		step, n := uvarint(b)
		if n <= 0 || at+int64(step) > id {
			return nil // the next one asked for may be it
		}
		size, m := uvarint(b[n:])
		if m <= 0 || size > uint64(len(b)-n-m) {
			return nil
		}
		places := b[n+m : n+m+int(size)]
		b, at = b[n+m+int(size):], at+int64(step)
		if at == id {
			return places
		}
	}
	return nil
}

// standing is where a term stands in some documents, one after the other.
type standing struct {
	places []uint32
	ends   []int // of each document's in places
}

func (s *standing) reset() { s.places, s.ends = s.places[:0], s.ends[:0] }

// add takes in the packed places of the next document.
func (s *standing) add(packed []byte) (err error) {
	s.places, err = decodePlaces(s.places, packed)
	s.ends = append(s.ends, len(s.places))
	return err
}

// of returns the places in the i-th document.
func (s *standing) of(i int) []uint32 {
	if i == 0 {
		return s.places[:s.ends[0]]
	}
	return s.places[s.ends[i-1]:s.ends[i]]
}

// share is what the dictionary says of a term in one bucket.
type share struct {
	bucket int64
	n      int
	most   byte // greatest impact
}

func encodeSpread(spread []share) []byte {
	var b []byte
	last := int64(0)
	for _, s := range spread {
		b = binary.AppendUvarint(b, uint64(s.bucket-last))
		b = binary.AppendUvarint(b, uint64(s.n))
		b = append(b, s.most)
		last = s.bucket
	}
	return b
}

func decodeSpread(b []byte) ([]share, error) {
	r := reader{b: b}
	spread := make([]share, 0, len(b)/3)
	last := int64(0)
	for len(r.b) > 0 {
		s := share{bucket: last + int64(r.below(maxBucket)), n: int(r.below(bucketSlots + 1)), most: r.byte()}
		if r.bad || s.bucket >= maxBucket {
			return nil, damaged("buckets of a term")
		}
		last = s.bucket
		spread = append(spread, s)
	}
	return spread, nil
}

// encodeIDs packs ascending numbers.
func encodeIDs(ids []int64) []byte {
	var b []byte
	last := int64(0)
	for _, id := range ids {
		b = binary.AppendUvarint(b, uint64(id-last))
		last = id
	}
	return b
}

func decodeIDs(b []byte) ([]int64, error) {
	r := reader{b: b}
	var ids []int64
	last := int64(0)
	for len(r.b) > 0 {
		last += int64(r.below(1 << 43))
		if r.bad {
			return nil, damaged("terms of a document")
		}
		ids = append(ids, last)
	}
	return ids, nil
}

// card is a document without its terms, as it stands in its slot; ID 0 for an
// empty one.
type card struct {
	id, at int64
	cols   []Col
}

func appendCard(b []byte, c card) []byte {
	b = putVarint(b, c.at)
	b = binary.AppendUvarint(b, uint64(len(c.cols)))
	for _, col := range c.cols {
		b = append(b, col.Column)
		b = putVarint(b, col.Value)
	}
	return b
}

// card reads what appendCard wrote; the columns are appended to c.cols.
func (r *reader) card(c *card) {
	c.at = r.varint()
	for range r.below(uint64(len(r.b)) + 1) {
		c.cols = append(c.cols, Col{Column: r.byte() % Columns, Value: r.varint()})
	}
}

// encodeCards packs the slots of a bucket.
func encodeCards(cards []card) []byte {
	var b []byte
	for _, c := range cards {
		b = binary.AppendUvarint(b, uint64(c.id))
		if c.id != 0 {
			b = appendCard(b, c)
		}
	}
	return b
}

// eachCard calls fn with the n slots of a bucket in order; it uses c.cols again.
func eachCard(b []byte, n int64, fn func(slot int, c card)) error {
	if n < 0 || n > bucketSlots {
		return damaged("size of a bucket")
	}
	r := reader{b: b}
	var c card
	for slot := range int(n) {
		c = card{id: int64(r.below(1 << 63)), cols: c.cols[:0]}
		if c.id != 0 {
			r.card(&c)
		}
		if r.bad {
			break
		}
		fn(slot, c)
	}
	if !r.done() {
		return damaged("documents of a bucket")
	}
	return nil
}

func decodeCards(b []byte, n int64) ([]card, error) {
	var cards []card
	err := eachCard(b, n, func(_ int, c card) {
		c.cols = slices.Clone(c.cols)
		cards = append(cards, c)
	})
	return cards, err
}

// packed is a term of a document with its places packed.
type packed struct {
	text   string
	impact byte
	places []byte
}

// encodeDoc packs a whole document, but for its ID.
func encodeDoc(d *Doc) []byte {
	b := appendCard(make([]byte, 0, 16*len(d.Terms)), card{at: d.At, cols: d.Cols})
	var places []byte
	for _, t := range d.Terms {
		b = append(b, byte(len(t.Text)))
		b = append(b, t.Text...)
		b = append(b, t.Impact)
		places = encodePlaces(places[:0], t.Places)
		b = binary.AppendUvarint(b, uint64(len(places)))
		b = append(b, places...)
	}
	return b
}

func decodeDoc(id int64, b []byte) (card, []packed, error) {
	r := reader{b: b}
	c := card{id: id}
	r.card(&c)
	var terms []packed
	for len(r.b) > 0 {
		t := packed{text: string(r.bytes(uint64(r.byte()))), impact: r.byte(), places: r.bytes(r.uvarint())}
		if r.bad || t.text == "" {
			break
		}
		terms = append(terms, t)
	}
	if !r.done() {
		return card{}, nil, damaged("a fresh document")
	}
	return c, terms, nil
}
