package pagecache

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"dateline/internal/clock"
)

// Options are how a cache is set up.
type Options struct {
	Budget int64       // bytes; 0 stores nothing, concurrent renders are still shared
	Clock  clock.Clock // nil for the machine's

	// Head makes what the server wants to keep with a variant: its response
	// head in wire form.
	Head func(*Entry, *Variant) []byte

	// RenderLimit is the longest that a render may take; 30 s when 0. A
	// render goes on when the request that began it is cancelled, because
	// others may wait for it.
	RenderLimit time.Duration

	// Rest pauses the compressing worker; nil waits, at most until Close.
	Rest func(time.Duration)
}

// Cache is a page cache. Safe for concurrent use. Close it when done.
type Cache struct {
	opt    Options
	seed   maphash.Seed
	shards [shardCount]shard

	// mu guards everything below, and all changes of what is stored. Hits
	// don't take it.
	mu      sync.Mutex
	used    int64
	entries int
	small   queue
	main    queue
	ghost   ghost
	index   map[string]*node
	flights map[string]*flight
	log     purgeLog

	work     chan *Entry
	closed   chan struct{}
	closing  sync.Once
	idle     sync.WaitGroup
	counters counters
}

const shardCount = 64

// shard is a part of the table, on a cache line of its own.
type shard struct {
	mu   sync.RWMutex
	m    map[string]*Entry
	hits atomic.Uint64
	_    [64]byte
}

// counters count events since the start.
type counters struct {
	misses, stored, evicted, purged, stale, packed atomic.Uint64
}

// Stats are figures about a cache.
type Stats struct {
	Entries int
	Used    int64 // bytes
	Budget  int64
	Keys    int // surrogate keys in the index
	Hits    uint64
	Misses  uint64
	Stored  uint64
	Evicted uint64 // for want of memory
	Purged  uint64 // entries dropped by Purge
	Stale   uint64 // renders not stored because a purge overtook them
	Packed  uint64 // variants compressed
}

// New returns an empty cache.
func New(opt Options) *Cache {
	if opt.Clock == nil {
		opt.Clock = clock.System{}
	}
	if opt.RenderLimit == 0 {
		opt.RenderLimit = 30 * time.Second
	}
	c := &Cache{opt: opt, seed: maphash.MakeSeed(), index: map[string]*node{}, flights: map[string]*flight{},
		work: make(chan *Entry, 256), closed: make(chan struct{})}
	for i := range c.shards {
		c.shards[i].m = map[string]*Entry{}
	}
	if opt.Rest == nil {
		c.opt.Rest = c.rest
	}
	c.used = c.ghost.init(opt.Budget)
	c.idle.Go(c.pack)
	return c
}

// Close stops the background work. The cache still answers.
func (c *Cache) Close() {
	c.closing.Do(func() { close(c.closed) })
	c.idle.Wait()
}

// rest waits, but not longer than the cache is open.
func (c *Cache) rest(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.closed:
	}
}

// Get returns the entry of a page, nil when it must be rendered.
func (c *Cache) Get(key string) *Entry {
	s := c.shard(key)
	s.mu.RLock()
	e := s.m[key]
	s.mu.RUnlock()
	return c.hit(s, e)
}

// GetBytes is Get for a key that is not a string yet.
func (c *Cache) GetBytes(key []byte) *Entry {
	s := &c.shards[maphash.Bytes(c.seed, key)%shardCount]
	s.mu.RLock()
	e := s.m[string(key)]
	s.mu.RUnlock()
	return c.hit(s, e)
}

// hit counts a hit and notes the entry's popularity.
func (c *Cache) hit(s *shard, e *Entry) *Entry {
	if e == nil || c.expired(e) {
		return nil
	}
	s.hits.Add(1)
	if f := e.freq.Load(); f < 3 {
		e.freq.Store(f + 1) // a lost race loses one of three counts
	}
	if e.hits.Load() < hitsForBest {
		c.promote(e, e.hits.Add(1))
	}
	return e
}

func (c *Cache) expired(e *Entry) bool {
	return e.expires != 0 && c.opt.Clock.Now().UnixNano() >= e.expires
}

// Stats returns the present figures.
func (c *Cache) Stats() Stats {
	s := Stats{Budget: c.opt.Budget, Misses: c.counters.misses.Load(), Stored: c.counters.stored.Load(), Evicted: c.counters.evicted.Load(),
		Purged: c.counters.purged.Load(), Stale: c.counters.stale.Load(), Packed: c.counters.packed.Load()}
	for i := range c.shards {
		s.Hits += c.shards[i].hits.Load()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s.Entries, s.Used, s.Keys = c.entries, c.used, len(c.index)
	return s
}

// shard returns the shard of a key.
func (c *Cache) shard(key string) *shard {
	return &c.shards[maphash.String(c.seed, key)%shardCount]
}
