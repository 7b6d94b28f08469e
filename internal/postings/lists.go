package postings

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"dateline/internal/db"
)

// cacheBytes bounds the lists that a process keeps in memory.
const cacheBytes = 48 << 20

// listKey names a list: a term in one version of a bucket.
type listKey struct{ place, version int64 }

// cache keeps lists that were used lately, in two generations: what is asked
// for moves to the young one, and when that is full, the old one goes.
type cache struct {
	mu         sync.Mutex
	young, old map[listKey]list
	bytes      int
}

func (c *cache) get(k listKey) (list, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l, ok := c.young[k]
	if !ok {
		if l, ok = c.old[k]; ok {
			delete(c.old, k)
			c.add(k, l)
		}
	}
	return l, ok
}

func (c *cache) put(k listKey, l list) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(k, l)
}

func (c *cache) add(k listKey, l list) {
	size := 2*cap(l.slots) + 8*cap(l.bits) + cap(l.impacts) + 150
	if c.bytes += size; c.young == nil || c.bytes > cacheBytes/2 {
		c.young, c.old, c.bytes = map[listKey]list{}, c.young, size
	}
	c.young[k] = l
}

// wanted is a term of a query.
type wanted struct {
	text   string
	entry  entry          // id 0 when no merged document has it
	got    map[int64]list // by bucket
	ahead  int            // buckets to read with the next one
	docs   int64          // documents that have it
	places map[*part][]byte
}

// lists reads the lists of one query.
type lists struct {
	q     db.Querier
	cache *cache
	view  *view
	terms map[string]*wanted
	byID  map[int64]*wanted // those that merged documents have
	older bool              // parts are asked for from the oldest to the newest
	// next are the buckets that are asked for in no order of time, if they are
	next []int64
}

// look finds the terms in the dictionary and counts their documents.
func (ls *lists) look(ctx context.Context, texts []string) error {
	entries, err := entriesByText(ctx, ls.q, texts)
	if err != nil {
		return err
	}
	ls.terms, ls.byID = make(map[string]*wanted, len(texts)), make(map[int64]*wanted, len(texts))
	for _, text := range texts {
		ls.terms[text] = &wanted{text: text, ahead: 1}
	}
	for _, e := range entries {
		if w := ls.terms[e.text]; w != nil {
			e.spread = slices.DeleteFunc(e.spread, func(s share) bool { _, ok := ls.view.bucket(s.bucket); return !ok })
			w.entry, ls.byID[e.id] = e, w
			for _, s := range e.spread {
				w.docs += int64(s.n)
			}
		}
	}
	for _, w := range ls.terms {
		for _, p := range ls.view.chunks {
			if h := p.terms[w.text]; h != nil {
				w.docs += int64(len(h.slots))
			}
		}
	}
	return nil
}

// bucket returns the part of a bucket of the era.
func (v *view) bucket(id int64) (*part, bool) {
	i, ok := slices.BinarySearchFunc(v.buckets, id, func(p *part, id int64) int { return cmp.Compare(p.bucket, id) })
	if !ok {
		return nil, false
	}
	return v.buckets[i], true
}

func (w *wanted) share(bucket int64) (int, bool) {
	return slices.BinarySearchFunc(w.entry.spread, bucket, func(s share, id int64) int { return cmp.Compare(s.bucket, id) })
}

// in returns how many documents of p have the term and its greatest impact.
func (w *wanted) in(p *part) (n int, most byte) {
	if p.bucket == 0 {
		if h := p.terms[w.text]; h != nil {
			return len(h.slots), h.most
		}
		return 0, 0
	}
	if i, ok := w.share(p.bucket); ok {
		return w.entry.spread[i].n, w.entry.spread[i].most
	}
	return 0, 0
}

// list returns the documents of p that have the term.
func (ls *lists) list(ctx context.Context, w *wanted, p *part) (list, error) {
	if p.bucket == 0 {
		if h := p.terms[w.text]; h != nil {
			return h.list, nil
		}
		return list{}, nil
	}
	i, ok := w.share(p.bucket)
	if !ok {
		return list{}, nil
	}
	if l, ok := w.got[p.bucket]; ok {
		return l, nil
	}
	if l, ok := ls.cache.get(listKey{placeOf(w.entry.id, p.bucket), p.version}); ok {
		return l, nil
	}
	if err := ls.fetch(ctx, w, i); err != nil {
		return list{}, err
	}
	l, ok := w.got[p.bucket]
	if !ok {
		return list{}, damaged("a term that is not in its bucket")
	}
	return l, nil
}

// wholeDocs is up to how many documents the lists of a term are read all at
// once.
const wholeDocs = 20_000

// fetch reads the list of the i-th bucket of a term, and of those that will
// likely be asked for next.
func (ls *lists) fetch(ctx context.Context, w *wanted, i int) error {
	rows, err := ls.rows(ctx, w, i)
	if err != nil {
		return err
	}
	w.ahead = min(4*w.ahead, 16)
	for _, r := range rows {
		p, ok := ls.view.bucket(r.place % maxBucket)
		w := ls.byID[r.place/maxBucket]
		if !ok || w == nil {
			continue
		}
		if w.got == nil {
			w.got = make(map[int64]list, len(w.entry.spread))
		}
		l, err := readList(r.docs)
		if err != nil {
			return err
		}
		w.got[p.bucket] = l
		ls.cache.put(listKey{r.place, p.version}, l)
	}
	return nil
}

func (ls *lists) rows(ctx context.Context, w *wanted, i int) ([]postingRow, error) {
	spread := w.entry.spread
	from, to := max(0, i-w.ahead+1), i
	switch {
	case w.docs <= wholeDocs && ls.q.Engine() == db.Postgres:
		return docsAt(ctx, ls.q, ls.wholes())
	case w.docs <= wholeDocs:
		from, to = 0, len(spread)-1
	case len(ls.next) > 0:
		return docsAt(ctx, ls.q, ls.ahead(w, i))
	case ls.older:
		from, to = i, min(len(spread)-1, i+w.ahead-1)
	}
	return docsBetween(ctx, ls.q, placeOf(w.entry.id, spread[from].bucket), placeOf(w.entry.id, spread[to].bucket))
}

// wholes is the places of all terms that are read at once and have not been: one
// statement for them saves a round trip for each.
func (ls *lists) wholes() []int64 {
	var at []int64
	for _, w := range ls.byID {
		if w.docs > wholeDocs || w.got != nil {
			continue
		}
		for _, s := range w.entry.spread {
			at = append(at, placeOf(w.entry.id, s.bucket))
		}
	}
	return at
}

// ahead is the places of a term in its i-th bucket and in the buckets that are
// asked for behind that one. To read one at a time costs nothing more on SQLite.
func (ls *lists) ahead(w *wanted, i int) []int64 {
	bucket := w.entry.spread[i].bucket
	at := []int64{placeOf(w.entry.id, bucket)}
	if ls.q.Engine() != db.Postgres {
		return at
	}
	behind := max(slices.Index(ls.next, bucket), 0)
	for _, b := range ls.next[behind:] {
		if _, ok := w.share(b); ok && b != bucket && len(at) < w.ahead {
			at = append(at, placeOf(w.entry.id, b))
		}
	}
	return at
}

// placesIn returns the places of a term in the documents of p, as joinPlaces
// makes them.
func (ls *lists) placesIn(ctx context.Context, w *wanted, p *part) ([]byte, error) {
	if p.bucket == 0 {
		return p.terms[w.text].places, nil
	}
	if b, ok := w.places[p]; ok {
		return b, nil
	}
	b, err := placesAt(ctx, ls.q, placeOf(w.entry.id, p.bucket))
	if w.places == nil {
		w.places = map[*part][]byte{}
	}
	w.places[p] = b
	return b, err
}
