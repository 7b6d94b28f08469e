package subscriber

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"dateline/internal/clock"
)

// How many sign-ups one network may send: five, then one every twelve minutes.
// A network is an IPv4 /24 or an IPv6 /64.
const (
	networkEvery = 12 * time.Minute
	networkBurst = 5

	// After the first of these in a short while the form is asked for again
	// with its age, which a program that fills forms at once does not pass.
	calmEvery = 2 * time.Minute
	calmBurst = 2

	mostGuards = 50_000
)

// guards bound what one network may ask for. The ones used last are kept.
type guards struct {
	clock  clock.Clock
	mu     sync.Mutex
	known  map[string]*list.Element
	recent *list.List // of *guard, latest first
}

type guard struct {
	key     string
	limiter *rate.Limiter
}

func newGuards(c clock.Clock) *guards {
	return &guards{clock: c, known: map[string]*list.Element{}, recent: list.New()}
}

// take spends one of key's allowance; false when none is left.
func (g *guards) take(key string, every time.Duration, burst int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	e := g.known[key]
	if e == nil {
		for g.recent.Len() >= mostGuards {
			delete(g.known, g.recent.Remove(g.recent.Back()).(*guard).key)
		}
		e = g.recent.PushFront(&guard{key, rate.NewLimiter(rate.Every(every), burst)})
		g.known[key] = e
	}
	g.recent.MoveToFront(e)
	return e.Value.(*guard).limiter.AllowN(g.clock.Now(), 1)
}

// network is the part of a client's address that counts as one place; "" for
// none.
func network(client netip.Addr, bits4, bits6 int) string {
	client = client.Unmap().WithZone("")
	bits := bits6
	if client.Is4() {
		bits = bits4
	}
	p, err := client.Prefix(bits)
	if err != nil || !p.IsValid() {
		return ""
	}
	return p.String()
}

// originOf is what the consent log keeps of a client's address: too little to
// name a household.
func originOf(client netip.Addr) string { return network(client, 24, 48) }
