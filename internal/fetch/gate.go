package fetch

import (
	"context"
	"sync"
)

// perHost is how many transfers from one host run at once: politeness towards
// the small server that many a site is moved away from.
const perHost = 4

// gates counts running transfers by host. A host's entry goes when nobody
// uses or waits for it, so that the map is bounded by the work in hand.
type gates struct {
	mu    sync.Mutex
	hosts map[string]*gate
}

type gate struct {
	slots chan struct{}
	users int
}

// enter waits for a slot of host and returns what gives it back.
func (g *gates) enter(ctx context.Context, host string) (leave func(), err error) {
	e := g.join(host)
	select {
	case e.slots <- struct{}{}:
		return func() { <-e.slots; g.part(host, e) }, nil
	case <-ctx.Done():
		g.part(host, e)
		return nil, ctx.Err()
	}
}

func (g *gates) join(host string) *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	e := g.hosts[host]
	if e == nil {
		e = &gate{slots: make(chan struct{}, perHost)}
		g.hosts[host] = e
	}
	e.users++
	return e
}

func (g *gates) part(host string, e *gate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e.users--; e.users == 0 {
		delete(g.hosts, host)
	}
}
