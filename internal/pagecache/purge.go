package pagecache

import "context"

// Purge drops every entry that was stored under one of the surrogate keys, and
// makes sure that renders which are under way don't bring the old content
// back. It returns how many entries it dropped.
func (c *Cache) Purge(keys ...string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	dropped := 0
	for _, key := range keys {
		c.log.note(key, len(c.flights) > 0)
		n := c.index[key]
		if n == nil {
			continue
		}
		for e := range n.entries {
			c.drop(e)
			dropped++
		}
	}
	c.counters.purged.Add(uint64(dropped))
	return dropped
}

// renewMost bounds how many pages Renew makes.
const renewMost = 8

// Renew is Purge that keeps sending the pages which many read until they are
// made anew. again is the render of the page under a key, nil when it has none.
// When Renew returns, nothing that was stored under the surrogate keys is sent
// any more.
func (c *Cache) Renew(keys []string, again func(key string) Render) {
	type made struct {
		old    *Entry
		flight *flight
		render Render
	}
	var hot []made
	renewing := map[*Entry]bool{}
	c.mu.Lock()
	for _, key := range keys {
		c.log.note(key, len(c.flights) > 0)
		n := c.index[key]
		if n == nil {
			continue
		}
		for e := range n.entries {
			if renewing[e] {
				continue
			}
			render := Render(nil)
			if e.freq.Load() > 1 && len(hot) < renewMost && c.flights[e.Key] == nil {
				render = again(e.Key)
			}
			if render == nil {
				c.drop(e)
				c.counters.purged.Add(1)
				continue
			}
			f := &flight{done: make(chan struct{})}
			c.flights[e.Key] = f
			hot, renewing[e] = append(hot, made{e, f, render}), true
		}
	}
	for _, m := range hot {
		m.flight.start = c.log.seq
	}
	c.mu.Unlock()
	for _, m := range hot {
		c.counters.misses.Add(1)
		c.fly(context.Background(), m.old.Key, m.flight, m.render, m.old)
		c.mu.Lock()
		if c.shard(m.old.Key).m[m.old.Key] == m.old {
			c.drop(m.old)
		}
		c.mu.Unlock()
		c.counters.purged.Add(1)
	}
}

// PurgeAll drops everything, as after a change of theme.
func (c *Cache) PurgeAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.log.noteAll()
	dropped := 0
	for _, q := range []*queue{&c.small, &c.main} {
		for q.tail != nil {
			c.drop(q.tail)
			dropped++
		}
	}
	c.counters.purged.Add(uint64(dropped))
}

// purgeLog numbers purges and remembers those that happened while renders were
// under way.
type purgeLog struct {
	seq   uint64 // of the latest purge
	marks []mark // since the oldest flight began
	all   uint64 // number of the latest purge of everything
}

type mark struct {
	seq uint64
	key string
}

// maxMarks bounds the log. Beyond it, all renders under way count as overtaken.
const maxMarks = 4096

func (l *purgeLog) note(key string, flying bool) {
	l.seq++
	switch {
	case !flying:
		l.marks = l.marks[:0]
	case len(l.marks) < maxMarks:
		l.marks = append(l.marks, mark{l.seq, key})
	default:
		l.noteAll()
	}
}

func (l *purgeLog) noteAll() {
	l.seq++
	l.all = l.seq
	l.marks = l.marks[:0]
}

// overtaken returns the number of the first purge after start that hit one of
// the keys, 0 when none did. Where the log was cut, it errs to the safe side.
func (l *purgeLog) overtaken(start uint64, keys []string) uint64 {
	if l.all > start {
		return start + 1
	}
	for _, m := range l.marks {
		if m.seq <= start {
			continue
		}
		for _, key := range keys {
			if key == m.key {
				return m.seq
			}
		}
	}
	return 0
}
