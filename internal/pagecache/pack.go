package pagecache

import (
	"bytes"
	"math/bits"
	"slices"
	"sync"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
)

// Hits after which a page is worth more effort.
const (
	hitsForBrotli = 2
	hitsForBest   = 32
)

// ripe is how long a page must have stood before it gets the best level, and one
// that Renew made before it gets brotli at all: under a talk that goes on it is
// made anew four times a second, and packing each at length would take the
// processor from those who read.
const ripe = 10 * time.Second

// Levels of compression; doc.go has what they cost and gain.
const (
	gzipLevel   = 6
	brotliLevel = 5
	bestLevel   = 11

	brotliSmallest, brotliLargest = 16, 22 // logarithms of windows
)

var gzipWriters = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzipLevel) // the level is a valid one
	return w
}}

// Variant returns the best variant that the client takes. It compresses with
// gzip when the first client asks for that, and never waits for brotli.
func (c *Cache) Variant(e *Entry, accept Accept) *Variant {
	if accept&Brotli != 0 {
		if v := e.brotli.Load(); v != nil {
			return v
		}
	}
	if accept&Gzip == 0 || !e.compressible {
		return &e.identity
	}
	if v := e.gzip.Load(); v != nil {
		return v
	}
	return c.gzip(e)
}

func (c *Cache) gzip(e *Entry) *Variant {
	e.packing.Lock()
	defer e.packing.Unlock()
	if v := e.gzip.Load(); v != nil {
		return v
	}
	var b bytes.Buffer
	b.Grow(len(e.identity.Body) / 3)
	w := gzipWriters.Get().(*gzip.Writer)
	w.Reset(&b)
	_, err := w.Write(e.identity.Body)
	if err == nil {
		err = w.Close()
	}
	gzipWriters.Put(w)
	v := c.variant(e, "gzip", gzipSuffix, b.Bytes(), err)
	e.gzip.Store(v)
	c.reweigh(e)
	return v
}

// variant makes a variant of packed bytes, or returns the identity when they
// are not smaller.
func (c *Cache) variant(e *Entry, encoding, suffix string, packed []byte, err error) *Variant {
	if err != nil || len(packed) >= len(e.identity.Body) {
		return &e.identity
	}
	v := &Variant{Encoding: encoding, ETag: `"` + e.Tag + suffix + `"`, Body: slices.Clone(packed)}
	c.dress(e, v)
	c.counters.packed.Add(1)
	return v
}

// promote hands an entry to the worker when its hits have reached a threshold.
// When the worker has too much to do, the page stays as it is.
func (c *Cache) promote(e *Entry, hits uint32) {
	if hits != hitsForBrotli && hits != hitsForBest || !e.compressible || e.Reach != Stored {
		return
	}
	select {
	case c.work <- e:
	default:
	}
}

// pack is the worker that compresses popular pages, one at a time.
func (c *Cache) pack() {
	for {
		select {
		case <-c.closed:
			return
		case e := <-c.work:
			began := c.opt.Clock.Now()
			c.brotli(e)
			c.opt.Rest(3 * min(max(c.opt.Clock.Now().Sub(began), 0), time.Second))
		}
	}
}

// brotli gives an entry the brotli variant that its popularity has earned.
func (c *Cache) brotli(e *Entry) {
	level, suffix := brotliLevel, brotliSuffix
	if e.hits.Load() >= hitsForBest {
		if c.opt.Clock.Now().Sub(e.made) >= ripe {
			level, suffix = bestLevel, bestSuffix
		} else {
			e.hits.Store(hitsForBrotli) // asked again after as many hits
		}
	}
	if e.renewed && level < bestLevel {
		return
	}
	if v := e.brotli.Load(); v != nil && v.quality >= level || !c.stored(e) {
		return
	}
	var b bytes.Buffer
	w := brotli.NewWriterOptions(&b, brotli.WriterOptions{Quality: level, LGWin: window(len(e.identity.Body))})
	_, err := w.Write(e.identity.Body)
	if err == nil {
		err = w.Close()
	}
	v := c.variant(e, "br", suffix, b.Bytes(), err)
	if old := e.brotli.Load(); v == &e.identity || old != nil && len(old.Body) <= len(v.Body) {
		return
	}
	v.quality = level
	e.brotli.Store(v)
	c.reweigh(e)
}

// window is the base-2 logarithm of the smallest sliding window that reaches
// back over a whole page (RFC 7932 §9.1). At the best level the encoder takes
// eight bytes for each byte of it: 32 MB for the default of 22.
func window(size int) int {
	return min(max(bits.Len(uint(size+16)), brotliSmallest), brotliLargest)
}

// stored tells whether an entry has not been dropped yet.
func (c *Cache) stored(e *Entry) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return e.queue != nil
}
