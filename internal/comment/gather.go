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
// sooner, whether it is written remains open.
func (g *gather[T]) do(ctx context.Context, item T) error {
	one := &gathered[T]{item, make(chan error, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, one)
	if !g.busy {
		g.busy = true
		go g.lead(context.WithoutCancel(ctx))
	}
	g.mu.Unlock()
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
	}
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
