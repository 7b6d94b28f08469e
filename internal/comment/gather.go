package comment

import (
	"context"
	"sync"
	"time"

	"dateline/internal/fault"
)

const (
	mostGathered = 128              // items written together
	gatherLimit  = 30 * time.Second // for one group
	// After a group of several, the next one waits for more as long as they come,
	// but no longer than gatherFor: a commit costs nearly the same for one item as
	// for forty, and what it saves is left to readers. Who comes alone never waits.
	gatherFor = 40 * time.Millisecond
	pause     = 5 * time.Millisecond // within which another one comes, if any does
)

// gather lets many callers that change the same rows share transactions: who
// comes while one is under way goes into the next, together. A thousand
// comments a second on one article so touch the article's row some twenty
// times. On PostgreSQL it also keeps them from racing each other.
type gather[T any] struct {
	write func(ctx context.Context, items []T) error // all or none

	mu      sync.Mutex
	busy    bool
	waiting []*gathered[T]
}

type gathered[T any] struct {
	item T
	done chan error
}

func newGather[T any](write func(context.Context, []T) error) *gather[T] {
	return &gather[T]{write: write}
}

// do writes an item and returns when it is durable, or has failed. When ctx ends
// sooner, whether it is written remains open. It calls yield, which may be nil,
// when others may work while it waits: not when more wait already than the next
// group takes, so that a slow disk holds those up who come.
func (g *gather[T]) do(ctx context.Context, item T, yield func()) error {
	one := &gathered[T]{item, make(chan error, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, one)
	if !g.busy {
		g.busy = true
		go g.lead(context.WithoutCancel(ctx))
	}
	room := len(g.waiting) <= mostGathered
	g.mu.Unlock()
	if room && yield != nil {
		yield()
	}
	select {
	case err := <-one.done:
		return err
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "the request ended before the answer: %w", ctx.Err())
	}
}

// lead writes group after group until nobody waits.
func (g *gather[T]) lead(ctx context.Context) {
	for {
		g.mu.Lock()
		n := min(len(g.waiting), mostGathered)
		if n == 0 {
			g.busy = false
			g.mu.Unlock()
			return
		}
		group := g.waiting[:n:n]
		g.waiting = g.waiting[n:]
		g.mu.Unlock()
		g.settle(ctx, group)
		if n+g.queued() > 1 {
			g.linger()
		}
	}
}

// linger waits while items come.
func (g *gather[T]) linger() {
	for waited, before := time.Duration(0), -1; waited < gatherFor; waited += pause {
		n := g.queued()
		if n == before || n >= mostGathered {
			return
		}
		before = n
		time.Sleep(pause)
	}
}

func (g *gather[T]) queued() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.waiting)
}

// settle writes a group. When it fails each goes alone, so that one bad item
// does not take the others along.
func (g *gather[T]) settle(ctx context.Context, group []*gathered[T]) {
	items := make([]T, len(group))
	for i := range group {
		items[i] = group[i].item
	}
	err := g.once(ctx, items)
	if err == nil || len(group) == 1 {
		for _, one := range group {
			one.done <- err
		}
		return
	}
	for i, one := range group {
		one.done <- g.once(ctx, items[i:i+1])
	}
}

func (g *gather[T]) once(ctx context.Context, items []T) error {
	ctx, cancel := context.WithTimeout(ctx, gatherLimit)
	defer cancel()
	return g.write(ctx, items)
}
