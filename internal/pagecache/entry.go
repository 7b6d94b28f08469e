package pagecache

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Reach says who may be given a page.
type Reach int

// The reaches. The zero value is the safe one.
const (
	Private Reach = iota // the request that rendered it, nobody else
	Shared               // everybody who asked while it was rendered; not stored
	Stored               // everybody, until a key is purged or it expires
)

// Page is what a render made. Header must not hold Content-Length,
// Content-Encoding, ETag or Date.
type Page struct {
	Status       int
	Header       []Field
	Body         []byte
	LastModified time.Time // zero for unknown
	Keys         []string  // surrogate keys
	Expires      time.Time // zero for never
	Reach        Reach
}

// Field is a header field with its canonical name, ready to be put into an
// http.Header without copying. Never change Values.
type Field struct {
	Name   string
	Values []string
}

// Accept is the set of content codings that a client takes besides identity.
type Accept uint8

// The content codings.
const (
	Gzip Accept = 1 << iota
	Brotli
)

// Entry is a page with its variants. It is immutable but for variants that are
// added, and safe for concurrent use; it stays valid after it was purged.
type Entry struct {
	Key          string
	Status       int
	Header       []Field
	LastModified time.Time
	Reach        Reach
	Tag          string // of the content, without quotes; every variant's ETag begins with it

	made         time.Time
	expires      int64 // Unix nanoseconds, 0 for never
	compressible bool
	renewed      bool // made by Renew, in place of one that is sent
	identity     Variant
	gzip         atomic.Pointer[Variant] // &identity when packing gains nothing
	brotli       atomic.Pointer[Variant]
	packing      sync.Mutex

	hits atomic.Uint32 // saturates at hitsForBest
	freq atomic.Uint32 // of S3-FIFO, at most 3

	// Guarded by Cache.mu.
	nodes      []*node
	cost       int64
	queue      *queue // nil when not stored
	prev, next *Entry
}

// Variant is one representation of an entry.
type Variant struct {
	Encoding string // "", "gzip", "br"
	ETag     string // strong, with quotes; "" unless the status is 200
	Body     []byte
	Head     []byte // what Options.Head made

	quality int
}

// Identity returns the variant without content coding.
func (e *Entry) Identity() *Variant { return &e.identity }

// Compressible tells whether the entry has, or may get, other variants than the
// identity: its answers vary by Accept-Encoding.
func (e *Entry) Compressible() bool { return e.compressible }

// packed tells whether a client has had it compressed.
func (e *Entry) packed() bool { return e.gzip.Load() != nil || e.brotli.Load() != nil }

// Matches tells whether an entity tag of a client, with quotes and perhaps W/,
// is of one of this entry's variants (weak comparison, RFC 9110 §8.8.3.2: the
// content is the same in each).
func (e *Entry) Matches(tag string) bool {
	tag = strings.TrimPrefix(tag, "W/")
	if e.Tag == "" || len(tag) < len(e.Tag)+2 || tag[0] != '"' || tag[1:1+len(e.Tag)] != e.Tag {
		return false
	}
	switch tag[1+len(e.Tag):] {
	case `"`, gzipSuffix + `"`, brotliSuffix + `"`, bestSuffix + `"`:
		return true
	}
	return false
}

// Suffixes of the entity tags of variants.
const (
	gzipSuffix   = "-g"
	brotliSuffix = "-b"
	bestSuffix   = "-bb"
)

// minPacked is the smallest body worth compressing: less fits one packet anyway.
const minPacked = 1024

// newEntry dresses a page. The body is kept, not copied, unless its slice
// holds much more memory than it shows.
func (c *Cache) newEntry(key string, p Page) *Entry {
	e := &Entry{Key: key, Status: p.Status, Header: p.Header, LastModified: p.LastModified, Reach: p.Reach, made: c.opt.Clock.Now()}
	if !p.Expires.IsZero() {
		e.expires = p.Expires.UnixNano()
	}
	if cap(p.Body) > len(p.Body)+len(p.Body)/8 {
		p.Body = slices.Clone(p.Body)
	}
	e.identity.Body = p.Body
	if p.Status == 200 && p.Reach != Private {
		sum := sha256.Sum256(p.Body)
		e.Tag = hex.EncodeToString(sum[:12])
		e.identity.ETag = `"` + e.Tag + `"`
		e.compressible = len(p.Body) >= minPacked && packs(e.Header)
	}
	c.dress(e, &e.identity)
	return e
}

func (c *Cache) dress(e *Entry, v *Variant) {
	if c.opt.Head != nil {
		v.Head = c.opt.Head(e, v)
	}
}

// packs tells whether content of this type gets smaller.
func packs(header []Field) bool {
	for _, f := range header {
		if f.Name != "Content-Type" || len(f.Values) == 0 {
			continue
		}
		mime, _, _ := strings.Cut(f.Values[0], ";")
		return strings.HasPrefix(mime, "text/") || strings.HasSuffix(mime, "xml") || strings.HasSuffix(mime, "json") ||
			strings.HasSuffix(mime, "javascript")
	}
	return false
}

// Fixed costs in bytes, measured on amd64 by TestUsed_IsTheMemoryTaken.
const (
	entryCost    = 420 // Entry, its place in the shard's map, allocation rounding
	variantCost  = 130 // of each besides the identity
	nodeCost     = 220 // a surrogate key in the index, with its set
	relationCost = 40  // one entry in one key's set
)

func (v *Variant) weigh() int { return cap(v.Body) + len(v.ETag) + cap(v.Head) }

// weigh returns what an entry takes, without its surrogate keys' names, which
// entries share.
func (e *Entry) weigh() int64 {
	n := entryCost + len(e.Key) + len(e.nodes)*relationCost + cap(e.Header)*40
	for _, f := range e.Header {
		for _, v := range f.Values {
			n += len(v) + 16
		}
	}
	n += e.identity.weigh()
	for _, v := range []*Variant{e.gzip.Load(), e.brotli.Load()} {
		if v != nil && v != &e.identity {
			n += variantCost + v.weigh()
		}
	}
	return int64(n)
}
