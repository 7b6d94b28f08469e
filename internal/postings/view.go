package postings

import (
	"cmp"
	"context"
	"maps"
	"math"
	"math/bits"
	"slices"
	"sync"

	"dateline/internal/db"
	"dateline/internal/fault"
)

const (
	bucketSlots = 1 << 14 // documents in a bucket
	maxBucket   = 1 << 20 // buckets are numbered below this
	chunkDocs   = 256     // fresh documents in a part
)

// part is a set of up to bucketSlots documents: a bucket of one version, or
// some fresh documents in memory. What it has never changes.
type part struct {
	bucket, version int64 // 0 for fresh ones
	slots           int
	low, high       int64 // of the times
	terms           map[string]*held

	mu     sync.Mutex
	loaded bool
	cards  // empty until loaded
}

// cards are the documents of a part, by slot; id 0 for an empty one.
type cards struct {
	ids, times []int64
	cols       [Columns]*column
}

// column has the values of slot s in vals[from[s]:from[s+1]], as indexes of
// dict; where each slot has just one, from is nil, and vals[s] has it.
type column struct {
	from, vals []uint32
	dict       []int64
	usual      []int64 // slots that have each value of dict
}

// held is a term of fresh documents.
type held struct {
	list
	most   byte
	places []byte // as joinPlaces makes them
}

// of returns the values of a slot.
func (c *column) of(slot int) []uint32 {
	switch {
	case c == nil:
		return nil
	case c.from == nil:
		return c.vals[slot : slot+1]
	}
	return c.vals[c.from[slot]:c.from[slot+1]]
}

// wanted tells which values of dict a filter names.
func (c *column) wanted(f Filter) (wanted []bool, any bool) {
	wanted = make([]bool, len(c.dict))
	for i, v := range c.dict {
		wanted[i] = slices.Contains(f.Values, v)
		any = any || wanted[i]
	}
	return wanted, any
}

// refuses reports that a filter lets nothing of the part through.
func (c *column) refuses(f Filter) bool {
	if f.Not {
		return false
	}
	if c == nil {
		return true
	}
	_, any := c.wanted(f)
	return !any
}

// filter takes out of match what a filter refuses.
func (c *column) filter(match bitmap, f Filter) {
	if c == nil {
		if !f.Not {
			clear(match)
		}
		return
	}
	wanted, _ := c.wanted(f)
	if c.from != nil {
		match.each(func(s int) bool {
			return f.Not != slices.ContainsFunc(c.of(s), func(code uint32) bool { return wanted[code] })
		})
		return
	}
	match.each(func(s int) bool { return f.Not != wanted[c.vals[s]] })
}

// fill takes in the documents in the order of their slots.
type fill struct {
	cards
	code [Columns]map[int64]uint32
}

func (f *fill) add(c card) {
	slot := len(f.ids)
	f.ids, f.times = append(f.ids, c.id), append(f.times, c.at)
	for _, col := range c.cols {
		k := col.Column
		if f.cols[k] == nil {
			f.cols[k], f.code[k] = &column{from: make([]uint32, slot+1)}, map[int64]uint32{}
		}
		to := f.cols[k]
		code, ok := f.code[k][col.Value]
		if !ok {
			code = uint32(len(to.dict))
			to.dict = append(to.dict, col.Value)
			f.code[k][col.Value] = code
		}
		to.vals = append(to.vals, code)
	}
	for _, to := range f.cols {
		if to != nil {
			to.from = append(to.from, uint32(len(to.vals)))
		}
	}
}

// done returns all that was taken in.
func (f *fill) done() cards {
	for _, c := range f.cols {
		if c == nil {
			continue
		}
		c.usual = make([]int64, len(c.dict))
		for _, code := range c.vals {
			c.usual[code]++
		}
		if len(c.vals) == len(f.ids) && single(c.from) {
			c.from = nil
		}
	}
	return f.cards
}

// single reports that each slot has just one value.
func single(from []uint32) bool {
	for i, at := range from {
		if int(at) != i {
			return false
		}
	}
	return true
}

// load reads the documents of a bucket when they are first needed.
func (p *part) load(ctx context.Context, q db.Querier) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.loaded {
		return nil
	}
	body, err := bodyOf(ctx, q, p.bucket)
	if err != nil {
		return err
	}
	var f fill
	if err := eachCard(body, int64(p.slots), func(_ int, c card) { f.add(c) }); err != nil {
		return err
	}
	p.cards, p.loaded = f.done(), true
	return nil
}

// freshDoc is a fresh document unpacked; gone ones have no terms.
type freshDoc struct {
	card
	seq   int64
	gone  bool
	terms []packed
}

// chunkOf makes a part of fresh documents.
func chunkOf(docs []freshDoc) *part {
	p := &part{slots: len(docs), loaded: true, terms: map[string]*held{}}
	var f fill
	p.low, p.high = math.MaxInt64, math.MinInt64
	for slot, d := range docs {
		if d.gone {
			d.card = card{}
		} else {
			p.low, p.high = min(p.low, d.at), max(p.high, d.at)
		}
		f.add(d.card)
		for _, t := range d.terms {
			h := p.terms[t.text]
			if h == nil {
				h = &held{}
				p.terms[t.text] = h
			}
			h.slots, h.impacts, h.places = append(h.slots, uint16(slot)), append(h.impacts, t.impact), appendPlaces(h.places, t.places)
			h.most = max(h.most, t.impact)
		}
	}
	p.cards = f.done()
	return p
}

// bitmap has a bit for each slot.
type bitmap []uint64

func newBitmap(slots int) bitmap { return make(bitmap, (slots+63)/64) }

func (b bitmap) set(i int)      { b[i>>6] |= 1 << (i & 63) }
func (b bitmap) has(i int) bool { return b[i>>6]&(1<<(i&63)) != 0 }

func (b bitmap) count() (n int) {
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

func (b bitmap) empty() bool {
	for _, w := range b {
		if w != 0 {
			return false
		}
	}
	return true
}

// each calls fn with the bits that are set and clears those that fn refuses.
func (b bitmap) each(fn func(slot int) bool) {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			slot := i<<6 + bits.TrailingZeros64(w)
			if !fn(slot) {
				b[i] &^= 1 << (slot & 63)
			}
		}
	}
}

// view is one state of the index.
type view struct {
	put, merge, era int64
	buckets         []*part // oldest first by number
	chunks          []*part
	fresh           []freshDoc       // in the order of chunks
	at              map[int64]int    // of fresh documents by ID
	dead            map[*part]bitmap // what is replaced or gone
	gone            int              // documents in dead
	docs            int64            // documents in all
}

// view returns the state of the index that q sees. Fresh documents may be
// newer than q: they only go over what is merged.
func (ix *Index) view(ctx context.Context, q db.Querier) (*view, error) {
	counters, err := state(ctx, q)
	if err != nil {
		return nil, err
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	old := ix.current
	switch merge, put := counters[countMerge], counters[countPut]; {
	case old == nil || old.merge < merge:
		v, err := ix.fullView(ctx, q, counters)
		if err == nil {
			ix.current = v
		}
		return v, err
	case old.merge > merge: // a snapshot from before a merge that others have seen
		return ix.fullView(ctx, q, counters)
	case old.put >= put:
		return old, nil
	default:
		v, err := old.next(ctx, q, put)
		if err == nil {
			ix.current = v
		}
		return v, err
	}
}

// fullView reads the state anew but for buckets that are known.
func (ix *Index) fullView(ctx context.Context, q db.Querier, counters map[string]int64) (*view, error) {
	v := &view{merge: counters[countMerge], era: counters[countEra], at: map[int64]int{}, dead: map[*part]bitmap{}}
	rows, err := heads(ctx, q, v.era)
	if err != nil {
		return nil, err
	}
	known := map[[2]int64]*part{}
	if ix.current != nil {
		for _, p := range ix.current.buckets {
			known[[2]int64{p.bucket, p.version}] = p
		}
	}
	for _, r := range rows {
		p := known[[2]int64{r.id, r.version}]
		if p == nil {
			p = &part{bucket: r.id, version: r.version, slots: int(r.slots), low: r.low, high: r.high}
		}
		v.buckets = append(v.buckets, p)
		v.docs += r.live
	}
	return v.next(ctx, q, counters[countPut])
}

// next is v with what was put since.
func (v *view) next(ctx context.Context, q db.Querier, put int64) (*view, error) {
	rows, err := freshBehind(ctx, q, v.put, 1<<30)
	if err != nil {
		return nil, err
	}
	n := &view{put: put, merge: v.merge, era: v.era, buckets: v.buckets, gone: v.gone, docs: v.docs,
		fresh: slices.Clip(v.fresh), at: maps.Clone(v.at), dead: make(map[*part]bitmap, len(v.dead)+1)}
	for p, b := range v.dead {
		n.dead[p] = slices.Clone(b)
	}
	full := len(v.fresh) / chunkDocs
	n.chunks = slices.Clip(v.chunks[:full])
	if full < len(v.chunks) {
		delete(n.dead, v.chunks[full])
	}
	for _, r := range rows {
		if err := n.take(ctx, q, r); err != nil {
			return nil, err
		}
	}
	for from := full * chunkDocs; from < len(n.fresh); from += chunkDocs {
		n.chunks = append(n.chunks, chunkOf(n.fresh[from:min(from+chunkDocs, len(n.fresh))]))
	}
	for i, d := range n.fresh { // replaced ones, also in chunks that are as they were
		if d.gone || n.at[d.id] != i {
			n.kill(n.chunks[i/chunkDocs], i%chunkDocs)
		}
	}
	return n, nil
}

// take adds a fresh row; the document goes over a former one.
func (v *view) take(ctx context.Context, q db.Querier, r freshRow) error {
	d := freshDoc{card: card{id: r.doc}, seq: r.seq, gone: r.gone != 0}
	if !d.gone {
		var err error
		if d.card, d.terms, err = decodeDoc(r.doc, r.body); err != nil {
			return err
		}
	}
	if former, ok := v.at[r.doc]; ok {
		if !v.fresh[former].gone {
			v.docs--
		}
	} else {
		s, err := spotOf(ctx, q, r.doc, v.era)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if i, found := slices.BinarySearchFunc(v.buckets, s.bucket, func(p *part, id int64) int { return cmp.Compare(p.bucket, id) }); err == nil && found && int(s.slot) < v.buckets[i].slots {
			v.kill(v.buckets[i], int(s.slot))
			v.gone++
			v.docs--
		}
	}
	if !d.gone {
		v.docs++
	}
	v.at[r.doc] = len(v.fresh)
	v.fresh = append(v.fresh, d)
	return nil
}

func (v *view) kill(p *part, slot int) {
	if v.dead[p] == nil {
		v.dead[p] = newBitmap(p.slots)
	}
	v.dead[p].set(slot)
}
