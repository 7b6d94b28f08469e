package pagecache

import "hash/maphash"

// queue is a FIFO of entries, newest at the head, with its weight in bytes.
type queue struct {
	head, tail *Entry
	bytes      int64
}

func (q *queue) push(e *Entry) {
	e.queue, e.prev, e.next = q, nil, q.head
	if q.head != nil {
		q.head.prev = e
	} else {
		q.tail = e
	}
	q.head = e
	q.bytes += e.cost
}

func (q *queue) remove(e *Entry) {
	if e.prev != nil {
		e.prev.next = e.next
	} else {
		q.head = e.next
	}
	if e.next != nil {
		e.next.prev = e.prev
	} else {
		q.tail = e.prev
	}
	q.bytes -= e.cost
	e.queue, e.prev, e.next = nil, nil, nil
}

// ghost remembers which keys were lately dropped from the small queue, by
// their hashes, in a ring.
type ghost struct {
	ring []uint64
	at   int
	has  map[uint64]struct{}
}

// bytesPerGhost sizes the ring: about one remembered key for each page that
// the cache can hold.
const bytesPerGhost = 16 << 10

// init returns the bytes that the ghost takes.
func (g *ghost) init(budget int64) int64 {
	if budget == 0 {
		return 0
	}
	g.ring = make([]uint64, max(64, budget/bytesPerGhost))
	g.has = make(map[uint64]struct{}, len(g.ring))
	return int64(len(g.ring)) * 40
}

func (g *ghost) add(h uint64) {
	if _, there := g.has[h]; there {
		return
	}
	delete(g.has, g.ring[g.at])
	g.ring[g.at] = h
	g.has[h] = struct{}{}
	g.at = (g.at + 1) % len(g.ring)
}

func (g *ghost) take(h uint64) bool {
	_, there := g.has[h]
	delete(g.has, h)
	return there
}

// node is a surrogate key in the reverse index.
type node struct {
	name    string
	entries map[*Entry]struct{}
}

// store keeps an entry under its surrogate keys. The caller holds mu and has
// made sure that no purge overtook it.
func (c *Cache) store(e *Entry, keys []string) {
	c.link(e, keys)
	e.cost = e.weigh()
	if e.cost > c.opt.Budget/4 {
		c.unlink(e)
		return
	}
	if old := c.shard(e.Key).m[e.Key]; old != nil {
		c.drop(old)
	}
	h := maphash.String(c.seed, e.Key)
	if c.ghost.take(h) {
		c.main.push(e)
	} else {
		c.small.push(e)
	}
	c.used += e.cost
	c.entries++
	c.counters.stored.Add(1)
	s := c.shard(e.Key)
	s.mu.Lock()
	s.m[e.Key] = e
	s.mu.Unlock()
	c.evict()
}

// drop forgets a stored entry. The caller holds mu.
func (c *Cache) drop(e *Entry) {
	s := c.shard(e.Key)
	s.mu.Lock()
	delete(s.m, e.Key)
	s.mu.Unlock()
	e.queue.remove(e)
	c.used -= e.cost
	c.entries--
	c.unlink(e)
}

// link enters an entry into the reverse index.
func (c *Cache) link(e *Entry, keys []string) {
	e.nodes = make([]*node, 0, len(keys))
	for _, key := range keys {
		n := c.index[key]
		if n == nil {
			n = &node{name: key, entries: map[*Entry]struct{}{}}
			c.index[key] = n
			c.used += nodeCost + int64(len(key))
		}
		if _, twice := n.entries[e]; twice {
			continue
		}
		n.entries[e] = struct{}{}
		e.nodes = append(e.nodes, n)
	}
}

// unlink takes an entry out of the reverse index, and keys that it alone had.
func (c *Cache) unlink(e *Entry) {
	for _, n := range e.nodes {
		delete(n.entries, e)
		if len(n.entries) == 0 {
			delete(c.index, n.name)
			c.used -= nodeCost + int64(len(n.name))
		}
	}
	e.nodes = nil
}

// reweigh counts a stored entry again after a variant was added.
func (c *Cache) reweigh(e *Entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.queue == nil {
		return
	}
	cost := e.weigh()
	e.queue.bytes += cost - e.cost
	c.used += cost - e.cost
	e.cost = cost
	c.evict()
}

// evict makes room until the budget holds. New entries wait in the small
// queue, a tenth of the budget: those asked for again move on to the main one,
// the others leave. In the main queue each round costs a count.
func (c *Cache) evict() {
	for c.used > c.opt.Budget && c.entries > 0 {
		if c.small.tail != nil && (c.small.bytes > c.opt.Budget/10 || c.main.tail == nil) {
			c.evictSmall()
		} else {
			c.evictMain()
		}
	}
}

func (c *Cache) evictSmall() {
	e := c.small.tail
	if e.freq.Load() > 1 {
		c.small.remove(e)
		e.freq.Store(0)
		c.main.push(e)
		return
	}
	c.ghost.add(maphash.String(c.seed, e.Key))
	c.drop(e)
	c.counters.evicted.Add(1)
}

func (c *Cache) evictMain() {
	e := c.main.tail
	if f := e.freq.Load(); f > 0 && !c.expired(e) {
		c.main.remove(e)
		e.freq.Store(f - 1)
		c.main.push(e)
		return
	}
	c.drop(e)
	c.counters.evicted.Add(1)
}
