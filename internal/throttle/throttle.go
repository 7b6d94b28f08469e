// Package throttle bounds how often somebody may do something. It keeps one
// allowance for each key, and of those the ones used last: a key that is
// forgotten starts with its whole allowance, so a table must be larger than the
// burst of an attack is worth.
package throttle

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"dateline/internal/clock"
)

// Table holds the allowances. Safe for concurrent use.
type Table[K comparable] struct {
	clock clock.Clock
	most  int

	mu     sync.Mutex
	known  map[K]*list.Element
	recent *list.List // of *entry[K], latest first
}

type entry[K comparable] struct {
	key     K
	limiter *rate.Limiter
}

// New returns a table of at most so many keys.
func New[K comparable](c clock.Clock, most int) *Table[K] {
	return &Table[K]{clock: c, most: most, known: map[K]*list.Element{}, recent: list.New()}
}

// Take spends one of key's allowance: a burst, then one more each time that every
// has passed. When none is left it says how long to wait. Every and burst count
// when the key is new.
func (t *Table[K]) Take(key K, every time.Duration, burst int) (wait time.Duration, ok bool) {
	now := t.clock.Now()
	reservation := t.limiter(key, every, burst).ReserveN(now, 1)
	if wait = reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
		return wait, false
	}
	return 0, true
}

func (t *Table[K]) limiter(key K, every time.Duration, burst int) *rate.Limiter {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e := t.known[key]; e != nil {
		t.recent.MoveToFront(e)
		return e.Value.(*entry[K]).limiter
	}
	for t.recent.Len() >= t.most {
		delete(t.known, t.recent.Remove(t.recent.Back()).(*entry[K]).key)
	}
	e := &entry[K]{key, rate.NewLimiter(rate.Every(every), burst)}
	t.known[key] = t.recent.PushFront(e)
	return e.limiter
}

// Prefix is the network of a client, with so many bits of an IPv4 or an IPv6
// address; the zero prefix for no address.
func Prefix(client netip.Addr, bits4, bits6 int) netip.Prefix {
	client = client.Unmap().WithZone("")
	bits := bits6
	if client.Is4() {
		bits = bits4
	}
	prefix, _ := client.Prefix(bits) // no address gives the zero prefix
	return prefix
}

// Network is Prefix as text; "" for no address.
func Network(client netip.Addr, bits4, bits6 int) string {
	if p := Prefix(client, bits4, bits6); p.IsValid() {
		return p.String()
	}
	return ""
}
